//! Writes events to the log of `tracing`, whose fields a log collector can search.

use crate::event::sink::EventSink;
use crate::event::{Actor, Event, EventKind, Throttled};
use crate::types::ids::OwnerId;
use crate::types::source::SourceName;

/// Writes every event to `tracing` with the target `counterfoil`. Each part of the event is a field. The first fields
/// are `event` ([`EventKind::name`]), `at` (microseconds since 1970), `realm`, `actor`, `by_subject`, `by_credential`,
/// `by_client`, `by_creator` (who created the security code that was used) and `source`. The fields of the kind of
/// event follow. A failure of a store or of the directory has the level error, a refusal or another problem has the
/// level warn, and any other event has the level info.
///
/// The builder adds this sink by default. [`Builder::without_tracing`](crate::Builder::without_tracing) removes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

/// The fields that belong to the kind of event. Most kinds set few of them.
#[derive(Default)]
struct Fields {
    kind: Option<String>,
    id: Option<String>,
    other_id: Option<String>,
    owner: Option<String>,
    subject: Option<String>,
    client: Option<String>,
    family: Option<String>,
    generation: Option<u64>,
    reason: Option<String>,
    count: Option<u64>,
    value: Option<String>,
    until: Option<u64>,
    means: Option<&'static str>,
    op: Option<&'static str>,
    cause: Option<String>,
}

/// The `tracing` level of an event.
enum Loudness {
    Error,
    Warning,
    Information,
}

fn loudness(what: &EventKind) -> Loudness {
    match what {
        EventKind::Failed { .. } => Loudness::Error,
        EventKind::Refused { .. }
        | EventKind::LoginRefused { .. }
        | EventKind::ClientRefused { .. }
        | EventKind::GrantRefused { .. }
        | EventKind::Replayed { .. }
        | EventKind::LeakReported { .. }
        | EventKind::ClientSecretLeaked { .. }
        | EventKind::ReportsDropped { .. }
        | EventKind::ForeignClient { .. }
        | EventKind::RevocationIgnored { .. }
        | EventKind::Throttled { .. }
        | EventKind::FailuresWithoutSource { .. }
        | EventKind::NoKeyRing
        | EventKind::NoUpkeep
        | EventKind::ClockLeapt { .. }
        | EventKind::KeyMissing { .. }
        | EventKind::Corrupt { .. }
        | EventKind::NoAddress { .. }
        | EventKind::ValidSinceAhead { .. }
        | EventKind::ReservedSubject { .. }
        | EventKind::UsesDropped { .. } => Loudness::Warning,
        _ => Loudness::Information,
    }
}

fn debug(value: impl std::fmt::Debug) -> Option<String> {
    Some(format!("{value:?}"))
}

/// The owner as text: the subject id of a person or service account, or `realm` if the realm itself owns the records.
/// The result is always `Some`.
fn whose(owner: &OwnerId) -> Option<String> {
    Some(owner.person().map_or_else(|| "realm".to_owned(), ToString::to_string))
}

fn text(value: impl ToString) -> Option<String> {
    Some(value.to_string())
}

fn fields(what: &EventKind) -> Fields {
    let none = Fields::default();
    match what {
        EventKind::Issued { kind, id, owner } => Fields { kind: text(kind), id: text(id), owner: whose(owner), ..none },
        EventKind::Imported { id, owner, scheme } => {
            Fields { id: text(id), owner: whose(owner), value: text(scheme), ..none }
        }
        EventKind::Refused { id, reason } => Fields { id: id.and_then(text), reason: text(reason), ..none },
        EventKind::LoginProved { subject } => Fields { subject: text(subject), ..none },
        EventKind::LoginRefused { subject } => Fields { subject: subject.as_ref().and_then(text), ..none },
        EventKind::ClientRefused { client, reason } => {
            Fields { client: client.as_ref().and_then(text), reason: text(reason), ..none }
        }
        EventKind::GrantRefused { client, error } => Fields { client: text(client), reason: text(error), ..none },
        EventKind::Refreshed { family, generation, retry } => {
            let reason = retry.then(|| "retry".to_owned());
            Fields { family: text(family), generation: Some(*generation), reason, ..none }
        }
        EventKind::Replayed { family, generation } => {
            Fields { family: text(family), generation: Some(*generation), ..none }
        }
        EventKind::ForeignClient { id, client } => Fields { id: text(id), client: text(client), ..none },
        EventKind::RevocationIgnored { id } | EventKind::OverlapEnded { id } => Fields { id: text(id), ..none },
        EventKind::Revoked { kind, id, reason } => {
            Fields { kind: text(kind), id: text(id), reason: debug(reason), ..none }
        }
        EventKind::SignInEnded { kind, family, owner, reason } => {
            Fields { kind: text(kind), family: text(family), owner: whose(owner), reason: debug(reason), ..none }
        }
        EventKind::OwnerRevoked { owner, kinds, families } => {
            let kinds =
                kinds.as_ref().map(|kinds| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" "));
            Fields { owner: whose(owner), kind: kinds, count: Some(*families), ..none }
        }
        EventKind::LeakReported { kind, id, owner, state } => {
            Fields { kind: text(kind), id: text(id), owner: whose(owner), reason: debug(state), ..none }
        }
        EventKind::ClientSecretLeaked { client, id, state } => {
            Fields { client: text(client), id: text(id), reason: debug(state), ..none }
        }
        EventKind::ReportsDropped { count, reason } => Fields { count: Some(*count), reason: debug(reason), ..none },
        EventKind::Rotated { id, successor } => Fields { id: text(id), other_id: text(successor), ..none },
        EventKind::Changed { id, action } => Fields { id: text(id), reason: debug(action), ..none },
        EventKind::Client { client, action } => Fields { client: text(client), reason: debug(action), ..none },
        EventKind::ServiceAccount { id, action } => {
            Fields { subject: text(id.subject()), reason: debug(action), ..none }
        }
        EventKind::Setting { name, value } => Fields { reason: text(name), value: text(value), ..none },
        EventKind::Switch { subject, allowed } => Fields { subject: text(subject), value: text(allowed), ..none },
        EventKind::Throttled { counted, until } => Fields { until: Some(until.micros()), ..counted_of(counted) },
        EventKind::MadeRoom { kind, family, owner } => {
            Fields { kind: text(kind), family: text(family), owner: whose(owner), ..none }
        }
        EventKind::LimitReached { limit, owner } => Fields { reason: debug(limit), owner: whose(owner), ..none },
        EventKind::FailuresWithoutSource { failures, since } => {
            Fields { count: Some(u64::from(*failures)), value: text(since.micros()), ..none }
        }
        EventKind::NoKeyRing | EventKind::NoUpkeep => none,
        EventKind::ClockLeapt { from, to } => Fields { value: text(from.micros()), until: Some(to.micros()), ..none },
        EventKind::KeyMissing { key, records } => Fields { value: text(key.number()), count: Some(*records), ..none },
        EventKind::Rekeyed { id, key } => Fields { id: text(id), value: text(key.number()), ..none },
        EventKind::Failed { means, op, fault, id, cause, unsaid } => Fields {
            means: Some(means.as_str()),
            op: Some(op),
            reason: text(fault.as_str()),
            id: id.and_then(text),
            cause: Some(cause.clone()),
            count: Some(*unsaid),
            ..none
        },
        EventKind::Recovered { means, failures, since } => {
            Fields { means: Some(means.as_str()), count: Some(*failures), value: text(since.micros()), ..none }
        }
        EventKind::Corrupt { rows } => Fields { count: Some(u64::from(*rows)), ..none },
        EventKind::NoAddress { owner, id } => Fields { owner: whose(owner), id: text(id), ..none },
        EventKind::NoticeWithheld { owner, id, reason } => {
            Fields { owner: whose(owner), id: text(id), reason: debug(reason), ..none }
        }
        EventKind::ValidSinceAhead { subject, valid_since } => {
            Fields { subject: text(subject), until: Some(valid_since.micros()), ..none }
        }
        EventKind::ReservedSubject { subject } => Fields { subject: text(subject), ..none },
        EventKind::UsesDropped { count } => Fields { count: Some(*count), ..none },
    }
}

/// The fields that say which limit was reached, and for which account or client.
fn counted_of(counted: &Throttled) -> Fields {
    let none = Fields::default();
    match counted {
        Throttled::Account { subject } => {
            Fields { reason: text("account"), subject: subject.as_ref().and_then(text), ..none }
        }
        Throttled::Client { client } => {
            Fields { reason: text("client"), client: client.as_ref().and_then(text), ..none }
        }
        Throttled::Logins => Fields { reason: text("logins"), ..none },
        Throttled::ClientSecrets => Fields { reason: text("client_secrets"), ..none },
        Throttled::LeakReports => Fields { reason: text("leak_reports"), ..none },
    }
}

/// The fields that say who caused an event.
struct By {
    name: &'static str,
    /// The subject whose rights were used.
    subject: Option<String>,
    credential: Option<String>,
    client: Option<String>,
    /// The super administrator who created the security code that was used.
    creator: Option<String>,
}

fn actor(by: &Actor) -> By {
    let (name, subject, credential) = match by {
        Actor::Unproved => ("unproved", None, None),
        Actor::Person { subject, credential } => ("person", Some(subject), credential.as_ref()),
        Actor::SecurityCode { subject, credential, .. } => ("security_code", Some(subject), Some(credential)),
        Actor::Client { subject, .. } => ("client", subject.as_ref(), None),
        Actor::Host => ("host", None, None),
        Actor::Upkeep => ("upkeep", None, None),
    };
    let (mut client, mut creator) = (None, None);
    match by {
        Actor::Client { client: own, .. } => client = text(own),
        Actor::SecurityCode { creator: own, .. } => creator = text(own),
        _ => {}
    }
    By { name, subject: subject.and_then(text), credential: credential.and_then(text), client, creator }
}

impl EventSink for TracingSink {
    fn tell(&self, event: &Event) {
        macro_rules! write {
            ($level:expr) => {{
                if !tracing::enabled!(target: "counterfoil", $level) {
                    return;
                }
                let by = actor(&event.by);
                let said = fields(&event.kind);
                tracing::event!(
                    target: "counterfoil",
                    $level,
                    event = event.kind.name(),
                    at = event.at.micros(),
                    realm = event.realm.as_str(),
                    actor = by.name,
                    by_subject = by.subject,
                    by_credential = by.credential,
                    by_client = by.client,
                    by_creator = by.creator,
                    kind = said.kind,
                    id = said.id,
                    other_id = said.other_id,
                    owner = said.owner,
                    subject = said.subject,
                    client = said.client,
                    family = said.family,
                    generation = said.generation,
                    source = event.source.as_ref().map(SourceName::as_str),
                    reason = said.reason,
                    count = said.count,
                    value = said.value,
                    until = said.until,
                    means = said.means,
                    op = said.op,
                    cause = said.cause,
                    "{}",
                    event.kind.name()
                );
            }};
        }
        match loudness(&event.kind) {
            Loudness::Error => write!(tracing::Level::ERROR),
            Loudness::Warning => write!(tracing::Level::WARN),
            Loudness::Information => write!(tracing::Level::INFO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ids::{RecordId, SubjectId};

    #[test]
    fn ao_code_6_an_entry_of_the_log_names_whose_rights_a_code_used_and_who_created_it() {
        let subject = |id: u32| SubjectId::from(id);
        let credential = RecordId::from_bytes([7; 16]);
        let by = actor(&Actor::SecurityCode { subject: subject(7), creator: subject(9), credential });
        assert_eq!((by.name, by.subject, by.creator), ("security_code", text(7), text(9)));
        assert_eq!((by.credential, by.client), (text(credential), None));
        let by = actor(&Actor::Person { subject: subject(7), credential: None });
        assert_eq!((by.name, by.subject, by.credential, by.creator), ("person", text(7), None, None));
    }
}
