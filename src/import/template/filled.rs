//! Converts a report to the cells of the template. Structs are destructured, so that no member is forgotten.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::record::inventory::{AlsoStated, Period, Totals, Verification};
use crate::record::line::{Line, LineValue};
use crate::record::{Inventory, Source, Year};

use super::columns::Column;

/// The cells of a row, by the pointer of the column.
#[derive(Debug, Default)]
pub(in crate::import) struct Cells(BTreeMap<String, Value>);

impl Cells {
    /// The cells of a report. Its lines have separate rows, and the reason for a change is not part of the record.
    pub(in crate::import) fn of_report(report: &Inventory) -> Cells {
        let Inventory {
            year,
            period,
            totals,
            lines: _,
            population,
            protocol,
            gases,
            gwp,
            series,
            electricity,
            weather_normalised,
            also_stated,
            credits_retired_tonnes,
            uncertainty_percent,
            verification,
            source,
            note,
        } = report;
        let mut cells = Cells::default();
        cells.put("/year", year);
        cells.put_totals(totals);
        if let Some(Period { start, end }) = period {
            cells.put("/period/start", start);
            cells.put("/period/end", end);
        }
        cells.put("/population", population);
        cells.put("/protocol", protocol);
        if !gases.is_empty() {
            cells.put("/gases", gases.iter().map(|gas| gas.as_str()).collect::<Vec<_>>().join(", "));
        }
        cells.put("/gwp", gwp);
        cells.put("/series", series);
        cells.put("/electricity", electricity);
        cells.put("/weather_normalised", weather_normalised.map(|is| if is { "yes" } else { "no" }));
        cells.put("/credits_retired_tonnes", credits_retired_tonnes);
        cells.put("/uncertainty_percent", uncertainty_percent);
        if let Some(Verification { level, by }) = verification {
            cells.put("/verification/level", level);
            cells.put("/verification/by", by);
        }
        cells.put_source("/source", source);
        cells.put("/note", note);
        for (index, AlsoStated { level, tonnes, source }) in also_stated.iter().enumerate() {
            cells.put(&format!("/also_stated/{index}/level"), level);
            cells.put(&format!("/also_stated/{index}/tonnes"), tonnes);
            cells.put_source(&format!("/also_stated/{index}/source"), source);
        }
        cells
    }

    /// The cells of a line.
    pub(in crate::import) fn of_line(year: Year, line: &Line) -> Cells {
        let Line { reference, value } = line;
        let mut cells = Cells::default();
        cells.put("/year", year);
        cells.put("/ref", reference);
        match value {
            LineValue::Tonnes { tonnes } => cells.put("/tonnes", tonnes),
            LineValue::Gas { gas, gas_tonnes } => {
                cells.put("/gas", gas);
                cells.put("/gas_tonnes", gas_tonnes);
            }
            LineValue::Notation { notation, explanation } => {
                cells.put("/notation", notation);
                cells.put("/explanation", explanation);
            }
        }
        cells
    }

    fn put_totals(&mut self, totals: &Totals) {
        let Totals { basic, basic_plus, scope_1, scope_1_2, scope_1_2_3, consumption, own } = totals;
        self.put("/totals/basic", basic);
        self.put("/totals/basic_plus", basic_plus);
        self.put("/totals/scope_1", scope_1);
        self.put("/totals/scope_1_2", scope_1_2);
        self.put("/totals/scope_1_2_3", scope_1_2_3);
        self.put("/totals/consumption", consumption);
        self.put("/totals/own", own);
    }

    fn put_source(&mut self, place: &str, source: &Source) {
        let Source { title, url, publisher, published, licence, locator } = source;
        self.put(&format!("{place}/title"), title);
        self.put(&format!("{place}/url"), url);
        self.put(&format!("{place}/publisher"), publisher);
        self.put(&format!("{place}/published"), published);
        self.put(&format!("{place}/licence"), licence);
        self.put(&format!("{place}/locator"), locator);
    }

    /// Adds a value as JSON. An absent value has no cell.
    fn put(&mut self, pointer: &str, value: impl Serialize) {
        let value = serde_json::to_value(value).expect("records are plain data");
        if !value.is_null() {
            self.0.insert(pointer.to_owned(), value);
        }
    }

    /// The values for these columns; none where a column has no value.
    pub(in crate::import) fn row(mut self, columns: &[&Column]) -> Vec<Option<Value>> {
        let row = columns.iter().map(|column| self.0.remove(column.pointer)).collect();
        debug_assert!(self.0.is_empty(), "no column for {:?}", self.0.keys());
        row
    }
}
