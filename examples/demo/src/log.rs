//! The log on standard error, which a thread of its own writes. Whoever reads it may go away or stall: then lines are lost and counted, and nothing else happens.

use std::io::{self, Write};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Lines that wait to be written: half a megabyte or so.
const LINES: usize = 1_024;
/// How long the end waits for what is not written yet.
const LAST_LINES: Duration = Duration::from_millis(1_200);

/// The log, to be ended before the process is.
pub(crate) struct Log {
    lines: NonBlocking,
    guard: WorkerGuard,
}

/// JSON lines, as `RUST_LOG` says, or from `info` on.
pub(crate) fn init() -> Log {
    let lost = Arc::new(OnceLock::new());
    let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES).thread_name("log");
    let (lines, guard) = queue.finish(Reader { to: io::stderr(), lost: Arc::clone(&lost), told: 0 });
    let _first = lost.set(lines.error_counter());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(lines.clone());
    // What it says of its own failures it would print, which ends the thread where nobody reads.
    log.log_internal_errors(false).init();
    let panics = lines.clone();
    // A panic would wait for standard error too.
    std::panic::set_hook(Box::new(move |panic| {
        let _lost = panics.clone().write_all(format!("a thread {panic}\n").as_bytes());
    }));
    Log { lines, guard }
}

impl Log {
    /// A line that is no event.
    pub(crate) fn say(&mut self, line: &str) {
        let _lost = self.lines.write_all(format!("{line}\n").as_bytes());
    }

    /// Waits for what is not written yet, but not for a reader that stalls.
    pub(crate) fn end(self) {
        let (ended, ends) = channel::<()>();
        // The guard prints what it could not do: where nobody reads that either, its thread ends by it, or stays behind.
        let _left = thread::Builder::new().spawn(move || {
            drop(self.guard);
            drop(ended);
        });
        let _late = ends.recv_timeout(LAST_LINES);
    }
}

/// Whoever reads the lines, on the thread that may wait for them. What they do not take is lost.
struct Reader<W> {
    to: W,
    lost: Arc<OnceLock<ErrorCounter>>,
    told: usize,
}

impl<W: Write> Write for Reader<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _unread = self.to.write_all(bytes);
        let lost = self.lost.get().map_or(0, ErrorCounter::dropped_lines);
        if lost > self.told {
            self.told = lost;
            tracing::warn!(lost, "log lines were lost since the start: whoever reads them is too slow");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
