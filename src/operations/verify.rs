//! Verifies bearer tokens.

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::http_auth::refusal::Refusal;
use crate::record::decide::Rights;
use crate::record::facts::{Facts, FactsBody, Origin};
use crate::record::phase::phase;
use crate::record::record_ref::RecordRef;
use crate::record::token_record::{BLANK, TokenRecord};
use crate::service::Service;
use crate::service::error::Denied;
use crate::service::measured::{Stopwatch, timed};
use crate::types::account::Identity;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::settings::StoredSettings;
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
        let now = self.now();
        let verified = verify(&self.service, token, source, now).await;
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

/// Verifies the secret, decides about the credential, and then applies the effects of a successful use.
///
/// In most calls, everything is in memory. So each value is written once, to the place where it stays, and the function
/// waits only where something must be read. Each further copy shows in the `authenticate` bench.
async fn verify(
    service: &Service,
    text: &str,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Principal, Denied> {
    let refuse = |id, reason| refuse(service, id, reason, source, now);
    let Ok(presented) = service.prefixes.parse(text) else { return Err(refuse(None, Refusal::Malformed)) };
    let (id, kind) = (*presented.id(), presented.kind());
    if !matches!(kind, TokenKind::PersonalAccessToken | TokenKind::AccessToken | TokenKind::SecurityCode) {
        return Err(refuse(Some(id), Refusal::WrongKind { kind }));
    }
    // A token that does not match is refused even if the settings cannot be read. The policy's own settings then stand
    // in, and nothing depends on them.
    let (settings, unread) = match service.settings_and_gate(None, now).await {
        Ok((settings, _)) => (settings, None),
        Err(error) => (service.policy.in_force(&StoredSettings::default()).0, Some(error)),
    };
    let limits = service.limits(&settings);
    let claim = service.claim(&presented);
    let (mut facts, mut seen) = (Facts::BLANK, Err(Refusal::Unknown));
    let mut look = |record: Option<RecordRef<'_>>| {
        // For an unknown id, the same work is done with an empty record.
        let view = record.unwrap_or_else(|| BLANK.view());
        let proved = service.proved(&claim, view);
        facts.fill(view, limits, Origin::NotAsked);
        let phase = phase(view, limits, now);
        seen = match record {
            Some(_) => proved.map(|fresher| (phase, fresher)),
            None => Err(Refusal::Unknown),
        };
    };
    if !service.store.try_read(&id, &mut look) {
        let record = service.store.get(&id).await?;
        look(record.as_ref().map(TokenRecord::view));
    }
    let (phase, fresher) = match seen {
        Ok(seen) => seen,
        Err(reason) => return Err(refuse(Some(id), reason)),
    };
    if let Some(error) = unread {
        return Err(error.into());
    }
    let mut account = None;
    let rights = match service.decided(&facts, phase, &settings, now, &mut account).await? {
        Ok(rights) => rights,
        Err(reason) => return Err(refuse(Some(id), reason)),
    };
    let Some(account) = account else { return Err(refuse(Some(id), Refusal::AccountMissing)) };
    let last_used_at = facts.last_used_at;
    if last_used_at.is_none() && facts.parent.is_some() && service.uses.overlaid(id, None).is_none() {
        service.first_use_ends_parent(kind, facts.parent, source, now).await?;
    }
    service.uses.note(id, last_used_at, now);
    if let Some((digest, key)) = fresher {
        service.rekeying.note(kind, (id, facts.version), digest, key);
    }
    let Rights { role, manages_profiles, narrowed } = rights;
    let Identity { subject, name, contact, extension } = account.into_identity();
    let actor = match facts.body {
        FactsBody::Code { created_by, .. } => Some(created_by),
        _ => None,
    };
    Ok(Principal {
        realm: service.realm.clone(),
        subject,
        name,
        role,
        manages_profiles,
        kind,
        credential: id,
        label: facts.label,
        scope: narrowed.map_or(facts.scope, |narrowed| Some(*narrowed)),
        expires_at: facts.expires_at,
        actor,
        authenticated_at: None,
        source: source.cloned(),
        contact,
        extension,
    })
}

#[cold]
fn refuse(
    service: &Service,
    id: Option<RecordId>,
    reason: Refusal,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Denied {
    service.tell(now, By::from(Actor::Unproved, source), EventKind::Refused { id, reason });
    Denied::Refused(reason)
}
