//! The port for a cache that answers verifications from memory.

use std::time::Duration;

use crate::record::record_ref::Look;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::realm::Realm;

/// A moment in the history of a cache. The cache decides about the numbers, and nobody else reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket([u64; 3]);

impl Ticket {
    /// The ticket with these numbers.
    #[must_use]
    pub const fn from_numbers(numbers: [u64; 3]) -> Self {
        Self(numbers)
    }

    /// The numbers of the ticket.
    #[must_use]
    pub const fn numbers(self) -> [u64; 3] {
        self.0
    }
}

/// A cache of records and accounts for [`Counterfoil::verify`](crate::Counterfoil::verify). The crate
/// `counterfoil-cache` has one. Set it with [`Builder::verification_reads`](crate::Builder::verification_reads).
///
/// A verification uses the cache only to accept. It reads the record and the account from the cache, decides, and then
/// asks [`holds`](Self::holds) about each ticket. If the credential is accepted and the tickets hold, this is the
/// result. In every other case the whole verification is repeated with the store and the directory: if the record is
/// not in the cache, if the credential is refused, if a ticket does not hold, and if anything fails. An account that is
/// not in the cache is read from the directory. No other operation uses the cache.
///
/// A verification with the store can also be paused between its read and its end. So it accepts only if it is
/// [in time](Self::is_in_time). Otherwise it is repeated once.
///
/// # Contract
///
/// Let a write that narrows a record or an account return at the instant `t`. If [`holds`](Self::holds) returns true at
/// `t + max_staleness` or later, the record or the account that was shown with the ticket contains the write. If
/// [`is_in_time`](Self::is_in_time) returns true at that time, its ticket was made after `t`. The cache measures this
/// time with clocks that neither a changed wall clock nor a suspended machine deceives.
///
/// No method waits for another task or for a device, and none panics.
pub trait VerificationReads: Send + Sync + 'static {
    /// The longest time for which a write can be missed, as the contract defines it.
    fn max_staleness(&self) -> Duration;

    /// Calls `look` once with a record from memory and returns a ticket, if the record is in memory and can be trusted.
    /// Otherwise returns `None` and does not call `look`. `look` must not call the cache and must not block.
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> Option<Ticket>;

    /// Whether a verification that ends now may accept by what was shown with the ticket.
    fn holds(&self, ticket: Ticket) -> bool;

    /// Returns a ticket for a verification that reads the store afterwards.
    fn start(&self) -> Ticket;

    /// Whether a verification that ends now may accept by what was read from the store since
    /// [`start`](Self::start): the ticket was made less than `max_staleness` ago.
    fn is_in_time(&self, started: Ticket) -> bool;

    /// Returns a ticket for a read of the store that begins afterwards. `None` if its result cannot be kept.
    fn begin(&self) -> Option<Ticket>;

    /// Keeps a record that was read from the store after `began`. The caller has proved its secret, and it is live. The
    /// cache may drop it.
    fn keep(&self, began: Ticket, record: TokenRecord);

    /// Calls `look` once with the account from memory and returns a ticket, if the account is in memory and can be
    /// trusted. Otherwise returns `None` and does not call `look`. The default returns `None`.
    fn try_account(&self, realm: &Realm, subject: &SubjectId, look: &mut dyn FnMut(&Account)) -> Option<Ticket> {
        let _ = (realm, subject, look);
        None
    }

    /// Keeps an account that was read from the directory after `began`. The default drops it.
    fn keep_account(&self, began: Ticket, realm: &Realm, account: &Account) {
        let _ = (began, realm, account);
    }
}
