//! A city: the reporting entity that baselines, targets and reports belong to.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::fault::{At, Fields, Parse, json_type, parse_list};
use super::limits::{IDENTIFIERS, PREDECESSORS};
use super::source::Source;
use super::text::{Name, Slug, WebAddress, parse_bounded};
use super::units::Degrees;
use super::vocabulary::Boundary;

/// A city as it describes itself.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct City {
    /// Its name in English, or the name it prefers.
    pub name: Name,
    /// Its country: ISO 3166-1 alpha-2.
    pub country: Country,
    /// Its state, province or region; absent if not stated.
    pub region: Option<Name>,
    /// Its UN/LOCODE, unique among cities; absent if not known.
    pub locode: Option<Locode>,
    /// Its identifiers in other registers, such as its CDP account number; each is unique among cities.
    #[serde(skip_serializing_if = "Identifiers::is_empty")]
    pub identifiers: Identifiers,
    /// Degrees north of the equator, to 0.0001; absent if not known.
    #[schema(value_type = f64, minimum = -90, maximum = 90, example = 34.0522)]
    pub latitude: Option<Degrees>,
    /// Degrees east of Greenwich, to 0.0001; absent if not known.
    #[schema(value_type = f64, minimum = -180, maximum = 180, example = -118.244)]
    pub longitude: Option<Degrees>,
    /// What its inventories cover; `community` if not stated.
    #[schema(default = "community")]
    pub boundary: Boundary,
    /// The id of the city it is part of, or whose administration it is; absent if there is none.
    pub part_of: Option<Slug>,
    /// Its website; absent if not stated.
    pub website: Option<WebAddress>,
    /// The cities it was merged or split off from. Figures from before that day are compared with later ones only
    /// within one series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub predecessors: Vec<Predecessor>,
}

/// A city that another was merged or split off from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Predecessor {
    /// The id of the earlier city.
    pub city: Slug,
    /// The first day of the later city.
    #[schema(example = "2007-01-01")]
    pub on: NaiveDate,
    /// Where this was published.
    pub source: Source,
}

impl Parse for Predecessor {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let city = fields.required("city");
        let on: Option<NaiveDate> = fields.required("on");
        let source = fields.required("source");
        if on.is_some_and(|day| day > at.today) {
            at.child("on").fault::<()>("in_future", "must not lie in the future");
        }
        fields.close();
        Some(Predecessor { city: city?, on: on?, source: source? })
    }
}

impl City {
    /// A copy with the identifiers of `other` in registers where this city has none; `None` if there is nothing to add.
    #[must_use]
    pub fn with_identifiers_of(&self, other: &City) -> Option<City> {
        let mut completed = self.clone();
        if completed.country == other.country {
            completed.locode = completed.locode.or_else(|| other.locode.clone());
        }
        for (register, id) in &other.identifiers.0 {
            if completed.identifiers.0.len() < IDENTIFIERS {
                completed.identifiers.0.entry(register.clone()).or_insert_with(|| id.clone());
            }
        }
        (completed != *self).then_some(completed)
    }
}

impl Parse for City {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let name = fields.required("name");
        let country: Option<Country> = fields.required("country");
        let region = fields.optional("region");
        let locode: Option<Locode> = fields.optional("locode");
        let identifiers = fields.optional("identifiers").unwrap_or_default();
        let has_half_position = fields.has("latitude") != fields.has("longitude");
        let latitude = fields.take("latitude").and_then(|(v, at)| Degrees::parse_within(&v, &at, 90.0));
        let longitude = fields.take("longitude").and_then(|(v, at)| Degrees::parse_within(&v, &at, 180.0));
        let boundary = fields.optional("boundary").unwrap_or(Boundary::Community);
        let part_of = fields.optional("part_of");
        let website = fields.optional("website");
        let predecessors =
            fields.take("predecessors").and_then(|(v, at)| parse_predecessors(v, &at)).unwrap_or_default();
        if has_half_position {
            fields.at().fault::<()>("incomplete_position", "latitude and longitude go together");
        }
        if let (Some(locode), Some(country)) = (&locode, &country)
            && !locode.as_str().starts_with(country.as_str())
        {
            fields.at().child("locode").fault::<()>("country_differs", "must begin with the country's code");
        }
        fields.close();
        Some(City {
            name: name?,
            country: country?,
            region,
            locode,
            identifiers,
            latitude,
            longitude,
            boundary,
            part_of,
            website,
            predecessors,
        })
    }
}

/// Reads the predecessors of a city; none may be named twice.
fn parse_predecessors(value: Value, at: &At<'_>) -> Option<Vec<Predecessor>> {
    let read: Vec<Predecessor> = parse_list(value, at, PREDECESSORS)?;
    for (index, one) in read.iter().enumerate() {
        if read[..index].iter().any(|earlier| earlier.city == one.city) {
            at.child(&index.to_string()).child("city").fault::<()>("duplicate", "must not name a city twice");
        }
    }
    Some(read)
}

/// A country of ISO 3166-1, by its alpha-2 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[A-Z]{2}$", example = "US")]
pub struct Country(&'static str);

impl Country {
    /// The country with this alpha-2 code in capitals; `None` if there is none.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let is_uppercase = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        is_uppercase.then(|| rust_iso3166::from_alpha2(code))?.map(|country| Country(country.alpha2))
    }

    /// The alpha-2 code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Its short English name in ISO 3166-1.
    #[must_use]
    pub fn name(self) -> &'static str {
        rust_iso3166::from_alpha2(self.0).map_or(self.0, |country| country.name)
    }
}

impl Parse for Country {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        match value.as_str().and_then(Country::new) {
            Some(country) => Some(country),
            None => at.fault("unknown_country", "must be an ISO 3166-1 alpha-2 code in capitals, such as US"),
        }
    }
}

/// A UN/LOCODE, written with its space: `US LAX`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[A-Z]{2} [A-Z2-9]{3}$", example = "US LAX")]
pub struct Locode(String);

impl Locode {
    /// The code with its space.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Parse for Locode {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let compact: Option<String> = value.as_str().map(|text| text.replacen(' ', "", 1));
        let valid = compact.filter(|code| {
            code.len() == 5
                && code[..].bytes().take(2).all(|b| b.is_ascii_uppercase())
                && code.bytes().skip(2).all(|b| b.is_ascii_uppercase() || (b'2'..=b'9').contains(&b))
        });
        match valid {
            Some(code) => Some(Locode(format!("{} {}", &code[..2], &code[2..]))),
            None => at.fault("invalid_locode", "must be a UN/LOCODE such as \"US LAX\""),
        }
    }
}

/// The identifiers of a city in other registers: a map from register to identifier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, String>, example = json!({"cdp": "10894"}))]
pub struct Identifiers(BTreeMap<String, String>);

impl Identifiers {
    /// Registers and identifiers, ordered by register.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(register, id)| (register.as_str(), id.as_str()))
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Parse for Identifiers {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let Value::Object(members) = value else {
            return at.fault("wrong_type", format!("must be an object, not {}", json_type(&value)));
        };
        if members.len() > IDENTIFIERS {
            return at.fault("too_many", format!("has {} members; at most {IDENTIFIERS} are allowed", members.len()));
        }
        let mut read = BTreeMap::new();
        for (register, id) in members {
            let at = at.child(&register);
            let is_valid_name = (1..=32).contains(&register.len())
                && register.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !is_valid_name {
                at.fault::<()>("invalid_register", "registers are named with 1 to 32 of a-z, 0-9 and _");
            }
            if let Some(id) = parse_bounded(id, &at, 64) {
                read.insert(register, id);
            }
        }
        Some(Identifiers(read))
    }
}
