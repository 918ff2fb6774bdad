//! Makes the arguments of inserts and rotations that tests use often: caps on live families, limits on rates, and
//! updates of a parent.

use counterfoil::Timestamp;
use counterfoil::store::{Cap, Nonce, Pace, ParentUpdate, Revoked, WhenFull};
use counterfoil::types::{KeyId, RecordId, RevocationReason, Version};

use crate::sample::{GONE, at, digest_of, most};

/// Makes a cap on live families: if an owner already has `limit` of them, the store refuses a further one.
#[must_use]
pub fn refuse(limit: u32) -> Cap {
    Cap { limit: most(limit), when_full: WhenFull::Refuse }
}

/// Makes a cap on live families: if an owner already has `limit` of them, the store revokes old families to make room
/// for a new one. The old families are revoked at `now`, and their `gone_at` is [`GONE`].
#[must_use]
pub fn make_room(limit: u32, now: Timestamp) -> Cap {
    let revoked = Revoked { at: now, reason: RevocationReason::MadeRoom };
    Cap { limit: most(limit), when_full: WhenFull::End { revoked, gone_at: at(GONE) } }
}

/// Makes a limit on the rate of creations or rotations: at most `limit` of them are allowed after the instant `since`.
#[must_use]
pub fn pace(limit: u32, since: Timestamp) -> Pace {
    Pace { limit: most(limit), since }
}

/// Makes a [`ParentUpdate::Slide`], which gives the parent this expiry and this `gone_at`. The number of access tokens
/// is not limited.
#[must_use]
pub const fn slide(expires_at: Timestamp, gone_at: Timestamp) -> ParentUpdate {
    ParentUpdate::Slide { expires_at, gone_at, access_cap: None }
}

/// Adds limits to the update `step`. `cap` becomes the cap on the live access tokens of the family. `within` becomes
/// the limit on the rate of rotations, if the update supersedes the parent. Otherwise `within` is not used.
#[must_use]
pub fn bounded(step: ParentUpdate, within: Option<Pace>, cap: Option<u32>) -> ParentUpdate {
    let mut step = step;
    match &mut step {
        ParentUpdate::Supersede { pace, access_cap, .. } => (*pace, *access_cap) = (within, cap.map(most)),
        ParentUpdate::Slide { access_cap, .. } => *access_cap = cap.map(most),
    }
    step
}

/// Makes the update of a parent for an ordinary refresh. The parent gets a nonce and a retry window that ends 10 µs
/// after `now`. Neither the rate of rotations nor the number of access tokens is limited.
#[must_use]
pub fn supersede(expect: Version, successor: RecordId, now: Timestamp) -> ParentUpdate {
    let window = Timestamp::from_micros(now.micros() + 10);
    ParentUpdate::Supersede {
        expect,
        successor,
        nonce: Some(Nonce { bytes: *digest_of(&successor).as_bytes(), key_id: KeyId::new(1) }),
        honoured_until: window,
        gone_at: Some(at(GONE)),
        labelled: false,
        cap: None,
        pace: None,
        access_cap: None,
    }
}

/// Adds the conditions of a renewal to the update `step`, which must supersede its parent. If `needs_label` is
/// true, the family must still have its label. `most_live` becomes the cap on the owner's live families.
///
/// # Panics
///
/// If `step` is a slide, which has no such conditions.
#[must_use]
pub fn renewing(step: ParentUpdate, needs_label: bool, most_live: Option<u32>) -> ParentUpdate {
    let mut step = step;
    let ParentUpdate::Supersede { labelled, cap, .. } = &mut step else { panic!("a slide renews no family") };
    (*labelled, *cap) = (needs_label, most_live.map(most));
    step
}
