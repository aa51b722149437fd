//! Required from here: how fast emissions must fall after the year judged to meet the target, and how fast they fell so
//! far.
//!
//! Required are `(A - T) / (t - L)` tonnes per year, the same in percent of `B`, and the compound rate
//! `(T / A)^(1 / (t - L)) - 1`. Achieved so far are `(B - A) / (L - b)` tonnes per year.
//! Source: the compound annual growth rate in which Eurostat states progress towards quantitative targets ("Sustainable
//! development in the European Union: monitoring report", annex).

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::absent::{AbsentField, AbsentReason};
use super::course::YearNumbers;
use super::pathway::Pathway;
use super::printed::{Amount, Ratio, Unit};

/// How fast emissions must fall after the year judged to meet the target, and how fast they fell so far.
///
/// A target per person has `tonnes_per_person_per_year` instead of `tonnes_per_year`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Required {
    /// The yearly reduction still required, in t CO2e per year; below 0 if emissions may rise. Absent once the target
    /// year is judged.
    pub tonnes_per_year: Option<Amount>,
    /// The yearly reduction still required, in t CO2e per person per year (only targets per person).
    pub tonnes_per_person_per_year: Option<Ratio>,
    /// The yearly reduction still required, in percent of the baseline figure per year. Absent once the target year is
    /// judged.
    pub base_percent_per_year: Option<Ratio>,
    /// The same as a compound rate, in percent per year: below 0 for a reduction. Absent if the target or the figure is
    /// not above 0.
    pub compound_percent_per_year: Option<Ratio>,
    /// The yearly reduction since the base year, in t CO2e per year; below 0 after a rise.
    pub achieved_tonnes_per_year: Option<Amount>,
    /// The yearly reduction since the base year, in t CO2e per person per year (only targets per person).
    pub achieved_tonnes_per_person_per_year: Option<Ratio>,
}

impl Required {
    /// What is required after the year judged; without a baseline nothing can be said.
    pub(super) fn of(pathway: &Pathway, numbers: &YearNumbers, unit: Unit) -> Result<Self, AbsentReason> {
        let base = pathway.base().ok_or(AbsentReason::NoBaseline)?;
        let target = pathway.target();
        let (year, actual) = (numbers.year, numbers.actual);
        let years_left = Some(target.year.since(year)).filter(|years| *years > 0.0);
        let yearly = years_left.map(|years| (actual - target.amount) / years);
        let rate = years_left.and_then(|years| compound_percent(actual, target.amount, years, unit));
        let (tonnes_per_year, tonnes_per_person_per_year) = unit.print(yearly);
        let (achieved_tonnes_per_year, achieved_tonnes_per_person_per_year) =
            unit.print(Some((base.amount - actual) / year.since(base.year)));
        Ok(Required {
            tonnes_per_year,
            tonnes_per_person_per_year,
            base_percent_per_year: yearly.and_then(|yearly| Ratio::new(100.0 * yearly / base.amount)),
            compound_percent_per_year: rate.and_then(Ratio::new),
            achieved_tonnes_per_year,
            achieved_tonnes_per_person_per_year,
        })
    }

    /// The members that are absent, and why.
    pub(super) fn absent_fields(&self, unit: Unit) -> Vec<AbsentField> {
        let absent = |field, reason| AbsentField { field, reason };
        if self.base_percent_per_year.is_none() {
            let yearly = match unit {
                Unit::Tonnes => "required.tonnes_per_year",
                Unit::TonnesPerPerson => "required.tonnes_per_person_per_year",
            };
            let fields = [yearly, "required.base_percent_per_year", "required.compound_percent_per_year"];
            fields.map(|field| absent(field, AbsentReason::TargetYearReached)).into()
        } else if self.compound_percent_per_year.is_none() {
            vec![absent("required.compound_percent_per_year", AbsentReason::NotAboveZero)]
        } else {
            Vec::new()
        }
    }
}

/// The yearly change in percent that leads from `from` to `to`; `None` unless both are above 0 as printed.
pub(super) fn compound_percent(from: f64, to: f64, years: f64, unit: Unit) -> Option<f64> {
    let positive = unit.round(from) > 0.0 && unit.round(to) > 0.0;
    // This is (to / from)^(1 / years) - 1, computed so that a small change does not vanish next to the 1.
    positive.then(|| 100.0 * (((to - from) / from).ln_1p() / years).exp_m1())
}
