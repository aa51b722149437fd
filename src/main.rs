//! Runs the command line.

use std::process::ExitCode;

use clap::Parser;
use pledgewatch::cli::{Cli, logging, run};

fn main() -> ExitCode {
    if let Err(error) = logging::begin() {
        eprintln!("pledgewatch: nothing is logged: {error}");
    }
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pledgewatch: {error:#}");
            ExitCode::FAILURE
        }
    }
}
