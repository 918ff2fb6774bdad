//! Waiting for attempts under way: a second at most, eight of one key at most.

use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil::oauth::OAuthError;
use counterfoil::operations::LoginError;
use counterfoil::store::ThrottleKey;
use tokio::time::{Instant, sleep};

/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long until one asks again the first time, each further time twice as long: attempts may end on another node, so nobody is
/// told when, and each question costs the store two writes.
const PAUSE: Duration = Duration::from_millis(50);

/// An outcome that may mean that the limit is taken up by attempts that are still running. Nothing was checked then, so the request may be repeated.
pub(crate) trait Held {
    /// What to line up for.
    fn waits_for(&self) -> Option<ThrottleKey>;
}

impl Held for OAuthError {
    fn waits_for(&self) -> Option<ThrottleKey> {
        self.waits_for().copied()
    }
}

impl Held for LoginError {
    fn waits_for(&self) -> Option<ThrottleKey> {
        match self {
            Self::Busy { key } => Some(*key),
            _ => None,
        }
    }
}

/// Asks, and again for a second while only attempts under way stand in the way, where a place in line is free.
pub(crate) async fn patiently<T, E, F>(counterfoil: &Counterfoil, ask: impl Fn() -> F) -> Result<T, E>
where
    E: Held,
    F: Future<Output = Result<T, E>>,
{
    let until = Instant::now() + PATIENCE;
    let mut outcome = ask().await;
    let (mut place, mut pause) = (None, PAUSE);
    while let Some(key) = outcome.as_ref().err().and_then(Held::waits_for) {
        if Instant::now() >= until {
            break;
        }
        if place.as_ref().is_none_or(|(held, _)| *held != key) {
            // The place for another key is given up first.
            drop(place.take());
            let Some(free) = counterfoil.line_up(&key) else { break };
            place = Some((key, free));
        }
        sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
        pause = pause.saturating_mul(2);
        outcome = ask().await;
    }
    outcome
}
