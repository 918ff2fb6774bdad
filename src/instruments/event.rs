//! What is told: who did what, when. No secret in any of it.

use crate::instruments::client_fault::ClientFault;
use crate::instruments::refusal::Refusal;
use crate::words::client::ClientId;
use crate::words::ids::{FamilyId, KeyId, OwnerId, RecordId, SubjectId};
use crate::words::kind::TokenKind;
use crate::words::realm::Realm;
use crate::words::settings::SettingName;
use crate::words::source::SourceName;
use crate::words::time::Ts;
use crate::words::why::RevokedWhy;

/// One thing that happened, told after the store has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Ts,
    /// Where.
    pub realm: Realm,
    /// Who acted.
    pub by: Actor,
    /// What.
    pub what: What,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Actor {
    /// A caller that proved nothing: it was refused.
    Unproved,
    /// A person.
    Person {
        /// Who.
        subject: SubjectId,
        /// The credential that was presented; `None` where the host signed the person in.
        credential: Option<RecordId>,
    },
    /// A security code, which acts with the rights of `subject`.
    SecurityCode {
        /// Whose rights it has.
        subject: SubjectId,
        /// The super administrator who made it.
        creator: SubjectId,
        /// The code.
        credential: RecordId,
    },
    /// A registered client that proved itself.
    Client {
        /// Which.
        client: ClientId,
        /// Whose credential it presented, where that was proved.
        subject: Option<SubjectId>,
    },
    /// The host's own code.
    Host,
    /// The library by itself, in a call of the host's loop: keys, notices, purge.
    Upkeep,
}

impl Actor {
    /// The person whose rights were used, where there is one.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Person { subject, .. } | Self::SecurityCode { subject, .. } => Some(subject),
            Self::Client { subject, .. } => subject.as_ref(),
            Self::Unproved | Self::Host | Self::Upkeep => None,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A credential was issued.
    Issued {
        /// Its kind.
        kind: TokenKind,
        /// Its id.
        id: RecordId,
        /// Whom it is listed under.
        owner: OwnerId,
    },
    /// A credential was refused; the caller was told less.
    Refused {
        /// Which, where that is known.
        id: Option<RecordId>,
        /// The true reason.
        reason: Refusal,
    },
    /// A login was proved, whatever came of it afterwards.
    LoginProved {
        /// Whose.
        subject: SubjectId,
    },
    /// A login was refused by the directory.
    LoginRefused {
        /// Whose name it was, where it is anybody's.
        subject: Option<SubjectId>,
    },
    /// A client failed to prove itself.
    ClientRefused {
        /// The registered client it spoke of, where it is one.
        client: Option<ClientId>,
        /// The true reason.
        reason: ClientFault,
    },
    /// A client that proved itself asked for a grant or a scope that it cannot have.
    GrantRefused {
        /// Which.
        client: ClientId,
        /// The OAuth error it was told: `unauthorized_client`, `unsupported_grant_type` or `invalid_scope`.
        error: &'static str,
    },
    /// A refresh was answered.
    Refreshed {
        /// The family.
        family: FamilyId,
        /// The generation that is the newest now.
        generation: u64,
        /// Whether it was a retry, answered as before.
        retry: bool,
    },
    /// A used-up refresh token was presented; its whole family was revoked.
    Replayed {
        /// The family.
        family: FamilyId,
        /// Of which generation the token was.
        generation: u64,
    },
    /// A token of another client was presented for refresh or revocation.
    ForeignClient {
        /// The token.
        id: RecordId,
        /// Who presented it.
        client: ClientId,
    },
    /// A token that belongs to no client was sent to the revocation endpoint; nothing was done.
    RevocationIgnored {
        /// The token.
        id: RecordId,
    },
    /// A credential or a family was revoked.
    Revoked {
        /// The kind of what was named.
        kind: TokenKind,
        /// What was named.
        id: RecordId,
        /// Why.
        why: RevokedWhy,
    },
    /// Everything of an owner was revoked.
    OwnerRevoked {
        /// Whose.
        owner: OwnerId,
        /// How many families.
        families: u64,
    },
    /// A personal access token was replaced.
    Rotated {
        /// The old one.
        id: RecordId,
        /// The new one.
        successor: RecordId,
    },
    /// The old half of a hand-over was ended.
    OverlapEnded {
        /// The old one.
        id: RecordId,
    },
    /// Something about a credential was changed.
    Changed {
        /// Which.
        id: RecordId,
        /// What was done.
        action: Action,
    },
    /// A client was registered, changed or removed.
    Client {
        /// Which.
        client: ClientId,
        /// What was done.
        action: ClientAction,
    },
    /// A setting was changed.
    Setting {
        /// Which.
        name: SettingName,
        /// Its new value.
        value: String,
    },
    /// "Token login allowed" was changed for an account.
    Switch {
        /// Whose.
        subject: SubjectId,
        /// To what.
        allowed: bool,
    },
    /// An attempt has to wait after too many failures.
    Throttled {
        /// Which failures were counted.
        counted: Throttled,
        /// From where. Personal data, where it is an address.
        source: SourceName,
        /// Until when.
        until: Ts,
    },
    /// A sign-in or session ended because a newer one took its place: the owner had as many as the policy allows.
    MadeRoom {
        /// The kind of the family.
        kind: TokenKind,
        /// Which ended.
        family: FamilyId,
        /// Whose.
        owner: OwnerId,
    },
    /// A limit of the policy was reached, and the caller has to wait.
    LimitReached {
        /// Which.
        limit: Limit,
        /// Whose.
        owner: OwnerId,
    },
    /// So many wrong passwords and client secrets came from sources that the host does not know. Each hundred is told once.
    FailuresWithoutSource {
        /// How many.
        failures: u32,
        /// When the first of them came.
        since: Ts,
    },
    /// Rotation derives its successors from a public constant, since no key ring is configured.
    NoKeyRing,
    /// A record was digested again under the newest key.
    Rekeyed {
        /// Which.
        id: RecordId,
        /// Under which key.
        key: KeyId,
    },
    /// Rows that do not decode were passed over.
    Corrupt {
        /// How many.
        rows: u32,
    },
    /// An owner has no address to send a notice to.
    NoAddress {
        /// Whose.
        owner: OwnerId,
        /// Of which credential.
        id: RecordId,
    },
    /// A notice is sent to nobody: its owner's account is disabled, or no more, or its credentials of that time are void.
    NoticeWithheld {
        /// Whose.
        owner: OwnerId,
        /// Of which credential.
        id: RecordId,
        /// Why: [`Refusal::AccountDisabled`], [`Refusal::AccountMissing`] or [`Refusal::BeforeValidSince`].
        reason: Refusal,
    },
    /// Uses that could not be kept until they were written.
    UsesDropped {
        /// How many.
        count: u64,
    },
}

/// A limit of the policy on how many are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Credentials of that kind that one owner makes in an hour.
    CreationsPerHour(TokenKind),
    /// Rotations of one sign-in in a day.
    RotationsPerDay(FamilyId),
    /// Live access tokens of one sign-in.
    AccessTokens(FamilyId),
}

/// Which failures stand in the way of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Throttled {
    /// Wrong passwords for an account from the source.
    Account {
        /// Whose, where the name is anybody's.
        subject: Option<SubjectId>,
    },
    /// Wrong secrets for a client from the source.
    Client {
        /// Which, where it is known to be registered.
        client: Option<ClientId>,
    },
    /// Wrong passwords for any account from the source.
    Logins,
    /// Wrong secrets for any client from the source.
    ClientSecrets,
}

/// What was done to a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Label, description or scope edited.
    Edited,
    /// Another expiry.
    ExpirySet,
    /// Made permanent.
    MadePermanent,
    /// Expiry reset to the default from now.
    Reset,
    /// Brought back after its expiry.
    Reactivated,
}

/// What was done to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAction {
    /// Registered.
    Created,
    /// Changed.
    Changed,
    /// Disabled.
    Disabled,
    /// Enabled again.
    Enabled,
    /// Given a new secret.
    SecretReplaced,
    /// All its tokens revoked.
    TokensRevoked,
    /// Removed.
    Deleted,
}
