//! The demo as a program.

mod log;
mod signals;

use std::io::Write as _;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use counterfoil_demo::{Demo, Options, StartError, migrate, welcome};

/// How long a start may go on after a signal.
const LAST_STEPS: Duration = Duration::from_secs(5);

/// A server to try counterfoil with. Without a command it serves
#[derive(Parser)]
#[command(name = "counterfoil-demo", version)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the schema of the store up to date, makes it where there is none, and exits: for PostgreSQL under a role that may create, where the one
    /// that the server runs as may not. A SQLite file is brought up to date by each start too; memory and Redis have nothing to migrate
    Migrate,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut log = log::init();
    let ended = carry_out(cli);
    if let Err(error) = &ended {
        log.say(&told(&**error));
    }
    log.end();
    if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn carry_out(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        match cli.command {
            None => run(cli.options).await,
            Some(Command::Migrate) => {
                let migrated = migrate(&cli.options.store).await?;
                let _unread = writeln!(std::io::stdout(), "{migrated}");
                Ok(())
            }
        }
    });
    // A hash that nobody waits for any more must not hold the process up.
    runtime.shutdown_background();
    Ok(ended?)
}

async fn run(options: Options) -> Result<(), StartError> {
    let mut stop = pin!(signals::stop());
    // A task of its own: whatever opening it waits for, a signal is heard.
    let mut opening = tokio::spawn(Demo::open(options));
    let demo = tokio::select! {
        opened = &mut opening => match opened {
            Ok(opened) => opened?,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        },
        () = &mut stop => {
            // What has begun with the database may end, so that its file is whole; a database that does not answer is left.
            if let Ok(Ok(Ok(demo))) = tokio::time::timeout(LAST_STEPS, opening).await {
                demo.close().await;
            }
            tracing::info!("stopped before it served");
            return Ok(());
        }
    };
    welcome(&mut std::io::stdout().lock(), demo.address());
    demo.run(stop).await;
    Ok(())
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = format!("counterfoil-demo: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
