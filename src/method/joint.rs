//! Several cities as one: the sum of what they emitted beside the sum of their pathways, year by year.
//!
//! Only what is printed is added up, to the kilogram, so that a reader who adds the printed numbers of the
//! members comes to the same sums. Nothing is filled in: a year counts when every city that is counted
//! has a comparable figure for it (sections 1 and 3 of the method).

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::{Tonnes, Year};

use super::assessment::{Assessment, PathwayPoint};
use super::pathway::{Pathway, Point};
use super::printed::{Amount, Ratio, Unit};

/// What a city emitted in a year, and what its pathway allowed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CourseYear {
    /// The year.
    pub year: Year,
    /// The comparable figure of the year, in t CO2e.
    #[schema(value_type = f64, example = 21_049_331)]
    pub emitted_tonnes: Tonnes,
    /// What the pathway allowed in that year, in t CO2e.
    #[schema(value_type = f64, example = 18_999_263.429)]
    pub expected_tonnes: Amount,
}

/// What several cities emitted in a year, and what their pathways allowed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JointYear {
    /// The year.
    pub year: Year,
    /// The sum of the members' figures of the year, in t CO2e.
    #[schema(value_type = f64, example = 21_049_331)]
    pub emitted_tonnes: Amount,
    /// The sum of what the members' pathways allowed, in t CO2e.
    #[schema(value_type = f64, example = 18_999_263.429)]
    pub expected_tonnes: Amount,
    /// The one less the other, in t CO2e: above 0 when more was emitted than the pathways allowed.
    #[schema(value_type = f64, example = 2_050_067.571)]
    pub gap_tonnes: Amount,
    /// The gap in percent of what the pathways allowed; absent when that is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, example = 10.790_248)]
    pub gap_percent: Option<Ratio>,
}

/// Several cities held together.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// The year that every city that is counted has a figure for.
    pub year: Year,
    /// Of each course whether it is counted.
    pub counted: Vec<bool>,
    /// The years that all of the counted courses cover, that one among them.
    pub years: Vec<JointYear>,
}

/// A city's years with a comparable figure after its base year, each beside its pathway.
///
/// Empty for a target per person, and for one without a baseline or a comparable figure.
#[must_use]
pub fn course(assessment: &Assessment) -> Vec<CourseYear> {
    let Some(pathway) = pathway(assessment) else { return Vec::new() };
    let row = |(year, tonnes)| {
        Some(CourseYear { year, emitted_tonnes: tonnes, expected_tonnes: Amount::new(pathway.at(year))? })
    };
    assessment.figures.iter().map(|figure| (figure.year, figure.tonnes)).filter_map(row).collect()
}

/// The pathway that an assessment prints; none unless it begins at a baseline and is in tonnes.
fn pathway(assessment: &Assessment) -> Option<Pathway> {
    let _base = assessment.baseline.as_ref().filter(|_| assessment.unit == Unit::Tonnes)?;
    let point = |point: &PathwayPoint| Some(Point { year: point.year, amount: point.tonnes?.exact() });
    let mut points: Vec<Point> = assessment.pathway.iter().filter_map(point).collect();
    let target = points.pop()?;
    let mut points = points.into_iter();
    Pathway::new(Some(points.next()?), points.collect(), target)
}

/// Adds courses up.
///
/// Held to the year `asked`, else to the one that most courses cover, of several the latest; courses without
/// that year are not counted. None when no course covers it.
#[must_use]
pub fn join(courses: &[Vec<CourseYear>], asked: Option<Year>) -> Option<Joint> {
    let mut covered: BTreeMap<Year, usize> = BTreeMap::new();
    for row in courses.iter().flatten() {
        *covered.entry(row.year).or_default() += 1;
    }
    let year = match asked {
        Some(year) => covered.contains_key(&year).then_some(year)?,
        None => covered.iter().max_by_key(|(year, count)| (**count, **year)).map(|(year, _)| *year)?,
    };
    let counted: Vec<bool> = courses.iter().map(|course| course.iter().any(|row| row.year == year)).collect();
    let members = counted.iter().filter(|counted| **counted).count();
    let mut sums: BTreeMap<Year, Sum> = BTreeMap::new();
    for row in courses.iter().zip(&counted).filter(|(_, counted)| **counted).flat_map(|(course, _)| course) {
        sums.entry(row.year).or_default().add(row);
    }
    let whole = sums.into_iter().filter(|(_, sum)| sum.members == members);
    Some(Joint { year, counted, years: whole.filter_map(|(year, sum)| sum.printed(year)).collect() })
}

/// What is added up of a year; in kilograms, in which printed tonnes are whole.
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

    fn printed(&self, year: Year) -> Option<JointYear> {
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
