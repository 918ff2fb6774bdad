//! Ends one leaked credential, and makes sure that its owner is told.

use crate::event::{By, EventKind, LeakState};
use crate::operations::leaks::mark::{mark, newest};
use crate::operations::leaks::outcome::LeakOutcome;
use crate::record::record_parts::RecordParts;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::revoking::end_family;
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// Handles a credential whose secret was proved. The mark is written before the credential is ended: if this call stops
/// in between, the notice worker ends the credential.
pub(super) async fn found(
    service: &Service,
    record: TokenRecord,
    by: By,
    now: Timestamp,
) -> Result<LeakOutcome, Unavailable> {
    let (kind, id) = (record.record().kind, record.record().id);
    if record.gone_at().is_some_and(|gone_at| now.reached(gone_at)) {
        return Ok(LeakOutcome::NotOurs);
    }
    let state = match Leaked::of(service, record.clone(), now).await? {
        None => LeakState::AlreadyEnded,
        Some(leaked) => leaked.end(service, by.clone(), now).await?,
    };
    let owner = record.record().owner.clone();
    service.tell(now, by, EventKind::LeakReported { kind, id, owner, state });
    Ok(match state {
        LeakState::Ended => LeakOutcome::Ended { kind, id },
        LeakState::AlreadyEnded => LeakOutcome::AlreadyEnded { kind, id },
        LeakState::LeftValid => LeakOutcome::LeftValid { kind, id },
    })
}

/// A leaked credential that can still do harm.
struct Leaked {
    record: TokenRecord,
    /// The record that takes the mark.
    marked: TokenRecord,
}

impl Leaked {
    /// `None` if the credential and what descends from it have ended for good. The limits of the policy and the gates
    /// are not asked: a credential that they refuse now may work again later.
    async fn of(service: &Service, record: TokenRecord, now: Timestamp) -> Result<Option<Self>, Unavailable> {
        if record.revoked().is_some() {
            return Ok(None);
        }
        let own = record.record();
        let is_dead = |record: &RecordParts| record.expires_at.is_some_and(|expires_at| now.reached(expires_at));
        let marked = match own.kind {
            // An expired code can be reactivated with the same secret.
            TokenKind::SecurityCode => Some(record.clone()),
            // The owner may have replaced the token because it leaked, so its successor stays.
            TokenKind::PersonalAccessToken if is_dead(own) || is_replaced(own, now) => None,
            TokenKind::ConsoleSession if is_dead(own) => None,
            // A refresh token of any generation shows that its chain was read. So does an access token.
            _ => {
                let is_used_up = own.kind == TokenKind::RefreshToken && own.superseded.is_some();
                let works = !is_dead(own) && !is_used_up;
                let newest = newest(service, &record, now).await?;
                let newest = newest.filter(|newest| works || !is_dead(newest.record()));
                newest.or_else(|| works.then(|| record.clone()))
            }
        };
        Ok(marked.map(|marked| Self { record, marked }))
    }

    async fn end(self, service: &Service, by: By, now: Timestamp) -> Result<LeakState, Unavailable> {
        mark(service, self.marked, now).await?;
        if !service.policy.leaks.ends(self.record.record().kind) {
            return Ok(LeakState::LeftValid);
        }
        let ended = end_family(service, by, &self.record, RevocationReason::Leaked, now).await?;
        Ok(if ended { LeakState::Ended } else { LeakState::AlreadyEnded })
    }
}

/// Whether a rotation has replaced the record, and the record is no longer accepted beside its successor.
fn is_replaced(own: &RecordParts, now: Timestamp) -> bool {
    let over = |until: Option<Timestamp>| until.is_some_and(|until| now.reached(until));
    own.shrunk || own.superseded.is_some_and(|superseded| over(superseded.honoured_until))
}
