//! Chooses the inventory that a target is measured from.

use chrono::NaiveDate;

use crate::record::inventory::Inventory;
use crate::record::target::{Base, Target};
use crate::record::{Known, View};

use super::accounting::Accounting;
use super::base::{BaseInventory, Origin};
use super::obstacle::find_obstacle;
use super::scope::Scope;

impl<'a> BaseInventory<'a> {
    /// The base of `target`; `None` if it is not recorded, or its year has not ended.
    pub fn of(target: &Target, view: &View<'a>, judged_on: NaiveDate) -> Option<Self> {
        let (origin, id, known) = match target.base() {
            Base::Baseline(id) => {
                let (id, known) = view.baselines.get_key_value(&id)?;
                (Origin::Baseline, Some(*id), known)
            }
            Base::Year(year) => (Origin::ReportOfYear, None, view.reports.get(&year)?),
            Base::Unnamed => return Self::first_report(target, view, judged_on),
        };
        known.value.has_ended(judged_on).then(|| Self::for_target(origin, id, known, target))
    }

    /// The earliest report before the target year that is above 0 and comparable with the latest report.
    fn first_report(target: &Target, view: &View<'a>, judged_on: NaiveDate) -> Option<Self> {
        let scope = Scope::of(target);
        let is_counted =
            |report: &&Known<'a, Inventory>| report.value.has_ended(judged_on) && scope.figure(report.value).is_some();
        let latest = view.reports.values().rev().find(is_counted)?;
        let earlier = view.reports.range(..target.target_year.min(latest.value.year)).map(|(_, report)| report);
        let bases =
            earlier.filter(is_counted).map(|report| Self::for_target(Origin::FirstReport, None, report, target));
        let mut positive = bases.filter(|base| base.amount.is_some_and(|amount| amount > 0.0));
        positive.find(|base| find_obstacle(latest, base, &Accounting::of(base.inventory), view).is_none())
    }
}
