//! The trait of everything that is measured: a way to verify a credential, with the credentials that it accepts.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A way to verify a credential.
pub(crate) trait Peer: Sync {
    /// The number of credentials that this peer accepts.
    fn count(&self) -> usize;

    /// The text of the credential at position `at`, which the peer accepts.
    fn text(&self, at: usize) -> &str;

    /// Verifies a text. Returns whether it is accepted.
    fn accepts(&self, text: &str) -> bool;

    /// Texts that must be refused, each with the reason.
    fn refused(&self) -> Vec<(&'static str, String)>;
}

/// Tests that the peer does what is timed: it accepts its own credentials, and refuses each text that it must refuse.
///
/// # Panics
///
/// Panics if one of the peer's credentials is refused, or if a text that must be refused is accepted.
pub(crate) fn check(name: &str, peer: &impl Peer) {
    assert!(peer.count() > 0, "{name} has no credential");
    for at in (0..peer.count()).step_by(peer.count().div_ceil(100)) {
        assert!(peer.accepts(peer.text(at)), "{name} refuses its own credential");
    }
    let refused = peer.refused();
    assert!(!refused.is_empty(), "{name} names no text that it refuses");
    for (reason, text) in refused {
        assert!(!peer.accepts(&text), "{name} accepts a text that it must refuse: {reason}");
    }
}

/// The texts of credentials, all in one buffer. With a pointer to each text, the measured cost would be higher.
#[derive(Default)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Makes an empty list with buffers for `count` texts of `length` bytes. Every byte of the buffers is written once,
    /// so the process already uses their memory. A later measurement of additional memory does not count the buffers.
    pub(crate) fn with_room_for(count: usize, length: usize) -> Self {
        let mut texts = Self { text: "x".repeat(count * length), ends: vec![1; count] };
        texts.text.clear();
        texts.ends.clear();
        texts
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// Shuffles the texts, so that they are not used in the order in which they were stored.
    pub(crate) fn shuffle(&mut self) {
        let mut order: Vec<usize> = (0..self.count()).collect();
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for at in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        let mut shuffled = Self::default();
        order.into_iter().for_each(|at| shuffled.push(self.get(at)));
        *self = shuffled;
    }
}

/// The text with another letter at this position.
pub(crate) fn changed(text: &str, at: usize) -> String {
    let other = if text.as_bytes()[at] == b'B' { "C" } else { "B" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Polls a future until it is done. Most futures of the peers are done at the first poll, so this poll is the whole
/// cost. A future that waits for a lock is polled again and again, and other threads may run between the polls.
/// Sleeping until the lock is free would cost much more.
#[inline(always)]
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}
