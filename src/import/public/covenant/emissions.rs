//! Later totals of the signatories, by UN/LOCODE.
//!
//! If the signatory has an inventory for the same year, the total is recorded with it as `also_stated`.

use serde_json::{Value, json};

use crate::import::failure::FileError;
use crate::import::public::file::PublicFile;
use crate::import::public::finding::{LeftOut, Place, Provenance, Row, RowRecords};
use crate::import::public::header::{Column, Header, words};
use crate::import::public::records::{left_out, object, parse_record};
use crate::import::public::source::{Sink, Stop};
use crate::import::table::duplicates;
use crate::import::table::figure::{NoFigure, figure, json, quoted, year};
use crate::record::Kind;

use super::compilation_publication;
use super::inventories::{KnownInventories, StatedTotals, differs};
use super::signatories::{Signatories, Signatory};

const ACTOR: Column =
    Column { meaning: "the UN/LOCODE", wordings: &[words(&["actor", "id"], &[]), words(&["locode"], &[])] };
const YEAR: Column = Column { meaning: "the year", wordings: &[words(&["year"], &["baseline", "target"])] };
const TOTAL: Column = Column {
    meaning: "the total emissions in t",
    wordings: &[words(&["total", "emissions"], &["kt", "per", "capita"])],
};

/// A row of the file, kept until the inventories are known.
#[derive(Debug)]
struct Total {
    place: Place,
    /// Why the row cannot be used; none if it can.
    fault: Option<LeftOut>,
    actor: String,
    year: String,
    tonnes: String,
    remark: Option<&'static str>,
}

/// All totals of the file.
#[derive(Debug)]
pub(super) struct Totals {
    provenance: Provenance,
    all: Vec<Total>,
}

/// True if a file lists totals.
pub(super) fn recognises(header: &Header) -> bool {
    header.has(&[&ACTOR, &TOTAL])
}

impl Totals {
    /// Reads the totals. If a UN/LOCODE has several totals for a year, none of them is used.
    pub fn read(mut file: PublicFile<'_>, sink: &mut Sink<'_>) -> Result<Self, FileError> {
        let (actor, year, total) =
            (file.header.require(&ACTOR)?, file.header.require(&YEAR)?, file.header.require(&TOTAL)?);
        file.header.require_tonnes(total)?;
        let (provenance, mut all) = (file.provenance.clone(), Vec::new());
        while let Some((place, cells)) = file.next_row()? {
            all.push(Total {
                place,
                fault: cells.check_shape().err(),
                actor: cells.at(actor).to_owned(),
                year: cells.at(year).to_owned(),
                tonnes: cells.at(total).to_owned(),
                remark: cells.remark,
            });
        }
        sink.notice(file.ending());
        let keys: Vec<_> = all
            .iter()
            .map(|total| (Some((total.actor.as_str(), total.year.as_str())), (None, total.place.row)))
            .collect();
        let others = duplicates::others(&keys);
        for (total, others) in all.iter_mut().zip(others) {
            if let Some(others) = others {
                let message =
                    format!("The file has more than one total of {} for {}; see {others}.", total.actor, total.year);
                total.fault.get_or_insert(left_out("duplicate_year", message));
            }
        }
        Ok(Totals { provenance, all })
    }

    /// The usable totals, each with its source.
    pub fn stated(&self, signatories: &Signatories) -> StatedTotals {
        let stated = |total: &Total| {
            let (signatory, year, tonnes) = total.read(signatories).ok()?;
            Some(((signatory.id().to_owned(), year), (tonnes, total.source(year, &self.provenance))))
        };
        self.all.iter().filter_map(stated).collect()
    }

    /// Passes on each total as a report, unless it belongs to an inventory.
    pub fn send_rows(
        self,
        signatories: &Signatories,
        known: &KnownInventories,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        for total in &self.all {
            let outcome = total.report(signatories, known, &self.provenance);
            let subject = format!("{} {}", total.actor, total.year);
            sink.row(Row { place: total.place.clone(), subject, outcome })?;
        }
        Ok(())
    }
}

impl Total {
    /// The signatory, the year and the tonnes.
    fn read<'s>(&self, signatories: &'s Signatories) -> Result<(&'s Signatory, i32, f64), LeftOut> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let signatory = signatories.by_locode(&self.actor)?;
        let Some(year) = year(&self.year) else {
            return Err(left_out("no_year", format!("\"{}\" is no year.", quoted(&self.year))));
        };
        let tonnes = figure(&self.tonnes).map_err(|no| match no {
            NoFigure::Empty => left_out("no_total", "The row states no total."),
            NoFigure::Text(text) => left_out("not_a_number", format!("The total is stated as \"{text}\".")),
        })?;
        Ok((signatory, year, tonnes))
    }

    fn source(&self, year: i32, provenance: &Provenance) -> Value {
        let publication =
            compilation_publication("EU Covenant of Mayors: total emissions, compilation of 2022", provenance);
        publication.source(&format!("{}, {year}, column total_emissions", self.actor))
    }

    fn report(
        &self,
        signatories: &Signatories,
        known: &KnownInventories,
        provenance: &Provenance,
    ) -> Result<RowRecords, LeftOut> {
        let (signatory, year, tonnes) = self.read(signatories)?;
        if let Some(inventory) = known.total(signatory, year) {
            return Err(if differs(inventory, tonnes) {
                let message = format!("Kept with the inventory of {year}, which states {inventory} t, as also stated.");
                left_out("also_stated", message)
            } else {
                left_out("inventory_given", format!("The inventory of {year} states the same."))
            });
        }
        let body =
            object([("totals", Some(json!({"own": json(tonnes)}))), ("source", Some(self.source(year, provenance)))]);
        let record = parse_record(Kind::Report, &year.to_string(), &body, provenance.today)?;
        let remarks = self.remark.map(str::to_owned).into_iter().collect();
        Ok(RowRecords { city: signatory.city(provenance.today)?, records: vec![record], remarks })
    }
}
