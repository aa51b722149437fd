//! The pathway: what a city on schedule emits in each year (section 3 of the method).

use crate::record::Year;

/// The excess over the straight line, as a share, above which a pathway leaves most of the reduction to the end.
pub const BACKLOADED_SHARE: f64 = 0.1;

/// An amount in a year, in the unit of the target: t CO2e, or t CO2e per person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The year.
    pub year: Year,
    /// The amount.
    pub amount: f64,
}

/// What is allowed in all years from the base year to the target year together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// On the straight line from baseline to target.
    pub straight: f64,
    /// On the pathway.
    pub allowed: f64,
}

/// Straight lines from the baseline through the target's own milestones to the target; flat after the target.
///
/// The line never starts again from a later report. Otherwise every city that falls behind would be on track each year.
#[derive(Debug, Clone, PartialEq)]
pub struct Pathway {
    base: Option<Point>,
    milestones: Vec<Point>,
    target: Point,
}

impl Pathway {
    /// The pathway from `base` through `milestones` to `target`; `None` unless the base is before the target.
    ///
    /// Milestones that are not strictly between the two are left out: the baseline may have been restated for another
    /// year, or be the first report, after they were set. Without a base, the pathway has only the target and the years
    /// after it.
    #[must_use]
    pub fn new(base: Option<Point>, mut milestones: Vec<Point>, target: Point) -> Option<Self> {
        if base.is_some_and(|base| base.year >= target.year) {
            return None;
        }
        milestones
            .retain(|milestone| base.is_some_and(|base| milestone.year > base.year) && milestone.year < target.year);
        milestones.sort_by_key(|milestone| milestone.year);
        Some(Pathway { base, milestones, target })
    }

    /// The amount in the base year.
    #[must_use]
    pub const fn base(&self) -> Option<Point> {
        self.base
    }

    /// The amount asked for in the target year.
    #[must_use]
    pub const fn target(&self) -> Point {
        self.target
    }

    /// The points that the pathway connects, by year.
    pub fn anchors(&self) -> impl Iterator<Item = Point> {
        self.base.iter().chain(&self.milestones).chain(std::iter::once(&self.target)).copied()
    }

    /// What the pathway allows in all years together, if it leaves most of the reduction to the end: if it allows over
    /// a tenth more than the straight line from baseline to target. `None` otherwise.
    #[must_use]
    pub fn backloaded_sums(&self) -> Option<Sums> {
        let (base, target) = (self.base.filter(|_| !self.milestones.is_empty())?, self.target);
        let years = || (base.year.get()..=target.year.get()).filter_map(Year::new);
        let allowed: f64 = years().map(|year| self.at(year)).sum();
        let straight: f64 = years().map(|year| interpolate(base, target, year)).sum();
        let is_backloaded = allowed - straight > BACKLOADED_SHARE * straight.abs() * (1.0 + 1e-9);
        is_backloaded.then_some(Sums { straight, allowed })
    }

    /// The milestones that it passes through, by year.
    #[must_use]
    pub fn milestones(&self) -> &[Point] {
        &self.milestones
    }

    /// The amount that the pathway allows in `year`; before its first point, the amount of that point.
    #[must_use]
    pub fn at(&self, year: Year) -> f64 {
        let mut before: Option<Point> = None;
        for anchor in self.anchors() {
            if year <= anchor.year {
                return before.map_or(anchor.amount, |before| interpolate(before, anchor, year));
            }
            before = Some(anchor);
        }
        self.target.amount
    }
}

/// The straight line from `from` to `to`, at `year`; exact at both ends.
pub(super) fn interpolate(from: Point, to: Point, year: Year) -> f64 {
    if year == to.year {
        return to.amount;
    }
    from.amount + (to.amount - from.amount) * year.since(from.year) / to.year.since(from.year)
}
