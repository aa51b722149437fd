//! A target: what a city pledges, from which base, and by which year.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::calendar::DayOrYear;
use super::fault::{At, Fields, Parse, parse_list};
use super::level::Level;
use super::limits::MILESTONES;
use super::sector::Sector;
use super::source::Source;
use super::text::{Name, Slug, Text};
use super::units::{Percent, SignedTonnes, Tonnes, TonnesPerPerson, Year};
use super::vocabulary::vocabulary;

vocabulary! {
    /// The kind of a target, as CDP and the GPC distinguish them.
    TargetKind {
        /// A reduction from the emissions of a base year.
        BaseYear = "base_year",
        /// A stated level of emissions; 0 for net zero.
        FixedLevel = "fixed_level",
        /// A reduction of emissions per person from a base year.
        BaseYearIntensity = "base_year_intensity",
        /// A reduction from the emissions that a scenario predicts for the target year.
        BaselineScenario = "baseline_scenario",
    }
}

vocabulary! {
    /// The status of a target today. Targets that are adopted or in law are judged, and so is one that ended after its
    /// target year.
    Standing {
        /// Proposed, but not decided.
        Proposed = "proposed",
        /// Adopted by the city.
        Adopted = "adopted",
        /// Adopted and written into law.
        InLaw = "in_law",
        /// Replaced by another target.
        Superseded = "superseded",
        /// Given up by the city.
        Withdrawn = "withdrawn",
    }
}

impl Standing {
    /// True if the target is no longer in force.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Standing::Superseded | Standing::Withdrawn)
    }
}

/// What a target asks for in its target year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Goal {
    /// A reduction from the emissions of a base year.
    BaseYear {
        /// The reduction in percent of the baseline figure, or of the scenario for `baseline_scenario`. Required for
        /// every kind but `fixed_level`, where it is absent.
        #[schema(value_type = f64, minimum = 0.0001, maximum = 200, example = 50)]
        reduction_percent: Percent,
    },
    /// A stated level of emissions.
    FixedLevel {
        /// The level in t CO2e: 0 for net zero, below 0 if more is to be removed than emitted. `fixed_level` requires
        /// either this or `tonnes_per_person`; absent for other kinds.
        #[schema(value_type = f64, minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64, example = 0)]
        tonnes: Tonnes,
    },
    /// A stated level of emissions per person.
    #[serde(rename = "fixed_level")]
    FixedLevelPerPerson {
        /// The level in t CO2e per person; the target is then judged per person. `fixed_level` requires either this or
        /// `tonnes`; absent for other kinds.
        #[schema(value_type = f64, minimum = -1_000, maximum = 1_000, example = 2)]
        tonnes_per_person: TonnesPerPerson,
    },
    /// A reduction of emissions per person from a base year.
    BaseYearIntensity {
        /// The reduction in percent of the baseline figure per person.
        #[schema(value_type = f64, minimum = 0.0001, maximum = 200, example = 50)]
        reduction_percent: Percent,
    },
    /// A reduction from the emissions that a scenario predicts.
    BaselineScenario {
        /// The reduction in percent of the scenario.
        #[schema(value_type = f64, minimum = 0.0001, maximum = 200, example = 50)]
        reduction_percent: Percent,
        /// The emissions that the scenario predicts for the target year, in t CO2e. Required for `baseline_scenario`;
        /// absent for other kinds.
        #[schema(value_type = f64, minimum = 0.001, maximum = 1_000_000_000_000_i64, example = 40_000_000)]
        scenario_tonnes: Tonnes,
    },
}

impl Goal {
    /// The kind of target.
    #[must_use]
    pub const fn kind(&self) -> TargetKind {
        match self {
            Goal::BaseYear { .. } => TargetKind::BaseYear,
            Goal::FixedLevel { .. } | Goal::FixedLevelPerPerson { .. } => TargetKind::FixedLevel,
            Goal::BaseYearIntensity { .. } => TargetKind::BaseYearIntensity,
            Goal::BaselineScenario { .. } => TargetKind::BaselineScenario,
        }
    }

    /// True if it is judged per person.
    #[must_use]
    pub const fn is_per_person(&self) -> bool {
        matches!(self, Goal::FixedLevelPerPerson { .. } | Goal::BaseYearIntensity { .. })
    }
}

/// What a target is measured from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A recorded baseline, by its id.
    Baseline(Slug),
    /// The report of a year, which serves as a baseline.
    Year(Year),
    /// Nothing is named: the earliest comparable report before the target year serves (`fixed_level` only).
    Unnamed,
}

/// The level that a milestone asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MilestoneLevel {
    /// A stated level.
    Tonnes {
        /// The level in t CO2e; for a target per person, in t CO2e per person. Either this or `reduction_percent` is
        /// required.
        #[schema(value_type = f64, minimum = 0, maximum = 1_000_000_000_000_i64, example = 16_624_355.5)]
        tonnes: Tonnes,
    },
    /// A reduction.
    Reduction {
        /// The reduction in percent of the baseline figure. Either this or `tonnes` is required.
        #[schema(value_type = f64, minimum = 0.0001, maximum = 200, example = 50)]
        reduction_percent: Percent,
    },
}

/// An intermediate step towards a target, as the city set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Milestone {
    /// The year of the step, strictly between the base year and the target year.
    pub year: Year,
    /// What is asked for in that year.
    #[serde(flatten)]
    pub level: MilestoneLevel,
}

impl Parse for Milestone {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        if fields.has("tonnes") == fields.has("reduction_percent") {
            at.fault::<()>("milestone_form", "must have either `tonnes` or `reduction_percent`");
        }
        let year = fields.required("year");
        let tonnes: Option<Tonnes> = fields.optional("tonnes");
        let reduction = fields.take("reduction_percent").and_then(|(v, at)| Percent::parse_reduction(&v, &at));
        fields.close();
        let level = match (tonnes, reduction) {
            (Some(tonnes), None) => MilestoneLevel::Tonnes { tonnes },
            (None, Some(reduction_percent)) => MilestoneLevel::Reduction { reduction_percent },
            // The fault has been noted already.
            _ => return None,
        };
        Some(Milestone { year: year?, level })
    }
}

/// A pledge of a city.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Target {
    /// What is asked for in the target year.
    #[serde(flatten)]
    pub goal: Goal,
    /// The city's own name for it; absent if not known.
    pub title: Option<Name>,
    /// The level of the totals that it applies to.
    pub level: Level,
    /// The sector it covers: a GPC sector from `I` to `VI`, or GPC lines. Absent if it covers the whole city. It is
    /// judged only if the baseline and the reports have all these lines.
    pub sector: Option<Sector>,
    /// The id of the baseline it is measured from. Either this or `base_year` is required, except for `fixed_level`.
    pub baseline: Option<Slug>,
    /// The year whose report serves as the baseline; absent if `baseline` is named.
    pub base_year: Option<Year>,
    /// The year by which it must be met.
    pub target_year: Year,
    /// The city's own intermediate steps, by year; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 32)]
    pub milestones: Vec<Milestone>,
    /// The share of the baseline figure that the city plans to offset, in percent; 0 if absent.
    #[schema(value_type = f64, minimum = 0, maximum = 100, example = 10)]
    pub max_offset_percent: Option<Percent>,
    /// Its status.
    pub standing: Standing,
    /// The day it was set; absent if not known.
    #[schema(example = "2019-04-29")]
    pub set_on: Option<NaiveDate>,
    /// The day or the year in which it was replaced or given up; a year counts as its last day. Only with the standing
    /// `superseded` or `withdrawn`.
    #[schema(example = "2019-04-29")]
    pub ended_on: Option<DayOrYear>,
    /// The id of the target that replaced it. Only with the standing `superseded`.
    pub superseded_by: Option<Slug>,
    /// True if it depends on others, such as on national support; absent if not known.
    pub conditional: Option<bool>,
    /// Where it was published.
    pub source: Source,
    /// A note to readers; absent if there is none.
    pub note: Option<Text>,
}

impl Target {
    /// What it is measured from.
    #[must_use]
    pub fn base(&self) -> Base {
        match (&self.baseline, self.base_year) {
            (Some(id), _) => Base::Baseline(id.clone()),
            (None, Some(year)) => Base::Year(year),
            (None, None) => Base::Unnamed,
        }
    }
}

impl Parse for Target {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let (kind, goal) = parse_goal(&mut fields);
        let title = fields.optional("title");
        let level = fields.required("level");
        let sector = fields.optional("sector");
        let has_base = fields.has("baseline") || fields.has("base_year");
        let baseline: Option<Slug> = fields.optional("baseline");
        let base_year: Option<Year> = fields.optional("base_year");
        let target_year = fields.required("target_year");
        let mut milestones: Vec<Milestone> =
            fields.take("milestones").and_then(|(v, at)| parse_list(v, &at, MILESTONES)).unwrap_or_default();
        let max_offset_percent = fields.optional("max_offset_percent");
        let standing = fields.required("standing");
        let set_on: Option<NaiveDate> = fields.optional("set_on");
        let ended_on = fields.take("ended_on").and_then(|(v, at)| DayOrYear::parse_past(v, &at));
        let superseded_by: Option<Slug> = fields.optional("superseded_by");
        let conditional = fields.optional("conditional");
        let source = fields.required("source");
        let note = fields.optional("note");
        let at = fields.at().clone();
        fields.close();
        if set_on.is_some_and(|day| day > at.today) {
            at.child("set_on").fault::<()>("in_future", "must not lie in the future");
        }
        if superseded_by.is_some() && standing.is_some_and(|standing| standing != Standing::Superseded) {
            at.child("superseded_by").fault::<()>("not_superseded", "goes only with the standing `superseded`");
        }
        check_end(ended_on, set_on, standing, &at.child("ended_on"));
        let frame = TargetFrame {
            kind,
            has_base,
            has_two_bases: baseline.is_some() && base_year.is_some(),
            base_year,
            target_year,
        };
        frame.check_base(&at);
        frame.check_milestones(&milestones, &at.child("milestones"));
        milestones.sort_by_key(|milestone| milestone.year);
        Some(Target {
            goal: goal?,
            title,
            level: level?,
            sector,
            baseline,
            base_year,
            target_year: target_year?,
            milestones,
            max_offset_percent,
            standing: standing?,
            set_on,
            ended_on,
            superseded_by,
            conditional,
            source: source?,
            note,
        })
    }
}

/// Reads the kind and the members that belong to it; a member of another kind is a fault.
fn parse_goal(fields: &mut Fields<'_>) -> (Option<TargetKind>, Option<Goal>) {
    const MEMBERS: [&str; 4] = ["reduction_percent", "tonnes", "tonnes_per_person", "scenario_tonnes"];
    let kind: Option<TargetKind> = fields.required("kind");
    let belongs = |member: &str| match kind {
        Some(TargetKind::BaseYear | TargetKind::BaseYearIntensity) => member == "reduction_percent",
        Some(TargetKind::FixedLevel) => matches!(member, "tonnes" | "tonnes_per_person"),
        Some(TargetKind::BaselineScenario) => matches!(member, "reduction_percent" | "scenario_tonnes"),
        None => false,
    };
    for member in MEMBERS {
        if !belongs(member)
            && let Some((_, at)) = fields.take(member)
            // For an unknown kind it is not known which members belong to it.
            && kind.is_some()
        {
            at.fault::<()>("not_of_kind", "does not belong to a target of this kind");
        }
    }
    (kind, kind.and_then(|kind| parse_goal_of_kind(kind, fields)))
}

/// Reads the members of a target of this kind.
fn parse_goal_of_kind(kind: TargetKind, fields: &mut Fields<'_>) -> Option<Goal> {
    match kind {
        TargetKind::BaseYear => Some(Goal::BaseYear { reduction_percent: parse_reduction(fields)? }),
        TargetKind::FixedLevel => parse_fixed_level(fields),
        TargetKind::BaseYearIntensity => Some(Goal::BaseYearIntensity { reduction_percent: parse_reduction(fields)? }),
        TargetKind::BaselineScenario => {
            let reduction = parse_reduction(fields);
            let scenario: Option<Tonnes> = fields.required("scenario_tonnes");
            if scenario.is_some_and(|scenario| !scenario.is_positive()) {
                fields.at().child("scenario_tonnes").fault::<()>("not_positive", "must be above 0");
            }
            Some(Goal::BaselineScenario { reduction_percent: reduction?, scenario_tonnes: scenario? })
        }
    }
}

/// Reads the level of a target of the kind `fixed_level`: for the whole city, or per person.
fn parse_fixed_level(fields: &mut Fields<'_>) -> Option<Goal> {
    if fields.has("tonnes") && fields.has("tonnes_per_person") {
        fields.take("tonnes");
        fields.take("tonnes_per_person");
        return fields.at().child("tonnes_per_person").fault("two_levels", "must be left out when `tonnes` is given");
    }
    if fields.has("tonnes_per_person") {
        let tonnes_per_person = fields.required("tonnes_per_person")?;
        return Some(Goal::FixedLevelPerPerson { tonnes_per_person });
    }
    let SignedTonnes(tonnes) = fields.required("tonnes")?;
    Some(Goal::FixedLevel { tonnes })
}

/// Reads `reduction_percent`, which is above 0.
fn parse_reduction(fields: &mut Fields<'_>) -> Option<Percent> {
    match fields.take("reduction_percent") {
        Some((value, at)) => Percent::parse_reduction(&value, &at),
        None => fields.at().child("reduction_percent").fault("missing", "is required"),
    }
}

/// Notes a fault if the end does not fit the standing, or lies before the day the target was set.
fn check_end(ended: Option<DayOrYear>, set_on: Option<NaiveDate>, standing: Option<Standing>, at: &At<'_>) {
    let Some(ended) = ended else { return };
    if standing.is_some_and(|standing| !standing.has_ended()) {
        at.fault::<()>("not_ended", "goes only with the standing `superseded` or `withdrawn`");
    }
    if set_on.is_some_and(|set_on| ended.last_day() < set_on) {
        at.fault::<()>("before_start", "must not lie before `set_on`");
    }
}

/// The members of a target that its base and milestones are checked against; `None` where they could not be read.
struct TargetFrame {
    kind: Option<TargetKind>,
    /// True if a base is named, valid or not.
    has_base: bool,
    has_two_bases: bool,
    base_year: Option<Year>,
    target_year: Option<Year>,
}

impl TargetFrame {
    fn check_base(&self, at: &At<'_>) {
        if self.has_two_bases {
            at.child("base_year").fault::<()>("two_bases", "must be left out when `baseline` is given");
        } else if !self.has_base && self.kind.is_some_and(|kind| kind != TargetKind::FixedLevel) {
            at.fault::<()>("no_base", "must have either `baseline` or `base_year`");
        } else if let (Some(base), Some(year)) = (self.base_year, self.target_year)
            && year <= base
        {
            at.child("target_year").fault::<()>("not_after_base", format!("must lie after the base year {base}"));
        }
    }

    fn check_milestones(&self, milestones: &[Milestone], at: &At<'_>) {
        for (index, milestone) in milestones.iter().enumerate() {
            let at = at.child(&index.to_string());
            let is_outside = self.target_year.is_some_and(|target| milestone.year >= target)
                || self.base_year.is_some_and(|base| milestone.year <= base);
            if is_outside {
                let detail = "must lie strictly between the base year and the target year";
                at.child("year").fault::<()>("not_between", detail);
            }
            if milestones[..index].iter().any(|earlier| earlier.year == milestone.year) {
                at.child("year").fault::<()>("duplicate", "must not be the year of another milestone");
            }
            let is_percentage = matches!(milestone.level, MilestoneLevel::Reduction { .. });
            if is_percentage && (!self.has_base || self.kind == Some(TargetKind::BaselineScenario)) {
                at.child("reduction_percent")
                    .fault::<()>("no_base", "has nothing to be a percentage of here: state `tonnes`");
            }
        }
    }
}
