//! Targets: `/v1/cities/{city}/targets`.

use super::record_docs::{CITY, PathParameter, RecordDocs};
use super::record_resource::{RecordResource, list_of_city};
use super::response::list::{Listed, Page};
use super::response::problem::Problem;
use super::write::put_body;
use crate::answers::records::{self, TargetAnswer};
use crate::record::{Kind, Slug, Target};
use crate::registry::Snapshot;

put_body! {
    /// The body of a target.
    TargetBody {
        /// The target.
        target: Target
    }
}

/// The targets of a city.
pub struct Targets;

impl RecordResource for Targets {
    const KIND: Kind = Kind::Target;

    const DOCS: RecordDocs = RecordDocs {
        tag: "targets",
        owner: Some(CITY),
        one: "target",
        many: "targets",
        id: PathParameter::new::<Slug>("target", "The target's id"),
        list: "What the city pledges and pledged, by id; superseded targets too.",
        get: "A pledge as recorded. Whether it is kept is under the city's `status`.",
        put: "A weakened target is a new revision: what was asked before stays visible. A city may have 100 targets, \
            withdrawn ones included.",
        withdraw: "A target that another names as its successor, or the city's statement names, cannot be withdrawn \
            before it.",
    };

    type Body = TargetBody;
    type Answer = TargetAnswer;

    fn list<'s>(snapshot: &'s Snapshot, city: &str, page: &Page) -> Result<Listed<'s, TargetAnswer>, Problem> {
        list_of_city::<Self>(snapshot, city, page, |dossier| {
            let ids = dossier.targets.keys();
            ids.filter_map(|id| Some((id.to_string(), records::target(dossier, id.as_str())?))).collect()
        })
    }
}
