//! The formulas of the alternative courses, within the reports and like for like, and of what the pathway leaves in
//! five years.

use crate::method::assessment::Assessment;
use crate::method::pathway::{Pathway, Point};
use crate::method::printed::{Ratio, Unit};
use crate::method::within_reports::WithinReports;
use crate::record::target::MilestoneLevel;
use crate::record::units::Percent;
use crate::record::{Tonnes, Year};

use super::cautions::converted;
use super::{Explainer, num, pathway_formula, reduced_formula, residual_formula, sum};

impl Explainer {
    pub(super) fn within_reports(&mut self, assessment: &Assessment) {
        let Some(within) = &assessment.within_reports else { return };
        let unit = self.unit;
        let (base, target, actual, expected) = (
            unit.exact(within.base_tonnes, within.base_tonnes_per_person),
            unit.exact(within.target_tonnes, within.target_tonnes_per_person),
            unit.exact(within.tonnes, within.tonnes_per_person),
            unit.exact(within.expected_tonnes, within.expected_tonnes_per_person),
        );
        let ((Some(base), Some(target)), (Some(actual), Some(expected))) = ((base, target), (actual, expected)) else {
            return;
        };
        self.report_figures(assessment, within);
        let printed = unit.printed(within.target_tonnes, within.target_tonnes_per_person);
        self.add(format!("within_reports.{}", self.field_name("target")), printed, || goal(assessment, base));
        let base = Point { year: within.base_year, amount: base };
        let anchors = anchors(assessment, base, Point { year: assessment.target.target_year, amount: target });
        let printed = unit.printed(within.expected_tonnes, within.expected_tonnes_per_person);
        let formula = pathway_formula(&anchors, within.year).unwrap_or_default();
        self.add(format!("within_reports.{}", self.field_name("expected")), printed, || formula);
        let (base, actual, expected) = (num(base.amount), num(actual), num(expected));
        let printed = unit.printed(within.gap_tonnes, within.gap_tonnes_per_person);
        self.add(format!("within_reports.{}", self.field_name("gap")), printed, || format!("{actual} - {expected}"));
        self.add("within_reports.pace", within.pace.map(Ratio::get), || {
            format!("({base} - {actual}) / ({base} - {expected})")
        });
    }

    /// The figures of the two reports, unless they are plain totals of a record.
    fn report_figures(&mut self, assessment: &Assessment, within: &WithinReports) {
        let report = assessment.base_year_report.as_ref();
        let people = report.and_then(|report| report.population);
        let field = format!("within_reports.{}", self.field_name("base"));
        let printed = self.unit.printed(within.base_tonnes, within.base_tonnes_per_person);
        if within.converted_gases.is_empty() {
            self.per_person(field, within.base_tonnes_per_person, report.map(|report| report.tonnes), people);
        } else {
            self.add(field, printed, || converted(&within.converted_gases, people));
        }
        let used = assessment.figures.iter().find(|figure| figure.year == within.year);
        let used = used.map(|figure| (Some(figure.tonnes), figure.population));
        let left_out = assessment.left_out.iter().find(|left_out| left_out.year == within.year);
        let left_out = left_out.map(|left_out| (left_out.tonnes, left_out.population));
        if let Some((tonnes, people)) = used.or(left_out) {
            let field = "within_reports.tonnes_per_person".to_owned();
            self.per_person(field, within.tonnes_per_person, tonnes, people);
        }
    }

    pub(super) fn like_for_like(&mut self, assessment: &Assessment) {
        let Some(lines) = &assessment.like_for_like else { return };
        let name = |member: &str| format!("like_for_like.{member}");
        let (base, actual) = (lines.base_tonnes.exact(), lines.tonnes.exact());
        let total = |side: fn(&Tonnes, &Tonnes) -> f64| {
            sum(lines.by_line.iter().map(|line| num(side(&line.base_tonnes, &line.tonnes))))
        };
        self.add(name("base_tonnes"), Some(lines.base_tonnes.get()), || total(|base, _| base.get()));
        self.add(name("tonnes"), Some(lines.tonnes.get()), || total(|_, tonnes| tonnes.get()));
        if let Some(whole) = &assessment.baseline {
            let share = lines.base_share_percent.map(Ratio::get);
            self.add(name("base_share_percent"), share, || {
                format!("100 * {} / {}", num(base), num(whole.tonnes.get()))
            });
        }
        if let Some(whole) = figure(assessment, lines.year) {
            let share = lines.share_percent.map(Ratio::get);
            self.add(name("share_percent"), share, || format!("100 * {} / {}", num(actual), num(whole.get())));
        }
        self.add(name("change_percent"), lines.change_percent.map(Ratio::get), || {
            format!("100 * ({} - {}) / {}", num(actual), num(base), num(base))
        });
        let Some(from) = assessment.baseline.as_ref().map(|base| base.year) else { return };
        // A fixed level has a pace here only if it is zero.
        let percent = assessment.target.reduction_percent.map_or(100.0, Percent::get);
        let (target, year) = (assessment.target.target_year, lines.year);
        self.add(name("pace"), lines.pace.map(Ratio::get), || {
            let whole = format!("{} * {} / 100", num(base), num(percent));
            format!("({} - {}) / ({whole} * ({year} - {from}) / ({target} - {from}))", num(base), num(actual))
        });
    }

    pub(super) fn soon(&mut self, assessment: &Assessment) {
        let Some(soon) = &assessment.soon else { return };
        let printed = self.unit.printed(soon.expected_tonnes, soon.expected_tonnes_per_person);
        let expected = self.unit.exact(soon.expected_tonnes, soon.expected_tonnes_per_person);
        let formula = self.allowed(&assessment.pathway, soon.year).unwrap_or_default();
        self.add(format!("soon.{}", self.field_name("expected")), printed, || formula);
        let latest = assessment.figures.last().map(|figure| match self.unit {
            Unit::Tonnes => figure.tonnes.get(),
            Unit::TonnesPerPerson => figure.tonnes_per_person.map_or(f64::NAN, Ratio::exact),
        });
        if let Some((expected, latest)) = expected.zip(latest) {
            self.add("soon.share", Some(soon.share.get()), || format!("{} / {}", num(expected), num(latest)));
        }
    }
}

/// The figure of the report of a year, whether it is compared or left out.
fn figure(assessment: &Assessment, year: Year) -> Option<Tonnes> {
    let used = assessment.figures.iter().find(|figure| figure.year == year).map(|figure| figure.tonnes);
    used.or_else(|| assessment.left_out.iter().find(|left_out| left_out.year == year)?.tonnes)
}

/// The formula of what a target asks for, measured from another base.
fn goal(assessment: &Assessment, base: f64) -> String {
    let target = &assessment.target;
    let stated = target.tonnes.map(|tonnes| tonnes.get()).or(target.tonnes_per_person.map(|tonnes| tonnes.get()));
    let of = target.scenario_tonnes.map_or(base, |tonnes| tonnes.get());
    let gross = match (stated, target.reduction_percent) {
        (Some(stated), _) => num(stated),
        (None, Some(percent)) => reduced_formula(of, percent),
        (None, None) => return String::new(),
    };
    match target.max_offset_percent {
        Some(offset) => residual_formula(&gross, &num(base), offset.get()),
        None => gross,
    }
}

/// The points of the pathway from another base.
fn anchors(assessment: &Assessment, base: Point, target: Point) -> Vec<Point> {
    let milestones = assessment.target.milestones.iter().map(|milestone| {
        let amount = match milestone.level {
            MilestoneLevel::Tonnes { tonnes } => tonnes.get(),
            MilestoneLevel::Reduction { reduction_percent } => {
                crate::method::goal::reduce(base.amount, reduction_percent.get())
            }
        };
        Point { year: milestone.year, amount }
    });
    let pathway = Pathway::new(Some(base), milestones.collect(), target);
    pathway.map(|pathway| pathway.anchors().collect()).unwrap_or_default()
}
