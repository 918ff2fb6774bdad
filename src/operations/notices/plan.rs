//! Decides whether to send the notice of a claimed record. The record can have changed since its next notice was
//! planned.

use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::http_auth::refusal::Refusal;
use crate::operations::maintenance::purge::unsent_before;
use crate::operations::notices::{leak, planning};
use crate::record::decide;
use crate::record::facts::{Origin, account_of, began_at};
use crate::record::family_body::FamilyBody;
use crate::record::leak_mark::Leak;
use crate::record::notice::{Look, arm, look, put_off};
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::account_for::{Maker, acting};
use crate::service::error::Unavailable;
use crate::service::notice_text::Topic;
use crate::types::account::Account;
use crate::types::duration::days;
use crate::types::ids::SubjectId;
use crate::types::label::Label;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::time::Timestamp;

/// The time after which a notice is tried again if its recipient has no address or its credential is suspended. In this
/// time the address might be added, or the suspension might end.
pub(super) const LOOK_AGAIN: Duration = days(1);

/// The decision about the notice of a record. The stage of a notice is its number in the schedule: 0 is the earliest. A
/// mark ([`NoticeMark`]) contains the instant at which the record's next notice is due, and the stage of that notice.
pub(super) enum Plan {
    /// Send this notice to this account. If the account has no e-mail address, the mark `otherwise` is stored. It says
    /// when to try again.
    Send { topic: Topic, whom: Box<Recipient>, otherwise: Option<NoticeMark> },
    /// Send nothing now. Contains the mark of the next notice, which is then stored. `None` if the record has no
    /// further notice.
    Rest(Option<NoticeMark>),
    /// Send nothing, because nobody is entitled to this notice. Contains the mark of the next notice, which is then
    /// stored. `None` if this notice was the last.
    Withhold(Option<NoticeMark>),
}

/// The recipient of a notice.
pub(super) struct Recipient {
    pub(super) account: Account,
    /// The label of the service account that owns the credential. `None` if a person owns it.
    pub(super) service_account: Option<Label>,
}

pub(super) async fn plan(
    service: &Service,
    record: &TokenRecord,
    held: u8,
    now: Timestamp,
) -> Result<Plan, Unavailable> {
    let own = record.record();
    let (schedule, life) = planning(service, record, now).await?;
    if let Some(leak) = Leak::of(held) {
        return leak::plan(service, record, leak, (&schedule, life), now).await;
    }
    let Some(expires_at) = life.expires_at else { return Ok(Plan::Rest(None)) };
    if is_forgotten(service, record, now) || record.revoked().is_some() || own.superseded.is_some() {
        return Ok(Plan::Rest(None));
    }
    let stage = match look(&schedule, life, held, service.policy.notices.gather.ahead, now) {
        Look::Send(stage) => stage,
        Look::Rest(next) => return Ok(Plan::Rest(next)),
    };
    let whom = match entitled(service, record, now).await? {
        Ok(whom) => whom,
        Err(reason) => {
            tell_withheld(service, record, reason, now);
            return Ok(Plan::Withhold(arm(&schedule, life, stage.saturating_add(1), now)));
        }
    };
    let again = Some(put_off(&schedule, life, stage, now.plus_capped(LOOK_AGAIN), now));
    // A suspended credential gets only the notice on expiry. An advance notice is tried again a day later, because the
    // suspension may have ended by then.
    if !now.reached(expires_at)
        && service.judge(record, Origin::NotAsked, now).await?.verdict.is_err_and(Refusal::is_suspension)
    {
        return Ok(Plan::Rest(again));
    }
    tell_missing_address(service, record, &whom, now);
    Ok(Plan::Send { topic: Topic::Expiry { stage, expires_at }, whom: Box::new(whom), otherwise: again })
}

/// Whether a notice of the record is useless, because the time `unsent_kept` has passed since the record's `gone_at`.
/// Usually a purge has already removed the record. If no purge ran, the same limit applies here.
pub(super) fn is_forgotten(service: &Service, record: &TokenRecord, now: Timestamp) -> bool {
    let unsent_before = unsent_before(&service.policy, now);
    record.gone_at().is_some_and(|gone_at| unsent_before.reached(gone_at))
}

/// Emits the event that nobody is entitled to a notice of the record.
pub(super) fn tell_withheld(service: &Service, record: &TokenRecord, reason: Refusal, now: Timestamp) {
    let own = record.record();
    let withheld = EventKind::NoticeWithheld { owner: own.owner.clone(), id: own.id, reason };
    service.tell(now, By::itself(Actor::Upkeep), withheld);
}

/// Emits an event if the recipient of a notice of the record has no e-mail address.
pub(super) fn tell_missing_address(service: &Service, record: &TokenRecord, whom: &Recipient, now: Timestamp) {
    if whom.account.email().is_none() {
        let own = record.record();
        let missing = EventKind::NoAddress { owner: own.owner.clone(), id: own.id };
        service.tell(now, By::itself(Actor::Upkeep), missing);
    }
}

/// Decides who gets the notice of a record: the creator of a security code, or the owner of any other credential. For a
/// service account, [`answering`] decides. Returns the reason if nobody gets the notice:
///
/// - The account of the creator or owner is missing or disabled.
/// - The credential has the rights of this account, but is void because it began before the account's `valid_since`.
///   The account might now belong to another person, who must not get the notice.
pub(super) async fn entitled(
    service: &Service,
    record: &TokenRecord,
    now: Timestamp,
) -> Result<Result<Recipient, Refusal>, Unavailable> {
    let subject = match record.body() {
        FamilyBody::Code { created_by, .. } => Some(created_by),
        _ => record.record().owner.person(),
    };
    let Some(subject) = subject else { return Ok(Err(Refusal::AccountMissing)) };
    if subject.is_reserved() {
        return answering(service, subject, now).await;
    }
    let account = service.directory.account(subject).await?;
    let own_rights = account_of(record.view()).as_ref() == Some(subject);
    let account = decide::entitled(account, own_rights.then(|| began_at(record.view())));
    Ok(account.map(|account| Recipient { account, service_account: None }))
}

/// Decides who gets the notices of a service account. If the account has its own address for notices, the notices go to
/// this address. The notices then use the language and the time zone of the account's maker, if the directory knows the
/// maker. If the account has no such address, the notices go to the maker.
///
/// Returns the reason if nobody gets the notices: the account does not exist or may not act, or it has neither an
/// address nor a maker.
async fn answering(
    service: &Service,
    subject: &SubjectId,
    now: Timestamp,
) -> Result<Result<Recipient, Refusal>, Unavailable> {
    let id = ServiceAccountId::of_subject(subject);
    let own = match &id {
        Some(id) => service.service_account(id, now).await?,
        None => None,
    };
    let (Some(id), Some(own)) = (id, own) else { return Ok(Err(Refusal::AccountMissing)) };
    let maker = match &own.made_by {
        Some(maker) => service.directory.account(maker).await?,
        None => None,
    };
    let made_by = if own.made_by.is_some() { Maker::Person(maker.as_ref()) } else { Maker::Host };
    let acting = match decide::entitled(Some(acting(id, &own, made_by, &service.policy.service_accounts)), None) {
        Ok(acting) => acting,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let account = match (own.notify, maker) {
        (Some(address), Some(maker)) => {
            Some(acting.with_email(address).with_zone(maker.zone()).with_language(maker.language()))
        }
        (Some(address), None) => Some(acting.with_email(address)),
        (None, maker) => maker,
    };
    let service_account = Some(own.label);
    Ok(account.map(|account| Recipient { account, service_account }).ok_or(Refusal::AccountMissing))
}
