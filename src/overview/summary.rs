//! The world, its countries, regions and networks in numbers: verdicts, tonnes, and how old the figures are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::tally::VerdictCounts;
use crate::method::joint::sum;
use crate::method::{Amount, Assessment, Ratio, Verdict};
use crate::record::text::folded;
use crate::record::vocabulary::{Boundary, vocabulary};
use crate::record::{CityId, Level, Slug, Tonnes, Year};
use crate::registry::{CityLookup, Present, Snapshot};

/// Most overdue cities that a row of the summary lists.
pub const OVERDUE_LISTED: usize = 100;

vocabulary! {
    /// What is summed up.
    Scope {
        /// Every city.
        World = "world",
        /// The cities of a country.
        Country = "country",
        /// The cities of a region of a country.
        Region = "region",
        /// The cities that are members of a network on the day of the judgement.
        Network = "network",
    }
}

/// The latest comparable figures at one level, added up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoveredTonnes {
    /// Cities whose figures are added up.
    #[schema(minimum = 1, example = 12)]
    pub cities: usize,
    /// Their sum, in t CO2e.
    pub tonnes: Amount,
    /// The year of the oldest of these figures.
    pub oldest_year: Year,
    /// The year of the newest of these figures.
    pub newest_year: Year,
}

/// What the latest comparable figures come to, each level by itself: they count different things.
///
/// Of each city the figure is that of its headline target. Cities that enclose something else than the whole
/// community are left out, and parts of a city that is added up itself.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct TonnesByLevel {
    /// At GPC BASIC.
    pub basic: Option<CoveredTonnes>,
    /// At GPC BASIC+.
    pub basic_plus: Option<CoveredTonnes>,
    /// At GPC scope 1.
    pub scope_1: Option<CoveredTonnes>,
    /// At GPC scopes 1 and 2.
    pub scope_1_2: Option<CoveredTonnes>,
    /// At GPC scopes 1, 2 and 3.
    pub scope_1_2_3: Option<CoveredTonnes>,
    /// What the people of the cities cause, wherever it is emitted.
    pub consumption: Option<CoveredTonnes>,
    /// By the cities' own definitions, which differ.
    pub own: Option<CoveredTonnes>,
}

/// How many cities were reported last for a year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportYear {
    /// The year of their latest report.
    pub year: Year,
    /// Cities whose latest report is for this year.
    #[schema(minimum = 1, example = 14)]
    pub cities: usize,
}

/// The cities of one scope in numbers.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SummaryItem {
    /// What tells the row apart: `world`, the code of a country, that code and the region's name without capitals
    /// and accents (`US/california`), or a network's id.
    #[schema(example = "US")]
    pub id: String,
    /// What is summed up.
    pub scope: Scope,
    /// What it is called; of a region that is spelled in several ways, the spelling of most cities.
    #[schema(example = "United States of America")]
    pub name: String,
    /// Cities in it that are not withdrawn.
    #[schema(minimum = 0, example = 17)]
    pub cities: usize,
    /// How many cities stand where, by the verdict on their headline target.
    pub verdicts: VerdictCounts,
    /// What the latest comparable figures come to, each level by itself.
    pub tonnes: TonnesByLevel,
    /// How many cities were reported last for which year; cities without a report are in none.
    pub latest_reports: Vec<ReportYear>,
    /// The median of the years from each city's latest report to the day of the judgement; of an even number the
    /// mean of the two in the middle. Absent when no city has a report.
    pub median_age_years: Option<Ratio>,
    /// Cities of whose last three years none is reported.
    #[schema(minimum = 0, example = 2)]
    pub overdue: usize,
    /// The ids of the first 100 of these cities; `/v1/cities?reported_before=` lists all, with their names and years.
    #[schema(max_items = 100)]
    pub overdue_cities: Vec<Slug>,
}

/// What a row is about: its scope, and what tells it from others of that scope.
pub type SummaryKey = (Scope, String);

/// The cities of a scope while they are gathered.
#[derive(Default)]
struct Group<'a> {
    name: String,
    cities: Vec<(&'a CityId, &'a Present)>,
}

/// The rows that there are, in their order, each with the cities it sums up.
pub struct Summary<'a> {
    snapshot: &'a Snapshot,
    groups: BTreeMap<SummaryKey, Group<'a>>,
}

impl<'a> Summary<'a> {
    /// Sorts the cities into the scopes, all of them or one; nothing is added up yet.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot, only: Option<Scope>) -> Self {
        let mut groups: BTreeMap<SummaryKey, Group<'a>> = BTreeMap::new();
        let wanted = |scope: Scope| only.is_none_or(|only| only == scope);
        if wanted(Scope::World) {
            let world = Group { name: "The world".to_owned(), cities: Vec::new() };
            groups.insert((Scope::World, "world".to_owned()), world);
        }
        for (id, network) in &snapshot.networks {
            if let Some((network, _)) = network.network.live().filter(|_| wanted(Scope::Network)) {
                groups.entry((Scope::Network, id.to_string())).or_default().name = network.name.to_string();
            }
        }
        for (id, entry, present) in snapshot.present() {
            let networks =
                entry.dossier.memberships.keys().filter(|id| entry.is_member(id.as_str(), snapshot.judged_on));
            let networks = networks.map(|id| (Scope::Network, id.to_string(), String::new()));
            for (scope, key, name) in places(present).into_iter().chain(networks).filter(|(scope, ..)| wanted(*scope)) {
                let group = groups.entry((scope, key)).or_default();
                if group.name.is_empty() {
                    group.name = name;
                }
                group.cities.push((id, present));
            }
        }
        Summary { snapshot, groups }
    }

    /// The keys of the rows, in their order: the world, countries, regions, networks, each by id.
    pub fn keys(&self) -> impl Iterator<Item = &SummaryKey> {
        self.groups.keys()
    }

    /// One row, added up.
    #[must_use]
    pub fn row(&self, key: &SummaryKey) -> Option<SummaryItem> {
        let group = self.groups.get(key)?;
        let judged_on = self.snapshot.judged_on;
        let mut verdicts = VerdictCounts::default();
        for (_, present) in &group.cities {
            verdicts.add(present);
        }
        let overdue = || group.cities.iter().filter(|(_, present)| present.latest.is_overdue(judged_on));
        let years = years(group);
        Some(SummaryItem {
            id: key.1.clone(),
            scope: key.0,
            name: if key.0 == Scope::Region { spelling(group) } else { group.name.clone() },
            cities: group.cities.len(),
            verdicts,
            tonnes: self.tonnes(group),
            median_age_years: median_age(&years, judged_on),
            latest_reports: years.into_iter().map(|(year, cities)| ReportYear { year, cities }).collect(),
            overdue: overdue().count(),
            overdue_cities: overdue().take(OVERDUE_LISTED).map(|(id, _)| (*id).clone()).collect(),
        })
    }

    fn tonnes(&self, group: &Group<'_>) -> TonnesByLevel {
        let figures: BTreeMap<&CityId, (Level, Year, Tonnes)> =
            group.cities.iter().filter_map(|(id, present)| Some((*id, comparable(present)?))).collect();
        let is_part = |id: &CityId, level: Level| match self.snapshot.find(id.as_str()) {
            CityLookup::Here(_, present) => self
                .snapshot
                .wholes(&present.city)
                .any(|(whole, _)| figures.get(whole).is_some_and(|(other, ..)| *other == level)),
            _ => false,
        };
        let at = |level: Level| {
            let counted = figures.iter().filter(|(id, (of, ..))| *of == level && !is_part(id, level));
            let counted: Vec<(Year, Tonnes)> = counted.map(|(_, (_, year, tonnes))| (*year, *tonnes)).collect();
            Some(CoveredTonnes {
                cities: counted.len(),
                tonnes: sum(counted.iter().map(|(_, tonnes)| *tonnes))?,
                oldest_year: counted.iter().map(|(year, _)| *year).min()?,
                newest_year: counted.iter().map(|(year, _)| *year).max()?,
            })
        };
        TonnesByLevel {
            basic: at(Level::Basic),
            basic_plus: at(Level::BasicPlus),
            scope_1: at(Level::Scope1),
            scope_1_2: at(Level::Scope12),
            scope_1_2_3: at(Level::Scope123),
            consumption: at(Level::Consumption),
            own: at(Level::Own),
        }
    }
}

/// The scopes that a city belongs to by where it lies, with what tells each apart and what it is called.
fn places(present: &Present) -> Vec<(Scope, String, String)> {
    let country = present.city.country;
    let mut places = vec![
        (Scope::World, "world".to_owned(), String::new()),
        (Scope::Country, country.as_str().to_owned(), country.name().to_owned()),
    ];
    if let Some(region) = &present.city.region {
        // As the filter `region` takes them, so that it gives the cities of the row.
        let key = format!("{}/{}", country.as_str(), folded(region.as_str()));
        places.push((Scope::Region, key, String::new()));
    }
    places
}

/// How most cities of a region spell it; of equals the first by the alphabet.
fn spelling(group: &Group<'_>) -> String {
    let mut cities: BTreeMap<&str, usize> = BTreeMap::new();
    for name in group.cities.iter().filter_map(|(_, present)| present.city.region.as_ref()) {
        *cities.entry(name.as_str()).or_default() += 1;
    }
    let most = cities.into_iter().max_by_key(|(name, cities)| (*cities, Reverse(*name)));
    most.map(|(name, _)| name.to_owned()).unwrap_or_default()
}

/// The latest comparable figure of a whole community, at the level of its headline target.
fn comparable(present: &Present) -> Option<(Level, Year, Tonnes)> {
    let has_verdict = |headline: &&Assessment| headline.verdict != Verdict::NotJudged;
    let headline = present.headline().filter(has_verdict)?;
    let figure = headline.figures.last().filter(|_| present.city.boundary == Boundary::Community)?;
    Some((headline.target.level, figure.year, figure.tonnes))
}

/// How many cities were reported last for which year.
fn years(group: &Group<'_>) -> BTreeMap<Year, usize> {
    let mut years = BTreeMap::new();
    for year in group.cities.iter().filter_map(|(_, present)| present.latest.report) {
        *years.entry(year).or_default() += 1;
    }
    years
}

/// The median age of the latest reports, in years.
fn median_age(years: &BTreeMap<Year, usize>, judged_on: NaiveDate) -> Option<Ratio> {
    let reports: usize = years.values().sum();
    let at = |position: usize| {
        let mut before = 0;
        let holds = |(_, cities): &(&Year, &usize)| {
            before += **cities;
            position < before
        };
        years.iter().find(holds).map(|(year, _)| f64::from(judged_on.year() - year.get()))
    };
    let middle = (reports.checked_sub(1)? / 2, reports / 2);
    Ratio::new(f64::midpoint(at(middle.0)?, at(middle.1)?))
}
