//! The signatories: finds the city behind a signatory number, a GCoM number or a UN/LOCODE.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::import::failure::FileError;
use crate::import::public::file::{Cells, PublicFile};
use crate::import::public::finding::LeftOut;
use crate::import::public::header::{Column, Header, words};
use crate::import::public::records::{city, left_out, name, object};
use crate::import::public::source::Sink;
use crate::import::table::figure::{figure, json, quoted};
use crate::record::City;

const ID: Column =
    Column { meaning: "the signatory's number", wordings: &[words(&["organisation|organization", "id"], &["group"])] };
const NAME: Column =
    Column { meaning: "the signatory's name", wordings: &[words(&["organisation|organization", "name"], &["group"])] };
const COUNTRY: Column = Column { meaning: "the country's code", wordings: &[words(&["country", "code"], &[])] };
const GCOM: Column = Column { meaning: "the GCoM number", wordings: &[words(&["gcom", "id"], &[])] };
const LATITUDE: Column = Column { meaning: "the latitude", wordings: &[words(&["latitude"], &[])] };
const LONGITUDE: Column = Column { meaning: "the longitude", wordings: &[words(&["longitude"], &[])] };

/// The data of a signatory that a city needs.
#[derive(Debug)]
pub(super) struct Signatory {
    id: String,
    name: String,
    country: String,
    gcom: Option<String>,
    position: Option<(f64, f64)>,
    locode: Option<String>,
}

/// All signatories, by each of their numbers.
#[derive(Debug, Default)]
pub(super) struct Signatories {
    all: Vec<Signatory>,
    by_id: HashMap<String, usize>,
    /// By GCoM number; none if two signatories share the number.
    by_gcom: HashMap<String, Option<usize>>,
    /// By UN/LOCODE, or why it leads to no signatory.
    by_locode: HashMap<String, Result<usize, LeftOut>>,
}

/// True if a file is the list of signatories.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ID, &NAME])
}

impl Signatories {
    pub fn read(mut file: PublicFile<'_>, sink: &mut Sink<'_>) -> Result<Self, FileError> {
        let header = &file.header;
        let (id, name, country, gcom) =
            (header.require(&ID)?, header.require(&NAME)?, header.require(&COUNTRY)?, header.require(&GCOM)?);
        let (latitude, longitude) = (header.find(&LATITUDE)?, header.find(&LONGITUDE)?);
        let mut signatories = Signatories::default();
        while let Some((_, cells)) = file.next_row()? {
            let gcom = Some(cells.at(gcom)).filter(|gcom| !gcom.is_empty()).map(str::to_owned);
            let index = signatories.all.len();
            if let Some(gcom) = &gcom {
                signatories.by_gcom.entry(gcom.clone()).and_modify(|one| *one = None).or_insert(Some(index));
            }
            signatories.by_id.insert(cells.at(id).to_owned(), index);
            signatories.all.push(Signatory {
                id: cells.at(id).to_owned(),
                name: cells.at(name).to_owned(),
                country: cells.code_at(country).to_uppercase(),
                gcom,
                position: position(&cells, latitude, longitude),
                locode: None,
            });
        }
        sink.notice(file.ending());
        Ok(signatories)
    }

    /// Assigns the UN/LOCODEs that the targets name.
    pub fn set_locodes<'t>(&mut self, numbers: impl Iterator<Item = (&'t str, Result<&'t str, LeftOut>)>) {
        for (locode, number) in numbers {
            let found = number.and_then(|number| {
                self.by_id.get(number).copied().ok_or_else(|| {
                    left_out("signatory_not_listed", format!("Signatory {number} is not in the list of signatories."))
                })
            });
            if let Ok(index) = &found {
                self.all[*index].locode = Some(locode.to_owned());
            }
            self.by_locode.insert(locode.to_owned(), found);
        }
    }

    /// Finds the signatory of an inventory by GCoM number, or else by its own number.
    pub fn by_inventory(&self, number: &str) -> Result<&Signatory, LeftOut> {
        match self.by_gcom.get(number) {
            Some(Some(index)) => return Ok(&self.all[*index]),
            Some(None) => {
                let message = format!("Two signatories have the GCoM number {}.", quoted(number));
                return Err(left_out("gcom_id_shared", message));
            }
            None => {}
        }
        self.by_id.get(number).map(|index| &self.all[*index]).ok_or_else(|| {
            left_out("signatory_not_listed", format!("No signatory in the list has the number {}.", quoted(number)))
        })
    }

    /// Finds the signatory of a UN/LOCODE, as the targets name it.
    pub fn by_locode(&self, locode: &str) -> Result<&Signatory, LeftOut> {
        match self.by_locode.get(locode) {
            Some(Ok(index)) => Ok(&self.all[*index]),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(left_out("no_signatory", format!("Nothing says which signatory {} is.", quoted(locode)))),
        }
    }
}

impl Signatory {
    /// The numbers that may identify its inventories.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        self.gcom.as_deref().into_iter().chain([self.id.as_str()])
    }

    /// Its own number.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The signatory as a city.
    pub fn city(&self, today: NaiveDate) -> Result<Arc<City>, LeftOut> {
        if self.name.is_empty() {
            return Err(left_out("no_city", format!("Signatory {} has no name in the list.", quoted(&self.id))));
        }
        let identifiers = match &self.gcom {
            Some(gcom) => json!({"gcom": gcom}),
            None => json!({"covenant": self.id}),
        };
        // A code of another country would belong to another place.
        let locode = self.locode.as_deref().filter(|locode| locode.starts_with(&self.country));
        let body = object([
            ("name", name(&self.name)),
            ("country", Some(json!(self.country))),
            ("locode", locode.map(Value::from)),
            ("identifiers", Some(identifiers)),
            ("latitude", self.position.map(|(latitude, _)| json(latitude))),
            ("longitude", self.position.map(|(_, longitude)| json(longitude))),
        ]);
        city(&body, today)
    }
}

fn position(cells: &Cells<'_>, latitude: Option<usize>, longitude: Option<usize>) -> Option<(f64, f64)> {
    let (latitude, longitude) = (figure(cells.maybe(latitude)).ok()?, figure(cells.maybe(longitude)).ok()?);
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some((latitude, longitude))
}
