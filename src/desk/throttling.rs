//! Attempts: reserved before a secret is tested, given back where it was right.

use sha2::{Digest as _, Sha256};

use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::instruments::event::{Actor, What};
use crate::instruments::policy::Allowance;
use crate::ports::throttle::{Reserved, ThrottleKey};
use crate::words::time::Ts;

/// Whose failures are counted, beside those of the source.
#[derive(Clone, Copy)]
pub(crate) enum Counted<'a> {
    /// The canonical key of an account's name.
    Account(&'a str),
    /// A client id as it was sent.
    Client(&'a str),
}

/// Attempts that are counted as failures until they are given back.
#[must_use]
pub(crate) struct Attempt(Vec<ThrottleKey>);

impl Desk {
    fn throttle_key(&self, purpose: &str, name: &str, source: Option<&str>) -> ThrottleKey {
        let mut hash = Sha256::new();
        let source = source.unwrap_or("");
        for field in ["counterfoil/throttle/v1", self.realm.as_str(), purpose, name, source] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
        ThrottleKey::from_bytes(hash.finalize().into())
    }

    /// Reserves one attempt, or says until when to wait; then also the right secret waits. Without a source the back-off is the policy's
    /// shortest, so that nobody can lock out an owner or a client from elsewhere.
    pub(crate) async fn attempt(
        &self,
        counted: Counted<'_>,
        source: Option<&str>,
        now: Ts,
    ) -> Result<Result<Attempt, Ts>, Unavailable> {
        let limits = &self.policy.throttle;
        let (purpose, name, allowance) = match counted {
            Counted::Account(name) => ("account", name, limits.account),
            Counted::Client(name) => ("client", name, limits.client),
        };
        let window = match source {
            Some(_) => allowance.window,
            None => allowance.window.min(limits.without_source),
        };
        let mut wanted = vec![(self.throttle_key(purpose, name, source), Allowance { window, ..allowance })];
        if source.is_some() {
            wanted.push((self.throttle_key("source", "", source), limits.source));
        }
        let mut granted = Attempt(Vec::with_capacity(wanted.len()));
        for (key, allowance) in wanted {
            match self.throttle.reserve(&key, now, allowance.window, allowance.failures).await {
                Err(failed) => {
                    self.untested(granted).await;
                    return Err(failed.into());
                }
                Ok(Reserved::Granted) => granted.0.push(key),
                Ok(Reserved::Wait(until)) => {
                    self.give_back(granted).await?;
                    self.tell(now, Actor::Unproved, What::Throttled { until });
                    return Ok(Err(until));
                }
            }
        }
        Ok(Ok(granted))
    }

    /// Gives an attempt back that an outage kept from being tested: an outage must not end in a back-off. What cannot be given back now,
    /// runs out with its window.
    pub(crate) async fn untested(&self, attempt: Attempt) {
        for key in attempt.0 {
            let _ = self.throttle.release(&key).await;
        }
    }

    /// The secret was right.
    pub(crate) async fn give_back(&self, attempt: Attempt) -> Result<(), Unavailable> {
        for key in attempt.0 {
            self.throttle.release(&key).await?;
        }
        Ok(())
    }
}
