//! Applies a changed notice schedule to existing credentials, page by page. Each record has a mark: the stored instant
//! of its next notice. This module recomputes the marks. If the policy shortens the life of existing credentials to a
//! ceiling ([`Existing::Clamp`](crate::policy::Existing::Clamp)), a changed ceiling changes their expiry, and then the
//! marks are recomputed too.
//!
//! The progress is stored with the settings, so after a crash any node can continue. Each mark is changed by
//! compare-and-swap, so several nodes can process the same page.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::record::limits::Ceiling;
use crate::record::notice::{Expiring, Schedule};
use crate::record::rearm::{self, Before, Earlier};
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::service::snapshot::SettingsView;
use crate::store::change::{Applied, Change};
use crate::store::listing::{Listing, Progress};
use crate::store::page::Cursor;
use crate::types::arming::{Arming, Walk};
use crate::types::duration::minutes;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// How long after a change of the settings a process can still insert records that follow the old settings. An insert
/// that began before the change can take this long.
const ON_ITS_WAY: Duration = minutes(1);

impl Counterfoil {
    /// Applies a changed notice schedule to one batch of existing credentials. The policy and the settings determine
    /// the schedule. Also applies a changed ceiling, if the policy shortens the life of existing credentials
    /// ([`Existing::Clamp`](crate::policy::Existing::Clamp)). Call this method before [`Counterfoil::due_notices`], and
    /// again while the result's `more` is true. If the schedule has not changed, the method does not call the store.
    /// `limit` is the largest number of credentials that one call reads. The progress is stored with the settings, so a
    /// later call on any node can continue.
    ///
    /// The method does not change expired credentials or credentials without a pending notice, unless the ceiling has
    /// changed their expiry.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store of records or of settings failed. The next call starts with the same batch.
    pub async fn rearm_notices(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        rearm(&self.service, limit, self.now()).await
    }
}

/// Recomputes the marks of at most `limit` records, and stores where the next call continues. Does nothing if all
/// records already follow the current notice schedule.
async fn rearm(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    // For this time after a change, another process may still compute marks from the old schedule.
    let patience = service.policy.settings_staleness.saturating_add(ON_ITS_WAY);
    let rests = |view: &SettingsView| Arming::of(&view.stored).rests(&under(service, &view.settings), patience, now);
    if service.with_settings(now, rests).await? {
        return Ok(Progress { changed: 0, more: false });
    }
    let begun = service.update_settings(now, |stored| {
        let settings = SettingsView::new(&service.policy, stored.clone()).settings;
        let (under, mut arming) = (under(service, &settings), Arming::of(stored));
        let walk = arming.begin(&under, patience, now);
        arming.put(stored);
        Ok((under, walk, arming.before().map(<[String]>::to_vec)))
    });
    let (view, (under, walk, before)) = begun.await.map_err(unavailable)?;
    let Some(walk) = walk else { return Ok(Progress { changed: 0, more: false }) };
    let (changed, next) = page(service, &view.settings, before.as_deref(), &walk, limit, now).await?;
    let moved_on = service.update_settings(now, |stored| {
        let mut arming = Arming::of(stored);
        let more = arming.advance(&under, &walk, next.clone(), patience);
        arming.put(stored);
        Ok(more)
    });
    let (_, more) = moved_on.await.map_err(unavailable)?;
    Ok(Progress { changed, more })
}

/// The notice schedules of all kinds as one text, with the ceiling to which the life of each kind is shortened. Two
/// texts are equal exactly if their schedules and ceilings are equal.
fn under(service: &Service, settings: &Settings) -> String {
    let mut text = String::new();
    for kind in &service.policy.notices.kinds {
        let ceiling = service.limits(settings).clamp(*kind);
        let ceiling = ceiling.map_or_else(String::new, |ceiling| format!(" {ceiling}"));
        let _written = write!(text, "{} {}{ceiling};", kind.as_str(), service.schedule(*kind, settings));
    }
    text
}

/// Parses the schedule and the ceiling of one kind from a text that [`under`] returned. `None` if the text has no
/// schedule of this kind.
fn schedule_in(text: &str, kind: TokenKind) -> Option<(Schedule, Option<Ceiling>)> {
    let of = |part: &str| {
        let part = part.strip_prefix(kind.as_str())?.strip_prefix(' ')?;
        match part.split_once(' ') {
            None => Some((part.parse().ok()?, None)),
            Some((schedule, ceiling)) => Some((schedule.parse().ok()?, Some(ceiling.parse().ok()?))),
        }
    };
    text.split(';').find_map(of)
}

/// Recomputes the mark of each record on one page. Returns how many marks changed, and where the next call continues.
/// The second value is `None` if this was the last page of the last kind of credentials.
async fn page(
    service: &Service,
    settings: &Settings,
    before: Option<&[String]>,
    walk: &Walk,
    limit: NonZeroU32,
    now: Timestamp,
) -> Result<(u64, Option<Walk>), Unavailable> {
    let kinds = &service.policy.notices.kinds;
    let Some(&kind) = kinds.get(walk.kind) else { return Ok((0, None)) };
    // If the cursor is unreadable, the kind is read from its beginning.
    let after: Option<Cursor> = walk.after.as_deref().and_then(|text| text.parse().ok());
    let page = service.store.list(Listing::Kind { realm: &service.realm, kind }, after.as_ref(), limit).await?;
    let schedule = service.schedule(kind, settings);
    let earlier = |text: &String| schedule_in(text, kind);
    let before = before.map(|before| before.iter().filter_map(earlier).collect::<Vec<_>>());
    let limits = service.limits(settings);
    let mut changed = 0;
    for record in page.items.iter().filter(|record| is_planned(record, now)) {
        let (own, stored) = (record.record(), record.record().expires_at);
        let under = |(schedule, ceiling): &(Schedule, Option<Ceiling>)| Earlier {
            schedule: schedule.clone(),
            expires_at: ceiling.and_then(|ceiling| ceiling.exceeded(stored, own.expiry_set_at)).or(stored),
        };
        let before = before.as_ref().map(|before| before.iter().map(under).collect::<Vec<_>>());
        let before = before.as_deref().map_or(Before::Unknown { stored }, Before::Known);
        let next = rearm::rearm(&schedule, before, Expiring::of(record, limits), own.notice, now);
        changed += match (own.notice, next) {
            (Some(held), Some(next)) => u64::from(service.store.settle(&own.id, held, Some(next), None).await?),
            (None, Some(next)) => u64::from(marked(service, record, next).await?),
            (_, None) => 0,
        };
    }
    let next = match page.next {
        Some(next) => Some(walk.on(next.to_string())),
        None => Some(walk.next_kind()).filter(|next| next.kind < kinds.len()),
    };
    Ok((changed, next))
}

/// Whether notices of a record are planned. False if the record is revoked or replaced, or if it has no pending notice
/// and is past its retention.
fn is_planned(record: &TokenRecord, now: Timestamp) -> bool {
    let own = record.record();
    let is_gone = || own.notice.is_none() && record.gone_at().is_some_and(|gone_at| now.reached(gone_at));
    record.revoked().is_none() && own.superseded.is_none() && !is_gone()
}

/// Gives a mark to a record that has none. Returns false if the record has changed since it was read.
///
/// The write repeats the stored expiry, the instant at which this expiry was set, and the stored `gone_at`, so that
/// only the mark changes.
async fn marked(service: &Service, record: &TokenRecord, next: NoticeMark) -> Result<bool, Unavailable> {
    let own = record.record();
    let change = Change::Expiry { expires_at: own.expires_at, gone_at: own.gone_at, notice: Some(next) };
    let applied = service.store.apply(&own.id, own.version, &change, own.expiry_set_at).await?;
    Ok(matches!(applied, Applied::Done(_)))
}

/// Converts an error of a settings update to `Unavailable`. The update checks no permission and no field, so no other
/// error can occur.
fn unavailable(error: ManageError) -> Unavailable {
    match error {
        ManageError::Unavailable(error) => error,
        _ => Unavailable::Contended { operation: "rearm notices" },
    }
}
