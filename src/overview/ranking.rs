//! Rankings: cities in the order of one figure. Those of low confidence come last; those without the figure are apart.

use chrono::NaiveDate;

use crate::method::{
    AnnualChange, Assessment, Confidence, LeftOutReason, NoAnnualChange, NoPersonFigure, PersonFigure, Ratio, Unit,
    Verdict, annual_change,
};
use crate::record::vocabulary::vocabulary;
use crate::record::{CityId, Level, Recorded, Year};
use crate::registry::{CityEntry, Present};

vocabulary! {
    /// The figure that cities are ranked by.
    RankedBy {
        /// The reduction since the base year, in percent of the baseline. The largest is the best.
        AchievedReduction = "achieved_reduction",
        /// The share of the reduction called for so far that is delivered. The largest is the best.
        Pace = "pace",
        /// The gap to the pathway, in percent of the pathway. The lowest is the best.
        Gap = "gap",
        /// The latest emissions per person at one level. The lowest is the best.
        PerPerson = "per_person",
        /// The compound change per year between two years, at one level. The lowest is the best.
        AnnualChange = "annual_change",
    }
}

vocabulary! {
    /// The order of a ranking.
    Order {
        /// The lowest first.
        Ascending = "asc",
        /// The largest first.
        Descending = "desc",
    }
}

vocabulary! {
    /// Why a city has no rank.
    Unranked {
        /// It has adopted no target for the whole city.
        NoTarget = "no_target",
        /// Its headline target is at another level.
        OtherLevel = "other_level",
        /// Its headline target is per person, so its reduction is not one of the city's total.
        PerPersonTarget = "per_person_target",
        /// The year of its headline target has ended, and no comparable figure shows the result.
        Unreported = "unreported",
        /// Its latest figure is more than 6 years old.
        Outdated = "outdated",
        /// Its figures cannot be compared with the baseline, or with each other.
        NotComparable = "not_comparable",
        /// A baseline or a report is missing, or it is too early for a verdict.
        InsufficientData = "insufficient_data",
        /// Its headline target has no baseline.
        NoBaseline = "no_baseline",
        /// Its pathway calls for no reduction by the year of the latest figure, so there is no pace.
        NoReductionCalledFor = "no_reduction_called_for",
        /// Its pathway is at 0, so the gap is no percentage of it.
        PathwayAtZero = "pathway_at_zero",
        /// None of its reports has a figure at the level.
        NoFigureAtLevel = "no_figure_at_level",
        /// None of its reports with a figure at the level states the population.
        NoPopulation = "no_population",
        /// One of the two years has no figure at the level.
        YearNotReported = "year_not_reported",
        /// The earlier year has more than one baseline, and no report with a figure at the level.
        SeveralBaselines = "several_baselines",
        /// One of the two figures is not above 0, so there is no rate.
        NotAboveZero = "not_above_zero",
    }
}

impl From<NoAnnualChange> for Unranked {
    fn from(missing: NoAnnualChange) -> Self {
        match missing {
            NoAnnualChange::NoFigure => Unranked::YearNotReported,
            NoAnnualChange::SeveralBaselines => Unranked::SeveralBaselines,
            NoAnnualChange::NotComparable(_) => Unranked::NotComparable,
            NoAnnualChange::NotAboveZero => Unranked::NotAboveZero,
        }
    }
}

/// A figure of the headline target by which cities can be ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadlineFigure {
    /// The reduction since the base year, in percent of the baseline.
    AchievedReduction,
    /// The share of the reduction called for so far that is delivered.
    Pace,
    /// The gap to the pathway, in percent of the pathway.
    Gap,
}

/// A rule by which cities are ranked, with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// By a figure of the headline target. With a level, headline targets at other levels have no rank.
    Headline(HeadlineFigure, Option<Level>),
    /// By the latest emissions per person.
    PerPerson(Level),
    /// By the compound change per year between two years.
    AnnualChange(Level, [Year; 2]),
}

impl Rule {
    /// The order in which the best comes first.
    #[must_use]
    pub const fn best_first(self) -> Order {
        match self {
            Rule::Headline(HeadlineFigure::AchievedReduction | HeadlineFigure::Pace, _) => Order::Descending,
            Rule::Headline(HeadlineFigure::Gap, _) | Rule::PerPerson(_) | Rule::AnnualChange(..) => Order::Ascending,
        }
    }

    /// The rule as sentences for readers: what is ranked, in which order, and what has no rank.
    #[must_use]
    pub fn in_words(self, order: Order) -> String {
        let first = match order {
            Order::Ascending => "the lowest first",
            Order::Descending => "the largest first",
        };
        let (figure, without) = match self {
            Rule::Headline(figure, level) => {
                let figure = match figure {
                    HeadlineFigure::AchievedReduction => "the reduction since the base year in percent of the baseline",
                    HeadlineFigure::Pace => "the share of the reduction called for so far that is delivered",
                    HeadlineFigure::Gap => "the gap to the pathway in percent of it",
                };
                let level = level.map(|level| format!(" at {level}")).unwrap_or_default();
                (
                    format!("{figure}, of the target{level} that each is first shown with"),
                    "Targets that are unreported or outdated, and figures that cannot be compared, have no rank.",
                )
            }
            Rule::PerPerson(level) => (
                format!("the emissions a person at {level} in the latest report that states both"),
                "Figures that are more than 6 years old have no rank.",
            ),
            Rule::AnnualChange(level, [from, to]) => (
                format!("the compound change of emissions a year at {level} from {from} to {to}"),
                "Only cities with comparable figures for both years have a rank.",
            ),
        };
        format!("Cities by {figure}: {first}. {without} Entries of low confidence come after all others.")
    }
}

/// A city with the figure it is ranked by.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The city.
    pub id: &'a CityId,
    /// The city's current state, judged.
    pub present: &'a Present,
    /// The figure it is ranked by, as printed, or why there is none.
    pub figure: Result<f64, Unranked>,
    /// How reliable the figure is; none without a figure.
    pub confidence: Option<Confidence>,
    /// The latest figure per person, however old; only in a ranking by it.
    pub per_person: Option<&'a PersonFigure>,
    /// The change per year; only in a ranking by it.
    pub change: Option<AnnualChange>,
    /// Why the figures of the two years cannot be compared.
    pub left_out: Option<LeftOutReason>,
}

impl<'a> Candidate<'a> {
    /// Finds the figure of a city on the day of the judgement.
    #[must_use]
    pub fn of(id: &'a CityId, entry: &'a CityEntry, present: &'a Present, rule: Rule, judged_on: NaiveDate) -> Self {
        let blank = Candidate {
            id,
            present,
            figure: Err(Unranked::NoTarget),
            confidence: None,
            per_person: None,
            change: None,
            left_out: None,
        };
        match rule {
            Rule::Headline(figure, level) => {
                let headline = present.headline();
                let confidence = headline.map(|headline| headline.confidence);
                Candidate { figure: headline_figure(headline, figure, level), confidence, ..blank }
            }
            Rule::PerPerson(level) => {
                let found = per_person_figure(present, level);
                let current =
                    found.and_then(
                        |figure| {
                            if figure.is_outdated(judged_on) { Err(Unranked::Outdated) } else { Ok(figure) }
                        },
                    );
                Candidate {
                    figure: current.map(|figure| figure.tonnes_per_person.get()),
                    confidence: found.ok().map(|figure| figure.confidence),
                    per_person: found.ok(),
                    ..blank
                }
            }
            Rule::AnnualChange(level, years) => match change_between(entry, level, years, judged_on) {
                Ok(change) => Candidate {
                    figure: Ok(change.percent_per_year.get()),
                    confidence: Some(change.confidence),
                    change: Some(change),
                    ..blank
                },
                Err(missing) => {
                    let left_out = match missing {
                        NoAnnualChange::NotComparable(reason) => Some(reason),
                        _ => None,
                    };
                    Candidate { figure: Err(missing.into()), left_out, ..blank }
                }
            },
        }
    }

    /// True if its confidence is low, so that it comes after all others.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.confidence == Some(Confidence::Low)
    }
}

fn per_person_figure(present: &Present, level: Level) -> Result<&PersonFigure, Unranked> {
    match present.latest.per_person.get(&level) {
        Some(Ok(figure)) => Ok(figure),
        Some(Err(NoPersonFigure::NoPopulation)) => Err(Unranked::NoPopulation),
        Some(Err(NoPersonFigure::NoFigureAtLevel)) | None => Err(Unranked::NoFigureAtLevel),
    }
}

/// The change per year of a city. The later report is checked first: most cities have none, and need no view.
fn change_between(
    entry: &CityEntry,
    level: Level,
    years: [Year; 2],
    judged_on: NaiveDate,
) -> Result<AnnualChange, NoAnnualChange> {
    let later = entry.dossier.reports.get(&years[1]).and_then(Recorded::live);
    later.and_then(|(report, _)| report.figure(level)).ok_or(NoAnnualChange::NoFigure)?;
    let view = entry.dossier.present().ok_or(NoAnnualChange::NoFigure)?;
    annual_change(&view, level, years, judged_on)
}

/// A figure of the headline target, if the verdict says how the target is doing today.
fn headline_figure(
    headline: Option<&Assessment>,
    figure: HeadlineFigure,
    level: Option<Level>,
) -> Result<f64, Unranked> {
    let headline = headline.ok_or(Unranked::NoTarget)?;
    if level.is_some_and(|level| headline.target.level != level) {
        return Err(Unranked::OtherLevel);
    }
    match headline.verdict {
        Verdict::Unreported => return Err(Unranked::Unreported),
        Verdict::Outdated => return Err(Unranked::Outdated),
        Verdict::NotComparable => return Err(Unranked::NotComparable),
        Verdict::InsufficientData | Verdict::NotJudged => return Err(Unranked::InsufficientData),
        Verdict::Achieved
        | Verdict::Missed
        | Verdict::OnTrack
        | Verdict::Behind
        | Verdict::OffTrack
        | Verdict::MovingAway => {}
    }
    let (number, missing) = match figure {
        HeadlineFigure::AchievedReduction if headline.unit == Unit::TonnesPerPerson => {
            return Err(Unranked::PerPersonTarget);
        }
        HeadlineFigure::AchievedReduction => (headline.gap.achieved_reduction_percent, Unranked::NoBaseline),
        HeadlineFigure::Pace if headline.baseline.is_none() => (None, Unranked::NoBaseline),
        HeadlineFigure::Pace => (headline.pace, Unranked::NoReductionCalledFor),
        HeadlineFigure::Gap => (headline.gap.gap_percent, Unranked::PathwayAtZero),
    };
    number.map(Ratio::get).ok_or(missing)
}

/// The ranks of sorted figures. Equal figures share a rank, and the ranks after them are skipped: 1, 2, 2, 4.
#[must_use]
pub fn ranks<T: PartialEq>(sorted: &[T]) -> Vec<usize> {
    let mut ranks: Vec<usize> = Vec::with_capacity(sorted.len());
    for (index, figure) in sorted.iter().enumerate() {
        let equal = index.checked_sub(1).filter(|previous| sorted.get(*previous) == Some(figure));
        let rank = equal.and_then(|previous| ranks.get(previous).copied()).unwrap_or(index + 1);
        ranks.push(rank);
    }
    ranks
}
