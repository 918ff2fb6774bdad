//! Caps, paces and steps as the suite asks for them.

use counterfoil::store::{Cap, Nonce, Pace, Revoked, Step, WhenFull};
use counterfoil::{KeyId, RecordId, RevokedWhy, Ts, Version};

use crate::sample::{GONE, at, digest_of, most};

/// A cap that refuses.
#[must_use]
pub fn refuse(limit: u32) -> Cap {
    Cap { limit: most(limit), when_full: WhenFull::Refuse }
}

/// A cap that makes room: what it ends says that it ended at `now`, and is gone at [`GONE`].
#[must_use]
pub fn make_room(limit: u32, now: Ts) -> Cap {
    let revoked = Revoked { at: now, why: RevokedWhy::MadeRoom };
    Cap { limit: most(limit), when_full: WhenFull::End { revoked, gone_at: at(GONE) } }
}

/// At most so many after that instant.
#[must_use]
pub fn pace(limit: u32, since: Ts) -> Pace {
    Pace { limit: most(limit), since }
}

/// A slide without a cap.
#[must_use]
pub const fn slide(expires_at: Ts, gone_at: Ts) -> Step {
    Step::Slide { expires_at, gone_at, access_cap: None }
}

/// The same step with that pace, where it is a supersession, and that cap of access tokens.
#[must_use]
pub fn bounded(step: Step, within: Option<Pace>, cap: Option<u32>) -> Step {
    let mut step = step;
    match &mut step {
        Step::Supersede { pace, access_cap, .. } => (*pace, *access_cap) = (within, cap.map(most)),
        Step::Slide { access_cap, .. } => *access_cap = cap.map(most),
    }
    step
}

/// The step of an ordinary refresh: nonce, a window of 10 µs after `now`, no pace and no cap.
#[must_use]
pub fn supersede(expect: Version, successor: RecordId, now: Ts) -> Step {
    let window = Ts::from_micros(now.micros() + 10);
    Step::Supersede {
        expect,
        successor,
        nonce: Some(Nonce { bytes: *digest_of(&successor).as_bytes(), key_id: KeyId::new(1) }),
        honoured_until: window,
        gone_at: Some(at(GONE)),
        pace: None,
        access_cap: None,
    }
}
