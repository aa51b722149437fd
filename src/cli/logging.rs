//! The log: to standard error, and what a client can provoke is no error of ours.

use env_logger::{Builder, Env, Logger};
use log::{Level, Log, Metadata, Record, SetLoggerError};

/// The server's own part that reads requests; it calls what it cannot read an error.
const READER: &str = "actix_http::h1";

/// Begins to log, by `RUST_LOG` if that is set.
///
/// # Errors
/// When it was begun before.
pub fn begin() -> Result<(), SetLoggerError> {
    // What a newcomer must know is on standard output; the log tells the rest to whom it concerns.
    let env = Env::default().default_filter_or("info,pledgewatch::requests=warn");
    let logger = Builder::from_env(env).build();
    log::set_max_level(logger.filter());
    log::set_boxed_logger(Box::new(Quieter(logger)))
}

/// A logger to which a malformed request is no error: anyone could fill the log with them.
struct Quieter(Logger);

fn level(metadata: &Metadata<'_>) -> Level {
    if metadata.target().starts_with(READER) { metadata.level().max(Level::Debug) } else { metadata.level() }
}

impl Log for Quieter {
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
            .build();
        self.0.log(&quieter);
    }

    fn flush(&self) {
        self.0.flush();
    }
}
