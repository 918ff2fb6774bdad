//! Notices about expiries and leaks: due notices, claimed notices, and their outcomes.

use std::time::Duration;

use crate::record::family_body::FamilyBody;
use crate::record::gather::may_wait;
use crate::record::leak_mark::is_leak;
use crate::record::limits::Limits;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::notice_text::{NoticeText, Topic};
use crate::types::account::Account;
use crate::types::email::EmailAddress;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::settings::StoredSettings;
use crate::types::time::Timestamp;

/// A credential for which a worker must check whether to send a notice about its expiry or a leak of its secret.
/// Another worker might claim the notice first. So only a claim decides whether a notice is sent, and which one.
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
    /// The planned notice of a record, with its addressee. The notice need not be due yet. `None` if the record has no
    /// planned notice.
    pub(crate) fn of(
        record: &TokenRecord,
        limits: Limits<'_>,
        addressee: Option<SubjectId>,
        longest_wait: Duration,
    ) -> Option<Self> {
        let own = record.record();
        let (id, kind, expires_at) = (own.id, own.kind, limits.applied(record.view()));
        Some(Self { id, kind, held: own.notice?, expires_at, longest_wait, addressee })
    }

    /// The id of the credential.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The person or service account to which the notice is sent. A worker can claim all notices of one person and send
    /// them as one digest. For a credential of a service account, this is the maker of the account, or the account
    /// itself if it has its own address for notices. `None` if nobody gets the notice, for example if the host made the
    /// service account and the account has no such address. A claim then returns [`Claim::Withheld`].
    #[must_use]
    pub fn addressee(&self) -> Option<&SubjectId> {
        self.addressee.as_ref()
    }

    /// Whether the notice can wait for other notices of the same person. True if the credential has expired, and less
    /// than the policy's [`longest_wait`](crate::policy::Gather::longest_wait) has passed since then.
    /// [`Counterfoil::gather_notices`](crate::Counterfoil::gather_notices) decides whether the notice actually waits. A
    /// notice about a leak never waits.
    #[must_use]
    pub fn may_wait(&self, now: Timestamp) -> bool {
        !is_leak(self.held) && self.expires_at.is_some_and(|at| may_wait(at, self.longest_wait, now))
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

/// Which notices of one person a worker must claim now, by the rules of
/// [`Policy::notices`](crate::policy::Policy::notices).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Gathered {
    /// Claim the notices in `first`. If at least one of these claims succeeds, also claim the notices in `along`. Send
    /// all claimed notices in one message (a digest).
    Send {
        /// The notices that must be sent now, the earliest first.
        first: Vec<DueNotice>,
        /// Other notices to send in the same message. Each of them reports an expiry and could have waited longer, or
        /// is an advance notice that becomes due soon ([`Gather::ahead`](crate::policy::Gather::ahead)).
        along: Vec<DueNotice>,
    },
    /// Send nothing yet. All these notices report that a credential has expired, and other credentials of the person
    /// might expire soon.
    Wait {
        /// The instant at which the notices are sent at the latest.
        until: Timestamp,
        /// The number of this person's notices that wait.
        notices: u64,
    },
    /// Send nothing: another worker has just claimed notices of this person.
    AtWork,
}

/// The result of a claim.
#[derive(Debug)]
#[must_use]
pub enum Claim {
    /// The claim succeeded. The worker must send the notice before its lease ends.
    Won(Box<ClaimedNotice>),
    /// Another worker has claimed the notice, or its credential has changed.
    Lost,
    /// There is nothing to send now. The next notice of the credential was planned, if there is one.
    NothingToSend,
    /// The notice is not sent, because nobody may get it. For example, the owner's account is disabled or deleted. An
    /// event reports this. The next notice of the credential is planned, if there is one, and the recipient is then
    /// checked again.
    Withheld,
}

impl Claim {
    /// The claimed notice. `None` if the result is not [`Claim::Won`].
    #[must_use]
    pub fn won(self) -> Option<ClaimedNotice> {
        match self {
            Self::Won(claimed) => Some(*claimed),
            Self::Lost | Self::NothingToSend | Self::Withheld => None,
        }
    }
}

/// The subject that gets the notice of a record. `None` if nobody gets it.
///
/// - The notice of a security code goes to the person who created the code.
/// - The notice of any other credential goes to its owner, or to the subject that gets the owner's notices
///   ([`answers_for`]).
pub(crate) fn addressee(record: &TokenRecord, stored: &StoredSettings) -> Option<SubjectId> {
    match record.body() {
        FamilyBody::Code { created_by, .. } => Some(created_by.clone()),
        _ => record.record().owner.person().and_then(|owner| answers_for(owner, stored)),
    }
}

/// The subject that gets the notices of an owner. The notices of a person go to this person. The notices of a service
/// account go to the service account itself if it has an address for notices, and otherwise to its maker.
///
/// `None` if the service account does not exist, or if it has no address for notices and was made by the host itself.
pub(crate) fn answers_for(owner: &SubjectId, stored: &StoredSettings) -> Option<SubjectId> {
    if !owner.is_reserved() {
        return Some(owner.clone());
    }
    let account = stored.service_accounts.get(&ServiceAccountId::of_subject(owner)?)?;
    if account.notify.is_some() { Some(owner.clone()) } else { account.made_by.clone() }
}

/// A claimed notice. No other worker sends it before the lease ends. A claim creates this value, and
/// [`Counterfoil::settle_notice`](crate::Counterfoil::settle_notice) consumes it.
#[derive(Debug)]
#[must_use]
pub struct ClaimedNotice {
    record: TokenRecord,
    account: Account,
    service_account: Option<Label>,
    to: EmailAddress,
    topic: Topic,
    lease: NoticeMark,
    text: NoticeText,
}

impl ClaimedNotice {
    /// Creates the claimed notice of a credential. `None` if the recipient's account has no e-mail address: there is
    /// then nothing to send.
    pub(crate) fn new(
        record: TokenRecord,
        (account, service_account): (Account, Option<Label>),
        topic: Topic,
        lease: NoticeMark,
        now: Timestamp,
    ) -> Option<Self> {
        let to = account.email()?.clone();
        Some(Self { record, account, service_account, to, topic, lease, text: topic.text(now) })
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

    /// The label of the credential. If it has no label, its description: a security code has a description and no
    /// label. Empty if it has neither.
    #[must_use]
    pub fn label(&self) -> &str {
        let own = self.record.record();
        let described = || own.description.as_ref().map_or("", |text| text.as_str());
        own.label.as_ref().map_or_else(described, |label| label.as_str())
    }

    /// The owner of the credential: a person or a service account. `None` for a security code, which belongs to the
    /// realm.
    #[must_use]
    pub fn owner(&self) -> Option<&SubjectId> {
        self.record.record().owner.person()
    }

    /// The label of the service account that owns the credential. `None` if a person owns it.
    #[must_use]
    pub fn service_account(&self) -> Option<&str> {
        self.service_account.as_ref().map(Label::as_str)
    }

    /// When the credential expires or expired. `None` only for a notice about a leak of a permanent credential.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self.topic {
            Topic::Expiry { expires_at, .. } => Some(expires_at),
            Topic::Leak { .. } => self.record.record().expires_at,
        }
    }

    /// What the notice says: when the credential expires, that it has expired, or that a text of it was found in a
    /// public place.
    #[must_use]
    pub fn text(&self) -> NoticeText {
        self.text
    }

    /// The e-mail address of the recipient.
    #[must_use]
    pub fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// The current account of the recipient, with name, time zone and language. A worker can send all notices with the
    /// same `account().subject()` as one digest. If the recipient is a service account with its own address for
    /// notices, the returned account is the service account, with the time zone and the language of its maker.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The instant until which no other worker claims the notice. Check it just before you send the notice. If you send
    /// it after this instant, another worker might send it too.
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        self.lease.at
    }

    pub(crate) fn record(&self) -> &TokenRecord {
        &self.record
    }

    /// The index of this notice among all notices for one expiry, from 0. The first notice is the one that is sent
    /// longest before the expiry, and the last is the notice on expiry. A notice about a leak has the index 255, or
    /// 254 if it is about an old text ([`NoticeText::ReplacedLeaked`]). Credential id, expiry and this index together
    /// identify a notice.
    #[must_use]
    pub fn stage(&self) -> u8 {
        match self.topic {
            Topic::Expiry { stage, .. } => stage,
            Topic::Leak { leak, .. } => leak.stage(),
        }
    }

    pub(crate) fn topic(&self) -> Topic {
        self.topic
    }

    pub(crate) fn lease(&self) -> NoticeMark {
        self.lease
    }
}

/// What the worker did with a claimed notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The transport accepted the notice.
    Sent,
    /// The transport failed. The notice is tried again at `retry_at`. If the next notice of the same credential becomes
    /// due earlier, the next attempt is made then.
    Failed {
        /// When to try again. If it is not in the future, one second from now is used.
        retry_at: Timestamp,
    },
    /// The worker does not send the notice. It is not recorded as sent, and not tried again. Later notices of the same
    /// credential are not affected.
    Dropped,
}
