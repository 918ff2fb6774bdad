//! Tests logins. Failures are counted for each pair of login name and source, whether an account has this name or not.
//! The name is counted in its canonical form. If the source is unknown, no login is refused because of past failures.

use crate::directory::Login;
use crate::event::{Actor, By, EventKind};
use crate::record::decide::entitled;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::throttling::{Counted, Held};
use crate::store::throttle::ThrottleKey;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The name is unknown, the password is wrong, the account is disabled, or the login belongs to a person other than
    /// the expected one. The error does not tell which case applies.
    #[error("login was refused")]
    Refused,
    /// There were too many failures. The status is 429. Until `until`, even the correct password is refused.
    #[error("too many failures")]
    SlowDown {
        /// The instant from which logins are allowed again.
        until: Timestamp,
    },
    /// The person has as many live sessions as the policy allows. The status is 409.
    #[error("too many live sessions: end one first")]
    TooManySessions,
    /// Too many other attempts are in progress. No password was tested. The status is 429 with a `Retry-After` of one
    /// second. Instead of this response, an adapter can take a waiting place with
    /// [`Counterfoil::line_up`](crate::Counterfoil::line_up), and try the login again for up to one second.
    #[error("too many attempts at once")]
    Busy {
        /// The throttle key that has too many attempts in progress. Pass it to `line_up` to wait.
        key: ThrottleKey,
    },
    /// The login could not be tested. The status is 503. It is 501 for [`Unavailable::NotGiven`].
    #[error("login could not be tested")]
    Unavailable(#[source] Unavailable),
}

impl<E: Into<Unavailable>> From<E> for LoginError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Service {
    /// Tests a login. If `expected` is set, only a login of this person succeeds. A correct login of any other person
    /// then counts as a failure, so that a caller cannot try passwords of other accounts without limit. `by` is the
    /// actor in the events about the login.
    pub(crate) async fn log_in(
        &self,
        login: &Login<'_>,
        expected: Option<&SubjectId>,
        source: &Source,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Account, LoginError> {
        let logins = self.logins.as_ref().ok_or(Unavailable::NotGiven { part: "logins" })?;
        let resolved = self.directory.resolve(login.name).await?;
        let counted = Counted::Account { key: &resolved.key, subject: resolved.subject.as_ref() };
        let attempt = match self.attempt(counted, source, now).await? {
            Ok(attempt) => attempt,
            Err(Held::Until(until)) => return Err(LoginError::SlowDown { until }),
            Err(Held::UnderWay(key)) => return Err(LoginError::Busy { key }),
        };
        let fits = |account: &Account| {
            entitled(Some(account), None).is_ok() && expected.is_none_or(|expected| expected == account.subject())
        };
        match logins.authenticate(login).await.map(|account| account.filter(fits)) {
            Err(failed) => {
                self.untested(attempt, now).await;
                Err(failed.into())
            }
            Ok(Some(account)) => {
                self.give_back(attempt, now).await?;
                let subject = account.subject().clone();
                let by = match by {
                    Actor::Unproved => Actor::Person { subject: subject.clone(), credential: None },
                    Actor::Client { client, .. } => {
                        Actor::Client { client: client.clone(), subject: Some(subject.clone()) }
                    }
                    other => other.clone(),
                };
                self.tell(now, By::from(by, source.name()), EventKind::LoginProved { subject });
                Ok(account)
            }
            Ok(None) => {
                self.failed(attempt, now).await;
                self.tell(
                    now,
                    By::from(by.clone(), source.name()),
                    EventKind::LoginRefused { subject: resolved.subject },
                );
                Err(LoginError::Refused)
            }
        }
    }
}
