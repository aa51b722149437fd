//! The signatories' targets, by UN/LOCODE. The web address in each row contains the signatory's number.

use std::collections::HashMap;

use serde_json::json;

use crate::import::failure::FileError;
use crate::import::public::file::PublicFile;
use crate::import::public::finding::{FoundRecord, LeftOut, Place, Provenance, Row, RowRecords};
use crate::import::public::header::{Column, Header, words};
use crate::import::public::records::{left_out, object, parse_record};
use crate::import::public::source::{Sink, Stop};
use crate::import::table::figure::{figure, json, quoted, year};
use crate::record::Kind;

use super::compilation_publication;
use super::inventories::KnownInventories;
use super::signatories::Signatories;

const ACTOR: Column =
    Column { meaning: "the UN/LOCODE", wordings: &[words(&["actor", "id"], &[]), words(&["locode"], &[])] };
const KIND: Column = Column { meaning: "the type of target", wordings: &[words(&["target", "type"], &[])] };
const BASE_YEAR: Column = Column { meaning: "the base year", wordings: &[words(&["base|baseline", "year"], &[])] };
const TARGET_YEAR: Column = Column { meaning: "the target year", wordings: &[words(&["target", "year"], &[])] };
const VALUE: Column = Column { meaning: "the reduction", wordings: &[words(&["target", "value"], &[])] };
const UNIT: Column = Column { meaning: "the reduction's unit", wordings: &[words(&["target", "unit"], &[])] };
const ADDRESS: Column =
    Column { meaning: "the signatory's address on the web", wordings: &[words(&["url|address"], &[])] };

/// A row of the file, kept until the inventories are known.
#[derive(Debug)]
struct Pledge {
    place: Place,
    shape: Result<(), LeftOut>,
    actor: String,
    kind: String,
    base_year: String,
    target_year: String,
    value: String,
    unit: String,
    address: String,
    remark: Option<&'static str>,
}

/// All targets of the file.
#[derive(Debug)]
pub(super) struct Pledges {
    provenance: Provenance,
    all: Vec<Pledge>,
}

/// True if a file lists targets.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ACTOR, &TARGET_YEAR, &VALUE])
}

impl Pledges {
    pub fn read(mut file: PublicFile<'_>, sink: &mut Sink<'_>) -> Result<Self, FileError> {
        let header = &file.header;
        let needed = [&ACTOR, &KIND, &BASE_YEAR, &TARGET_YEAR, &VALUE, &UNIT, &ADDRESS];
        let indexes: Vec<usize> = needed.into_iter().map(|column| header.require(column)).collect::<Result<_, _>>()?;
        let (provenance, mut all) = (file.provenance.clone(), Vec::new());
        while let Some((place, cells)) = file.next_row()? {
            let mut texts = indexes.iter().map(|index| cells.at(*index).to_owned());
            let mut next = || texts.next().unwrap_or_default();
            all.push(Pledge {
                place,
                shape: cells.check_shape(),
                actor: next(),
                kind: next(),
                base_year: next(),
                target_year: next(),
                value: next(),
                unit: next(),
                address: next(),
                remark: cells.remark,
            });
        }
        sink.notice(file.ending());
        Ok(Pledges { provenance, all })
    }

    /// Each UN/LOCODE with the number of its signatory, or why it has none.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, Result<&str, LeftOut>)> {
        let mut locodes: HashMap<&str, Vec<&str>> = HashMap::new();
        for pledge in &self.all {
            let sharing = pledge.number().map(|number| locodes.entry(number).or_default());
            if let Ok(sharing) = sharing
                && !sharing.contains(&pledge.actor.as_str())
            {
                sharing.push(&pledge.actor);
            }
        }
        self.all.iter().map(move |pledge| {
            let number = pledge.number().and_then(|number| match locodes[number].len() {
                1 => Ok(number),
                several => {
                    let message = format!("{several} UN/LOCODEs share the signatory {number}.");
                    Err(left_out("signatory_shared", message))
                }
            });
            (pledge.actor.as_str(), number)
        })
    }

    /// Passes on each target with the baseline that it is measured from.
    pub fn send_rows(
        self,
        signatories: &Signatories,
        known: &KnownInventories,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        for pledge in self.all {
            let outcome = pledge.records(signatories, known, &self.provenance);
            let subject = format!("{} {}", pledge.actor, pledge.target_year);
            sink.row(Row { place: pledge.place, subject, outcome })?;
        }
        Ok(())
    }
}

impl Pledge {
    /// The number in the web address.
    fn number(&self) -> Result<&str, LeftOut> {
        let number = self.address.split_once("scity_id=").map(|(_, rest)| rest.split('&').next().unwrap_or_default());
        let message = "The address beside the target has no number of a signatory.";
        number.filter(|number| !number.is_empty()).ok_or_else(|| left_out("no_signatory", message))
    }

    fn records(
        &self,
        signatories: &Signatories,
        known: &KnownInventories,
        provenance: &Provenance,
    ) -> Result<RowRecords, LeftOut> {
        self.shape.clone()?;
        if !self.kind.to_lowercase().contains("absolute") || self.unit != "percent" {
            let message =
                format!("\"{}\" in \"{}\" is no type of target that is known.", quoted(&self.kind), quoted(&self.unit));
            return Err(left_out("unknown_type", message));
        }
        let signatory = signatories.by_locode(&self.actor)?;
        let parse_year =
            |text: &str| year(text).ok_or_else(|| left_out("no_year", format!("\"{}\" is no year.", quoted(text))));
        let (base_year, target_year) = (parse_year(&self.base_year)?, parse_year(&self.target_year)?);
        let Ok(percent) = figure(&self.value) else {
            return Err(left_out("no_reduction", format!("The reduction is stated as \"{}\".", quoted(&self.value))));
        };
        let baseline = baseline(&known.baselines(signatory), base_year)?;
        // Two rows with the same target year, percentage and base year are one target.
        let id = format!("{target_year}-{}", percent.to_string().replace('.', "-"));
        let publication = compilation_publication("EU Covenant of Mayors: pledges, compilation of 2022", provenance);
        let mut source =
            publication.source(&format!("{}, target year {target_year}, reduction of {percent} %", self.actor));
        source["url"] = json!(self.address);
        let body = object([
            ("kind", Some(json!("base_year"))),
            ("level", Some(json!("own"))),
            ("baseline", baseline.key.id().map(|id| json!(id))),
            ("reduction_percent", Some(json(percent))),
            ("target_year", Some(json!(target_year))),
            ("standing", Some(json!("adopted"))),
            ("source", Some(source)),
        ]);
        let target = parse_record(Kind::Target, &id, &body, provenance.today)?;
        let records = vec![baseline, target];
        Ok(RowRecords {
            city: signatory.city(provenance.today)?,
            records,
            remarks: self.remark.map(str::to_owned).into_iter().collect(),
        })
    }
}

/// Finds the baseline of the target's base year.
fn baseline(known: &[&(i32, Option<FoundRecord>)], base_year: i32) -> Result<FoundRecord, LeftOut> {
    match known.iter().find(|(year, _)| *year == base_year).or(known.first()) {
        None => Err(left_out("no_inventory", "The signatory has no baseline inventory among the lines.")),
        Some((year, _)) if *year != base_year => {
            let message = format!("The base year is {base_year}, the baseline inventory's {year}.");
            Err(left_out("base_year_differs", message))
        }
        Some((_, None)) => Err(left_out("no_inventory", "The signatory's baseline inventory cannot be recorded.")),
        Some((_, Some(baseline))) => Ok(baseline.clone()),
    }
}
