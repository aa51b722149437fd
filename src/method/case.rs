//! A target with all that bears on it: what is gathered before a verdict is made.

use crate::record::dossier::Revision;
use crate::record::target::{Base, Target};
use crate::record::warning::WarningCode;
use crate::record::{Known, Slug, Stamp, Standing, View, Year};

use super::comparison::{Comparison, points_of_all_years};
use super::goal::{self, BaseInventory};
use super::pathway::{Pathway, Point};
use super::printed::Unit;
use super::verdict::{Judgement, Reason, Verdict, judge};

/// A target with all that bears on it.
#[derive(Debug)]
pub(super) struct Case<'v, 'a> {
    /// How the city stood.
    pub view: &'v View<'a>,
    /// The target's id.
    pub id: &'a Slug,
    /// The target.
    pub target: &'a Target,
    /// Who recorded the target, when, and why.
    pub stamp: &'a Stamp,
    /// The states the target had been in before, oldest first.
    pub earlier: &'v [&'a Revision<Target>],
    /// The unit in which it is judged.
    pub unit: Unit,
    /// What it is measured from.
    pub base: Option<BaseInventory<'a>>,
    /// The reports after the base year.
    pub comparison: Comparison<'a>,
    /// The pathway, or why there is none.
    pub pathway: Result<Pathway, Reason>,
}

/// What follows from a case.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ruling {
    /// There are numbers, and a verdict made from them.
    Judged(Judgement),
    /// There are none, for a reason.
    Unjudged(Verdict, Reason),
}

impl Ruling {
    /// The numbers, if there are any.
    pub fn judgement(&self) -> Option<&Judgement> {
        match self {
            Ruling::Judged(judgement) => Some(judgement),
            Ruling::Unjudged(..) => None,
        }
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        match self {
            Ruling::Judged(judgement) => judgement.verdict,
            Ruling::Unjudged(verdict, _) => *verdict,
        }
    }

    /// Why there is no verdict.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Ruling::Judged(judgement) => judgement.reason,
            Ruling::Unjudged(_, reason) => Some(*reason),
        }
    }
}

impl<'v, 'a> Case<'v, 'a> {
    /// Gathers what bears on the target `id`.
    pub fn of(view: &'v View<'a>, id: &'a Slug, known: &'v Known<'a, Target>) -> Self {
        let target = known.value;
        let base = BaseInventory::of(target, view);
        let comparison = Comparison::of(target, base.as_ref(), view);
        let pathway = pathway(target, base.as_ref());
        let (stamp, earlier) = (known.stamp, known.earlier.as_slice());
        Case { view, id, target, stamp, earlier, unit: goal::unit(target), base, comparison, pathway }
    }

    /// The city's name.
    pub fn city(&self) -> &'a str {
        self.view.city.value.name.as_str()
    }

    /// What may be a slip in the figure of a year.
    pub fn warnings(&self, year: Year) -> Vec<WarningCode> {
        let (target, view) = (self.target, self.view);
        if let Some(base) = self.base.filter(|base| base.year() == year) {
            return base.warnings(target, view);
        }
        let compared = self.comparison.compared.iter().find(|report| report.inventory.year == year);
        compared.map(|report| report.warnings(target, view)).unwrap_or_default()
    }

    /// The comparable figures after the base year, by year.
    pub fn points(&self) -> Vec<Point> {
        self.comparison.compared.iter().map(super::comparison::Compared::point).collect()
    }

    /// The comparable figures after the base year up to `last`, by year.
    pub fn points_through(&self, last: Year) -> Vec<Point> {
        self.points().into_iter().filter(|point| point.year <= last).collect()
    }

    /// Every figure that can be compared with the base, those before it included, by year.
    pub fn points_of_all_years(&self) -> Vec<Point> {
        points_of_all_years(self.target, self.base.as_ref(), self.comparison.accounting.as_ref(), self.view)
    }

    /// What follows: the rows of the table in its order, those without numbers first.
    pub fn ruling(&self) -> Ruling {
        if let Some(reason) = not_judged(self.target) {
            return Ruling::Unjudged(Verdict::NotJudged, reason);
        }
        let pathway = match &self.pathway {
            Err(Reason::BaselineNoFigureAtLevel) => {
                return Ruling::Unjudged(Verdict::NotComparable, Reason::BaselineNoFigureAtLevel);
            }
            _ if self.all_left_out() => {
                return Ruling::Unjudged(Verdict::NotComparable, Reason::NoComparableReport);
            }
            Err(reason) => return Ruling::Unjudged(Verdict::InsufficientData, *reason),
            Ok(pathway) => pathway,
        };
        let missing = if self.base.is_some() { Reason::NoReport } else { Reason::NoBaseline };
        judge(pathway, &self.points(), self.unit)
            .map_or(Ruling::Unjudged(Verdict::InsufficientData, missing), Ruling::Judged)
    }

    /// Whether there are reports after the base year and none can be compared.
    fn all_left_out(&self) -> bool {
        self.base.is_some() && self.comparison.compared.is_empty() && !self.comparison.left_out.is_empty()
    }
}

/// Why a target is recorded and shown, but not judged.
fn not_judged(target: &Target) -> Option<Reason> {
    match target.standing {
        Standing::Proposed => Some(Reason::Proposed),
        Standing::Superseded => Some(Reason::Superseded),
        Standing::Withdrawn => Some(Reason::Withdrawn),
        Standing::Adopted | Standing::InLaw => target.sector.as_ref().map(|_| Reason::SectorTarget),
    }
}

/// The pathway to the target, or why there is none.
fn pathway(target: &Target, base: Option<&BaseInventory<'_>>) -> Result<Pathway, Reason> {
    let base = match base {
        Some(base) => Some(base_point(base, goal::unit(target))?),
        // A level without anything to measure from is still met or missed in its year.
        None if target.base() == Base::Unnamed => None,
        None => return Err(Reason::NoBaseline),
    };
    let base_amount = base.map(|base| base.amount);
    let amount = goal::amount(target, base_amount).ok_or(Reason::NoBaseline)?;
    let milestones = base_amount.map_or_else(Vec::new, |base| goal::milestones(target, base));
    let goal = Point { year: target.target_year, amount };
    Pathway::new(base, milestones, goal).ok_or(Reason::BaselineNotBeforeTarget)
}

/// `B` in year `b`, or why nothing can be measured against it.
fn base_point(base: &BaseInventory<'_>, unit: Unit) -> Result<Point, Reason> {
    base.figure.ok_or(Reason::BaselineNoFigureAtLevel)?;
    let point = base.point().ok_or(Reason::NoPopulation)?;
    // What is printed as 0 is 0 to a reader.
    if unit.round(point.amount) > 0.0 { Ok(point) } else { Err(Reason::BaselineNotPositive) }
}
