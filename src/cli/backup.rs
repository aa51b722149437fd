//! The commands `backup` and `restore`.

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
    /// The file to create; `-` is standard output. An existing file is not overwritten.
    file: PathBuf,
}

/// What to restore, and how much of it.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    database: Database,
    /// The backup; `-` is standard input.
    file: PathBuf,
    /// The last entry of the log to restore; later entries are left out.
    #[arg(long, env = "PLEDGEWATCH_UNTIL", value_parser = clap::value_parser!(i64).range(1..=LAST_SEQUENCE))]
    until: Option<i64>,
    /// A mirror of the public log; warns if the backup is older, and fails if it is of another log.
    #[arg(long, env = "PLEDGEWATCH_MIRROR")]
    mirror: Option<PathBuf>,
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a backup. Removes an incomplete file after a failure.
pub(super) fn back_up(args: &Backup) -> anyhow::Result<()> {
    let mut connection = connect(&args.database)?;
    let path = &args.file;
    if is_standard(path) {
        write(&mut connection, BufWriter::new(io::stdout().lock()), Utc::now())?;
        return Ok(());
    }
    let created = new_file(path).and_then(|file| Ok((file.try_clone()?, file)));
    let (file, to_sync) = created.with_context(|| format!("{} cannot be created", path.display()))?;
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

/// Creates a file that only its owner may read, since it shows what keys exist.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Opens a database with the current schema for reading. Does not migrate an older one, since a service may be using
/// it.
fn connect(database: &Database) -> anyhow::Result<AnyConnection> {
    let missing = |cause: &str| {
        let (database, cause) = (database.database.to_string(), cause.to_owned());
        StoreError::Unavailable { database, cause }
    };
    if !database.database.exists() {
        return Err(missing("there is no such file").into());
    }
    let mut connection = database.database.connect_to_read()?;
    if !store::is_initialized(&mut connection)? {
        return Err(missing("it is empty").into());
    }
    Ok(connection)
}

/// Restores a backup and prints what was restored.
pub(super) fn run_restore(args: &Restore) -> anyhow::Result<()> {
    let reader = |path: &PathBuf| -> anyhow::Result<Box<dyn BufRead>> {
        let opened = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok(Box::new(BufReader::new(opened)))
    };
    let mut file: Box<dyn BufRead> =
        if is_standard(&args.file) { Box::new(io::stdin().lock()) } else { reader(&args.file)? };
    let mut mirror = args.mirror.as_ref().map(reader).transpose()?;
    let mirror = mirror.as_mut().map(|mirror| &mut **mirror as &mut dyn BufRead);
    let database = &args.database.database;
    let restored = restore(database, Restoration { file: &mut *file, until: args.until, mirror })?;
    let last = restored.sequence;
    print(&format!("{database}: {last} entries up to {}, of a backup of {}", restored.hash, restored.made_at))?;
    if let Some(end) = restored.mirror_ends {
        let lost = format!("entries {} to {end} of the mirror are not in it", last + 1);
        writeln!(io::stderr(), "pledgewatch: the mirror is newer than what was restored: {lost}")?;
    }
    if !restored.redacted_later.is_empty() {
        let entries: Vec<String> = restored.redacted_later.iter().map(ToString::to_string).collect();
        let message = "were redacted by entries that were not restored; the bodies stay out";
        writeln!(io::stderr(), "pledgewatch: the bodies of entries {} {message}", entries.join(", "))?;
    }
    Ok(())
}
