//! Inventories summed from their lines: one baseline a signatory, and often one that monitors.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::import::csv_file::{Cells, CsvFile};
use crate::import::failure::FileError;
use crate::import::figure::{NoFigure, figure, json, people, quoted, year};
use crate::import::finding::{Finding, Found, LeftOut, Place, Provenance, Row};
use crate::import::format::{Sink, Stop};
use crate::import::header::{Column, Header, words};
use crate::import::records::{found, left_out, object};
use crate::record::Kind;

use super::of_inventories;
use super::signatories::{Signatories, Signatory};

const GCOM: Column = Column { meaning: "the GCoM number", wordings: &[words(&["gcom", "id"], &[])] };
const ID: Column = Column { meaning: "the inventory's number", wordings: &[words(&["inventory", "id"], &[])] };
const SECTOR: Column = Column { meaning: "the sector", wordings: &[words(&["sector"], &[])] };
const KIND: Column =
    Column { meaning: "whether the inventory is a baseline", wordings: &[words(&["type", "inventory"], &[])] };
const YEAR: Column =
    Column { meaning: "the inventory's year", wordings: &[words(&["inventory", "year"], &["population"])] };
const POPULATION: Column = Column { meaning: "the population", wordings: &[words(&["population"], &[])] };
const FACTORS: Column = Column { meaning: "the type of factors", wordings: &[words(&["factor", "type"], &[])] };
const UNIT: Column =
    Column { meaning: "the unit of the emissions", wordings: &[words(&["emission|emissions", "unit"], &[])] };
const EMISSIONS: Column =
    Column { meaning: "the line's emissions", wordings: &[words(&["emissions"], &["type", "unit", "inventory"])] };

/// How the type of a baseline inventory begins.
const BASELINE: &str = "baseline";

struct Columns {
    gcom: usize,
    id: usize,
    sector: usize,
    kind: usize,
    year: usize,
    population: Option<usize>,
    factors: Option<usize>,
    unit: Option<usize>,
    emissions: usize,
}

/// An inventory, as far as it has been summed.
#[derive(Debug)]
struct Inventory {
    place: Place,
    gcom: String,
    id: String,
    kind: String,
    year: String,
    population: String,
    unit: String,
    factors: BTreeSet<String>,
    sectors: BTreeSet<&'static str>,
    tonnes: f64,
    lines: u32,
    fault: Option<LeftOut>,
    remark: Option<&'static str>,
}

/// All inventories of a file, in the order of their first lines.
#[derive(Debug)]
pub(super) struct Inventories {
    provenance: Provenance,
    all: Vec<Inventory>,
}

/// The years that inventories were read for, by the number they stand under.
#[derive(Debug, Default)]
pub(super) struct Known {
    reports: HashMap<String, BTreeSet<i32>>,
    /// A baseline inventory that cannot be recorded is there all the same, with its year.
    baselines: HashMap<String, Vec<(i32, Option<Found>)>>,
}

/// Whether a file is one of inventory lines.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ID, &SECTOR])
}

impl Inventories {
    /// Reads and sums; what is kept is one entry an inventory.
    pub fn read(mut file: CsvFile<'_>, sink: &mut Sink<'_>) -> Result<Self, FileError> {
        let columns = Columns::of(&file.header)?;
        let expected = [&POPULATION, &FACTORS, &UNIT];
        sink.notice(file.header.complete(&expected, file.provenance.may_lack_columns)?);
        let (mut all, mut index): (Vec<Inventory>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
        let provenance = file.provenance.clone();
        while let Some((place, cells)) = file.next_row()? {
            let at = *index.entry(cells.at(columns.id).to_owned()).or_insert_with(|| {
                all.push(columns.begin(&cells, place));
                all.len() - 1
            });
            all[at].add(&columns, &cells);
        }
        sink.notice(file.ending());
        Ok(Inventories { provenance, all })
    }

    /// Hands on each inventory as a baseline or a report.
    pub fn hand_on(self, signatories: &Signatories, sink: &mut Sink<'_>) -> Result<Known, Stop> {
        let mut known = Known::default();
        for inventory in self.all {
            let signatory = signatories.of_inventory(&inventory.gcom);
            let named = signatory.as_ref().map_or(inventory.gcom.as_str(), |signatory| signatory.name());
            let subject = format!("{named} {}", inventory.year);
            let outcome = signatory.and_then(|signatory| inventory.finding(signatory, &self.provenance));
            known.note(&inventory, outcome.as_ref().ok().and_then(|finding| finding.records.first()));
            sink.row(Row { place: inventory.place, subject, outcome })?;
        }
        Ok(known)
    }
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        Ok(Columns {
            gcom: header.need(&GCOM)?,
            id: header.need(&ID)?,
            sector: header.need(&SECTOR)?,
            kind: header.need(&KIND)?,
            year: header.need(&YEAR)?,
            population: header.find(&POPULATION)?,
            factors: header.find(&FACTORS)?,
            unit: header.find(&UNIT)?,
            emissions: header.need(&EMISSIONS)?,
        })
    }

    fn begin(&self, cells: &Cells<'_>, place: Place) -> Inventory {
        Inventory {
            place,
            gcom: cells.at(self.gcom).to_owned(),
            id: cells.at(self.id).to_owned(),
            kind: cells.at(self.kind).to_owned(),
            year: cells.at(self.year).to_owned(),
            population: cells.maybe(self.population).to_owned(),
            unit: cells.maybe(self.unit).to_owned(),
            factors: BTreeSet::new(),
            sectors: BTreeSet::new(),
            tonnes: 0.0,
            lines: 0,
            fault: None,
            remark: None,
        }
    }
}

impl Inventory {
    fn add(&mut self, columns: &Columns, cells: &Cells<'_>) {
        self.remark = self.remark.or(cells.remark);
        if let Err(fault) = self.try_add(columns, cells) {
            self.fault.get_or_insert(fault);
        }
    }

    fn try_add(&mut self, columns: &Columns, cells: &Cells<'_>) -> Result<(), LeftOut> {
        cells.check_shape()?;
        let same = [
            (columns.gcom, &self.gcom),
            (columns.kind, &self.kind),
            (columns.year, &self.year),
            (columns.unit.unwrap_or(columns.year), if columns.unit.is_some() { &self.unit } else { &self.year }),
        ];
        if same.iter().any(|(index, first)| cells.at(*index) != first.as_str()) {
            let told = format!(
                "The lines of inventory {} do not agree on whose, of what year and in what unit it is.",
                quoted(&self.id)
            );
            return Err(left_out("lines_differ", told));
        }
        let tonnes = figure(cells.at(columns.emissions)).map_err(|no| match no {
            NoFigure::Empty => left_out("no_total", "A line states no emissions."),
            NoFigure::Text(text) => left_out("not_a_number", format!("A line's emissions are stated as \"{text}\".")),
        })?;
        let stated = cells.at(columns.sector);
        let sector = sector(stated)
            .ok_or_else(|| left_out("unknown_sector", format!("\"{}\" is no sector that is known.", quoted(stated))))?;
        if tonnes != 0.0 {
            self.sectors.insert(sector);
        }
        self.factors.insert(cells.maybe(columns.factors).to_uppercase());
        self.tonnes += tonnes;
        self.lines += 1;
        Ok(())
    }

    fn finding(&self, signatory: &Signatory, provenance: &Provenance) -> Result<Finding, LeftOut> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let Some(year) = year(&self.year) else {
            return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(&self.year))));
        };
        let kind = if self.kind.starts_with(BASELINE) {
            Kind::Baseline
        } else if self.kind.starts_with("monitoring") {
            Kind::Report
        } else {
            return Err(left_out(
                "unknown_type",
                format!("\"{}\" is no type of inventory that is known.", quoted(&self.kind)),
            ));
        };
        let factors: Vec<&str> = self.factors.iter().map(String::as_str).collect();
        let (protocol, mut remarks) = match factors[..] {
            ["IPCC"] => (Some("ipcc"), Vec::new()),
            ["LCA"] => (Some("other"), Vec::new()),
            _ => (None, vec!["factors of several types: no protocol is declared".to_owned()]),
        };
        remarks.extend(self.remark.map(str::to_owned));
        let locator = format!("GCoM number {}, inventory {}, sum of {} lines", self.gcom, self.id, self.lines);
        let body = object([
            ("year", Some(json!(year))),
            ("totals", Some(json!({"own": json(self.tonnes)}))),
            ("population", figure(&self.population).ok().and_then(people).map(Value::from)),
            ("protocol", protocol.map(Value::from)),
            ("source", Some(of_inventories(provenance).source(&locator))),
        ]);
        let record = found(kind, year.to_string(), &body, provenance.today)?;
        Ok(Finding { city: signatory.city(provenance.today)?, records: vec![record], remarks })
    }
}

impl Known {
    fn note(&mut self, inventory: &Inventory, record: Option<&Found>) {
        let Some(year) = year(&inventory.year) else { return };
        if inventory.kind.starts_with(BASELINE) {
            self.baselines.entry(inventory.gcom.clone()).or_default().push((year, record.cloned()));
        } else if record.is_some() {
            self.reports.entry(inventory.gcom.clone()).or_default().insert(year);
        }
    }

    /// Whether a monitoring inventory of the year was read.
    pub fn has_report(&self, signatory: &Signatory, year: i32) -> bool {
        signatory.numbers().any(|number| self.reports.get(number).is_some_and(|years| years.contains(&year)))
    }

    /// The baselines of a signatory, with their years.
    pub fn baselines(&self, signatory: &Signatory) -> Vec<&(i32, Option<Found>)> {
        signatory.numbers().filter_map(|number| self.baselines.get(number)).flatten().collect()
    }
}

/// A sector of the Covenant's template in the words of the records.
fn sector(stated: &str) -> Option<&'static str> {
    let lower = stated.to_lowercase();
    let known = [
        ("residential", "residential_buildings"),
        ("municipal", "municipal_buildings"),
        ("institutional", "tertiary_buildings"),
        ("tertiary", "tertiary_buildings"),
        ("manufacturing", "industry"),
        ("industry", "industry"),
        ("transport", "transport"),
        ("waste", "waste"),
        ("agriculture", "agriculture"),
    ];
    known.into_iter().find(|(word, _)| lower.starts_with(word)).map(|(_, sector)| sector)
}
