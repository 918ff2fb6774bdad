//! The demo as a program.

mod log;
mod signals;

use std::io::Write as _;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use counterfoil_demo::{Demo, Options, StartError, welcome};

/// How long a start may go on after a signal.
const LAST_STEPS: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let options = Options::parse();
    log::init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let ended = runtime.block_on(run(options));
    // A hash that nobody waits for any more must not hold the process up.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
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

fn failed(error: &dyn std::error::Error) -> ExitCode {
    let mut text = format!("counterfoil-demo: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    let _unread = writeln!(log::Stderr, "{text}");
    ExitCode::FAILURE
}
