//! How long a record is kept after its end. A record may be purged at its `gone_at`, which is calculated here. A
//! rotated refresh token is the exception: it is kept until the end of its family.
//!
//! A purge never removes a record before its `gone_at`. A purge can remove the record later, for two reasons. If the
//! record has an unsent notice, the purge keeps the record for a limited time. After a sudden jump of the clock, purges
//! remove nothing for some time.

use std::time::Duration;

use super::Policy;
use crate::types::duration::{days, minutes};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The default of [`Policy::tombstone`].
pub(super) const TOMBSTONE: Duration = days(30);

/// How long an expired access token is kept. The time is short, because access tokens are many and expire soon.
const ACCESS: Duration = minutes(1);

/// How long an expired sign-in or session is kept. If a client or browser is used again the next day, it still learns
/// that its sign-in or session has expired.
const SIGN_IN: Duration = days(1);

/// How long the record of a sign-in or session is kept after a new sign-in or session replaced it because of a limit.
/// The time can be shorter than [`Policy::tombstone`], which is for records that users delete.
const MADE_ROOM: Duration = days(1);

impl Policy {
    /// How long the service still distinguishes an expired credential of this kind from an unknown credential.
    pub(crate) const fn kept_after_expiry(&self, kind: TokenKind) -> Duration {
        match kind {
            TokenKind::PersonalAccessToken => self.personal_access_tokens.retention,
            TokenKind::SecurityCode => self.security_codes.retention,
            TokenKind::AccessToken => ACCESS,
            TokenKind::RefreshToken | TokenKind::ConsoleSession => SIGN_IN,
            // A client secret is part of its client and has no record.
            TokenKind::ClientSecret => Duration::ZERO,
        }
    }

    /// The instant from which a credential that expires at `expires_at` may be purged. At most [`Timestamp::MAX`]. An
    /// expired security code can be reactivated until this instant.
    pub(crate) fn gone_after_expiry(&self, kind: TokenKind, expires_at: Timestamp) -> Timestamp {
        self.whole_gone_after_expiry(kind, expires_at).unwrap_or(Timestamp::MAX)
    }

    /// The same instant as [`Policy::gone_after_expiry`], but `None` if the retention would end after
    /// [`Timestamp::MAX`].
    pub(crate) fn whole_gone_after_expiry(&self, kind: TokenKind, expires_at: Timestamp) -> Option<Timestamp> {
        expires_at.plus(self.kept_after_expiry(kind))
    }

    /// The instant from which a credential or family may be purged if it is deleted or revoked now: `now` plus
    /// [`Policy::tombstone`].
    pub(crate) fn gone_after_revocation(&self, now: Timestamp) -> Timestamp {
        now.plus_capped(self.tombstone)
    }

    /// The instant from which an access token may be purged if it is revoked individually now. A revoked access token
    /// is kept no longer than an expired access token. Otherwise a client that repeatedly gets and revokes tokens could
    /// fill the store.
    pub(crate) fn access_gone_after_revocation(&self, expires_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let tombstone = self.gone_after_revocation(now);
        let expired = expires_at.map(|expires_at| self.gone_after_expiry(TokenKind::AccessToken, expires_at));
        expired.map_or(tombstone, |gone_at| gone_at.min(tombstone))
    }
}

/// The instant from which a family may be purged if it is revoked now to make room for a new family.
pub(crate) fn gone_after_making_room(now: Timestamp) -> Timestamp {
    now.plus_capped(MADE_ROOM)
}
