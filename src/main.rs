//! Runs the command line.

use std::process::ExitCode;

use clap::Parser;
use pledgewatch::cli::{Cli, logging, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = logging::start(cli.log_format) {
        eprintln!("pledgewatch: nothing is logged: {error}");
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pledgewatch: {error:#}");
            ExitCode::FAILURE
        }
    }
}
