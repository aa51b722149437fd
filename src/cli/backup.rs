//! The commands that make a backup and restore one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::Utc;
use clap::Args;

use super::{Database, print};
use crate::record::limits::LAST_SEQUENCE;
use crate::store::backup::{End, Failure, Header, write};
use crate::store::restore::{Restoration, restore};
use crate::store::{self, AnyConnection, StoreError};

/// What to back up, and where to.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    database: Database,
    /// The file to make; `-` is standard output. A file that is there is not overwritten.
    file: PathBuf,
}

/// What to restore, and how much of it.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    database: Database,
    /// The backup; `-` is standard input.
    file: PathBuf,
    /// The last entry of the log to restore; what was recorded after it is left out.
    #[arg(long, env = "PLEDGEWATCH_UNTIL", value_parser = clap::value_parser!(i64).range(1..=LAST_SEQUENCE))]
    until: Option<i64>,
    /// A mirror of the public log, to be told if the backup is older or another one.
    #[arg(long, env = "PLEDGEWATCH_MIRROR")]
    mirror: Option<PathBuf>,
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a backup; a file that is only a part of one is taken away again.
pub(super) fn back_up(asked: &Backup) -> anyhow::Result<()> {
    let mut connection = connect(&asked.database)?;
    let path = &asked.file;
    if is_standard(path) {
        write(&mut connection, BufWriter::new(io::stdout().lock()), Utc::now())?;
        return Ok(());
    }
    let made = new_file(path).and_then(|file| Ok((file.try_clone()?, file)));
    let (file, to_sync) = made.with_context(|| format!("{} cannot be made", path.display()))?;
    let written = write_to(&mut connection, file, &to_sync);
    let (header, end) = written.inspect_err(|_| drop(std::fs::remove_file(path)))?;
    print(&format!(
        "{}: {} entries up to {}, {} lines, SHA-256 {}",
        path.display(),
        header.sequence,
        header.hash,
        end.lines,
        end.sha256
    ))
}

fn write_to(connection: &mut AnyConnection, file: File, to_sync: &File) -> Result<(Header, End), Failure> {
    let written = write(connection, BufWriter::new(file), Utc::now())?;
    to_sync.sync_all()?;
    Ok(written)
}

/// Makes a file that only its owner may read: what keys are bound to is nobody else's business.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a database of this version to read it; one of an older version stays so, for a service may be running on it.
fn connect(database: &Database) -> anyhow::Result<AnyConnection> {
    let missing = |cause: &str| {
        let (database, cause) = (database.database.to_string(), cause.to_owned());
        StoreError::Unavailable { database, cause }
    };
    if !database.database.is_there() {
        return Err(missing("there is no such file").into());
    }
    let mut connection = database.database.connect_to_read()?;
    if !store::is_made(&mut connection)? {
        return Err(missing("there is nothing in it").into());
    }
    Ok(connection)
}

/// Restores a backup and says what there is now.
pub(super) fn bring_back(asked: &Restore) -> anyhow::Result<()> {
    let reader = |path: &PathBuf| -> anyhow::Result<Box<dyn BufRead>> {
        let opened = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok(Box::new(BufReader::new(opened)))
    };
    let mut file: Box<dyn BufRead> =
        if is_standard(&asked.file) { Box::new(io::stdin().lock()) } else { reader(&asked.file)? };
    let mut mirror = asked.mirror.as_ref().map(reader).transpose()?;
    let mirror = mirror.as_mut().map(|mirror| &mut **mirror as &mut dyn BufRead);
    let database = &asked.database.database;
    let restored = restore(database, Restoration { file: &mut *file, until: asked.until, mirror })?;
    let last = restored.sequence;
    print(&format!("{database}: {last} entries up to {}, of a backup of {}", restored.hash, restored.made_at))?;
    if let Some(end) = restored.mirror_ends {
        let lost = format!("entries {} to {end} of the mirror are not in it", last + 1);
        writeln!(io::stderr(), "pledgewatch: the mirror is newer than what was restored: {lost}")?;
    }
    if !restored.redacted_later.is_empty() {
        let entries: Vec<String> = restored.redacted_later.iter().map(ToString::to_string).collect();
        let message =
            "were redacted after the last entry that was restored, and stay out: the entries that say so are left out";
        writeln!(io::stderr(), "pledgewatch: the bodies of the entries {} {message}", entries.join(", "))?;
    }
    Ok(())
}
