//! Several cities together: the sum of their emissions compared with the sum of their pathways, year by year.
//!
//! Only printed numbers are added up, to the kilogram, so that a reader who adds them comes to the same sums. Nothing
//! is interpolated: a year counts if every city that is counted has a comparable figure for it (sections 1 and 3 of the
//! method). Nothing is counted twice: a city is not counted together with one that it is part of.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::{Tonnes, Year};

use super::assessment::Assessment;
use super::cited::PathwayPoint;
use super::pathway::{Pathway, Point};
use super::printed::{Amount, Ratio, Unit};
use super::verdict::Verdict;

/// A city's emissions in a year, and what its pathway allowed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CourseYear {
    /// The year.
    pub year: Year,
    /// The comparable figure of the year, in t CO2e.
    pub emitted_tonnes: Tonnes,
    /// What the pathway allowed in that year, in t CO2e.
    pub expected_tonnes: Amount,
}

/// The emissions of several cities in a year, and what their pathways allowed.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JointYear {
    /// The year.
    pub year: Year,
    /// The sum of the members' figures of the year, in t CO2e.
    pub emitted_tonnes: Amount,
    /// The sum of what the members' pathways allowed in that year, in t CO2e.
    pub expected_tonnes: Amount,
    /// The difference of the two, in t CO2e: above 0 if more was emitted than the pathways allowed.
    pub gap_tonnes: Amount,
    /// The gap in percent of what the pathways allowed; absent if that is 0.
    pub gap_percent: Option<Ratio>,
}

/// A city that may be counted.
#[derive(Debug, Clone, Copy)]
pub struct JointMember<'a> {
    /// Its years with a comparable figure; empty if it follows no pathway.
    pub years: &'a [CourseYear],
    /// The indices of the members that it is part of, directly or through others.
    pub wholes: &'a [usize],
}

/// Several cities counted together.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// The year for which every city that is counted has a figure.
    pub year: Year,
    /// For each member, whether it is counted.
    pub counted: Vec<bool>,
    /// The years for which all counted members have a figure; `year` is one of them.
    pub years: Vec<JointYear>,
}

/// A city's comparable figures after its base year, each with what the pathway allowed.
///
/// Empty for a target per person, and without a baseline or a comparable figure.
#[must_use]
pub fn course(assessment: &Assessment) -> Vec<CourseYear> {
    let Some(pathway) = pathway(assessment).filter(|_| is_comparable(assessment)) else { return Vec::new() };
    let row = |(year, tonnes)| {
        Some(CourseYear { year, emitted_tonnes: tonnes, expected_tonnes: Amount::new(pathway.at(year))? })
    };
    assessment.figures.iter().map(|figure| (figure.year, figure.tonnes)).filter_map(row).collect()
}

/// True if an assessment compares tonnes with tonnes.
fn is_comparable(assessment: &Assessment) -> bool {
    assessment.unit == Unit::Tonnes && !matches!(assessment.verdict, Verdict::NotComparable | Verdict::NotJudged)
}

/// The pathway that an assessment prints, in its unit; `None` unless it begins at a baseline.
fn pathway(assessment: &Assessment) -> Option<Pathway> {
    assessment.baseline.as_ref()?;
    let point = |point: &PathwayPoint| {
        let amount = match assessment.unit {
            Unit::Tonnes => point.tonnes?.exact(),
            Unit::TonnesPerPerson => point.tonnes_per_person?.exact(),
        };
        Some(Point { year: point.year, amount })
    };
    let mut points: Vec<Point> = assessment.pathway.iter().filter_map(point).collect();
    let target = points.pop()?;
    let mut points = points.into_iter();
    Pathway::new(Some(points.next()?), points.collect(), target)
}

/// Adds up the emissions of cities, and their pathways.
///
/// The sums are for `requested_year` or, without one, for the year for which most members have a figure; of several
/// such years, the latest. A figure of a larger city that a member is part of counts as the member's, too. Members with
/// a figure for that year are counted, unless a larger city that they are part of has one. `None` if no member has a
/// figure for it.
#[must_use]
pub fn join(members: &[JointMember<'_>], requested_year: Option<Year>) -> Option<Joint> {
    let wholes = |member: &JointMember<'_>| member.wholes.iter().filter_map(|at| members.get(*at)).collect::<Vec<_>>();
    let mut covered: BTreeMap<Year, usize> = BTreeMap::new();
    for member in members {
        let rows = member.years.iter().chain(wholes(member).into_iter().flat_map(|whole| whole.years));
        for year in rows.map(|row| row.year).collect::<BTreeSet<Year>>() {
            *covered.entry(year).or_default() += 1;
        }
    }
    let year = match requested_year {
        Some(year) => covered.contains_key(&year).then_some(year)?,
        None => covered.iter().max_by_key(|(year, count)| (**count, **year)).map(|(year, _)| *year)?,
    };
    let has_figure = |member: &JointMember<'_>| member.years.iter().any(|row| row.year == year);
    let is_counted = |member: &JointMember<'_>| has_figure(member) && !wholes(member).into_iter().any(has_figure);
    let counted: Vec<bool> = members.iter().map(is_counted).collect();
    let count = counted.iter().filter(|counted| **counted).count();
    let mut sums: BTreeMap<Year, Sum> = BTreeMap::new();
    for row in members.iter().zip(&counted).filter(|(_, counted)| **counted).flat_map(|(member, _)| member.years) {
        sums.entry(row.year).or_default().add(row);
    }
    let whole = sums.into_iter().filter(|(_, sum)| sum.members == count);
    Some(Joint { year, counted, years: whole.filter_map(|(year, sum)| sum.to_year(year)).collect() })
}

/// The sums of a year in kilograms, in which printed tonnes are whole numbers.
#[derive(Debug, Default)]
struct Sum {
    members: usize,
    emitted: i128,
    expected: i128,
}

impl Sum {
    fn add(&mut self, row: &CourseYear) {
        self.members += 1;
        self.emitted += i128::from(row.emitted_tonnes.kilograms());
        #[allow(clippy::cast_possible_truncation, reason = "at most 10^15 kilograms in amount")]
        let kilograms = (row.expected_tonnes.get() * 1e3).round() as i128;
        self.expected += kilograms;
    }

    fn to_year(&self, year: Year) -> Option<JointYear> {
        let gap = self.emitted - self.expected;
        let expected = tonnes(self.expected)?;
        Some(JointYear {
            year,
            emitted_tonnes: tonnes(self.emitted)?,
            expected_tonnes: expected,
            gap_tonnes: tonnes(gap)?,
            gap_percent: Some(expected.get())
                .filter(|expected| *expected != 0.0)
                .and_then(|expected| Ratio::new(100.0 * tonnes(gap)?.get() / expected)),
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "exact to 9 * 10^12 t, hundreds of times what the world emits")]
fn tonnes(kilograms: i128) -> Option<Amount> {
    Amount::new(kilograms as f64 / 1e3)
}

/// The sum of amounts, exact to the kilogram, in t CO2e.
#[must_use]
pub fn sum(amounts: impl IntoIterator<Item = Tonnes>) -> Option<Amount> {
    tonnes(amounts.into_iter().map(|amount| i128::from(amount.kilograms())).sum())
}
