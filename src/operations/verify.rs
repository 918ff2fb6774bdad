//! Verifies bearer tokens.

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::http_auth::refusal::Refusal;
use crate::record::decide::Rights;
use crate::record::facts::{Facts, FactsBody, Origin};
use crate::record::phase::phase;
use crate::service::Service;
use crate::service::error::Denied;
use crate::service::matching::Matched;
use crate::service::measured::{Stopwatch, timed};
use crate::types::account::{Account, Identity};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::realm::Realm;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Verifies a bearer token, which is an access token, a personal access token or a security code. Any other text is
    /// refused, except the text of an imported token ([`Builder::import`](crate::Builder::import)).
    ///
    /// One call reads the store once and the directory once. Settings and clients are read from a snapshot in memory. For
    /// a text that may be an imported token, it also reads the alias store.
    ///
    /// # Errors
    ///
    /// [`Denied::Refused`] with the actual reason, which is only for the host. Send the caller [`Denied::public`]
    /// instead. [`Denied::Unavailable`] if the token could not be verified.
    ///
    /// # Cancel safety
    ///
    /// Safe. If the token replaces an older token that works until the first use of the new one, a dropped call might
    /// have ended the older token. The next use of the new token would end it anyway.
    ///
    /// # Example: a token that may read, for a day
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use std::time::Duration;
    ///
    /// use counterfoil::http_auth::{PublicRefusal, Refusal};
    /// use counterfoil::types::TokenKind;
    ///
    /// let scope = Some("demo:read".parse()?);
    /// let new = NewPersonalAccessToken::new("reports", Lifetime::Days(1)).with_scope(scope);
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    ///
    /// let principal = counterfoil.verify(issued.token.expose_secret()).await?;
    /// assert_eq!((principal.name(), principal.kind()), ("ivan", TokenKind::PersonalAccessToken));
    /// assert!(principal.may("demo:read") && !principal.may("demo:write"));
    ///
    /// clock.advance(Duration::from_secs(86_400));
    /// let denied = counterfoil.verify(issued.token.expose_secret()).await.expect_err("expired");
    /// assert!(matches!(denied, Denied::Refused(Refusal::Expired { .. })), "for the host");
    /// assert_eq!(denied.public(), Some(PublicRefusal::InvalidToken), "for the caller");
    /// # Ok(()) }) }
    /// ```
    pub async fn verify(&self, token: &str) -> Result<Principal, Denied> {
        self.verified(token, None).await
    }

    pub(crate) async fn verified(&self, token: &str, source: Option<&SourceName>) -> Result<Principal, Denied> {
        let watch = Stopwatch::start();
        let verified = verify(&self.service, token, source, self.now()).await;
        match &verified {
            Ok(_) => timed!(watch, "counterfoil_operation_seconds", "operation" => "verify", "outcome" => "accepted"),
            Err(Denied::Refused(_)) => {
                timed!(watch, "counterfoil_operation_seconds", "operation" => "verify", "outcome" => "refused");
            }
            Err(Denied::Unavailable(_)) => {
                timed!(watch, "counterfoil_operation_seconds", "operation" => "verify", "outcome" => "unavailable");
            }
        }
        verified
    }
}

/// A verified credential: its secret matches, and it may be used now. Only [`check`] creates a value of this type.
struct Verified {
    facts: Facts,
    account: Account,
    rights: Rights,
}

async fn verify(
    service: &Service,
    text: &str,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Principal, Denied> {
    let refuse = |id, reason| refuse(service, id, reason, source, now);
    let Ok(presented) = service.prefixes.parse(text) else {
        if service.imports.is_none() {
            return refuse(None, Refusal::Malformed);
        }
        // In a box, so that the future of other calls does not become larger.
        return Box::pin(verify_foreign(service, text, source, now)).await;
    };
    let id = Some(*presented.id());
    let kind = presented.kind();
    if !matches!(kind, TokenKind::PersonalAccessToken | TokenKind::AccessToken | TokenKind::SecurityCode) {
        return refuse(id, Refusal::WrongKind { kind });
    }
    let checked = match service.matched(&presented).await? {
        Ok(matched) => check(service, matched, source, now).await?,
        Err(refusal) => Err(refusal),
    };
    match checked {
        Ok(principal) => Ok(principal),
        Err(refusal) => refuse(id, refusal),
    }
}

/// Verifies a text that is not a token of this library, as the token of another system.
async fn verify_foreign(
    service: &Service,
    text: &str,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Principal, Denied> {
    let matched = match service.matched_foreign(text).await? {
        Ok(matched) => matched,
        Err((id, refusal)) => return refuse(service, id, refusal, source, now),
    };
    let id = matched.record.record().id;
    match check(service, matched, source, now).await? {
        Ok(principal) => Ok(principal),
        Err(refusal) => refuse(service, Some(id), refusal, source, now),
    }
}

/// Decides about a credential whose secret matches, and then applies the effects of a successful use.
async fn check(
    service: &Service,
    matched: Matched,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Result<Principal, Refusal>, Denied> {
    let Matched { record, fresher } = matched;
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let limits = service.limits(&settings);
    let phase = phase(record.view(), limits, now);
    let facts = Facts::of(record.view(), limits, Origin::NotAsked);
    drop(record);
    let (account, rights) = match service.decided(&facts, phase, &settings, now).await? {
        (Some(account), Ok(rights)) => (account, rights),
        (None, Ok(_)) => return Ok(Err(Refusal::AccountMissing)),
        (_, Err(refusal)) => return Ok(Err(refusal)),
    };
    let Facts { id, kind, version, parent, last_used_at, .. } = facts;
    let first_use = last_used_at.is_none() && parent.is_some() && service.uses.overlaid(id, None).is_none();
    if first_use {
        service.first_use_ends_parent(kind, parent, source, now).await?;
    }
    service.uses.note(id, last_used_at, now);
    if let Some(fresher) = fresher {
        service.rekeying.note(kind, (id, version), fresher);
    }
    // The principal is built here, because returning the parts and then building it makes more copies (see the
    // `authenticate` bench).
    Ok(Ok(principal(service.realm.clone(), Verified { facts, account, rights }, source)))
}

#[inline]
fn principal(realm: Realm, verified: Verified, source: Option<&SourceName>) -> Principal {
    let Verified { facts, account, rights: Rights { role, manages_profiles, narrowed } } = verified;
    let Facts { id: credential, kind, expires_at, label, scope: held, body, .. } = facts;
    let actor = match body {
        FactsBody::Code { created_by, .. } => Some(created_by),
        _ => None,
    };
    let Identity { subject, name, contact, extension } = account.into_identity();
    let scope = narrowed.map_or(held, |narrowed| Some(*narrowed));
    Principal {
        realm,
        subject,
        name,
        role,
        manages_profiles,
        kind,
        credential,
        label,
        scope,
        expires_at,
        actor,
        authenticated_at: None,
        source: source.cloned(),
        contact,
        extension,
    }
}

fn refuse(
    service: &Service,
    id: Option<RecordId>,
    reason: Refusal,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Principal, Denied> {
    service.tell(now, By::from(Actor::Unproved, source), EventKind::Refused { id, reason });
    Err(Denied::Refused(reason))
}
