//! What is carried over from a recorded report when a table of figures is imported.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::any_record::AnyRecord;
use super::fault::{self, Fault};
use super::inventory::Inventory;

/// The parts of a recorded report that stay, because the imported table does not state them.
///
/// Anything else that a row leaves out is cleared: it described the old figures, not those of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CarriedOver {
    /// True if the lines stay: there is no table of lines, or none of its rows is of this report.
    pub lines: bool,
    /// True if the totals of other sources stay: tables have no column for them.
    pub also_stated: bool,
}

impl CarriedOver {
    /// What stays for either of two reasons.
    #[must_use]
    pub fn or(self, other: CarriedOver) -> CarriedOver {
        CarriedOver { lines: self.lines || other.lines, also_stated: self.also_stated || other.also_stated }
    }

    /// Copies the parts that stay from the recorded report into the body of the new one.
    pub fn copy_into(self, body: &mut Map<String, Value>, recorded: &Value) {
        let lines = recorded["lines"].as_array().filter(|_| self.lines);
        if let Some(lines) = lines {
            // Lines stated by gas were recorded with these potentials; the new report may name its own.
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

    /// The new report, completed with the parts that stay of the recorded one.
    ///
    /// # Errors
    /// All faults, if those parts do not fit the new report.
    pub fn complete(
        self,
        report: &Arc<Inventory>,
        recorded: &Arc<Inventory>,
        today: NaiveDate,
    ) -> Result<Arc<Inventory>, Vec<Fault>> {
        let Value::Object(mut body) = AnyRecord::Inventory(Arc::clone(report)).body() else {
            return Ok(Arc::clone(report));
        };
        self.copy_into(&mut body, &AnyRecord::Inventory(Arc::clone(recorded)).body());
        let completed = fault::read(body.into(), today, |body, at| Inventory::parse_report(body, at, report.year));
        completed.map(Arc::new)
    }
}
