//! The binary of the demo.

mod log;
mod signals;

use std::io::Write as _;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use counterfoil_demo::{Demo, Options, StartError, migrate, print_banner};

/// The maximum time that the process waits for an interrupted start. If a signal arrives during the start, the start
/// must finish within this time.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// A server to try counterfoil with. Without a command, it serves
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
    /// Creates or updates the schema of the store, then exits. This is needed for PostgreSQL if the role of the server
    /// may not create tables. A SQLite file is also updated at each start. Memory and Redis have no schema
    Migrate,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut log = log::init();
    let ended = run_command(cli);
    if let Err(error) = &ended {
        log.say(&with_causes(&**error));
    }
    log.end();
    if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_command(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
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
    // The process does not wait for hashes of passwords that are still being computed.
    runtime.shutdown_background();
    Ok(ended?)
}

async fn run(options: Options) -> Result<(), StartError> {
    let mut stop = pin!(signals::stop());
    // The demo is opened in a separate task, so that signals are handled meanwhile.
    let mut opening = tokio::spawn(Demo::open(options));
    let demo = tokio::select! {
        opened = &mut opening => match opened {
            Ok(opened) => opened?,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        },
        () = &mut stop => {
            // The process waits for database work that has begun, so that the file is consistent. It gives up if the
            // database does not answer.
            if let Ok(Ok(Ok(demo))) = tokio::time::timeout(OPEN_TIMEOUT, opening).await {
                demo.close().await;
            }
            tracing::info!("stopped before it served");
            return Ok(());
        }
    };
    print_banner(&mut std::io::stdout().lock(), demo.address());
    demo.run(stop).await;
    Ok(())
}

/// Returns the message of an error and the messages of its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = format!("counterfoil-demo: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
