//! The demo as a program.

use std::process::ExitCode;

use clap::Parser as _;
use counterfoil_demo::{Demo, Options, StartError, welcome};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
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
    let demo = Demo::open(options).await?;
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let stop = async move {
        // A signal that cannot be waited for ends the process at once, which is what it does without anybody waiting.
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            }
            _ => std::future::pending().await,
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
    eprintln!("{text}");
    ExitCode::FAILURE
}
