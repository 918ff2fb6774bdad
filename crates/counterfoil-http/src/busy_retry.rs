//! Retries an operation for at most one second if it was refused only because other attempts for the same account or
//! client were in progress.

use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil::oauth::OAuthError;
use counterfoil::operations::LoginError;
use counterfoil::store::ThrottleKey;
use tokio::time::{Instant, sleep};

/// The maximum total time for the retries of one operation.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// The pause before the first retry. It doubles for each further retry, because each attempt costs the store two
/// writes. The other attempts may run on other nodes, so [`retry_while_busy`] can only poll.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// An error of an operation that checks a secret. If the operation was refused only because too many other attempts
/// were in progress, [`waits_for`](Self::waits_for) returns a key. No secret was checked in this case, so a retry is
/// safe.
pub trait Busy {
    /// Returns the key of the account or client that has too many attempts in progress. Returns `None` for any other
    /// error.
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

/// Runs an operation, and retries it while it is refused only because other attempts for the same account or client are
/// in progress ([`Busy`]). It gives up after one second. It also gives up at once if too many callers already wait for
/// this account or client, see [`Counterfoil::line_up`].
///
/// # Errors
///
/// The error of the last attempt. If the retries were given up, [`Busy::waits_for`] still returns a key for this error.
///
/// # Cancel safety
///
/// Dropping the future drops the running operation and its place among the waiting callers. To avoid that, run the
/// future with [`to_the_end`](crate::request::to_the_end).
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
            // The place in the queue of the previous key is given up before the caller enters the queue of this key.
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
