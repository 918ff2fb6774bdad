//! The notices that one person receives together.

use counterfoil::notice::{ClaimedNotice, NoticeText};
use counterfoil::{Account, EmailAddress, Realm, Timestamp};

/// A message to one person, with all notices that the person receives together. There is at least one notice. The
/// notices are sorted by expiry, after the notices about leaks.
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
    /// Sorts the notices and makes a digest of them: first those about leaks, then the others by expiry. Returns `None`
    /// if there are no notices.
    pub(crate) fn new(realm: &'a Realm, notices: &'a mut [ClaimedNotice], now: Timestamp) -> Option<Self> {
        let is_leak =
            |notice: &ClaimedNotice| matches!(notice.text(), NoticeText::Leaked { .. } | NoticeText::ReplacedLeaked);
        notices.sort_by_key(|notice| (!is_leak(notice), notice.expires_at(), notice.id()));
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

    /// The notices about leaks, then the others, sorted by expiry. There is at least one notice.
    pub fn notices(&self) -> &[ClaimedNotice] {
        self.notices
    }

    /// The instant at which the delivery of this message began.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
