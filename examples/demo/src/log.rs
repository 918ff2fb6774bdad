//! The log on standard error. Whoever reads it may go away: then lines are lost, and nothing else.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

/// Standard error that takes every line, read or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let _unread = io::stderr().write_all(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON lines, as `RUST_LOG` says, or from `info` on.
pub(crate) fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(|| Stderr);
    // What it says of its own failures it would print, which ends the thread where nobody reads.
    log.log_internal_errors(false).init();
}
