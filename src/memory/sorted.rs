//! An ordered set that takes little more memory than its values. The nodes of the standard library's `BTreeSet` are
//! about two thirds full, and only half full if values are added in ascending order.

use std::collections::BTreeMap;
use std::ops::Bound;

/// The largest number of values in a chunk.
const CHUNK: usize = 64;

/// The number of values by which the capacity of a full vector grows.
const GROWTH: usize = 8;

/// An ordered set, stored in chunks of at most [`CHUNK`] values.
pub(super) struct Sorted<T> {
    /// The key of a chunk is at most its first value, and is larger than all values of the chunk before it. No chunk is
    /// empty.
    chunks: BTreeMap<T, Vec<T>>,
}

impl<T: Ord + Copy> Sorted<T> {
    /// The key of the only chunk that can contain the value. `None` if the set is empty.
    fn key_for(&self, value: &T) -> Option<T> {
        let chunk = self.chunks.range(..=value).next_back().or_else(|| self.chunks.first_key_value());
        chunk.map(|(key, _)| *key)
    }

    pub(super) fn insert(&mut self, value: T) {
        let Some(key) = self.key_for(&value) else { return self.add(vec![value]) };
        if value < key {
            return self.insert_first(&key, value);
        }
        let is_last = self.chunks.last_key_value().is_some_and(|(last, _)| *last == key);
        let Some(chunk) = self.chunks.get_mut(&key) else { return };
        let Err(place) = chunk.binary_search(&value) else { return };
        if chunk.len() < CHUNK {
            return put(chunk, place, value);
        }
        // A value larger than all others begins a new chunk. So chunks become full if values are added in ascending
        // order.
        if is_last && place == CHUNK {
            return self.add(vec![value]);
        }
        let mut upper = chunk.split_off(CHUNK / 2);
        chunk.shrink_to_fit();
        match place.checked_sub(CHUNK / 2) {
            Some(place) if place > 0 => put(&mut upper, place, value),
            _ => put(chunk, place, value),
        }
        self.add(upper);
    }

    /// Inserts a value that is smaller than all others. `key` is the key of the first chunk.
    fn insert_first(&mut self, key: &T, value: T) {
        let mut first = vec![value];
        if self.chunks.get(key).is_some_and(|chunk| chunk.len() < CHUNK) {
            first.extend(self.chunks.remove(key).unwrap_or_default());
        }
        self.add(first);
    }

    pub(super) fn remove(&mut self, value: &T) {
        let Some(key) = self.key_for(value) else { return };
        let Some(chunk) = self.chunks.get_mut(&key) else { return };
        let Ok(place) = chunk.binary_search(value) else { return };
        chunk.remove(place);
        if chunk.len() <= CHUNK / 4 {
            let rest = std::mem::take(chunk);
            self.chunks.remove(&key);
            self.merge(rest);
        }
    }

    /// Adds the values of a removed chunk to the chunk before it. If that chunk has too few free places, the values get
    /// their own chunk again.
    fn merge(&mut self, mut rest: Vec<T>) {
        let before = rest.first().and_then(|first| self.chunks.range_mut(..=*first).next_back());
        match before {
            Some((_, before)) if before.len() + rest.len() <= CHUNK => {
                before.reserve_exact(rest.len());
                before.append(&mut rest);
            }
            _ => {
                rest.shrink_to_fit();
                self.add(rest);
            }
        }
    }

    fn add(&mut self, chunk: Vec<T>) {
        if let Some(first) = chunk.first() {
            self.chunks.insert(*first, chunk);
        }
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.chunks.first_key_value().and_then(|(_, chunk)| chunk.first())
    }

    /// The values from `start` on, in ascending order.
    pub(super) fn from(&self, start: Bound<T>) -> impl Iterator<Item = &T> + Clone {
        let key = match &start {
            Bound::Included(start) | Bound::Excluded(start) => self.key_for(start),
            Bound::Unbounded => None,
        };
        let chunks = self.chunks.range((key.map_or(Bound::Unbounded, Bound::Included), Bound::Unbounded));
        let mut chunks = chunks.map(|(_, chunk)| chunk.as_slice());
        let first = chunks.next().unwrap_or_default();
        let place = match &start {
            Bound::Included(start) => first.partition_point(|value| value < start),
            Bound::Excluded(start) => first.partition_point(|value| value <= start),
            Bound::Unbounded => 0,
        };
        first.get(place..).unwrap_or_default().iter().chain(chunks.flatten())
    }
}

/// Inserts a value. If the vector is full, its capacity grows by [`GROWTH`]. By default it would double.
fn put<T>(chunk: &mut Vec<T>, place: usize, value: T) {
    if chunk.len() == chunk.capacity() {
        chunk.reserve_exact(GROWTH);
    }
    chunk.insert(place, value);
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { chunks: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Compares the set with a `BTreeSet` of the same values, and checks the size of the chunks.
    fn check(sorted: &Sorted<u32>, model: &BTreeSet<u32>, probe: u32) {
        assert_eq!(sorted.first(), model.first());
        for start in [Bound::Included(probe), Bound::Excluded(probe), Bound::Unbounded] {
            assert!(sorted.from(start).eq(model.range((start, Bound::Unbounded))), "from {start:?}");
        }
        assert!(sorted.chunks.values().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
        let mut last: Option<u32> = None;
        for (key, chunk) in &sorted.chunks {
            assert!(last.is_none_or(|last| last < *key) && *key <= chunk[0]);
            last = chunk.last().copied();
        }
    }

    #[test]
    fn the_set_has_what_the_standard_one_has() {
        for (mask, keep) in [(0x3FF, 60), (0xFFFF, 52), (0x7F, 50)] {
            let (mut sorted, mut model) = (Sorted::default(), BTreeSet::new());
            let mut state = 0x9E37_79B9_7F4A_7C15_u64;
            for turn in 0..30_000_u32 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let value = u32::try_from(state >> 40).expect("24 bits") & mask;
                // At first, more values are added than removed. Later, more are removed than added.
                let adds = (state >> 20) % 100 < if turn < 15_000 { keep } else { 100 - keep };
                if adds {
                    sorted.insert(value);
                    model.insert(value);
                } else {
                    sorted.remove(&value);
                    model.remove(&value);
                }
                if turn % 397 == 0 {
                    check(&sorted, &model, value);
                }
            }
            for (turn, value) in model.clone().into_iter().enumerate() {
                sorted.remove(&value);
                model.remove(&value);
                if turn % 997 == 0 {
                    check(&sorted, &model, value);
                }
            }
            assert!(sorted.first().is_none() && sorted.chunks.is_empty());
        }
    }

    #[test]
    fn values_in_order_fill_the_chunks_and_the_thinned_ones_are_merged() {
        let mut sorted = Sorted::default();
        (0..6_400).for_each(|value| sorted.insert(value));
        assert_eq!(sorted.chunks.len(), 100);
        (0..6_400).filter(|value| value % 64 != 0).for_each(|value| sorted.remove(&value));
        assert!(sorted.chunks.len() <= 10, "{} chunks for 100 values", sorted.chunks.len());
        let room: usize = sorted.chunks.values().map(Vec::capacity).sum();
        assert!(room <= 1_000, "room for {room}");
    }
}
