//! `counterfoil-admin`: administers a store of counterfoil by its URL. README.md says what each command does.

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
    // The events of what is changed, for the operator's own log. Standard output has the result alone.
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
    // A closed pipe is the reader's choice.
    let _unread = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(())
}
