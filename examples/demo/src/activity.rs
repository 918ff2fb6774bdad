//! Records what a connection is doing: how many requests it runs, how long it has been idle, and whether its client
//! reads.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::limits::Limits;

#[derive(Debug)]
pub(crate) struct Activity {
    state: Mutex<State>,
    /// Wakes the task of the connection when the connection must close.
    close: Notify,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// Whether the connection has received a request.
    had_request: bool,
    active_requests: usize,
    /// The time of the last change: the start of the connection, or the start or end of a request.
    since: Instant,
    /// The time at which data began to wait because the client does not read. `None` if no data waits.
    unread_since: Option<Instant>,
}

/// Counts one running request of a connection. The body of the response owns this value, so the request runs until the
/// body is dropped.
#[derive(Debug)]
pub(crate) struct ActiveRequest(Arc<Activity>);

/// Whether a connection has exceeded a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// The connection is idle for too long. It must be closed gracefully.
    Idle,
    /// The first request did not arrive in time, the client does not read, or the running requests are stuck. The
    /// connection must be closed at once.
    Stalled,
    /// The connection has exceeded no limit yet. It cannot exceed one before this time has passed.
    In(Duration),
}

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        let state = State { had_request: false, active_requests: 0, since: Instant::now(), unread_since: None };
        Arc::new(Self { state: Mutex::new(state), close: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(self: &Arc<Self>) -> ActiveRequest {
        let mut state = self.state();
        state.had_request = true;
        state.active_requests += 1;
        state.since = Instant::now();
        ActiveRequest(Arc::clone(self))
    }

    /// Returns the time at which the last request ended, or at which the connection began. Returns `None` if a request
    /// runs.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.active_requests == 0).then_some(state.since)
    }

    /// Makes [`close_requested`](Self::close_requested) complete, so that the task of the connection closes it.
    pub(crate) fn request_close(&self) {
        self.close.notify_one();
    }

    /// Waits until [`request_close`](Self::request_close) is called.
    pub(crate) async fn close_requested(&self) {
        self.close.notified().await;
    }

    pub(crate) fn overdue(&self, limits: &Limits) -> Overdue {
        let state = *self.state();
        let left = |since: Instant, most: Duration| most.saturating_sub(since.elapsed());
        let unread = state.unread_since.map_or(limits.unread, |since| left(since, limits.unread));
        let quiet = match (state.active_requests, state.had_request) {
            (0, false) => left(state.since, limits.first),
            (0, true) => left(state.since, limits.idle),
            (_, _) => left(state.since, limits.stuck),
        };
        match (unread.is_zero(), quiet.is_zero()) {
            (false, false) => Overdue::In(unread.min(quiet)),
            (false, true) if state.had_request && state.active_requests == 0 => Overdue::Idle,
            _ => Overdue::Stalled,
        }
    }

    fn wrote(&self, waits: bool) {
        let mut state = self.state();
        state.unread_since = match (waits, state.unread_since) {
            (false, _) => None,
            (true, since) => Some(since.unwrap_or_else(Instant::now)),
        };
    }
}

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.active_requests = state.active_requests.saturating_sub(1);
        state.since = Instant::now();
    }
}

/// A socket that records whether its client reads.
#[derive(Debug)]
pub(crate) struct WatchedStream {
    pub(crate) stream: TcpStream,
    pub(crate) activity: Arc<Activity>,
}

impl AsyncRead for WatchedStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.activity.wrote(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.activity.wrote(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
