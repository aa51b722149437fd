//! The names and the texts of a kind of record, of which its paths and its part of the specification are made.

use std::borrow::Cow;

use utoipa::ToSchema;

use crate::record::Slug;

/// The names and the texts of a kind of record.
pub struct RecordDocs {
    /// The tag of the operations.
    pub tag: &'static str,
    /// What the records belong to, if anything.
    pub owner: Option<Owner>,
    /// What one record is called.
    pub one: &'static str,
    /// What several are called. It is also the last part of the path of the list.
    pub many: &'static str,
    /// The part of the path that tells the records of one owner apart.
    pub id: PathParameter,
    /// What the list holds.
    pub list: &'static str,
    /// What one record holds.
    pub get: &'static str,
    /// Who may write a record, and what to know before.
    pub put: &'static str,
    /// Who may withdraw a record, and what to know before.
    pub withdraw: &'static str,
}

impl RecordDocs {
    /// The path of the list, below `/v1`.
    #[must_use]
    pub fn list_path(&self) -> String {
        format!("{}/{}", self.owner.as_ref().map_or("", |owner| owner.path), self.many)
    }

    /// The path of one record, below `/v1`.
    #[must_use]
    pub fn record_path(&self) -> String {
        format!("{}/{{{}}}", self.list_path(), self.id.name)
    }
}

/// What records belong to.
pub struct Owner {
    /// The path of one owner, below `/v1`.
    pub path: &'static str,
    /// What one owner is called.
    pub one: &'static str,
    /// The part of the path that tells owners apart.
    pub id: PathParameter,
}

/// The owner of records that belong to a city.
pub const CITY: Owner =
    Owner { path: "/cities/{city}", one: "city", id: PathParameter::new::<Slug>("city", "The city's id") };

/// The owner of records that belong to a network.
pub const NETWORK: Owner = Owner {
    path: "/networks/{network}",
    one: "network",
    id: PathParameter::new::<Slug>("network", "The network's id"),
};

/// A variable part of a path.
pub struct PathParameter {
    /// The name.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Gives the name of its schema.
    pub schema: fn() -> Cow<'static, str>,
}

impl PathParameter {
    /// A part that is a `T`.
    #[must_use]
    pub const fn new<T: ToSchema>(name: &'static str, description: &'static str) -> Self {
        PathParameter { name, description, schema: T::name }
    }
}
