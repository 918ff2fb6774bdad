//! Expiry notices that are due, claimed or settled.

use std::time::Duration;

use crate::record::family::FamilyBody;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::email::EmailAddress;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// A credential that a worker must check. Another worker may be faster: only a claim decides whether a notice is sent,
/// and which one.
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
    /// The due notice of a record with a notice mark. `None` if the record has no mark.
    pub(crate) fn of(record: &TokenRecord, longest_wait: Duration) -> Option<Self> {
        let (own, addressee) = (record.record(), addressee(record));
        let (id, kind, expires_at) = (own.id, own.kind, own.expires_at);
        Some(Self { id, kind, held: own.notice?, expires_at, longest_wait, addressee })
    }

    /// The id of the credential.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The recipient. A worker that claims all notices of one recipient together sends one digest. `None` if nobody can
    /// be notified. A claim then reports this and advances the mark.
    #[must_use]
    pub fn addressee(&self) -> Option<&SubjectId> {
        self.addressee.as_ref()
    }

    /// Whether the notice may wait for other notices of the same person. This is so if its credential expired within
    /// the last [`longest_wait`](crate::policy::Gather::longest_wait) of the policy. Whether the notice does wait is
    /// decided by [`Counterfoil::gather_notices`](crate::Counterfoil::gather_notices).
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

/// Which notices of one person to claim now. The policy decides how they are gathered
/// ([`Policy::notices`](crate::policy::Policy::notices)).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Gathered {
    /// Claim the notices in `first`. If a claim succeeds, also claim those in `along`. Send all claimed notices as one
    /// digest.
    Send {
        /// Notices that must be sent now, the earliest first.
        first: Vec<DueNotice>,
        /// Notices for the same digest: they wait, or become due within the policy's time.
        along: Vec<DueNotice>,
    },
    /// All the credentials have expired, and more may expire soon.
    Wait {
        /// The instant at which the wait ends at the latest.
        until: Timestamp,
        /// The number of waiting notices.
        notices: u64,
    },
    /// Another worker has just claimed notices of this person.
    AtWork,
}

/// The result of a claim.
#[derive(Debug)]
#[must_use]
pub enum Claim {
    /// The worker must send the notice before its lease ends.
    Won(Box<ClaimedNotice>),
    /// Another worker holds the notice, or its credential has changed.
    Lost,
    /// There is nothing to send now. The mark was advanced.
    NothingToSend,
    /// There is no recipient, for example because the owner's account is disabled or deleted. The notice is settled as
    /// withheld. Later notices of the credential are decided separately.
    Withheld,
}

impl Claim {
    /// The notice, if the claim won it.
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
    /// The credential will expire after this time. The time is exact, even if the notice is late.
    ExpiresIn(Duration),
    /// The credential has expired.
    Expired,
}

/// A notice that no other worker sends before the lease ends. A claim creates it, and settling consumes it.
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
    /// `None` if the credential is permanent (nothing to send) or its owner has no address (nowhere to send).
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

    /// The id of the credential.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.record.record().id
    }

    /// The kind of the credential.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.record.record().kind
    }

    /// The label of the credential, or the description of a security code. Empty if there is neither.
    #[must_use]
    pub fn label(&self) -> &str {
        let own = self.record.record();
        let described = || own.description.as_ref().map_or("", |text| text.as_str());
        own.label.as_ref().map_or_else(described, |label| label.as_str())
    }

    /// When the credential expires or expired.
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

    /// The current account of the recipient, with name, time zone and language. In one run, the notices with the same
    /// `account().subject()` are sent as one digest.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The instant until which no other worker takes the notice. Check it just before sending: a notice that is sent
    /// later may be sent twice.
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        self.lease.at
    }

    pub(crate) fn record(&self) -> &TokenRecord {
        &self.record
    }

    /// The index of this notice among the notices for one expiry, from 0. The longest lead is first, and the notice on
    /// expiry is last. Id, expiry and this index together identify a notice.
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
    /// The transport failed. The notice is tried again at `retry_at`, or earlier if the next notice of the same
    /// credential becomes due.
    Failed {
        /// The end of the back-off. If it is not after now, one second from now is used.
        retry_at: Timestamp,
    },
    /// The notice is given up: it is not sent, not recorded as sent, and not tried again. Later notices of the same
    /// credential are not affected.
    Dropped,
}
