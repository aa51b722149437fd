//! `pledgewatch accept-fork`: an operator accepts a log that does not continue what nodes had seen.

use anyhow::bail;
use chrono::Utc;
use clap::Args;

use super::{Database, open_existing, print};
use crate::record::head::LogEnd;
use crate::store;

/// The log to accept, and the one to give up.
#[derive(Debug, Args)]
pub(super) struct AcceptFork {
    #[command(flatten)]
    database: Database,
    /// The last entry that the node had seen, as /health/ready prints it; the database does not have it.
    #[arg(long, env = "PLEDGEWATCH_KEPT", value_name = "SEQUENCE:HASH")]
    kept: LogEnd,
    /// The last entry of the database's log when the node found the fork, as /health/ready prints it.
    #[arg(long, env = "PLEDGEWATCH_SEEN", value_name = "SEQUENCE:HASH")]
    seen: LogEnd,
    /// Who decides; stored with the decision.
    #[arg(long, env = "PLEDGEWATCH_LABEL", default_value = "an operator")]
    label: String,
}

/// Records the decision. Every node follows it at its next check.
///
/// # Errors
/// Why the decision is refused.
pub(super) fn accept(args: &AcceptFork) -> anyhow::Result<()> {
    let AcceptFork { database, kept, seen, label } = args;
    let Some(label) = store::key::parse_label(label) else {
        bail!("a label has 1 to 200 characters, none of them control characters");
    };
    let mut connection = open_existing(database)?;
    if let Err(refusal) = store::forks::accept(&mut connection, kept, seen, label.as_str(), Utc::now())? {
        bail!("{refusal}");
    }
    print(&format!(
        "{}: the log with entry {seen} is accepted in place of the one that ended with {kept}; nodes follow it within a \
         second, after saving what only they hold",
        database.database
    ))
}
