//! The summary of an import, in numbers.

use std::collections::BTreeMap;

use crate::record::Kind;

/// Counts of the outcomes.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// Cities created.
    pub cities: usize,
    /// Records, by kind and outcome.
    pub outcomes: BTreeMap<(Kind, &'static str), usize>,
    /// Inventories with a warning.
    pub warned: usize,
    /// Rows left out, by reason.
    pub left_out: BTreeMap<String, usize>,
    /// Records refused, by reason.
    pub refused: BTreeMap<String, usize>,
    /// Sentences about whole files.
    pub notices: Vec<String>,
}

impl Summary {
    /// The summary as text, one line for each count.
    pub fn message(&self, dry_run: bool) -> String {
        let mut message = String::new();
        if dry_run {
            message.push_str("Nothing was changed; an import would do this:\n");
        }
        message.push_str(&format!("{:6}  cities created\n", self.cities));
        for ((kind, outcome), count) in &self.outcomes {
            message.push_str(&format!("{count:6}  {kind}s {outcome}\n"));
        }
        message.push_str(&format!("{:6}  inventories with a warning\n", self.warned));
        for (title, counts) in [("rows left out", &self.left_out), ("records refused", &self.refused)] {
            message.push_str(&format!("{:6}  {title}\n", counts.values().sum::<usize>()));
            for (code, count) in counts {
                message.push_str(&format!("{count:12}  {code}\n"));
            }
        }
        for notice in &self.notices {
            message.push_str(&format!("Note: {notice}\n"));
        }
        message.trim_end().to_owned()
    }
}
