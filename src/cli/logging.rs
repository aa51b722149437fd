//! The log: to standard error, with no key in it, and what a client can provoke is no error of ours.

use std::io::{self, IsTerminal, Write};

use chrono::{SecondsFormat, Utc};
use clap::ValueEnum;
use env_logger::{Builder, Env, Logger, Target, WriteStyle};
use log::kv::{self, Key, VisitSource};
use log::{Level, Log, Metadata, Record, SetLoggerError};
use serde_json::{Map, Value};

use crate::record::masking::mask_keys;

/// The server's own part that reads requests; it calls what it cannot read an error.
const READER: &str = "actix_http::h1";

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

/// A line as JSON: when, how grave, where from, what, and what belongs to it.
fn line(record: &Record<'_>) -> Value {
    struct Members<'m>(&'m mut Map<String, Value>);
    impl<'kvs> VisitSource<'kvs> for Members<'_> {
        fn visit_pair(&mut self, key: Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
            let number = value.to_f64().filter(|_| value.to_borrowed_str().is_none()).map(Value::from);
            let value = value.to_u64().map(Value::from).or(number).unwrap_or_else(|| value.to_string().into());
            self.0.insert(key.to_string(), value);
            Ok(())
        }
    }
    let mut members = Map::new();
    // It does not fail, for the visitor does not.
    drop(record.key_values().visit(&mut Members(&mut members)));
    members.insert("time".to_owned(), Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true).into());
    members.insert("level".to_owned(), record.level().as_str().into());
    members.insert("from".to_owned(), record.target().into());
    members.insert("message".to_owned(), record.args().to_string().into());
    Value::Object(members)
}

/// Begins to log, by `RUST_LOG` if that is set.
///
/// # Errors
/// When it was begun before.
pub fn begin(format: LogFormat) -> Result<(), SetLoggerError> {
    // What a newcomer must know is on standard output; the log tells the rest to whom it concerns.
    let env = Env::default().default_filter_or("info,pledgewatch::requests=warn");
    let mut builder = Builder::from_env(env);
    if format == LogFormat::Json {
        builder.format(|buffer, record| writeln!(buffer, "{}", line(record)));
    }
    // Into a pipe there would be no colours, unless they are asked for.
    if std::env::var_os("RUST_LOG_STYLE").is_none() && io::stderr().is_terminal() {
        builder.write_style(WriteStyle::Always);
    }
    builder.target(Target::Pipe(Box::new(MaskedStderr)));
    let logger = builder.build();
    log::set_max_level(logger.filter());
    log::set_boxed_logger(Box::new(QuietLogger(logger)))
}

/// Standard error, without the keys that whatever is logged may have in it: a mistyped address, or the headers of a
/// request where they are asked for.
struct MaskedStderr;

impl Write for MaskedStderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        io::stderr().lock().write_all(mask_keys(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A logger to which a malformed request is no error: anyone could fill the log with them.
struct QuietLogger(Logger);

fn level(metadata: &Metadata<'_>) -> Level {
    if metadata.target().starts_with(READER) { metadata.level().max(Level::Debug) } else { metadata.level() }
}

impl Log for QuietLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(&Metadata::builder().target(metadata.target()).level(level(metadata)).build())
    }

    fn log(&self, record: &Record<'_>) {
        let quieter = Record::builder()
            .metadata(Metadata::builder().target(record.target()).level(level(record.metadata())).build())
            .args(*record.args())
            .module_path(record.module_path())
            .file(record.file())
            .line(record.line())
            .key_values(record.key_values())
            .build();
        self.0.log(&quieter);
    }

    fn flush(&self) {
        self.0.flush();
    }
}
