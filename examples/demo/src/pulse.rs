//! What a connection is about: when it last did something, and whether its client reads.

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

/// One connection's pulse.
#[derive(Debug)]
pub(crate) struct Pulse {
    state: Mutex<State>,
    /// Told when the connection has to make room.
    room: Notify,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// Whether a request ever came.
    spoken: bool,
    under_way: usize,
    /// When it was opened, or a request last began or ended.
    since: Instant,
    /// Since when the client has read nothing of what waits for it.
    unread_since: Option<Instant>,
}

/// A request under way. It ends with the value, which the answer's body holds.
#[derive(Debug)]
pub(crate) struct UnderWay(Arc<Pulse>);

/// What a connection has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// Nothing is under way: it may say good-bye.
    Idle,
    /// It never spoke, does not read, or is stuck: it is cut.
    Dead,
    /// Not yet; look again after that time.
    In(Duration),
}

impl Pulse {
    pub(crate) fn new() -> Arc<Self> {
        let state = State { spoken: false, under_way: 0, since: Instant::now(), unread_since: None };
        Arc::new(Self { state: Mutex::new(state), room: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        let mut state = self.state();
        state.spoken = true;
        state.under_way += 1;
        state.since = Instant::now();
        UnderWay(Arc::clone(self))
    }

    /// Since when nothing is under way; `None` while something is.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.under_way == 0).then_some(state.since)
    }

    /// Asks the connection to end.
    pub(crate) fn make_room(&self) {
        self.room.notify_one();
    }

    /// Waits until somebody asks for its place.
    pub(crate) async fn room_is_wanted(&self) {
        self.room.notified().await;
    }

    pub(crate) fn overdue(&self, limits: &Limits) -> Overdue {
        let state = *self.state();
        let left = |since: Instant, most: Duration| most.saturating_sub(since.elapsed());
        let unread = state.unread_since.map_or(limits.unread, |since| left(since, limits.unread));
        let quiet = match (state.under_way, state.spoken) {
            (0, false) => left(state.since, limits.first),
            (0, true) => left(state.since, limits.idle),
            (_, _) => left(state.since, limits.stuck),
        };
        match (unread.is_zero(), quiet.is_zero()) {
            (false, false) => Overdue::In(unread.min(quiet)),
            (false, true) if state.spoken && state.under_way == 0 => Overdue::Idle,
            _ => Overdue::Dead,
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

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way = state.under_way.saturating_sub(1);
        state.since = Instant::now();
    }
}

/// A socket whose writes are watched.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) stream: TcpStream,
    pub(crate) pulse: Arc<Pulse>,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.pulse.wrote(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.pulse.wrote(written.is_pending());
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
