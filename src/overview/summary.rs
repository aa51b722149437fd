//! Summaries of the world, countries, regions and networks: verdicts, tonnes, and the age of the reports.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::tally::VerdictCounts;
use crate::method::joint::sum;
use crate::method::{Amount, Assessment, Ratio, Verdict};
use crate::record::text::fold_name;
use crate::record::vocabulary::{Boundary, vocabulary};
use crate::record::{CityId, Level, Slug, Tonnes, Year};
use crate::registry::{CityLookup, Present, Snapshot};

/// The maximum number of overdue cities that one summary lists.
pub const OVERDUE_LISTED: usize = 100;

vocabulary! {
    /// Which cities a summary covers.
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

/// The sum of the latest comparable figures at one level.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoveredTonnes {
    /// The number of cities whose figures are added up.
    #[schema(minimum = 1, example = 12)]
    pub city_count: usize,
    /// The sum of their figures, in t CO2e.
    pub tonnes: Amount,
    /// The year of the oldest of these figures.
    pub oldest_year: Year,
    /// The year of the newest of these figures.
    pub newest_year: Year,
}

/// The sums of the latest comparable figures, one sum for each level, because levels count different things.
///
/// Each city counts with the figure of its headline target. Cities whose boundary is not the whole community are left
/// out, and so are parts of a city that is added up itself. A level is absent when no city counts at it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct TonnesByLevel {
    /// Totals at GPC BASIC.
    pub basic: Option<CoveredTonnes>,
    /// Totals at GPC BASIC+.
    pub basic_plus: Option<CoveredTonnes>,
    /// Totals at GPC scope 1.
    pub scope_1: Option<CoveredTonnes>,
    /// Totals at GPC scopes 1 and 2.
    pub scope_1_2: Option<CoveredTonnes>,
    /// Totals at GPC scopes 1, 2 and 3.
    pub scope_1_2_3: Option<CoveredTonnes>,
    /// Consumption-based totals: what the people of the cities cause, wherever it is emitted.
    pub consumption: Option<CoveredTonnes>,
    /// Totals by the cities' own definitions, which differ from city to city.
    pub own: Option<CoveredTonnes>,
}

/// How many cities have their latest report for one year.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportYear {
    /// The year of the report.
    pub year: Year,
    /// The number of cities whose latest report is for this year.
    #[schema(minimum = 1, example = 14)]
    pub city_count: usize,
}

/// The summary of the world, or of one country, region or network.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SummaryItem {
    /// The id within the scope: `world`, the code of a country, the id of a network, or for a region the code of its
    /// country and its name in small letters without accents (`US/california`).
    #[schema(example = "US")]
    pub id: String,
    /// Which cities the summary covers.
    pub scope: Scope,
    /// The name. If cities spell the name of their region differently, it is the spelling of most of them.
    #[schema(example = "United States of America")]
    pub name: String,
    /// Cities in the summary; withdrawn ones do not count.
    #[schema(minimum = 0, example = 17)]
    pub city_count: usize,
    /// How many cities have each verdict on their headline target.
    pub verdicts: VerdictCounts,
    /// The sums of the latest comparable figures, one for each level.
    pub tonnes_by_level: TonnesByLevel,
    /// How many cities have their latest report for each year. Cities without a report are not counted.
    pub latest_reports: Vec<ReportYear>,
    /// The median age of the latest reports: the year of the judgement minus the year of the report. Absent when no
    /// city has a report.
    pub median_age_years: Option<Ratio>,
    /// The number of cities that have reported none of the last three years.
    #[schema(minimum = 0, example = 2)]
    pub overdue_count: usize,
    /// The ids of these cities, at most the first 100. `/v1/cities?reported_before=` lists all, with their names and
    /// years.
    #[schema(max_items = 100)]
    pub overdue_cities: Vec<Slug>,
}

/// The key of a summary: the scope, and the id within it.
pub type SummaryKey = (Scope, String);

/// The cities of one summary.
#[derive(Default)]
struct Group<'a> {
    name: String,
    cities: Vec<(&'a CityId, &'a Present)>,
}

/// All summaries by their keys, each with its cities. A summary is computed when its row is asked for.
pub struct Summary<'a> {
    snapshot: &'a Snapshot,
    groups: BTreeMap<SummaryKey, Group<'a>>,
}

impl<'a> Summary<'a> {
    /// Groups the cities by scope: all scopes, or `only` one.
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
            let places = places(present).into_iter().chain(networks);
            for (scope, key, name) in places.filter(|(scope, ..)| wanted(*scope)) {
                let group = groups.entry((scope, key)).or_default();
                if group.name.is_empty() {
                    group.name = name;
                }
                group.cities.push((id, present));
            }
        }
        Summary { snapshot, groups }
    }

    /// The keys in order: the world, countries, regions, networks; within a scope by id.
    pub fn keys(&self) -> impl Iterator<Item = &SummaryKey> {
        self.groups.keys()
    }

    /// Computes one summary; none for an unknown key.
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
            city_count: group.cities.len(),
            verdicts,
            tonnes_by_level: self.tonnes(group),
            median_age_years: median_age(&years, judged_on),
            latest_reports: years.into_iter().map(|(year, city_count)| ReportYear { year, city_count }).collect(),
            overdue_count: overdue().count(),
            overdue_cities: overdue().take(OVERDUE_LISTED).map(|(id, _)| (*id).clone()).collect(),
        })
    }

    fn tonnes(&self, group: &Group<'_>) -> TonnesByLevel {
        let figures: BTreeMap<&CityId, (Level, Year, Tonnes)> =
            group.cities.iter().filter_map(|(id, present)| Some((*id, latest_comparable(present)?))).collect();
        let is_part = |id: &CityId, level: Level| match self.snapshot.find(id.as_str()) {
            CityLookup::Here(_, present) => self
                .snapshot
                .wholes(&present.city)
                .any(|(whole, _)| figures.get(whole).is_some_and(|(other, ..)| *other == level)),
            _ => false,
        };
        let at = |level: Level| {
            let counted = figures.iter().filter(|(id, (own, ..))| *own == level && !is_part(id, level));
            let counted: Vec<(Year, Tonnes)> = counted.map(|(_, (_, year, tonnes))| (*year, *tonnes)).collect();
            Some(CoveredTonnes {
                city_count: counted.len(),
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

/// The world, the country and the region of a city: scope, id and name.
fn places(present: &Present) -> Vec<(Scope, String, String)> {
    let country = present.city.country;
    let mut places = vec![
        (Scope::World, "world".to_owned(), String::new()),
        (Scope::Country, country.as_str().to_owned(), country.name().to_owned()),
    ];
    if let Some(region) = &present.city.region {
        // Folded as by the filter `region`, so that the filter finds the same cities.
        let key = format!("{}/{}", country.as_str(), fold_name(region.as_str()));
        places.push((Scope::Region, key, String::new()));
    }
    places
}

/// The spelling of a region's name that most of its cities use; among equals the first in alphabetical order.
fn spelling(group: &Group<'_>) -> String {
    let mut cities: BTreeMap<&str, usize> = BTreeMap::new();
    for name in group.cities.iter().filter_map(|(_, present)| present.city.region.as_ref()) {
        *cities.entry(name.as_str()).or_default() += 1;
    }
    let most = cities.into_iter().max_by_key(|(name, cities)| (*cities, Reverse(*name)));
    most.map(|(name, _)| name.to_owned()).unwrap_or_default()
}

/// The latest comparable figure of a whole community, at the level of its headline target.
fn latest_comparable(present: &Present) -> Option<(Level, Year, Tonnes)> {
    let has_verdict = |headline: &&Assessment| headline.verdict != Verdict::NotJudged;
    let headline = present.headline().filter(has_verdict)?;
    let figure = headline.figures.last().filter(|_| present.city.boundary == Boundary::Community)?;
    Some((headline.target.level, figure.year, figure.tonnes))
}

/// How many cities have their latest report for each year.
fn years(group: &Group<'_>) -> BTreeMap<Year, usize> {
    let mut years = BTreeMap::new();
    for year in group.cities.iter().filter_map(|(_, present)| present.latest.report) {
        *years.entry(year).or_default() += 1;
    }
    years
}

/// The median age of the latest reports, in years; of an even number the mean of the two in the middle.
fn median_age(years: &BTreeMap<Year, usize>, judged_on: NaiveDate) -> Option<Ratio> {
    let reports: usize = years.values().sum();
    let at = |position: usize| {
        let mut passed = 0;
        let is_reached = |(_, cities): &(&Year, &usize)| {
            passed += **cities;
            position < passed
        };
        years.iter().find(is_reached).map(|(year, _)| f64::from(judged_on.year() - year.get()))
    };
    let middle = (reports.checked_sub(1)? / 2, reports / 2);
    Ratio::new(f64::midpoint(at(middle.0)?, at(middle.1)?))
}
