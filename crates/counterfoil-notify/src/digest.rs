//! The notices that one person receives together.

use counterfoil::notice::ClaimedNotice;
use counterfoil::{Account, EmailAddress, Realm, Timestamp};

/// All notices that one person receives in one message. There is at least one. They are sorted by expiry.
///
/// Only a worker creates a digest. A transport borrows the digest during one delivery.
#[derive(Debug)]
pub struct Digest<'a> {
    realm: &'a Realm,
    first: &'a ClaimedNotice,
    notices: &'a [ClaimedNotice],
    now: Timestamp,
}

impl<'a> Digest<'a> {
    /// Makes a digest and sorts the notices. Returns `None` if there are no notices.
    pub(crate) fn new(realm: &'a Realm, notices: &'a mut [ClaimedNotice], now: Timestamp) -> Option<Self> {
        notices.sort_by_key(|notice| (notice.expires_at(), notice.id()));
        let notices = &*notices;
        notices.first().map(|first| Self { realm, first, notices, now })
    }

    /// The realm of the credentials.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        self.realm
    }

    /// The account of the recipient. The directory returned it at the time when the notices were claimed.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.first.account()
    }

    /// The e-mail address of the recipient.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        self.first.to()
    }

    /// The notices, sorted by expiry. There is at least one.
    pub fn notices(&self) -> &[ClaimedNotice] {
        self.notices
    }

    /// The instant at which the delivery began. It is the run's `now` plus the time from the start of the run to the
    /// delivery.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
