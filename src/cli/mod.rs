//! The command line: its arguments, and the commands.

mod backup;
mod fork;
mod import;
mod keys;
pub mod logging;
mod mirror;
mod redact;
mod suspension;

use std::ffi::OsStr;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Parser, Subcommand};

use logging::LogFormat;

use crate::api::openapi;
use crate::api::stream::event;
use crate::demo;
use crate::registry::limits::NEWS_BYTES;
use crate::registry::{Clock, Condition, Effect, Operation, Registry, Streaming, WriteRequest};
use crate::server::limits::{
    BYTES_IN_FLIGHT, CONNECTIONS, HEARTBEAT, READS_PER_MINUTE, STREAMS, STREAMS_PER_ADDRESS, WRITE_BYTES_PER_MINUTE,
    WRITES_PER_MINUTE,
};
use crate::server::{self, Limits, Running, Settings};
use crate::store::limits::DATABASE_WAIT_SECONDS;
use crate::store::verify::Verified;
use crate::store::{self, AnyConnection, DatabaseUrl, HOW_TO_RESTORE, Role, StoreError};

/// Records the climate pledges of cities, judges whether they are kept, and publishes the answer.
#[derive(Debug, Parser)]
#[command(name = "pledgewatch", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// The format of log lines: text, for people, or json, for programs.
    #[arg(long, global = true, hide_possible_values = true, env = "PLEDGEWATCH_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the pages; migrates the database first.
    Serve(Serve),
    /// Migrate a database to the schema of this version.
    Migrate {
        #[command(flatten)]
        database: Database,
    },
    /// Manage the keys of clients that may write.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Import public files or a table of your own; importing the same file twice changes nothing.
    Import(import::Import),
    /// Back up the database while the service runs: the log with its chain, and the hashes of the keys.
    Backup(backup::Backup),
    /// Restore a backup into an empty database, SQLite or PostgreSQL.
    Restore(backup::Restore),
    /// Remove the body of an entry from the change log, visibly; the chain stays valid.
    Redact(redact::Redact),
    /// Print the OpenAPI specification.
    Openapi,
    /// Accept a log that lost or altered entries which a node had seen; /health/ready names both ends.
    AcceptFork(fork::AcceptFork),
    /// Rebuild every record from the change log in memory, compare, and check the hash chain.
    Verify {
        #[command(flatten)]
        database: Database,
        /// Also check that the log has every entry of this mirror.
        #[arg(long, env = "PLEDGEWATCH_MIRROR")]
        mirror: Option<PathBuf>,
    },
    /// Copy the public log of a service to a file, check its chain and signed head, and report if it was rewritten.
    Mirror(mirror::MirrorArgs),
}

#[derive(Debug, Args)]
struct Database {
    /// The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME.
    #[arg(long, env = "PLEDGEWATCH_DATABASE", default_value = "sqlite:pledgewatch.db", value_parser = DatabaseParser, hide_env_values = true)]
    database: DatabaseUrl,
}

/// Parses the URL of a database. Its error messages do not quote the URL, which may contain a password.
#[derive(Debug, Clone)]
struct DatabaseParser;

impl TypedValueParser for DatabaseParser {
    type Value = DatabaseUrl;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<DatabaseUrl, clap::Error> {
        let read = value.to_str().ok_or_else(|| "must be UTF-8".to_owned()).and_then(DatabaseUrl::parse);
        read.map_err(|message| {
            let message = format!("invalid value for '--database <DATABASE>': {message}\n");
            clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    database: Database,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, env = "PLEDGEWATCH_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Load the demo cities into an empty database.
    #[arg(long, env = "PLEDGEWATCH_DEMO", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::Set, num_args = 0..=1, default_value_t = false, default_missing_value = "true")]
    demo: bool,
    /// Writes per minute for each key; 0 is unlimited.
    #[arg(long, env = "PLEDGEWATCH_WRITES_PER_MINUTE", default_value_t = WRITES_PER_MINUTE)]
    writes_per_minute: u32,
    /// Bytes of request bodies per minute for each key; 0 is unlimited.
    #[arg(long, env = "PLEDGEWATCH_WRITE_BYTES_PER_MINUTE", default_value_t = WRITE_BYTES_PER_MINUTE)]
    write_bytes_per_minute: u32,
    /// Requests per minute for each client address; 0 is unlimited.
    #[arg(long, env = "PLEDGEWATCH_READS_PER_MINUTE", default_value_t = READS_PER_MINUTE)]
    reads_per_minute: u32,
    /// The address for operators' health checks and metrics; default 127.0.0.1:9464, or a free port if that is taken.
    #[arg(long, env = "PLEDGEWATCH_OPERATORS")]
    operators: Option<SocketAddr>,
    /// The most open connections; fewer if the system allows fewer open files.
    #[arg(long, env = "PLEDGEWATCH_CONNECTIONS", default_value_t = CONNECTIONS)]
    connections: usize,
    /// The most connections of one client address, except a trusted proxy; default 256.
    #[arg(long, env = "PLEDGEWATCH_CONNECTIONS_PER_ADDRESS")]
    connections_per_address: Option<usize>,
    /// The most bytes in request bodies being read and in responses being sent or cached; one address may have a
    /// quarter.
    #[arg(long, env = "PLEDGEWATCH_BYTES_IN_FLIGHT", default_value_t = BYTES_IN_FLIGHT)]
    bytes_in_flight: usize,
    /// A proxy whose X-Forwarded-For is trusted; may be given several times.
    #[arg(long = "trusted-proxy", env = "PLEDGEWATCH_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxies: Vec<IpAddr>,
    /// The number of worker threads; default one for each processor.
    #[arg(long, env = "PLEDGEWATCH_WORKERS")]
    workers: Option<usize>,
    /// Whom to ask for a key: a name, an address; shown on the page for submitting figures.
    #[arg(long, env = "PLEDGEWATCH_CONTACT")]
    contact: Option<String>,
    /// The address at which the service is reached from outside, for pictures, feeds and citations:
    /// https://pledges.example.org. That of the listener unless stated.
    #[arg(long, env = "PLEDGEWATCH_PUBLIC_URL")]
    public_url: Option<String>,
    /// Seconds to wait at start-up for a PostgreSQL server that cannot be reached.
    #[arg(long, env = "PLEDGEWATCH_WAIT_FOR_DATABASE", default_value_t = DATABASE_WAIT_SECONDS)]
    wait_for_database: u64,
    /// Where to save acknowledged writes that the database lost; default the directory of the SQLite file, or the
    /// working directory with PostgreSQL.
    #[arg(long, env = "PLEDGEWATCH_STATE_DIR")]
    state_dir: Option<PathBuf>,
    /// The day to use as today.
    #[arg(long, env = "PLEDGEWATCH_TODAY", hide = true)]
    today: Option<NaiveDate>,
    /// The most open streams of changes.
    #[arg(long, env = "PLEDGEWATCH_STREAMS", default_value_t = STREAMS, hide = true)]
    streams: usize,
    /// The most open streams of changes of one client address.
    #[arg(long, env = "PLEDGEWATCH_STREAMS_PER_ADDRESS", default_value_t = STREAMS_PER_ADDRESS, hide = true)]
    streams_per_address: usize,
    /// The longest silence of a stream of changes, in seconds.
    #[arg(long, env = "PLEDGEWATCH_HEARTBEAT", default_value_t = HEARTBEAT.as_secs(), hide = true)]
    heartbeat: u64,
    /// Bytes of recent changes kept in memory for streams.
    #[arg(long, env = "PLEDGEWATCH_NEWS_BYTES", default_value_t = NEWS_BYTES, hide = true)]
    news_bytes: usize,
}

/// Runs a command.
///
/// # Errors
/// A sentence that says what went wrong, with its cause.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(serve) => actix_web::rt::System::new().block_on(run_server(serve)),
        Command::Migrate { database } => {
            let run = store::migrate(&mut database.database.connect()?)?;
            let message = if run.is_empty() { "nothing to do".to_owned() } else { format!("ran {}", run.join(", ")) };
            print(&format!("{}: {message}", database.database))
        }
        Command::Keys(args) => keys::run(args),
        Command::Import(args) => import::run(&args),
        Command::AcceptFork(args) => fork::accept(&args),
        Command::Backup(args) => backup::back_up(&args),
        Command::Restore(args) => backup::run_restore(&args),
        Command::Redact(args) => redact::run(&args),
        Command::Openapi => print(&serde_json::to_string_pretty(&openapi::document())?),
        Command::Mirror(args) => mirror::run(&args),
        Command::Verify { database, mirror } => verify(&database, mirror.as_deref()),
    }
}

/// Prints each error on a line, or a summary if there is none.
fn verify(database: &Database, mirror: Option<&Path>) -> anyhow::Result<()> {
    let mut connection = open_existing(database)?;
    let verified = store::verify::verify(&mut connection)?;
    let Verified { entries, redacted, redacted_by_hand, cities, key_entries, keys, errors } = verified;
    if !errors.is_empty() {
        errors.iter().try_for_each(|message| print(message))?;
        bail!("{} is damaged: errors listed: {}; to repair it, {HOW_TO_RESTORE}", database.database, errors.len());
    }
    print(&format!(
        "{}: {key_entries} entries of {keys} keys; the chain holds and every key agrees with the log of keys",
        database.database
    ))?;
    let mut message = format!(
        "{}: {entries} entries of {cities} cities; the chain holds and every record agrees with the log",
        database.database
    );
    if redacted > 0 {
        message.push_str(&format!("; redacted bodies: {redacted}"));
    }
    if !redacted_by_hand.is_empty() {
        let entries: Vec<String> = redacted_by_hand.iter().map(ToString::to_string).collect();
        message.push_str(&format!(
            ", without a redaction entry (removed by hand, or the entry was left out of a restore): those of {}",
            entries.join(", ")
        ));
    }
    if let Some(file) = mirror {
        message.push_str(&mirror::compare(&mut connection, file)?);
    }
    print(&message)
}

/// Prints to standard output. A closed pipe is not an error.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Opens a database, and migrates it to the current schema.
fn open(database: &Database) -> anyhow::Result<AnyConnection> {
    let mut connection = database.database.connect()?;
    store::migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a database that must exist. A mistyped path would otherwise create an empty one.
fn open_existing(database: &Database) -> anyhow::Result<AnyConnection> {
    if !database.database.exists() {
        let (database, cause) = (database.database.to_string(), "there is no such file".to_owned());
        return Err(StoreError::Unavailable { database, cause }.into());
    }
    open(database)
}

async fn run_server(serve: Serve) -> anyhow::Result<()> {
    let bounds = bounds(&serve);
    let database = serve.database.database;
    database.wait_for(Duration::from_secs(serve.wait_for_database))?;
    let streaming = Streaming { render: event, bytes: serve.news_bytes, listeners: bounds.streams };
    let opened = Registry::open(&database, clock(serve.today), streaming, serve.state_dir);
    let registry = opened.map_err(|error| {
        if error.is_damage() { anyhow!("{error}; to repair it, {HOW_TO_RESTORE}") } else { error.into() }
    })?;
    if serve.demo {
        load_demo(&registry).await?;
    }
    let settings = Settings {
        listen: serve.listen,
        operators: serve.operators,
        writes_per_minute: serve.writes_per_minute,
        write_bytes_per_minute: serve.write_bytes_per_minute,
        reads_per_minute: serve.reads_per_minute,
        trusted_proxies: serve.trusted_proxies,
        workers: serve.workers,
        contact: serve.contact,
        public_url: serve.public_url,
        heartbeat: Duration::from_secs(serve.heartbeat),
        bounds,
    };
    let has_admin = registry.present().keyring.all().any(|key| key.role == Role::Admin && key.revoked_at.is_none());
    let cannot_listen = || match serve.operators {
        Some(operators) => format!("cannot listen on {} and {operators}", serve.listen),
        None => format!("cannot listen on {}", serve.listen),
    };
    let running = server::build(registry, &settings).with_context(cannot_listen)?;
    print(&welcome(&running, &database, has_admin))?;
    running.run().await.context("the server stopped")
}

/// The limits of the server, given how many files the system lets it open.
fn bounds(serve: &Serve) -> Limits {
    let connections = server::connections(serve.connections);
    Limits {
        connections,
        connections_per_address: serve
            .connections_per_address
            .unwrap_or_else(|| server::connections_per_address(connections)),
        // Streams stay open for long, so half of the connections remain for other requests.
        streams: serve.streams.min(connections / 2),
        streams_per_address: serve.streams_per_address,
        bytes_in_flight: serve.bytes_in_flight,
    }
}

/// The system's clock, or a clock that always shows the day `today`.
fn clock(today: Option<NaiveDate>) -> Clock {
    let Some(day) = today else { return Clock::system() };
    Clock::unwatched(move || DateTime::from_naive_utc_and_offset(day.and_time(Utc::now().time()), Utc))
}

/// The message at start-up: the addresses, and what to do first.
fn welcome(running: &Running, database: &DatabaseUrl, has_admin: bool) -> String {
    let Running { address, operators, .. } = running;
    let mut message = format!(
        "pledgewatch serves {database}\n\
         \n  Service        http://{address}/\n  Documentation  http://{address}/docs/\n  \
         Cities         http://{address}/v1/cities\n  Operators      http://{operators}/health/ready\n"
    );
    if !has_admin {
        // The program as it was called, so that the line can be copied.
        let program = std::env::args().next().unwrap_or_else(|| "pledgewatch".to_owned());
        let password = if database.has_password() { "PGPASSWORD='the password of the database' " } else { "" };
        let database = database.without_password().replace('\'', "'\\''");
        message.push_str(&format!(
            "\nThere is no administrator's key yet; it is needed to write. Make one in another terminal:\n\
             \n  {password}{program} keys create --database '{database}' --role admin --label 'Your name'\n"
        ));
    }
    message
}

/// Records the demo cities with ordinary writes, if nothing is recorded yet.
async fn load_demo(registry: &Registry) -> anyhow::Result<()> {
    if registry.present().head.number > 0 {
        log::info!("the database is not empty, so the demo cities are not loaded");
        return Ok(());
    }
    for demo::DemoRecord { key, record, reason } in demo::records(registry.today())? {
        let message = format!("{} {} of {}", key.kind(), key.id(), key.city_or_empty());
        let (condition, effect) = match reason {
            None => (Condition::IsNew, Effect::Created),
            Some(_) => (Condition::Exists, Effect::Revised),
        };
        let operation = Operation::Put { record, reason };
        let request = WriteRequest { actor: "pledgewatch demo".into(), key, operation, condition, mark: None };
        match registry.write(request).await {
            Ok(written) if written.effect == effect => {}
            other => bail!("the demo's {message} could not be recorded: {:?}", other.err()),
        }
    }
    Ok(())
}
