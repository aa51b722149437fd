//! Growth ratio: the compound rate of change so far, as a ratio to the rate that the whole way to the target requires.
//!
//! `[(A / B)^(1 / (L - b)) - 1] / [(T / B)^(1 / (t - b)) - 1]`, for amounts above 0.
//! Source: Eurostat, "Sustainable development in the European Union: monitoring report", annex on
//! indicators with a quantitative target: the ratio of actual to theoretical growth rate.

use super::absent::AbsentReason;
use super::course::YearNumbers;
use super::pathway::Pathway;
use super::printed::{Ratio, Unit};
use super::required::compound_percent;

/// The growth ratio, or why there is none.
pub(super) fn growth_ratio(pathway: &Pathway, numbers: &YearNumbers, unit: Unit) -> Result<Ratio, AbsentReason> {
    let base = pathway.base().ok_or(AbsentReason::NoBaseline)?;
    let target = pathway.target();
    if unit.round(target.amount - base.amount) == 0.0 {
        return Err(AbsentReason::TargetEqualsBaseline);
    }
    let so_far = compound_percent(base.amount, numbers.actual, numbers.year.since(base.year), unit);
    let whole = compound_percent(base.amount, target.amount, target.year.since(base.year), unit);
    let rates = so_far.zip(whole).ok_or(AbsentReason::NotAboveZero)?;
    Ratio::new(rates.0 / rates.1).ok_or(AbsentReason::TargetEqualsBaseline)
}
