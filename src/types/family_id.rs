//! The id of a family.

use std::fmt;
use std::str::FromStr;

use crate::types::base62;

/// The id of a family: the first 10 bytes of the ids of its members. Its text form has 14 base62 letters. Lists and
/// logs show it as the id of a sign-in.
///
/// ```
/// use counterfoil::types::FamilyId;
///
/// let family = FamilyId::from_bytes([7; 10]);
/// assert_eq!(family.to_string().len(), 14);
/// assert_eq!(family.to_string().parse(), Ok(family));
/// assert!("7".parse::<FamilyId>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId([u8; 10]);

/// Not a valid family id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("id must be 14 characters of [0-9A-Za-z] for a number below 2^80")]
pub struct InvalidFamilyId;

impl FamilyId {
    /// Creates a family id from its bytes: the shard, and the 9 bytes that distinguish the families of a shard.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The id as bytes: the shard, and the 9 bytes that distinguish the families of a shard.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// The greatest id that is less than this id, as a position in a list of families, which is in ascending order of
    /// id. `None` for the smallest id.
    pub(crate) fn before(&self) -> Option<Self> {
        let mut bytes = self.0;
        for byte in bytes.iter_mut().rev() {
            let (less, borrowed) = byte.overflowing_sub(1);
            *byte = less;
            if !borrowed {
                return Some(Self(bytes));
            }
        }
        None
    }

    /// The shard: the first byte of the id. It is the same for all members of the family.
    #[must_use]
    pub const fn shard(&self) -> u8 {
        self.0[0]
    }
}

impl fmt::Display for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = base62::encode_family(&self.0);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FamilyId({self})")
    }
}

impl FromStr for FamilyId {
    type Err = InvalidFamilyId;

    fn from_str(text: &str) -> Result<Self, InvalidFamilyId> {
        let letters: &[u8; 14] = text.as_bytes().try_into().map_err(|_| InvalidFamilyId)?;
        base62::decode_family(letters).map(Self).ok_or(InvalidFamilyId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sight_1_a_family_id_has_one_text_of_14_letters() {
        for bytes in [[0; 10], [0xFF; 10], [7; 10], *b"0123456789"] {
            let family = FamilyId::from_bytes(bytes);
            assert_eq!((family.to_string().len(), family.to_string().parse()), (14, Ok(family)));
            assert_eq!(format!("{family:?}"), format!("FamilyId({family})"));
        }
        let record = crate::types::ids::RecordId::from_bytes([7; 16]).to_string();
        for bad in
            ["", "0", "0000000000000", "000000000000000", "0000000000000-", "zzzzzzzzzzzzzz", " 0000000000000", &record]
        {
            assert_eq!(bad.parse::<FamilyId>(), Err(InvalidFamilyId), "{bad}");
        }
        let number = |low: u8, rest: u8| FamilyId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, low, rest]);
        assert_eq!(number(9, 1).before(), Some(number(9, 0)));
        assert_eq!(number(9, 0).before(), Some(number(8, 255)));
        assert_eq!(FamilyId::from_bytes([0; 10]).before(), None);
        assert_eq!("жжжжжжж".parse::<FamilyId>(), Err(InvalidFamilyId), "14 bytes, but no letters");
    }
}
