//! `pledgewatch accept-fork`: an operator decides to go on with a log that is not the one that nodes had seen.

use anyhow::bail;
use chrono::Utc;
use clap::Args;

use super::{Database, open_existing, print};
use crate::record::head::LogEnd;
use crate::store;

/// Which log is given up for which.
#[derive(Debug, Args)]
pub(super) struct AcceptFork {
    #[command(flatten)]
    database: Database,
    /// The last entry that the node had seen, as /health/ready prints it; the database does not have it.
    #[arg(long, env = "PLEDGEWATCH_KEPT", value_name = "SEQUENCE:HASH")]
    kept: LogEnd,
    /// The entry with which the log of the database ended when the node found that, as /health/ready prints it.
    #[arg(long, env = "PLEDGEWATCH_SEEN", value_name = "SEQUENCE:HASH")]
    seen: LogEnd,
    /// By whom it is decided; kept with the decision.
    #[arg(long, env = "PLEDGEWATCH_LABEL", default_value = "an operator")]
    label: String,
}

/// Records the decision, which every node follows at its next look.
///
/// # Errors
/// Why it may not be decided so.
pub(super) fn accept(asked: &AcceptFork) -> anyhow::Result<()> {
    let AcceptFork { database, kept, seen, label } = asked;
    let Some(label) = store::keys::label(label) else {
        bail!("a label has 1 to 200 characters, none of them control characters");
    };
    let mut connection = open_existing(database)?;
    if let Err(why) = store::forks::accept(&mut connection, kept, seen, label.as_str(), Utc::now())? {
        bail!("{why}");
    }
    print(&format!(
        "{}: the log with the entry {seen} is accepted instead of the one that ended with {kept}; nodes follow it \
         within a second, once they have saved what only they hold",
        database.database
    ))
}
