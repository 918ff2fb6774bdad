//! The slots of a cluster, and which primary serves which of them.

use redis::Value;

/// The number of slots of every cluster.
const SLOTS: u16 = 16_384;

/// Returns the slot of a key of this crate: the CRC-16/XMODEM of the hash tag, modulo 16384.
pub(crate) fn slot_of(key: &[u8]) -> u16 {
    let tag = key.iter().skip_while(|byte| **byte != b'{').skip(1).take_while(|byte| **byte != b'}');
    let crc = tag.fold(0_u16, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    });
    crc % SLOTS
}

/// The ranges of slots of a cluster. The first slot of a primary stands for the primary.
pub(crate) struct Ranges(Vec<Range>);

struct Range {
    first: u16,
    last: u16,
    /// The first slot of the primary that serves the range.
    home: u16,
}

impl Ranges {
    /// All slots, served by one node.
    pub(crate) fn of_one_node() -> Self {
        Self(vec![Range { first: 0, last: SLOTS - 1, home: 0 }])
    }

    /// Decodes an answer to `CLUSTER SLOTS`. In this answer each range lists its primary before its replicas.
    pub(crate) fn of(answer: &Value) -> Self {
        let Value::Array(ranges) = answer else { return Self(Vec::new()) };
        let mut nodes: Vec<(&Value, u16)> = Vec::new();
        let mut found = Vec::new();
        for range in ranges {
            let Value::Array(range) = range else { continue };
            if let [Value::Int(first), Value::Int(last), primary, ..] = range.as_slice()
                && let (Ok(first), Ok(last)) = (u16::try_from(*first), u16::try_from(*last))
            {
                let known = nodes.iter().find(|(known, _)| *known == primary).map(|(_, home)| *home);
                let home = known.unwrap_or(first);
                if known.is_none() {
                    nodes.push((primary, first));
                }
                found.push(Range { first, last, home });
            }
        }
        Self(found)
    }

    /// Returns one slot of each primary.
    pub(crate) fn nodes(&self) -> Vec<u16> {
        self.0.iter().filter(|range| range.first == range.home).map(|range| range.home).collect()
    }

    /// Returns the slot that stands for the primary of `slot`. If no range contains the slot, it stands for itself.
    pub(crate) fn home(&self, slot: u16) -> u16 {
        let range = self.0.iter().find(|range| (range.first..=range.last).contains(&slot));
        range.map_or(slot, |range| range.home)
    }
}

#[cfg(test)]
mod tests {
    use redis::cluster_routing::Slot;

    use super::*;
    use crate::keys::{Index, Keys};

    #[test]
    fn the_slot_of_a_key_is_the_one_that_the_client_computes() {
        let keys = Keys::new("billing");
        for shard in 0..=u8::MAX {
            let key = keys.index(shard, Index::Log);
            assert_eq!(Slot::new(slot_of(&key)), Some(Slot::for_key(&key)), "shard {shard}");
        }
    }

    #[test]
    fn a_primary_with_two_ranges_is_one_node() {
        let node = |name: &str| Value::Array(vec![Value::BulkString(name.into()), Value::Int(6379)]);
        let range =
            |first, last, name| Value::Array(vec![Value::Int(first), Value::Int(last), node(name), node("replica")]);
        let answer = Value::Array(vec![range(0, 99, "a"), range(100, 199, "b"), range(200, 16_000, "a"), Value::Nil]);
        let ranges = Ranges::of(&answer);
        assert_eq!(ranges.nodes(), [0, 100]);
        for (slot, home) in [(0, 0), (99, 0), (100, 100), (200, 0), (16_000, 0), (16_001, 16_001)] {
            assert_eq!(ranges.home(slot), home, "slot {slot}");
        }
        assert_eq!((Ranges::of_one_node().nodes(), Ranges::of_one_node().home(9)), (vec![0], 0));
        assert!(Ranges::of(&Value::Nil).nodes().is_empty());
    }
}
