//! The order of lists of cities and targets: by which column, which way, and where a row stands in it.

use std::cmp::Reverse;

use serde::Serialize;
use serde_json::Value;

use crate::api::response::list::Key;
use crate::api::response::problem::Problem;
use crate::api::response::table;
use crate::method::{Amount, Assessment, Ratio};
use crate::overview::row::Row;
use crate::record::limits::NAME_CHARACTERS;
use crate::record::text::fold_name;
use crate::record::{Percent, Tonnes, Year};

/// What a row is sorted by.
enum Cell {
    Text(String),
    Number(Option<f64>),
}

/// A column that rows are sorted by: its name, and its cell in a row.
type Column = (&'static str, fn(&Row<'_>) -> Cell);

/// A number of the target of a row, if there is a target and it has that number.
fn number<N>(row: &Row<'_>, of: fn(&Assessment) -> Option<N>, get: fn(N) -> f64) -> Cell {
    Cell::Number(row.target.and_then(of).map(get))
}

fn year(row: &Row<'_>, of: fn(&Assessment) -> Option<Year>) -> Cell {
    number(row, of, |year| f64::from(year.get()))
}

fn amount(row: &Row<'_>, of: fn(&Assessment) -> Option<Amount>) -> Cell {
    number(row, of, Amount::get)
}

fn ratio(row: &Row<'_>, of: fn(&Assessment) -> Option<Ratio>) -> Cell {
    number(row, of, Ratio::get)
}

fn tonnes(row: &Row<'_>, of: fn(&Assessment) -> Option<Tonnes>) -> Cell {
    number(row, of, Tonnes::get)
}

/// A number that tells how the target of a row is doing; none unless a verdict tells how it stands today.
fn doing(row: &Row<'_>, of: fn(&Assessment) -> Option<Ratio>) -> Cell {
    ratio(&current(row), of)
}

/// An amount that tells how the target of a row is doing; none unless a verdict tells how it stands today.
fn amount_doing(row: &Row<'_>, of: fn(&Assessment) -> Option<Amount>) -> Cell {
    amount(&current(row), of)
}

/// The row without its target unless a verdict tells how that stands today: an old course is no place in an order.
fn current<'a>(row: &Row<'a>) -> Row<'a> {
    Row { target: row.target.filter(|target| target.verdict.is_current()), ..*row }
}

/// The columns whose cells are read from a row as it is, without making its item: the figures and what else lists are often
/// sorted by. Those after `longitude` are of the target, which a list of cities has in `headline`.
#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    ("id", |row| Cell::Text(row.id.to_string())),
    ("city", |row| Cell::Text(row.id.to_string())),
    ("name", |row| Cell::Text(fold_name(row.present.city.name.as_str()))),
    ("country", |row| Cell::Text(row.present.city.country.as_str().to_owned())),
    ("population", |row| Cell::Number(row.present.latest.population.map(|(_, people)| people.people()))),
    ("population_year", |row| Cell::Number(row.present.latest.population.map(|(year, _)| f64::from(year.get())))),
    ("latest_report_year", |row| Cell::Number(row.present.latest.report.map(|year| f64::from(year.get())))),
    ("latitude", |row| Cell::Number(row.present.city.latitude.map(|degrees| degrees.get()))),
    ("longitude", |row| Cell::Number(row.present.city.longitude.map(|degrees| degrees.get()))),
    ("overdue_years", |row| number(row, |target| target.overdue_years, f64::from)),
    ("target_year", |row| year(row, |target| Some(target.target.target_year))),
    ("reduction_percent", |row| number(row, |target| target.target.reduction_percent, Percent::get)),
    ("target_tonnes", |row| amount(row, |target| target.target.target_tonnes)),
    ("target_tonnes_per_person", |row| ratio(row, |target| target.target.target_tonnes_per_person)),
    ("baseline_year", |row| year(row, |target| Some(target.baseline.as_ref()?.year))),
    ("baseline_tonnes", |row| tonnes(row, |target| Some(target.baseline.as_ref()?.tonnes))),
    ("baseline_population", |row| number(row, |target| target.baseline.as_ref()?.population, |people| people.people())),
    ("baseline_tonnes_per_person", |row| ratio(row, |target| target.baseline.as_ref()?.tonnes_per_person)),
    ("judged_year", |row| year(row, |target| Some(target.judged.as_ref()?.year))),
    ("judged_tonnes", |row| tonnes(row, |target| Some(target.judged.as_ref()?.tonnes))),
    ("judged_population", |row| number(row, |target| target.judged.as_ref()?.population, |people| people.people())),
    ("judged_tonnes_per_person", |row| ratio(row, |target| target.judged.as_ref()?.tonnes_per_person)),
    ("latest_year", |row| year(row, |target| Some(target.figures.last()?.year))),
    ("expected_tonnes", |row| amount(row, |target| target.gap.expected_tonnes)),
    ("expected_tonnes_per_person", |row| ratio(row, |target| target.gap.expected_tonnes_per_person)),
    ("gap_tonnes", |row| amount_doing(row, |target| target.gap.gap_tonnes)),
    ("gap_tonnes_per_person", |row| doing(row, |target| target.gap.gap_tonnes_per_person)),
    ("gap_percent", |row| doing(row, |target| target.gap.gap_percent)),
    ("achieved_reduction_percent", |row| doing(row, |target| target.gap.achieved_reduction_percent)),
    ("target_progress_percent", |row| doing(row, |target| target.gap.target_progress_percent)),
    ("pace", |row| doing(row, |target| target.pace)),
    ("required_tonnes_per_year", |row| amount_doing(row, |target| target.required.as_ref()?.tonnes_per_year)),
    ("growth_ratio", |row| doing(row, |target| target.growth_ratio)),
];

/// In which order rows are listed: by a column of the list, from one end or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort<'q> {
    column: &'q str,
    descending: bool,
}

impl<'q> Sort<'q> {
    /// Reads an order as it is written: a column, or, behind a minus, the same from the other end.
    ///
    /// # Errors
    /// 400 with the names of the columns, when it is none of them.
    pub fn read(asked: &'q str, columns: &[String]) -> Result<Self, Problem> {
        let (column, descending) = asked.strip_prefix('-').map_or((asked, false), |column| (column, true));
        if columns.iter().any(|known| known == column) {
            return Ok(Sort { column, descending });
        }
        let told =
            format!("{column:?} is no column of this list; with or without a minus before it: {}", columns.join(", "));
        Err(Problem::parameter("sort", "unknown_field", told))
    }

    /// Every order by one of these columns, as it is written.
    pub fn words(columns: &[String]) -> impl Iterator<Item = String> {
        columns.iter().flat_map(|name| [name.clone(), format!("-{name}")])
    }

    /// What a row is sorted by; `item` makes what the list has of it.
    fn standing<T: Serialize>(self, row: &Row<'_>, item: impl Fn(&Row<'_>) -> T) -> Standing {
        let name = self.column.strip_prefix("headline.").unwrap_or(self.column);
        let Some((_, cell)) = COLUMNS.iter().find(|(known, _)| *known == name) else {
            let value = table::value_at(self.column, &item(row));
            return value.map_or(Standing::Absent, |value| Standing::of(&value, self.descending));
        };
        match cell(row) {
            Cell::Text(text) => Standing::text(text, self.descending),
            Cell::Number(Some(number)) => Standing::number(number, self.descending),
            Cell::Number(None) => Standing::Absent,
        }
    }
}

/// Where a row stands in the order that was asked for: rows without the value come last either way, and of equals the
/// first by `id`.
pub fn place<T: Serialize>(sort: Option<Sort<'_>>, row: &Row<'_>, id: String, item: impl Fn(&Row<'_>) -> T) -> Place {
    let standing = sort.map_or(Standing::Absent, |sort| sort.standing(row, item));
    Place { group: 0, standing, id }
}

/// Where a row stands in a list: first by group, then by what it is sorted by, then by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The groups of a list follow each other, whichever way it is sorted.
    pub group: u8,
    /// What it is sorted by.
    pub standing: Standing,
    /// What tells it from its equals.
    pub id: String,
}

/// What a row is sorted by, so that what comes first is less.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The bits of a number, made to sort as numbers do.
    Number(u64),
    /// A text.
    Text(String),
    /// A text, from the other end.
    Backward(Reverse<String>),
    /// There is nothing to sort by.
    Absent,
}

impl Standing {
    /// That of the value of a column: numbers by their size, all else by the letters of its cell.
    fn of(value: &Value, descending: bool) -> Self {
        let text = match value {
            Value::Number(number) => {
                return number.as_f64().map_or(Standing::Absent, |n| Standing::number(n, descending));
            }
            Value::String(text) => text.clone(),
            Value::Array(elements) => table::words(elements).unwrap_or_default().join(";"),
            other => other.to_string(),
        };
        // A cursor holds it, and has to fit into an address.
        let text: String = fold_name(&text).chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS).collect();
        if text.is_empty() { Standing::Absent } else { Standing::text(text, descending) }
    }

    /// That of a number.
    #[must_use]
    pub fn number(number: f64, descending: bool) -> Self {
        // The bits of numbers above 0 sort as the numbers do, those below 0 the other way.
        let bits = number.to_bits();
        let ascending = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
        Standing::Number(if descending { !ascending } else { ascending })
    }

    fn text(text: String, descending: bool) -> Self {
        if descending { Standing::Backward(Reverse(text)) } else { Standing::Text(text) }
    }
}

impl Key for Place {
    fn text(&self) -> String {
        let Place { group, standing, id } = self;
        // Neither texts nor ids have tabulators in them.
        match standing {
            Standing::Number(bits) => format!("{group}\tn{bits:016x}\t{id}"),
            Standing::Text(text) => format!("{group}\tt{text}\t{id}"),
            Standing::Backward(Reverse(text)) => format!("{group}\tb{text}\t{id}"),
            Standing::Absent => format!("{group}\t-\t{id}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (group, rest) = text.split_once('\t')?;
        let (standing, id) = rest.split_once('\t')?;
        let standing = match standing.split_at_checked(1)? {
            ("n", bits) => Standing::Number(u64::from_str_radix(bits, 16).ok()?),
            ("t", text) => Standing::Text(text.to_owned()),
            ("b", text) => Standing::Backward(Reverse(text.to_owned())),
            ("-", "") => Standing::Absent,
            _ => return None,
        };
        Some(Place { group: group.parse().ok()?, standing, id: id.to_owned() })
    }
}
