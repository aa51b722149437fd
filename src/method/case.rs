//! A case: a target with everything that its verdict depends on.

use chrono::{Datelike, NaiveDate};

use crate::record::inventory::Inventory;
use crate::record::target::{Base, Target};
use crate::record::warning::WarningCode;
use crate::record::{EarlierRevisions, Known, Slug, Stamp, View, Year};

use super::base::BaseInventory;
use super::comparison::{Compared, Comparison, conversion, points_of_all_years};
use super::goal;
use super::outcome::AllowedLevel;
use super::pathway::{Pathway, Point};
use super::printed::Unit;
use super::verdict::Reason;

/// A target with everything that its verdict depends on.
#[derive(Debug)]
pub(super) struct Case<'v, 'a> {
    /// The state of the city.
    pub view: &'v View<'a>,
    /// The target's id.
    pub id: &'a Slug,
    /// The target.
    pub target: &'a Target,
    /// The target with its revisions.
    pub known: &'v Known<'a, Target>,
    /// Who recorded the target, when, and why.
    pub stamp: &'a Stamp,
    /// The earlier revisions of the target, oldest first.
    pub earlier: &'v EarlierRevisions<'a, Target>,
    /// The day of judgement, `D`.
    pub judged_on: NaiveDate,
    /// The unit in which it is judged.
    pub unit: Unit,
    /// What it is measured from; `None` if there is nothing.
    pub base: Option<BaseInventory<'a>>,
    /// The reports after the base year, compared with the base.
    pub comparison: Comparison<'a>,
    /// The pathway, or why there is none.
    pub pathway: Result<Pathway, Reason>,
}

impl<'v, 'a> Case<'v, 'a> {
    /// Collects what the verdict on the target `id` depends on.
    pub fn of(view: &'v View<'a>, id: &'a Slug, known: &'v Known<'a, Target>, judged_on: NaiveDate) -> Self {
        Self::measured_from(BaseInventory::of(known.value, view, judged_on), view, id, known, judged_on)
    }

    /// The target `id`, measured from a given base.
    pub fn measured_from(
        base: Option<BaseInventory<'a>>,
        view: &'v View<'a>,
        id: &'a Slug,
        known: &'v Known<'a, Target>,
        judged_on: NaiveDate,
    ) -> Self {
        let case = Self::with_base(base, view, id, known, judged_on);
        // A baseline stated gas by gas is converted to the potentials of the report that is judged.
        let judged = case.judged().map(|report| report.inventory);
        let converted = case
            .base
            .as_ref()
            .zip(judged)
            .filter(|_| !goal::is_fixed(case.target))
            .and_then(|(base, report)| base.converted_by(conversion(base, report)?));
        match converted {
            Some(base) => Self::with_base(Some(base), view, id, known, judged_on),
            None => case,
        }
    }

    /// Compares the reports with a base as it is.
    fn with_base(
        base: Option<BaseInventory<'a>>,
        view: &'v View<'a>,
        id: &'a Slug,
        known: &'v Known<'a, Target>,
        judged_on: NaiveDate,
    ) -> Self {
        let target = known.value;
        let comparison = Comparison::of(target, base.as_ref(), view, judged_on);
        let pathway = pathway(target, base.as_ref());
        let (stamp, earlier) = (known.stamp, &known.earlier);
        let unit = goal::unit(target);
        Case { view, id, target, known, stamp, earlier, judged_on, unit, base, comparison, pathway }
    }

    /// The city's name.
    pub fn city(&self) -> &'a str {
        self.view.city.value.name.as_str()
    }

    /// The day on which the standing of the target is looked up. It is the day of judgement or, if earlier, the last
    /// day of which anything is known: an end that was not known then must not count.
    pub fn standing_day(&self) -> NaiveDate {
        self.view.known_on.map_or(self.judged_on, |known| known.min(self.judged_on))
    }

    /// What may be emitted in the target year; `None` without a pathway.
    pub fn allowed_level(&self) -> Option<AllowedLevel> {
        let pathway = self.pathway.as_ref().ok()?;
        let gross = goal::gross(self.target, pathway.base().map(|base| base.amount))?;
        Some(AllowedLevel { year: self.target.target_year, amount: pathway.target().amount, gross, unit: self.unit })
    }

    /// The latest comparable report before the target year, that of `L`.
    pub fn latest(&self) -> Option<&Compared<'a>> {
        self.comparison.compared.iter().rev().find(|report| report.year() < self.target.target_year)
    }

    /// The report of the year judged: the one that decides the target, or else the latest before the target year.
    pub fn judged(&self) -> Option<&Compared<'a>> {
        let outcome = self.allowed_level().and_then(|allowed| allowed.outcome(&self.comparison.compared));
        outcome.map_or_else(|| self.latest(), |outcome| self.report_of(outcome.year))
    }

    /// The comparable report of a year.
    pub fn report_of(&self, year: Year) -> Option<&Compared<'a>> {
        self.comparison.compared.iter().find(|report| report.year() == year)
    }

    /// True if the target year had ended on the day of judgement.
    pub fn is_due(&self) -> bool {
        self.judged_on.year() > self.target.target_year.get()
    }

    /// True if a fixed level has nothing to be measured from. It then has no course, but can be met or missed.
    pub fn is_unanchored(&self) -> bool {
        self.base.is_none() && self.target.base() == Base::Unnamed
    }

    /// The inventories of the base and of one year.
    pub fn inventories_of(&self, year: Year) -> Vec<&'a Inventory> {
        let base = self.base.as_ref().map(|base| base.inventory);
        base.into_iter().chain(self.report_of(year).map(|report| report.inventory)).collect()
    }

    /// Probable mistakes in the figure of a year.
    pub fn warnings(&self, year: Year) -> Vec<WarningCode> {
        if let Some(base) = self.base.as_ref().filter(|base| base.year() == year) {
            return base.warnings(self.view);
        }
        self.report_of(year).map(|report| report.warnings(self.target.level, self.view)).unwrap_or_default()
    }

    /// The comparable figures after the base year, by year. If the baseline was converted, figures with other
    /// potentials are left out.
    pub fn points(&self) -> Vec<Point> {
        let alike = self.comparison.compared.iter().filter(|report| !report.of_other_gwp);
        alike.map(Compared::point).collect()
    }

    /// The comparable figures after the base year up to `last`, by year.
    pub fn points_through(&self, last: Year) -> Vec<Point> {
        self.points().into_iter().filter(|point| point.year <= last).collect()
    }

    /// Every figure that can be compared with the base, also those before it, by year.
    pub fn points_of_all_years(&self) -> Vec<Point> {
        let (base, accounting) = (self.base.as_ref(), self.comparison.accounting.as_ref());
        points_of_all_years(self.target, base, accounting, self.view, self.judged_on)
    }
}

/// The pathway to the target, or why there is none.
fn pathway(target: &Target, base: Option<&BaseInventory<'_>>) -> Result<Pathway, Reason> {
    let base = match base {
        Some(base) => Some(base_point(base, goal::unit(target))?),
        // A fixed level without a base can still be met or missed in its year.
        None if target.base() == Base::Unnamed => None,
        None => return Err(Reason::NoBaseline),
    };
    let base_amount = base.map(|base| base.amount);
    let amount = goal::amount(target, base_amount).ok_or(Reason::NoBaseline)?;
    let milestones = base_amount.map_or_else(Vec::new, |base| goal::milestones(target, base));
    let goal = Point { year: target.target_year, amount };
    Pathway::new(base, milestones, goal).ok_or(Reason::BaselineNotBeforeTarget)
}

/// `B` in year `b`, or why nothing can be measured from it.
fn base_point(base: &BaseInventory<'_>, unit: Unit) -> Result<Point, Reason> {
    base.figure.ok_or(Reason::BaselineNoFigureAtLevel)?;
    let point = base.point().ok_or(Reason::NoPopulation)?;
    // An amount that is printed as 0 counts as 0.
    if unit.round(point.amount) > 0.0 { Ok(point) } else { Err(Reason::BaselineNotPositive) }
}
