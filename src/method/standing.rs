//! The standing of a target: whether it bound the city on the day of judgement (section 4 of the method, "Standing in
//! time").

use chrono::{Datelike, NaiveDate};

use crate::record::calendar::last_day;
use crate::record::target::Target;
use crate::record::{Known, Standing};

use super::verdict::Reason;

/// True if a target was adopted or in law on a day, even if it ended later.
pub(super) fn is_binding(known: &Known<'_, Target>, on: NaiveDate) -> bool {
    match known.value.standing {
        Standing::Adopted | Standing::InLaw => true,
        Standing::Proposed => false,
        Standing::Superseded | Standing::Withdrawn => known.ended().is_some_and(|end| end > on),
    }
}

/// Why a target is recorded and shown, but not judged: it is a proposal, or ended before its year did. `None` if it is
/// judged.
///
/// A target that ended after its year is still judged: a miss does not vanish by decree.
pub(super) fn reason_not_judged(known: &Known<'_, Target>, on: NaiveDate) -> Option<Reason> {
    let reason = match known.value.standing {
        Standing::Adopted | Standing::InLaw => return None,
        Standing::Proposed => return Some(Reason::Proposed),
        Standing::Superseded => Reason::Superseded,
        Standing::Withdrawn => Reason::Withdrawn,
    };
    let ended_after_year = known.ended().is_some_and(|end| end > last_day(known.value.target_year));
    (!ended_after_year && !is_binding(known, on)).then_some(reason)
}

/// The day the log first recorded that the target had ended within its year; `None` unless that year had ended by then.
pub(super) fn late_claim_day(known: &Known<'_, Target>) -> Option<NaiveDate> {
    let year = known.value.target_year;
    let ended_within_year = |target: &Target| target.ended_on.is_some_and(|ended| ended.last_day() <= last_day(year));
    if !known.value.standing.has_ended() || !ended_within_year(known.value) {
        return None;
    }
    let earlier = known.earlier.run_starts().filter(|revision| revision.abridged().is_some_and(ended_within_year));
    let days = earlier.map(|revision| &revision.stamp).chain(std::iter::once(known.stamp));
    days.map(|stamp| stamp.recorded_at.date_naive()).min().filter(|day| day.year() > year.get())
}
