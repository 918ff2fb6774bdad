//! Ends one leaked credential, and makes sure that its owner gets a notice.

use crate::event::{By, EventKind, LeakState};
use crate::operations::leaks::mark::{mark, newest};
use crate::operations::leaks::outcome::LeakOutcome;
use crate::operations::leaks::trouble::is_corrupt;
use crate::record::leak_mark::Leak;
use crate::record::record_parts::RecordParts;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::revoking::end_family;
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// Handles a credential whose secret was proved. The mark of the leak is written before the credential is ended. If
/// this call stops in between, the notice worker finds the mark and ends the credential.
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
    let owner = record.record().owner.clone();
    let (state, unread) = match Found::of(service, record, now).await? {
        Found::Over => (LeakState::AlreadyEnded, None),
        Found::Replaced { newest } => {
            mark(service, newest, Leak::Replaced, now).await?;
            (LeakState::Replaced, None)
        }
        Found::Working(leaked) => leaked.end(service, by.clone(), now).await?,
    };
    service.tell(now, by, EventKind::LeakReported { kind, id, owner, state });
    match unread {
        Some(error) => Err(error),
        None => Ok(LeakOutcome::of(state, kind, id)),
    }
}

/// What a report with the right secret finds: the state of the credential and of its family.
enum Found {
    /// The credential has ended, and no newer token of its family works.
    Over,
    /// The text no longer works, because a rotation has replaced the token, and the new token works. The report ends
    /// nothing, because an owner who has replaced a leaked token must not lose the new one. But the rotation may be the
    /// work of a thief, so the owner gets a notice.
    Replaced {
        /// The newest record of the family. The mark of the leak is written on it.
        newest: TokenRecord,
    },
    /// The credential or another token of its family still works, or the credential can be reactivated.
    Working(Leaked),
}

/// A leaked credential that must be ended, if the policy says so.
struct Leaked {
    record: TokenRecord,
    /// The record on which the mark of the leak is written.
    marked: TokenRecord,
    /// The error if the newest record of the family was not found and may be in a row that cannot be decoded. The mark
    /// of the leak is then written on the found record.
    unread: Option<Unavailable>,
}

impl Found {
    /// Determines the state of a credential from its record and the newest record of its family. The limits of the
    /// policy and the gates are not checked, because a credential that they block now may work again later.
    async fn of(service: &Service, record: TokenRecord, now: Timestamp) -> Result<Self, Unavailable> {
        if record.revoked().is_some() {
            return Ok(Self::Over);
        }
        let own = record.record();
        let is_dead = |record: &RecordParts| record.expires_at.is_some_and(|expires_at| now.reached(expires_at));
        let (marked, unread) = match own.kind {
            // An expired code can be reactivated with the same secret.
            TokenKind::SecurityCode => (Some(record.clone()), None),
            TokenKind::PersonalAccessToken if is_dead(own) || is_replaced(own, now) => {
                let newest = newest(service, &record, now).await?.filter(|newest| !is_dead(newest.record()));
                return Ok(newest.map_or(Self::Over, |newest| Self::Replaced { newest }));
            }
            TokenKind::ConsoleSession if is_dead(own) => (None, None),
            // A leaked refresh token of any generation, or a leaked access token, shows that a stranger has read tokens
            // of the sign-in. So the whole sign-in must end.
            _ => {
                let is_used_up = own.kind == TokenKind::RefreshToken && own.superseded.is_some();
                let works = !is_dead(own) && !is_used_up;
                match newest(service, &record, now).await {
                    // The newest record may be in a row that cannot be decoded. The family is ended nevertheless.
                    Err(error) if is_corrupt(&error) => (Some(record.clone()), Some(error)),
                    newest => {
                        let newest = newest?.filter(|newest| works || !is_dead(newest.record()));
                        (newest.or_else(|| works.then(|| record.clone())), None)
                    }
                }
            }
        };
        Ok(marked.map_or(Self::Over, |marked| Self::Working(Leaked { record, marked, unread })))
    }
}

impl Leaked {
    async fn end(
        self,
        service: &Service,
        by: By,
        now: Timestamp,
    ) -> Result<(LeakState, Option<Unavailable>), Unavailable> {
        mark(service, self.marked, Leak::Working, now).await?;
        if !service.policy.leaks.ends(self.record.record().kind) {
            return Ok((LeakState::LeftValid, self.unread));
        }
        let ended = end_family(service, by, &self.record, RevocationReason::Leaked, now).await?;
        Ok((if ended { LeakState::Ended } else { LeakState::AlreadyEnded }, self.unread))
    }
}

/// Whether a rotation has replaced the record, and the record is no longer accepted beside its successor.
fn is_replaced(own: &RecordParts, now: Timestamp) -> bool {
    let over = |until: Option<Timestamp>| until.is_some_and(|until| now.reached(until));
    own.shrunk || own.superseded.is_some_and(|superseded| over(superseded.honoured_until))
}
