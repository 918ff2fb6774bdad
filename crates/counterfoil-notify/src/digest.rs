//! The notices that one person receives together.

use counterfoil::notice::ClaimedNotice;
use counterfoil::{Account, EmailAddress, Realm, Timestamp};

/// A message to one person, with all notices that the person receives together. There is at least one notice. The
/// notices are sorted by expiry.
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
    /// Sorts the notices by expiry and makes a digest of them. Returns `None` if there are no notices.
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

    /// The recipient's account, as the directory returned it when the notices were claimed.
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

    /// The instant at which the delivery of this message began.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
