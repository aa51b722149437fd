//! The pathway: what a city on schedule emits in each year (section 3 of the method).

use crate::record::Year;

/// Excess over the straight line, as a share, from which a pathway leaves most of the reduction to the end.
pub const BACKLOADED_SHARE: f64 = 0.1;

/// An amount in a year, in the unit of the target: t CO2e, or t CO2e a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The year.
    pub year: Year,
    /// The amount.
    pub amount: f64,
}

/// What is allowed from the base year to the target year, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// On the straight line from baseline to target.
    pub straight: f64,
    /// On the pathway.
    pub allowed: f64,
}

/// Straight lines from the baseline through the target's own milestones to the target; flat after it.
///
/// The line is never re-anchored at a later report, or every laggard would be on track each year.
#[derive(Debug, Clone, PartialEq)]
pub struct Pathway {
    base: Option<Point>,
    milestones: Vec<Point>,
    target: Point,
}

impl Pathway {
    /// The pathway from `base` through `milestones` to `target`; none unless the base lies before the target.
    ///
    /// Milestones that do not lie strictly between the two are left out: a baseline may have been
    /// restated for another year, or be the first report, after the milestones were set. Without a
    /// base there is nothing but the target, and what is asked for after it.
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

    /// The points that the line is drawn through, by year.
    pub fn anchors(&self) -> impl Iterator<Item = Point> {
        self.base.iter().chain(&self.milestones).chain(std::iter::once(&self.target)).copied()
    }

    /// What it allows in all the years together, if it leaves most of the reduction to the end: if that is more than a
    /// tenth above what the straight line from baseline to target allows.
    #[must_use]
    pub fn backloaded(&self) -> Option<Sums> {
        let (base, target) = (self.base.filter(|_| !self.milestones.is_empty())?, self.target);
        let years = || (base.year.get()..=target.year.get()).filter_map(Year::new);
        let allowed: f64 = years().map(|year| self.at(year)).sum();
        let straight: f64 = years().map(|year| between(base, target, year)).sum();
        let backloaded = allowed - straight > BACKLOADED_SHARE * straight.abs() * (1.0 + 1e-9);
        backloaded.then_some(Sums { straight, allowed })
    }

    /// The milestones that it is drawn through, by year.
    #[must_use]
    pub fn milestones(&self) -> &[Point] {
        &self.milestones
    }

    /// The amount that the pathway allows in `year`; before its first anchor that anchor's.
    #[must_use]
    pub fn at(&self, year: Year) -> f64 {
        let mut before: Option<Point> = None;
        for anchor in self.anchors() {
            if year <= anchor.year {
                return before.map_or(anchor.amount, |before| between(before, anchor, year));
            }
            before = Some(anchor);
        }
        self.target.amount
    }
}

/// The straight line from `from` to `to`, at `year`; both ends are met exactly.
pub(super) fn between(from: Point, to: Point, year: Year) -> f64 {
    if year == to.year {
        return to.amount;
    }
    from.amount + (to.amount - from.amount) * year.since(from.year) / to.year.since(from.year)
}
