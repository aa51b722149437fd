//! The headline: the target a city is first shown with (section 4 of the method, "Headline").
//!
//! Of the targets that bind the whole city the one that asks for most soon, so that an easier pledge beside it changes
//! nothing.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};

use super::assessment::{AbsentReason, Assessment, Soon};
use super::case::Case;
use super::pathway::Pathway;
use super::printed::Ratio;
use crate::record::Year;

/// Years from the judgement to the year in which the pathways are held side by side.
const SOON_YEARS: i32 = 5;

/// The target that asks for most soon of those among `targets` that bind the whole city; none if none does.
///
/// Those not yet due come first; among them the one with the lowest `P(D.year + 5) / A`, where `A` is the latest
/// comparable figure; those without such a figure come after those with one, by their target year. Ties go by year,
/// then by id.
pub fn most_demanding<'t>(
    targets: impl IntoIterator<Item = &'t Assessment>,
    judged_on: NaiveDate,
) -> Option<&'t Assessment> {
    let candidates = targets.into_iter().filter(|target| target.binds && target.target.sector.is_none());
    let placed = candidates.map(|target| (Rank::of(target, judged_on), target));
    let first = placed
        .min_by(|(one, ours), (other, theirs)| one.compare(other).then_with(|| ours.target.id.cmp(&theirs.target.id)));
    first.map(|(_, target)| target)
}

/// By what a target is placed: the least comes first.
struct Rank {
    is_due: bool,
    /// What the pathway leaves soon of the latest comparable figure, as printed, so that pathways on one line are equal
    /// whatever the last bit says; none without a figure above 0.
    share: Option<f64>,
    year: Year,
}

impl Rank {
    fn of(target: &Assessment, judged_on: NaiveDate) -> Self {
        let year = target.target.target_year;
        let share = target.soon.as_ref().map(|soon| soon.share.get());
        Rank { is_due: judged_on.year() > year.get(), share, year }
    }

    fn compare(&self, other: &Rank) -> Ordering {
        let share = match (self.share, other.share) {
            (Some(ours), Some(theirs)) => ours.total_cmp(&theirs),
            (ours, theirs) => ours.is_none().cmp(&theirs.is_none()),
        };
        self.is_due.cmp(&other.is_due).then(share).then(self.year.cmp(&other.year))
    }
}

/// What the pathway of a case leaves soon of its latest comparable figure; none where the pathway has no base, or there
/// is no figure above 0.
pub(super) fn soon(case: &Case<'_, '_>) -> Option<Soon> {
    let pathway = case.pathway.as_ref().ok().filter(|pathway| pathway.base().is_some())?;
    let latest = case.comparison.compared.last()?.amount;
    let year = Year::new(case.judged_on.year() + SOON_YEARS)?;
    let expected = pathway.at(year);
    let (expected_tonnes, expected_tonnes_per_person) = case.unit.print(Some(expected));
    let share = (latest > 0.0).then(|| Ratio::new(expected / latest))??;
    Some(Soon { year, expected_tonnes, expected_tonnes_per_person, share })
}

/// Why there is nothing to say of it.
pub(super) fn without_soon(case: &Case<'_, '_>) -> AbsentReason {
    match case.pathway.as_ref().map(Pathway::base) {
        Ok(Some(_)) if case.comparison.compared.is_empty() => AbsentReason::InsufficientData,
        Ok(Some(_)) => AbsentReason::NotAboveZero,
        _ => AbsentReason::NoBaseline,
    }
}
