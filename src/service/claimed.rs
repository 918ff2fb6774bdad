//! Notices on their way: due, claimed, and what became of them.

use crate::record::family::FamilyBody;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::email::EmailAddress;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::time::{Span, Timestamp};

/// A credential that a worker must look at. Another worker may be faster: what is to be sent, if anything, only a claim tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotice {
    id: RecordId,
    kind: TokenKind,
    held: NoticeMark,
    expires_at: Option<Timestamp>,
    longest_wait: Span,
    addressee: Option<SubjectId>,
}

impl DueNotice {
    /// The notice that a record's mark makes due; `None`: it has none.
    pub(crate) fn of(record: &TokenRecord, longest_wait: Span) -> Option<Self> {
        let (own, addressee) = (record.record(), addressee(record));
        let (id, kind, expires_at) = (own.id, own.kind, own.expires_at);
        Some(Self { id, kind, held: own.notice?, expires_at, longest_wait, addressee })
    }

    /// Of which credential.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// For whom: a worker that claims all of one person's notices together sends one digest. `None`: for nobody who can be told; a claim
    /// reports it and moves the mark on.
    #[must_use]
    pub fn addressee(&self) -> Option<&SubjectId> {
        self.addressee.as_ref()
    }

    /// Whether it may wait for other notices of the same person: its credential has expired, and not longer ago than the policy's
    /// [`longest_wait`](crate::policy::Gather::longest_wait). [`Counterfoil::gather_notices`](crate::Counterfoil::gather_notices)
    /// says whether it does.
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

/// Which notices of one person are to be claimed, as the policy gathers them
/// ([`Policy::notices`](crate::policy::Policy::notices)).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Gathered {
    /// Claim `first`; where one of them is won, claim `along` too. Send what was won as one digest.
    Send {
        /// To be told now, the earliest first.
        first: Vec<DueNotice>,
        /// What goes along with it: due within the policy's time, or waiting.
        along: Vec<DueNotice>,
    },
    /// All have expired, and more may expire soon.
    Wait {
        /// Until when at most.
        until: Timestamp,
        /// How many wait.
        notices: u64,
    },
    /// Another worker began with this person just now.
    AtWork,
}

/// What a claim came to.
#[derive(Debug)]
#[must_use]
pub enum Claim {
    /// The notice is to be sent before its lease runs out.
    Won(Box<ClaimedNotice>),
    /// Another worker has it, or its credential was changed meanwhile.
    Lost,
    /// There is nothing to send now; the mark was moved on.
    NothingToSend,
    /// Nobody is to be told: the owner's account is disabled, or no more. It is settled so; later notices of the credential are looked
    /// at by themselves.
    Withheld,
}

impl Claim {
    /// The notice, where it was won.
    #[must_use]
    pub fn won(self) -> Option<ClaimedNotice> {
        match self {
            Self::Won(claimed) => Some(*claimed),
            Self::Lost | Self::NothingToSend | Self::Withheld => None,
        }
    }
}

/// Who can do something about it: the owner, of a security code its creator.
pub(crate) fn addressee(record: &TokenRecord) -> Option<SubjectId> {
    match record.body() {
        FamilyBody::Code { created_by, .. } => Some(created_by.clone()),
        _ => record.record().owner.subject(),
    }
}

/// What a notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeText {
    /// It will expire: the true time left, also where the notice is late.
    ExpiresIn(Span),
    /// It has expired.
    Expired,
}

/// A notice that this worker, and no other, is to send before the lease runs out. Only a claim makes one; settling it uses it up.
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
    /// `None` where the record is permanent or its owner has no address: there is nothing to send, or nowhere.
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

    /// Its label; of a security code the description; empty where it has neither.
    #[must_use]
    pub fn label(&self) -> &str {
        let own = self.record.record();
        let described = || own.description.as_ref().map_or("", |text| text.as_str());
        own.label.as_ref().map_or_else(described, |label| label.as_str())
    }

    /// When it expires, or expired.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What to say.
    #[must_use]
    pub fn text(&self) -> NoticeText {
        self.text
    }

    /// Where to.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// To whom: name, time zone and language are the account's as they are now. One digest an owner and run is made of the notices that agree
    /// in `account().subject()`.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Until when no other worker takes it. Look at it just before sending: what is sent later may be sent twice.
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        self.lease.at
    }

    pub(crate) fn record(&self) -> &TokenRecord {
        &self.record
    }

    /// Which of the thresholds it speaks of, the longest lead first and the expiry last, from 0: with id and expiry it tells one notice from
    /// every other.
    #[must_use]
    pub fn stage(&self) -> u8 {
        self.stage
    }

    pub(crate) fn lease(&self) -> NoticeMark {
        self.lease
    }
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The transport accepted it.
    Sent,
    /// The transport failed; worth another try then, or earlier where the next notice of the same credential comes due.
    Failed {
        /// The end of the back-off; one that is not after now counts as a second from now.
        retry_at: Timestamp,
    },
    /// Given up for good: not sent, not noted as sent, and not tried again. Later notices of the same credential are not affected.
    Dropped,
}
