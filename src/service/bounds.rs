//! The limits that the policy sets for an insert or a rotation, as the types that a store takes.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::event::{By, EventKind};
use crate::policy::LiveCap;
use crate::policy::kept::gone_after_making_room;
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::store::insert::{Cap, InsertInto, Inserted, Pace, WhenFull};
use crate::store::listing::{Listing, Show};
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

/// The number of records in each page that [`Service::result_of_lost_insert`] reads from the store. The method reads at
/// most [`PAGES`] pages.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
const PAGES: usize = 10;

impl Service {
    /// Converts a policy's cap on the live sign-ins or sessions of an owner into the cap for an insert. If the cap is
    /// reached, the policy decides what the store does: it refuses the new family, or it revokes the least recently
    /// used family. Returns `None` if the policy has no cap.
    pub(crate) fn cap(&self, cap: Option<LiveCap>, now: Timestamp) -> Option<Cap> {
        let LiveCap { limit, evict } = cap?;
        let revoked = Revoked { at: now, reason: RevocationReason::MadeRoom };
        let end = WhenFull::End { revoked, gone_at: gone_after_making_room(now) };
        Some(Cap { limit, when_full: if evict { end } else { WhenFull::Refuse } })
    }

    /// Returns the limit on the rotations of one sign-in in the 24 hours before `now`. It is at least four times the
    /// number of access tokens that a client needs in 24 hours if it refreshes only when each one expires. So the limit
    /// stops a client that refreshes in a loop, and does not affect a normal client.
    pub(crate) fn rotations_a_day(&self, settings: &Settings, now: Timestamp) -> Pace {
        let needed = whole_micros(DAY).div_ceil(whole_micros(settings.access_lifetime).max(1)).saturating_mul(4);
        let needed = u32::try_from(needed).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        Pace { limit: self.policy.refresh_tokens.rotations_per_day.max(needed), since: now.minus(DAY) }
    }

    /// Returns the result of an insert that succeeded, but whose response from the store was lost. An insert that
    /// reached a cap may have revoked other families of the owner. This method searches at most 1,000 of the owner's
    /// credentials for these families. Their revocation has the instant and the reason of this insert.
    ///
    /// If the store fails during this search, families can be missing from the result. This is not an error, because
    /// the insert has succeeded. If another insert for the same cap ran in the same microsecond, the result also
    /// contains the families that the other insert revoked.
    pub(crate) async fn result_of_lost_insert(&self, home: InsertInto<'_>) -> Inserted {
        let InsertInto::Found { family, cap: Some(Cap { when_full: WhenFull::End { revoked, .. }, .. }), .. } = home
        else {
            return Inserted::Done;
        };
        let of = Listing::Owner { realm: &family.realm, owner: &family.owner, kind: family.kind, show: Show::All };
        let (mut ended, mut after) = (BTreeSet::new(), None);
        for _ in 0..PAGES {
            let Ok(page) = self.store.list(of, after.as_ref(), PAGE).await else { break };
            let own = page.items.iter().map(TokenRecord::family).filter(|there| {
                there.revoked == Some(revoked) && there.kind == family.kind && there.client == family.client
            });
            ended.extend(own.map(|there| there.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if ended.is_empty() { Inserted::Done } else { Inserted::MadeRoom(ended.into_iter().collect()) }
    }

    /// Emits an event for each family in `ended`, which an insert revoked to make room for a new family.
    pub(crate) fn tell_made_room(&self, by: &By, kind: TokenKind, owner: &OwnerId, ended: &[FamilyId], now: Timestamp) {
        for &family in ended {
            self.tell(now, by.clone(), EventKind::MadeRoom { kind, family, owner: owner.clone() });
        }
    }
}

/// Returns a cap on personal access tokens or security codes. If it is reached, a new credential is refused, because a
/// person must decide which credential to delete.
pub(crate) const fn refusing_cap(limit: NonZeroU32) -> Cap {
    Cap { limit, when_full: WhenFull::Refuse }
}

/// Returns a limit on the number of credentials that are created in the hour before `now`, or `None` if there is no
/// limit.
pub(crate) fn hourly(limit: Option<NonZeroU32>, now: Timestamp) -> Option<Pace> {
    limit.map(|limit| Pace { limit, since: now.minus(HOUR) })
}

/// Returns the instant at which a credential can be created again, after the hourly limit was reached. `oldest` is the
/// instant in [`Inserted::PaceReached`](crate::store::Inserted::PaceReached).
pub(crate) fn hour_after(oldest: Timestamp) -> Timestamp {
    oldest.plus_capped(HOUR)
}

/// Returns the instant at which a rotation is possible again, after the daily limit was reached. `oldest` is the
/// instant in [`Rotated::PaceReached`](crate::store::Rotated::PaceReached).
pub(crate) fn day_after(oldest: Timestamp) -> Timestamp {
    oldest.plus_capped(DAY)
}
