//! What is asked of new records before anything is read.

use std::num::NonZeroU32;

use counterfoil::store::{Corrupt, FamilyParts, NewRecord, StoreError};
use counterfoil::{TokenKind, Ts};

/// How many access tokens of the family may live already, so that the new ones have room. `None`: any number. Negative: the new ones alone
/// are too many.
pub(crate) fn room_beside(cap: Option<NonZeroU32>, new: &[NewRecord], now: Ts) -> Option<i64> {
    let lives = |new: &&NewRecord| {
        new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
    };
    let more = i64::try_from(new.iter().filter(lives).count()).unwrap_or(i64::MAX);
    cap.filter(|_| more > 0).map(|cap| i64::from(cap.get()) - more)
}

/// Refuses new records that every later read would call corrupt: a mistake of the caller, and nothing is written.
pub(crate) fn belong(new: &[NewRecord], family: &FamilyParts) -> Result<(), StoreError> {
    for new in new {
        let at_home = new.id.family() == family.id && new.realm == family.realm && new.owner == family.owner;
        if !at_home {
            return Err(StoreError::corrupt(Some(new.id), Corrupt::Family));
        }
        if new.generation > family.generation {
            let rule = "no record is newer than its family";
            return Err(StoreError::corrupt(Some(new.id), Corrupt::States { rule }));
        }
    }
    Ok(())
}
