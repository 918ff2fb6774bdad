//! Converts the types that hosts use for ids, which are numbers and UUIDs, to subject ids.

use crate::types::ids::SubjectId;

macro_rules! from_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for SubjectId {
            /// The number in decimal. A negative number begins with `-`.
            fn from(number: $number) -> Self {
                Self::known(&number.to_string())
            }
        }
    )*};
}

from_numbers!(u32, u64, i32, i64);

#[cfg(feature = "uuid")]
impl From<uuid::Uuid> for SubjectId {
    /// The hyphenated form in lower case (RFC 9562 §4).
    fn from(id: uuid::Uuid) -> Self {
        Self::known(id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_8_equal_numbers_are_one_subject_and_different_ones_are_two() {
        for number in [0, 1, 7, i32::MAX] {
            let subject = SubjectId::from(number);
            assert_eq!(subject, SubjectId::from(i64::from(number)));
            assert_eq!(subject, SubjectId::from(number.unsigned_abs()));
            assert_eq!(subject, SubjectId::from(u64::from(number.unsigned_abs())));
            assert_eq!(SubjectId::new(subject.as_str()), Ok(subject));
        }
        assert_eq!(SubjectId::from(u64::MAX).as_str(), "18446744073709551615");
        assert_eq!(SubjectId::from(i64::MIN).as_str(), "-9223372036854775808");
        assert_ne!(SubjectId::from(-1_i64), SubjectId::from(u64::MAX), "the same bits, another number");
    }

    #[cfg(feature = "uuid")]
    #[test]
    fn host_8_a_uuid_is_hyphenated_and_in_lower_case() {
        let id = uuid::Uuid::from_u128(0x0191_D3B6_7F2E_7C4A_9B1D_5E8F_6A7C_9D02);
        assert_eq!(SubjectId::from(id).as_str(), "0191d3b6-7f2e-7c4a-9b1d-5e8f6a7c9d02");
    }
}
