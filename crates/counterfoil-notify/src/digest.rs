//! The notices of one person in one run.

use counterfoil::notice::ClaimedNotice;
use counterfoil::{Account, EmailAddress, Realm, Timestamp};

/// All notices that one person gets at once: never empty, the earliest expiry first.
///
/// Only a worker makes one; a transport gets it for the length of one delivery.
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

    /// The recipient, as the directory had it when the notices were claimed.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.first.account()
    }

    /// Where to.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        self.first.to()
    }

    /// The notices, at least one.
    pub fn notices(&self) -> &[ClaimedNotice] {
        self.notices
    }

    /// When the delivery began, by the clock that the run was given.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
