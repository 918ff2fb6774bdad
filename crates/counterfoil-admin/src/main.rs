//! `counterfoil-admin`: administers a counterfoil store that is named by its URL. README.md describes the commands.

mod cli;
mod commands;
mod failure;
mod host;
mod output;
mod store;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Events of the changes go to standard error, for the operator's log. Standard output contains only the result.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let ended = run(&cli);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _unread = writeln!(std::io::stderr(), "counterfoil-admin: {}", failure.with_causes());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)?;
    let output = runtime.block_on(commands::run(cli))?;
    let text = if cli.json { output.json()? } else { output.text() };
    // An error means that the reader closed the pipe. That is not a failure of the command.
    let _unread = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(())
}
