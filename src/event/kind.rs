//! The kinds of events.

use super::parts::{Action, ClientAction, DropReason, Fault, LeakState, Limit, Means, ServiceAccountAction, Throttled};
use crate::http_auth::client_fault::ClientFault;
use crate::http_auth::refusal::Refusal;
use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::service_account_id::ServiceAccountId;
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
    /// A token of another system was imported ([`import_credentials`](crate::Counterfoil::import_credentials)).
    Imported {
        /// The id of the new personal access token.
        id: RecordId,
        /// The owner of the token.
        owner: OwnerId,
        /// The name of the scheme ([`ForeignScheme::name`](crate::import::ForeignScheme::name)).
        scheme: &'static str,
    },
    /// A credential was refused. The caller does not learn the actual reason.
    Refused {
        /// The id that the presented text contains, even if there is no such record. `None` if the text contains no id.
        id: Option<RecordId>,
        /// The reason of the refusal, which only the host learns.
        reason: Refusal,
    },
    /// The directory accepted a login. The sign-in can still fail after this event.
    LoginProved {
        /// The person whose login was accepted.
        subject: SubjectId,
    },
    /// The directory refused a login.
    LoginRefused {
        /// The person whose name was presented. `None` if nobody has this name.
        subject: Option<SubjectId>,
    },
    /// A client authentication failed.
    ClientRefused {
        /// The client, if it is registered.
        client: Option<ClientId>,
        /// The reason of the failure, which only the host learns.
        reason: ClientFault,
    },
    /// An authenticated client requested a grant or scope that it may not have, or its service account may not act.
    GrantRefused {
        /// The client that made the request.
        client: ClientId,
        /// The OAuth error in the response: `unauthorized_client`, `unsupported_grant_type` or `invalid_scope`, or
        /// `invalid_grant` if the service account may not act.
        error: &'static str,
    },
    /// A refresh at the token endpoint succeeded.
    Refreshed {
        /// The family of the presented refresh token.
        family: FamilyId,
        /// The generation of the refresh token in the response: the number of rotations before it.
        generation: u64,
        /// Whether the call was a retry. A retry gets the same refresh token as the first call.
        retry: bool,
    },
    /// A refresh token that was already replaced was presented again. Its whole family was revoked.
    Replayed {
        /// The family of the presented token.
        family: FamilyId,
        /// The generation of the presented token: the number of rotations before it.
        generation: u64,
    },
    /// A token was presented for refresh or revocation by a client to which it was not issued.
    ForeignClient {
        /// The id of the presented token.
        id: RecordId,
        /// The client that presented the token.
        client: ClientId,
    },
    /// A token that belongs to no client was sent to the revocation endpoint. Nothing was changed.
    RevocationIgnored {
        /// The id of the token that was sent.
        id: RecordId,
    },
    /// A credential or a family was revoked.
    Revoked {
        /// The kind of the credential that the caller asked to revoke.
        kind: TokenKind,
        /// The id of the credential that the caller asked to revoke.
        id: RecordId,
        /// The reason of the revocation.
        reason: RevocationReason,
    },
    /// A sign-in or a console session was ended from a list of sign-ins.
    SignInEnded {
        /// [`TokenKind::ConsoleSession`] for a session. [`TokenKind::RefreshToken`] for a sign-in, or
        /// [`TokenKind::AccessToken`] for a sign-in without a refresh token.
        kind: TokenKind,
        /// The family of the sign-in.
        family: FamilyId,
        /// The person who was signed in.
        owner: OwnerId,
        /// The reason of the revocation.
        reason: RevocationReason,
    },
    /// All credentials of an owner, or those of some kinds, were revoked by one call. A revoked security code also has
    /// its own [`EventKind::Revoked`] and is counted in `families`.
    OwnerRevoked {
        /// The owner whose credentials were revoked.
        owner: OwnerId,
        /// The kinds to which the call was limited. `None` means all kinds.
        kinds: Option<Vec<TokenKind>>,
        /// The number of revoked families. If the call failed, the number up to the failure.
        families: u64,
    },
    /// The secret of a credential was reported as leaked ([`report_leaked`](crate::Counterfoil::report_leaked)).
    LeakReported {
        /// The kind of the credential.
        kind: TokenKind,
        /// The id of the credential.
        id: RecordId,
        /// The owner of the credential.
        owner: OwnerId,
        /// What the report did to the credential.
        state: LeakState,
    },
    /// A client secret was reported as leaked. No person gets a notice, so the host must act.
    ClientSecretLeaked {
        /// The client whose secret leaked.
        client: ClientId,
        /// The id of the leaked secret.
        id: RecordId,
        /// What the report did to the secret.
        state: LeakState,
    },
    /// Texts that were reported as leaked were accepted, and then dropped before they were looked up. Their credentials
    /// may still work, so report the texts again.
    ReportsDropped {
        /// The number of dropped texts.
        count: u64,
        /// Why the texts were dropped.
        reason: DropReason,
    },
    /// A personal access token was replaced.
    Rotated {
        /// The id of the old token.
        id: RecordId,
        /// The id of the new token.
        successor: RecordId,
    },
    /// A rotation replaced a personal access token, and the old token was still accepted for some time. This overlap
    /// has ended, so the old token no longer works.
    OverlapEnded {
        /// The id of the old token.
        id: RecordId,
    },
    /// A credential was changed.
    Changed {
        /// The id of the changed credential.
        id: RecordId,
        /// The change that was made, for example an extension.
        action: Action,
    },
    /// A client was registered, changed or deleted.
    Client {
        /// The registered, changed or deleted client.
        client: ClientId,
        /// The change that was made, for example a new secret.
        action: ClientAction,
    },
    /// A service account was created, changed or deleted.
    ServiceAccount {
        /// The created, changed or deleted service account.
        id: ServiceAccountId,
        /// The change that was made, for example that the account was disabled.
        action: ServiceAccountAction,
    },
    /// A setting was changed.
    Setting {
        /// The setting that was changed.
        name: SettingName,
        /// The new value of the setting, as text in the form in which it is stored.
        value: String,
    },
    /// The switch "token login allowed" of an account was changed.
    Switch {
        /// The account whose switch was changed.
        subject: SubjectId,
        /// Whether token login is allowed after the change.
        allowed: bool,
    },
    /// An attempt was refused because too many earlier attempts from its source failed, or a report of leaked texts
    /// because its source has sent too many reports.
    Throttled {
        /// The limit that was reached.
        counted: Throttled,
        /// The instant at which attempts are allowed again.
        until: Timestamp,
    },
    /// An old sign-in or session was ended to make room for a new one within the policy's limit.
    MadeRoom {
        /// The kind of the ended family.
        kind: TokenKind,
        /// The ended family.
        family: FamilyId,
        /// The owner of the ended family and of the new one.
        owner: OwnerId,
    },
    /// A limit of the policy was reached, and the caller must wait.
    LimitReached {
        /// The limit that was reached.
        limit: Limit,
        /// The owner whose credentials the limit counts.
        owner: OwnerId,
    },
    /// Wrong passwords or client secrets were sent in requests whose source the host does not know. One event reports a
    /// hundred failures.
    FailuresWithoutSource {
        /// The number of failures.
        failures: u32,
        /// When the first of these failures occurred.
        since: Timestamp,
    },
    /// No key ring is configured. So the secrets of new refresh tokens are derived from a public constant.
    NoKeyRing,
    /// The clock is more than a day ahead of the last [upkeep](crate::Counterfoil::run_upkeep) of any process. Either
    /// the clock jumped forward, or no upkeep ran for that long. No record is purged for the time set by
    /// [`Policy::clock_doubt`](crate::policy::Policy::clock_doubt), by default an hour.
    ClockLeapt {
        /// The instant of the last upkeep, as the store contains it.
        from: Timestamp,
        /// The instant that the clock shows.
        to: Timestamp,
    },
    /// In the ten minutes after the first use of the handle, the host called neither
    /// [`flush`](crate::Counterfoil::flush), which writes last uses, nor [`purge`](crate::Counterfoil::purge). This
    /// event is emitted once.
    NoUpkeep,
    /// The store has records, in any realm, whose digests were computed under a key that is not in the ring. These
    /// records do not verify on this node.
    KeyMissing {
        /// The number of the missing key. 0 means that the records were digested without a key.
        key: KeyId,
        /// The number of these records. Expired and revoked records count until they are purged.
        records: u64,
    },
    /// A record got a new digest under the newest key.
    Rekeyed {
        /// The id of the record whose digest was replaced.
        id: RecordId,
        /// The number of the key under which the new digest was computed.
        key: KeyId,
    },
    /// A call of a store or of the directory failed. Equal failures of one method are reported once in 10 s.
    Failed {
        /// The part of the infrastructure that failed.
        means: Means,
        /// The name of the method that was called, such as `rotate`.
        op: &'static str,
        /// The type of failure.
        fault: Fault,
        /// The id of the affected record. `None` if the call did not concern a single record.
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
        /// The number of skipped rows.
        rows: u32,
    },
    /// A notice cannot be sent, because its recipient has no e-mail address.
    NoAddress {
        /// The owner of the credential that the notice is about.
        owner: OwnerId,
        /// The id of the credential that the notice is about.
        id: RecordId,
    },
    /// A notice was not sent, because the account is disabled or deleted, or the credential predates its `valid_since`.
    NoticeWithheld {
        /// The owner of the credential that the notice is about.
        owner: OwnerId,
        /// The id of the credential that the notice is about.
        id: RecordId,
        /// The reason: [`Refusal::AccountDisabled`], [`Refusal::AccountMissing`] or [`Refusal::BeforeValidSince`].
        reason: Refusal,
    },
    /// The directory returned an account whose `valid_since` is in the future. Until then, every credential of the
    /// account is refused. Emitted at most once in ten minutes for all accounts.
    ValidSinceAhead {
        /// The subject of the account.
        subject: SubjectId,
        /// The `valid_since` of the account.
        valid_since: Timestamp,
    },
    /// The directory returned a subject whose id is reserved for service accounts ([`SubjectId::is_reserved`]). The
    /// subject is treated as missing. Emitted at most once in ten minutes for all subjects.
    ReservedSubject {
        /// The reserved subject.
        subject: SubjectId,
    },
    /// The buffer for the last uses of credentials was full, so some of the uses were not written to the store.
    UsesDropped {
        /// The number of uses that were not written.
        count: u64,
    },
}
