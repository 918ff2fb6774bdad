//! The limits of the policy on an insert or a rotation, in the form that a store takes.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::event::{By, EventKind};
use crate::policy::LiveCap;
use crate::policy::kept::gone_after_making_room;
use crate::record::state::Revoked;
use crate::service::Service;
use crate::store::insert::{Cap, Pace, WhenFull};
use crate::types::duration::{days, hours, whole_micros};
use crate::types::ids::{FamilyId, OwnerId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The period for which a policy limits the number of created credentials.
const HOUR: Duration = hours(1);

/// The period for which a policy limits the number of rotations.
const DAY: Duration = days(1);

impl Service {
    /// Converts a policy's cap on sign-ins or sessions into the cap for an insert. If the cap is reached, the insert
    /// refuses the new family, or revokes the least recently used one. The policy decides which. `None` if the policy
    /// has no cap.
    pub(crate) fn cap(&self, cap: Option<LiveCap>, now: Timestamp) -> Option<Cap> {
        let LiveCap { limit, evict } = cap?;
        let revoked = Revoked { at: now, reason: RevocationReason::MadeRoom };
        let end = WhenFull::End { revoked, gone_at: gone_after_making_room(now) };
        Some(Cap { limit, when_full: if evict { end } else { WhenFull::Refuse } })
    }

    /// The limit on the rotations of one sign-in in 24 hours. It is at least four times the number of rotations that
    /// the lifetime of access tokens requires. So it stops a client that refreshes in a loop, but not a normal client.
    pub(crate) fn rotations_a_day(&self, settings: &Settings, now: Timestamp) -> Pace {
        let needed = whole_micros(DAY).div_ceil(whole_micros(settings.access_lifetime).max(1)).saturating_mul(4);
        let needed = u32::try_from(needed).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        Pace { limit: self.policy.refresh_tokens.rotations_per_day.max(needed), since: now.minus(DAY) }
    }

    /// Emits an event for each family in `ended`. These families were revoked to make room for a new family.
    pub(crate) fn tell_made_room(&self, by: &By, kind: TokenKind, owner: &OwnerId, ended: &[FamilyId], now: Timestamp) {
        for &family in ended {
            self.tell(now, by.clone(), EventKind::MadeRoom { kind, family, owner: owner.clone() });
        }
    }
}

/// The cap of that size on personal access tokens or security codes. If it is reached, a new credential is refused,
/// because a person must decide which credential to delete.
pub(crate) const fn refusing_cap(limit: NonZeroU32) -> Cap {
    Cap { limit, when_full: WhenFull::Refuse }
}

/// The limit of `limit` created credentials in the hour before `now`. `None` if there is no limit.
pub(crate) fn hourly(limit: Option<NonZeroU32>, now: Timestamp) -> Option<Pace> {
    limit.map(|limit| Pace { limit, since: now.minus(HOUR) })
}

/// The instant from which a credential can be created again after the hourly limit was reached. `oldest` is the instant
/// in [`Inserted::PaceReached`](crate::store::Inserted::PaceReached).
pub(crate) fn hour_after(oldest: Timestamp) -> Timestamp {
    oldest.plus_capped(HOUR)
}

/// The instant from which a rotation is possible again after the daily limit was reached. `oldest` is the instant in
/// [`Rotated::PaceReached`](crate::store::Rotated::PaceReached).
pub(crate) fn day_after(oldest: Timestamp) -> Timestamp {
    oldest.plus_capped(DAY)
}
