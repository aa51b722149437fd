//! What stays of a report as it is recorded, where a table of figures says nothing of it.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::any_record::AnyRecord;
use super::fault::{self, Fault};
use super::inventory::Inventory;

/// What a table says nothing of, so that it stays.
///
/// All else that a row leaves out is cleared: it qualifies the figures of that row, and those of no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarriedOver {
    /// The lines: there is no table of them, or one without a row.
    pub lines: bool,
    /// The totals that other sources state: there is no column for them.
    pub also_stated: bool,
}

impl CarriedOver {
    /// What stays for one reason or for another.
    #[must_use]
    pub fn or(self, other: CarriedOver) -> CarriedOver {
        CarriedOver { lines: self.lines || other.lines, also_stated: self.also_stated || other.also_stated }
    }

    /// Puts into the body of a report what stays of the one that is recorded.
    pub fn put(self, body: &mut Map<String, Value>, recorded: &Value) {
        let lines = recorded["lines"].as_array().filter(|_| self.lines);
        if let Some(lines) = lines {
            // Those by gas were recorded with these potentials; the report may name its own.
            let by_gas = lines.iter().any(|line| line.get("gas").is_some());
            if let Some(gwp) = recorded.get("gwp").filter(|_| by_gas) {
                body.entry("gwp").or_insert_with(|| gwp.clone());
            }
            body.insert("lines".to_owned(), recorded["lines"].clone());
        }
        if let Some(stated) = recorded.get("also_stated").filter(|_| self.also_stated) {
            body.insert("also_stated".to_owned(), stated.clone());
        }
    }

    /// The report with what stays of the one that is recorded.
    ///
    /// # Errors
    /// Where what stays does not fit it.
    pub fn whole(
        self,
        report: &Arc<Inventory>,
        recorded: &Arc<Inventory>,
        today: NaiveDate,
    ) -> Result<Arc<Inventory>, Vec<Fault>> {
        let Value::Object(mut body) = AnyRecord::Inventory(Arc::clone(report)).body() else {
            return Ok(Arc::clone(report));
        };
        self.put(&mut body, &AnyRecord::Inventory(Arc::clone(recorded)).body());
        let read = fault::read(body.into(), today, |body, at| Inventory::parse_report(body, at, report.year));
        read.map(Arc::new)
    }
}
