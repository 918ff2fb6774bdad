//! Verifies bearer tokens.

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::http_auth::refusal::Refusal;
use crate::record::decide::Rights;
use crate::record::facts::{Facts, FactsBody, Origin, Restriction};
use crate::record::phase::{Phase, phase};
use crate::record::record_ref::RecordRef;
use crate::record::token_record::{BLANK, TokenRecord};
use crate::service::Service;
use crate::service::error::Denied;
use crate::service::matching::{Fresher, Matched};
#[cfg(feature = "metrics")]
use crate::service::measured::{Stopwatch, timed};
use crate::store::error::StoreError;
use crate::types::account::{Account, Identity};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::settings::StoredSettings;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// Makes the principal of an accepted credential. A macro, because a function copies its arguments and its result, even
/// if it is inlined (see the `authenticate` bench).
macro_rules! principal {
    ($service:ident, $facts:ident, $rights:expr, $identity:expr, $source:expr) => {{
        let Rights { role, manages_profiles, narrowed } = $rights;
        let Identity { subject, name, contact, extension } = $identity;
        let actor = match $facts.body {
            FactsBody::Code { created_by, .. } => Some(created_by),
            _ => None,
        };
        Principal {
            realm: $service.realm.clone(),
            subject,
            name,
            role,
            manages_profiles,
            kind: $facts.kind,
            credential: $facts.id,
            label: $facts.label,
            scope: narrowed.map_or($facts.scope, |narrowed| Some(*narrowed)),
            expires_at: $facts.expires_at,
            actor,
            authenticated_at: None,
            // If the policy leaves sources out of events, the source is not stored in the principal either.
            source: $service.policy.events.named($source).cloned(),
            is_restricted: $facts.restriction != Restriction::None,
            metadata: $facts.metadata,
            contact,
            extension,
        }
    }};
}

mod from_memory;

impl Counterfoil {
    /// Verifies a bearer token, which is an access token, a personal access token or a security code. Any other text is
    /// refused, except the text of an imported token ([`Builder::import`](crate::Builder::import)).
    ///
    /// The source of the request is unknown here. So a credential that can be used only from some addresses is refused:
    /// if the host has the source, call [`Counterfoil::from_source`] or [`Counterfoil::authenticate`] instead.
    ///
    /// A call reads the store once and the directory once. Settings and clients are read from a snapshot in memory,
    /// which is read from the store again when it is too old. The first use of a personal access token that replaces
    /// another one also reads the replaced token. If the replaced token works only until this use, the call ends it.
    /// For a text that may be an imported token, the call also reads the alias store. If the host has set a cache
    /// ([`Builder::verification_reads`](crate::Builder::verification_reads)), an accepted token may need no read at
    /// all.
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

    pub(crate) fn verified<'a>(
        &'a self,
        token: &'a str,
        source: Option<&'a SourceName>,
    ) -> impl Future<Output = Result<Principal, Denied>> + Send + 'a {
        measured(verify(self, token, source, Attempt::First))
    }
}

/// Records the duration and the outcome of a verification.
#[cfg(feature = "metrics")]
async fn measured(verification: impl Future<Output = Result<Principal, Denied>>) -> Result<Principal, Denied> {
    let watch = Stopwatch::start();
    let verified = verification.await;
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

/// Returns the verification itself, because another future around it would copy the principal once more.
#[cfg(not(feature = "metrics"))]
const fn measured<F>(verification: F) -> F {
    verification
}

/// Verifies the secret, decides about the credential, and then applies the effects of a successful use.
///
/// If the store and the directory are in memory, copies of values are a noticeable part of the duration. So the
/// function copies each value only once, to the place where it stays. The function waits only if something must be
/// read. The bench `authenticate` shows the cost of each further copy.
async fn verify(
    counterfoil: &Counterfoil,
    text: &str,
    source: Option<&SourceName>,
    attempt: Attempt,
) -> Result<Principal, Denied> {
    let (service, now) = (&*counterfoil.service, counterfoil.now());
    let refuse = |id, reason| refuse(service, id, reason, source, now);
    let parsed = service.prefixes.parse(text);
    match &parsed {
        Ok(presented) if !is_bearer(presented.kind()) => {
            return Err(refuse(Some(*presented.id()), Refusal::WrongKind { kind: presented.kind() }));
        }
        Err(_) if service.imports.is_none() => return Err(refuse(None, Refusal::Malformed)),
        _ => {}
    }
    if let (Some(reads), Ok(presented)) = (&service.reads, &parsed)
        // In a box, so that the future of a verification without a cache does not become larger.
        && let Some(principal) =
            Box::pin(from_memory::from_memory(counterfoil, &**reads, presented, source, now)).await
    {
        return Ok(principal);
    }
    let started = service.reads.as_ref().map(|reads| reads.start());
    // A token that does not match is refused even if the settings cannot be read. The policy's own settings are then
    // used in this function. They cannot affect the result: a token that matches gets the error in `unread`.
    let (settings, unread) = match service.settings_at_once(now) {
        Some(settings) => (settings, None),
        None => match service.settings_and_gate(None, now).await {
            Ok((settings, _)) => (settings, None),
            Err(error) => (service.policy.in_force(&StoredSettings::default()).0, Some(error)),
        },
    };
    let (limits, origin) = (service.limits(&settings), Origin::Request(source));
    let mut facts = Facts::BLANK;
    let (phase, fresher) = if let Ok(presented) = &parsed {
        let id = presented.id();
        let mut seen = Err(Refusal::Unknown);
        let mut look = |record: Option<RecordRef<'_>>| {
            // The digest does not depend on the record. So the processor can compute it while it loads the record from
            // memory.
            let claim = service.claim(presented);
            // For an unknown id, the same work is done with an empty record, so the duration does not reveal whether
            // the id exists.
            let view = record.unwrap_or_else(|| BLANK.view());
            let proved = service.proved(&claim, view);
            facts.fill(view, limits, origin);
            let phase = phase(view, limits, now);
            seen = match record {
                Some(_) => proved.map(|fresher| (phase, fresher)),
                None => Err(Refusal::Unknown),
            };
        };
        if service.reads.is_some() || !service.store.try_read(id, &mut look) {
            let began = service.reads.as_ref().and_then(|reads| reads.begin());
            let record = service.store.get(id).await?;
            look(record.as_ref().map(TokenRecord::view));
            if let (Some(reads), Some(began), Some(record)) = (&service.reads, began, record)
                && let Ok((Phase::Live, _)) = &seen
            {
                reads.keep(began, record);
            }
        }
        match seen {
            Ok(seen) => seen,
            Err(reason) => return Err(refuse(Some(*id), reason)),
        }
    } else {
        // A text that is not a token of this library can be an imported token. This future is boxed, so that it does
        // not make the future of other calls larger.
        let Matched { record, fresher } = match Box::pin(service.matched_foreign(text)).await? {
            Ok(matched) => matched,
            Err((id, reason)) => return Err(refuse(id, reason)),
        };
        facts.fill(record.view(), limits, origin);
        (phase(record.view(), limits, now), fresher)
    };
    if let Some(error) = unread {
        return Err(error.into());
    }
    let (id, kind, last_used_at) = (facts.id, facts.kind, facts.last_used_at);
    let mut identity = None;
    let decided = match service.decided_at_once(&facts, phase, &settings, &mut identity) {
        Some(decided) => decided,
        None => {
            let mut account = None;
            let decided = service.decided(&facts, phase, &settings, now, &mut account).await?;
            identity = account.map(Account::into_identity);
            decided
        }
    };
    let rights = match decided {
        Ok(rights) => rights,
        Err(reason) => return Err(refuse(Some(id), reason)),
    };
    let Some(identity) = identity else { return Err(refuse(Some(id), Refusal::AccountMissing)) };
    if last_used_at.is_none() && facts.parent.is_some() && service.uses.overlaid(id, None).is_none() {
        service.first_use_ends_parent(kind, facts.parent, source, now).await?;
    }
    // Nothing after this check waits.
    if let (Some(reads), Some(started)) = (&service.reads, started)
        && !reads.is_in_time(started)
    {
        return match attempt {
            Attempt::First => Box::pin(verify(counterfoil, text, source, Attempt::Second)).await,
            Attempt::Second => Err(StoreError::unavailable("verify").into()),
        };
    }
    note_use(service, &facts, fresher, now);
    Ok(principal!(service, facts, rights, identity, source))
}

/// A verification that took too long is repeated once.
#[derive(Clone, Copy)]
enum Attempt {
    First,
    Second,
}

/// Notes the use of an accepted credential, and its digest under the newest key if it has an older one.
#[inline]
fn note_use(service: &Service, facts: &Facts, fresher: Option<Fresher>, now: Timestamp) {
    service.uses.note(facts.id, facts.last_used_at, now);
    if let Some(fresher) = fresher {
        service.rekeying.note(facts.kind, (facts.id, facts.version), fresher);
    }
}

/// Whether a credential of this kind can be presented as a bearer token.
const fn is_bearer(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::PersonalAccessToken | TokenKind::AccessToken | TokenKind::SecurityCode)
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
