//! The heads of the logs of all shards: the numbers of the newest step and of the newest removed step, and the identity
//! of the log.

use counterfoil::Timestamp;
use counterfoil::store::{LogEpoch, StoreError};
use redis::Value;

use super::by_node::Told;
use super::lineage::Lineage;
use super::off;
use super::position::Position;
use super::step::corrupt;
use crate::ask::{TURNS, lost};
use crate::keys::Index;
use crate::row::{self, time};
use crate::store::RedisStore;

/// The prime of the 128-bit FNV hash.
const PRIME: u128 = 0x0100_0000_0000_0000_0000_013B;

/// The head of the log of a shard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// The number of the newest step. 0 if there was no step yet.
    pub(super) newest: u64,
    /// The number of the newest step that was removed. 0 if none was removed. It is at most `newest`.
    pub(super) trimmed: u64,
    /// A random number that was drawn when the log of the shard was switched on.
    pub(super) identity: u128,
    /// The lineage of the node that answered.
    pub(super) lineage: Lineage,
}

/// The heads of the shards 0 to 255.
pub(super) struct Heads(Vec<Head>);

impl Heads {
    /// The identity of the log. It is another one after a node was replaced or started again, after a shard was moved
    /// to another node, and after the log was switched off and on.
    pub(super) fn epoch(&self) -> LogEpoch {
        let numbers = self.0.iter().flat_map(|head| [head.identity, head.lineage.number()]);
        let fold = |hash: u128, number: u128| (hash ^ number).wrapping_mul(PRIME);
        LogEpoch::from_bytes(numbers.fold(1, fold).to_be_bytes())
    }

    /// The end of the log.
    pub(super) fn end(&self) -> Position {
        Position::new(self.0.iter().map(|head| head.newest))
    }

    /// The head of each shard, from shard 0 on.
    pub(super) fn each(&self) -> impl Iterator<Item = &Head> {
        self.0.iter()
    }

    pub(super) fn of(&self, shard: u8) -> Option<&Head> {
        self.0.get(usize::from(shard))
    }

    /// The oldest step of each shard that has steps: the shard, and the number of the step.
    fn oldest(&self) -> impl Iterator<Item = (u8, u64)> {
        let kept = (0..=u8::MAX).zip(&self.0).filter(|(_, head)| head.trimmed < head.newest);
        kept.map(|(shard, head)| (shard, head.trimmed + 1))
    }
}

impl RedisStore {
    /// Reads the heads of all shards. Returns `None` if a node was replaced meanwhile.
    pub(super) async fn heads(&self, op: &'static str) -> Result<Option<Heads>, StoreError> {
        let look = |shard: u8| {
            let mut get = redis::cmd("HMGET");
            get.arg(self.keys().index(shard, Index::Log)).arg("e").arg("l").arg("i");
            (shard, get)
        };
        let Some(told) = self.by_node(op, (0..=u8::MAX).map(look).collect()).await? else { return Ok(None) };
        told.iter().map(|told| head(op, told)).collect::<Result<_, _>>().map(|heads| Some(Heads(heads)))
    }

    /// Returns the shards whose oldest step is before this instant. Reads one step of each shard.
    pub(super) async fn shards_to_trim(&self, op: &'static str, before: Timestamp) -> Result<Vec<u8>, StoreError> {
        let (before, read) = (time(before), |(shard, number): (u8, u64)| {
            let mut get = redis::cmd("HGET");
            get.arg(self.keys().index(shard, Index::Log)).arg(number);
            (shard, get)
        });
        for _ in 0..TURNS {
            let Some(heads) = self.heads(op).await? else { continue };
            let Some(told) = self.by_node(op, heads.oldest().map(read).collect()).await? else { continue };
            let is_old = |told: &Told| row::bytes(&told.answer).is_none_or(|step| step < before.as_slice());
            return Ok(told.iter().filter(|told| is_old(told)).map(|told| told.shard).collect());
        }
        Err(lost(op))
    }
}

fn head(op: &'static str, told: &Told) -> Result<Head, StoreError> {
    let Value::Array(fields) = &told.answer else { return Err(corrupt()) };
    let [newest, trimmed, identity] = fields.as_slice() else { return Err(corrupt()) };
    if *newest == Value::Nil {
        return Err(off(op));
    }
    let number = |value| row::bytes(value).and_then(row::number).ok_or_else(corrupt);
    let (newest, trimmed) = (number(newest)?, number(trimmed)?);
    let identity = identity_of(identity).filter(|_| trimmed <= newest).ok_or_else(corrupt)?;
    Ok(Head { newest, trimmed, identity, lineage: told.lineage })
}

/// Decodes the identity of a log.
pub(super) fn identity_of(value: &Value) -> Option<u128> {
    row::bytes(value)?.try_into().ok().map(u128::from_be_bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns heads that differ from those of empty logs in the given shards: shard, newest and newest removed number.
    pub(in super::super) fn heads(others: &[(u8, u64, u64)]) -> Heads {
        let info = Value::BulkString(format!("role:master\r\nmaster_replid:{}\r\n", "a".repeat(40)).into_bytes());
        let lineage = Lineage::of(&info).expect("a lineage");
        let mut all = Heads(vec![Head { newest: 0, trimmed: 0, identity: 1, lineage }; 256]);
        for (shard, newest, trimmed) in others {
            let head = &mut all.0[usize::from(*shard)];
            (head.newest, head.trimmed) = (*newest, *trimmed);
        }
        all
    }

    #[test]
    fn the_epoch_depends_on_each_identity_and_lineage_and_not_on_the_steps() {
        let empty = heads(&[]);
        assert_eq!(heads(&[(3, 9, 2)]).epoch(), empty.epoch());
        for shard in [0, 1, 255] {
            let mut other = heads(&[]);
            other.0[shard].identity = 2;
            assert_ne!(other.epoch(), empty.epoch());
            let info = Value::BulkString(format!("role:master\r\nmaster_replid:{}\r\n", "b".repeat(40)).into_bytes());
            let mut moved = heads(&[]);
            moved.0[shard].lineage = Lineage::of(&info).expect("a lineage");
            assert!(moved.epoch() != empty.epoch() && moved.epoch() != other.epoch());
        }
    }

    #[test]
    fn a_head_without_a_number_is_a_log_that_is_off_and_a_damaged_one_is_corrupt() {
        let lineage = heads(&[]).0[0].lineage;
        let head = |fields: [Option<&[u8]>; 3]| {
            let value = |field: Option<&[u8]>| field.map_or(Value::Nil, |field| Value::BulkString(field.to_vec()));
            head("narrowings", &Told { shard: 0, lineage, answer: Value::Array(fields.map(value).to_vec()) })
        };
        let identity = Some(&[0; 16][..]);
        assert!(matches!(head([Some(b"7"), Some(b"2"), identity]), Ok(Head { newest: 7, trimmed: 2, .. })));
        assert!(matches!(head([None, None, None]), Err(StoreError::Unsupported { .. })));
        for damaged in [
            [Some(&b"x"[..]), Some(&b"0"[..]), identity],
            [Some(b"1"), None, identity],
            [Some(b"1"), Some(b"2"), identity],
            [Some(b"1"), Some(b"0"), Some(b"short")],
            [Some(b"1"), Some(b"0"), None],
        ] {
            assert!(matches!(head(damaged), Err(StoreError::Corrupt { .. })), "{damaged:?}");
        }
    }
}
