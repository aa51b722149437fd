//! Rankings: cities in the order of one figure, low confidence last, those without the figure apart.

use chrono::NaiveDate;

use crate::method::{
    AnnualChange, Assessment, Confidence, LeftOutReason, NoAnnualChange, NoPersonFigure, PersonFigure, Ratio, Unit,
    Verdict, annual_change,
};
use crate::record::vocabulary::vocabulary;
use crate::record::{CityId, Level, Recorded, Year};
use crate::registry::{CityEntry, Present};

vocabulary! {
    /// What cities are ranked by.
    RankedBy {
        /// By the reduction since the base year in percent of the baseline; best is the largest.
        AchievedReduction = "achieved_reduction",
        /// By the share of the reduction called for so far that is delivered; best is the largest.
        Pace = "pace",
        /// By the gap to the pathway in percent of it; best is the lowest.
        Gap = "gap",
        /// By the latest emissions a person at one level; best is the lowest.
        PerPerson = "per_person",
        /// By the compound change a year from one year to another at one level; best is the lowest.
        AnnualChange = "annual_change",
    }
}

vocabulary! {
    /// Which way figures are ranked.
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
        /// Its headline target speaks of another level.
        OtherLevel = "other_level",
        /// Its headline target is per person: what was achieved is no reduction of the city's total.
        PerPersonTarget = "per_person_target",
        /// The year of its headline target has passed, and no figure tells how it came out.
        Unreported = "unreported",
        /// Its latest figure is more than 6 years old.
        Outdated = "outdated",
        /// Its figures cannot be compared with the baseline, or with each other.
        NotComparable = "not_comparable",
        /// A baseline or a report is missing, or it is too early to tell.
        InsufficientData = "insufficient_data",
        /// Its target has no baseline to be measured from.
        NoBaseline = "no_baseline",
        /// Its pathway calls for no reduction by the year judged, so there is no pace.
        NoReductionCalledFor = "no_reduction_called_for",
        /// Its pathway is at 0, which nothing can be a percentage of.
        PathwayAtZero = "pathway_at_zero",
        /// No report has a figure at the level.
        NoFigureAtLevel = "no_figure_at_level",
        /// No report with a figure at the level states its population.
        NoPopulation = "no_population",
        /// One of the two years has no figure at the level.
        YearNotReported = "year_not_reported",
        /// The earlier year has no report with a figure at the level, and more than one baseline.
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

/// A figure of the headline target that cities are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadlineFigure {
    /// The reduction since the base year in percent of the baseline.
    AchievedReduction,
    /// The share of the reduction called for that is delivered.
    Pace,
    /// The gap to the pathway in percent of it.
    Gap,
}

/// A rule by which cities are ranked, with all that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// By a figure of the headline target, of those at one level if one is given.
    Headline(HeadlineFigure, Option<Level>),
    /// By the latest emissions a person.
    PerPerson(Level),
    /// By the change a year between two years.
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

    /// The rule in words: what is ranked, in which order, and what has no rank.
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

/// A city with what it is ranked by.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The city.
    pub id: &'a CityId,
    /// What is served of it.
    pub present: &'a Present,
    /// The figure it is ranked by, as printed, or why there is none.
    pub figure: Result<f64, Unranked>,
    /// How sure the figure is.
    pub confidence: Option<Confidence>,
    /// The latest figure a person, where cities are ranked by it, however old.
    pub per_person: Option<&'a PersonFigure>,
    /// The change a year, where cities are ranked by it.
    pub change: Option<AnnualChange>,
    /// Why the figures of the two years cannot be compared.
    pub left_out: Option<LeftOutReason>,
}

impl<'a> Candidate<'a> {
    /// What the city is ranked by on the day of the judgement.
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
                Candidate { figure: of_headline(headline, figure, level), confidence, ..blank }
            }
            Rule::PerPerson(level) => {
                let found = person_figure(present, level);
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
            Rule::AnnualChange(level, years) => match change(entry, level, years, judged_on) {
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

    /// Whether its rank comes after those that are surer.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.confidence == Some(Confidence::Low)
    }
}

/// The latest figure a person at `level`, or why there is none.
fn person_figure(present: &Present, level: Level) -> Result<&PersonFigure, Unranked> {
    match present.latest.per_person.get(&level) {
        Some(Ok(figure)) => Ok(figure),
        Some(Err(NoPersonFigure::NoPopulation)) => Err(Unranked::NoPopulation),
        Some(Err(NoPersonFigure::NoFigureAtLevel)) | None => Err(Unranked::NoFigureAtLevel),
    }
}

/// The change a year of a city. Most cities have no report for the later year: of them nothing else is looked at.
fn change(
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

/// A figure of the headline target, if that tells how the target stands today.
fn of_headline(headline: Option<&Assessment>, figure: HeadlineFigure, level: Option<Level>) -> Result<f64, Unranked> {
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

/// The ranks of figures in their order: equal ones share a rank, and the next goes on as if they did not (1, 2, 2, 4).
#[must_use]
pub fn ranks<T: PartialEq>(in_order: &[T]) -> Vec<usize> {
    let mut ranks: Vec<usize> = Vec::with_capacity(in_order.len());
    for (at, figure) in in_order.iter().enumerate() {
        let shared = at.checked_sub(1).filter(|before| in_order.get(*before) == Some(figure));
        let rank = shared.and_then(|before| ranks.get(before).copied()).unwrap_or(at + 1);
        ranks.push(rank);
    }
    ranks
}
