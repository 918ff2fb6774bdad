//! Applies a changed notice schedule to existing credentials, page by page. It recomputes the stored instant of each
//! record's next notice, which is called the mark of the record.
//!
//! The progress is stored with the settings, so after a crash any node can continue. Each mark is changed by
//! compare-and-swap, so several nodes can process the same page.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::record::notice::{self, Expiring, Schedule};
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::service::snapshot::SettingsView;
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
    /// the schedule. Call this method before [`Counterfoil::due_notices`], and again while the result's `more` is true.
    /// If the schedule has not changed, the method does not call the store. `limit` is the largest number of
    /// credentials that one call reads. The progress is stored with the settings, so a later call on any node can
    /// continue.
    ///
    /// The method does not change expired credentials or credentials without a pending notice.
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

/// The notice schedules of all kinds as one text. Two texts are equal exactly if their schedules are equal.
fn under(service: &Service, settings: &Settings) -> String {
    let mut text = String::new();
    for kind in &service.policy.notices.kinds {
        let _written = write!(text, "{} {};", kind.as_str(), service.schedule(*kind, settings));
    }
    text
}

/// Parses the schedule of one kind from a text that [`under`] returned. `None` if the text has no schedule of this
/// kind.
fn schedule_in(text: &str, kind: TokenKind) -> Option<Schedule> {
    let of = |part: &str| part.strip_prefix(kind.as_str())?.strip_prefix(' ')?.parse().ok();
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
    let mut changed = 0;
    for record in &page.items {
        let marks = moved(record).and_then(|held| {
            let next = notice::rearm(&schedule, before.as_deref(), Expiring::from(record.record()), held, now)?;
            Some((held, next))
        });
        if let Some((held, next)) = marks {
            let id = record.record().id;
            changed += u64::from(service.store.settle(&id, held, Some(next), None).await?);
        }
    }
    let next = match page.next {
        Some(next) => Some(walk.on(next.to_string())),
        None => Some(walk.next_kind()).filter(|next| next.kind < kinds.len()),
    };
    Ok((changed, next))
}

/// Returns the stored mark of a record whose mark must be recomputed. `None` if the record has no pending notice, is
/// revoked or is replaced.
fn moved(record: &TokenRecord) -> Option<NoticeMark> {
    let own = record.record();
    own.notice.filter(|_| record.revoked().is_none() && own.superseded.is_none())
}

/// Converts an error of a settings update to `Unavailable`. The update checks no permission and no field, so no other
/// error can occur.
fn unavailable(error: ManageError) -> Unavailable {
    match error {
        ManageError::Unavailable(error) => error,
        _ => Unavailable::Contended { operation: "rearm notices" },
    }
}
