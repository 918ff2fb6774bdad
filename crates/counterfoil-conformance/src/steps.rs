//! Makes caps, paces and steps of rotations for tests.

use counterfoil::Timestamp;
use counterfoil::store::{Cap, Nonce, Pace, ParentUpdate, Revoked, WhenFull};
use counterfoil::types::{KeyId, RecordId, RevocationReason, Version};

use crate::sample::{GONE, at, digest_of, most};

/// Makes a cap that refuses.
#[must_use]
pub fn refuse(limit: u32) -> Cap {
    Cap { limit: most(limit), when_full: WhenFull::Refuse }
}

/// Makes a cap that makes room. The families that it ends are revoked at `now` and gone at [`GONE`].
#[must_use]
pub fn make_room(limit: u32, now: Timestamp) -> Cap {
    let revoked = Revoked { at: now, reason: RevocationReason::MadeRoom };
    Cap { limit: most(limit), when_full: WhenFull::End { revoked, gone_at: at(GONE) } }
}

/// Makes a pace of at most `limit` creations or rotations after `since`.
#[must_use]
pub fn pace(limit: u32, since: Timestamp) -> Pace {
    Pace { limit: most(limit), since }
}

/// Makes a step that slides, without a cap.
#[must_use]
pub const fn slide(expires_at: Timestamp, gone_at: Timestamp) -> ParentUpdate {
    ParentUpdate::Slide { expires_at, gone_at, access_cap: None }
}

/// Adds the cap of access tokens to a step. If the step supersedes, also adds the pace.
#[must_use]
pub fn bounded(step: ParentUpdate, within: Option<Pace>, cap: Option<u32>) -> ParentUpdate {
    let mut step = step;
    match &mut step {
        ParentUpdate::Supersede { pace, access_cap, .. } => (*pace, *access_cap) = (within, cap.map(most)),
        ParentUpdate::Slide { access_cap, .. } => *access_cap = cap.map(most),
    }
    step
}

/// Makes the step of an ordinary refresh. It has a nonce and a window until 10 µs after `now`, but no pace and no cap.
#[must_use]
pub fn supersede(expect: Version, successor: RecordId, now: Timestamp) -> ParentUpdate {
    let window = Timestamp::from_micros(now.micros() + 10);
    ParentUpdate::Supersede {
        expect,
        successor,
        nonce: Some(Nonce { bytes: *digest_of(&successor).as_bytes(), key_id: KeyId::new(1) }),
        honoured_until: window,
        gone_at: Some(at(GONE)),
        pace: None,
        access_cap: None,
    }
}
