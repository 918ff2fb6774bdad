//! The limits by which a record is judged: the settings, and the ceilings of the policy for credentials that already
//! exist.
//!
//! A ceiling is applied at each use and is never written. Personal access tokens have a ceiling: the setting
//! `pat_max_days`, and whether the policy allows permanent tokens. For sign-ins, `expiry.rs` applies the settings.
//! Security codes have no ceiling. An access token lives at most a day, and a console session at most 30 days, so they
//! keep their expiry.

use std::fmt;
use std::str::FromStr;

use crate::policy::{Existing, Policy};
use crate::record::record_ref::RecordRef;
use crate::types::duration::days;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The rules of the policy for personal access tokens that already exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ceilings {
    existing: Existing,
    permanent: bool,
}

impl Ceilings {
    /// Every credential keeps its stored expiry.
    #[cfg(test)]
    pub(crate) const GRANDFATHER: Self = Self { existing: Existing::Grandfather, permanent: true };

    pub(crate) const fn of(policy: &Policy) -> Self {
        let tokens = &policy.personal_access_tokens;
        Self { existing: tokens.existing, permanent: tokens.permanent }
    }
}

/// A ceiling: the longest life of a credential, and whether a credential may be permanent.
///
/// The `Display` form is `90` or `90,permanent`. It is part of the stored progress of applying a schedule of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ceiling {
    days: u16,
    permanent: bool,
}

impl Ceiling {
    /// Returns the end of the ceiling if a credential with this expiry lives longer. `None` if the credential is within
    /// the ceiling. The life is counted from `set_at`, when the expiry was last set. A life that ends exactly with the
    /// ceiling is within the ceiling.
    pub(crate) fn exceeded(self, expires_at: Option<Timestamp>, set_at: Timestamp) -> Option<Timestamp> {
        let end = set_at.plus_capped(days(self.days));
        let exceeds = expires_at.map_or(!self.permanent, |expires_at| expires_at > end);
        exceeds.then_some(end)
    }
}

impl fmt::Display for Ceiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.days, if self.permanent { PERMANENT } else { "" })
    }
}

const PERMANENT: &str = ",permanent";

impl FromStr for Ceiling {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, permanent) = text.strip_suffix(PERMANENT).map_or((text, false), |number| (number, true));
        number.parse().map(|days| Self { days, permanent }).map_err(drop)
    }
}

/// The settings and the ceilings that apply now.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) ceilings: Ceilings,
}

impl Limits<'_> {
    /// Whether the record is refused at each use because its life exceeds the ceiling.
    #[inline]
    pub(crate) fn refuses(self, record: RecordRef<'_>) -> bool {
        let ceiling = self.under(Existing::RefuseAtUse, record.kind());
        ceiling.is_some_and(|ceiling| ceiling.exceeded(record.expires_at(), record.expiry_set_at()).is_some())
    }

    /// The expiry that applies to the record: the stored expiry, or the end of the ceiling if the rule shortens the
    /// life of the record. `None` means never.
    #[inline]
    pub(crate) fn applied(self, record: RecordRef<'_>) -> Option<Timestamp> {
        self.applied_to(record.kind(), record.expires_at(), record.expiry_set_at())
    }

    /// The expiry that applies to a credential with the stored expiry `expires_at`, which was set at `set_at`.
    #[inline]
    pub(crate) fn applied_to(
        self,
        kind: TokenKind,
        expires_at: Option<Timestamp>,
        set_at: Timestamp,
    ) -> Option<Timestamp> {
        self.clamp(kind).and_then(|ceiling| ceiling.exceeded(expires_at, set_at)).or(expires_at)
    }

    /// The ceiling to which the rule shortens the life of credentials of this kind. `None` if the rule shortens no
    /// life.
    #[inline]
    pub(crate) fn clamp(self, kind: TokenKind) -> Option<Ceiling> {
        self.under(Existing::Clamp, kind)
    }

    /// The ceiling of this kind, if the policy's rule for existing credentials is `rule`. Otherwise `None`.
    #[inline]
    fn under(self, rule: Existing, kind: TokenKind) -> Option<Ceiling> {
        let Ceilings { existing, permanent } = self.ceilings;
        let has_ceiling = existing == rule && kind == TokenKind::PersonalAccessToken;
        has_ceiling.then_some(Ceiling { days: self.settings.pat_max_days, permanent })
    }

    /// Whether both limits give every record of this kind the same effective expiry, and refuse the same records.
    pub(crate) fn agree(self, other: Limits<'_>, kind: TokenKind) -> bool {
        let sign_in = |limits: Limits<'_>| (limits.settings.refresh_inactivity, limits.settings.refresh_absolute);
        let refusal = |limits: Limits<'_>| limits.under(Existing::RefuseAtUse, kind);
        let is_same_sign_in = kind != TokenKind::RefreshToken || sign_in(self) == sign_in(other);
        is_same_sign_in && self.clamp(kind) == other.clamp(kind) && refusal(self) == refusal(other)
    }
}
