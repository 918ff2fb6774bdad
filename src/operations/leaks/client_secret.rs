//! Finds the client to which a leaked client secret belongs, and removes the secret if the policy says so.

use std::num::NonZeroU32;

use crate::event::{By, EventKind, LeakState};
use crate::http_auth::basic::basic;
use crate::operations::leaks::outcome::LeakOutcome;
use crate::service::Service;
use crate::service::changing::TURNS;
use crate::service::error::Unavailable;
use crate::store::client_store::ClientPut;
use crate::types::client::{ClientId, Registration, VersionedRegistration};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// The number of registrations in a page.
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

/// Finds the registrations of client secrets, in one walk over the clients of the realm. A secret does not name its
/// client, so the walk is shared by all secrets of a report. Calls `told` with the position and the outcome of each
/// secret.
pub(super) async fn report(
    service: &Service,
    wanted: Vec<Wanted>,
    now: Timestamp,
    mut told: impl FnMut(usize, LeakOutcome),
) -> Result<(), Unavailable> {
    if wanted.is_empty() {
        return Ok(());
    }
    let mut wanted: Vec<Option<Wanted>> = wanted.into_iter().map(Some).collect();
    let mut after: Option<ClientId> = None;
    loop {
        let page = service.clients.clients(&service.realm, after.as_ref(), PAGE).await?;
        for found in page.items {
            for slot in &mut wanted {
                let names = |own: &Wanted| has_secret(&found.registration, &own.id);
                let Some(own) = slot.take_if(|own| names(own)) else { continue };
                let outcome = match service.live_secret(Some(&found.registration), &own.secret, now) {
                    Some(id) => leaked(service, found.clone(), id, own.by, now).await?,
                    None => LeakOutcome::NotOurs,
                };
                told(own.at, outcome);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    for own in wanted.into_iter().flatten() {
        // An unknown id costs as many digests as a wrong secret.
        let _none = std::hint::black_box(service.live_secret(None, &own.secret, now));
        told(own.at, LeakOutcome::NotOurs);
    }
    Ok(())
}

/// Handles a text that may be an API key: base64 of a client id, a colon and a secret. It names the client, so no walk
/// is needed. This also finds imported secrets. `None` if the text has another form.
pub(super) async fn api_key(
    service: &Service,
    text: &str,
    by: &By,
    now: Timestamp,
) -> Result<Option<LeakOutcome>, Unavailable> {
    let header = Secret::from(format!("Basic {text}"));
    let Ok(Some(pair)) = basic(header.expose_secret().as_bytes()) else { return Ok(None) };
    let (Ok(client), Some(secret)) = (pair.client_id.parse::<ClientId>(), pair.secret) else { return Ok(None) };
    let found = service.with_client(&client, now, |client| client.cloned()).await?;
    let registration = found.as_ref().map(|found| &found.registration);
    match (service.live_secret(registration, &secret, now), found) {
        (Some(id), Some(found)) => Ok(Some(leaked(service, found, id, by.clone(), now).await?)),
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
    Ok(match state {
        LeakState::Ended => LeakOutcome::Ended { kind, id },
        LeakState::AlreadyEnded => LeakOutcome::AlreadyEnded { kind, id },
        LeakState::LeftValid => LeakOutcome::LeftValid { kind, id },
    })
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
