//! The effective expiry of a credential. It is the stored expiry, or an earlier expiry that follows from the current
//! settings.

use crate::record::family_body::FamilyBody;
use crate::record::limits::Limits;
use crate::record::record_ref::RecordRef;
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The instant at which the record expires under the current settings. `None` if it is permanent.
///
/// A personal access token expires at its stored expiry, or at the end of the policy's ceiling if the ceiling shortens
/// its life ([`Limits`]).
///
/// A refresh token expires at its stored expiry, or at the expiry that the current settings give if that is earlier. So
/// a shortened time-out affects existing families at their next use. A lengthened time-out does not extend a stored
/// expiry.
pub(crate) fn effective_expiry(record: RecordRef<'_>, limits: Limits<'_>) -> Option<Timestamp> {
    let (stored, settings) = (limits.applied(record), limits.settings);
    if record.kind() != TokenKind::RefreshToken {
        return stored;
    }
    let FamilyBody::SignIn { remember, opened_at, absolute_end, .. } = record.body() else { return stored };
    // Without `remember`, the family expires one inactivity period after it was opened, even if it was refreshed.
    let idle_since = if *remember { record.expiry_set_at() } else { *opened_at };
    let idle_end = idle_since.plus_capped(settings.refresh_inactivity);
    let life_end = opened_at.plus_capped(settings.refresh_absolute);
    Some(stored.unwrap_or(Timestamp::EPOCH).min(idle_end).min(life_end).min(*absolute_end))
}

/// The new expiry of a refresh token that is used now. In a remembered sign-in, it is one inactivity period from now,
/// but not after the end of the absolute lifetime. In any other sign-in, the expiry does not change. `None` if the
/// record is permanent.
pub(crate) fn slid_expiry(record: RecordRef<'_>, limits: Limits<'_>, now: Timestamp) -> Option<Timestamp> {
    let current = effective_expiry(record, limits)?;
    let FamilyBody::SignIn { remember, opened_at, absolute_end, .. } = record.body() else { return Some(current) };
    if !*remember {
        return Some(current);
    }
    let life_end = opened_at.plus_capped(limits.settings.refresh_absolute).min(*absolute_end);
    Some(now.plus_capped(limits.settings.refresh_inactivity).min(life_end))
}
