//! What an entry of the log is about: a record, by its kind, its city and its id.
//!
//! In storage, hashes and responses a key is three texts: kind, city and id. The id of a report is its year, and that of
//! a statement is `statement`. The id of a membership is that of the network, and the id of a city is its own.

use super::fault::Fault;
use super::statement::Statement;
use super::text::{CityId, Slug};
use super::units::Year;
use super::vocabulary::vocabulary;

vocabulary! {
    /// The kind of record that an entry of the log is about.
    Kind {
        /// A city.
        City = "city",
        /// A base-year inventory.
        Baseline = "baseline",
        /// A pledge.
        Target = "target",
        /// A yearly inventory.
        Report = "report",
        /// A city's reply to its verdicts.
        Statement = "statement",
        /// A network of cities.
        Network = "network",
        /// A city's membership in a network.
        Member = "member",
        /// Not a record: the body of an entry was removed. The id is the number of that entry.
        Redaction = "redaction",
    }
}

impl Kind {
    /// The kinds that are records.
    pub const RECORDS: [Kind; 7] =
        [Kind::City, Kind::Baseline, Kind::Target, Kind::Report, Kind::Statement, Kind::Network, Kind::Member];
}

/// A record of a city.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CityRecord {
    /// The city itself.
    City,
    /// A baseline.
    Baseline(Slug),
    /// A target.
    Target(Slug),
    /// The report of a year.
    Report(Year),
    /// The statement: a city makes one.
    Statement,
    /// The membership in a network.
    Member(Slug),
}

/// The key of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey {
    /// A network, which belongs to no city.
    Network(Slug),
    /// A record of a city.
    OfCity(CityId, CityRecord),
}

/// What an entry of the log is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A record.
    Record(RecordKey),
    /// The redaction of an entry, whose body was removed.
    Redaction {
        /// The city of the redacted entry; `None` if that entry is about a network.
        city: Option<CityId>,
        /// The number of the redacted entry.
        entry: i64,
    },
    /// An id that is not valid for its kind. Only a damaged log contains one; it is served as it is.
    Misnamed {
        /// The kind.
        kind: Kind,
        /// The city.
        city: Option<CityId>,
        /// The id that is not valid.
        id: String,
    },
}

impl CityRecord {
    /// Reads the record of a kind within a city; the id of the city itself is ignored.
    ///
    /// # Errors
    /// What is wrong with the id.
    pub fn read(kind: Kind, id: &str) -> Result<Self, Fault> {
        let slug = || Slug::new(id).ok_or_else(invalid_id);
        match kind {
            Kind::City => Ok(CityRecord::City),
            Kind::Baseline => slug().map(CityRecord::Baseline),
            Kind::Target => slug().map(CityRecord::Target),
            Kind::Report => Year::from_id(id).map(CityRecord::Report).ok_or_else(invalid_year),
            Kind::Statement if id == Statement::ID => Ok(CityRecord::Statement),
            Kind::Member => slug().map(CityRecord::Member),
            Kind::Statement | Kind::Network | Kind::Redaction => Err(invalid_id()),
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            CityRecord::City => Kind::City,
            CityRecord::Baseline(_) => Kind::Baseline,
            CityRecord::Target(_) => Kind::Target,
            CityRecord::Report(_) => Kind::Report,
            CityRecord::Statement => Kind::Statement,
            CityRecord::Member(_) => Kind::Member,
        }
    }

    /// Its id within the city; `None` for the city itself.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        match self {
            CityRecord::City => None,
            CityRecord::Baseline(id) | CityRecord::Target(id) | CityRecord::Member(id) => Some(id.to_string()),
            CityRecord::Report(year) => Some(year.to_string()),
            CityRecord::Statement => Some(Statement::ID.to_owned()),
        }
    }
}

impl RecordKey {
    /// The key of the city itself.
    #[must_use]
    pub fn city_itself(city: &CityId) -> Self {
        RecordKey::OfCity(city.clone(), CityRecord::City)
    }

    /// Reads a key from a kind, a city and an id; the city is empty for a network.
    ///
    /// # Errors
    /// What is wrong with one of the ids.
    pub fn read(kind: Kind, city: &str, id: &str) -> Result<Self, Fault> {
        if kind == Kind::Network && city.is_empty() {
            return Slug::new(id).map(RecordKey::Network).ok_or_else(invalid_id);
        }
        let city = Slug::new(city).filter(|city| kind != Kind::City || city.as_str() == id).ok_or_else(invalid_id)?;
        Ok(RecordKey::OfCity(city, CityRecord::read(kind, id)?))
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            RecordKey::Network(_) => Kind::Network,
            RecordKey::OfCity(_, record) => record.kind(),
        }
    }

    /// The city it belongs to, or is; `None` for a network.
    #[must_use]
    pub const fn city(&self) -> Option<&CityId> {
        match self {
            RecordKey::Network(_) => None,
            RecordKey::OfCity(city, _) => Some(city),
        }
    }

    /// The id of the city; empty for a network.
    #[must_use]
    pub fn city_or_empty(&self) -> &str {
        self.city().map_or("", CityId::as_str)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            RecordKey::Network(id) => id.to_string(),
            RecordKey::OfCity(city, record) => record.id().unwrap_or_else(|| city.to_string()),
        }
    }
}

impl From<RecordKey> for Subject {
    fn from(key: RecordKey) -> Self {
        Subject::Record(key)
    }
}

impl Subject {
    /// Reads the kind, city and id of an entry; `None` if the city is missing, not expected or not valid.
    #[must_use]
    pub fn read(kind: Kind, city: &str, id: &str) -> Option<Self> {
        let owner = if city.is_empty() { None } else { Some(Slug::new(city)?) };
        // Only a network, and the redaction of an entry about one, belongs to no city.
        let has_valid_owner = match kind {
            Kind::Network => owner.is_none(),
            Kind::Redaction => true,
            _ => owner.is_some(),
        };
        let subject = match kind {
            Kind::Redaction => {
                let entry = id.parse().ok().filter(|entry: &i64| entry.to_string() == id);
                entry.map(|entry| Subject::Redaction { city: owner.clone(), entry })
            }
            _ => RecordKey::read(kind, city, id).ok().map(Subject::Record),
        };
        has_valid_owner.then(|| subject.unwrap_or_else(|| Subject::Misnamed { kind, city: owner, id: id.to_owned() }))
    }

    /// The record; `None` for a redaction or an id that is not valid.
    #[must_use]
    pub const fn record(&self) -> Option<&RecordKey> {
        if let Subject::Record(key) = self { Some(key) } else { None }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Subject::Record(key) => key.kind(),
            Subject::Redaction { .. } => Kind::Redaction,
            Subject::Misnamed { kind, .. } => *kind,
        }
    }

    /// The city; `None` for a network.
    #[must_use]
    pub const fn city(&self) -> Option<&CityId> {
        match self {
            Subject::Record(key) => key.city(),
            Subject::Redaction { city, .. } | Subject::Misnamed { city, .. } => city.as_ref(),
        }
    }

    /// The id of the city as it is hashed and stored; empty if there is none.
    #[must_use]
    pub fn city_or_empty(&self) -> &str {
        self.city().map_or("", CityId::as_str)
    }

    /// The id as it is hashed and stored.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Subject::Record(key) => key.id(),
            Subject::Redaction { entry, .. } => entry.to_string(),
            Subject::Misnamed { id, .. } => id.clone(),
        }
    }
}

fn invalid_id() -> Fault {
    fault("invalid_id", "the id in the path must be 2 to 64 characters of a-z, 0-9 and -")
}

fn invalid_year() -> Fault {
    fault("out_of_range", "the year in the path must be four digits between 1970 and 2100")
}

/// A fault about the whole record.
fn fault(code: &str, detail: &str) -> Fault {
    Fault { pointer: String::new(), code: code.to_owned(), detail: detail.to_owned() }
}
