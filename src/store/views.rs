//! SQL views with plain columns over the table of records, made from the schemas of the records.
//!
//! A view for each kind of record has a column for each member. Nested members get names such as `source_title`. An
//! array of plain values becomes one column of JSON. Arrays of objects, such as the lines of a report, have views of
//! their own with a row for each item. So do objects with arbitrary names, such as the identifiers of a city. The views
//! show only what is recorded now, and nothing that is withdrawn.

use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::schema::record_views;
use super::shape::Shape;
use crate::record::redaction::Redaction;
use crate::record::{City, Inventory, Kind, Member, Network, Statement, Target};

/// A view: its name and the statement that creates it. It is also a row of `record_views`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = record_views)]
struct View {
    name: String,
    definition: String,
}

/// Recreates the views if the schemas of the records have changed.
///
/// A failure is logged and changes nothing, since the service itself reads no view.
///
/// # Errors
/// Database errors when the existing views cannot be read.
pub(super) fn refresh(connection: &mut AnyConnection) -> QueryResult<()> {
    let dialect = Dialect::of(connection);
    let mut wanted: Vec<View> = Kind::RECORDS.iter().flat_map(|kind| views_for(*kind, dialect)).collect();
    let mut existing: Vec<View> = record_views::table.select(record_views::all_columns).load(connection)?;
    wanted.sort();
    existing.sort();
    if existing == wanted {
        return Ok(());
    }
    // A nested transaction: a view cannot be dropped while other views of the user depend on it.
    if let Err(error) = connection.transaction(|connection| replace(connection, &existing, &wanted)) {
        log::warn!("the SQL views stay as they were: {error}");
    }
    Ok(())
}

fn replace(connection: &mut AnyConnection, existing: &[View], wanted: &[View]) -> QueryResult<()> {
    for View { name, .. } in existing {
        diesel::sql_query(format!("DROP VIEW IF EXISTS \"{name}\"")).execute(connection)?;
    }
    for View { definition, .. } in wanted {
        diesel::sql_query(definition).execute(connection)?;
    }
    diesel::delete(record_views::table).execute(connection)?;
    insert_all!(connection, record_views::table, wanted)
}

/// The shape of the records of a kind.
fn shape_of(kind: Kind) -> Shape {
    match kind {
        Kind::City => Shape::of::<City>(),
        Kind::Baseline | Kind::Report => Shape::of::<Inventory>(),
        Kind::Target => Shape::of::<Target>(),
        Kind::Statement => Shape::of::<Statement>(),
        Kind::Network => Shape::of::<Network>(),
        Kind::Member => Shape::of::<Member>(),
        Kind::Redaction => Shape::of::<Redaction>(),
    }
}

/// The columns of the table that identify a record of a kind, and their names in the views.
fn keys_of(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::City | Kind::Network => &[("id", "id")],
        Kind::Baseline | Kind::Target | Kind::Report | Kind::Redaction => &[("city", "city"), ("id", "id")],
        Kind::Statement => &[("city", "city")],
        Kind::Member => &[("id", "network"), ("city", "city")],
    }
}

/// The columns that describe the revision of a record, besides its members.
const STAMP: [&str; 5] = ["revision", "sequence", "recorded_at", "recorded_by", "reason"];

/// The views of a kind: one for its records, then one for each array or map in them.
fn views_for(kind: Kind, dialect: Dialect) -> Vec<View> {
    let members = Members::of(&shape_of(kind));
    let keys = keys_of(kind).iter().map(|(column, name)| Column::from_table(column, name)).collect();
    let stamp = STAMP.iter().map(|name| Column::from_table(name, name)).collect();
    let columns =
        columns(keys, &members.plain, stamp, kind.as_str(), |path, shape| dialect.value(dialect.body(), path, shape));
    let name = if kind == Kind::City { "cities".to_owned() } else { format!("{kind}s") };
    let mut views = vec![view(kind, name, &columns, dialect.records())];
    views.extend(members.parts.iter().map(|(path, shape)| part_view(kind, path, shape, dialect)));
    views
}

/// The view of the array or map at `path` in the records of a kind.
fn part_view(kind: Kind, path: &[String], shape: &Shape, dialect: Dialect) -> View {
    // In the view of a part, the id needs the name of the record that it belongs to.
    let qualify = |name: &'static str| if name == "id" { kind.as_str() } else { name };
    let mut keys: Vec<Column> =
        keys_of(kind).iter().map(|(column, name)| Column::from_table(column, qualify(name))).collect();
    let part = path.join("_");
    let columns = if let Shape::List(item) = shape {
        keys.push(Column { value: dialect.position().to_owned(), name: "position".to_owned() });
        let members = Members::of(item);
        // Arrays within arrays have no view of their own.
        let all = [members.plain, members.parts].concat();
        columns(keys, &all, Vec::new(), &part, |path, shape| dialect.value("part.value", path, shape))
    } else {
        let named = ["key", "value"].map(|column| format!("part.{column}"));
        keys.extend(
            named.into_iter().zip(["name", "value"]).map(|(value, name)| Column { value, name: name.to_owned() }),
        );
        keys
    };
    view(kind, format!("{kind}_{part}"), &columns, &dialect.parts(path, shape))
}

/// A column of a view: its SQL expression and its name.
struct Column {
    value: String,
    name: String,
}

impl Column {
    /// A column of the table of records.
    fn from_table(column: &str, name: &str) -> Self {
        Column { value: format!("r.{column}"), name: name.to_owned() }
    }
}

/// Puts the columns of the members between the keys and the stamp. A member with the name of a key or stamp column is
/// prefixed with the name of its record.
fn columns(
    keys: Vec<Column>,
    members: &[(Vec<String>, Shape)],
    stamp: Vec<Column>,
    prefix: &str,
    value: impl Fn(&[String], &Shape) -> String,
) -> Vec<Column> {
    let column = |(path, shape): &(Vec<String>, Shape)| {
        let name = path.join("_");
        let is_taken = keys.iter().chain(&stamp).any(|other| other.name == name);
        Column { value: value(path, shape), name: if is_taken { format!("{prefix}_{name}") } else { name } }
    };
    let members: Vec<Column> = members.iter().map(column).collect();
    keys.into_iter().chain(members).chain(stamp).collect()
}

fn view(kind: Kind, name: String, columns: &[Column], from: &str) -> View {
    let columns: Vec<String> = columns.iter().map(|Column { value, name }| format!("{value} AS \"{name}\"")).collect();
    let columns = columns.join(", ");
    let definition =
        format!("CREATE VIEW \"{name}\" AS SELECT {columns} FROM {from} WHERE r.kind = '{kind}' AND r.state = 'live'");
    View { name, definition }
}

/// The members of an object, including nested ones, each with the path to it.
#[derive(Default)]
struct Members {
    /// Members with a single value.
    plain: Vec<(Vec<String>, Shape)>,
    /// Members that are arrays of objects or maps.
    parts: Vec<(Vec<String>, Shape)>,
}

impl Members {
    fn of(shape: &Shape) -> Self {
        let mut members = Members::default();
        members.add(&[], shape);
        members
    }

    fn add(&mut self, path: &[String], shape: &Shape) {
        match shape {
            Shape::Object(members) => {
                for (name, member) in members {
                    self.add(&[path, std::slice::from_ref(name)].concat(), member);
                }
            }
            Shape::List(item) if matches!(**item, Shape::Object(_)) => self.parts.push((path.to_vec(), shape.clone())),
            Shape::Map(_) => self.parts.push((path.to_vec(), shape.clone())),
            _ => self.plain.push((path.to_vec(), shape.clone())),
        }
    }
}

/// The SQL dialect.
#[derive(Debug, Clone, Copy)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    fn of(connection: &AnyConnection) -> Self {
        match connection {
            AnyConnection::Sqlite(_) => Dialect::Sqlite,
            AnyConnection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The table of records as `r`.
    fn records(self) -> &'static str {
        match self {
            Dialect::Sqlite => "records AS r",
            // OFFSET prevents parsing the body again for every column.
            Dialect::Postgres => "records AS r CROSS JOIN LATERAL (SELECT r.body::jsonb AS body OFFSET 0) AS json",
        }
    }

    /// The expression for the body of a record, after [`records`](Self::records).
    fn body(self) -> &'static str {
        match self {
            Dialect::Sqlite => "r.body",
            Dialect::Postgres => "json.body",
        }
    }

    /// The table of records as `r`, joined with a row `part` for each item at `path`.
    fn parts(self, path: &[String], shape: &Shape) -> String {
        match (self, shape) {
            (Dialect::Sqlite, _) => format!("records AS r, json_each(r.body, '$.{}') AS part", path.join(".")),
            (Dialect::Postgres, Shape::List(_)) => format!(
                "records AS r CROSS JOIN LATERAL jsonb_array_elements(r.body::jsonb #> '{{{}}}') \
                 WITH ORDINALITY AS part (value, position)",
                path.join(",")
            ),
            (Dialect::Postgres, _) => format!(
                "records AS r CROSS JOIN LATERAL jsonb_each_text(r.body::jsonb #> '{{{}}}') AS part (key, value)",
                path.join(",")
            ),
        }
    }

    /// The expression for the position in an array, starting at 1.
    fn position(self) -> &'static str {
        match self {
            Dialect::Sqlite => "part.key + 1",
            Dialect::Postgres => "part.position",
        }
    }

    /// The expression for the value at `path` of a JSON expression.
    fn value(self, json: &str, path: &[String], shape: &Shape) -> String {
        let cast = match shape {
            Shape::Day => "::date",
            Shape::Integer => "::bigint",
            Shape::Number => "::numeric",
            Shape::Boolean => "::boolean",
            _ => "",
        };
        match self {
            Dialect::Sqlite => format!("json_extract({json}, '$.{}')", path.join(".")),
            Dialect::Postgres => format!("({json} #>> '{{{}}}'){cast}", path.join(",")),
        }
    }
}
