//! The command that takes the body of an entry out of the log.

use std::io::{self, Write};

use anyhow::anyhow;
use chrono::NaiveDate;
use clap::Args;

use super::{Database, clock, open_existing, print};
use crate::record::fault::{Parse, read};
use crate::record::{Name, Text};
use crate::store::redaction::{clear_free_space, redact};

/// Which entry, and why.
#[derive(Debug, Args)]
pub(super) struct Redact {
    #[command(flatten)]
    database: Database,
    /// The number of the entry in the change log.
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    sequence: i64,
    /// Why its body has to go; stays visible in the log.
    #[arg(long, env = "PLEDGEWATCH_REASON")]
    reason: String,
    /// Who does it; stays visible in the log.
    #[arg(long, env = "PLEDGEWATCH_LABEL", default_value = "pledgewatch redact")]
    label: String,
    /// The day to take for today.
    #[arg(long, env = "PLEDGEWATCH_TODAY", hide = true)]
    today: Option<NaiveDate>,
}

/// Takes the body out and says so.
pub(super) fn run(asked: &Redact) -> anyhow::Result<()> {
    let label = parsed::<Name>(&asked.label).ok_or_else(|| anyhow!("a label has 1 to 200 characters"))?;
    let reason = parsed::<Text>(&asked.reason).ok_or_else(|| anyhow!("a reason has 1 to 2,000 characters"))?;
    let mut connection = open_existing(&asked.database)?;
    let entry = redact(&mut connection, asked.sequence, (&label, &reason), clock(asked.today).now())?;
    let (database, sequence) = (&asked.database.database, asked.sequence);
    print(&format!("{database}: the body of entry {sequence} is taken out; entry {entry} says so"))?;
    if let Err(error) = clear_free_space(&mut connection) {
        let message = "it may still stand in the free space of the database's files";
        writeln!(io::stderr(), "pledgewatch: {message}: {error}; VACUUM the database to clear that")?;
    }
    Ok(())
}

/// Reads a text of a record; the day of reading does not matter to it.
fn parsed<T: Parse>(text: &str) -> Option<T> {
    read(serde_json::Value::from(text), NaiveDate::MIN, T::parse).ok()
}
