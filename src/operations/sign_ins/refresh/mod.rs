//! The refresh grant (RFC 6749 §6). A refresh either keeps the refresh token (reuse) or replaces it (rotation). A
//! client that missed the response of a rotation can repeat the request for a short time, and gets the same refresh
//! token again. If a replaced token is presented later, this is a replay, and all tokens of the sign-in are revoked.
//!
//! A loop reads the record, decides, and writes by compare-and-swap. If another write came first, the loop decides
//! again on the record that the store then has.
mod replay;
mod retry;
mod reuse;
mod rotate;
#[cfg(test)]
mod secrecy_tests;

use std::borrow::Cow;

use crate::event::{Actor, By, EventKind, Limit};
use crate::http_auth::refusal::Refusal;
use crate::record::expiry::slid_expiry;
use crate::record::facts::Origin;
use crate::record::family_body::FamilyBody;
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::changing::TURNS;
use crate::service::error::Unavailable;
use crate::service::granting::Granted;
use crate::service::minting::Minted;
use crate::service::standing::Judged;
use crate::token::presented::PresentedToken;
use crate::types::account::Account;
use crate::types::client::{RefreshMode, Registration};
use crate::types::kind::TokenKind;
use crate::types::scope::Scope;
use crate::types::scope_meet::{NothingLeft, is_granted, meet};
use crate::types::secret::Secret;
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// Why a refresh returned no tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RefreshError {
    /// The token was refused. The OAuth error is `invalid_grant`.
    #[error("refresh token was refused")]
    Refused(#[source] Refusal),
    /// The policy allows no further token at present. The OAuth error is `slow_down`.
    #[error("too many tokens were issued: wait")]
    SlowDown {
        /// The instant from which a token is allowed again.
        until: Timestamp,
    },
    /// The requested scope exceeds the allowed scope, or the allowed scope is empty. The OAuth error is
    /// `invalid_scope`.
    #[error("scope must lie within the refresh token's")]
    ScopeBeyond,
    /// The policy requires a scope, and neither the request, the refresh token nor the client's registration has one.
    /// The OAuth error is `invalid_scope`.
    #[error("scope must be given")]
    ScopeDemanded,
    /// A store or the directory failed. The status is 503.
    #[error(transparent)]
    Unavailable(Unavailable),
}

impl<E: Into<Unavailable>> From<E> for RefreshError {
    fn from(error: E) -> Self {
        Self::Unavailable(error.into())
    }
}

struct Request<'a> {
    service: &'a Service,
    client: &'a Registration,
    text: &'a Secret,
    presented: PresentedToken,
    asked: Option<Scope>,
    source: &'a Source,
    now: Timestamp,
}

/// The result of one pass of the refresh loop.
enum Turn {
    Answered(Box<Granted>),
    /// Another write came first, so the loop must decide again on this record.
    Again(TokenRecord),
}

/// Refreshes a token. The caller must already have authenticated the client. The secret of the token is verified first,
/// before any other check.
pub(crate) async fn refresh(
    service: &Service,
    client: &Registration,
    text: &Secret,
    asked: Option<Scope>,
    source: &Source,
    now: Timestamp,
) -> Result<Granted, RefreshError> {
    let answer = proved(service, client, text, asked, source, now).await;
    if let Err(RefreshError::Refused(reason)) = &answer {
        let id = service.prefixes.parse(text.expose_secret()).ok().map(|presented| *presented.id());
        let by = Actor::Client { client: client.client_id.clone(), subject: None };
        service.tell(now, By::from(by, source.name()), EventKind::Refused { id, reason: *reason });
    }
    answer
}

async fn proved(
    service: &Service,
    client: &Registration,
    text: &Secret,
    asked: Option<Scope>,
    source: &Source,
    now: Timestamp,
) -> Result<Granted, RefreshError> {
    let refused = |refusal| Err(RefreshError::Refused(refusal));
    let Ok(presented) = service.prefixes.parse(text.expose_secret()) else { return refused(Refusal::Malformed) };
    if presented.kind() != TokenKind::RefreshToken {
        return refused(Refusal::WrongKind { kind: presented.kind() });
    }
    let mut record = match service.matched(&presented).await? {
        Ok(matched) => matched.record,
        Err(refusal) => return refused(refusal),
    };
    match record.body() {
        FamilyBody::SignIn { client: own, .. } if *own == client.key => {}
        _ => {
            let (id, client) = (record.record().id, client.client_id.clone());
            let by = Actor::Client { client: client.clone(), subject: record.record().owner.subject() };
            service.tell(now, By::from(by, source.name()), EventKind::ForeignClient { id, client });
            return refused(Refusal::WrongClient);
        }
    }
    let request = Request { service, client, text, presented, asked, source, now };
    for _ in 0..TURNS {
        match request.turn(&record).await? {
            Turn::Answered(granted) => return Ok(*granted),
            Turn::Again(there) => record = there,
        }
    }
    Err(Unavailable::Contended { operation: "refresh" }.into())
}

impl Request<'_> {
    async fn turn(&self, record: &TokenRecord) -> Result<Turn, RefreshError> {
        let judged = self.service.judge(record, self.origin(), self.now).await?;
        // This is checked before the rule about replays, because a request from a source that is not allowed must not
        // end the sign-in.
        if let Err(refusal @ Refusal::SourceNotAllowed) = judged.verdict {
            return Err(RefreshError::Refused(refusal));
        }
        match judged.phase {
            Phase::Rotated { retry_until: Some(_) } => return self.retry(record).await,
            Phase::Rotated { retry_until: None } => return Err(self.replayed(record).await?),
            _ => {}
        }
        match &judged.verdict {
            Ok(_) => {}
            Err(Refusal::ScopeEmpty) => return Err(RefreshError::ScopeBeyond),
            Err(refusal) => return Err(RefreshError::Refused(*refusal)),
        }
        // This call fails if a stored number is invalid, because an expiry must not be computed from an invalid number.
        self.service.settings(self.now).await?;
        let scope = self.scope(record)?;
        match self.client.refresh_mode {
            RefreshMode::Rotate => self.rotate(record, judged, scope).await,
            RefreshMode::Reuse => self.reuse(record, judged, scope).await,
        }
    }

    /// Returns the scope of the new access token. The limit is the intersection of the refresh token's scope and the
    /// client's allowed scope. A requested scope must lie within the limit. If no scope is requested, the result is the
    /// limit. If the policy requires a scope, and neither the request nor the limit has one, the refresh is refused:
    /// the new access token would be refused at every use. The refresh token itself keeps its scope.
    fn scope(&self, record: &TokenRecord) -> Result<Option<Scope>, RefreshError> {
        let (held, allowed) = (record.record().scope.as_ref(), self.client.allowed_scope.as_ref());
        let known = self.service.policy.scopes.as_ref();
        let left = meet(held, allowed, known).map_err(|NothingLeft| RefreshError::ScopeBeyond)?;
        let Some(asked) = &self.asked else {
            let demanded = self.service.policy.access_tokens.scope_demanded;
            return if demanded && left.is_none() {
                Err(RefreshError::ScopeDemanded)
            } else {
                Ok(left.map(Cow::into_owned))
            };
        };
        if is_granted(asked, left.as_deref(), known) { Ok(Some(asked.clone())) } else { Err(RefreshError::ScopeBeyond) }
    }

    fn origin(&self) -> Origin<'_> {
        Origin::Request(self.source.name())
    }

    /// Emits an event with the client as its actor.
    fn tell(&self, record: &TokenRecord, what: EventKind) {
        let by = Actor::Client { client: self.client.client_id.clone(), subject: record.record().owner.subject() };
        self.service.tell(self.now, By::from(by, self.source.name()), what);
    }

    /// Emits an event and returns the error for a sign-in that has rotated its refresh token as often in a day as the
    /// policy allows.
    fn paced(&self, record: &TokenRecord, until: Timestamp) -> RefreshError {
        let own = record.record();
        let what = EventKind::LimitReached { limit: Limit::RotationsPerDay(own.id.family()), owner: own.owner.clone() };
        self.tell(record, what);
        RefreshError::SlowDown { until }
    }

    /// Emits an event and returns the error for a sign-in that has as many live access tokens as the policy allows.
    fn full(&self, record: &TokenRecord, until: Timestamp) -> RefreshError {
        let own = record.record();
        let what = EventKind::LimitReached { limit: Limit::AccessTokens(own.id.family()), owner: own.owner.clone() };
        self.tell(record, what);
        RefreshError::SlowDown { until }
    }

    /// Reads the current record and returns it for the next pass of the refresh loop.
    async fn again(&self, record: &TokenRecord) -> Result<Turn, RefreshError> {
        let there = self.service.store.get(&record.record().id).await?;
        there.map(Turn::Again).ok_or(RefreshError::Refused(Refusal::Unknown))
    }

    /// Returns the instants at which the refresh token, the new access token and the sign-in itself expire, in this
    /// order.
    fn ends(&self, record: &TokenRecord, judged: &Judged) -> Result<(Timestamp, Timestamp, Timestamp), RefreshError> {
        let FamilyBody::SignIn { absolute_end, .. } = record.body() else {
            return Err(RefreshError::Refused(Refusal::WrongClient));
        };
        let slid =
            slid_expiry(record.view(), self.service.limits(&judged.settings), self.now).ok_or(Unavailable::Clock)?;
        let access_end = self.now.plus(judged.settings.access_lifetime).ok_or(Unavailable::Clock)?;
        Ok((slid, access_end.min(*absolute_end), *absolute_end))
    }

    /// Returns the response of a refresh. `held` is the scope of the refresh token, and `scope` is the scope of the new
    /// access token, which can be narrower.
    fn answer(
        &self,
        (access, issued_at, expires_at): (Minted, Timestamp, Timestamp),
        refresh_token: Secret,
        held: &Option<Scope>,
        scope: Option<Scope>,
        account: Account,
    ) -> Result<Turn, RefreshError> {
        // A request without a scope requests the scope of the refresh token (RFC 6749 §6).
        let scope_as_asked = match &self.asked {
            None => scope == *held,
            asked => scope == *asked,
        };
        Ok(Turn::Answered(Box::new(Granted {
            access_id: access.id,
            family: access.id.family(),
            access_token: Secret::from(access.token.expose_secret().to_owned()),
            issued_at,
            expires_at,
            refresh_token: Some(refresh_token),
            scope_as_asked,
            scope,
            account,
            client_name: self.client.display_name.clone(),
        })))
    }
}
