//! `counterfoil-admin`: administers a store of counterfoil by its URL. README.md says what each command does.

mod cli;
mod commands;
mod failure;
mod host;
mod output;
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
use crate::output::said;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // The events of what is changed, for the operator's own log. Standard output has the result alone.
    // sqlx warns about parameters of a URL that it does not know, with their values, which may be secret.
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
    let text = if cli.json { output.json()? } else { output.text() };
    // A closed pipe is the reader's choice.
    let _unread = writeln!(std::io::stdout(), "{}", text.trim_end());
    Ok(())
}
