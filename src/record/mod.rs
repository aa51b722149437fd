//! The records of cities: exact, validated, and free of I/O.
//!
//! Every value of these types is valid. It is made by [`Parse`], which reads JSON and collects every
//! [`Fault`] instead of stopping at the first.

mod abridged;
pub mod any_record;
pub mod as_of;
pub mod calendar;
pub mod carried_over;
pub mod change;
pub mod city;
pub mod dossier;
mod earlier;
pub mod fault;
pub mod gpc;
pub mod gwp;
pub mod head;
pub mod inventory;
pub mod key;
pub mod ledger;
pub mod level;
pub mod limits;
pub mod line;
pub mod malformed;
pub mod masking;
pub mod member;
pub mod network;
pub mod recorded;
pub mod redaction;
pub mod revision;
pub mod sector;
pub mod source;
pub mod statement;
pub mod target;
pub mod text;
pub mod units;
pub mod view;
pub mod vocabulary;
pub mod warning;

pub use as_of::AsOf;
pub use calendar::DayOrYear;
pub use carried_over::CarriedOver;
pub use change::{Action, Actor, Change};
pub use city::City;
pub use dossier::Dossier;
pub use fault::{At, Fault, Faults, Fields, Parse};
pub use inventory::{Figure, Inventory, Totals};
pub use key::{CityRecord, Kind, RecordKey, Subject};
pub use ledger::Ledger;
pub use level::Level;
pub use member::Member;
pub use network::Network;
pub use recorded::Recorded;
pub use revision::{Revision, Stamp};
pub use sector::Sector;
pub use source::Source;
pub use statement::Statement;
pub use target::{Goal, Standing, Target};
pub use text::{CityId, Name, Slug, Text};
pub use units::{Degrees, Percent, Tonnes, Year};
pub use view::{EarlierRevisions, Incomplete, Known, View};
