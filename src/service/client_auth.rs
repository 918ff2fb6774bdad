//! Client authentication (RFC 6749 §2.3) with HTTP Basic or with form fields, but not with both.
//!
//! A client has up to two stored secrets. A secret has one of two forms ([`SecretForm`]), which are digested
//! differently. The secret of a request is digested in both forms for each of the two stored secrets, so four digests
//! are computed. Four digests are also computed if the client is unknown, disabled or public, or if the secret is
//! wrong. So the duration does not reveal which of these is the case.

use crate::crypto::digest::{Digest, Digester};
use crate::event::{Actor, By, EventKind};
use crate::http_auth::basic::ClientHeader;
use crate::http_auth::client_fault::ClientFault;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::throttling::{Attempt, Counted, Held};
use crate::store::client_store::ClientPut;
use crate::store::throttle::ThrottleKey;
use crate::token::prefixes::Prefixes;
use crate::types::client::{ClientId, Registration, SecretForm, StoredSecret, VersionedRegistration};
use crate::types::ids::{KeyId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::secret::{Secret, SecretBytes, TokenSecret};
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// The largest number of live secrets of a client.
pub(crate) const SLOTS: usize = 2;

/// The client credentials in a request. `Debug` redacts the secrets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PresentedClient<'a> {
    pub(crate) header: &'a ClientHeader,
    /// The value of `client_id` in the body of the request.
    pub(crate) client_id: Option<&'a Secret>,
    /// The value of `client_secret` in the body of the request.
    pub(crate) client_secret: Option<&'a Secret>,
}

/// A failed client authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientRefusal {
    /// The request has two authentication methods or names two clients. The response is 400 `invalid_request`.
    #[error(transparent)]
    InvalidRequest {
        /// What is wrong with the request.
        fault: ClientFault,
    },
    /// The client is not authenticated. The error code of the response is `invalid_client`, for every reason.
    #[error("{fault}")]
    InvalidClient {
        /// Why the client is not authenticated.
        fault: ClientFault,
        /// Whether the request names the client in its body and has no `Authorization: Basic`. If true, the response is
        /// 400 without a challenge (RFC 6749 §5.2), because a browser shows its own dialog for a challenge. If false,
        /// the response is 401 with a challenge.
        by_form: bool,
    },
    /// There were too many failures. The response is 429. Until `until`, even the correct secret is refused.
    #[error("too many failures")]
    SlowDown {
        /// The instant from which attempts are allowed again.
        until: Timestamp,
    },
    /// Too many other attempts are in progress. No secret was tested. The response is 429 with a `Retry-After` of one
    /// second.
    #[error("too many attempts at once")]
    Busy {
        /// The throttle key that has too many attempts in progress. Pass it to
        /// [`Counterfoil::line_up`](crate::Counterfoil::line_up) to wait.
        key: ThrottleKey,
    },
}

impl ClientRefusal {
    const fn fault(self) -> Option<ClientFault> {
        match self {
            Self::InvalidRequest { fault } | Self::InvalidClient { fault, .. } => Some(fault),
            Self::SlowDown { .. } | Self::Busy { .. } => None,
        }
    }
}

/// The results of the comparison of a presented secret with the stored secrets of a client. Each array has one element
/// for each stored secret. `matches` says whether the presented secret matches this stored secret. `fresher` contains a
/// digest under the newest key, if the secret matched under an older key.
struct Proof {
    matches: [bool; SLOTS],
    fresher: [Option<(Digest, KeyId)>; SLOTS],
}

impl<'a> PresentedClient<'a> {
    /// Returns the client id and the secret, as they were sent. The secret is `None` if the request has none. Returns
    /// an error in these cases:
    ///
    /// - The request has two authentication methods, or two `Authorization: Basic` headers.
    /// - The header `Authorization: Basic` is malformed.
    /// - The request contains two different client ids.
    /// - The request contains no client id.
    fn halves(self) -> Result<(&'a str, Option<&'a Secret>), ClientRefusal> {
        let form_id = self.client_id.map(Secret::expose_secret);
        let clash = |fault| Err(ClientRefusal::InvalidRequest { fault });
        match self.header {
            ClientHeader::Unusable(fault @ ClientFault::HeaderTwice) => clash(*fault),
            ClientHeader::Basic(_) | ClientHeader::Unusable(_) if self.client_secret.is_some() => {
                clash(ClientFault::HeaderAndForm)
            }
            ClientHeader::Basic(pair) if form_id.is_some_and(|id| id != pair.client_id) => clash(ClientFault::OtherId),
            ClientHeader::Basic(pair) if pair.client_id.is_empty() => Err(self.invalid(ClientFault::Missing)),
            ClientHeader::Basic(pair) => Ok((&pair.client_id, pair.secret.as_ref())),
            ClientHeader::Unusable(fault) => Err(self.invalid(*fault)),
            ClientHeader::Absent => match form_id {
                Some(id) => Ok((id, self.client_secret)),
                None => Err(self.invalid(ClientFault::Missing)),
            },
        }
    }

    /// Creates the refusal `invalid_client` with that reason. The response has a challenge if the request used HTTP
    /// Basic or names no client.
    pub(crate) fn invalid(self, fault: ClientFault) -> ClientRefusal {
        let by_form = matches!(self.header, ClientHeader::Absent) && self.client_id.is_some();
        ClientRefusal::InvalidClient { fault, by_form }
    }
}

impl Service {
    /// Finds and authenticates the client of a request. Failed attempts with a secret are counted for each source, and
    /// for each pair of source and client id as sent. An attempt is reserved before the secret is tested. A request
    /// without a secret is not a guess, so the request is never counted and never waits.
    ///
    /// If the secret matched under an older key of the ring, its new digest is written at once, because the token
    /// endpoint is not on the hot path. If the write were left to a later use, a secret that is never used again would
    /// keep its digest under the older key, and so block the removal of this key from the ring forever.
    pub(crate) async fn authenticate_client(
        &self,
        presented: PresentedClient<'_>,
        source: &Source,
        now: Timestamp,
    ) -> Result<Result<VersionedRegistration, ClientRefusal>, Unavailable> {
        let (id, secret) = match presented.halves() {
            Ok(halves) => halves,
            Err(refusal) => return Ok(Err(self.client_refused(None, refusal, source, now))),
        };
        let attempt = match secret {
            None => Ok(Attempt::of_nothing()),
            Some(_) => self.attempt(Counted::Client(id), source, now).await?,
        };
        let attempt = match attempt {
            Ok(attempt) => attempt,
            Err(Held::Until(until)) => return Ok(Err(ClientRefusal::SlowDown { until })),
            Err(Held::UnderWay(key)) => return Ok(Err(ClientRefusal::Busy { key })),
        };
        let found = self.registered(id, now).await;
        let found = match found {
            Ok(found) => found,
            Err(failed) => {
                self.untested(attempt, now).await;
                return Err(failed);
            }
        };
        let registration = found.as_ref().map(|found| &found.registration);
        let proof = prove(&self.digester, &self.prefixes, registration, secret, now);
        match (verdict(registration, secret, &proof), found) {
            (Ok(()), Some(found)) => {
                self.give_back(attempt, now).await?;
                Ok(Ok(self.redigested(found, &proof, source, now).await))
            }
            (verdict, found) => {
                self.failed(attempt, now).await;
                let client = found.map(|found| found.registration.client_id);
                let fault = verdict.err().unwrap_or(ClientFault::Unknown);
                Ok(Err(self.client_refused(client, presented.invalid(fault), source, now)))
            }
        }
    }

    /// Returns the client with that id. `None` if the id is not valid or belongs to no client.
    async fn registered(&self, id: &str, now: Timestamp) -> Result<Option<VersionedRegistration>, Unavailable> {
        match id.parse::<ClientId>() {
            Ok(id) => self.with_client(&id, now, |client| client.cloned()).await,
            Err(_) => Ok(None),
        }
    }

    /// Returns the id of the client's live stored secret that equals `secret`. `None` if no stored secret equals it, or
    /// if `client` is `None`. The comparison is the same as for an authentication, but no attempt is counted.
    pub(crate) fn live_secret(
        &self,
        client: Option<&Registration>,
        secret: &Secret,
        now: Timestamp,
    ) -> Option<[u8; 16]> {
        let proof = prove(&self.digester, &self.prefixes, client, Some(secret), now);
        let slots = client?.secrets.iter().zip(proof.matches);
        slots.filter_map(|(slot, matches)| matches.then_some(slot.id)).next()
    }

    /// Emits an event about a refused client, and returns the refusal. Emits no event if the client was only throttled.
    pub(crate) fn client_refused(
        &self,
        client: Option<ClientId>,
        refusal: ClientRefusal,
        source: &Source,
        now: Timestamp,
    ) -> ClientRefusal {
        if let Some(reason) = refusal.fault() {
            self.tell(now, By::from(Actor::Unproved, source.name()), EventKind::ClientRefused { client, reason });
        }
        refusal
    }

    /// Replaces the stored digest of a verified secret by a digest under the newest key. If another write comes first
    /// or the store fails, nothing changes, and the next use of the secret tries again.
    async fn redigested(
        &self,
        found: VersionedRegistration,
        proof: &Proof,
        source: &Source,
        now: Timestamp,
    ) -> VersionedRegistration {
        let mut registration = found.registration.clone();
        let mut moved = None;
        for ((slot, matches), fresher) in registration.secrets.iter_mut().zip(proof.matches).zip(proof.fresher) {
            if let (true, Some((digest, key_id))) = (matches, fresher) {
                (slot.digest, slot.key_id) = (*digest.as_bytes(), key_id);
                moved = Some((RecordId::from_bytes(slot.id), key_id));
            }
        }
        let Some((id, key)) = moved else { return found };
        match self.clients.put_client(&self.realm, Some(found.version), &registration).await {
            Ok(ClientPut::Done(version)) => {
                let written = VersionedRegistration { version, registration };
                self.snapshot.client_changed(&written.registration.client_id, Some(written.clone()), now);
                self.tell(now, By::from(Actor::Upkeep, source.name()), EventKind::Rekeyed { id, key });
                written
            }
            _ => found,
        }
    }
}

fn verdict(client: Option<&Registration>, secret: Option<&Secret>, proof: &Proof) -> Result<(), ClientFault> {
    let client = client.ok_or(ClientFault::Unknown)?;
    if client.disabled {
        return Err(ClientFault::Disabled);
    }
    match (client.public, secret) {
        (true, None) => Ok(()),
        (true, Some(_)) => Err(ClientFault::PublicSecret),
        (false, Some(_)) if proof.matches.contains(&true) => Ok(()),
        (false, _) => Err(ClientFault::Secret),
    }
}

/// Compares the presented secret with each stored secret of the client in constant time. The work is always the same:
/// four digests, one in each [`SecretForm`] for each of the two possible stored secrets.
///
/// - For each missing stored secret, digests are computed with the newest key of the ring.
/// - If the presented text is not a generated secret, a secret of zeros is hashed in the form for generated secrets.
/// - If the ring no longer has the key of a stored secret, the newest key of the ring is used instead.
///
/// A digest that was computed with such a substitute never counts as a match.
fn prove(
    digester: &Digester,
    prefixes: &Prefixes,
    client: Option<&Registration>,
    secret: Option<&Secret>,
    now: Timestamp,
) -> Proof {
    let text = secret.map_or("", Secret::expose_secret);
    let parsed = prefixes.parse(text).ok().filter(|token| token.kind() == TokenKind::ClientSecret);
    let dummy: TokenSecret = SecretBytes::new([b'0'; 43]);
    let (text_id, letters) = match &parsed {
        Some(token) => (*token.id(), token.secret()),
        None => (RecordId::from_bytes([0; 16]), &dummy),
    };
    let newest = digester.current_key();
    let mut proof = Proof { matches: [false; SLOTS], fresher: [None; SLOTS] };
    for at in 0..SLOTS {
        let slot = client.and_then(|client| client.secrets.get(at));
        let key = slot.map_or(newest, |slot| slot.key_id);
        let known = digester.is_usable(key);
        let key = if known { key } else { newest };
        let id = slot.map_or([0; 16], |slot| slot.id);
        let generated = digester.token_under(key, TokenKind::ClientSecret, &text_id, letters);
        let imported = digester.imported_under(key, &id, text.as_bytes());
        let Some(slot) = slot.filter(|slot| known && is_live(slot, now)) else { continue };
        let (digest, formed) = match slot.form {
            SecretForm::Generated => (generated, parsed.is_some() && *text_id.as_bytes() == slot.id),
            SecretForm::Imported => (imported, secret.is_some()),
        };
        let equal = digest.is_some_and(|digest| digest.ct_eq(&Digest::from_bytes(slot.digest)));
        proof.matches[at] = equal & formed;
        if proof.matches[at] && key != newest {
            proof.fresher[at] = Some(match slot.form {
                SecretForm::Generated => digester.token(TokenKind::ClientSecret, &text_id, letters),
                SecretForm::Imported => digester.imported(&slot.id, text.as_bytes()),
            });
        }
    }
    proof
}

/// Whether a stored secret has not expired. A secret has an expiry only if a new secret has replaced it.
pub(crate) fn is_live(slot: &StoredSecret, now: Timestamp) -> bool {
    slot.expires_at.is_none_or(|end| !now.reached(end))
}

#[cfg(test)]
#[path = "client_auth_tests.rs"]
mod tests;
