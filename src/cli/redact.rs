//! The command `redact`, which removes the body of an entry from the log.

use std::io::{self, Write};

use anyhow::anyhow;
use chrono::NaiveDate;
use clap::Args;

use super::{Database, clock, open_existing, print};
use crate::record::fault::{Parse, read};
use crate::record::{Name, Text};
use crate::store::redaction::{clear_free_space, redact};

/// The entry to redact, and why.
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
    /// The day to use as today.
    #[arg(long, env = "PLEDGEWATCH_TODAY", hide = true)]
    today: Option<NaiveDate>,
}

/// Removes the body and prints what was done.
pub(super) fn run(args: &Redact) -> anyhow::Result<()> {
    let label = parse::<Name>(&args.label).ok_or_else(|| anyhow!("a label has 1 to 200 characters"))?;
    let reason = parse::<Text>(&args.reason).ok_or_else(|| anyhow!("a reason has 1 to 2,000 characters"))?;
    let mut connection = open_existing(&args.database)?;
    let entry = redact(&mut connection, args.sequence, (&label, &reason), clock(args.today).now())?;
    let (database, sequence) = (&args.database.database, args.sequence);
    print(&format!("{database}: the body of entry {sequence} is removed; entry {entry} records that"))?;
    if let Err(error) = clear_free_space(&mut connection) {
        let message = "it may still be in the free space of the database's files";
        writeln!(io::stderr(), "pledgewatch: {message}: {error}; VACUUM the database to clear that")?;
    }
    Ok(())
}

/// Parses a text of a record. The day of reading does not matter for texts.
fn parse<T: Parse>(text: &str) -> Option<T> {
    read(serde_json::Value::from(text), NaiveDate::MIN, T::parse).ok()
}
