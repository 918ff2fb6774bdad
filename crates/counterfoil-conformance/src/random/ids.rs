//! Makes ids that badly designed stores confuse or sort wrongly. Some are at an end of the byte order, and some have
//! the high bit set. Some ids differ only in the last bytes of their family part or of their member part.

use counterfoil::store::Digest;
use counterfoil::types::{FamilyId, RecordId};

use crate::sample::Person;

/// Makes the ids of one sequence of commands. Within a sequence, no id is made twice. Different sequences may make
/// equal ids, but each sequence has its own database.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    families: u16,
    members: u16,
}

/// The values of the bytes of ids. In each part of an id, one of these values is repeated in all bytes except the last
/// two.
const FILLS: [u8; 5] = [0x00, 0xff, 0x80, 0x7f, 0x2f];

impl Ids {
    pub(super) fn family(&mut self, person: &Person) -> FamilyId {
        let number = self.families;
        self.families += 1;
        let mut bytes = [0; 10];
        bytes[0] = counterfoil::token::shard(&person.realm, &person.owner);
        fill(&mut bytes[1..], number);
        FamilyId::from_bytes(bytes)
    }

    pub(super) fn member(&mut self, family: FamilyId) -> RecordId {
        let number = self.members;
        self.members += 1;
        let mut bytes = [0; 16];
        bytes[..10].copy_from_slice(family.as_bytes());
        fill(&mut bytes[10..], number);
        RecordId::from_bytes(bytes)
    }
}

/// Makes one part of an id from `number`, and writes it into `bytes`. The results for an even number and for the next
/// number differ only in their last byte.
fn fill(bytes: &mut [u8], number: u16) {
    let fill = FILLS[usize::from(number / 2) % FILLS.len()];
    bytes.fill(fill);
    let last = number / 2 / FILLS.len() as u16 * 2 + number % 2;
    let [high, low] = if fill >= 0x80 { (u16::MAX - last).to_be_bytes() } else { last.to_be_bytes() };
    let end = bytes.len();
    (bytes[end - 2], bytes[end - 1]) = (high, low);
}

/// Makes a digest for the record with this id. Different ids have different digests.
pub(super) fn digest(id: &RecordId, salt: u8) -> Digest {
    let mut bytes = [salt; 32];
    bytes[..16].copy_from_slice(id.as_bytes());
    Digest::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_id_is_drawn_twice() {
        let (mut ids, person) = (Ids::default(), Person::new("default", "ann"));
        let families: BTreeSet<FamilyId> = (0..400).map(|_| ids.family(&person)).collect();
        let family = ids.family(&person);
        let members: BTreeSet<RecordId> = (0..400).map(|_| ids.member(family)).collect();
        assert_eq!((families.len(), members.len()), (400, 400));
        assert!(members.iter().any(|id| id.member() == [0; 6]) && members.iter().any(|id| id.member() == [0xff; 6]));
    }
}
