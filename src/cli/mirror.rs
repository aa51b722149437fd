//! `pledgewatch mirror`, and the comparison with a mirror in `pledgewatch verify`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::Args;

use super::print;
use crate::mirror::limits::MIRROR_EVERY_SECONDS;
use crate::mirror::{Mirror, MirrorFile};
use crate::record::limits::LOAD_ROWS;
use crate::store::{self, AnyConnection};

/// The log to copy, and where to.
#[derive(Debug, Args)]
pub(super) struct MirrorArgs {
    /// The address of the service, such as `https://example.org`.
    #[arg(value_parser = parse_address)]
    url: String,
    /// The file: one entry a line. A second file, FILE.head, holds the last signed head.
    file: PathBuf,
    /// Keep copying new entries.
    #[arg(long, env = "PLEDGEWATCH_FOLLOW", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true)]
    follow: bool,
    /// With --follow: the seconds between two checks.
    #[arg(long, env = "PLEDGEWATCH_EVERY", default_value_t = MIRROR_EVERY_SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
}

fn parse_address(url: &str) -> Result<String, String> {
    let is_http = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
    if is_http { Ok(url.to_owned()) } else { Err("must begin with http:// or https://".to_owned()) }
}

/// Copies new entries. With `--follow`, goes on copying.
///
/// # Errors
/// Why it cannot go on.
pub(super) fn run(args: &MirrorArgs) -> anyhow::Result<()> {
    let mut mirror = Mirror::new(&args.url, MirrorFile::open(&args.file)?);
    loop {
        match mirror.copy() {
            Ok(0) if args.follow => {}
            Ok(copied) => {
                let (file, end) = (mirror.file().path().display(), mirror.file().end());
                print(&format!("{file}: {copied} new entries; it ends with {end}, which the service has signed"))?;
            }
            Err(error) if args.follow && error.is_temporary() => log::warn!("tried again later: {error}"),
            Err(error) => return Err(error.into()),
        }
        if !args.follow {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs(args.every));
    }
}

/// Checks that the log of a database has every entry of a mirror and is signed by the same key.
///
/// # Errors
/// A sentence that names the first entry that differs.
pub(super) fn compare(connection: &mut AnyConnection, path: &Path) -> anyhow::Result<String> {
    let mirror = MirrorFile::read(path)?;
    let (end, file) = (mirror.end(), path.display());
    let mut after = 0;
    while after < end.sequence {
        let entries = store::log::hashes(connection, after, LOAD_ROWS)?;
        let Some((last, _)) = entries.last() else {
            bail!("the log was shortened: it ends with entry {after}, {file} with entry {}", end.sequence);
        };
        let last = *last;
        let differs = |(sequence, hash): &(i64, String)| {
            *sequence <= end.sequence && mirror.hash_at(*sequence).as_ref() != Some(hash)
        };
        if let Some((sequence, _)) = entries.into_iter().find(differs) {
            bail!("the log was rewritten: entry {sequence} differs from {file}");
        }
        after = last;
    }
    if let Some(signed) = mirror.signed() {
        let signer = store::head_keys::load(connection)?;
        let key = signer.ok_or_else(|| anyhow!("the database has no key that signs its log, {file} has one"))?;
        if key.public().public_key != signed.key.public_key {
            bail!("the key that signs the log has changed: {file} has {}", signed.key.key_id);
        }
    }
    Ok(format!("; it has all {} entries of {file}", end.sequence))
}
