//! Writes the log to standard error, in a separate thread. If nobody reads standard error, lines are dropped and
//! counted, and the server continues.

use std::io::{self, Write};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// The maximum number of lines in the queue. They take about half a megabyte.
const LINES: usize = 1_024;
/// The maximum time that [`Log::end`] waits until the last lines are written.
const LAST_LINES: Duration = Duration::from_millis(1_200);

/// The log. Call [`end`](Self::end) before the process ends.
pub(crate) struct Log {
    lines: NonBlocking,
    guard: WorkerGuard,
}

/// Starts the log. It writes lines of JSON. `RUST_LOG` filters the lines. Without this variable, lines of the level
/// `info` and of more severe levels are written.
pub(crate) fn init() -> Log {
    let lost = Arc::new(OnceLock::new());
    let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES).thread_name("log");
    let (lines, guard) = queue.finish(LogWriter { to: io::stderr(), lost: Arc::clone(&lost), reported: 0 });
    let _first = lost.set(lines.error_counter());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(lines.clone());
    // If standard error is closed, the subscriber must not print its own errors, because this would panic.
    log.log_internal_errors(false).init();
    let panics = lines.clone();
    // The default panic hook would block if nobody reads standard error.
    std::panic::set_hook(Box::new(move |panic| {
        let _lost = panics.clone().write_all(format!("a thread {panic}\n").as_bytes());
    }));
    Log { lines, guard }
}

impl Log {
    /// Writes a line of plain text.
    pub(crate) fn say(&mut self, line: &str) {
        let _lost = self.lines.write_all(format!("{line}\n").as_bytes());
    }

    /// Ends the log. Waits until the lines in the queue are written, but for at most [`LAST_LINES`].
    pub(crate) fn end(self) {
        let (ended, ends) = channel::<()>();
        // Dropping the guard may print and block. So the guard is dropped in a thread that is never joined.
        let _left = thread::Builder::new().spawn(move || {
            drop(self.guard);
            drop(ended);
        });
        let _late = ends.recv_timeout(LAST_LINES);
    }
}

/// Writes to `to`, which may block. It is used only by the log's own thread. A line that cannot be written is dropped.
struct LogWriter<W> {
    to: W,
    lost: Arc<OnceLock<ErrorCounter>>,
    reported: usize,
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _unread = self.to.write_all(bytes);
        let lost = self.lost.get().map_or(0, ErrorCounter::dropped_lines);
        if lost > self.reported {
            self.reported = lost;
            tracing::warn!(lost, "log lines were lost since the start, because their reader is too slow");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
