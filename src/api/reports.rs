//! Yearly reports: `/v1/cities/{city}/reports`.

use super::record_docs::{CITY, PathParameter, RecordDocs};
use super::record_resource::{RecordResource, list_of_city};
use super::response::list::{Listed, Page};
use super::response::problem::Problem;
use super::write::put_body;
use crate::answers::records::{self, InventoryAnswer};
use crate::record::{Inventory, Kind, Year};
use crate::registry::Snapshot;

put_body! {
    /// The body of a report.
    ReportBody {
        /// The report.
        inventory: Inventory
    }
}

/// The yearly reports of a city.
pub struct Reports;

impl RecordResource for Reports {
    const KIND: Kind = Kind::Report;

    const DOCS: RecordDocs = RecordDocs {
        tag: "reports",
        owner: Some(CITY),
        one: "report",
        many: "reports",
        id: PathParameter::new::<Year>("year", "The year; of a fiscal year the one in which it begins"),
        list: "The yearly inventories, by year.",
        get: "The inventory of one year with its totals, its accounting, its source, and warnings about what may be a \
            slip.",
        put: "The year is in the path and need not be repeated in the body.",
        withdraw: "The verdicts are judged anew without it.",
    };

    type Body = ReportBody;
    type Answer = InventoryAnswer;

    fn list<'s>(snapshot: &'s Snapshot, city: &str, page: &Page) -> Result<Listed<'s, InventoryAnswer>, Problem> {
        list_of_city::<Self>(snapshot, city, page, |dossier| {
            let years = dossier.reports.keys();
            years.filter_map(|year| Some((year.to_string(), records::report(dossier, *year)?))).collect()
        })
    }
}
