//! A hasher for ids, with a random key per process.
//!
//! Most ids are random. But some are derived from a number in a web form, and the sender of the form can choose this
//! number. Without the random key, the sender could search for ids that collide in a hash table.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

/// The random key. It is drawn once per process.
static KEY: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0_u8));

/// Builds an [`IdHasher`] with the random key of the process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdState(u64);

impl Default for IdState {
    fn default() -> Self {
        Self(*KEY)
    }
}

impl BuildHasher for IdState {
    type Hasher = IdHasher;

    #[inline]
    fn build_hasher(&self) -> IdHasher {
        IdHasher(self.0)
    }
}

/// Hashes eight bytes at a time, with one multiplication for each eight bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    /// Ignores the length of a slice or string, which `Hash` writes before the content. An id has a fixed length, and
    /// `Hash` writes a terminator byte after a string, so different values still give different inputs.
    #[inline]
    fn write_usize(&mut self, _length: usize) {}
}

impl IdHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        const ODD: u128 = 0x9E37_79B9_7F4A_7C15;
        let product = u128::from(self.0.rotate_left(23) ^ word ^ 0x51_7C_C1_B7_27_22_0A_95).wrapping_mul(ODD);
        let (high, low) = ((product >> 64) as u64, product as u64);
        self.0 = high ^ low;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::IdState;
    use crate::types::ids::RecordId;

    #[test]
    fn ids_that_differ_in_one_byte_do_not_crowd() {
        for place in 0..16 {
            let hashes = (0..=255u8).map(|value| {
                let mut bytes = [7; 16];
                bytes[place] = value;
                IdState::default().hash_one(RecordId::from_bytes(bytes))
            });
            let low: HashSet<u64> = hashes.map(|hash| hash & 0xFFFF).collect();
            assert!(low.len() > 240, "byte {place}: {} of 256", low.len());
        }
    }
}
