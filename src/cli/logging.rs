//! The program's log on standard error. It contains no keys, and requests that a client sends wrong are not errors of
//! ours.

use std::io::{self, IsTerminal, Write};

use chrono::{SecondsFormat, Utc};
use clap::ValueEnum;
use env_logger::{Builder, Env, Logger, Target, WriteStyle};
use log::kv::{self, Key, VisitSource};
use log::{Level, Log, Metadata, Record, SetLoggerError};
use serde_json::{Map, Value};

use crate::record::masking::mask_keys;

/// The part of actix that parses requests. It logs malformed requests as errors.
const PARSER: &str = "actix_http::h1";

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text, for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// A log line as JSON: time, level, source, message and key-value pairs.
fn json_line(record: &Record<'_>) -> Value {
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
    // The visitor never fails.
    drop(record.key_values().visit(&mut Members(&mut members)));
    members.insert("time".to_owned(), Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true).into());
    members.insert("level".to_owned(), record.level().as_str().into());
    members.insert("from".to_owned(), record.target().into());
    members.insert("message".to_owned(), record.args().to_string().into());
    Value::Object(members)
}

/// Starts logging, as `RUST_LOG` says if it is set.
///
/// # Errors
/// If logging has already started.
pub fn start(format: LogFormat) -> Result<(), SetLoggerError> {
    // A new user finds the essentials on standard output. The log has the rest.
    let env = Env::default().default_filter_or("info,pledgewatch::requests=warn");
    let mut builder = Builder::from_env(env);
    if format == LogFormat::Json {
        builder.format(|buffer, record| writeln!(buffer, "{}", json_line(record)));
    }
    // env_logger would use no colours with a pipe as its target.
    if std::env::var_os("RUST_LOG_STYLE").is_none() && io::stderr().is_terminal() {
        builder.write_style(WriteStyle::Always);
    }
    builder.target(Target::Pipe(Box::new(MaskedStderr)));
    let logger = builder.build();
    log::set_max_level(logger.filter());
    log::set_boxed_logger(Box::new(QuietLogger(logger)))
}

/// Standard error with keys masked. A log line may contain a key, for instance in a mistyped address or in logged
/// headers.
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

/// A logger that lowers malformed requests to debug level, since anyone could fill the log with them.
struct QuietLogger(Logger);

fn level(metadata: &Metadata<'_>) -> Level {
    if metadata.target().starts_with(PARSER) { metadata.level().max(Level::Debug) } else { metadata.level() }
}

impl Log for QuietLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(&Metadata::builder().target(metadata.target()).level(level(metadata)).build())
    }

    fn log(&self, record: &Record<'_>) {
        let lowered = Record::builder()
            .metadata(Metadata::builder().target(record.target()).level(level(record.metadata())).build())
            .args(*record.args())
            .module_path(record.module_path())
            .file(record.file())
            .line(record.line())
            .key_values(record.key_values())
            .build();
        self.0.log(&lowered);
    }

    fn flush(&self) {
        self.0.flush();
    }
}
