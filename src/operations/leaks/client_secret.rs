//! Finds the client to which a leaked client secret belongs, and removes the secret if the policy says so.

use std::num::NonZeroU32;

use crate::event::{Actor, By, EventKind, LeakState};
use crate::http_auth::basic::basic;
use crate::operations::leaks::outcome::LeakOutcome;
use crate::operations::leaks::report::{Looked, Reported};
use crate::operations::leaks::trouble::{Trouble, unread};
use crate::service::Service;
use crate::service::changing::TURNS;
use crate::service::error::Unavailable;
use crate::store::client_store::ClientPut;
use crate::types::client::{ClientId, Registration, VersionedRegistration};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// The number of registrations that are read from the client store at a time.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// A reported text that has the form of a generated client secret.
pub(super) struct Wanted {
    /// The position of the text in the report.
    pub(super) at: usize,
    /// The id of the secret, which the text contains.
    pub(super) id: RecordId,
    pub(super) secret: Secret,
    pub(super) by: By,
}

/// Handles reported client secrets, in one walk over the clients of the realm. The text of a secret does not name its
/// client, so one walk serves all secrets of a report. If rows of clients cannot be decoded, a secret that is not found
/// counts as corrupt, because one of these rows may contain it.
pub(super) async fn report(service: &Service, wanted: Vec<Wanted>, looked: &mut Looked, now: Timestamp) {
    if wanted.is_empty() {
        return;
    }
    let mut wanted: Vec<Option<Wanted>> = wanted.into_iter().map(Some).collect();
    let (mut after, mut corrupt): (Option<ClientId>, u32) = (None, 0);
    loop {
        let page = match service.clients.clients(&service.realm, after.as_ref(), PAGE).await {
            Ok(page) => page,
            // The texts that were not looked up stay `Work::Waiting`, because none of them caused the error.
            Err(error) => return looked.stopped(error.into()),
        };
        corrupt = corrupt.saturating_add(page.corrupt);
        for found in page.items {
            for slot in &mut wanted {
                let names = |own: &Wanted| has_secret(&found.registration, &own.id);
                let Some(own) = slot.take_if(|own| names(own)) else { continue };
                let outcome = match service.live_secret(Some(&found.registration), &own.secret, now) {
                    Some(id) => leaked(service, found.clone(), id, own.by, now).await,
                    None => Ok(LeakOutcome::NotOurs),
                };
                if looked.add(own.at, outcome) == Some(Trouble::Outage) {
                    return;
                }
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    for own in wanted.into_iter().flatten() {
        // No client that was read has a secret with this id. A digest is computed nevertheless, so the duration does
        // not tell whether the id exists.
        let _none = std::hint::black_box(service.live_secret(None, &own.secret, now));
        let outcome = if corrupt == 0 { Ok(LeakOutcome::NotOurs) } else { Err(unread(corrupt)) };
        looked.add(own.at, outcome);
    }
    if corrupt > 0 {
        service.tell(now, By::itself(Actor::Upkeep), EventKind::Corrupt { rows: corrupt });
    }
}

/// Handles a text that may be an API key: base64 of a client id, a colon and a secret. An API key names its client, so
/// no walk over the clients is needed. `None` if the text has another form, or if it contains no live secret of the
/// named client.
///
/// An imported secret is looked up only if the host reports it. Such a secret may be weak, and the counters of the
/// token endpoint do not count reports, so a stranger could otherwise guess without a limit. A generated secret cannot
/// be guessed.
pub(super) async fn api_key(
    service: &Service,
    reported: &Reported<'_>,
    text: &str,
    now: Timestamp,
) -> Result<Option<LeakOutcome>, Unavailable> {
    let header = Secret::from(format!("Basic {text}"));
    let Ok(Some(pair)) = basic(header.expose_secret().as_bytes()) else { return Ok(None) };
    let (Ok(client), Some(secret)) = (pair.client_id.parse::<ClientId>(), pair.secret) else { return Ok(None) };
    let is_generated = service.prefixes.parse(secret.expose_secret()).is_ok();
    if !is_generated && reported.by.actor != Actor::Host {
        return Ok(None);
    }
    let found = service.with_client(&client, now, |client| client.cloned()).await?;
    let registration = found.as_ref().map(|found| &found.registration);
    match (service.live_secret(registration, &secret, now), found) {
        (Some(id), Some(found)) => Ok(Some(leaked(service, found, id, reported.by.clone(), now).await?)),
        _ => Ok(None),
    }
}

async fn leaked(
    service: &Service,
    found: VersionedRegistration,
    id: [u8; 16],
    by: By,
    now: Timestamp,
) -> Result<LeakOutcome, Unavailable> {
    let (client, kind) = (found.registration.client_id.clone(), TokenKind::ClientSecret);
    let state = match service.policy.leaks.ends(kind) {
        false => LeakState::LeftValid,
        true if removed(service, found, id, now).await? => LeakState::Ended,
        true => LeakState::AlreadyEnded,
    };
    let id = RecordId::from_bytes(id);
    service.tell(now, by, EventKind::ClientSecretLeaked { client, id, state });
    Ok(LeakOutcome::of(state, kind, id))
}

/// Removes a secret of a client. Returns whether this call has removed it.
async fn removed(
    service: &Service,
    mut found: VersionedRegistration,
    id: [u8; 16],
    now: Timestamp,
) -> Result<bool, Unavailable> {
    for _ in 0..TURNS {
        let mut registration = found.registration;
        if !has_secret(&registration, &RecordId::from_bytes(id)) {
            return Ok(false);
        }
        registration.secrets.retain(|slot| slot.id != id);
        match service.clients.put_client(&service.realm, Some(found.version), &registration).await? {
            ClientPut::Done(version) => {
                let client = registration.client_id.clone();
                let written = VersionedRegistration { version, registration };
                service.snapshot.client_changed(&client, Some(written), now);
                return Ok(true);
            }
            ClientPut::Stale(Some(other)) => found = other,
            ClientPut::Stale(None) | ClientPut::Retired => return Ok(false),
        }
    }
    Err(Unavailable::Contended { operation: "report of a leak" })
}

fn has_secret(registration: &Registration, id: &RecordId) -> bool {
    registration.secrets.iter().any(|slot| slot.id == *id.as_bytes())
}
