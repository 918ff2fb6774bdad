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
use crate::token::presented::PresentedToken;
use crate::types::account::{Account, Identity};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::realm::Realm;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Verifies a bearer token, which is an access token, a personal access token or a security code. Any other text is
    /// refused.
    ///
    /// One call reads the store once and the directory once. Settings and clients are read from a snapshot in memory.
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
    let Ok(presented) = service.prefixes.parse(text) else { return refuse(None, Refusal::Malformed) };
    let id = Some(*presented.id());
    let kind = presented.kind();
    if !matches!(kind, TokenKind::PersonalAccessToken | TokenKind::AccessToken | TokenKind::SecurityCode) {
        return refuse(id, Refusal::WrongKind { kind });
    }
    match check(service, &presented, source, now).await? {
        Ok(principal) => Ok(principal),
        Err(refusal) => refuse(id, refusal),
    }
}

/// Verifies the secret, decides about the credential, and then applies the effects of a successful use.
async fn check(
    service: &Service,
    presented: &PresentedToken,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Result<Principal, Refusal>, Denied> {
    let Matched { record, fresher } = match service.matched(presented).await? {
        Ok(matched) => matched,
        Err(refusal) => return Ok(Err(refusal)),
    };
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
    if let Some((digest, key)) = fresher {
        service.rekeying.note(kind, (id, version), digest, key);
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
