//! When a credential really ends: what was stored, shortened by what the settings say now.

use crate::record::family::FamilyBody;
use crate::record::token_record::TokenRecord;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The instant at which the record ends by itself; `None` for a permanent one.
///
/// A shortened time-out applies to existing families at their next use, so a refresh token ends at the earliest of what was stored and
/// what today's settings give. A lengthened one does not bring back what was promised to end.
pub(crate) fn effective_expiry(record: &TokenRecord, settings: &Settings) -> Option<Timestamp> {
    let stored = record.record().expires_at;
    if record.record().kind != TokenKind::RefreshToken {
        return stored;
    }
    let FamilyBody::SignIn { remember, opened_at, absolute_end, .. } = record.body() else { return stored };
    // Without sliding the family ends one inactivity period after its issue, whatever was refreshed meanwhile.
    let idle_since = if *remember { record.record().expiry_set_at } else { *opened_at };
    let idle_end = idle_since.plus_capped(settings.refresh_inactivity);
    let life_end = opened_at.plus_capped(settings.refresh_absolute);
    Some(stored.unwrap_or(Timestamp::EPOCH).min(idle_end).min(life_end).min(*absolute_end))
}

/// Where a slide takes a refresh token: one inactivity period on, never past the family's absolute life.
pub(crate) fn slid_expiry(record: &TokenRecord, settings: &Settings, now: Timestamp) -> Option<Timestamp> {
    let current = effective_expiry(record, settings)?;
    let FamilyBody::SignIn { remember, opened_at, absolute_end, .. } = record.body() else { return Some(current) };
    if !*remember {
        return Some(current);
    }
    let life_end = opened_at.plus_capped(settings.refresh_absolute).min(*absolute_end);
    Some(now.plus_capped(settings.refresh_inactivity).min(life_end))
}
