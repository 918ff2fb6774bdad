//! Encodes and decodes the steps of the log. A stored step consists of its instant in 16 digits, a letter, and the id
//! of a family (`f`), or a realm and an owner (`o`), or nothing (`a`, everything).

use counterfoil::Realm;
use counterfoil::store::{Corrupt, Narrowed, StoreError};
use counterfoil::types::{FamilyId, OwnerId};

use crate::row::Bytes;

/// Encodes a step without its instant. Returns the shard whose log contains it, and its text.
pub(super) fn encoded(what: &Narrowed) -> (u8, Bytes) {
    match what {
        Narrowed::Family(family) => (family.shard(), [b"f", family.as_bytes().as_slice()].concat()),
        Narrowed::Owner { realm, owner } => {
            let text = [b"o", realm.as_str().as_bytes(), b"\0", owner.as_str().as_bytes()].concat();
            (counterfoil::token::shard(realm, owner), text)
        }
        // A kind of step that this version does not know narrows everything.
        _ => (0, b"a".to_vec()),
    }
}

/// Decodes a stored step.
pub(super) fn decoded(step: &[u8]) -> Result<Narrowed, StoreError> {
    let what = || {
        Some(match step.get(16..)?.split_first()? {
            (b'f', family) => Narrowed::Family(FamilyId::from_bytes(family.try_into().ok()?)),
            (b'o', whose) => {
                let (realm, owner) = std::str::from_utf8(whose).ok()?.split_once('\0')?;
                Narrowed::Owner { realm: Realm::new(realm).ok()?, owner: OwnerId::from_stored(owner).ok()? }
            }
            (b'a', []) => Narrowed::All,
            _ => return None,
        })
    };
    what().ok_or_else(corrupt)
}

/// Returns the error for a log that does not decode.
pub(super) fn corrupt() -> StoreError {
    StoreError::corrupt(None, Corrupt::Column { column: "narrowing log" })
}

#[cfg(test)]
mod tests {
    use counterfoil::SubjectId;

    use super::*;

    fn stored(what: &Narrowed) -> Bytes {
        [b"0000000000000001".as_slice(), &encoded(what).1].concat()
    }

    #[test]
    fn a_step_decodes_to_what_was_encoded_and_other_texts_are_no_step() {
        let owner = OwnerId::from(SubjectId::new("ann").expect("a subject"));
        let family = FamilyId::from_bytes([7, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let realm = Realm::default();
        assert_eq!(encoded(&Narrowed::Family(family)).0, 7);
        for what in [Narrowed::Family(family), Narrowed::Owner { realm, owner }, Narrowed::All] {
            assert_eq!(decoded(&stored(&what)).expect("a step"), what);
        }
        for other in [&b""[..], b"0000000000000001", b"0000000000000001x", b"0000000000000001aa", b"0000000000000001f1"]
        {
            assert!(decoded(other).is_err(), "{other:?}");
        }
    }
}
