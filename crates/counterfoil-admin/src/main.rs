//! `counterfoil-admin`: administers a counterfoil store that is named by its URL. README.md describes the commands.

mod cli;
mod commands;
mod failure;
mod host;
mod output;
mod prefixes;
mod ring_file;
mod store;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::{Output, said};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Events of the changes go to standard error, for the operator's log. Standard output contains only the result.
    // sqlx warns about unknown parameters of a URL, and the warning contains their values, which may be secret.
    let shown = Targets::new().with_default(LevelFilter::INFO).with_target("sqlx", LevelFilter::ERROR);
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).finish().with(shown).init();
    let ended = run(&cli);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            said(&failure.with_causes());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)?;
    let output = runtime.block_on(commands::run(cli))?;
    if matches!(output, Output::Printed) {
        return Ok(());
    }
    let text = if cli.json { output.json()? } else { output.text() };
    // An error means that the reader closed the pipe. That is not a failure of the command.
    let _unread = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(())
}
