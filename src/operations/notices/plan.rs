//! Decides whether to send the notice of a claimed record. The state of the record may have changed since its mark was
//! set.

use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::http_auth::refusal::Refusal;
use crate::operations::notices::schedule;
use crate::record::decide::{account_of, predates};
use crate::record::notice::{Expiring, Look, arm, look, put_off};
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::claimed::addressee;
use crate::service::error::Unavailable;
use crate::types::account::Account;
use crate::types::duration::days;
use crate::types::time::Timestamp;

/// When to try again if a recipient has no address or a credential is suspended. The address or the suspension may
/// change in this time.
const LOOK_AGAIN: Duration = days(1);

/// The decision about a record.
pub(super) enum Plan {
    /// Send the notice of that stage to that person. If the person has no address, set the mark `otherwise`.
    Send { stage: u8, account: Box<Account>, otherwise: Option<NoticeMark> },
    /// Send nothing now, and set this mark. `None` if there is no further notice.
    Rest(Option<NoticeMark>),
    /// Nobody may get the notice of this stage. Set the mark of the next stage, if there is one.
    Withhold(Option<NoticeMark>),
}

/// Decides whether to send the notice of a claimed record.
pub(super) async fn plan(
    service: &Service,
    record: &TokenRecord,
    held: u8,
    now: Timestamp,
) -> Result<Plan, Unavailable> {
    let own = record.record();
    let Some(expires_at) = own.expires_at else { return Ok(Plan::Rest(None)) };
    // A notice is useless if the time `unsent_kept` has passed since the record's `gone_at`. Usually a purge has
    // already removed the record. If no purge ran, the same limit applies here.
    let kept = service.policy.notices.unsent_kept;
    let forgotten = record.gone_at().is_some_and(|gone_at| now.reached(gone_at.plus_capped(kept)));
    if forgotten || record.revoked().is_some() || own.superseded.is_some() {
        return Ok(Plan::Rest(None));
    }
    let (schedule, life) = (schedule(service, record, now).await?, Expiring::from(own));
    let stage = match look(&schedule, life, held, service.policy.notices.gather.ahead, now) {
        Look::Send(stage) => stage,
        Look::Rest(next) => return Ok(Plan::Rest(next)),
    };
    let account = match entitled(service, record).await? {
        Ok(account) => account,
        Err(reason) => {
            service.tell(
                now,
                By::itself(Actor::Upkeep),
                EventKind::NoticeWithheld { owner: own.owner.clone(), id: own.id, reason },
            );
            return Ok(Plan::Withhold(arm(&schedule, life, stage.saturating_add(1), now)));
        }
    };
    let again = Some(put_off(&schedule, life, stage, now.plus_capped(LOOK_AGAIN), now));
    // A suspended credential gets only the notice on expiry. An advance notice is tried again a day later, because the
    // suspension may have ended by then.
    if !now.reached(expires_at) && service.judge(record, now).await?.verdict.is_err_and(Refusal::is_suspension) {
        return Ok(Plan::Rest(again));
    }
    if account.email().is_none() {
        service.tell(now, By::itself(Actor::Upkeep), EventKind::NoAddress { owner: own.owner.clone(), id: own.id });
    }
    Ok(Plan::Send { stage, account: Box::new(account), otherwise: again })
}

/// The recipient, or the reason why there is none. The account may be missing or disabled. A credential that uses the
/// account's rights may be older than the account's `valid_since`. Then the credential is void, and the account may now
/// belong to another person.
async fn entitled(service: &Service, record: &TokenRecord) -> Result<Result<Account, Refusal>, Unavailable> {
    let Some(subject) = addressee(record) else { return Ok(Err(Refusal::AccountMissing)) };
    let Some(account) = service.directory.account(&subject).await? else { return Ok(Err(Refusal::AccountMissing)) };
    if account.is_disabled() {
        return Ok(Err(Refusal::AccountDisabled));
    }
    let own_rights = account_of(record) == Some(&subject);
    match predates(record, &account).filter(|_| own_rights) {
        Some(valid_since) => Ok(Err(Refusal::BeforeValidSince { valid_since })),
        None => Ok(Ok(account)),
    }
}
