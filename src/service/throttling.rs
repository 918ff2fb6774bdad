//! Limits attempts to guess a secret. Each attempt is reserved before the secret is tested, and then recorded as failed
//! or released. Only failures count.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::event::{Actor, By, EventKind, Throttled};
use crate::policy::Allowance;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::unsourced::{Pace, Turn};
use crate::store::throttle::{Reserved, ThrottleKey};
use crate::types::client::ClientId;
use crate::types::ids::SubjectId;
use crate::types::source::{Source, SourceName};
use crate::types::time::Timestamp;

/// The account or client for which an attempt is made. Its failures are counted separately for each source.
#[derive(Clone, Copy)]
pub(crate) enum Counted<'a> {
    /// A login. `key` is the canonical form of the login name. `subject` is the account with this name, if there is
    /// one.
    Account { key: &'a str, subject: Option<&'a SubjectId> },
    /// A client secret, with the client id as it was sent.
    Client(&'a str),
}

/// Why an attempt is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// There were too many failures. Attempts are refused until this instant.
    Until(Timestamp),
    /// Too many other attempts with this throttle key are in progress.
    UnderWay(ThrottleKey),
}

/// An attempt in progress. If it is dropped before it is recorded as failed or released, it counts as a failure a
/// minute later.
#[must_use]
pub(crate) struct Attempt {
    reserved: Vec<Reservation>,
    /// `None` if the source is known, or if there is no secret. Otherwise the source is unknown. For a login, the inner
    /// value is then the permission to test the password. For a client secret, the inner value is `None`, because no
    /// permission is needed.
    without_source: Option<Option<Turn>>,
}

struct Reservation {
    key: ThrottleKey,
    at: Timestamp,
    window: Duration,
}

impl Attempt {
    /// An attempt for a request without a secret. Such an attempt is not counted, because nothing is guessed.
    pub(crate) const fn of_nothing() -> Self {
        Self { reserved: Vec::new(), without_source: None }
    }
}

impl Service {
    fn throttle_key(&self, purpose: &str, name: &str, source: &str) -> ThrottleKey {
        let mut hash = Sha256::new();
        for field in ["counterfoil/throttle/v2", self.realm.as_str(), purpose, name, source] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        ThrottleKey::from_bytes(hash.finalize().into())
    }

    /// Reserves one attempt, or returns why it is refused. This happens before the secret is tested, so the result does
    /// not depend on whether the secret is correct.
    ///
    /// The counter of the source is checked first, so that nothing is written for a source that must wait. Logins and
    /// client secrets have separate counters, so failures of one kind never block the other kind. If the source is
    /// unknown, nothing is counted.
    pub(crate) async fn attempt(
        &self,
        counted: Counted<'_>,
        source: &Source,
        now: Timestamp,
    ) -> Result<Result<Attempt, Held>, Unavailable> {
        let Source::Known(name) = source else { return Ok(self.attempt_without_source(counted)) };
        let mut granted = Attempt::of_nothing();
        for (key, allowance, is_source) in self.counters(counted, name) {
            let held = match self.throttle.reserve(&key, now, allowance.window, allowance.failures).await {
                Err(failed) => {
                    self.untested(granted, now).await;
                    return Err(failed.into());
                }
                Ok(Reserved::Granted(at)) => {
                    granted.reserved.push(Reservation { key, at, window: allowance.window });
                    continue;
                }
                Ok(Reserved::Wait(until)) => Held::Until(until),
                Ok(Reserved::UnderWay) => Held::UnderWay(key),
            };
            self.give_back(granted, now).await?;
            if let Held::Until(until) = held {
                let counted = self.throttled(counted, is_source);
                self.tell(now, By::from(Actor::Unproved, Some(name)), EventKind::Throttled { counted, until });
            }
            return Ok(Err(held));
        }
        Ok(Ok(granted))
    }

    /// Returns the two counters of an attempt, each with its limit on failures. The first counter is for all attempts
    /// from the source, and its third value is true. The second counter is only for attempts from the source for this
    /// account or client, and its third value is false.
    fn counters(&self, counted: Counted<'_>, source: &SourceName) -> [(ThrottleKey, Allowance, bool); 2] {
        let limits = &self.policy.throttle;
        let (sort, purpose, name, allowance) = match counted {
            Counted::Account { key, .. } => ("logins", "account", key, limits.account),
            Counted::Client(id) => ("client secrets", "client", id, limits.client),
        };
        let source = source.as_str();
        [
            (self.throttle_key(sort, "", source), limits.source, true),
            (self.throttle_key(purpose, name, source), allowance, false),
        ]
    }

    /// Counts one report of leaked texts from a source, or returns why it is refused. Every report counts as a failure,
    /// whether its texts are tokens of the service or not. So the result reveals nothing about the texts. If the source
    /// is unknown, nothing is counted.
    pub(crate) async fn count_leak_report(
        &self,
        source: &Source,
        now: Timestamp,
    ) -> Result<Result<(), Held>, Unavailable> {
        let Source::Known(name) = source else { return Ok(Ok(())) };
        let (key, allowance) = (self.throttle_key("leak reports", "", name.as_str()), self.policy.throttle.leaks);
        let at = match self.throttle.reserve(&key, now, allowance.window, allowance.failures).await? {
            Reserved::Granted(at) => at,
            Reserved::UnderWay => return Ok(Err(Held::UnderWay(key))),
            Reserved::Wait(until) => {
                let (by, counted) = (By::from(Actor::Unproved, Some(name)), Throttled::LeakReports);
                self.tell(now, by, EventKind::Throttled { counted, until });
                return Ok(Err(Held::Until(until)));
            }
        };
        self.throttle.failed(&key, at, now, allowance.window).await?;
        Ok(Ok(()))
    }

    fn attempt_without_source(&self, counted: Counted<'_>) -> Result<Attempt, Held> {
        let turn = match counted {
            Counted::Client(_) => None,
            Counted::Account { .. } => match self.unsourced.turn() {
                None => return Err(Held::UnderWay(self.throttle_key("logins without a source", "", ""))),
                turn => turn,
            },
        };
        Ok(Attempt { reserved: Vec::new(), without_source: Some(turn) })
    }

    /// Returns what an event reports as throttled: all attempts of the source, one account, or one client. The id of an
    /// unregistered client is left out, because a request can contain any id.
    fn throttled(&self, counted: Counted<'_>, is_source: bool) -> Throttled {
        match counted {
            Counted::Account { .. } if is_source => Throttled::Logins,
            Counted::Client(_) if is_source => Throttled::ClientSecrets,
            Counted::Account { subject, .. } => Throttled::Account { subject: subject.cloned() },
            Counted::Client(id) => {
                let client = id.parse::<ClientId>().ok().filter(|id| self.snapshot.knows(id));
                Throttled::Client { client }
            }
        }
    }

    /// Releases an attempt whose secret could not be tested because of an outage. An outage must not make callers wait.
    /// If the attempt cannot be released, it counts as a failure a minute later.
    pub(crate) async fn untested(&self, attempt: Attempt, now: Timestamp) {
        for of in attempt.reserved {
            let _ = self.throttle.release(&of.key, of.at, now, of.window).await;
        }
    }

    /// Releases an attempt whose secret was correct, or whose secret is not tested because another counter refuses the
    /// attempt.
    pub(crate) async fn give_back(&self, attempt: Attempt, now: Timestamp) -> Result<(), Unavailable> {
        for of in attempt.reserved {
            self.throttle.release(&of.key, of.at, now, of.window).await?;
        }
        Ok(())
    }

    /// Records that the secret of an attempt was wrong. If a counter cannot be updated, the attempt counts as a failure
    /// a minute later, so guessing is limited even during an outage.
    pub(crate) async fn failed(&self, attempt: Attempt, now: Timestamp) {
        for of in attempt.reserved {
            let _ = self.throttle.failed(&of.key, of.at, now, of.window).await;
        }
        if attempt.without_source.is_some()
            && let Some(Pace { since, failures }) = self.unsourced.failed(now)
        {
            self.tell(now, By::from(Actor::Unproved, None), EventKind::FailuresWithoutSource { failures, since });
        }
    }
}
