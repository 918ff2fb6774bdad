//! Decides which notices of one person are sent together in one message, and when.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::record::family_body::FamilyBody;
use crate::record::gather::{Place, place, waits_until};
use crate::record::limits::Limits;
use crate::record::rearm::LONGEST_LEASE;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::claimed::{DueNotice, Gathered, answers_for};
use crate::service::error::Unavailable;
use crate::store::listing::{Listing, Show};
use crate::types::ids::{OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::settings::StoredSettings;
use crate::types::time::Timestamp;

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// How many pages of a person's credentials of one kind are read to find notices that can be sent together. The notice
/// of a credential on a later page is sent when it is due, and never earlier together with others.
const PAGES: usize = 10;

/// How many service accounts of a person are read to find notices that can be sent together. The notices of further
/// accounts are sent when they are due.
const ACCOUNTS: usize = 50;

impl Counterfoil {
    /// Decides which notices of one person are sent together now, in one message. The rules are in
    /// [`Policy::notices`](crate::policy::Policy::notices). `due` contains the person's notices from
    /// [`Counterfoil::due_notices`]. This call also reads the credentials of the person and of at most 50 service
    /// accounts whose notices go to the person, at most 1,000 of each owner and kind. `lease` is the time for which the
    /// worker will then claim each notice.
    ///
    /// This call claims no notice. A worker that sends each notice alone can skip this call and claim the due notices
    /// directly.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn gather_notices(
        &self,
        whom: &SubjectId,
        due: Vec<DueNotice>,
        lease: Duration,
    ) -> Result<Gathered, Unavailable> {
        gather(&self.service, whom, due, lease, self.now()).await
    }
}

async fn gather(
    service: &Service,
    whom: &SubjectId,
    due: Vec<DueNotice>,
    lease: Duration,
    now: Timestamp,
) -> Result<Gathered, Unavailable> {
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let (rules, lease) = (service.policy.notices.gather, lease.min(LONGEST_LEASE));
    let limits = service.limits(&settings);
    let mut known: BTreeMap<_, _> =
        due.into_iter().filter(|due| due.addressee() == Some(whom)).map(|due| (due.id(), due)).collect();
    let owners = service.with_settings(now, |view| owners_of(whom, &view.stored)).await?;
    for &kind in &service.policy.notices.kinds {
        if kind == TokenKind::SecurityCode {
            read(service, limits, (whom, &OwnerId::realm()), kind, &mut known, now).await?;
        } else {
            for owner in &owners {
                read(service, limits, (whom, owner), kind, &mut known, now).await?;
            }
        }
    }
    let (mut first, mut along, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for notice in known.into_values() {
        let schedule = service.schedule(notice.kind(), &settings);
        match place(&schedule, &rules, notice.held(), notice.expires_at(), lease, now) {
            Place::Due => first.push(notice),
            Place::Ahead => along.push(notice),
            Place::Expired(at) => waiting.push((at, notice)),
            Place::Later => {}
            Place::AtWork => return Ok(Gathered::AtWork),
        }
    }
    let (expired, mut waiting): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
    match waits_until(&rules, &expired).filter(|&until| !now.reached(until)) {
        Some(until) if first.is_empty() => return Ok(Gathered::Wait { until, notices: waiting.len() as u64 }),
        Some(_) => along.append(&mut waiting),
        None if first.is_empty() => (first, along) = (waiting, Vec::new()),
        None => first.append(&mut waiting),
    }
    for notices in [&mut first, &mut along] {
        notices.sort_by_key(|notice| (notice.held().at, notice.id()));
    }
    Ok(Gathered::Send { first, along })
}

/// The owners whose notices go to this person: the person, and the first [`ACCOUNTS`] service accounts that the person
/// made and that have no address of their own.
fn owners_of(whom: &SubjectId, stored: &StoredSettings) -> Vec<OwnerId> {
    let made = stored.service_accounts.keys().map(ServiceAccountId::subject);
    let made = made.filter(|account| account != whom && answers_for(account, stored).as_ref() == Some(whom));
    [OwnerId::from(whom)].into_iter().chain(made.take(ACCOUNTS).map(OwnerId::from)).collect()
}

/// Updates `known`, which contains the pending notices of one recipient by the id of their credential. `whom` is this
/// recipient. Reads the credentials of one owner and one kind, but of security codes only those that the recipient
/// created. A credential with a pending notice is added to `known`, or replaces its older entry. A credential without a
/// pending notice is removed from `known`.
async fn read(
    service: &Service,
    limits: Limits<'_>,
    (whom, owner): (&SubjectId, &OwnerId),
    kind: TokenKind,
    known: &mut BTreeMap<RecordId, DueNotice>,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let of = Listing::Owner { realm: &service.realm, owner, kind, show: Show::Standing { now } };
    let longest_wait = service.policy.notices.gather.longest_wait;
    let mut after = None;
    for _ in 0..PAGES {
        let page = service.store.list(of, after.as_ref(), PAGE).await?;
        let theirs = |record: &&TokenRecord| match record.body() {
            FamilyBody::Code { created_by, .. } => created_by == whom,
            _ => true,
        };
        for record in page.items.iter().filter(theirs) {
            match DueNotice::of(record, limits, Some(whom.clone()), longest_wait) {
                Some(notice) => known.insert(notice.id(), notice),
                None => known.remove(&record.record().id),
            };
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(())
}
