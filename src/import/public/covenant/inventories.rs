//! Inventories summed from their lines: one baseline for each signatory, and often one that monitors it.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::import::failure::FileError;
use crate::import::public::duplicates;
use crate::import::public::file::{Cells, PublicFile};
use crate::import::public::finding::{FoundRecord, LeftOut, Place, Provenance, Row, RowRecords};
use crate::import::public::header::{Column, Header, words};
use crate::import::public::records::{left_out, object, parse_record};
use crate::import::public::source::{Sink, Stop};
use crate::import::table::figure::{NoFigure, figure, json, population, quoted, year};
use crate::import::table::unit::Scale;
use crate::record::Kind;

use super::inventory_publication;
use super::lines::{self, MissingPart, Parts};
use super::signatories::{Signatories, Signatory};

const GCOM: Column = Column { meaning: "the GCoM number", wordings: &[words(&["gcom", "id"], &[])] };
const ID: Column = Column { meaning: "the inventory's number", wordings: &[words(&["inventory", "id"], &[])] };
const SECTOR: Column = Column { meaning: "the sector", wordings: &[words(&["sector"], &[])] };
const EMITTED: Column =
    Column { meaning: "whether emissions are direct", wordings: &[words(&["type", "emissions"], &["inventory"])] };
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

/// The beginning of the type of a baseline inventory.
const BASELINE: &str = "baseline";

struct Columns {
    gcom: usize,
    id: usize,
    sector: usize,
    emitted: usize,
    kind: usize,
    year: usize,
    population: Option<usize>,
    factors: Option<usize>,
    unit: Option<usize>,
    emissions: usize,
}

/// An inventory, summed from the lines read so far.
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
    parts: Parts,
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

/// The inventories that were recorded, by the number that they have in the file.
#[derive(Debug, Default)]
pub(super) struct KnownInventories {
    /// The totals of recorded inventories, by year.
    totals: HashMap<String, HashMap<i32, f64>>,
    /// The baselines with their years. A baseline that could not be recorded has no record.
    baselines: HashMap<String, Vec<(i32, Option<FoundRecord>)>>,
}

/// Totals that signatories state besides their inventories, by the signatory's number and the year.
pub(super) type StatedTotals = HashMap<(String, i32), (f64, Value)>;

/// True if a file lists inventory lines.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ID, &SECTOR])
}

impl Inventories {
    /// Reads and sums the lines. Memory grows with the number of inventories.
    pub fn read(mut file: PublicFile<'_>, sink: &mut Sink<'_>) -> Result<Self, FileError> {
        let columns = Columns::of(&file.header)?;
        let expected = [&POPULATION, &FACTORS, &UNIT];
        sink.notice(file.header.check_complete(&expected, file.provenance.may_lack_columns)?);
        let (mut all, mut index): (Vec<Inventory>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
        let provenance = file.provenance.clone();
        while let Some((place, cells)) = file.next_row()? {
            let position = *index.entry(cells.at(columns.id).to_owned()).or_insert_with(|| {
                all.push(columns.start(&cells, place));
                all.len() - 1
            });
            all[position].add(&columns, &cells);
        }
        sink.notice(file.ending());
        Ok(Inventories { provenance, all })
    }

    /// Passes on each inventory as a baseline or a report, with another total stated for its year.
    pub fn send_rows(
        self,
        signatories: &Signatories,
        stated: &StatedTotals,
        sink: &mut Sink<'_>,
    ) -> Result<KnownInventories, Stop> {
        let mut by_number: HashMap<&str, Vec<&Inventory>> = HashMap::new();
        for inventory in &self.all {
            by_number.entry(&inventory.gcom).or_default().push(inventory);
        }
        let mut rows = Vec::new();
        for inventory in &self.all {
            let signatory = signatories.by_inventory(&inventory.gcom);
            let name = signatory.as_ref().map_or(inventory.gcom.as_str(), |signatory| signatory.name());
            let subject = format!("{name} {}", inventory.year);
            let missing = inventory.missing_parts(&by_number[inventory.gcom.as_str()]);
            let outcome =
                signatory.and_then(|signatory| inventory.records(signatory, stated, &missing, &self.provenance));
            rows.push(Row { place: inventory.place.clone(), subject, outcome });
        }
        duplicates::refuse(&mut rows);
        let mut known = KnownInventories::default();
        for (inventory, row) in self.all.iter().zip(rows) {
            known.add(inventory, row.outcome.as_ref().ok().and_then(|row| row.records.first()));
            sink.row(row)?;
        }
        Ok(known)
    }
}

impl Columns {
    fn of(header: &Header) -> Result<Self, FileError> {
        Ok(Columns {
            gcom: header.require(&GCOM)?,
            id: header.require(&ID)?,
            sector: header.require(&SECTOR)?,
            emitted: header.require(&EMITTED)?,
            kind: header.require(&KIND)?,
            year: header.require(&YEAR)?,
            population: header.find(&POPULATION)?,
            factors: header.find(&FACTORS)?,
            unit: header.find(&UNIT)?,
            emissions: header.require_tonnes(header.require(&EMISSIONS)?)?,
        })
    }

    fn start(&self, cells: &Cells<'_>, place: Place) -> Inventory {
        Inventory {
            place,
            gcom: cells.at(self.gcom).to_owned(),
            id: cells.at(self.id).to_owned(),
            kind: cells.at(self.kind).to_owned(),
            year: cells.at(self.year).to_owned(),
            population: cells.maybe(self.population).to_owned(),
            unit: cells.maybe(self.unit).to_owned(),
            factors: BTreeSet::new(),
            parts: Parts::default(),
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
        let expected = [
            (columns.gcom, &self.gcom),
            (columns.kind, &self.kind),
            (columns.year, &self.year),
            (columns.unit.unwrap_or(columns.year), if columns.unit.is_some() { &self.unit } else { &self.year }),
        ];
        if expected.iter().any(|(index, first)| cells.at(*index) != first.as_str()) {
            let message = format!(
                "The lines of inventory {} do not agree on whose, of what year and in what unit it is.",
                quoted(&self.id)
            );
            return Err(left_out("lines_differ", message));
        }
        let tonnes = figure(cells.at(columns.emissions)).map_err(|no| match no {
            NoFigure::Empty => left_out("no_total", "A line states no emissions."),
            NoFigure::Text(text) => left_out("not_a_number", format!("A line's emissions are stated as \"{text}\".")),
        })?;
        let part = part(cells.at(columns.sector), cells.at(columns.emitted))?;
        self.parts.add(part, tonnes);
        self.factors.insert(cells.maybe(columns.factors).to_uppercase());
        self.tonnes += tonnes;
        self.lines += 1;
        Ok(())
    }

    fn is_baseline(&self) -> bool {
        self.kind.starts_with(BASELINE)
    }

    /// The missing parts that make lines of this inventory incomplete, compared with the signatory's other inventories.
    ///
    /// If a baseline and a monitoring inventory each lack what the other has of a line, the baseline keeps its half. If
    /// neither had a value, nobody would notice that something is missing.
    fn missing_parts(&self, all: &[&Inventory]) -> Vec<MissingPart> {
        let others = all.iter().filter(|other| other.id != self.id);
        others
            .flat_map(|other| {
                let mut missing = self.parts.missing_from(&other.parts, &other.year);
                if self.is_baseline() && !other.is_baseline() {
                    let theirs = other.parts.missing_from(&self.parts, &self.year);
                    missing.retain(|part| !theirs.iter().any(|other| other.is_same_line(part)));
                }
                missing
            })
            .collect()
    }

    fn records(
        &self,
        signatory: &Signatory,
        stated: &StatedTotals,
        missing: &[MissingPart],
        provenance: &Provenance,
    ) -> Result<RowRecords, LeftOut> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let Some(year) = year(&self.year) else {
            return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(&self.year))));
        };
        let kind = if self.is_baseline() {
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
        let population = population(Scale::ONE, &self.population, &mut remarks);
        let gases = gases(&self.unit);
        if gases.is_none() {
            remarks.push(format!("the unit \"{}\" says nothing of gases", quoted(&self.unit)));
        }
        if !missing.is_empty() {
            remarks.push("a line of which it has only half is not estimated".to_owned());
        }
        let also_stated =
            stated.get(&(signatory.id().to_owned(), year)).filter(|(total, _)| differs(self.tonnes, *total));
        let also_stated =
            also_stated.map(|(total, source)| json!([{"level": "own", "tonnes": json(*total), "source": source}]));
        let locator = format!("GCoM number {}, inventory {}, sum of {} lines", self.gcom, self.id, self.lines);
        let body = object([
            ("year", Some(json!(year))),
            ("totals", Some(json!({"own": json(self.tonnes)}))),
            ("population", population.map(Value::from)),
            ("lines", Some(json!(self.parts.lines(missing)))),
            ("protocol", protocol.map(Value::from)),
            ("gases", gases.map(|gases| json!(gases))),
            ("also_stated", also_stated),
            ("source", Some(inventory_publication(provenance).source(&locator))),
        ]);
        let record = parse_record(kind, &year.to_string(), &body, provenance.today)?;
        Ok(RowRecords { city: signatory.city(provenance.today)?, records: vec![record], remarks })
    }
}

impl KnownInventories {
    fn add(&mut self, inventory: &Inventory, record: Option<&FoundRecord>) {
        let Some(year) = year(&inventory.year) else { return };
        if inventory.is_baseline() {
            self.baselines.entry(inventory.gcom.clone()).or_default().push((year, record.cloned()));
        }
        if record.is_some() {
            self.totals.entry(inventory.gcom.clone()).or_default().insert(year, inventory.tonnes);
        }
    }

    /// The total of the signatory's inventory of a year; none if it was not recorded.
    pub fn total(&self, signatory: &Signatory, year: i32) -> Option<f64> {
        signatory.numbers().find_map(|number| self.totals.get(number)?.get(&year).copied())
    }

    /// The baselines of a signatory, with their years.
    pub fn baselines(&self, signatory: &Signatory) -> Vec<&(i32, Option<FoundRecord>)> {
        signatory.numbers().filter_map(|number| self.baselines.get(number)).flatten().collect()
    }
}

/// True if two totals differ by more than rounding to whole tonnes.
pub(super) fn differs(one: f64, other: f64) -> bool {
    (one - other).abs() > 1.0
}

/// The part of an inventory that a line of the file belongs to.
fn part(sector: &str, emitted: &str) -> Result<lines::Part, LeftOut> {
    let is_direct = match emitted.to_lowercase() {
        kind if kind.starts_with("direct") => true,
        kind if kind.starts_with("indirect") => false,
        _ => {
            let message = format!("\"{}\" is no type of emissions that is known.", quoted(emitted));
            return Err(left_out("unknown_emissions", message));
        }
    };
    lines::part(sector, is_direct).ok_or_else(|| {
        let message = format!("\"{}\" is no sector that is known, or has no {}.", quoted(sector), quoted(emitted));
        left_out("unknown_sector", message)
    })
}

/// The gases that an inventory in this unit counts; none if the unit does not say.
fn gases(unit: &str) -> Option<&'static [&'static str]> {
    let lower = unit.to_lowercase();
    match lower.strip_suffix(".0").unwrap_or(&lower) {
        "1" | "tonnes co2" | "t co2" | "tco2" => Some(&["co2"]),
        "2" | "tonnes co2 equivalent" | "tonnes co2e" | "t co2e" | "tco2e" | "t co2-eq" | "tco2-eq" => {
            Some(&["co2", "ch4", "n2o"])
        }
        _ => None,
    }
}
