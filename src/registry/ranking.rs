//! Rankings: cities in the order of one figure, low confidence last, those without the figure apart.

use super::snapshot::Present;
use crate::method::{Assessment, Confidence, NoPersonFigure, PersonFigure, Ratio, Unit, Verdict};
use crate::record::vocabulary::vocabulary;
use crate::record::{CityId, Level};

vocabulary! {
    /// What cities are ranked by.
    RankedBy {
        /// By the reduction since the base year in percent of the baseline, the largest first.
        AchievedReduction = "achieved_reduction",
        /// By the share of the reduction called for that is delivered, the largest first.
        Pace = "pace",
        /// By the gap to the pathway in percent of it, the lowest first.
        Gap = "gap",
        /// By the latest emissions a person at one level, the lowest first.
        PerPerson = "per_person",
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
        /// Its figures cannot be compared with the baseline.
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
    }
}

/// A city with what it is ranked by.
#[derive(Debug)]
pub struct Contestant<'a> {
    /// The city.
    pub id: &'a CityId,
    /// What is served of it.
    pub present: &'a Present,
    /// The figure it is ranked by, as printed, or why there is none.
    pub figure: Result<f64, Unranked>,
    /// How sure the figure is.
    pub confidence: Option<Confidence>,
}

impl<'a> Contestant<'a> {
    /// What the city is ranked by; of targets the headline target counts, at `level` if one is given.
    #[must_use]
    pub fn of(id: &'a CityId, present: &'a Present, by: RankedBy, level: Option<Level>) -> Self {
        let (figure, confidence) = if by == RankedBy::PerPerson {
            let figure = person_figure(present, level);
            (figure.map(|figure| figure.tonnes_per_person.get()), figure.ok().map(|figure| figure.confidence))
        } else {
            let headline = present.headline();
            (of_headline(headline, by, level), headline.map(|headline| headline.confidence))
        };
        Contestant { id, present, figure, confidence }
    }

    /// Whether its rank comes after those that are surer.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.confidence == Some(Confidence::Low)
    }
}

impl RankedBy {
    /// Whether the largest figure comes first.
    #[must_use]
    pub const fn is_descending(self) -> bool {
        matches!(self, RankedBy::AchievedReduction | RankedBy::Pace)
    }
}

/// The latest figure a person at `level`, or why there is none.
///
/// # Errors
/// Why there is none.
pub fn person_figure(present: &Present, level: Option<Level>) -> Result<&PersonFigure, Unranked> {
    let figure = level.and_then(|level| present.latest.per_person.get(&level));
    match figure {
        Some(Ok(figure)) => Ok(figure),
        Some(Err(NoPersonFigure::NoPopulation)) => Err(Unranked::NoPopulation),
        Some(Err(NoPersonFigure::NoFigureAtLevel)) | None => Err(Unranked::NoFigureAtLevel),
    }
}

fn of_headline(headline: Option<&Assessment>, by: RankedBy, level: Option<Level>) -> Result<f64, Unranked> {
    let headline = headline.ok_or(Unranked::NoTarget)?;
    if level.is_some_and(|level| headline.target.level != level) {
        return Err(Unranked::OtherLevel);
    }
    match headline.verdict {
        Verdict::NotComparable => return Err(Unranked::NotComparable),
        Verdict::InsufficientData | Verdict::NotJudged => return Err(Unranked::InsufficientData),
        _ => {}
    }
    if by == RankedBy::AchievedReduction && headline.unit == Unit::TonnesPerPerson {
        return Err(Unranked::PerPersonTarget);
    }
    let figure = match by {
        RankedBy::Pace => headline.pace,
        RankedBy::Gap => headline.gap_percent,
        RankedBy::AchievedReduction | RankedBy::PerPerson => headline.achieved_reduction_percent,
    };
    let missing = match by {
        RankedBy::Gap => Unranked::PathwayAtZero,
        _ if headline.baseline.is_none() => Unranked::NoBaseline,
        RankedBy::Pace => Unranked::NoReductionCalledFor,
        RankedBy::AchievedReduction | RankedBy::PerPerson => Unranked::NoBaseline,
    };
    figure.map(Ratio::get).ok_or(missing)
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
