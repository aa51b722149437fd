//! Baselines: `/v1/cities/{city}/baselines`.

use super::record_docs::{CITY, PathParameter, RecordDocs};
use super::record_resource::{RecordResource, list_of_city};
use super::response::list::{Listed, Page};
use super::response::problem::Problem;
use super::write::put_body;
use crate::answers::records::{self, InventoryAnswer};
use crate::record::{Inventory, Kind, Slug};
use crate::registry::Snapshot;

put_body! {
    /// The body of a baseline.
    BaselineBody {
        /// The baseline.
        inventory: Inventory
    }
}

/// The baselines of a city.
pub struct Baselines;

impl RecordResource for Baselines {
    const KIND: Kind = Kind::Baseline;

    const DOCS: RecordDocs = RecordDocs {
        tag: "baselines",
        owner: Some(CITY),
        one: "baseline",
        many: "baselines",
        id: PathParameter::new::<Slug>("baseline", "The baseline's id"),
        list: "The base-year inventories that targets are measured from, by id.",
        get: "A base-year inventory with its totals, its accounting and its source.",
        put: "A restatement is a new revision: the earlier figure stays visible. The year of a baseline does not change. \
            A city may have 100 baselines, withdrawn ones included.",
        withdraw: "A baseline that a target names cannot be withdrawn before it.",
    };

    type Body = BaselineBody;
    type Answer = InventoryAnswer;

    fn list<'s>(snapshot: &'s Snapshot, city: &str, page: &Page) -> Result<Listed<'s, InventoryAnswer>, Problem> {
        list_of_city::<Self>(snapshot, city, page, |dossier| {
            let ids = dossier.baselines.keys();
            ids.filter_map(|id| Some((id.to_string(), records::baseline(dossier, id.as_str())?))).collect()
        })
    }
}
