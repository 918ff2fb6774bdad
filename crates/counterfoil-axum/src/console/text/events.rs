//! The names and the severities of events.

use counterfoil::SubjectId;
use counterfoil::event::{Action, ClientAction, Event, EventKind, LeakState, ServiceAccountAction, Throttled};
use counterfoil::types::OwnerId;

/// The texts of the page of recent events.
pub(crate) struct EventTexts {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) no_events: &'static str,
    pub(crate) by: &'static str,
    /// Returns the name of an event in this language.
    pub(crate) name: fn(EventName) -> &'static str,
}

/// The kind of an event, for which each language has a name. It does not include the actor and the subject of the
/// event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventName {
    Issued,
    Refused,
    LoginProved,
    LoginRefused,
    ClientRefused,
    GrantRefused,
    Refreshed,
    Replayed,
    ForeignClient,
    RevocationIgnored,
    Revoked,
    SignInEnded,
    OwnerRevoked,
    LeakEnded,
    LeakLeftValid,
    LeakOfEnded,
    LeakOfOldText,
    ClientSecretLeaked,
    ReportsDropped,
    Rotated,
    OverlapEnded,
    Edited,
    ExpirySet,
    Extended,
    MadePermanent,
    Reset,
    Reactivated,
    SourcesNarrowed,
    SourcesWidened,
    MetadataSet,
    ClientCreated,
    ClientChanged,
    ClientDisabled,
    ClientEnabled,
    ClientSecretReplaced,
    ClientTokensRevoked,
    ClientDeleted,
    ServiceAccountCreated,
    ServiceAccountChanged,
    ServiceAccountDisabled,
    ServiceAccountEnabled,
    ServiceAccountDeleted,
    Setting,
    LoginAllowed,
    LoginForbidden,
    Throttled,
    FailuresWithoutSource,
    NoKeyRing,
    Rekeyed,
    Corrupt,
    NoAddress,
    NoticeWithheld,
    ValidSinceAhead,
    ReservedSubject,
    UsesDropped,
    MadeRoom,
    LimitReached,
    Imported,
    /// An event for whose kind there is no text.
    Other,
}

/// The importance of an event for administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Usual,
    Failure,
    Alarm,
}

impl Severity {
    /// Returns the CSS class for this severity.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Failure => "failure",
            Self::Alarm => "alarm",
        }
    }
}

/// Returns the name of an event, its severity, and its details as a text, such as public ids, a reason or a number.
pub(crate) fn describe(event: &Event) -> (EventName, Severity, String) {
    let (failure, alarm) = (Severity::Failure, Severity::Alarm);
    let usual = |name, detail: String| (name, Severity::Usual, detail);
    let whose = |id: &Option<_>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    match &event.kind {
        EventKind::Issued { kind, id, .. } => usual(EventName::Issued, format!("{} {id}", kind.as_str())),
        EventKind::Imported { id, scheme, .. } => usual(EventName::Imported, format!("{scheme} {id}")),
        EventKind::Refused { id, reason } => {
            let id = id.map(|id| id.to_string()).unwrap_or_default();
            (EventName::Refused, failure, format!("{reason} {id}").trim_end().to_owned())
        }
        EventKind::LoginProved { subject } => usual(EventName::LoginProved, subject.to_string()),
        EventKind::LoginRefused { subject } => (EventName::LoginRefused, failure, whose(subject)),
        EventKind::ClientRefused { client, reason } => {
            let client = client.as_ref().map(ToString::to_string).unwrap_or_default();
            (EventName::ClientRefused, failure, format!("{reason} {client}").trim_end().to_owned())
        }
        EventKind::GrantRefused { client, error } => (EventName::GrantRefused, failure, format!("{error} {client}")),
        EventKind::Refreshed { family, .. } => usual(EventName::Refreshed, family.to_string()),
        EventKind::Replayed { family, .. } => (EventName::Replayed, alarm, family.to_string()),
        EventKind::ForeignClient { id, client } => (EventName::ForeignClient, alarm, format!("{id} {client}")),
        EventKind::RevocationIgnored { id } => (EventName::RevocationIgnored, failure, id.to_string()),
        EventKind::Revoked { kind, id, .. } => usual(EventName::Revoked, format!("{} {id}", kind.as_str())),
        EventKind::SignInEnded { kind, family, owner, .. } => {
            usual(EventName::SignInEnded, format!("{} {family} {}", kind.as_str(), owner.as_str()))
        }
        EventKind::OwnerRevoked { owner, kinds, families } => {
            let kinds = kinds.iter().flatten().map(|kind| format!(" {}", kind.as_str())).collect::<String>();
            usual(EventName::OwnerRevoked, format!("{} {families}{kinds}", owner.as_str()))
        }
        EventKind::LeakReported { kind, id, state, .. } => {
            let (name, severity) = leak(*state);
            (name, severity, format!("{} {id}", kind.as_str()))
        }
        EventKind::ClientSecretLeaked { client, id, .. } => {
            (EventName::ClientSecretLeaked, alarm, format!("{client} {id}"))
        }
        EventKind::ReportsDropped { count, .. } => (EventName::ReportsDropped, alarm, count.to_string()),
        EventKind::Rotated { id, successor } => usual(EventName::Rotated, format!("{id} {successor}")),
        EventKind::OverlapEnded { id } => usual(EventName::OverlapEnded, id.to_string()),
        EventKind::Changed { id, action } => usual(changed(*action), id.to_string()),
        EventKind::Client { client, action } => usual(client_event(*action), client.to_string()),
        EventKind::ServiceAccount { id, action } => usual(service_account_event(*action), id.to_string()),
        EventKind::Setting { name, value } => usual(EventName::Setting, format!("{name} = {value}")),
        EventKind::Switch { subject, allowed } => {
            usual(if *allowed { EventName::LoginAllowed } else { EventName::LoginForbidden }, subject.to_string())
        }
        EventKind::Throttled { counted, .. } => (EventName::Throttled, alarm, throttled(counted)),
        EventKind::FailuresWithoutSource { failures, .. } => {
            (EventName::FailuresWithoutSource, alarm, failures.to_string())
        }
        EventKind::NoKeyRing => (EventName::NoKeyRing, alarm, String::new()),
        EventKind::Rekeyed { id, .. } => usual(EventName::Rekeyed, id.to_string()),
        EventKind::Corrupt { rows } => (EventName::Corrupt, alarm, rows.to_string()),
        EventKind::NoAddress { id, .. } => (EventName::NoAddress, failure, id.to_string()),
        EventKind::NoticeWithheld { id, reason, .. } => usual(EventName::NoticeWithheld, format!("{id}: {reason}")),
        EventKind::ValidSinceAhead { subject, .. } => (EventName::ValidSinceAhead, alarm, subject.to_string()),
        EventKind::ReservedSubject { subject } => (EventName::ReservedSubject, alarm, subject.to_string()),
        EventKind::UsesDropped { count } => (EventName::UsesDropped, failure, count.to_string()),
        EventKind::MadeRoom { kind, owner, .. } => {
            usual(EventName::MadeRoom, format!("{} {}", kind.as_str(), shown(owner)))
        }
        EventKind::LimitReached { owner, .. } => (EventName::LimitReached, failure, shown(owner)),
        _ => usual(EventName::Other, String::new()),
    }
}

/// Returns the account that an event names in addition to its actor. Returns `None` for an event of a kind that names
/// no such account, and for a failed login with an unknown name.
pub(crate) fn named_subject(event: &Event) -> Option<&SubjectId> {
    match &event.kind {
        EventKind::LoginProved { subject } | EventKind::Switch { subject, .. } => Some(subject),
        EventKind::LoginRefused { subject } => subject.as_ref(),
        _ => None,
    }
}

/// Returns the subject id of the owner. Returns an empty text if the realm is the owner.
fn shown(owner: &OwnerId) -> String {
    owner.subject().map(|subject| subject.to_string()).unwrap_or_default()
}

const fn leak(state: LeakState) -> (EventName, Severity) {
    match state {
        LeakState::Ended => (EventName::LeakEnded, Severity::Alarm),
        LeakState::AlreadyEnded => (EventName::LeakOfEnded, Severity::Usual),
        LeakState::Replaced => (EventName::LeakOfOldText, Severity::Alarm),
        LeakState::LeftValid => (EventName::LeakLeftValid, Severity::Alarm),
        _ => (EventName::Other, Severity::Alarm),
    }
}

const fn changed(action: Action) -> EventName {
    match action {
        Action::Edited => EventName::Edited,
        Action::ExpirySet => EventName::ExpirySet,
        Action::Extended => EventName::Extended,
        Action::MadePermanent => EventName::MadePermanent,
        Action::Reset => EventName::Reset,
        Action::Reactivated => EventName::Reactivated,
        Action::SourcesNarrowed => EventName::SourcesNarrowed,
        Action::SourcesWidened => EventName::SourcesWidened,
        Action::MetadataSet => EventName::MetadataSet,
        _ => EventName::Other,
    }
}

const fn service_account_event(action: ServiceAccountAction) -> EventName {
    match action {
        ServiceAccountAction::Created => EventName::ServiceAccountCreated,
        ServiceAccountAction::Changed => EventName::ServiceAccountChanged,
        ServiceAccountAction::Disabled => EventName::ServiceAccountDisabled,
        ServiceAccountAction::Enabled => EventName::ServiceAccountEnabled,
        ServiceAccountAction::Deleted => EventName::ServiceAccountDeleted,
        _ => EventName::Other,
    }
}

const fn client_event(action: ClientAction) -> EventName {
    match action {
        ClientAction::Created => EventName::ClientCreated,
        ClientAction::Changed => EventName::ClientChanged,
        ClientAction::Disabled => EventName::ClientDisabled,
        ClientAction::Enabled => EventName::ClientEnabled,
        ClientAction::SecretReplaced => EventName::ClientSecretReplaced,
        ClientAction::TokensRevoked => EventName::ClientTokensRevoked,
        ClientAction::Deleted => EventName::ClientDeleted,
        _ => EventName::Other,
    }
}

/// Returns the id of the account or client for which failed attempts were counted. Returns an empty text if the id is
/// not known, or if the failures of a source were counted.
fn throttled(counted: &Throttled) -> String {
    match counted {
        Throttled::Account { subject: Some(subject) } => subject.to_string(),
        Throttled::Client { client: Some(client) } => client.to_string(),
        _ => String::new(),
    }
}
