//! Networks of cities: `/v1/networks`.

use super::record_docs::{PathParameter, RecordDocs};
use super::record_resource::RecordResource;
use super::request::lookup::present_network;
use super::response::list::{Listed, Page, page};
use super::response::problem::Problem;
use super::write::{Named, put_body};
use crate::answers::body::Body;
use crate::answers::records::{self, NetworkAnswer};
use crate::record::{Kind, Network, Slug};
use crate::registry::Snapshot;

put_body! {
    /// The body of a network.
    NetworkBody {
        /// The network.
        network: Network
    }
}

/// The networks of cities.
pub struct Networks;

impl RecordResource for Networks {
    const KIND: Kind = Kind::Network;

    const DOCS: RecordDocs = RecordDocs {
        tag: "networks",
        owner: None,
        one: "network",
        many: "networks",
        id: PathParameter::new::<Slug>("network", "The network's id"),
        list: "The networks of cities, by id.",
        get: "The network itself. Its members are under `members`.",
        put: "Administrators only.",
        withdraw: "Administrators only. A network cannot be withdrawn before its members.",
    };

    type Body = NetworkBody;
    type Answer = NetworkAnswer;

    fn list<'s>(snapshot: &'s Snapshot, _: &str, asked: &Page) -> Result<Listed<'s, NetworkAnswer>, Problem> {
        let networks = snapshot.networks.iter();
        let keyed = networks.filter_map(|(id, entry)| Some((id.to_string(), records::network(id, &entry.network)?)));
        Ok((page(keyed.collect(), asked, "networks")?, &snapshot.edition))
    }

    fn get(snapshot: &Snapshot, _: &str, id: &str) -> Result<Body, Problem> {
        present_network(snapshot, id)
    }

    fn named<'p>(_: &'p str, id: &'p str) -> Named<'p> {
        Named { city: None, kind: Self::KIND, id }
    }
}
