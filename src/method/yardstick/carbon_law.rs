//! Carbon law: whether the course of emissions, if it continues, stays within the budget of the Paris Agreement.
//!
//! A least-absolute-deviations line is fitted to the figures since 2015, shifted so that it passes through the last of
//! them, and cut off at 0: `V(y) = max(0, A(L) + slope (y - L))`. With `Y0` the year of the judgement, the course meets
//! Paris if `sum V(Y0..2050) <= sum over k = 0..2050-Y0 of V(Y0) 0.8828^k`. The line reaches 0 at `L - A(L) / slope` if
//! the slope is below 0. There is no answer if the latest figure is more than four years old.
//! Source: Klimatkollen, the rule published with its 2025 update: 11.72 % less every year, after Rockström et al., "A
//! roadmap for rapid decarbonization", Science 355 (2017).

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::inventory::Inventory;
use crate::record::level::Level;
use crate::record::{View, Year};

use super::ipcc::explain_reason;
use super::{YardstickFigure, YardstickReason};
use crate::method::accounting::Accounting;
use crate::method::caution::STALE_AFTER_YEARS;
use crate::method::least_absolute_deviations::{Line, least_absolute_deviations};
use crate::method::pathway::Point;
use crate::method::printed::{Amount, Ratio, Unit};
use crate::method::wording::amount;

/// The first year of the figures.
const SINCE: i32 = 2015;
/// The last year of the sums.
const UNTIL: i32 = 2050;
/// The share of a year's emissions that is left for the next: 11.72 % less.
const YEARLY_SHARE: f64 = 0.8828;
/// Fewest figures of a line: a line through two fits whatever they are.
const LEAST_POINTS: usize = 3;

/// Whether the course of emissions, if it continues, stays within the carbon law.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CarbonLaw {
    /// True if it does; absent if this cannot be said.
    #[schema(example = false)]
    pub meets: Option<bool>,
    /// Why this cannot be said; absent if it can.
    pub reason: Option<YardstickReason>,
    /// The answer as one sentence, with rounded numbers.
    pub sentence: String,
    /// The figures since 2015 that can be compared with the last of them, by year.
    pub yearly_tonnes: Vec<YardstickFigure>,
    /// The years since 2015 whose figures are of another series or protocol than the last, or cover other gases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out_years: Vec<Year>,
    /// The years of the two figures that the line passes through, before it is shifted to the last one; absent without
    /// a line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub line_through: Vec<Year>,
    /// The slope of the line, in t CO2e per year: below 0 for a fall. It has six decimals, because it is extended over
    /// decades.
    pub slope_tonnes_per_year: Option<Ratio>,
    /// The first year of the sums: the year of the judgement.
    pub from: Option<Year>,
    /// The last year of the sums: 2050.
    pub to: Option<Year>,
    /// The value of the line in the first year of the sums, in t CO2e; never below 0.
    pub from_tonnes: Option<Amount>,
    /// The sum of the line over these years, in t CO2e.
    pub trend_sum_tonnes: Option<Amount>,
    /// The emissions that the carbon law leaves for these years together, in t CO2e.
    pub allowed_sum_tonnes: Option<Amount>,
    /// The share of a year's emissions that the carbon law leaves for the next year.
    pub yearly_share: Ratio,
    /// The year in which the line reaches 0; absent unless it falls.
    #[schema(example = 2130)]
    pub net_zero_year: Option<i64>,
}

/// A line through the last figure, cut off at 0, and the years of the sums.
struct Course {
    line: Line,
    last: Point,
    from: Year,
    to: Year,
}

/// Evaluates the yardstick with the reports at `level`.
pub(super) fn evaluate(view: &View<'_>, level: Option<Level>, judged_on: NaiveDate) -> CarbonLaw {
    let (points, left_out) = level.map(|level| figures(view, level, judged_on)).unwrap_or_default();
    let reported = |level| ended_reports(view, judged_on).any(|report| report.figure(level).is_some());
    let course = match level {
        Some(level) if reported(level) => Course::of(&points, judged_on),
        _ => Err(YardstickReason::NoReport),
    };
    let sums = course.as_ref().ok().map(|course| (course.trend_sum(), course.allowed_sum()));
    let round = |amount: f64| Unit::Tonnes.round(amount);
    let meets = sums.map(|(trend, allowed)| round(trend) <= round(allowed));
    let computed = course.as_ref().ok();
    CarbonLaw {
        meets,
        reason: course.as_ref().err().copied(),
        sentence: match (&course, sums) {
            (Ok(course), Some((trend, allowed))) => course.sentence(trend, allowed),
            (Err(reason), _) => format!("This cannot be said: {}.", explain_reason(*reason)),
            (Ok(_), None) => String::new(),
        },
        yearly_tonnes: points.into_iter().filter_map(YardstickFigure::of).collect(),
        left_out_years: left_out,
        line_through: computed.map(|course| vec![course.line.from.year, course.line.to.year]).unwrap_or_default(),
        slope_tonnes_per_year: computed.and_then(|course| Ratio::new(course.line.slope)),
        from: computed.map(|course| course.from),
        to: computed.map(|course| course.to),
        from_tonnes: computed.and_then(|course| Amount::new(course.at(course.from))),
        trend_sum_tonnes: sums.and_then(|(trend, _)| Amount::new(trend)),
        allowed_sum_tonnes: sums.and_then(|(_, allowed)| Amount::new(allowed)),
        yearly_share: Ratio::new(YEARLY_SHARE).expect("a share is a number"),
        net_zero_year: computed.and_then(Course::net_zero_year),
    }
}

/// The reports of years that had ended on a day, by year.
fn ended_reports<'a>(view: &View<'a>, on: NaiveDate) -> impl Iterator<Item = &'a Inventory> {
    view.reports.values().map(|report| report.value).filter(move |report| report.has_ended(on))
}

/// The figures since 2015 that count as the last one does, and the years of those that do not.
fn figures(view: &View<'_>, level: Level, judged_on: NaiveDate) -> (Vec<Point>, Vec<Year>) {
    let since = ended_reports(view, judged_on).filter(|report| report.year.get() >= SINCE);
    let reported_figures: Vec<(&Inventory, f64)> =
        since.filter_map(|report| Some((report, report.figure(level)?.tonnes.get()))).collect();
    let Some((last, _)) = reported_figures.last() else { return Default::default() };
    let last = Accounting::of(last);
    let is_alike = |report: &Inventory| last.find_difference(&Accounting::of(report)).is_none();
    let (alike, different): (Vec<_>, Vec<_>) = reported_figures.into_iter().partition(|(report, _)| is_alike(report));
    let points = alike.into_iter().map(|(report, amount)| Point { year: report.year, amount }).collect();
    (points, different.into_iter().map(|(report, _)| report.year).collect())
}

impl Course {
    fn of(points: &[Point], judged_on: NaiveDate) -> Result<Self, YardstickReason> {
        let last = *points.last().ok_or(YardstickReason::TooFewPoints)?;
        if judged_on.year() - last.year.get() > STALE_AFTER_YEARS {
            return Err(YardstickReason::FiguresTooOld);
        }
        let years = Year::new(judged_on.year()).zip(Year::new(UNTIL));
        let (from, to) = years.filter(|(from, to)| from <= to).ok_or(YardstickReason::After2050)?;
        let line = least_absolute_deviations(points).filter(|_| points.len() >= LEAST_POINTS);
        Ok(Course { line: line.ok_or(YardstickReason::TooFewPoints)?, last, from, to })
    }

    /// `V(y)`.
    fn at(&self, year: Year) -> f64 {
        (self.last.amount + self.line.slope * year.since(self.last.year)).max(0.0)
    }

    /// The sum of the line over all the years.
    fn trend_sum(&self) -> f64 {
        (self.from.get()..=self.to.get()).filter_map(Year::new).map(|year| self.at(year)).sum()
    }

    /// The emissions that the carbon law leaves for all the years.
    fn allowed_sum(&self) -> f64 {
        let first = self.at(self.from);
        (0..=self.to.get() - self.from.get()).map(|years| first * YEARLY_SHARE.powi(years)).sum()
    }

    /// The year in which the line reaches 0; `None` unless it falls.
    fn net_zero_year(&self) -> Option<i64> {
        // A slope that is printed as 0 would give a year millions of years ahead.
        let falls = Ratio::new(self.line.slope).is_some_and(|slope| slope.get() < 0.0);
        let reached = f64::from(self.last.year.get()) - self.last.amount / self.line.slope;
        #[allow(clippy::cast_possible_truncation, reason = "at most some 10^18 years")]
        falls.then(|| reached.floor() as i64)
    }

    /// The answer as a sentence.
    fn sentence(&self, trend: f64, allowed: f64) -> String {
        let is_within = Unit::Tonnes.round(trend) <= Unit::Tonnes.round(allowed);
        let than = if is_within { "within" } else { "more than" };
        format!(
            "If its course since {} goes on, {} are emitted from {} to {}, {than} the {} that the carbon law leaves.",
            SINCE,
            amount(trend, Unit::Tonnes),
            self.from,
            self.to,
            amount(allowed, Unit::Tonnes)
        )
    }
}
