//! Checks versions and generations that do not fit into 8 bits. Also checks wrong numbers whose low bits equal those of
//! the right number, because a column with too few bits confuses the two. No version goes beyond 16 bits, because that
//! would take 65,536 successive calls.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, Inserted, TokenStore};
use counterfoil::types::{KeyId, RecordId, Version};

use crate::sample::{Draft, Person, at, digest_of, member_id, must_get};
use crate::violation::{Violation, ensure, ensure_is};

/// Amounts to add to the right number, to get a wrong one. The sum has the same low 8, 16, 32 or 52 bits as the right
/// number. So a column with that number of bits would store both as the same number.
const OFF: [u64; 4] = [1 << 8, 1 << 16, 1 << 32, 1 << 52];

/// Changes a record more than 256 times. Checks that a change with a wrong expected version is refused, even if the low
/// bits of this version are right.
pub(crate) async fn versions_have_their_width(store: &dyn TokenStore) -> Result<(), Violation> {
    let id = Person::somebody().pat().found(store).await?;
    let change = Change::Rekey { digest: digest_of(&id), key_id: KeyId::new(2) };
    for stands in [0, 3, 127, 255, 256, 257] {
        step_to(store, &id, &change, stands).await?;
        for off in OFF {
            let answer = store.apply(&id, Version::new(stands + off), &change, at(1)).await?;
            ensure_is!(answer, Applied::Stale(_), "version {} must not fit where {stands} stands", stands + off);
        }
        if let Some(lower) = stands.checked_sub(256) {
            let answer = store.apply(&id, Version::new(lower), &change, at(1)).await?;
            ensure_is!(answer, Applied::Stale(_), "version {lower} must not fit where {stands} stands");
        }
    }
    Ok(())
}

async fn step_to(store: &dyn TokenStore, id: &RecordId, change: &Change, wanted: u64) -> Result<(), Violation> {
    let first = must_get(store, id).await?.record().version.number();
    for version in first..wanted {
        let answer = store.apply(id, Version::new(version), change, at(1)).await?;
        ensure_is!(
            &answer,
            Applied::Done(written) if written.record().version.number() == version + 1,
            "change number {version} must be written under the next version"
        );
    }
    let read = must_get(store, id).await?.record().version.number();
    ensure!(read == wanted, "after {wanted} changes the version must be {wanted}, but reads {read}");
    Ok(())
}

/// Checks that a join with a wrong generation is refused, even if the low bits of this generation are right. `stands`
/// is the generation that the family has.
pub(crate) async fn generations_have_their_width(
    store: &dyn TokenStore,
    draft: &Draft,
    stands: u64,
) -> Result<(), Violation> {
    for off in OFF {
        let access = draft.access(stands);
        let answer = store.insert(draft.join(stands + off), std::slice::from_ref(&access), at(2)).await?;
        ensure!(
            answer == Inserted::FamilyMoved,
            "a join of generation {} at generation {stands} must be FamilyMoved, but was {answer:?}",
            stands + off
        );
    }
    Ok(())
}

/// Touches more than 1,000 ids in one batch. Only one of the ids belongs to a record. Checks that the last use of this
/// record is written, wherever its id is in the batch.
pub(crate) async fn touches_beyond_a_thousand(store: &dyn TokenStore) -> Result<(), Violation> {
    const MANY: usize = 1_203;
    let draft = Person::somebody().refresh();
    let id = draft.found(store).await?;
    for (round, index) in [0, 99, 100, 999, 1_000, MANY - 1].into_iter().enumerate() {
        let used: Timestamp = at(10 + round as u64);
        let batch: Vec<(RecordId, Timestamp)> =
            (0..MANY).map(|number| (if number == index { id } else { member_id(draft.family.id) }, used)).collect();
        store.touch(&batch).await?;
        let read = must_get(store, &id).await?.record().last_used_at;
        ensure!(read == Some(used), "number {index} of {MANY} must be touched, but its use reads {read:?}");
    }
    // The number of ids in the batch. It does not fit into 16 bits, and is larger than the number of parameters that an
    // SQL statement can have.
    const WIDE: usize = 66_000;
    let mut batch: Vec<(RecordId, Timestamp)> = (1..WIDE).map(|_| (member_id(draft.family.id), at(5))).collect();
    batch.push((id, at(90)));
    store.touch(&batch).await?;
    let read = must_get(store, &id).await?.record().last_used_at;
    ensure!(read == Some(at(90)), "the last of {WIDE} must be touched, but its use reads {read:?}");
    Ok(())
}
