//! Events by name, and what of them is worth a second look.

use counterfoil::event::{Action, ClientAction, Event, Throttled, What};
use counterfoil::{OwnerId, SubjectId};

/// What happened, without whom and to what.
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
        What::Issued { kind, id, .. } => usual(Told::Issued, format!("{} {id}", kind.as_str())),
        What::Refused { id, reason } => {
            let id = id.map(|id| id.to_string()).unwrap_or_default();
            (Told::Refused, failure, format!("{reason} {id}").trim_end().to_owned())
        }
        What::LoginProved { subject } => usual(Told::LoginProved, subject.to_string()),
        What::LoginRefused { subject } => (Told::LoginRefused, failure, whose(subject)),
        What::ClientRefused { client, reason } => {
            let client = client.as_ref().map(ToString::to_string).unwrap_or_default();
            (Told::ClientRefused, failure, format!("{reason} {client}").trim_end().to_owned())
        }
        What::GrantRefused { client, error } => (Told::GrantRefused, failure, format!("{error} {client}")),
        What::Refreshed { family, .. } => usual(Told::Refreshed, format!("{family:?}")),
        What::Replayed { family, .. } => (Told::Replayed, alarm, format!("{family:?}")),
        What::ForeignClient { id, client } => (Told::ForeignClient, alarm, format!("{id} {client}")),
        What::RevocationIgnored { id } => (Told::RevocationIgnored, failure, id.to_string()),
        What::Revoked { kind, id, .. } => usual(Told::Revoked, format!("{} {id}", kind.as_str())),
        What::OwnerRevoked { owner, families } => usual(Told::OwnerRevoked, format!("{} {families}", owner.as_str())),
        What::Rotated { id, successor } => usual(Told::Rotated, format!("{id} {successor}")),
        What::OverlapEnded { id } => usual(Told::OverlapEnded, id.to_string()),
        What::Changed { id, action } => usual(changed(*action), id.to_string()),
        What::Client { client, action } => usual(client_told(*action), client.to_string()),
        What::Setting { name, value } => usual(Told::Setting, format!("{name} = {value}")),
        What::Switch { subject, allowed } => {
            usual(if *allowed { Told::LoginAllowed } else { Told::LoginForbidden }, subject.to_string())
        }
        What::Throttled { counted, .. } => (Told::Throttled, alarm, throttled(counted)),
        What::FailuresWithoutSource { failures, .. } => (Told::FailuresWithoutSource, alarm, failures.to_string()),
        What::NoKeyRing => (Told::NoKeyRing, alarm, String::new()),
        What::Rekeyed { id, .. } => usual(Told::Rekeyed, id.to_string()),
        What::Corrupt { rows } => (Told::Corrupt, alarm, rows.to_string()),
        What::NoAddress { id, .. } => (Told::NoAddress, failure, id.to_string()),
        What::NoticeWithheld { id, reason, .. } => usual(Told::NoticeWithheld, format!("{id}: {reason}")),
        What::UsesDropped { count } => (Told::UsesDropped, failure, count.to_string()),
        What::MadeRoom { kind, owner, .. } => usual(Told::MadeRoom, format!("{} {}", kind.as_str(), shown(owner))),
        What::LimitReached { owner, .. } => (Told::LimitReached, failure, shown(owner)),
        _ => usual(Told::Other, String::new()),
    }
}

/// The accounts that an event names beside who did it.
pub(crate) fn named(event: &Event) -> Option<&SubjectId> {
    match &event.what {
        What::LoginProved { subject } | What::Switch { subject, .. } => Some(subject),
        What::LoginRefused { subject } => subject.as_ref(),
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
