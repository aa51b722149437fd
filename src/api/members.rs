//! The members of a network: `/v1/networks/{network}/members`.

use super::record_docs::{NETWORK, PathParameter, RecordDocs};
use super::record_resource::RecordResource;
use super::request::lookup::{present_network, present_record};
use super::response::list::{Listed, Page, page};
use super::response::problem::Problem;
use super::write::{Named, put_body};
use crate::answers::body::Body;
use crate::answers::records::{self, MemberAnswer};
use crate::record::{Kind, Member, Slug};
use crate::registry::Snapshot;

put_body! {
    /// The body of a membership.
    MemberBody {
        /// The membership.
        member: Member
    }
}

/// The members of a network: records of the cities, under the network that they name.
pub struct Members;

impl RecordResource for Members {
    const KIND: Kind = Kind::Member;

    const DOCS: RecordDocs = RecordDocs {
        tag: "networks",
        owner: Some(NETWORK),
        one: "membership",
        many: "members",
        id: PathParameter::new::<Slug>("city", "The city's id"),
        list: "The cities that are or were its members, or are to be, by the city's id. `/v1/cities?network=` lists \
            those of today.",
        get: "From when to when a city belongs to a network, as far as that is known, and where it was taken from.",
        put: "Administrators only. A city that leaves stays recorded, with the day it left: withdraw only what was \
            never so.",
        withdraw: "Administrators only.",
    };

    type Body = MemberBody;
    type Answer = MemberAnswer;

    fn list<'s>(snapshot: &'s Snapshot, network: &str, asked: &Page) -> Result<Listed<'s, MemberAnswer>, Problem> {
        present_network(snapshot, network)?;
        let cities = snapshot.present();
        let keyed =
            cities.filter_map(|(city, entry, _)| Some((city.to_string(), records::member(&entry.dossier, network)?)));
        Ok((page(keyed.collect(), asked, &format!("members {network}"))?, &snapshot.edition))
    }

    fn get(snapshot: &Snapshot, network: &str, city: &str) -> Result<Body, Problem> {
        present_network(snapshot, network)?;
        present_record(snapshot, city, Self::KIND, network)
    }

    fn named<'p>(network: &'p str, city: &'p str) -> Named<'p> {
        Named { city: Some(city), kind: Self::KIND, id: network }
    }
}
