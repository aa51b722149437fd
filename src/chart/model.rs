//! What a chart shows: plain numbers and texts.

use super::theme::Theme;

/// An amount in a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The year.
    pub year: i32,
    /// The amount, in the unit of the chart.
    pub amount: f64,
}

/// A reported figure that is compared.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Year and amount.
    pub point: Point,
    /// What is shown on hover and focus: the figure, its source and its revision.
    pub detail: String,
    /// The address of its source.
    pub url: Option<String>,
    /// Whether it is the baseline.
    pub is_base: bool,
}

/// A value that was published for a year and replaced later.
#[derive(Debug, Clone)]
pub struct Restated {
    /// Year and former amount.
    pub point: Point,
    /// What is shown on hover: when and why it was replaced.
    pub detail: String,
}

/// A reported figure that cannot be compared.
#[derive(Debug, Clone)]
pub struct LeftOut {
    /// Year and amount.
    pub point: Point,
    /// What is shown on hover: why it is left out.
    pub detail: String,
}

/// A step on the way to the target.
#[derive(Debug, Clone)]
pub struct Milestone {
    /// Year and amount allowed.
    pub point: Point,
    /// Whether it was kept; none if that cannot be said.
    pub kept: Option<bool>,
    /// What is shown on hover.
    pub detail: String,
}

/// Where the figures lead: one year of the line fitted to them.
#[derive(Debug, Clone, Copy)]
pub struct Trend {
    /// Year and fitted amount.
    pub point: Point,
    /// The lower and upper end of the prediction interval.
    pub interval: Option<[f64; 2]>,
}

/// What a chart shows.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The heading.
    pub title: String,
    /// The verdict as a sentence.
    pub sentence: String,
    /// Whether amounts are tonnes a person; else they are tonnes.
    pub per_person: bool,
    /// The compared figures in the order of their years, the baseline first.
    pub figures: Vec<Figure>,
    /// Values that were replaced.
    pub restated: Vec<Restated>,
    /// Figures that cannot be compared.
    pub left_out: Vec<LeftOut>,
    /// The corners of the pathway, from the base year to the target year.
    pub pathway: Vec<Point>,
    /// Milestones on it.
    pub milestones: Vec<Milestone>,
    /// The target: year and amount.
    pub target: Option<Point>,
    /// The trend, by year.
    pub trend: Vec<Trend>,
    /// A benchmark to hold the pathway against, with its name.
    pub benchmark: Option<(String, Vec<Point>)>,
    /// The year of the day judged on.
    pub this_year: i32,
    /// Whether the latest figure is too old to speak of today.
    pub is_stale: bool,
    /// What stands below: source, day, method.
    pub source: String,
    /// The address where it can be checked.
    pub address: String,
    /// The text alternative.
    pub description: String,
}

impl Chart {
    /// True if there is nothing to plot.
    pub(super) fn is_empty(&self) -> bool {
        self.figures.is_empty() && self.left_out.is_empty() && self.pathway.is_empty() && self.target.is_none()
    }
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Width in pixels.
    pub width: u32,
    /// Colours.
    pub theme: Theme,
    /// Whether heading, sentence, source and address are part of the picture.
    pub has_frame: bool,
    /// What the ids within the drawing begin with, so that a page may have several.
    pub id: &'static str,
}
