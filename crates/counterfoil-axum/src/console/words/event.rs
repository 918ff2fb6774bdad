//! Events by name, and what of them is worth a second look.

use counterfoil::SubjectId;
use counterfoil::event::{Action, ClientAction, Event, EventKind, Throttled};
use counterfoil::types::OwnerId;

/// The kind of an event, without who did it and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
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
    OwnerRevoked,
    Rotated,
    OverlapEnded,
    Edited,
    ExpirySet,
    MadePermanent,
    Reset,
    Reactivated,
    ClientCreated,
    ClientChanged,
    ClientDisabled,
    ClientEnabled,
    ClientSecretReplaced,
    ClientTokensRevoked,
    ClientDeleted,
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
    UsesDropped,
    MadeRoom,
    LimitReached,
    /// One that is newer than these words.
    Other,
}

/// Whether an event is somebody's daily work, a failure, or an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Usual,
    Failure,
    Alarm,
}

impl Weight {
    /// The class on the page.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Failure => "failure",
            Self::Alarm => "alarm",
        }
    }
}

/// An event's name, its weight, and the public ids in it.
pub(crate) fn told(event: &Event) -> (Told, Weight, String) {
    let (failure, alarm) = (Weight::Failure, Weight::Alarm);
    let usual = |told, detail: String| (told, Weight::Usual, detail);
    let whose = |id: &Option<_>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    match &event.what {
        EventKind::Issued { kind, id, .. } => usual(Told::Issued, format!("{} {id}", kind.as_str())),
        EventKind::Refused { id, reason } => {
            let id = id.map(|id| id.to_string()).unwrap_or_default();
            (Told::Refused, failure, format!("{reason} {id}").trim_end().to_owned())
        }
        EventKind::LoginProved { subject } => usual(Told::LoginProved, subject.to_string()),
        EventKind::LoginRefused { subject } => (Told::LoginRefused, failure, whose(subject)),
        EventKind::ClientRefused { client, reason } => {
            let client = client.as_ref().map(ToString::to_string).unwrap_or_default();
            (Told::ClientRefused, failure, format!("{reason} {client}").trim_end().to_owned())
        }
        EventKind::GrantRefused { client, error } => (Told::GrantRefused, failure, format!("{error} {client}")),
        EventKind::Refreshed { family, .. } => usual(Told::Refreshed, format!("{family:?}")),
        EventKind::Replayed { family, .. } => (Told::Replayed, alarm, format!("{family:?}")),
        EventKind::ForeignClient { id, client } => (Told::ForeignClient, alarm, format!("{id} {client}")),
        EventKind::RevocationIgnored { id } => (Told::RevocationIgnored, failure, id.to_string()),
        EventKind::Revoked { kind, id, .. } => usual(Told::Revoked, format!("{} {id}", kind.as_str())),
        EventKind::OwnerRevoked { owner, families } => {
            usual(Told::OwnerRevoked, format!("{} {families}", owner.as_str()))
        }
        EventKind::Rotated { id, successor } => usual(Told::Rotated, format!("{id} {successor}")),
        EventKind::OverlapEnded { id } => usual(Told::OverlapEnded, id.to_string()),
        EventKind::Changed { id, action } => usual(changed(*action), id.to_string()),
        EventKind::Client { client, action } => usual(client_told(*action), client.to_string()),
        EventKind::Setting { name, value } => usual(Told::Setting, format!("{name} = {value}")),
        EventKind::Switch { subject, allowed } => {
            usual(if *allowed { Told::LoginAllowed } else { Told::LoginForbidden }, subject.to_string())
        }
        EventKind::Throttled { counted, .. } => (Told::Throttled, alarm, throttled(counted)),
        EventKind::FailuresWithoutSource { failures, .. } => (Told::FailuresWithoutSource, alarm, failures.to_string()),
        EventKind::NoKeyRing => (Told::NoKeyRing, alarm, String::new()),
        EventKind::Rekeyed { id, .. } => usual(Told::Rekeyed, id.to_string()),
        EventKind::Corrupt { rows } => (Told::Corrupt, alarm, rows.to_string()),
        EventKind::NoAddress { id, .. } => (Told::NoAddress, failure, id.to_string()),
        EventKind::NoticeWithheld { id, reason, .. } => usual(Told::NoticeWithheld, format!("{id}: {reason}")),
        EventKind::UsesDropped { count } => (Told::UsesDropped, failure, count.to_string()),
        EventKind::MadeRoom { kind, owner, .. } => usual(Told::MadeRoom, format!("{} {}", kind.as_str(), shown(owner))),
        EventKind::LimitReached { owner, .. } => (Told::LimitReached, failure, shown(owner)),
        _ => usual(Told::Other, String::new()),
    }
}

/// The accounts that an event names beside who did it.
pub(crate) fn named(event: &Event) -> Option<&SubjectId> {
    match &event.what {
        EventKind::LoginProved { subject } | EventKind::Switch { subject, .. } => Some(subject),
        EventKind::LoginRefused { subject } => subject.as_ref(),
        _ => None,
    }
}

/// Whose it is; nothing where it is the realm's own.
fn shown(owner: &OwnerId) -> String {
    owner.subject().map(|subject| subject.to_string()).unwrap_or_default()
}

const fn changed(action: Action) -> Told {
    match action {
        Action::Edited => Told::Edited,
        Action::ExpirySet => Told::ExpirySet,
        Action::MadePermanent => Told::MadePermanent,
        Action::Reset => Told::Reset,
        Action::Reactivated => Told::Reactivated,
        _ => Told::Other,
    }
}

const fn client_told(action: ClientAction) -> Told {
    match action {
        ClientAction::Created => Told::ClientCreated,
        ClientAction::Changed => Told::ClientChanged,
        ClientAction::Disabled => Told::ClientDisabled,
        ClientAction::Enabled => Told::ClientEnabled,
        ClientAction::SecretReplaced => Told::ClientSecretReplaced,
        ClientAction::TokensRevoked => Told::ClientTokensRevoked,
        ClientAction::Deleted => Told::ClientDeleted,
        _ => Told::Other,
    }
}

/// Whose failures were counted, where that is somebody.
fn throttled(counted: &Throttled) -> String {
    match counted {
        Throttled::Account { subject: Some(subject) } => subject.to_string(),
        Throttled::Client { client: Some(client) } => client.to_string(),
        _ => String::new(),
    }
}
