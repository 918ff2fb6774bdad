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

/// What happened, with the details.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A credential was issued.
    Issued {
        /// The kind of the credential.
        kind: TokenKind,
        /// The id of the credential.
        id: RecordId,
        /// The owner of the credential.
        owner: OwnerId,
    },
    /// A credential was refused. The caller does not learn the actual reason.
    Refused {
        /// The credential, if known.
        id: Option<RecordId>,
        /// The actual reason.
        reason: Refusal,
    },
    /// The directory accepted a login. The sign-in may still have failed later.
    LoginProved {
        /// The subject.
        subject: SubjectId,
    },
    /// The directory refused a login.
    LoginRefused {
        /// The subject with the presented name, if there is one.
        subject: Option<SubjectId>,
    },
    /// A client authentication failed.
    ClientRefused {
        /// The client, if it is registered.
        client: Option<ClientId>,
        /// The actual reason.
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
        /// Whether the call was a retry. A retry gets the same response as the first call.
        retry: bool,
    },
    /// A used-up refresh token was presented again. Its whole family was revoked.
    Replayed {
        /// The family.
        family: FamilyId,
        /// The generation of the token.
        generation: u64,
    },
    /// A token was presented for refresh or revocation by a client to which it was not issued.
    ForeignClient {
        /// The token.
        id: RecordId,
        /// The presenting client.
        client: ClientId,
    },
    /// A token that belongs to no client was sent to the revocation endpoint. Nothing was changed.
    RevocationIgnored {
        /// The token.
        id: RecordId,
    },
    /// A credential or a family was revoked.
    Revoked {
        /// The kind of the credential that the caller asked to revoke.
        kind: TokenKind,
        /// The id of the credential that the caller asked to revoke.
        id: RecordId,
        /// The reason.
        reason: RevocationReason,
    },
    /// All credentials of an owner were revoked.
    OwnerRevoked {
        /// The owner.
        owner: OwnerId,
        /// The number of revoked families.
        families: u64,
    },
    /// A personal access token was replaced.
    Rotated {
        /// The old token.
        id: RecordId,
        /// The new token.
        successor: RecordId,
    },
    /// The overlap of a rotation ended, so the replaced personal access token no longer works.
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
        /// The new value of the setting.
        value: String,
    },
    /// The switch "token login allowed" of an account was changed.
    Switch {
        /// The account.
        subject: SubjectId,
        /// The new value.
        allowed: bool,
    },
    /// An attempt was refused because of too many failures from the source of the request.
    Throttled {
        /// Which failures were counted.
        counted: Throttled,
        /// The instant at which attempts are allowed again.
        until: Timestamp,
    },
    /// An old sign-in or session was ended, because the owner opened a new sign-in or session beyond the policy's
    /// limit.
    MadeRoom {
        /// The kind of the ended family.
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
    /// Wrong passwords and client secrets were sent by unknown sources. One event reports a hundred failures.
    FailuresWithoutSource {
        /// The number of failures.
        failures: u32,
        /// When the first of these failures occurred.
        since: Timestamp,
    },
    /// No key ring is configured, so the successors of refresh tokens are derived from a public constant.
    NoKeyRing,
    /// The clock is more than a day ahead of the last upkeep of any process
    /// ([`run_upkeep`](crate::Counterfoil::run_upkeep)). Either the clock jumped forward, or no upkeep ran for that
    /// long. No record is purged for an hour, or for the time set by
    /// [`Policy::clock_doubt`](crate::policy::Policy::clock_doubt).
    ClockLeapt {
        /// The instant of the last upkeep.
        from: Timestamp,
        /// The instant that the clock shows.
        to: Timestamp,
    },
    /// The host called neither flush nor purge in the ten minutes after the first use of the handle. So last uses are
    /// not written, and expired data stays in the store. This event is emitted once.
    NoUpkeep,
    /// The store has records, in any realm, whose digests need a key that is not in the ring. These records do not
    /// verify on this node.
    KeyMissing {
        /// The missing key. 0 means that the records were digested without a key.
        key: KeyId,
        /// The number of these records. It includes expired and revoked records that are not purged yet.
        records: u64,
    },
    /// A record got a new digest under the newest key.
    Rekeyed {
        /// The record.
        id: RecordId,
        /// The new key.
        key: KeyId,
    },
    /// A call of a store or of the directory failed. The same failure of the same method is reported at most once in
    /// ten seconds.
    Failed {
        /// The part of the infrastructure that failed.
        means: Means,
        /// The method that was called.
        op: &'static str,
        /// The type of failure.
        fault: Fault,
        /// The affected record, if any.
        id: Option<RecordId>,
        /// The error and its sources, as the backend describes them, at most 500 characters.
        cause: String,
        /// The number of equal failures that occurred after the previous report and were not reported.
        unsaid: u64,
    },
    /// A store or the directory works again. The event is emitted at the first successful call at least five seconds
    /// after the last failure.
    Recovered {
        /// The part of the infrastructure that works again.
        means: Means,
        /// The number of failed calls.
        failures: u64,
        /// When the first failure occurred.
        since: Timestamp,
    },
    /// Stored rows could not be decoded and were skipped.
    Corrupt {
        /// The number of rows.
        rows: u32,
    },
    /// A notice cannot be sent, because its recipient has no e-mail address.
    NoAddress {
        /// The owner.
        owner: OwnerId,
        /// The credential.
        id: RecordId,
    },
    /// A notice was not sent, because nobody may get it. The account is disabled or deleted, or the credential is older
    /// than the account's `valid_since`.
    NoticeWithheld {
        /// The owner.
        owner: OwnerId,
        /// The credential.
        id: RecordId,
        /// The reason: [`Refusal::AccountDisabled`], [`Refusal::AccountMissing`] or [`Refusal::BeforeValidSince`].
        reason: Refusal,
    },
    /// Last uses of credentials were lost, because the buffer for them was full.
    UsesDropped {
        /// The number of lost uses.
        count: u64,
    },
}
