//! The series: the reported figures, the pathway and the trend, year by year.
//!
//! There is one row per year, ready to plot: from the base year to the target year, or to the last report after it.
//! Reports that cannot be compared are in columns of their own. The trend is the one of the second opinions, with its
//! 95 % prediction interval for each year.

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::warning::WarningCode;
use crate::record::{Slug, View, Year};

use super::all_cautions::cautions;
use super::budget::{FilledYear, fill_gaps};
use super::case::Case;
use super::caution::{Caution, CautionCode};
use super::conclusion::Conclusion;
use super::left_out::LeftOutReason;
use super::milestone::{MilestoneAssessment, MilestoneVerdict, milestones};
use super::opinion;
use super::pathway::Pathway;
use super::printed::{Amount, Ratio};
use super::scope::Scope;
use super::trend::Fit;
use super::verdict::Verdict;

/// One year of a target. An amount is absent if there is none for that year.
///
/// A target per person has `..._tonnes_per_person` (t CO2e per person) instead of `..._tonnes` (t CO2e).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SeriesRow {
    /// The year.
    pub year: Year,
    /// The comparable figure of that year, in t CO2e; in the base year, the baseline's figure.
    pub reported_tonnes: Option<Amount>,
    /// The comparable figure of that year, in t CO2e per person (only targets per person).
    pub reported_tonnes_per_person: Option<Ratio>,
    /// True if the year has no comparable figure and is between two reports that have one. The years between the
    /// baseline and the first report are not interpolated.
    #[schema(example = false)]
    pub interpolated: bool,
    /// The value of the straight line between the nearest figures, in t CO2e; absent unless `interpolated`.
    pub interpolated_tonnes: Option<Amount>,
    /// The value of the straight line between the nearest figures, in t CO2e per person (only targets per person).
    pub interpolated_tonnes_per_person: Option<Ratio>,
    /// What the pathway allows in that year, in t CO2e.
    pub pathway_tonnes: Option<Amount>,
    /// What the pathway allows in that year, in t CO2e per person (only targets per person).
    pub pathway_tonnes_per_person: Option<Ratio>,
    /// What a milestone in that year allows, in t CO2e.
    pub milestone_tonnes: Option<Amount>,
    /// What a milestone in that year allows, in t CO2e per person (only targets per person).
    pub milestone_tonnes_per_person: Option<Ratio>,
    /// Whether the milestone in that year was met; absent without one, or if the figures cannot be compared.
    pub milestone: Option<MilestoneVerdict>,
    /// The value of the trend in that year, in t CO2e; from the first year it is fitted to.
    pub trend_tonnes: Option<Amount>,
    /// The value of the trend in that year, in t CO2e per person (only targets per person).
    pub trend_tonnes_per_person: Option<Ratio>,
    /// The lower end of its 95 % prediction interval, in t CO2e.
    pub trend_low_tonnes: Option<Amount>,
    /// The lower end of its 95 % prediction interval, in t CO2e per person (only targets per person).
    pub trend_low_tonnes_per_person: Option<Ratio>,
    /// The upper end of its 95 % prediction interval, in t CO2e.
    pub trend_high_tonnes: Option<Amount>,
    /// The upper end of its 95 % prediction interval, in t CO2e per person (only targets per person).
    pub trend_high_tonnes_per_person: Option<Ratio>,
    /// Why the report of that year is left out; absent if it is not. Its figure is then in `left_out_tonnes`.
    pub left_out_reason: Option<LeftOutReason>,
    /// The figure that is left out, at the target's level, in t CO2e; a plot must not connect it to the others.
    pub left_out_tonnes: Option<Amount>,
    /// The figure that is left out, in t CO2e per person (only targets per person).
    pub left_out_tonnes_per_person: Option<Ratio>,
    /// The cautions about the figure of that year.
    pub caution_codes: Vec<CautionCode>,
    /// Probable mistakes in the figure reported; absent if none were found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warning_codes: Vec<WarningCode>,
}

/// The series of the target `target`, from the base year to the target year, or to the last report after it. `None` if
/// the target is not known.
///
/// Empty for a target that is not judged. Without a base year the rows begin with the first report.
#[must_use]
pub fn series(view: &View<'_>, target: &Slug, judged_on: NaiveDate) -> Option<Vec<SeriesRow>> {
    let (id, known) = view.targets.get_key_value(target)?;
    let case = Case::of(view, id, known, judged_on);
    let conclusion = Conclusion::of(&case);
    if conclusion.verdict == Verdict::NotJudged {
        return Some(Vec::new());
    }
    let columns = Columns::of(&case, &conclusion);
    let reported = || {
        let left_out = case.comparison.left_out.iter().map(|report| report.year);
        columns.figures.iter().map(|figure| figure.point.year).chain(left_out)
    };
    let first = case.base.as_ref().map(|base| base.year()).or(reported().min());
    let last = reported().chain([case.target.target_year]).max();
    let years = first.zip(last).into_iter().flat_map(|(first, last)| first.get()..=last.get());
    Some(years.filter_map(Year::new).map(|year| columns.row(year)).collect())
}

/// The data of the rows.
struct Columns<'c, 'v, 'a> {
    case: &'c Case<'v, 'a>,
    figures: Vec<FilledYear>,
    pathway: Option<&'c Pathway>,
    milestones: Vec<MilestoneAssessment>,
    fit: Option<Fit>,
    cautions: Vec<Caution>,
}

impl<'c, 'v, 'a> Columns<'c, 'v, 'a> {
    fn of(case: &'c Case<'v, 'a>, conclusion: &Conclusion) -> Self {
        let pathway = case.pathway.as_ref().ok();
        let line = |(numbers, pathway)| opinion::fit_line(case, pathway, numbers).ok();
        let mut figures = fill_gaps(&case.points());
        // The years between the baseline and the first report are not interpolated: decades may lie between them.
        if let Some(point) = case.base.as_ref().and_then(|base| base.point()) {
            figures.insert(0, FilledYear { point, interpolated: false });
        }
        Columns {
            case,
            figures,
            pathway,
            milestones: milestones(case, conclusion),
            fit: conclusion.numbers.as_ref().zip(pathway).and_then(line).map(|(_, fit)| fit),
            cautions: cautions(case, conclusion),
        }
    }

    fn row(&self, year: Year) -> SeriesRow {
        let unit = self.case.unit;
        let figure = self.figures.iter().find(|figure| figure.point.year == year);
        let interpolated = figure.is_some_and(|figure| figure.interpolated);
        let amount = figure.map(|figure| figure.point.amount);
        let (reported_tonnes, reported_tonnes_per_person) = unit.print(amount.filter(|_| !interpolated));
        let (interpolated_tonnes, interpolated_tonnes_per_person) = unit.print(amount.filter(|_| interpolated));
        let (pathway_tonnes, pathway_tonnes_per_person) = unit.print(self.allowed(year));
        let milestone = self.pathway.and_then(|pathway| pathway.milestones().iter().find(|point| point.year == year));
        let (milestone_tonnes, milestone_tonnes_per_person) = unit.print(milestone.map(|point| point.amount));
        let (left_out_tonnes, left_out_tonnes_per_person) = unit.print(self.left_out_amount(year));
        let fit = self.fit.filter(|fit| year >= fit.from);
        let (trend_tonnes, trend_tonnes_per_person) = unit.print(fit.map(|fit| fit.at(year)));
        let (trend_low_tonnes, trend_low_tonnes_per_person) =
            unit.print(fit.map(|fit| fit.at(year) - fit.margin(year)));
        let (trend_high_tonnes, trend_high_tonnes_per_person) =
            unit.print(fit.map(|fit| fit.at(year) + fit.margin(year)));
        let cautions = self.cautions.iter().filter(|caution| caution.years.contains(&year));
        let mut codes: Vec<CautionCode> = cautions.map(|caution| caution.code).collect();
        codes.dedup();
        SeriesRow {
            year,
            reported_tonnes,
            reported_tonnes_per_person,
            interpolated,
            interpolated_tonnes,
            interpolated_tonnes_per_person,
            pathway_tonnes,
            pathway_tonnes_per_person,
            milestone_tonnes,
            milestone_tonnes_per_person,
            milestone: self
                .milestones
                .iter()
                .find(|milestone| milestone.year == year)
                .map(|milestone| milestone.verdict),
            trend_tonnes,
            trend_tonnes_per_person,
            trend_low_tonnes,
            trend_low_tonnes_per_person,
            trend_high_tonnes,
            trend_high_tonnes_per_person,
            left_out_reason: self
                .case
                .comparison
                .left_out
                .iter()
                .find(|report| report.year == year)
                .map(|report| report.reason),
            left_out_tonnes,
            left_out_tonnes_per_person,
            caution_codes: codes,
            warning_codes: if reported_tonnes.is_some() || reported_tonnes_per_person.is_some() {
                self.case.warnings(year)
            } else {
                Vec::new()
            },
        }
    }

    /// The figure of a report that is left out; `None` if it has no figure in the unit of the target.
    fn left_out_amount(&self, year: Year) -> Option<f64> {
        self.case.comparison.left_out.iter().find(|report| report.year == year)?;
        let report = self.case.view.reports.get(&year)?.value;
        self.case.unit.amount(Scope::of(self.case.target).figure(report)?, report.population)
    }

    /// What the pathway allows; without a base it is not defined before its target year.
    fn allowed(&self, year: Year) -> Option<f64> {
        let is_defined = |pathway: &&Pathway| pathway.base().is_some() || year >= pathway.target().year;
        self.pathway.filter(is_defined).map(|pathway| pathway.at(year))
    }
}
