//! The kinds of events.

use super::parts::{Action, ClientAction, Fault, Limit, Means, Throttled};
use crate::http_auth::client_fault::ClientFault;
use crate::http_auth::refusal::Refusal;
use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::settings::SettingName;
use crate::types::time::Timestamp;

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
        /// The owner under whom it is listed.
        owner: OwnerId,
    },
    /// A credential was refused. The caller does not learn the true reason.
    Refused {
        /// The credential, if known.
        id: Option<RecordId>,
        /// The true reason.
        reason: Refusal,
    },
    /// A login was verified. The sign-in may still have failed afterwards.
    LoginProved {
        /// The subject.
        subject: SubjectId,
    },
    /// A login was refused by the directory.
    LoginRefused {
        /// The subject with that name, if there is one.
        subject: Option<SubjectId>,
    },
    /// A client authentication failed.
    ClientRefused {
        /// The client, if it is registered.
        client: Option<ClientId>,
        /// The true reason.
        reason: ClientFault,
    },
    /// An authenticated client requested a grant or a scope that it may not have.
    GrantRefused {
        /// The client.
        client: ClientId,
        /// The OAuth error in the response: `unauthorized_client`, `unsupported_grant_type` or `invalid_scope`.
        error: &'static str,
    },
    /// A refresh succeeded.
    Refreshed {
        /// The family.
        family: FamilyId,
        /// The newest generation of the family.
        generation: u64,
        /// Whether it was a retry that got the same response.
        retry: bool,
    },
    /// A used-up refresh token was presented again; its whole family was revoked.
    Replayed {
        /// The family.
        family: FamilyId,
        /// The generation of the token.
        generation: u64,
    },
    /// A token of another client was presented for refresh or revocation.
    ForeignClient {
        /// The token.
        id: RecordId,
        /// The presenting client.
        client: ClientId,
    },
    /// A token that belongs to no client was sent to the revocation endpoint; nothing was changed.
    RevocationIgnored {
        /// The token.
        id: RecordId,
    },
    /// A credential or a family was revoked.
    Revoked {
        /// The kind of the credential that the caller named.
        kind: TokenKind,
        /// The id of the credential that the caller named.
        id: RecordId,
        /// The reason.
        reason: RevocationReason,
    },
    /// All credentials of an owner were revoked.
    OwnerRevoked {
        /// The owner.
        owner: OwnerId,
        /// The number of families.
        families: u64,
    },
    /// A personal access token was replaced.
    Rotated {
        /// The old token.
        id: RecordId,
        /// The new token.
        successor: RecordId,
    },
    /// The overlap of a rotation ended: the replaced personal access token no longer works.
    OverlapEnded {
        /// The old token.
        id: RecordId,
    },
    /// A credential was changed.
    Changed {
        /// The credential.
        id: RecordId,
        /// The change.
        action: Action,
    },
    /// A client was registered, changed or deleted.
    Client {
        /// The client.
        client: ClientId,
        /// The change.
        action: ClientAction,
    },
    /// A setting was changed.
    Setting {
        /// The setting.
        name: SettingName,
        /// Its new value.
        value: String,
    },
    /// "Token login allowed" was changed for an account.
    Switch {
        /// The account.
        subject: SubjectId,
        /// The new value.
        allowed: bool,
    },
    /// An attempt was refused because of too many failures from the event's source.
    Throttled {
        /// The counted failures.
        counted: Throttled,
        /// The end of the wait.
        until: Timestamp,
    },
    /// A sign-in or session was ended to make room for a new one: the owner had as many as the policy allows.
    MadeRoom {
        /// The kind of the family.
        kind: TokenKind,
        /// The ended family.
        family: FamilyId,
        /// The owner.
        owner: OwnerId,
    },
    /// A limit of the policy was reached, and the caller must wait.
    LimitReached {
        /// The limit.
        limit: Limit,
        /// The owner.
        owner: OwnerId,
    },
    /// Wrong passwords and client secrets from unknown sources. One event reports a hundred failures.
    FailuresWithoutSource {
        /// The number of failures.
        failures: u32,
        /// When the first of them occurred.
        since: Timestamp,
    },
    /// No key ring is configured, so the successors of refresh tokens are derived from a public constant.
    NoKeyRing,
    /// The clock is more than a day ahead of the last upkeep of any process
    /// ([`run_upkeep`](crate::Counterfoil::run_upkeep)), because it leapt or no upkeep ran for that long. No record is
    /// purged for an hour, or the time set by [`Policy::clock_doubt`](crate::policy::Policy::clock_doubt).
    ClockLeapt {
        /// The instant of the last upkeep.
        from: Timestamp,
        /// The clock's instant.
        to: Timestamp,
    },
    /// The host called neither flush nor purge in the ten minutes after the first use of the handle. Last uses are not
    /// written, and expired data stays in the store. Reported once.
    NoUpkeep,
    /// The store has records, in any realm, that are digested under a key that is not in the ring (0: without a key).
    /// These records do not verify on this node.
    KeyMissing {
        /// The key.
        key: KeyId,
        /// The number of records, including expired and revoked ones until they are purged.
        records: u64,
    },
    /// A record was digested again under the newest key.
    Rekeyed {
        /// The record.
        id: RecordId,
        /// The new key.
        key: KeyId,
    },
    /// A store or the directory failed. The same failure of the same method is reported at most once in ten seconds.
    Failed {
        /// The failed part.
        means: Means,
        /// The method that was called.
        op: &'static str,
        /// The type of failure.
        fault: Fault,
        /// The affected record, if any.
        id: Option<RecordId>,
        /// The error and its sources, at most 500 characters, in the backend's words.
        cause: String,
        /// The number of equal failures that were not reported since the last report.
        unsaid: u64,
    },
    /// A store or the directory works again. Reported with the first success at least five seconds after the last
    /// failure.
    Recovered {
        /// The part.
        means: Means,
        /// The number of failed calls.
        failures: u64,
        /// When the first failure occurred.
        since: Timestamp,
    },
    /// Rows that do not decode were skipped.
    Corrupt {
        /// The number of rows.
        rows: u32,
    },
    /// A notice cannot be sent: its recipient has no e-mail address.
    NoAddress {
        /// The owner.
        owner: OwnerId,
        /// The credential.
        id: RecordId,
    },
    /// A notice has no recipient: the account is disabled or deleted, or the credential is older than the account's
    /// `valid_since`.
    NoticeWithheld {
        /// The owner.
        owner: OwnerId,
        /// The credential.
        id: RecordId,
        /// The reason: [`Refusal::AccountDisabled`], [`Refusal::AccountMissing`] or [`Refusal::BeforeValidSince`].
        reason: Refusal,
    },
    /// Last uses were lost because the buffer was full.
    UsesDropped {
        /// The number of uses.
        count: u64,
    },
}
