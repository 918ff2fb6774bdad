//! Expiry notices in progress: due, claimed, settled.

use std::time::Duration;

use crate::record::family::FamilyBody;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::email::EmailAddress;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// A credential that a worker must look at. Another worker may be faster: only a claim decides whether and what to
/// send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotice {
    id: RecordId,
    kind: TokenKind,
    held: NoticeMark,
    expires_at: Option<Timestamp>,
    longest_wait: Duration,
    addressee: Option<SubjectId>,
}

impl DueNotice {
    /// The notice that a record's mark makes due. `None` if the record has no mark.
    pub(crate) fn of(record: &TokenRecord, longest_wait: Duration) -> Option<Self> {
        let (own, addressee) = (record.record(), addressee(record));
        let (id, kind, expires_at) = (own.id, own.kind, own.expires_at);
        Some(Self { id, kind, held: own.notice?, expires_at, longest_wait, addressee })
    }

    /// The credential.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The recipient. A worker that claims all notices of one person together sends one digest. `None` if no one can
    /// be notified: a claim reports that and advances the mark.
    #[must_use]
    pub fn addressee(&self) -> Option<&SubjectId> {
        self.addressee.as_ref()
    }

    /// Whether it may wait for other notices of the same person: its credential has expired, and not longer ago than
    /// the policy's [`longest_wait`](crate::policy::Gather::longest_wait).
    /// [`Counterfoil::gather_notices`](crate::Counterfoil::gather_notices) decides whether it waits.
    #[must_use]
    pub fn may_wait(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| now.reached(at) && !now.reached(at.plus_capped(self.longest_wait)))
    }

    pub(crate) fn held(&self) -> NoticeMark {
        self.held
    }

    pub(crate) fn kind(&self) -> TokenKind {
        self.kind
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

/// Which notices of one person to claim, as the policy gathers them
/// ([`Policy::notices`](crate::policy::Policy::notices)).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Gathered {
    /// Claim `first`. If one of them is won, claim `along` too. Send all that were won as one digest.
    Send {
        /// To be sent now, the earliest first.
        first: Vec<DueNotice>,
        /// Sent in the same digest: due within the policy's time, or waiting.
        along: Vec<DueNotice>,
    },
    /// All have expired, and more may expire soon.
    Wait {
        /// The latest end of the wait.
        until: Timestamp,
        /// The number of waiting notices.
        notices: u64,
    },
    /// Another worker has just started on this person's notices.
    AtWork,
}

/// The result of a claim.
#[derive(Debug)]
#[must_use]
pub enum Claim {
    /// The notice must be sent before its lease ends.
    Won(Box<ClaimedNotice>),
    /// Another worker holds it, or its credential has changed since.
    Lost,
    /// There is nothing to send now; the mark was advanced.
    NothingToSend,
    /// There is no recipient: the owner's account is disabled or deleted. The notice is settled as withheld. Later
    /// notices of the credential are decided separately.
    Withheld,
}

impl Claim {
    /// The notice, if it was won.
    #[must_use]
    pub fn won(self) -> Option<ClaimedNotice> {
        match self {
            Self::Won(claimed) => Some(*claimed),
            Self::Lost | Self::NothingToSend | Self::Withheld => None,
        }
    }
}

/// The person who can act on the notice: the owner, or the creator of a security code.
pub(crate) fn addressee(record: &TokenRecord) -> Option<SubjectId> {
    match record.body() {
        FamilyBody::Code { created_by, .. } => Some(created_by.clone()),
        _ => record.record().owner.subject(),
    }
}

/// The subject of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeText {
    /// It will expire. Contains the true time left, also if the notice is late.
    ExpiresIn(Duration),
    /// It has expired.
    Expired,
}

/// A notice that only this worker sends, before the lease ends. Only a claim creates one; settling consumes it.
#[derive(Debug)]
#[must_use]
pub struct ClaimedNotice {
    record: TokenRecord,
    account: Account,
    to: EmailAddress,
    expires_at: Timestamp,
    stage: u8,
    lease: NoticeMark,
    text: NoticeText,
}

impl ClaimedNotice {
    /// `None` if the record is permanent (nothing to send) or its owner has no address (nowhere to send).
    pub(crate) fn new(
        record: TokenRecord,
        account: Account,
        stage: u8,
        lease: NoticeMark,
        now: Timestamp,
    ) -> Option<Self> {
        let expires_at = record.record().expires_at?;
        let to = account.email()?.clone();
        let left = expires_at.since(now);
        let text = if now.reached(expires_at) { NoticeText::Expired } else { NoticeText::ExpiresIn(left) };
        Some(Self { record, account, to, expires_at, stage, lease, text })
    }

    /// The credential.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.record.record().id
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.record.record().kind
    }

    /// Its label, or the description of a security code. Empty if it has neither.
    #[must_use]
    pub fn label(&self) -> &str {
        let own = self.record.record();
        let described = || own.description.as_ref().map_or("", |text| text.as_str());
        own.label.as_ref().map_or_else(described, |label| label.as_str())
    }

    /// When it expires or expired.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What the notice says.
    #[must_use]
    pub fn text(&self) -> NoticeText {
        self.text
    }

    /// The address to send to.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// The recipient: name, time zone and language are the account's as they are now. Notices with the same
    /// `account().subject()` form one digest per owner and run.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Until when no other worker takes it. Check it just before sending: a notice sent later may be sent twice.
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        self.lease.at
    }

    pub(crate) fn record(&self) -> &TokenRecord {
        &self.record
    }

    /// The index of the notice's threshold, from 0: the longest lead first and the expiry last. Id, expiry and this
    /// index together identify a notice.
    #[must_use]
    pub fn stage(&self) -> u8 {
        self.stage
    }

    pub(crate) fn lease(&self) -> NoticeMark {
        self.lease
    }
}

/// The outcome of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The transport accepted it.
    Sent,
    /// The transport failed. It is tried again at `retry_at`, or earlier if the next notice of the same credential
    /// becomes due.
    Failed {
        /// The end of the back-off. An instant that is not after now is treated as one second from now.
        retry_at: Timestamp,
    },
    /// Given up: not sent, not recorded as sent, and not tried again. Later notices of the same credential are not
    /// affected.
    Dropped,
}
