//! Applies a changed schedule to existing credentials: their marks are set again, page by page.
//!
//! The progress of the walk is stored beside the settings, so any node can continue it after a crash. Each mark is
//! moved by compare-and-swap, so several nodes may walk the same page.

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

/// How long an insert may take after its process read the settings.
const ON_ITS_WAY: Duration = minutes(1);

impl Counterfoil {
    /// Sets the notices of a batch of credentials again if the policy or the settings changed when they are due. Call
    /// it before [`Counterfoil::due_notices`], and again while `more` is true. Without a change it makes no call of
    /// the store. `limit` is the most credentials to look at. The progress is stored with the settings, so any node
    /// may continue.
    ///
    /// Expired credentials and credentials without a pending notice are not changed.
    ///
    /// # Errors
    ///
    /// The stores of records and settings failed. The next call begins with the same batch.
    pub async fn rearm_notices(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        rearm(&self.service, limit, self.now()).await
    }
}

/// Walks one page of at most `limit` records, if the schedule has changed since all marks were set.
async fn rearm(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    // Until then another process may set a mark under the schedule that it knows.
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

/// The notice schedule as text: equal if all marks are set alike.
fn under(service: &Service, settings: &Settings) -> String {
    let mut text = String::new();
    for kind in &service.policy.notices.kinds {
        let _written = write!(text, "{} {};", kind.as_str(), service.schedule(*kind, settings));
    }
    text
}

/// The schedule of that kind in such a text.
fn schedule_in(text: &str, kind: TokenKind) -> Option<Schedule> {
    let of = |part: &str| part.strip_prefix(kind.as_str())?.strip_prefix(' ')?.parse().ok();
    text.split(';').find_map(of)
}

/// Sets the marks of one page. Returns how many were moved, and where the walk continues.
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
    // An unreadable cursor starts the kind again.
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

/// The new mark of a record that still has a notice to come.
fn moved(record: &TokenRecord) -> Option<NoticeMark> {
    let own = record.record();
    own.notice.filter(|_| record.revoked().is_none() && own.superseded.is_none())
}

/// None of these calls can be refused: only `Unavailable` remains.
fn unavailable(error: ManageError) -> Unavailable {
    match error {
        ManageError::Unavailable(error) => error,
        _ => Unavailable::Contended { operation: "rearm notices" },
    }
}
