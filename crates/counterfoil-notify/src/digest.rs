//! The notices of one person in one run.

use counterfoil::notice::ClaimedNotice;
use counterfoil::{Account, EmailAddress, Realm, Timestamp};

/// All notices that one person gets at once: at least one, sorted by expiry.
///
/// Only a worker creates a digest. A transport borrows it during one delivery.
#[derive(Debug)]
pub struct Digest<'a> {
    realm: &'a Realm,
    first: &'a ClaimedNotice,
    notices: &'a [ClaimedNotice],
    now: Timestamp,
}

impl<'a> Digest<'a> {
    /// `None` for no notices. Sorts the notices.
    pub(crate) fn new(realm: &'a Realm, notices: &'a mut [ClaimedNotice], now: Timestamp) -> Option<Self> {
        notices.sort_by_key(|notice| (notice.expires_at(), notice.id()));
        let notices = &*notices;
        notices.first().map(|first| Self { realm, first, notices, now })
    }

    /// The realm.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        self.realm
    }

    /// The recipient, as the directory returned it when the notices were claimed.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.first.account()
    }

    /// The recipient's address.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        self.first.to()
    }

    /// The notices, at least one.
    pub fn notices(&self) -> &[ClaimedNotice] {
        self.notices
    }

    /// When the delivery began: the run's `now`, and the time that has passed since.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
