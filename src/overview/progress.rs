//! The progress of a network: the verdicts of its members, and their joint emissions compared with their joint pathway.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::tally::VerdictCounts;
use crate::method::joint::sum;
use crate::method::{
    self, Amount, Assessment, Confidence, CourseYear, Joint, JointMember, JointYear, PathwayPoint, Ratio, Unit,
    Verdict, course,
};
use crate::record::vocabulary::{Boundary, vocabulary};
use crate::record::{CityId, Level, Slug, Tonnes, Year};
use crate::registry::{CityEntry, Present, Snapshot};

vocabulary! {
    /// Why a member is not counted in the joint figures.
    NotCounted {
        /// Its inventories do not cover the whole community, but another boundary.
        OtherBoundary = "other_boundary",
        /// It is part of a member that is counted, and that member's figures include its own.
        PartOfMember = "part_of_member",
        /// It has adopted no target for the whole city.
        NoTarget = "no_target",
        /// None of its targets is at the level.
        NoTargetAtLevel = "no_target_at_level",
        /// Its target at the level is per person, so there is no pathway for its total.
        PerPersonTarget = "per_person_target",
        /// Its figures cannot be compared with the baseline.
        NotComparable = "not_comparable",
        /// It has no baseline at the level, or no comparable figure after the base year.
        InsufficientData = "insufficient_data",
        /// It has no comparable figure for the year of the joint figures.
        YearNotReported = "year_not_reported",
    }
}

/// A member's total for one year, at the level of the joint figures.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct YearTotal {
    /// The year.
    pub year: Year,
    /// The total, in t CO2e.
    pub tonnes: Tonnes,
}

/// A member that is counted in the joint figures, and what it adds to them.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CountedMember {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The id of the target whose pathway is added up. Of the targets at the level, those whose year has not ended come
    /// first. Among these it is the one whose pathway, in five years, is lowest in relation to the latest comparable
    /// figure.
    pub target: Slug,
    /// The year by which the target is to be met.
    pub target_year: Year,
    /// The verdict on the target. With `unreported` or `outdated` the member still counts in the years that it has
    /// figures for.
    pub verdict: Verdict,
    /// How far the figures support the verdict.
    pub confidence: Confidence,
    /// The points of the target's pathway. Straight lines join them; after the last point the pathway is flat.
    pub pathway: Vec<PathwayPoint>,
    /// The years for which the member has a comparable figure. The joint figures have the years that all counted
    /// members share.
    pub course_years: Vec<CourseYear>,
    /// Its latest total at the level, whether or not it can be compared with the baseline. Absent when it has none.
    pub latest: Option<YearTotal>,
    /// What the member adds to `members_tonnes`: its comparable figure for the year of the joint figures. Absent when
    /// the member is part of another member whose total is added.
    pub added_total: Option<YearTotal>,
}

/// A member that is not counted in the joint figures, and why.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeftOutMember {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// Why it is not counted.
    pub reason: NotCounted,
    /// The same reason as a sentence, with the details.
    #[schema(example = "It has no comparable figure for 2020.")]
    pub detail: String,
    /// Its latest total at the level. Absent when it has none.
    pub latest: Option<YearTotal>,
    /// What the member adds to `members_tonnes`: its total for the year of the joint figures, else its latest total.
    /// Absent when the member has no total, does not cover the whole community, or is part of another member whose
    /// total is added.
    pub added_total: Option<YearTotal>,
}

/// A member that has reported none of the last three years.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueMember {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The year of its latest report. Absent when it has no report.
    pub latest_report_year: Option<Year>,
    /// The year of the judgement minus `latest_report_year`. Absent when it has no report.
    #[schema(minimum = 4, example = 6)]
    pub years_ago: Option<i32>,
}

/// The joint emissions of the counted members.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JointEmissions {
    /// The year that decides which members are counted: the requested year. Without one it is the year for which most
    /// members have a comparable figure, their own or that of a member they are part of; among equals the latest.
    pub year: Year,
    /// The years for which every counted member has a comparable figure, each with the sums over the counted members.
    pub joint_years: Vec<JointYear>,
    /// How many members are counted.
    #[schema(minimum = 1, example = 61)]
    pub counted_members: usize,
    /// How many of the counted members have a verdict of low confidence on the counted target.
    #[schema(minimum = 0, example = 3)]
    pub low_confidence_members: usize,
    /// What the counted members emitted in `year`, in t CO2e; the same number as in `joint_years`.
    pub counted_tonnes: Amount,
    /// The sum of what the members add, in t CO2e: the total of each for `year`, or its latest total if it has none for
    /// `year`. Left out are members that do not cover the whole community, and parts of a member whose total is added.
    /// Each member shows its share of the sum as `added_total`.
    pub members_tonnes: Amount,
    /// `counted_tonnes` in percent of `members_tonnes`. Absent when `members_tonnes` is 0. Also absent when it is below
    /// `counted_tonnes`, because a member that is not counted reports less than its counted parts.
    pub share_percent: Option<Ratio>,
}

/// The progress of a network: the verdicts of its members, and their joint emissions.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProgressAnswer {
    /// The network.
    #[schema(example = "c40")]
    pub network: Slug,
    /// Its name.
    #[schema(example = "C40 Cities")]
    pub name: String,
    /// The day of the judgement. The members are those of this day.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method.
    #[schema(example = "2")]
    pub method: &'static str,
    /// The level of the joint figures.
    pub level: Level,
    /// How many members the network has.
    #[schema(minimum = 0, example = 97)]
    pub members: usize,
    /// How many members have each verdict on their headline target.
    pub verdicts: VerdictCounts,
    /// The joint emissions of the counted members. Absent when no member is counted.
    pub joint: Option<JointEmissions>,
    /// The members that are counted in the joint figures, sorted by id.
    pub counted: Vec<CountedMember>,
    /// The members that are not counted in the joint figures, sorted by id.
    pub not_counted: Vec<LeftOutMember>,
    /// The members that have reported none of the last three years, sorted by id.
    pub overdue_members: Vec<OverdueMember>,
}

/// A member of the network.
type Member<'a> = (&'a CityId, &'a Arc<CityEntry>, &'a Present);

/// A member that may be counted in the joint figures.
struct Candidate<'a> {
    id: &'a CityId,
    entry: &'a CityEntry,
    present: &'a Present,
    /// The target whose pathway is added up, with its years; or why the member is not counted.
    course: Result<(&'a Assessment, Vec<CourseYear>), (NotCounted, String)>,
    /// What the member adds to the total of all members.
    added: Option<YearTotal>,
    /// The indices of the candidates that this member is part of: their figures include its own.
    wholes: Vec<usize>,
}

impl Candidate<'_> {
    fn joint_member(&self) -> JointMember<'_> {
        let years = self.course.as_ref().map_or(&[][..], |(_, years)| years);
        JointMember { years, wholes: &self.wholes }
    }
}

/// The progress of a network at `level`. Without a `year`, the joint figures take the one that most members reported.
#[must_use]
pub fn progress(snapshot: &Snapshot, network: &Slug, name: &str, level: Level, year: Option<Year>) -> ProgressAnswer {
    let judged_on = snapshot.judged_on;
    let is_member = |entry: &CityEntry| entry.is_member(network.as_str(), judged_on);
    let members: Vec<Member<'_>> = snapshot.present().filter(|(_, entry, _)| is_member(entry)).collect();
    let mut verdicts = VerdictCounts::default();
    for (_, _, present) in &members {
        verdicts.add(present);
    }
    let mut candidates = candidates(snapshot, &members, level);
    let joint = join(&mut candidates, year);
    if let Some(joint) = &joint {
        set_added(&mut candidates, level, joint.year);
    }
    let overdue = members.iter().filter(|(_, _, present)| present.latest.is_overdue(judged_on));
    ProgressAnswer {
        network: network.clone(),
        name: name.to_owned(),
        judged_on,
        method: method::VERSION,
        level,
        members: members.len(),
        verdicts,
        joint: joint.and_then(|joint| joint_emissions(joint, &candidates)),
        overdue_members: overdue.map(|(id, _, present)| overdue_member(id, present, judged_on)).collect(),
        counted: candidates.iter().filter_map(|candidate| counted_member(candidate, level)).collect(),
        not_counted: candidates.iter().filter_map(|candidate| left_out_member(candidate, level)).collect(),
    }
}

/// The members, each with the target that may be counted. Only whole communities are counted, or include others.
fn candidates<'a>(snapshot: &'a Snapshot, members: &[Member<'a>], level: Level) -> Vec<Candidate<'a>> {
    let is_community = |present: &Present| present.city.boundary == Boundary::Community;
    let communities = (0..).zip(members).filter(|(_, (.., present))| is_community(present));
    let indices: BTreeMap<&CityId, usize> = communities.map(|(index, (id, ..))| (*id, index)).collect();
    let candidate = |&(id, entry, present): &Member<'a>| {
        if !is_community(present) {
            let detail = format!("Its inventories enclose {}, not the whole community.", present.city.boundary);
            let course = Err((NotCounted::OtherBoundary, detail));
            return Candidate { id, entry, present, course, added: None, wholes: Vec::new() };
        }
        let wholes = snapshot.wholes(&present.city).filter_map(|(whole, _)| indices.get(whole).copied()).collect();
        let course = counted_course(present, level, snapshot.judged_on);
        Candidate { id, entry, present, course, added: None, wholes }
    };
    members.iter().map(candidate).collect()
}

/// The member's target whose pathway is added up, with its years.
///
/// # Errors
/// Why there is none: the code, and a sentence.
fn counted_course(
    present: &Present,
    level: Level,
    judged_on: NaiveDate,
) -> Result<(&Assessment, Vec<CourseYear>), (NotCounted, String)> {
    // Only an adopted target for the whole city gives its total a pathway.
    let is_city_wide = |target: &&Assessment| target.is_binding && target.target.sector.is_none();
    let judged = || present.targets.iter().filter(is_city_wide).filter(|target| target.verdict != Verdict::NotJudged);
    let at_level = || judged().filter(|target| target.target.level == level);
    let in_tonnes = at_level().filter(|target| target.unit == Unit::Tonnes);
    let with_figures = in_tonnes.clone().filter(|target| !course(target).is_empty());
    if let Some(target) = method::most_demanding(with_figures, judged_on) {
        return Ok((target, course(target)));
    }
    if let Some(target) = method::most_demanding(in_tonnes, judged_on) {
        let reason = match target.verdict {
            Verdict::NotComparable => NotCounted::NotComparable,
            _ => NotCounted::InsufficientData,
        };
        return Err((reason, target.sentence.clone()));
    }
    Err(if at_level().next().is_some() {
        (NotCounted::PerPersonTarget, format!("Its target at {level} is per person."))
    } else if judged().next().is_some() {
        (NotCounted::NoTargetAtLevel, format!("None of its targets is at {level}."))
    } else {
        (NotCounted::NoTarget, "It has adopted no target for the whole city.".to_owned())
    })
}

/// Adds up the courses. Members without a figure for the year, and parts of counted members, become "not counted".
fn join(candidates: &mut [Candidate<'_>], requested: Option<Year>) -> Option<Joint> {
    let members: Vec<JointMember<'_>> = candidates.iter().map(Candidate::joint_member).collect();
    let joint = method::join(&members, requested);
    let year = joint.as_ref().map(|joint| joint.year).or(requested);
    let is_counted = |index: usize| joint.as_ref().is_some_and(|joint| joint.counted.get(index) == Some(&true));
    let ids: Vec<&CityId> = candidates.iter().map(|candidate| candidate.id).collect();
    for (index, candidate) in candidates.iter_mut().enumerate() {
        if let Some(whole) = candidate.wholes.iter().copied().find(|whole| is_counted(*whole)) {
            let detail = format!("It is a part of {}, whose figures include its own.", ids[whole]);
            candidate.course = Err((NotCounted::PartOfMember, detail));
        } else if let (Ok(_), false, Some(year)) = (&candidate.course, is_counted(index), year) {
            let detail = format!("It has no comparable figure for {year}.");
            candidate.course = Err((NotCounted::YearNotReported, detail));
        }
    }
    joint
}

/// Sets what each community adds to the total of all members: its total for `year`, else its latest total.
///
/// A part of a member that has a total adds nothing.
fn set_added(candidates: &mut [Candidate<'_>], level: Level, year: Year) {
    let total = |candidate: &Candidate<'_>| {
        let is_community = candidate.present.city.boundary == Boundary::Community;
        let total = || total_for(candidate.entry, level, year).or_else(|| latest_total(candidate.present, level));
        is_community.then(total).flatten()
    };
    let totals: Vec<Option<YearTotal>> = candidates.iter().map(total).collect();
    for (candidate, total) in candidates.iter_mut().zip(&totals) {
        candidate.added = total.filter(|_| candidate.wholes.iter().all(|whole| totals[*whole].is_none()));
    }
}

fn joint_emissions(joint: Joint, candidates: &[Candidate<'_>]) -> Option<JointEmissions> {
    let counted_tonnes = joint.years.iter().find(|row| row.year == joint.year)?.emitted_tonnes;
    let members_tonnes = sum(candidates.iter().filter_map(|candidate| Some(candidate.added?.tonnes)))?;
    let counted = || candidates.iter().filter_map(|candidate| candidate.course.as_ref().ok());
    Some(JointEmissions {
        year: joint.year,
        joint_years: joint.years,
        counted_members: counted().count(),
        low_confidence_members: counted().filter(|(target, _)| target.confidence == Confidence::Low).count(),
        counted_tonnes,
        members_tonnes,
        share_percent: Ratio::new(100.0 * counted_tonnes.get() / members_tonnes.get())
            .filter(|share| share.get() <= 100.0),
    })
}

fn total_for(entry: &CityEntry, level: Level, year: Year) -> Option<YearTotal> {
    let (report, _) = entry.dossier.reports.get(&year)?.live()?;
    Some(YearTotal { year, tonnes: report.figure(level)?.tonnes })
}

fn latest_total(present: &Present, level: Level) -> Option<YearTotal> {
    let (year, tonnes) = *present.latest.totals.get(&level)?;
    Some(YearTotal { year, tonnes })
}

fn counted_member(candidate: &Candidate<'_>, level: Level) -> Option<CountedMember> {
    let (target, years) = candidate.course.as_ref().ok()?;
    Some(CountedMember {
        city: candidate.id.clone(),
        name: candidate.present.city.name.to_string(),
        target: target.target.id.clone(),
        target_year: target.target.target_year,
        verdict: target.verdict,
        confidence: target.confidence,
        pathway: target.pathway.clone(),
        course_years: years.clone(),
        latest: latest_total(candidate.present, level),
        added_total: candidate.added,
    })
}

fn left_out_member(candidate: &Candidate<'_>, level: Level) -> Option<LeftOutMember> {
    let (reason, detail) = candidate.course.as_ref().err()?;
    Some(LeftOutMember {
        city: candidate.id.clone(),
        name: candidate.present.city.name.to_string(),
        reason: *reason,
        detail: detail.clone(),
        latest: latest_total(candidate.present, level),
        added_total: candidate.added,
    })
}

fn overdue_member(id: &CityId, present: &Present, judged_on: NaiveDate) -> OverdueMember {
    let year = present.latest.report;
    OverdueMember {
        city: id.clone(),
        name: present.city.name.to_string(),
        latest_report_year: year,
        years_ago: year.map(|year| judged_on.year() - year.get()),
    }
}
