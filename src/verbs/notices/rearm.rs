//! A changed schedule reaches the credentials that are there: their marks are set anew, page by page.
//!
//! How far the walk has come stands beside the settings, so that it goes on after a crash and on any node. Each mark is moved by
//! compare-and-swap, so nodes that walk the same page do it no harm.

use std::fmt::Write as _;
use std::num::NonZeroU32;

use crate::counterfoil::notice::{self, Expiring, Schedule};
use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::NoticeMark;
use crate::desk::Desk;
use crate::desk::error::{ManageError, Unavailable};
use crate::desk::snapshot::SettingsView;
use crate::ports::change::{Listing, Progress};
use crate::ports::page::Cursor;
use crate::words::arming::{Arming, Walk};
use crate::words::kind::TokenKind;
use crate::words::settings::Settings;
use crate::words::time::{Span, Ts};

/// How long a credential may be on its way to the store after its process read the settings.
const ON_ITS_WAY: Span = Span::minutes(1);

/// Walks one page, of at most `limit` records, where the schedule has changed since all marks were set.
pub(crate) async fn rearm(desk: &Desk, limit: NonZeroU32, now: Ts) -> Result<Progress, Unavailable> {
    // Until then another process may set a mark under the schedule that it knows.
    let patience = Span::from_micros(desk.policy.settings_staleness.micros().saturating_add(ON_ITS_WAY.micros()));
    let patience = patience.unwrap_or(Span::MAX);
    let rests = |view: &SettingsView| Arming::of(&view.stored).rests(&under(desk, &view.settings), patience, now);
    if desk.with_settings(now, rests).await? {
        return Ok(Progress { changed: 0, more: false });
    }
    let begun = desk.update_settings(now, |stored| {
        let settings = SettingsView::new(&desk.policy, stored.clone()).settings;
        let (under, mut arming) = (under(desk, &settings), Arming::of(stored));
        let walk = arming.begin(&under, patience, now);
        arming.put(stored);
        Ok((under, walk, arming.before().map(<[String]>::to_vec)))
    });
    let (view, (under, walk, before)) = begun.await.map_err(unavailable)?;
    let Some(walk) = walk else { return Ok(Progress { changed: 0, more: false }) };
    let (changed, next) = page(desk, &view.settings, before.as_deref(), &walk, limit, now).await?;
    let moved_on = desk.update_settings(now, |stored| {
        let mut arming = Arming::of(stored);
        let more = arming.advance(&under, &walk, next.clone(), patience);
        arming.put(stored);
        Ok(more)
    });
    let (_, more) = moved_on.await.map_err(unavailable)?;
    Ok(Progress { changed, more })
}

/// What is announced and when, as text: equal where all marks stand alike.
fn under(desk: &Desk, settings: &Settings) -> String {
    let mut text = String::new();
    for kind in &desk.policy.notices.kinds {
        let _written = write!(text, "{} {};", kind.as_str(), desk.schedule(*kind, settings));
    }
    text
}

/// The schedule of that kind in such a text.
fn schedule_in(text: &str, kind: TokenKind) -> Option<Schedule> {
    let of = |part: &str| part.strip_prefix(kind.as_str())?.strip_prefix(' ')?.parse().ok();
    text.split(';').find_map(of)
}

/// Sets the marks of one page; how many were moved, and where the walk goes on.
async fn page(
    desk: &Desk,
    settings: &Settings,
    before: Option<&[String]>,
    walk: &Walk,
    limit: NonZeroU32,
    now: Ts,
) -> Result<(u64, Option<Walk>), Unavailable> {
    let kinds = &desk.policy.notices.kinds;
    let Some(&kind) = kinds.get(walk.kind) else { return Ok((0, None)) };
    // A cursor that cannot be read begins the kind anew.
    let after: Option<Cursor> = walk.after.as_deref().and_then(|text| text.parse().ok());
    let page = desk.store.list(Listing::Kind { realm: &desk.realm, kind }, after.as_ref(), limit).await?;
    let schedule = desk.schedule(kind, settings);
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
            changed += u64::from(desk.store.settle(&id, held, Some(next), None).await?);
        }
    }
    let next = match page.next {
        Some(next) => Some(walk.on(next.to_string())),
        None => Some(walk.next_kind()).filter(|next| next.kind < kinds.len()),
    };
    Ok((changed, next))
}

/// The mark of a record that is still to be told of.
fn moved(record: &TokenRecord) -> Option<NoticeMark> {
    let own = record.record();
    own.notice.filter(|_| record.revoked().is_none() && own.superseded.is_none())
}

/// Nothing that is asked here can be refused.
fn unavailable(error: ManageError) -> Unavailable {
    match error {
        ManageError::Unavailable(error) => error,
        _ => Unavailable::Contended { verb: "rearm notices" },
    }
}
