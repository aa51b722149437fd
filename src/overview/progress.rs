//! The progress of a network: its members' verdicts, and their emissions as if they were one city's.

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
        /// Its inventories enclose something else than the whole community.
        OtherBoundary = "other_boundary",
        /// It is a part of a member that is counted, whose figures include its own.
        PartOfMember = "part_of_member",
        /// It has adopted no target for the whole city.
        NoTarget = "no_target",
        /// Its targets speak of other levels.
        NoTargetAtLevel = "no_target_at_level",
        /// Its target at the level is per person: its total follows no pathway.
        PerPersonTarget = "per_person_target",
        /// Its figures cannot be compared with the baseline.
        NotComparable = "not_comparable",
        /// It has no baseline at the level, or no comparable figure after it.
        InsufficientData = "insufficient_data",
        /// It has no comparable figure for the year that the joint figures are held to.
        YearNotReported = "year_not_reported",
    }
}

/// The total of a report at the level.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct YearTotal {
    /// The year.
    pub year: Year,
    /// The total, in t CO2e.
    pub tonnes: Tonnes,
}

/// A member that is counted, with what it adds to the sums.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CountedMember {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The id of the target whose pathway is added up: of those at the level, those not yet due first, the one that
    /// leaves least of the latest comparable figure in five years.
    pub target: Slug,
    /// The year by which it is to be met.
    pub target_year: Year,
    /// The verdict on it; one that is `unreported` or `outdated` is counted in the years that it has figures for.
    pub verdict: Verdict,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The points that its pathway is drawn through by straight lines; flat after the last.
    pub pathway: Vec<PathwayPoint>,
    /// Its years with a comparable figure. Those that every counted member has are added up.
    pub years: Vec<CourseYear>,
    /// Its latest total at the level, whether or not it can be compared with the baseline.
    pub latest: Option<YearTotal>,
    /// What it adds to `members_tonnes`: its comparable figure of the year that the joint figures are held to.
    /// Absent when it is a part of a member that adds a total, which includes its own.
    pub added: Option<YearTotal>,
}

/// A member that is not counted, and why.
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
    /// Why, for a person.
    #[schema(example = "It has no comparable figure for 2020.")]
    pub detail: String,
    /// Its latest total at the level.
    pub latest: Option<YearTotal>,
    /// What it adds to `members_tonnes`: its total of the year that the joint figures are held to, else its latest.
    /// Absent when its boundary is another, or it is a part of a member that adds a total, which includes its own.
    pub added: Option<YearTotal>,
}

/// A member that has not reported for three years.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueMember {
    /// The city.
    pub city: Slug,
    /// Its name.
    #[schema(example = "Los Angeles")]
    pub name: String,
    /// The year of its latest report; absent when it never reported.
    pub latest_report_year: Option<Year>,
    /// How many years before that of the judgement the year of its latest report lies.
    #[schema(minimum = 4, example = 6)]
    pub years_ago: Option<i32>,
}

/// The emissions of the counted members together.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JointEmissions {
    /// The year that the figures are held to: the one asked for, else the one for which most members have a
    /// comparable figure, their own or one of a member that they are a part of; of several the latest.
    pub year: Year,
    /// The years for which every counted member has a comparable figure, each with the sums over the members.
    pub years: Vec<JointYear>,
    /// How many members are counted.
    #[schema(minimum = 1, example = 61)]
    pub counted_members: usize,
    /// How many of the counted members have a verdict of low confidence on the target.
    #[schema(minimum = 0, example = 3)]
    pub low_confidence_members: usize,
    /// What the counted members emitted in `year`, as in `years`, in t CO2e.
    pub counted_tonnes: Amount,
    /// The sum of the totals at the level of all members that have one, but for those with another boundary and
    /// those that are parts of a member whose total is added, in t CO2e. Of each the total of `year` counts, of those
    /// without it the latest: it stands with the member as `added`.
    pub members_tonnes: Amount,
    /// `counted_tonnes` in percent of `members_tonnes`; absent when that is 0, or is the smaller because a member
    /// that is not counted reports less than its counted parts.
    pub share_percent: Option<Ratio>,
}

/// How the members of a network get on, each and together.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProgressAnswer {
    /// The network.
    #[schema(example = "c40")]
    pub network: Slug,
    /// Its name.
    #[schema(example = "C40 Cities")]
    pub name: String,
    /// The day of the judgement; who is a member is as of that day too.
    #[schema(example = "2026-11-23")]
    pub judged_on: NaiveDate,
    /// The version of the method.
    #[schema(example = "2")]
    pub method: &'static str,
    /// The level of the joint figures.
    pub level: Level,
    /// How many members it has.
    #[schema(minimum = 0, example = 97)]
    pub members: usize,
    /// How many members stand where, by the verdict on their headline target.
    pub verdicts: VerdictCounts,
    /// The emissions of the counted members together; absent when none is counted.
    pub joint: Option<JointEmissions>,
    /// The members that are counted, by id.
    pub counted: Vec<CountedMember>,
    /// The members that are not, by id.
    pub left_out: Vec<LeftOutMember>,
    /// The members of whose last three years none is reported, by id.
    pub overdue: Vec<OverdueMember>,
}

/// A member of the network, by id.
type Member<'a> = (&'a CityId, &'a Arc<CityEntry>, &'a Present);

/// A member, and the target whose pathway may be counted, or why none is.
struct Candidate<'a> {
    id: &'a CityId,
    entry: &'a CityEntry,
    present: &'a Present,
    course: Result<(&'a Assessment, Vec<CourseYear>), (NotCounted, String)>,
    added: Option<YearTotal>,
    /// Where among the candidates those are whose figures include its own.
    wholes: Vec<usize>,
}

impl Candidate<'_> {
    fn joining(&self) -> JointMember<'_> {
        let years = self.course.as_ref().map_or(&[][..], |(_, years)| years);
        JointMember { years, wholes: &self.wholes }
    }
}

/// The progress of a network at `level`, held to `year` if one is asked for.
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
        add(&mut candidates, level, joint.year);
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
        joint: joint.and_then(|joint| emissions(joint, &candidates)),
        overdue: overdue.map(|(id, _, present)| overdue_member(id, present, judged_on)).collect(),
        counted: candidates.iter().filter_map(|candidate| counted(candidate, level)).collect(),
        left_out: candidates.iter().filter_map(|candidate| left_out(candidate, level)).collect(),
    }
}

/// The members with what may be counted of them. Only whole communities are, and include one another.
fn candidates<'a>(snapshot: &'a Snapshot, members: &[Member<'a>], level: Level) -> Vec<Candidate<'a>> {
    let is_community = |present: &Present| present.city.boundary == Boundary::Community;
    let places: BTreeMap<&CityId, usize> =
        (0..).zip(members).filter(|(_, (.., present))| is_community(present)).map(|(at, (id, ..))| (*id, at)).collect();
    let candidate = |&(id, entry, present): &Member<'a>| {
        if !is_community(present) {
            let detail = format!("Its inventories enclose {}, not the whole community.", present.city.boundary);
            let course = Err((NotCounted::OtherBoundary, detail));
            return Candidate { id, entry, present, course, added: None, wholes: Vec::new() };
        }
        let wholes = snapshot.wholes(&present.city).filter_map(|(whole, _)| places.get(whole).copied()).collect();
        Candidate { id, entry, present, course: best(present, level, snapshot.judged_on), added: None, wholes }
    };
    members.iter().map(candidate).collect()
}

/// The member's target at the level whose pathway is counted, with its years; or why there is none.
fn best(
    present: &Present,
    level: Level,
    judged_on: NaiveDate,
) -> Result<(&Assessment, Vec<CourseYear>), (NotCounted, String)> {
    // Only what binds the whole city follows a pathway of its total.
    let of_city = |target: &&Assessment| target.binds && target.target.sector.is_none();
    let judged = || present.targets.iter().filter(of_city).filter(|target| target.verdict != Verdict::NotJudged);
    let at_level = || judged().filter(|target| target.target.level == level);
    let in_tonnes = at_level().filter(|target| target.unit == Unit::Tonnes);
    let followed = in_tonnes.clone().filter(|target| !course(target).is_empty());
    if let Some(target) = method::most_demanding(followed, judged_on) {
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

/// Adds the courses up; parts of who is counted, and who is without the year, are then left out.
fn join(candidates: &mut [Candidate<'_>], asked: Option<Year>) -> Option<Joint> {
    let members: Vec<JointMember<'_>> = candidates.iter().map(Candidate::joining).collect();
    let joint = method::join(&members, asked);
    let held_to = joint.as_ref().map(|joint| joint.year).or(asked);
    let is_counted = |at: usize| joint.as_ref().is_some_and(|joint| joint.counted.get(at) == Some(&true));
    let ids: Vec<&CityId> = candidates.iter().map(|candidate| candidate.id).collect();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        if let Some(whole) = candidate.wholes.iter().copied().find(|whole| is_counted(*whole)) {
            let detail = format!("It is a part of {}, whose figures include its own.", ids[whole]);
            candidate.course = Err((NotCounted::PartOfMember, detail));
        } else if let (Ok(_), false, Some(year)) = (&candidate.course, is_counted(at), held_to) {
            let detail = format!("It has no comparable figure for {year}.");
            candidate.course = Err((NotCounted::YearNotReported, detail));
        }
    }
    joint
}

/// Notes what each community adds to the tonnes of all: its total of `year`, else its latest; nothing if it is a part
/// of one that has a total.
fn add(candidates: &mut [Candidate<'_>], level: Level, year: Year) {
    let total = |candidate: &Candidate<'_>| {
        let is_community = candidate.present.city.boundary == Boundary::Community;
        let total = || of_year(candidate.entry, level, year).or_else(|| latest(candidate.present, level));
        is_community.then(total).flatten()
    };
    let totals: Vec<Option<YearTotal>> = candidates.iter().map(total).collect();
    for (candidate, total) in candidates.iter_mut().zip(&totals) {
        candidate.added = total.filter(|_| candidate.wholes.iter().all(|whole| totals[*whole].is_none()));
    }
}

fn emissions(joint: Joint, candidates: &[Candidate<'_>]) -> Option<JointEmissions> {
    let counted_tonnes = joint.years.iter().find(|row| row.year == joint.year)?.emitted_tonnes;
    let members_tonnes = sum(candidates.iter().filter_map(|candidate| Some(candidate.added?.tonnes)))?;
    let counted = || candidates.iter().filter_map(|candidate| candidate.course.as_ref().ok());
    Some(JointEmissions {
        year: joint.year,
        years: joint.years,
        counted_members: counted().count(),
        low_confidence_members: counted().filter(|(target, _)| target.confidence == Confidence::Low).count(),
        counted_tonnes,
        members_tonnes,
        share_percent: Ratio::new(100.0 * counted_tonnes.get() / members_tonnes.get())
            .filter(|share| share.get() <= 100.0),
    })
}

fn of_year(entry: &CityEntry, level: Level, year: Year) -> Option<YearTotal> {
    let (report, _) = entry.dossier.reports.get(&year)?.live()?;
    Some(YearTotal { year, tonnes: report.figure(level)?.tonnes })
}

fn latest(present: &Present, level: Level) -> Option<YearTotal> {
    let (year, tonnes) = *present.latest.totals.get(&level)?;
    Some(YearTotal { year, tonnes })
}

fn counted(candidate: &Candidate<'_>, level: Level) -> Option<CountedMember> {
    let (target, years) = candidate.course.as_ref().ok()?;
    Some(CountedMember {
        city: candidate.id.clone(),
        name: candidate.present.city.name.to_string(),
        target: target.target.id.clone(),
        target_year: target.target.target_year,
        verdict: target.verdict,
        confidence: target.confidence,
        pathway: target.pathway.clone(),
        years: years.clone(),
        latest: latest(candidate.present, level),
        added: candidate.added,
    })
}

fn left_out(candidate: &Candidate<'_>, level: Level) -> Option<LeftOutMember> {
    let (reason, detail) = candidate.course.as_ref().err()?;
    Some(LeftOutMember {
        city: candidate.id.clone(),
        name: candidate.present.city.name.to_string(),
        reason: *reason,
        detail: detail.clone(),
        latest: latest(candidate.present, level),
        added: candidate.added,
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
