//! The host's directory, with a check of each subject and account that it returns.
//!
//! A reserved subject ([`SubjectId::is_reserved`]) belongs to a service account, and the directory contains only
//! people. The library never requests a reserved subject from the directory. If the directory returns one, the library
//! treats it as missing: otherwise a person of the host could act as a service account.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use crate::event::EventKind;
use crate::service::watched::{Watch, Watched};
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::time::Timestamp;

/// The time that must pass between two events of the same kind.
const EVERY: Duration = Duration::from_secs(600);

/// A part of the directory whose answers are checked. `P` is the trait of the part, as in `dyn Accounts`.
pub(crate) struct Checked<P: ?Sized> {
    part: Watched<P>,
    answers: Arc<Answers>,
}

/// Checks the answers of the directory, and emits an event if an answer is wrong. All parts of the directory share one
/// [`Answers`].
struct Answers {
    watch: Arc<Watch>,
    ahead: Rarely,
    reserved: Rarely,
}

/// When an event of one kind was last emitted.
#[derive(Default)]
struct Rarely(Mutex<Option<Timestamp>>);

impl<P: ?Sized> Checked<P> {
    pub(crate) fn new(part: Watched<P>, watch: &Arc<Watch>) -> Self {
        let (ahead, reserved) = (Rarely::default(), Rarely::default());
        Self { part, answers: Arc::new(Answers { watch: Arc::clone(watch), ahead, reserved }) }
    }

    /// Wraps another part of the same directory. Both parts share their checks and their [`Watched`] state.
    pub(crate) fn beside<Q: ?Sized>(&self, port: Arc<Q>) -> Checked<Q> {
        Checked { part: self.part.beside(port), answers: Arc::clone(&self.answers) }
    }
}

impl Checked<dyn Accounts> {
    pub(crate) async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let mut account = None;
        self.account_into(subject, &mut account).await?;
        Ok(account)
    }

    /// Writes the account of a subject to `account`, or `None` if there is none. Waits only if the directory cannot
    /// return the account at once.
    #[inline]
    pub(crate) async fn account_into(
        &self,
        subject: &SubjectId,
        account: &mut Option<Account>,
    ) -> Result<(), DirectoryError> {
        if subject.is_reserved() {
            *account = None;
            return Ok(());
        }
        if !self.try_account(subject, &mut |found| *account = found.cloned()) {
            let found = self.part.account(subject).await?;
            *account = found.filter(|found| self.answers.is_usable(found));
        }
        Ok(())
    }

    /// Calls `look` with the account of a subject, or with `None` if there is none. Returns false, and does not call
    /// `look`, if the directory cannot pass the account at once, or if the subject is reserved.
    #[inline]
    pub(crate) fn try_account(&self, subject: &SubjectId, look: &mut dyn FnMut(Option<&Account>)) -> bool {
        let mut usable = |found: Option<&Account>| look(found.filter(|found| self.answers.is_usable(found)));
        !subject.is_reserved() && self.part.try_account(subject, &mut usable)
    }

    pub(crate) async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        let mut resolved = self.part.resolve(name).await?;
        resolved.subject = resolved.subject.filter(|subject| self.answers.is_a_persons(subject));
        Ok(resolved)
    }
}

impl Checked<dyn Logins> {
    pub(crate) async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let account = self.part.authenticate(login).await?;
        Ok(account.filter(|account| self.answers.is_usable(account)))
    }
}

impl Checked<dyn Search> {
    pub(crate) async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        let mut found = self.part.find(text, limit).await?;
        found.retain(|account| self.answers.is_a_persons(account.subject()));
        Ok(found)
    }
}

impl Answers {
    /// Whether an account from the directory belongs to a person: its subject is not reserved. Emits an event if the
    /// subject is reserved, or if `valid_since` is in the future. A `valid_since` in the future does not change the
    /// result.
    fn is_usable(&self, account: &Account) -> bool {
        if !self.is_a_persons(account.subject()) {
            return false;
        }
        if let Some(valid_since) = account.valid_since() {
            let now = self.watch.now();
            if valid_since > now && self.ahead.is_due(now) {
                self.watch.tell(now, EventKind::ValidSinceAhead { subject: account.subject().clone(), valid_since });
            }
        }
        true
    }

    /// Whether the subject belongs to a person: it is not reserved. Emits an event if it is reserved.
    fn is_a_persons(&self, subject: &SubjectId) -> bool {
        if !subject.is_reserved() {
            return true;
        }
        let now = self.watch.now();
        if self.reserved.is_due(now) {
            self.watch.tell(now, EventKind::ReservedSubject { subject: subject.clone() });
        }
        false
    }
}

impl Rarely {
    /// Whether an event may be emitted now: at most one in [`EVERY`]. If the clock was set back, the event may be
    /// emitted at once.
    fn is_due(&self, now: Timestamp) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now < last || last.plus(EVERY).is_some_and(|again| now >= again));
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn life_2_an_event_about_the_directory_is_emitted_once_in_ten_minutes() {
        let at = |micros: u64| Timestamp::EPOCH.plus_capped(Duration::from_micros(1_000_000_000_000 + micros));
        let rarely = Rarely::default();
        assert!(rarely.is_due(at(0)), "the first");
        assert!(!rarely.is_due(at(0)) && !rarely.is_due(at(599_999_999)));
        assert!(rarely.is_due(at(600_000_000)), "after ten minutes");
        assert!(!rarely.is_due(at(1_199_999_999)), "counted from the last event");
        assert!(rarely.is_due(at(10)), "the clock was set back");
        assert!(!rarely.is_due(at(11)));
    }
}
