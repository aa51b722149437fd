//! The EU Covenant of Mayors: signatories and their inventories, and their targets and later emissions.
//!
//! The files belong together and are told apart by their headers. A signatory's number on the web (in the
//! address beside a target) leads to its GCoM number, under which its inventories stand; a target also has
//! a UN/LOCODE, under which the emissions stand. Inventories come line by line and are summed, each into
//! one row of the answer: a baseline or, where it monitors, a report, with its total and with lines of the GPC. A total
//! that the emissions have for the same year is kept with the inventory. So the files are not read in constant memory:
//! what is kept is one entry a signatory, an inventory, a total and a target.
//!
//! Inventories by IPCC factors follow `ipcc`; those by life-cycle factors count what others do not, so they
//! are `other`; where both are used nothing is declared. The unit says which gases are counted: 1 is tonnes of CO2, 2
//! tonnes of CO2 equivalent, in which the Covenant's guidebook (part II, chapter 3.2) counts CO2, CH4 and N2O. The
//! files hold no key to these numbers: life-cycle factors, which the guidebook has in CO2 equivalent only, stand
//! under 2, and waste, whose emissions are CH4, too.

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

/// The files, told apart.
#[derive(Default)]
struct Files<'a> {
    signatories: Vec<PublicFile<'a>>,
    inventories: Vec<PublicFile<'a>>,
    targets: Vec<PublicFile<'a>>,
    emissions: Vec<PublicFile<'a>>,
}

/// Reads the files together: inventories, then emissions, then targets; signatories are no rows.
pub(in crate::import) fn read(files: Vec<SourceFile<'_>>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut by_kind = Files::default();
    for file in files {
        by_kind.sort(PublicFile::open(file, |header| Kind::of(header).is_some())?)?;
    }
    let mut signatories = signatories::Signatories::read(one(by_kind.signatories, "list of signatories")?, sink)?;
    let pledges = at_most_one(by_kind.targets, "list of targets")?;
    let pledges = pledges.map(|file| targets::Pledges::read(file, sink)).transpose()?;
    if let Some(pledges) = &pledges {
        signatories.name_by_locode(pledges.numbers());
    }
    let inventories = inventories::Inventories::read(one(by_kind.inventories, "list of inventory lines")?, sink)?;
    let totals = at_most_one(by_kind.emissions, "list of emissions")?;
    let totals = totals.map(|file| emissions::Totals::read(file, sink)).transpose()?;
    let stated = totals.as_ref().map(|totals| totals.stated(&signatories)).unwrap_or_default();
    let known = inventories.hand_on(&signatories, &stated, sink)?;
    totals.map_or(Ok(()), |totals| totals.hand_on(&signatories, &known, sink))?;
    pledges.map_or(Ok(()), |pledges| pledges.hand_on(&signatories, &known, sink))
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

/// What a file holds.
enum Kind {
    Inventories,
    Targets,
    Signatories,
    Emissions,
}

impl Kind {
    /// What a file with this header holds, if it is one of these.
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

fn one<'a>(files: Vec<PublicFile<'a>>, what: &'static str) -> Result<PublicFile<'a>, FileError> {
    at_most_one(files, what)?.ok_or(FileError::FileCount { what, given: 0 })
}

fn at_most_one<'a>(mut files: Vec<PublicFile<'a>>, what: &'static str) -> Result<Option<PublicFile<'a>>, FileError> {
    if files.len() > 1 {
        return Err(FileError::FileCount { what, given: files.len() });
    }
    Ok(files.pop())
}

/// The signatories' inventories, as the Joint Research Centre publishes them.
fn of_inventories(provenance: &Provenance) -> Publication {
    Publication {
        title: "Covenant of Mayors: signatories' emission inventories".to_owned(),
        publisher: "European Commission, Joint Research Centre",
        licence: Some("European Commission reuse"),
        published: provenance.published,
    }
}

/// The compilation of targets and of later emissions; it states no licence.
fn of_compilation(title: &str, provenance: &Provenance) -> Publication {
    Publication {
        title: title.to_owned(),
        publisher: "EU Covenant of Mayors, compilation",
        licence: None,
        published: provenance.published,
    }
}
