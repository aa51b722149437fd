//! The headline: the target that is shown first for a city (section 4 of the method, "Headline").
//!
//! Of the targets that bind the whole city, it is the one that asks for most in five years. So an easier pledge next to
//! it changes nothing.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};

use super::absent::AbsentReason;
use super::assessment::{Assessment, Soon};
use super::case::Case;
use super::pathway::Pathway;
use super::printed::Ratio;
use crate::record::Year;

/// Years from the judgement to the year in which the pathways are compared.
const SOON_YEARS: i32 = 5;

/// The target that asks for most in five years, of those among `targets` that bind the whole city; `None` if none does.
///
/// Targets not yet due come first. Among them, the one with the lowest `P(D.year + 5) / A` comes first, where `A` is
/// the latest comparable figure. Those without such a figure come after those with one, by their target year. Equal
/// ones are ordered by year, then by id.
pub fn most_demanding<'t>(
    targets: impl IntoIterator<Item = &'t Assessment>,
    judged_on: NaiveDate,
) -> Option<&'t Assessment> {
    let candidates = targets.into_iter().filter(|target| target.is_binding && target.target.sector.is_none());
    let ranked = candidates.map(|target| (Rank::of(target, judged_on), target));
    let first = ranked
        .min_by(|(one, ours), (other, theirs)| one.compare(other).then_with(|| ours.target.id.cmp(&theirs.target.id)));
    first.map(|(_, target)| target)
}

/// What targets are ranked by; the lowest rank comes first.
struct Rank {
    is_due: bool,
    /// The share of the latest comparable figure that the pathway leaves in five years; `None` without a figure above
    /// 0. It is rounded as printed, so that pathways on one line have equal shares despite the noise of the last bit.
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

/// What the pathway of a case leaves, in five years, of its latest comparable figure. `None` if the pathway has no
/// base, or there is no figure above 0.
pub(super) fn soon(case: &Case<'_, '_>) -> Option<Soon> {
    let pathway = case.pathway.as_ref().ok().filter(|pathway| pathway.base().is_some())?;
    let latest = case.comparison.compared.last()?.amount;
    let year = Year::new(case.judged_on.year() + SOON_YEARS)?;
    let expected = pathway.at(year);
    let (expected_tonnes, expected_tonnes_per_person) = case.unit.print(Some(expected));
    let share = (latest > 0.0).then(|| Ratio::new(expected / latest))??;
    Some(Soon { year, expected_tonnes, expected_tonnes_per_person, share })
}

/// Why there is nothing to say about it.
pub(super) fn reason_without_soon(case: &Case<'_, '_>) -> AbsentReason {
    match case.pathway.as_ref().map(Pathway::base) {
        Ok(Some(_)) if case.comparison.compared.is_empty() => AbsentReason::InsufficientData,
        Ok(Some(_)) => AbsentReason::NotAboveZero,
        _ => AbsentReason::NoBaseline,
    }
}
