//! Runs the command line.

use std::process::ExitCode;

use clap::Parser;
use pledgewatch::cli::{Cli, run};

fn main() -> ExitCode {
    // What a newcomer must know is on standard output; the log tells the rest to whom it concerns.
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info,pledgewatch::requests=warn"))
        .init();
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pledgewatch: {error:#}");
            ExitCode::FAILURE
        }
    }
}
