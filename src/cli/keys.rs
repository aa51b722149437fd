//! The commands for keys. They also work while a service runs.

use anyhow::bail;
use chrono::{NaiveDate, TimeDelta, Utc};
use clap::Subcommand;

use super::{Database, open, open_existing, print};
use crate::api::limits::{KEY_CITIES, KEY_OVERLAP_HOURS, KEY_OVERLAP_HOURS_MAX};
use crate::record::change::timestamp;
use crate::record::{Actor, Slug};
use crate::store::{self, Key, NewKey, Role, Rotation};

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Create a key and print its secret, which is stored nowhere.
    Create {
        #[command(flatten)]
        database: Database,
        /// What the key allows.
        #[arg(long, env = "PLEDGEWATCH_ROLE", value_parser = parse_role)]
        role: Role,
        /// A city that a reporter's key is bound to; may be given several times.
        #[arg(long = "city", env = "PLEDGEWATCH_CITY", value_parser = parse_city, value_delimiter = ',')]
        cities: Vec<Slug>,
        /// Who gets the key; shown with what it writes.
        #[arg(long, env = "PLEDGEWATCH_LABEL")]
        label: String,
        /// The last day on which the key works, such as 2027-12-31; without it the key never expires.
        #[arg(long, env = "PLEDGEWATCH_EXPIRES")]
        expires: Option<NaiveDate>,
    },
    /// List the keys, without their secrets.
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Print who created, changed and revoked which key, and when.
    Log {
        #[command(flatten)]
        database: Database,
    },
    /// Replace the secret of a key and print the new one; the old one works beside it for some hours.
    Rotate {
        #[command(flatten)]
        database: Database,
        /// The key's id, as listed.
        key: String,
        /// How many hours the old secret still works; 0 ends it at once.
        #[arg(long, env = "PLEDGEWATCH_OVERLAP", default_value_t = KEY_OVERLAP_HOURS, value_parser = clap::value_parser!(i64).range(0..=KEY_OVERLAP_HOURS_MAX))]
        overlap: i64,
        /// A new last day of the key.
        #[arg(long, env = "PLEDGEWATCH_EXPIRES")]
        expires: Option<NaiveDate>,
    },
    /// Revoke a key.
    Revoke {
        #[command(flatten)]
        database: Database,
        /// The key's id, as listed.
        key: String,
        /// Why; stored in the log of keys.
        #[arg(long, env = "PLEDGEWATCH_REASON")]
        reason: Option<String>,
    },
}

fn parse_role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "must be admin or reporter".to_owned())
}

fn parse_city(id: &str) -> Result<Slug, String> {
    Slug::new(id).ok_or_else(|| "must be 2 to 64 characters of a-z, 0-9 and -".to_owned())
}

/// The actor named in the log of keys for changes made here.
fn operator() -> Actor {
    "pledgewatch keys".into()
}

/// Runs a command for keys.
///
/// # Errors
/// A sentence that says what went wrong.
pub(super) fn run(keys: Keys) -> anyhow::Result<()> {
    match keys {
        Keys::Create { database, role, cities, label, expires } => {
            let new = new_key(role, cities, &label, expires)?;
            let (_, secret) = store::keys::create(&mut open(&database)?, new, &operator(), Utc::now())?;
            print(&secret)
        }
        Keys::List { database } => {
            let keys = store::keys::list(&mut open_existing(&database)?)?;
            keys.iter().try_for_each(|key| print(&list_line(key)))
        }
        Keys::Log { database } => print_log(&database),
        Keys::Rotate { database, key, overlap, expires } => {
            check_last_day(expires)?;
            let rotation = Rotation { overlap: TimeDelta::hours(overlap), expires_on: expires };
            let mut connection = open_existing(&database)?;
            let today = Utc::now().date_naive();
            let keys = store::keys::list(&mut connection)?;
            if expires.is_none() && keys.iter().any(|listed| listed.id == key && listed.has_expired(today)) {
                bail!("the key has expired: give it a new last day with --expires");
            }
            match store::keys::rotate(&mut connection, &key, &rotation, &operator(), Utc::now())? {
                Some((_, secret)) => print(&secret),
                None => bail!("there is no valid key {key}"),
            }
        }
        Keys::Revoke { database, key, reason } => {
            if !store::keys::revoke(&mut open_existing(&database)?, &key, reason, &operator(), Utc::now())? {
                bail!("there is no valid key {key}");
            }
            Ok(())
        }
    }
}

fn new_key(role: Role, mut cities: Vec<Slug>, label: &str, expires: Option<NaiveDate>) -> anyhow::Result<NewKey> {
    let Some(label) = store::key::parse_label(label) else {
        bail!("a label has 1 to 200 characters, none of them control characters");
    };
    match role {
        Role::Reporter if cities.is_empty() => bail!("a reporter's key needs at least one --city"),
        Role::Admin if !cities.is_empty() => bail!("an administrator's key takes no --city"),
        Role::Reporter if cities.len() > KEY_CITIES => bail!("a key is bound to at most {KEY_CITIES} cities"),
        _ => {}
    }
    check_last_day(expires)?;
    cities.sort();
    cities.dedup();
    Ok(NewKey { label, role, cities, expires_on: expires })
}

fn check_last_day(expires: Option<NaiveDate>) -> anyhow::Result<()> {
    match expires {
        Some(day) if day < Utc::now().date_naive() => bail!("--expires {day} is in the past"),
        _ => Ok(()),
    }
}

/// The line of a key in the list.
fn list_line(key: &Key) -> String {
    let (today, now) = (Utc::now().date_naive(), Utc::now());
    let state = match (key.revoked_at, key.expires_on) {
        (Some(time), _) => format!("revoked {}", time.format("%F")),
        (None, Some(last)) if last < today => format!("expired {last}"),
        (None, Some(last)) => format!("until {last}"),
        (None, None) => "valid".to_owned(),
    };
    let used = key.last_used_on.map_or("never used".to_owned(), |day| format!("used {day}"));
    let cities: Vec<&str> = key.cities.iter().map(Slug::as_str).collect();
    let old = key.old_secret_until.filter(|until| *until > now);
    let old = old.map_or(String::new(), |until| format!("(old secret until {})  ", timestamp(until)));
    let (id, role, label, cities) = (&key.id, key.role.as_str(), &key.label, cities.join(","));
    format!("{id}  {role:8}  {state:18}  {used:15}  {old}{label}  {cities}")
}

/// Prints the log of keys. Each line ends with the hash of its entry.
fn print_log(database: &Database) -> anyhow::Result<()> {
    let mut message = Vec::new();
    store::key_log::for_each_entry(&mut open_existing(database)?, 0, |entry| {
        let by = entry.actor_key.as_deref().map_or(String::new(), |key| format!(" ({key})"));
        let reason = entry.reason().map_or(String::new(), |reason| format!(": {reason}"));
        let time = timestamp(entry.recorded_at.and_utc());
        let (sequence, action, key, actor, hash) =
            (entry.sequence, &entry.action, &entry.key_id, &entry.actor, &entry.hash);
        message.push(format!("{sequence}  {time}  {action:8}  {key}  by {actor}{by}{reason}  {hash}"));
        Ok(())
    })?;
    message.iter().try_for_each(|line| print(line))
}
