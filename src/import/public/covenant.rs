//! The EU Covenant of Mayors: its signatories, their inventories, their targets and their later emissions.
//!
//! The files belong together and are recognized by their headers. The web address in a target contains the signatory's
//! number. This number leads to its GCoM number, which identifies its inventories. A target also has a UN/LOCODE, which
//! identifies the emissions. Inventories come line by line. The lines of each are summed into one baseline or, if it
//! monitors, one report, with its total and its GPC lines. If the emissions state another total for the same year, it
//! is recorded with the inventory. So memory grows with the files: one entry for each signatory, inventory, total and
//! target.
//!
//! Inventories by IPCC factors declare `ipcc`. Those by life-cycle factors count other things too, so they are `other`.
//! If both kinds of factors are used, no protocol is declared. The unit says which gases are counted. 1 is tonnes of
//! CO2; 2 is tonnes of CO2 equivalent, which in the Covenant's guidebook (part II, chapter 3.2) covers CO2, CH4 and
//! N2O. The files do not explain these numbers. But life-cycle factors, which the guidebook only gives in CO2
//! equivalent, come with 2. So does waste, whose emissions are CH4.

mod emissions;
mod inventories;
mod lines;
mod signatories;
mod targets;

use super::file::PublicFile;
use super::finding::Provenance;
use super::header::Header;
use super::records::Publication;
use super::source::{Sink, SourceFile, Stop};
use crate::import::failure::FileError;

/// The files, by kind.
#[derive(Default)]
struct Files<'a> {
    signatories: Vec<PublicFile<'a>>,
    inventories: Vec<PublicFile<'a>>,
    targets: Vec<PublicFile<'a>>,
    emissions: Vec<PublicFile<'a>>,
}

/// Reads the files together. The rows of inventories come first, then emissions, then targets. Signatories have no
/// rows.
pub(in crate::import) fn read(files: Vec<SourceFile<'_>>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut by_kind = Files::default();
    for file in files {
        by_kind.sort(PublicFile::open(file, |header| Kind::of(header).is_some())?)?;
    }
    let mut signatories =
        signatories::Signatories::read(exactly_one(by_kind.signatories, "list of signatories")?, sink)?;
    let pledges = at_most_one(by_kind.targets, "list of targets")?;
    let pledges = pledges.map(|file| targets::Pledges::read(file, sink)).transpose()?;
    if let Some(pledges) = &pledges {
        signatories.set_locodes(pledges.numbers());
    }
    let inventories =
        inventories::Inventories::read(exactly_one(by_kind.inventories, "list of inventory lines")?, sink)?;
    let totals = at_most_one(by_kind.emissions, "list of emissions")?;
    let totals = totals.map(|file| emissions::Totals::read(file, sink)).transpose()?;
    let stated = totals.as_ref().map(|totals| totals.stated(&signatories)).unwrap_or_default();
    let known = inventories.send_rows(&signatories, &stated, sink)?;
    totals.map_or(Ok(()), |totals| totals.send_rows(&signatories, &known, sink))?;
    pledges.map_or(Ok(()), |pledges| pledges.send_rows(&signatories, &known, sink))
}

impl<'a> Files<'a> {
    fn sort(&mut self, file: PublicFile<'a>) -> Result<(), FileError> {
        let kind = match Kind::of(&file.header) {
            Some(Kind::Inventories) => &mut self.inventories,
            Some(Kind::Targets) => &mut self.targets,
            Some(Kind::Signatories) => &mut self.signatories,
            Some(Kind::Emissions) => &mut self.emissions,
            None => return Err(file.header.not_of_format("signatories, inventory lines, targets, emissions")),
        };
        kind.push(file);
        Ok(())
    }
}

/// The kind of a file.
enum Kind {
    Inventories,
    Targets,
    Signatories,
    Emissions,
}

impl Kind {
    /// The kind of a file with this header; none if it is unknown.
    fn of(header: &Header) -> Option<Kind> {
        if inventories::recognises(header) {
            Some(Kind::Inventories)
        } else if targets::recognises(header) {
            Some(Kind::Targets)
        } else if signatories::recognises(header) {
            Some(Kind::Signatories)
        } else if emissions::recognises(header) {
            Some(Kind::Emissions)
        } else {
            None
        }
    }
}

fn exactly_one<'a>(files: Vec<PublicFile<'a>>, what: &'static str) -> Result<PublicFile<'a>, FileError> {
    at_most_one(files, what)?.ok_or(FileError::FileCount { what, given: 0 })
}

fn at_most_one<'a>(mut files: Vec<PublicFile<'a>>, what: &'static str) -> Result<Option<PublicFile<'a>>, FileError> {
    if files.len() > 1 {
        return Err(FileError::FileCount { what, given: files.len() });
    }
    Ok(files.pop())
}

/// The signatories' inventories, published by the Joint Research Centre.
fn inventory_publication(provenance: &Provenance) -> Publication {
    Publication {
        title: "Covenant of Mayors: signatories' emission inventories".to_owned(),
        publisher: "European Commission, Joint Research Centre",
        licence: Some("European Commission reuse"),
        published: provenance.published,
    }
}

/// The compilation of targets and of later emissions, which states no licence.
fn compilation_publication(title: &str, provenance: &Provenance) -> Publication {
    Publication {
        title: title.to_owned(),
        publisher: "EU Covenant of Mayors, compilation",
        licence: None,
        published: provenance.published,
    }
}
