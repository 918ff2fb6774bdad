//! What happened.

use super::parts::{Action, ClientAction, Fault, Limit, Means, Throttled};
use crate::http_auth::client_fault::ClientFault;
use crate::http_auth::refusal::Refusal;
use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::settings::SettingName;
use crate::types::time::Timestamp;
use crate::types::why::RevocationReason;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
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
        why: RevocationReason,
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
    /// An attempt has to wait after too many failures. They came from the event's source.
    Throttled {
        /// Which failures were counted.
        counted: Throttled,
        /// Until when.
        until: Timestamp,
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
        since: Timestamp,
    },
    /// Rotation derives its successors from a public constant, since no key ring is configured.
    NoKeyRing,
    /// The clock is more than a day ahead of the last upkeep of any process ([`run_upkeep`](crate::Counterfoil::run_upkeep)): nothing is purged for an
    /// hour, or as the policy has it ([`Policy::clock_doubt`](crate::policy::Policy::clock_doubt)). The clock leapt, or no upkeep ran for so long.
    ClockLeapt {
        /// Where it stood before.
        from: Timestamp,
        /// Where it stands.
        to: Timestamp,
    },
    /// For ten minutes nobody has flushed or purged: last uses are not written, and what is gone stays in the store. Told once.
    NoUpkeep,
    /// Records of the store, in whatever realm, are digested under a key that is not in the ring (0: under none): here they do not verify.
    KeyMissing {
        /// The key.
        key: KeyId,
        /// How many, dead ones included until they are purged.
        records: u64,
    },
    /// A record was digested again under the newest key.
    Rekeyed {
        /// Which.
        id: RecordId,
        /// Under which key.
        key: KeyId,
    },
    /// A store, or the directory, did not answer. The same failure of the same method is told at most once in ten seconds.
    Failed {
        /// Which.
        means: Means,
        /// The method that was called.
        op: &'static str,
        /// What sort of failure.
        fault: Fault,
        /// The record at fault, where it is one.
        id: Option<RecordId>,
        /// The error and its sources, at most 500 characters, as the backend tells them.
        cause: String,
        /// How many alike were not told since the last that was.
        unsaid: u64,
    },
    /// A store, or the directory, answers again: told with the first answer five seconds after the last failure.
    Recovered {
        /// Which.
        means: Means,
        /// How many calls failed.
        failures: u64,
        /// When the first of them did.
        since: Timestamp,
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
