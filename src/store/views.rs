//! SQL views with plain columns over the table of records, made from the schemas of the records.
//!
//! A view for each kind of record has a column for each member, those of members within members named
//! `source_title`; an array of plain values is JSON in one column. An array of objects, such as a report's lines,
//! and an object with members of any name, such as a city's identifiers, have a view of their own with a row for
//! each part. Only what is recorded now is in the views, nothing that is withdrawn.

use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::schema::record_views;
use super::shape::Shape;
use crate::record::redaction::Redaction;
use crate::record::{City, Inventory, Kind, Member, Network, Statement, Target};

/// A view: its name and the statement that makes it, which is also a row of `record_views`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = record_views)]
struct View {
    name: String,
    definition: String,
}

/// Makes the views anew if the schemas of the records are not those that they were made from.
///
/// A failure is told and changes nothing: the service itself reads no view.
///
/// # Errors
/// Those of the database where it cannot tell which views there are.
pub(super) fn refresh(connection: &mut AnyConnection) -> QueryResult<()> {
    let dialect = Dialect::of(connection);
    let mut wanted: Vec<View> = Kind::RECORDS.iter().flat_map(|kind| views_of(*kind, dialect)).collect();
    let mut made: Vec<View> = record_views::table.select(record_views::all_columns).load(connection)?;
    wanted.sort();
    made.sort();
    if made == wanted {
        return Ok(());
    }
    // A transaction within: what others have built upon a view keeps it from being dropped.
    if let Err(error) = connection.transaction(|connection| replace(connection, &made, &wanted)) {
        log::warn!("the views for people with SQL are left as they were: {error}");
    }
    Ok(())
}

fn replace(connection: &mut AnyConnection, made: &[View], wanted: &[View]) -> QueryResult<()> {
    for View { name, .. } in made {
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

/// The columns of the table that tell the records of a kind apart, and what they are called in its views.
fn keys_of(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::City | Kind::Network => &[("id", "id")],
        Kind::Baseline | Kind::Target | Kind::Report | Kind::Redaction => &[("city", "city"), ("id", "id")],
        Kind::Statement => &[("city", "city")],
        Kind::Member => &[("id", "network"), ("city", "city")],
    }
}

/// What the table says of a record beside its members.
const STAMP: [&str; 5] = ["revision", "sequence", "recorded_at", "recorded_by", "reason"];

/// The views of a kind: that of its records, then those of their parts.
fn views_of(kind: Kind, dialect: Dialect) -> Vec<View> {
    let members = Members::of(&shape_of(kind));
    let keys = keys_of(kind).iter().map(|(column, name)| Column::own(column, name)).collect();
    let stamp = STAMP.iter().map(|name| Column::own(name, name)).collect();
    let columns =
        columns(keys, &members.plain, stamp, kind.as_str(), |path, shape| dialect.value(dialect.body(), path, shape));
    let name = if kind == Kind::City { "cities".to_owned() } else { format!("{kind}s") };
    let mut views = vec![view(kind, name, &columns, dialect.records())];
    views.extend(members.parts.iter().map(|(path, shape)| part_view(kind, path, shape, dialect)));
    views
}

/// The view of the parts at `path` of the records of a kind.
fn part_view(kind: Kind, path: &[String], shape: &Shape, dialect: Dialect) -> View {
    // Of a part it must be said whose id it is.
    let named = |name: &'static str| if name == "id" { kind.as_str() } else { name };
    let mut keys: Vec<Column> = keys_of(kind).iter().map(|(column, name)| Column::own(column, named(name))).collect();
    let part = path.join("_");
    let columns = if let Shape::List(item) = shape {
        keys.push(Column { value: dialect.position().to_owned(), name: "position".to_owned() });
        let members = Members::of(item);
        // A part of a part has no view.
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

/// A column of a view: what is in it, and its name.
struct Column {
    value: String,
    name: String,
}

impl Column {
    /// A column of the table of records.
    fn own(column: &str, name: &str) -> Self {
        Column { value: format!("r.{column}"), name: name.to_owned() }
    }
}

/// The columns of the members between those of the keys and of the stamp. A member of the same name as one of those is
/// named after what it is a member of, too.
fn columns(
    keys: Vec<Column>,
    members: &[(Vec<String>, Shape)],
    stamp: Vec<Column>,
    of: &str,
    value: impl Fn(&[String], &Shape) -> String,
) -> Vec<Column> {
    let column = |(path, shape): &(Vec<String>, Shape)| {
        let name = path.join("_");
        let is_taken = keys.iter().chain(&stamp).any(|other| other.name == name);
        Column { value: value(path, shape), name: if is_taken { format!("{of}_{name}") } else { name } }
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

/// The members of an object, those of members within members too, each with the names on the way to it.
#[derive(Default)]
struct Members {
    /// Those that are one value.
    plain: Vec<(Vec<String>, Shape)>,
    /// Those that have parts of their own.
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

/// The SQL of either database.
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
            // OFFSET keeps the body from being parsed for every column again.
            Dialect::Postgres => "records AS r CROSS JOIN LATERAL (SELECT r.body::jsonb AS body OFFSET 0) AS json",
        }
    }

    /// The body of a record of [`records`](Self::records).
    fn body(self) -> &'static str {
        match self {
            Dialect::Sqlite => "r.body",
            Dialect::Postgres => "json.body",
        }
    }

    /// The table of records as `r`, with a row for each part at `path` as `part`.
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

    /// Which part of an array it is, from 1 on.
    fn position(self) -> &'static str {
        match self {
            Dialect::Sqlite => "part.key + 1",
            Dialect::Postgres => "part.position",
        }
    }

    /// The value at `path` of some JSON.
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
