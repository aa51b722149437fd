//! Which cities, and which of their targets: the filters that the lists share.

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::IntoParams;

use super::any_of::AnyOf;
use super::order::Sort;
use super::query::QueryFaults;
use super::search::Search;
use crate::api::limits::IDS_MAX;
use crate::api::request::lookup::present_network;
use crate::api::response::list::Page;
use crate::api::response::problem::Problem;
use crate::method::{Assessment, CautionCode, Confidence, Course, Verdict};
use crate::overview::row::Row;
use crate::record::city::Country;
use crate::record::limits::{FIRST_YEAR, LAST_YEAR, NAME_CHARACTERS, POPULATION_MAX};
use crate::record::target::TargetKind;
use crate::record::text::fold_name;
use crate::record::{Level, Sector, Slug, Standing};
use crate::registry::{CityEntry, Present, Snapshot};

// The generator of the specification takes types with parameters apart; by these names it does not.
type Verdicts = AnyOf<Verdict>;
type Courses = AnyOf<Course>;
type Confidences = AnyOf<Confidence>;
type Cautions = AnyOf<CautionCode>;

/// Which cities or targets, in which order.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only cities of this country: ISO 3166-1 alpha-2.
    #[param(pattern = "^[A-Z]{2}$", example = "US")]
    country: Option<String>,
    /// Only cities of the state, province or region of this name, capitals and accents aside.
    #[param(min_length = 1, max_length = 200, pattern = "\\S", example = "California")]
    region: Option<String>,
    /// Only cities that are members of this network on the day of the judgement, by its id.
    #[param(pattern = "^[a-z0-9-]{2,64}$", example = "c40")]
    network: Option<String>,
    /// Only cities whose latest reported population is at least this many people.
    #[param(minimum = 0, maximum = 1_000_000_000, example = 1_000_000)]
    population_min: Option<i64>,
    /// Only cities whose latest reported population is at most this many people.
    #[param(minimum = 0, maximum = 1_000_000_000, example = 10_000_000)]
    population_max: Option<i64>,
    /// Only cities whose latest report is for an earlier year than this one, or that have none.
    #[param(minimum = 1970, maximum = 2100, example = 2023)]
    reported_before: Option<i32>,
    /// Only cities whose name contains this, or the name of their country or region or of a network that they are a
    /// member of. Capitals and accents do not matter: `lodz` finds Łódź, `giessen` Gießen.
    #[param(min_length = 1, max_length = 200, pattern = "\\S", example = "bogota")]
    q: Option<String>,
    /// Only these cities, by their ids, separated by commas.
    #[param(pattern = "^[a-z0-9-]{2,64}(,[a-z0-9-]{2,64}){0,499}$", example = "us-los-angeles,ca-vancouver")]
    ids: Option<String>,
    /// Only targets with one of these verdicts, separated by commas. In a list of cities this and all that follows is
    /// about the headline target.
    #[param(inline, example = "behind,off_track")]
    verdict: Option<Verdicts>,
    /// Only targets with one of these courses, separated by commas: how they stood in the latest comparable year, however
    /// long ago. What may be said today is the verdict.
    #[param(inline, example = "behind,off_track")]
    course: Option<Courses>,
    /// Only targets judged with one of these confidences, separated by commas.
    #[param(inline, example = "high,medium")]
    confidence: Option<Confidences>,
    /// Only targets with one of these cautions, by their codes, separated by commas.
    #[param(inline, example = "target_weakened")]
    caution: Option<Cautions>,
    /// Only targets for this year.
    #[param(minimum = 1970, maximum = 2100, example = 2030)]
    target_year: Option<i32>,
    /// Only targets for totals at this level.
    #[param(inline)]
    level: Option<Level>,
    /// Only targets of this standing.
    #[param(inline)]
    standing: Option<Standing>,
    /// Only targets of this kind.
    #[param(inline)]
    kind: Option<TargetKind>,
    /// Only targets for one sector that cover all of this: a GPC sector from `I` to `VI`, or a GPC line.
    #[param(pattern = "^[IV]{1,3}(\\.[1-8]){0,2}$", example = "II")]
    sector: Option<String>,
    /// Only headline targets (`true`), or only others (`false`); of cities those that have one, or have none.
    is_headline: Option<bool>,
    /// In which order: a column of the list as CSV, or, with a minus before it, the same from the other end. Numbers go
    /// by their size, texts and words by the alphabet, capitals and accents aside. Rows without the value come last
    /// either way; of equals the first by the city's id, then by the target's. Figures that tell how a target is doing,
    /// such as `pace` and `gap_percent`, are looked at only where a verdict tells how it stands today: those of
    /// `unreported`, `outdated` and `insufficient_data` come last.
    sort: Option<String>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
    /// Where the page begins: `next` of the page before, with the same filters and order. While the data changes,
    /// every row whose place in the order stays the same is served exactly once; a row whose figure changes may be
    /// missed, or met again where it then stands.
    #[param(pattern = "^([0-9a-f]{2}){4,2000}$")]
    cursor: Option<String>,
    /// Only these fields of the items, by the names of the CSV columns or what comes before a point in them,
    /// separated by commas; `id` and `city` are always there.
    #[param(pattern = "^[a-z0-9_.]+(,[a-z0-9_.]+)*$", example = "name,population")]
    pub fields: Option<String>,
}

impl ListQuery {
    /// The parameters that are not about which rows there are.
    pub const OF_LISTS: &[&str] = &["sort", "limit", "cursor", "fields"];

    /// Checks that they are not used, for an answer that has every row.
    ///
    /// # Errors
    /// 400 for the first that is.
    pub fn check_is_whole(&self) -> Result<(), Problem> {
        let used = [self.sort.is_some(), self.limit.is_some(), self.cursor.is_some(), self.fields.is_some()];
        match Self::OF_LISTS.iter().zip(used).find(|(_, used)| *used) {
            Some((name, _)) => {
                let message = "is no parameter of this address: the answer has every city, whole and by id";
                Err(Problem::parameter(name, "unknown_parameter", message))
            }
            None => Ok(()),
        }
    }

    /// The page asked for.
    #[must_use]
    pub fn page(&self) -> Page {
        Page { limit: self.limit, cursor: self.cursor.clone(), fields: None }
    }

    /// The order asked for, by one of the list's columns; none is by id.
    ///
    /// # Errors
    /// 400 when there is no such column.
    pub fn sort(&self, columns: &[String]) -> Result<Option<Sort<'_>>, Problem> {
        self.sort.as_deref().map(|asked| Sort::read(asked, columns)).transpose()
    }

    /// The filters and the order as one text, which a cursor belongs to.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{:?}", ListQuery { limit: None, cursor: None, fields: None, ..self.clone() })
    }

    /// The filters, ready to be tried on rows of `snapshot`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn filters<'q>(&'q self, snapshot: &'q Snapshot) -> Result<Filters<'q>, Problem> {
        let places = PlaceQuery {
            country: self.country.as_deref(),
            region: self.region.as_deref(),
            network: self.network.as_deref(),
            population_min: self.population_min,
            population_max: self.population_max,
        };
        let mut faults = QueryFaults::default();
        let places = places.read(snapshot, &mut faults);
        check_text("q", self.q.as_deref(), &mut faults);
        for (name, year) in [("target_year", self.target_year), ("reported_before", self.reported_before)] {
            if year.is_some_and(|year| !(FIRST_YEAR..=LAST_YEAR).contains(&year)) {
                faults.misread(name, "out_of_range", format!("must be a year between {FIRST_YEAR} and {LAST_YEAR}"));
            }
        }
        let ids: Option<BTreeSet<&str>> = self.ids.as_deref().map(|ids| ids.split(',').collect());
        let count = self.ids.iter().flat_map(|ids| ids.split(',')).count();
        if count > IDS_MAX || ids.iter().flatten().any(|id| Slug::new(id).is_none()) {
            faults.misread("ids", "invalid_id", format!("must be at most {IDS_MAX} ids, separated by commas"));
        }
        let sector = self.sector.as_deref().and_then(|word| {
            let read = Sector::from_word(word);
            if read.is_none() {
                let message = "must be a GPC sector from I to VI, or a GPC line such as II.1.1";
                faults.misread("sector", "unknown_sector", message);
            }
            read
        });
        let judged = self.judged(&mut faults);
        faults.check()?;
        let search = self.q.as_deref().map(|text| Search::new(text, snapshot));
        Ok(Filters { query: self, places, ids, search, sector, judged })
    }

    /// What is said of the judgement, with every word that there is not.
    fn judged(&self, faults: &mut QueryFaults) -> Judged {
        Judged {
            verdicts: self.verdict.as_ref().map(|words| words.read("verdict", faults)),
            courses: self.course.as_ref().map(|words| words.read("course", faults)),
            confidences: self.confidence.as_ref().map(|words| words.read("confidence", faults)),
            cautions: self.caution.as_ref().map(|words| words.read("caution", faults)),
        }
    }
}

/// What a target's judgement must be; none of what is not asked for.
#[derive(Debug)]
struct Judged {
    verdicts: Option<Vec<Verdict>>,
    courses: Option<Vec<Course>>,
    confidences: Option<Vec<Confidence>>,
    cautions: Option<Vec<CautionCode>>,
}

impl Judged {
    fn is_all(&self) -> bool {
        let Judged { verdicts, courses, confidences, cautions } = self;
        verdicts.is_none() && courses.is_none() && confidences.is_none() && cautions.is_none()
    }

    fn take(&self, target: &Assessment) -> bool {
        let is_in = |course: Course| self.courses.as_ref().is_none_or(|courses| courses.contains(&course));
        let has_one = |codes: &Vec<CautionCode>| target.cautions.iter().any(|caution| codes.contains(&caution.code));
        self.verdicts.as_ref().is_none_or(|verdicts| verdicts.contains(&target.verdict))
            && target.course.map_or(self.courses.is_none(), is_in)
            && self.confidences.as_ref().is_none_or(|confidences| confidences.contains(&target.confidence))
            && self.cautions.as_ref().is_none_or(has_one)
    }
}

/// Filters that were read.
#[derive(Debug)]
pub struct Filters<'q> {
    query: &'q ListQuery,
    places: Places<'q>,
    ids: Option<BTreeSet<&'q str>>,
    search: Option<Search<'q>>,
    sector: Option<Sector>,
    judged: Judged,
}

impl Filters<'_> {
    /// Whether they take a row.
    #[must_use]
    pub fn take(&self, row: &Row<'_>) -> bool {
        self.take_city(row) && self.take_target(row)
    }

    fn take_city(&self, row: &Row<'_>) -> bool {
        let before = |year| row.present.latest.report.is_none_or(|report| report.get() < year);
        self.ids.as_ref().is_none_or(|ids| ids.contains(row.id.as_str()))
            && self.places.take(row.entry, row.present)
            && self.query.reported_before.is_none_or(before)
            && self.search.as_ref().is_none_or(|search| search.finds(row))
    }

    fn take_target(&self, row: &Row<'_>) -> bool {
        let ListQuery { target_year, level, standing, kind, is_headline, .. } = self.query;
        let covers = |wanted: &Sector, target: &Assessment| {
            target.target.sector.as_ref().is_some_and(|sector| sector.covers(wanted, target.target.level))
        };
        let is = |test: &dyn Fn(&Assessment) -> bool| row.target.is_some_and(test);
        (self.judged.is_all() || is(&|target| self.judged.take(target)))
            && target_year.is_none_or(|year| is(&|target| target.target.target_year.get() == year))
            && level.is_none_or(|level| is(&|target| target.target.level == level))
            && standing.is_none_or(|standing| is(&|target| target.target.standing == standing))
            && kind.is_none_or(|kind| is(&|target| target.target.kind == kind))
            && self.sector.as_ref().is_none_or(|sector| is(&|target| covers(sector, target)))
            && is_headline.is_none_or(|headline| row.is_headline() == headline)
    }
}

/// Where cities lie and how large they are, as it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct PlaceQuery<'q> {
    /// The country's code.
    pub country: Option<&'q str>,
    /// The region's name.
    pub region: Option<&'q str>,
    /// The network's id.
    pub network: Option<&'q str>,
    /// The fewest people.
    pub population_min: Option<i64>,
    /// The most people.
    pub population_max: Option<i64>,
}

/// Where cities lie and how large they are, read.
#[derive(Debug)]
pub struct Places<'q> {
    query: PlaceQuery<'q>,
    region: Option<String>,
    snapshot: &'q Snapshot,
}

impl<'q> PlaceQuery<'q> {
    /// Reads it; what is wrong with it is noted in `faults`.
    pub fn read(self, snapshot: &'q Snapshot, faults: &mut QueryFaults) -> Places<'q> {
        if let Some(country) = self.country.filter(|code| Country::new(code).is_none()) {
            faults.misread("country", "unknown_country", format!("{country:?} is not an ISO 3166-1 alpha-2 code"));
        }
        match self.network.map(|id| (id, Slug::new(id))) {
            Some((id, None)) => faults.misread("network", "invalid_id", format!("{id:?} is not the id of a network")),
            Some((id, Some(_))) if present_network(snapshot, id).is_err() => {
                faults.unfit("network", "unknown_network", format!("there is no network {id}"));
            }
            _ => {}
        }
        for (name, people) in [("population_min", self.population_min), ("population_max", self.population_max)] {
            if people.is_some_and(|people| !(0..=POPULATION_MAX).contains(&people)) {
                faults.misread(name, "out_of_range", format!("must be between 0 and {POPULATION_MAX}"));
            }
        }
        if let (Some(least), Some(most)) = (self.population_min, self.population_max)
            && most < least
        {
            faults.unfit("population_max", "out_of_range", format!("must not be below population_min, {least}"));
        }
        check_text("region", self.region, faults);
        Places { query: self, region: self.region.map(fold_name), snapshot }
    }
}

impl Places<'_> {
    /// Whether a city lies there and is of that size.
    #[must_use]
    pub fn take(&self, entry: &CityEntry, present: &Present) -> bool {
        let PlaceQuery { country, network, population_min, population_max, .. } = self.query;
        let city = &present.city;
        let people = present.latest.population.map(|(_, people)| people.get());
        country.is_none_or(|country| city.country.as_str() == country)
            && network.is_none_or(|network| entry.is_member(network, self.snapshot.judged_on))
            && population_min.is_none_or(|least| people.is_some_and(|people| people >= least))
            && population_max.is_none_or(|most| people.is_some_and(|people| people <= most))
            && self
                .region
                .as_ref()
                .is_none_or(|region| city.region.as_ref().is_some_and(|name| fold_name(name.as_str()) == *region))
    }
}

/// Checks a text that names are compared with; accents alone would be in every name.
fn check_text(name: &str, text: Option<&str>, faults: &mut QueryFaults) {
    let is_wrong = |text: &str| text.chars().count() > NAME_CHARACTERS || fold_name(text).is_empty();
    if text.is_some_and(is_wrong) {
        let message = format!("must have 1 to {NAME_CHARACTERS} characters, and not only accents or white space");
        faults.misread(name, "out_of_range", message);
    }
}
