//! What an import came to, in numbers.

use std::collections::BTreeMap;

use crate::record::Kind;

/// How many of what.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// Cities recorded.
    pub cities: usize,
    /// Records of a kind, by what became of them.
    pub outcomes: BTreeMap<(Kind, &'static str), usize>,
    /// Inventories with a warning.
    pub warned: usize,
    /// Rows left out, by the reason.
    pub left_out: BTreeMap<String, usize>,
    /// Records refused, by the reason.
    pub refused: BTreeMap<String, usize>,
    /// Sentences about whole files.
    pub notices: Vec<String>,
}

impl Summary {
    /// All of it, a line each.
    pub fn message(&self, dry_run: bool) -> String {
        let mut message = String::new();
        if dry_run {
            message.push_str("Nothing was changed; this is what would have been.\n");
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
