//! An inventory: what a city emitted in one year, as a baseline or as a yearly report.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::calendar::{first_day, last_day};
use super::fault::{At, Fields, Parse, parse_list};
use super::gpc::GpcRef;
use super::gwp::GwpSet;
use super::level::Level;
use super::limits::{ALSO_STATED, LINES, PERIOD_DAYS_MAX, PERIOD_DAYS_MIN, TONNES_MAX};
use super::line::{Line, LineValue};
use super::source::Source;
use super::text::{Name, Slug, Text};
use super::units::{Percent, Population, SignedTonnes, Tonnes, Year};
use super::vocabulary::{Electricity, Gas, Protocol, VerificationLevel};

/// Stated totals by level, in t CO2e; at least one is present.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Totals {
    /// GPC BASIC, in t CO2e.
    #[schema(value_type = f64, minimum = 0, maximum = 1_000_000_000_000_i64, example = 21_049_331)]
    pub basic: Option<Tonnes>,
    /// GPC BASIC+, in t CO2e; below 0 if land use removes more than is emitted.
    #[schema(value_type = f64, minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64)]
    pub basic_plus: Option<Tonnes>,
    /// GPC scope 1, in t CO2e.
    #[schema(value_type = f64, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub scope_1: Option<Tonnes>,
    /// GPC scopes 1 and 2, in t CO2e.
    #[schema(value_type = f64, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub scope_1_2: Option<Tonnes>,
    /// GPC scopes 1, 2 and 3, in t CO2e.
    #[schema(value_type = f64, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub scope_1_2_3: Option<Tonnes>,
    /// Emissions caused by the people of the city, wherever they occur, in t CO2e.
    #[schema(value_type = f64, minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64)]
    pub consumption: Option<Tonnes>,
    /// The city's own total, as the city defines it, in t CO2e.
    #[schema(value_type = f64, minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64)]
    pub own: Option<Tonnes>,
}

impl Totals {
    /// The total at `level`.
    #[must_use]
    pub const fn get(&self, level: Level) -> Option<Tonnes> {
        match level {
            Level::Basic => self.basic,
            Level::BasicPlus => self.basic_plus,
            Level::Scope1 => self.scope_1,
            Level::Scope12 => self.scope_1_2,
            Level::Scope123 => self.scope_1_2_3,
            Level::Consumption => self.consumption,
            Level::Own => self.own,
        }
    }

    /// Collects the totals from a function of the level.
    pub fn collect(at_level: impl Fn(Level) -> Option<Tonnes>) -> Totals {
        Totals {
            basic: at_level(Level::Basic),
            basic_plus: at_level(Level::BasicPlus),
            scope_1: at_level(Level::Scope1),
            scope_1_2: at_level(Level::Scope12),
            scope_1_2_3: at_level(Level::Scope123),
            consumption: at_level(Level::Consumption),
            own: at_level(Level::Own),
        }
    }

    /// True if no level has a total.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Totals::default()
    }
}

impl Parse for Totals {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let mut read = BTreeMap::new();
        for level in Level::ALL {
            read.insert(*level, fields.take(level.as_str()).and_then(|(v, at)| parse_total(v, &at, *level)));
        }
        fields.close();
        Some(Totals::collect(|level| read.get(&level).copied().flatten()))
    }
}

/// Reads the total at `level`, in t CO2e.
fn parse_total(value: Value, at: &At<'_>, level: Level) -> Option<Tonnes> {
    if level.may_be_negative() { SignedTonnes::parse(value, at).map(|read| read.0) } else { Tonnes::parse(value, at) }
}

/// A total that another source states for the same city, year and level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlsoStated {
    /// The level of the total.
    pub level: Level,
    /// The total, in t CO2e.
    #[schema(value_type = f64, minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64, example = 19_295_000)]
    pub tonnes: Tonnes,
    /// Where it was published.
    pub source: Source,
}

impl Parse for AlsoStated {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let level: Option<Level> = fields.required("level");
        // For an unknown level allow totals below 0: the level itself is the fault.
        let bound = level.unwrap_or(Level::Own);
        let tonnes = match fields.take("tonnes") {
            Some((value, at)) => parse_total(value, &at, bound),
            None => fields.at().child("tonnes").fault("missing", "is required"),
        };
        let source = fields.required("source");
        fields.close();
        Some(AlsoStated { level: level?, tonnes: tonnes?, source: source? })
    }
}

/// The accounting period, if it is not the calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Period {
    /// The first day; it lies in the inventory's year.
    #[schema(example = "2019-07-01")]
    pub start: NaiveDate,
    /// The last day. The period covers 360 to 370 days and has ended.
    #[schema(example = "2020-06-30")]
    pub end: NaiveDate,
}

impl Parse for Period {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let start = fields.required("start");
        let end = fields.required("end");
        fields.close();
        let (start, end): (NaiveDate, NaiveDate) = (start?, end?);
        let days = (end - start).num_days() + 1;
        if !(PERIOD_DAYS_MIN..=PERIOD_DAYS_MAX).contains(&days) {
            return at.fault(
                "period_length",
                format!("spans {days} days; an inventory covers {PERIOD_DAYS_MIN} to {PERIOD_DAYS_MAX}"),
            );
        }
        Some(Period { start, end })
    }
}

/// The verification of an inventory.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verification {
    /// Who verified it: the city itself or an auditor.
    pub level: VerificationLevel,
    /// The name of who verified it; absent if not stated.
    pub by: Option<Name>,
}

impl Parse for Verification {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let level = fields.required("level");
        let by = fields.optional("by");
        fields.close();
        Some(Verification { level: level?, by })
    }
}

/// The emissions of a city in one year.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Inventory {
    /// The year; for a fiscal year, the one in which it begins.
    pub year: Year,
    /// The accounting period; absent for the calendar year.
    pub period: Option<Period>,
    /// Stated totals by level, in t CO2e; required if there are no `lines`.
    #[serde(skip_serializing_if = "Totals::is_empty")]
    pub totals: Totals,
    /// The inventory line by line; absent if only totals are stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 512)]
    pub lines: Vec<Line>,
    /// People who live within the boundary in that year; absent if not known.
    #[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000, example = 3_898_474)]
    pub population: Option<Population>,
    /// The accounting standard; absent if none is declared.
    pub protocol: Option<Protocol>,
    /// The gases covered; absent if not declared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 1, max_items = 7, example = json!(["co2", "ch4", "n2o"]))]
    pub gases: Vec<Gas>,
    /// The set of global warming potentials used; absent if not declared.
    pub gwp: Option<GwpSet>,
    /// The series of the figures: one method, boundary and edition, such as a recalculated time series of a statistical
    /// office. Stated only if the publisher says that the years are recalculated together.
    pub series: Option<Slug>,
    /// How emissions from the electricity used are counted; absent if not declared.
    pub electricity: Option<Electricity>,
    /// True if the figures are corrected for warm and cold weather, false if not; absent if not declared.
    pub weather_normalised: Option<bool>,
    /// Totals that other sources state for the same year. The figures above are from the source that was published
    /// last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 8)]
    pub also_stated: Vec<AlsoStated>,
    /// Carbon credits retired for that year, in t CO2e; absent if not stated. They never lower a figure.
    #[schema(value_type = f64, minimum = 0, maximum = 1_000_000_000_000_i64, example = 12_500)]
    pub credits_retired_tonnes: Option<Tonnes>,
    /// The uncertainty of the total as the city estimates it, in percent; absent if not stated.
    #[schema(value_type = f64, minimum = 0, maximum = 100, example = 5)]
    pub uncertainty_percent: Option<Percent>,
    /// The verification; absent if not stated.
    pub verification: Option<Verification>,
    /// Where the figures were published.
    pub source: Source,
    /// A note to readers; absent if there is none.
    pub note: Option<Text>,
}

/// A figure of an inventory at one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The figure: the stated total, or else the sum of the lines.
    pub tonnes: Tonnes,
    /// The stated total; `None` if there is none.
    pub stated: Option<Tonnes>,
    /// The sum of the lines; `None` unless every line of the level has a value or a notation key.
    pub summed: Option<Tonnes>,
}

impl Figure {
    /// True if the stated total and the sum differ by more than 1 % of the stated total.
    #[must_use]
    pub fn differs_from_sum(&self) -> bool {
        match (self.stated, self.summed) {
            (Some(stated), Some(summed)) => {
                (stated.kilograms() - summed.kilograms()).abs() * 100 > stated.kilograms().abs()
            }
            _ => false,
        }
    }
}

impl Inventory {
    /// Reads a baseline, whose body names its year.
    pub fn parse_baseline(value: Value, at: &At<'_>) -> Option<Self> {
        let inventory = Self::parse_with(value, at, None)?;
        for level in Level::ALL {
            if inventory.figure(*level).is_some_and(|figure| !figure.tonnes.is_positive()) {
                let at = at.child("totals").child(level.as_str());
                at.fault::<()>("not_positive", "a baseline must be above 0: nothing can be measured against it");
            }
        }
        Some(inventory)
    }

    /// Reads the report of `year`, which is in its path; the body may repeat the year.
    pub fn parse_report(value: Value, at: &At<'_>, year: Year) -> Option<Self> {
        Self::parse_with(value, at, Some(year))
    }

    fn parse_with(value: Value, at: &At<'_>, year_in_path: Option<Year>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let year = match year_in_path {
            None => fields.required("year"),
            Some(year) => {
                let stated: Option<Year> = fields.optional("year");
                if stated.is_some_and(|stated| stated != year) {
                    fields.at().child("year").fault::<()>("year_differs", format!("must be {year}, as in the path"));
                }
                Some(year)
            }
        };
        let period = fields.optional("period");
        let faults_before = fields.at().count();
        let totals: Totals = fields.optional("totals").unwrap_or_default();
        let lines: Vec<Line> = fields.take("lines").and_then(|(v, at)| parse_list(v, &at, LINES)).unwrap_or_default();
        // Figures that are present but not valid have been noted already.
        let no_figures = totals.is_empty() && lines.is_empty() && fields.at().count() == faults_before;
        let population = fields.optional("population");
        let protocol = fields.optional("protocol");
        let gases = fields.take("gases").and_then(|(v, at)| parse_gases(v, &at)).unwrap_or_default();
        if fields.at().is_logged {
            // Earlier versions recorded here which sectors a total counts; now lines do.
            fields.take("sectors");
        }
        let gwp = fields.optional("gwp");
        let series = fields.optional("series");
        let electricity = fields.optional("electricity");
        let weather_normalised = fields.optional("weather_normalised");
        let also_stated =
            fields.take("also_stated").and_then(|(v, at)| parse_list(v, &at, ALSO_STATED)).unwrap_or_default();
        let credits_retired_tonnes = fields.optional("credits_retired_tonnes");
        let uncertainty_percent = fields.optional("uncertainty_percent");
        let verification = fields.optional("verification");
        let source = fields.required("source");
        let note = fields.optional("note");
        if no_figures {
            fields.at().fault::<()>("no_figures", "must have `totals` at one level or more, or `lines`");
        }
        check_lines(&lines, gwp, &fields.at().child("lines"));
        check_sums(&lines, gwp, &fields.at().child("lines"));
        if let Some(year) = year {
            check_ended(year, period, fields.at());
        }
        fields.close();
        Some(Inventory {
            year: year?,
            period,
            totals,
            lines,
            population,
            protocol,
            gases,
            gwp,
            series,
            electricity,
            weather_normalised,
            also_stated,
            credits_retired_tonnes,
            uncertainty_percent,
            verification,
            source: source?,
            note,
        })
    }

    /// The figure at `level`: the stated total, or else the sum of the lines; `None` if there is neither.
    #[must_use]
    pub fn figure(&self, level: Level) -> Option<Figure> {
        let stated = self.totals.get(level);
        let summed = self.summed(level);
        stated.or(summed).map(|tonnes| Figure { tonnes, stated, summed })
    }

    /// The sum of the lines of `level`; `None` unless each has a value or a notation key, and at least one has a value.
    #[must_use]
    pub fn summed(&self, level: Level) -> Option<Tonnes> {
        self.sum_of(GpcRef::all().filter(|reference| reference.is_counted_at(level)), self.gwp)
    }

    /// The sum of the lines `wanted`; `None` unless each has a value or a notation key, and at least one has a value.
    /// Lines stated by gas are converted by `gwp`, which must have a value for each of the gases.
    #[must_use]
    pub fn sum_of(&self, wanted: impl IntoIterator<Item = GpcRef>, gwp: Option<GwpSet>) -> Option<Tonnes> {
        if self.lines.is_empty() {
            return None;
        }
        let (mut sum, mut has_value) = (0, false);
        for reference in wanted {
            let mut is_given = false;
            for line in self.lines.iter().filter(|line| line.reference == reference) {
                is_given = true;
                if line.has_value() {
                    has_value = true;
                    sum += line.kilograms(gwp)?;
                }
            }
            if !is_given {
                return None;
            }
        }
        has_value.then(|| Tonnes::from_kilograms(sum))
    }

    /// The share of the lines of `level` that are known, in percent; `None` without lines.
    ///
    /// A line with a value or `NO` is known; one with `NE`, `IE` or `C` is not, nor is one that is missing.
    #[must_use]
    pub fn completeness_percent(&self, level: Level) -> Option<f64> {
        let (mut known, mut wanted) = (0_u32, 0_u32);
        for reference in GpcRef::all().filter(|reference| reference.is_counted_at(level)) {
            wanted += 1;
            let mut lines = self.lines.iter().filter(|line| line.reference == reference);
            known += u32::from(lines.any(|line| line.kilograms(self.gwp).is_some()));
        }
        (wanted > 0 && !self.lines.is_empty()).then(|| 100.0 * f64::from(known) / f64::from(wanted))
    }

    /// The first and last day it covers.
    #[must_use]
    pub fn days(&self) -> (NaiveDate, NaiveDate) {
        self.period.map_or_else(|| (first_day(self.year), last_day(self.year)), |period| (period.start, period.end))
    }

    /// True if its year had ended on a day.
    #[must_use]
    pub fn has_ended(&self, on: NaiveDate) -> bool {
        self.days().1 < on
    }

    /// True if it covers the calendar year.
    #[must_use]
    pub fn is_calendar_year(&self) -> bool {
        self.days() == (first_day(self.year), last_day(self.year))
    }
}

/// Reads the gases covered: at least one, none twice. They are sorted, so that equal sets are equal.
fn parse_gases(value: Value, at: &At<'_>) -> Option<Vec<Gas>> {
    let mut gases: Vec<Gas> = parse_list(value, at, Gas::ALL.len())?;
    if gases.is_empty() {
        return at.fault("empty", "must name at least one gas; leave it out when the gases are not known");
    }
    let count = gases.len();
    gases.sort_unstable();
    gases.dedup();
    if gases.len() == count { Some(gases) } else { at.fault("duplicate", "must not name a gas twice") }
}

/// Notes the lines that contradict each other, or that `gwp` cannot convert.
fn check_lines(lines: &[Line], gwp: Option<GwpSet>, at: &At<'_>) {
    for (index, line) in lines.iter().enumerate() {
        let at = at.child(&index.to_string());
        if lines[..index].iter().any(|earlier| contradicts(earlier, line)) {
            at.fault::<()>("duplicate_line", format!("{} is given twice", line.reference.as_str()));
        }
        if let LineValue::Gas { gas, .. } = line.value {
            match gwp {
                None => {
                    at.fault::<()>("gwp_required", "a line stated by gas needs the inventory's `gwp`");
                }
                Some(set) if super::gwp::potential(gas, set).is_none() => {
                    at.child("gas").fault::<()>("no_potential", format!("{gas} has no value in {set}"));
                }
                Some(set) if line.kilograms(Some(set)).is_none() => {
                    let detail = format!("is more than {TONNES_MAX} t once converted by {set}");
                    at.child("gas_tonnes").fault::<()>("out_of_range", detail);
                }
                Some(_) => {}
            }
        }
    }
}

/// Notes a fault if the lines sum to more than the largest total allowed.
fn check_sums(lines: &[Line], gwp: Option<GwpSet>, at: &At<'_>) {
    // At most 512 lines of at most 10^15 kg each: the sum fits in 64 bits.
    let amounts = lines.iter().map(|line| line.kilograms(gwp).unwrap_or(0).abs());
    if amounts.sum::<i64>() > TONNES_MAX * 1_000 {
        at.fault::<()>("out_of_range", format!("the lines sum to more than {TONNES_MAX} t"));
    }
}

/// True if two lines contradict each other: they have the same reference, and are not of two different gases.
fn contradicts(one: &Line, other: &Line) -> bool {
    let both_gases = match (&one.value, &other.value) {
        (LineValue::Gas { gas: one, .. }, LineValue::Gas { gas: other, .. }) => one != other,
        _ => false,
    };
    one.reference == other.reference && !both_gases
}

/// Notes a fault if the period does not begin in the year, or has not ended.
fn check_ended(year: Year, period: Option<Period>, at: &At<'_>) {
    let end = match period {
        Some(period) => {
            if period.start.year() != year.get() {
                at.child("period").child("start").fault::<()>("year_differs", format!("must lie in {year}"));
            }
            period.end
        }
        None => last_day(year),
    };
    if end >= at.today {
        let at = if period.is_some() { at.child("period").child("end") } else { at.child("year") };
        at.fault::<()>("not_ended", format!("the period ends on {end} and has not ended yet"));
    }
}
