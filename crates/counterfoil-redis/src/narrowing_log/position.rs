//! A position in the log: for each shard, the number of the last step before it.

use counterfoil::store::LogPosition;

/// A position in the log. It has one number for each shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position(Vec<u64>);

impl Position {
    /// Makes a position of the numbers of the shards 0 to 255.
    pub(super) fn new(numbers: impl IntoIterator<Item = u64>) -> Self {
        Self(numbers.into_iter().collect())
    }

    /// Decodes a position. Returns `None` if the bytes were not made by [`encoded`](Self::encoded).
    pub(super) fn decode(position: &LogPosition) -> Option<Self> {
        let (numbers, []) = position.as_bytes().as_chunks::<8>() else { return None };
        (numbers.len() == 256).then(|| Self::new(numbers.iter().copied().map(u64::from_be_bytes)))
    }

    pub(super) fn encoded(&self) -> LogPosition {
        LogPosition::from_bytes(self.0.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>())
    }

    /// The number of each shard, from shard 0 on.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_decodes_to_its_numbers_and_other_bytes_are_no_position() {
        let position = Position::new((0..256).map(|shard| shard << 40));
        assert_eq!(Position::decode(&position.encoded()), Some(position.clone()));
        let bytes = position.encoded().as_bytes().to_vec();
        for other in [&bytes[..2_040], &bytes[..2_047], &[], &[bytes.as_slice(), &[0; 8]].concat()] {
            assert_eq!(Position::decode(&LogPosition::from_bytes(other)), None);
        }
    }
}
