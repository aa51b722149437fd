//! The account that reported, and the city that it stands for.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::import::failure::FileError;
use crate::import::public::country::country;
use crate::import::public::file::Cells;
use crate::import::public::finding::LeftOut;
use crate::import::public::header::{Column, Header, words};
use crate::import::public::records::{city, left_out, name, object};
use crate::import::table::figure::{figure, json, quoted};
use crate::record::City;

pub(super) const ACCOUNT: Column = Column {
    meaning: "the account number",
    wordings: &[words(&["account", "number|no|nr|id"], &[]), words(&["account"], &["accounting"])],
};
const ORGANISATION: Column = Column {
    meaning: "the organisation",
    wordings: &[
        words(&["organisation|organization"], &["number|no|nr|id"]),
        words(&["city", "name"], &["short", "c40"]),
    ],
};
const CITY: Column = Column {
    meaning: "the city",
    wordings: &[
        words(&["city", "short", "name"], &[]),
        words(&["city"], &["c40", "name", "wide", "location", "gdp", "boundary", "inventory", "emissions"]),
    ],
};
const COUNTRY: Column =
    Column { meaning: "the country", wordings: &[words(&["country"], &["location", "code", "specific"])] };
const LOCATION: Column = Column {
    meaning: "the city's position",
    wordings: &[words(&["city", "location"], &["country"]), words(&["location"], &["country"])],
};

/// Prefixes that organisations put before the city's name.
const PREFIXES: &[&str] = &[
    "City of ",
    "Town of ",
    "Village of ",
    "Municipality of ",
    "Prefeitura Municipal de ",
    "Prefeitura de ",
    "Município de ",
    "Municipalidad de ",
    "Ayuntamiento de ",
    "Comune di ",
    "Ville de ",
    "Stadt ",
];

/// The columns that identify the account.
#[derive(Debug)]
pub(super) struct Account {
    number: usize,
    organisation: Option<usize>,
    city: Option<usize>,
    country: usize,
    location: Option<usize>,
}

impl Account {
    pub fn of(header: &Header) -> Result<Self, FileError> {
        let organisation = header.find(&ORGANISATION)?;
        let city = if organisation.is_some() { header.find(&CITY)? } else { Some(header.require(&CITY)?) };
        Ok(Account {
            number: header.require(&ACCOUNT)?,
            organisation,
            city,
            country: header.require(&COUNTRY)?,
            location: header.find(&LOCATION)?,
        })
    }

    /// The account number, which consists of digits.
    pub fn number<'r>(&self, cells: &Cells<'r>) -> Result<&'r str, LeftOut> {
        let number = cells.at(self.number);
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(number);
        }
        Err(left_out("no_account", format!("\"{}\" is no account number.", quoted(number))))
    }

    /// The city's name in the file, or the organisation's if there is none.
    pub fn name<'r>(&self, cells: &Cells<'r>) -> &'r str {
        match cells.maybe(self.city) {
            "" => cells.maybe(self.organisation),
            name => name,
        }
    }

    /// The city of a row.
    pub fn city(&self, cells: &Cells<'_>, today: NaiveDate) -> Result<Arc<City>, LeftOut> {
        let body = self.body(cells)?;
        city(&body, today)
    }

    /// The city government's own operations, as an entity separate from the city.
    pub fn operations(&self, cells: &Cells<'_>, today: NaiveDate) -> Result<Arc<City>, LeftOut> {
        let mut body = self.body(cells)?;
        let city_name = body["name"].as_str().unwrap_or_default();
        body["name"] = json!(name(&format!("{city_name} (local government operations)")));
        body["boundary"] = json!("operations");
        body["identifiers"] = json!({"cdp_operations": self.number(cells)?});
        city(&body, today)
    }

    fn body(&self, cells: &Cells<'_>) -> Result<Value, LeftOut> {
        let number = self.number(cells)?;
        let stated = self.name(cells);
        if stated.is_empty() {
            return Err(left_out("no_city", format!("Account {number} has no name.")));
        }
        let state = state_of(stated).or_else(|| state_of(cells.maybe(self.organisation)));
        let (latitude, longitude) = position(cells.maybe(self.location)).unzip();
        Ok(object([
            ("name", name(short(stated))),
            ("country", Some(json!(country(cells.at(self.country))?))),
            ("region", state.map(Value::from)),
            ("identifiers", Some(json!({"cdp": number}))),
            ("latitude", latitude.map(json)),
            ("longitude", longitude.map(json)),
        ]))
    }
}

/// The name without a prefix such as `City of ` and without a suffix such as `, TX`.
fn short(stated: &str) -> &str {
    let bare = PREFIXES.iter().find_map(|prefix| stated.strip_prefix(prefix)).unwrap_or(stated);
    let bare = state_of(bare).and_then(|state| bare.strip_suffix(state)).map_or(bare, |bare| bare.trim_end());
    let bare = bare.trim_end_matches(',').trim();
    if bare.is_empty() { stated } else { bare }
}

/// The state or province at the end, as in `Denton, TX`.
fn state_of(stated: &str) -> Option<&str> {
    let state = stated.rsplit_once(',')?.1.trim();
    (state.len() == 2 && state.bytes().all(|b| b.is_ascii_uppercase())).then_some(state)
}

/// Latitude and longitude from `(34.05, -118.24)` or `POINT (-118.24 34.05)`.
fn position(stated: &str) -> Option<(f64, f64)> {
    let (before, rest) = stated.split_once('(')?;
    let inside = rest.split_once(')')?.0;
    let (one, other) = inside.split_once(',').or_else(|| inside.trim().split_once(' '))?;
    let (one, other) = (figure(one).ok()?, figure(other).ok()?);
    let (latitude, longitude) = if before.contains("POINT") { (other, one) } else { (one, other) };
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    (on_earth && (latitude, longitude) != (0.0, 0.0)).then_some((latitude, longitude))
}
