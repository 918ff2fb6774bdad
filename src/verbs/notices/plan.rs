//! What is to be done about a record that was claimed: much may have happened since its mark was set.

use crate::counterfoil::decide::{account_of, predates};
use crate::counterfoil::notice::{Expiring, Look, arm, look, put_off};
use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::NoticeMark;
use crate::desk::Desk;
use crate::desk::claimed::addressee;
use crate::desk::error::Unavailable;
use crate::instruments::event::{Actor, By, What};
use crate::instruments::refusal::Refusal;
use crate::verbs::notices::schedule;
use crate::words::account::Account;
use crate::words::time::{Span, Ts};

/// When to look again where an owner has no address, or something stands in a token's way, and that may change.
const LOOK_AGAIN: Span = Span::days(1);

/// What to do about a record.
pub(super) enum Plan {
    /// Tell that stage to that person; where the person has no address, `otherwise` is the mark to look at next.
    Send { stage: u8, account: Box<Account>, otherwise: Option<NoticeMark> },
    /// Nothing is to be told now: the mark to look at next.
    Rest(Option<NoticeMark>),
    /// Nobody is to be told of this stage: the mark of the next one.
    Withhold(Option<NoticeMark>),
}

/// Looks again at a record that was claimed.
pub(super) async fn plan(desk: &Desk, record: &TokenRecord, held: u8, now: Ts) -> Result<Plan, Unavailable> {
    let own = record.record();
    let Some(expires_at) = own.expires_at else { return Ok(Plan::Rest(None)) };
    // Nobody waits for the notice of something long gone: where no purge ran, this is the end of the purge's patience.
    let kept = desk.policy.notices.unsent_kept;
    let forgotten = record.gone_at().is_some_and(|gone_at| now.reached(gone_at.plus_capped(kept)));
    if forgotten || record.revoked().is_some() || own.superseded.is_some() {
        return Ok(Plan::Rest(None));
    }
    let (schedule, life) = (schedule(desk, record, now).await?, Expiring::from(own));
    let stage = match look(&schedule, life, held, desk.policy.notices.gather.ahead, now) {
        Look::Send(stage) => stage,
        Look::Rest(next) => return Ok(Plan::Rest(next)),
    };
    let account = match entitled(desk, record).await? {
        Ok(account) => account,
        Err(reason) => {
            desk.tell(
                now,
                By::itself(Actor::Upkeep),
                What::NoticeWithheld { owner: own.owner.clone(), id: own.id, reason },
            );
            return Ok(Plan::Withhold(arm(&schedule, life, stage.saturating_add(1), now)));
        }
    };
    let again = Some(put_off(&schedule, life, stage, now.plus_capped(LOOK_AGAIN), now));
    // Suspended: the expiry notice only. What stands in the way may be gone tomorrow, and then the notice is merely late.
    if !now.reached(expires_at) && desk.judge(record, now).await?.verdict.is_err_and(Refusal::is_suspension) {
        return Ok(Plan::Rest(again));
    }
    if account.email().is_none() {
        desk.tell(now, By::itself(Actor::Upkeep), What::NoAddress { owner: own.owner.clone(), id: own.id });
    }
    Ok(Plan::Send { stage, account: Box::new(account), otherwise: again })
}

/// The person to tell; or why nobody is told: a disabled account, one that is no more, or one whose credentials of that time are void, since
/// the name may be another person's by now.
async fn entitled(desk: &Desk, record: &TokenRecord) -> Result<Result<Account, Refusal>, Unavailable> {
    let Some(subject) = addressee(record) else { return Ok(Err(Refusal::AccountMissing)) };
    let Some(account) = desk.directory.account(&subject).await? else { return Ok(Err(Refusal::AccountMissing)) };
    if account.is_disabled() {
        return Ok(Err(Refusal::AccountDisabled));
    }
    let own_rights = account_of(record) == Some(&subject);
    match predates(record, &account).filter(|_| own_rights) {
        Some(valid_since) => Ok(Err(Refusal::BeforeValidSince { valid_since })),
        None => Ok(Ok(account)),
    }
}
