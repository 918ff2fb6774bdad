//! Retries an operation for at most one second if too many other attempts of the same account or client are running.

use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil::oauth::OAuthError;
use counterfoil::operations::LoginError;
use counterfoil::store::ThrottleKey;
use tokio::time::{Instant, sleep};

/// The maximum time for all retries.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// The first pause between two attempts. The pause doubles each time, because each attempt costs the store two writes.
/// [`retry_while_busy`] polls, because the other attempts may run on other nodes.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// An error that can report that running attempts use up the limit. If it does, no secret was checked, so a retry is
/// safe.
pub trait Busy {
    /// Returns the key whose running attempts use up the limit, or `None` for any other error.
    fn waits_for(&self) -> Option<ThrottleKey>;
}

impl Busy for OAuthError {
    fn waits_for(&self) -> Option<ThrottleKey> {
        self.waits_for().copied()
    }
}

impl Busy for LoginError {
    fn waits_for(&self) -> Option<ThrottleKey> {
        match self {
            Self::Busy { key } => Some(*key),
            _ => None,
        }
    }
}

/// Runs an operation. Retries it for at most one second while it returns a [`Busy`] error with a key and the queue of
/// this key is not full.
///
/// # Errors
///
/// The error of the last attempt. It is still a [`Busy`] error with a key if the second ended or the queue was full.
///
/// # Cancel safety
///
/// Dropping the future leaves the queue and drops the running operation. To avoid that, run the future with
/// [`to_the_end`](crate::request::to_the_end).
///
/// ```
/// use counterfoil::directory::Login;
/// use counterfoil::operations::LoginError;
/// use counterfoil::types::Source;
/// use counterfoil::{Account, Counterfoil};
/// use counterfoil_http::request::retry_while_busy;
///
/// async fn check(counterfoil: &Counterfoil, login: &Login<'_>, source: &Source) -> Result<Account, LoginError> {
///     retry_while_busy(counterfoil, || counterfoil.check_login(login, source)).await
/// }
/// ```
pub async fn retry_while_busy<T, E, F>(counterfoil: &Counterfoil, operation: impl Fn() -> F) -> Result<T, E>
where
    E: Busy,
    F: Future<Output = Result<T, E>>,
{
    let until = Instant::now() + MAX_WAIT;
    let mut outcome = operation().await;
    let (mut place, mut pause) = (None, FIRST_PAUSE);
    while let Some(key) = outcome.as_ref().err().and_then(Busy::waits_for) {
        if Instant::now() >= until {
            break;
        }
        if place.as_ref().is_none_or(|(held, _)| *held != key) {
            // Leave the queue of the previous key before entering the queue of this key.
            drop(place.take());
            let Some(free) = counterfoil.line_up(&key) else { break };
            place = Some((key, free));
        }
        sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
        pause = pause.saturating_mul(2);
        outcome = operation().await;
    }
    outcome
}
