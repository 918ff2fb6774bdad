//! Decides whether to send the notice about a leaked secret. If the call that reported the leak did not end the
//! credential, ends it here.

use crate::event::{Actor, By};
use crate::operations::notices::plan::{LOOK_AGAIN, Plan, entitled, is_forgotten, tell_missing_address, tell_withheld};
use crate::record::leak_mark::Leak;
use crate::record::notice::{Expiring, Schedule, arm};
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::notice_text::Topic;
use crate::service::revoking::end_family;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// Decides about the notice of a claimed record with the mark of a leak.
///
/// The mark is written before the credential is ended. So if a credential has the mark and is not ended, its report is
/// still in progress or has failed. This function ends the credential before the owner gets a notice that the
/// credential was ended.
///
/// A mark for the old text of a replaced token ends nothing. If the token that has this mark was rotated again or
/// ended, no notice is sent for it. A further rotation has passed the mark to the newer token, and for an ended token
/// the owner need not act.
pub(super) async fn plan(
    service: &Service,
    record: &TokenRecord,
    leak: Leak,
    (schedule, life): (&Schedule, Expiring<'_>),
    now: Timestamp,
) -> Result<Plan, Unavailable> {
    if is_forgotten(service, record, now) {
        return Ok(Plan::Rest(None));
    }
    let is_over = record.revoked().is_some() || record.record().superseded.is_some();
    if leak == Leak::Replaced && is_over {
        return Ok(Plan::Rest(None));
    }
    let ends = leak == Leak::Working && service.policy.leaks.ends(record.record().kind);
    if ends && record.revoked().is_none() {
        end_family(service, By::itself(Actor::Upkeep), record, RevocationReason::Leaked, now).await?;
    }
    let ended = ends || record.revoked().is_some();
    match entitled(service, record, now).await? {
        Ok(whom) => {
            tell_missing_address(service, record, &whom, now);
            let otherwise = Some(leak.mark(now.plus_capped(LOOK_AGAIN)));
            Ok(Plan::Send { topic: Topic::Leak { leak, ended }, whom: Box::new(whom), otherwise })
        }
        Err(reason) => {
            tell_withheld(service, record, reason, now);
            Ok(Plan::Withhold(following(schedule, life, ended, now)))
        }
    }
}

/// Returns the mark that a record gets after the notice about a leak. It is `None` if the credential was ended. The
/// expiry notices of a credential that stays valid are planned again, because the mark of the leak has replaced the
/// mark of these notices.
pub(super) fn following(schedule: &Schedule, life: Expiring<'_>, ended: bool, now: Timestamp) -> Option<NoticeMark> {
    if ended { None } else { arm(schedule, life, 0, now) }
}
