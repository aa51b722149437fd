//! Like for like: the change on the lines that both the baseline and the latest report know.
//!
//! Only lines that have a value or do not occur on both sides are summed, even if the report as a whole cannot be
//! compared. The pace applies the pledged reduction to these sums, on a straight line. It is never a verdict.
//! Source: ours.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::gpc::GpcRef;
use crate::record::target::Goal;
use crate::record::{Tonnes, Year};

use super::absent::AbsentReason;
use super::case::Case;
use super::course::{Course, YearNumbers, uncertainty};
use super::coverage::Lines;
use super::goal::{self, reduce};
use super::pathway::{Pathway, Point};
use super::printed::{Amount, Ratio, Unit};

/// The change on the lines that both the baseline and the latest report know.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LikeForLike {
    /// The year of the latest report.
    pub year: Year,
    /// The number of lines that have a value or do not occur on both sides.
    #[schema(example = 30)]
    pub line_count: usize,
    /// Their sum in the baseline, in t CO2e.
    pub base_tonnes: Amount,
    /// Their sum in the report, in t CO2e.
    pub tonnes: Amount,
    /// The share of the baseline figure that these lines make up, in percent; absent if that figure is not above 0.
    pub base_share_percent: Option<Ratio>,
    /// The share of the report's figure that these lines make up, in percent; absent if that figure is not above 0.
    pub share_percent: Option<Ratio>,
    /// The change from the baseline to the report, in percent: below 0 for a fall. Absent if the baseline sum is 0 or
    /// less.
    pub change_percent: Option<Ratio>,
    /// The share of the reduction called for by then that these lines deliver, if they are to fall by the same
    /// percentage as the total. Absent where `course` is, or if no reduction is called for.
    pub pace: Option<Ratio>,
    /// The course of these lines alone. Absent from the target year on, and if the pledge is no reduction in percent.
    pub course: Option<Course>,
    /// The uncertainty assumed for the course, in percent: the larger one that the two sides state, at most 10, or else
    /// 3. Absent where `course` is.
    pub uncertainty_percent: Option<Ratio>,
    /// The lines, with the amounts of both sides.
    pub by_line: Vec<SharedLine>,
}

/// A line that both sides know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SharedLine {
    /// The GPC reference number.
    #[serde(rename = "ref")]
    #[schema(value_type = String, pattern = "^[IV]{1,3}(\\.[1-8]){1,2}$", example = "I.1.1")]
    pub reference: GpcRef,
    /// The baseline's amount on it, in t CO2e; 0 if the line does not occur.
    pub base_tonnes: Tonnes,
    /// The report's amount on it, in t CO2e; 0 if the line does not occur.
    pub tonnes: Tonnes,
}

impl SharedLine {
    fn of((reference, kilograms): (GpcRef, [i64; 2])) -> Self {
        let [base_tonnes, tonnes] = kilograms.map(Tonnes::from_kilograms);
        SharedLine { reference, base_tonnes, tonnes }
    }
}

impl LikeForLike {
    /// The opinion on a case, or why there is none.
    pub(super) fn of(case: &Case<'_, '_>) -> Result<Self, AbsentReason> {
        let base = case.base.as_ref().ok_or(AbsentReason::NoBaseline)?;
        let later = case.view.reports.range(..).rev().map(|(_, report)| report.value);
        let mut later = later.filter(|report| report.year > base.year() && report.has_ended(case.judged_on));
        let report = later.next().ok_or(AbsentReason::InsufficientData)?;
        let ours = Lines::of(base.inventory, &base.scope, base.gwp()).ok_or(AbsentReason::NoLines)?;
        let theirs = Lines::of(report, &base.scope, report.gwp).ok_or(AbsentReason::NoLines)?;
        let by_line: Vec<SharedLine> = ours.shared(&theirs).map(SharedLine::of).collect();
        if by_line.is_empty() {
            return Err(AbsentReason::NoLines);
        }
        let sum = |side: fn(&SharedLine) -> Tonnes| {
            let kilograms = by_line.iter().map(|line| side(line).kilograms()).sum();
            Tonnes::from_kilograms(kilograms).get()
        };
        let sums = [
            Point { year: base.year(), amount: sum(|line| line.base_tonnes) },
            Point { year: report.year, amount: sum(|line| line.tonnes) },
        ];
        let uncertainty = uncertainty(&[base.inventory, report]);
        let numbers = compute_course(case, sums, uncertainty);
        let share = |part: f64, whole: Option<f64>| {
            whole.filter(|whole| *whole > 0.0).and_then(|whole| Ratio::new(100.0 * part / whole))
        };
        let [from, to] = sums.map(|sum| sum.amount);
        let whole = base.scope.figure(report).map(|figure| figure.tonnes.get());
        Ok(LikeForLike {
            year: report.year,
            line_count: by_line.len(),
            base_tonnes: Amount::new(from).ok_or(AbsentReason::InsufficientData)?,
            tonnes: Amount::new(to).ok_or(AbsentReason::InsufficientData)?,
            base_share_percent: share(from, base.figure.map(|figure| figure.tonnes.get())),
            share_percent: share(to, whole),
            change_percent: share(to - from, Some(from)),
            pace: numbers.and_then(|(numbers, _)| numbers.pace).and_then(Ratio::new),
            course: numbers.map(|(_, course)| course),
            uncertainty_percent: numbers.and_then(|_| Ratio::new(100.0 * uncertainty)),
            by_line,
        })
    }
}

/// The numbers and the course of the sums; `None` unless the pledge is a share that can be applied to a part.
fn compute_course(case: &Case<'_, '_>, [base, judged]: [Point; 2], uncertainty: f64) -> Option<(YearNumbers, Course)> {
    let percent = match &case.target.goal {
        Goal::BaseYear { reduction_percent } => reduction_percent.get(),
        Goal::FixedLevel { tonnes } if tonnes.kilograms() == 0 => 100.0,
        _ => return None,
    };
    let has_course =
        base.amount > 0.0 && judged.year < case.target.target_year && goal::unit(case.target) == Unit::Tonnes;
    let target = Point { year: case.target.target_year, amount: reduce(base.amount, percent) };
    let pathway = Pathway::new(Some(base), Vec::new(), target).filter(|_| has_course)?;
    let numbers = YearNumbers::of(&pathway, judged, Unit::Tonnes);
    Some((numbers, numbers.course(&pathway, uncertainty, Unit::Tonnes)?))
}
