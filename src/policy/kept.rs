//! How long a record is kept after its end. A record may be purged at its `gone_at`, which is calculated here. A rotated
//! refresh token is the exception: it is kept until the end of its family.
//!
//! A purge can be later, never earlier: it waits for unsent notices, and for a clock that is in doubt.

use std::time::Duration;

use super::Policy;
use crate::types::duration::{days, minutes};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The default of [`Policy::tombstone`].
pub(super) const TOMBSTONE: Duration = days(30);

/// Access tokens are many and end soon.
const ACCESS: Duration = minutes(1);

/// Long enough for a client or browser that comes back the next day to be told that it has expired.
const SIGN_IN: Duration = days(1);

/// A record that ended to make room for another. No user deletes it a second time, so it needs no long tombstone.
const MADE_ROOM: Duration = days(1);

impl Policy {
    /// How long an expired credential is still distinguished from an unknown one.
    pub(crate) const fn kept_after_expiry(&self, kind: TokenKind) -> Duration {
        match kind {
            TokenKind::PersonalAccessToken => self.personal_access_tokens.retention,
            TokenKind::SecurityCode => self.security_codes.retention,
            TokenKind::AccessToken => ACCESS,
            TokenKind::RefreshToken | TokenKind::ConsoleSession => SIGN_IN,
            // It is part of its client and has no record.
            TokenKind::ClientSecret => Duration::ZERO,
        }
    }

    /// When a credential that expires at `expires_at` may be purged.
    pub(crate) fn gone_after_expiry(&self, kind: TokenKind, expires_at: Timestamp) -> Timestamp {
        expires_at.plus_capped(self.kept_after_expiry(kind))
    }

    /// When a credential or family that is deleted or revoked now may be purged: the end of its tombstone.
    pub(crate) fn gone_after_revocation(&self, now: Timestamp) -> Timestamp {
        now.plus_capped(self.tombstone)
    }

    /// When an access token that is revoked by itself now may be purged. It is kept no longer than an expired one.
    /// Otherwise repeated issuing and revoking would accumulate records.
    pub(crate) fn access_gone_after_revocation(&self, expires_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let tombstone = self.gone_after_revocation(now);
        let expired = expires_at.map(|expires_at| self.gone_after_expiry(TokenKind::AccessToken, expires_at));
        expired.map_or(tombstone, |gone_at| gone_at.min(tombstone))
    }
}

/// When a family that ends now to make room for another may be purged.
pub(crate) fn gone_after_making_room(now: Timestamp) -> Timestamp {
    now.plus_capped(MADE_ROOM)
}
