//! Checks large limits. A column with too few bits would store them as a small or a negative number.

use counterfoil::Timestamp;
use counterfoil::client::ClientKey;
use counterfoil::store::{InsertInto, Inserted, Pace, Rotated, TokenStore};
use counterfoil::types::Version;

use crate::sample::{Person, at, bounded, make_room, most, pace, refuse, supersede};
use crate::violation::{Violation, ensure_is};

/// Limits that a column with too few bits stores as another number. A column of 8 bits stores the first as 1. A column
/// of 16 bits stores the second as 1. A signed column of 32 bits stores the last two as negative numbers.
pub(crate) const WIDE: [u32; 4] = [257, 65_537, 1 << 31, u32::MAX];

/// Uses each limit in [`WIDE`] as a cap on families, as a limit on the rate of creations, and as a cap on access
/// tokens. Checks that a second record can be inserted, which a limit of 1 would refuse.
pub(crate) async fn wide_limits_let_in(store: &dyn TokenStore) -> Result<(), Violation> {
    for limit in WIDE {
        let person = Person::somebody();
        person.refresh().with_access().found(store).await?;
        for cap in [refuse(limit), make_room(limit, at(1))] {
            let draft = person.refresh();
            let paced: Option<Pace> = Some(pace(limit, Timestamp::EPOCH));
            let answer = store.insert(draft.bounded(Some(cap), paced), &draft.records, at(1)).await?;
            ensure_is!(answer, Inserted::Done, "a second of at most {limit} must have room");
        }
        let draft = person.refresh().through(ClientKey::from_bytes([9; 16])).with_access();
        let id = draft.found(store).await?;
        let home = InsertInto::Join { family: draft.family.id, generation: 0, access_cap: Some(most(limit)) };
        let answer = store.insert(home, &[draft.access(0)], at(1)).await?;
        ensure_is!(answer, Inserted::Done, "a second access token of at most {limit} must have room");
        let next = draft.successor(id, 1);
        let step = bounded(supersede(Version::FIRST, next.id, at(2)), Some(pace(1, Timestamp::EPOCH)), Some(limit));
        let answer = store.rotate(&id, &step, &[draft.access(1), next.clone()], at(2)).await?;
        ensure_is!(answer, Rotated::Done, "a first rotation must go through");
        let last = draft.successor(next.id, 2);
        let step = bounded(supersede(Version::FIRST, last.id, at(3)), Some(pace(limit, Timestamp::EPOCH)), None);
        let answer = store.rotate(&next.id, &step, std::slice::from_ref(&last), at(3)).await?;
        ensure_is!(answer, Rotated::Done, "a second rotation of at most {limit} must have room");
    }
    Ok(())
}
