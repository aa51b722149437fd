//! Lists with only the fields that a reader asks for.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::api::response::problem::{Code, Problem};

/// What tells the items of a list apart; they always keep it.
pub const KEPT: &[&str] = &["id", "city", "target", "scope"];

/// The fields that the items of a list are to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields<'q>(Vec<&'q str>);

impl<'q> Fields<'q> {
    /// Reads names that are separated by commas: of columns, or of what several columns are parts of.
    ///
    /// # Errors
    /// 400 with every name that there is not, and those that there are.
    pub fn read(asked: &'q str, columns: &[String]) -> Result<Self, Problem> {
        let is_known = |name: &str| columns.iter().any(|column| is_or_within(column, name));
        let names: Vec<&str> = asked.split(',').map(str::trim).collect();
        let unknown: Vec<String> =
            names.iter().filter(|name| !is_known(name)).map(|name| format!("{name:?}")).collect();
        if unknown.is_empty() {
            return Ok(Fields(names));
        }
        let told = format!(
            "there is no {} in this list; its columns are {}; what stands before a point names all that have it",
            unknown.join(", "),
            columns.join(", ")
        );
        Err(Problem::parameter("fields", "unknown_field", told))
    }

    /// The columns that are left.
    #[must_use]
    pub fn columns(&self, columns: &[String]) -> Vec<String> {
        columns.iter().filter(|column| self.takes(column)).cloned().collect()
    }

    /// An item with what is left of it.
    ///
    /// # Errors
    /// 500 when it cannot be written, which plain data always can.
    pub fn trim<T: Serialize>(&self, item: &T) -> Result<Value, Problem> {
        match serde_json::to_value(item) {
            Ok(Value::Object(members)) => Ok(Value::Object(self.members(members, ""))),
            Ok(other) => Ok(other),
            Err(error) => {
                log::error!("an item could not be written as JSON: {error}");
                Err(Problem::new(Code::Internal, "something went wrong on our side; it has been logged"))
            }
        }
    }

    fn members(&self, members: Map<String, Value>, within: &str) -> Map<String, Value> {
        let left = members.into_iter().filter_map(|(name, value)| {
            let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
            match value {
                value if self.takes(&path) => Some((name, value)),
                // Of what has parts those that are asked for; what has none of them is left out.
                Value::Object(parts) if self.0.iter().any(|asked| is_or_within(asked, &path)) => {
                    let parts = self.members(parts, &path);
                    (!parts.is_empty()).then_some((name, Value::Object(parts)))
                }
                _ => None,
            }
        });
        left.collect()
    }

    /// True for a column that is asked for, and for what tells the items of a list apart.
    #[must_use]
    pub fn takes(&self, path: &str) -> bool {
        KEPT.contains(&path) || self.0.iter().any(|asked| is_or_within(path, asked))
    }
}

/// Whether a path is that of `whole`, or of one of its parts.
fn is_or_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
