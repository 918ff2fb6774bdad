//! Decides which steps of each shard a page of the log contains, and reads them.

use std::num::NonZeroU32;

use counterfoil::store::{Narrowed, StoreError};
use redis::Value;

use super::heads::{Heads, identity_of};
use super::position::Position;
use super::step;
use crate::ask::shape;
use crate::keys::Index;
use crate::row;
use crate::store::RedisStore;

/// A page of the log that is not read yet.
pub(super) struct Page {
    /// The shards from which the page has steps, each with the numbers of its first and its last step.
    reads: Vec<(u8, u64, u64)>,
    /// The position after the last step of the page.
    pub(super) next: Position,
    /// Whether more steps follow.
    pub(super) more: bool,
    /// Whether steps after the requested position were removed, or the position is after the end.
    pub(super) lost: bool,
}

impl Page {
    /// Chooses at most `limit` steps after this position, from shard 0 on.
    pub(super) fn plan(after: &Position, heads: &Heads, limit: NonZeroU32) -> Self {
        let (mut left, mut reads, mut more, mut lost) = (u64::from(limit.get()), Vec::new(), false, false);
        let next = (0..=u8::MAX).zip(heads.each()).zip(after.numbers()).map(|((shard, head), after)| {
            let from = after.clamp(head.trimmed, head.newest);
            let last = head.newest.min(from.saturating_add(left));
            lost |= from != after;
            more |= last < head.newest;
            left -= last - from;
            if last > from {
                reads.push((shard, from + 1, last));
            }
            last
        });
        let next = Position::new(next);
        Self { reads, next, more, lost }
    }
}

impl RedisStore {
    /// Reads the steps of a page. Returns `None` if the log is no longer the one whose heads were read, or if steps
    /// were removed meanwhile.
    pub(super) async fn steps(
        &self,
        op: &'static str,
        heads: &Heads,
        page: &Page,
    ) -> Result<Option<Vec<Narrowed>>, StoreError> {
        if page.reads.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let look = |(shard, first, last): &(u8, u64, u64)| {
            let mut get = redis::cmd("HMGET");
            get.arg(self.keys().index(*shard, Index::Log)).arg("i");
            for number in *first..=*last {
                get.arg(number);
            }
            (*shard, get)
        };
        let Some(told) = self.by_node(op, page.reads.iter().map(look).collect()).await? else { return Ok(None) };
        let mut steps = Vec::new();
        for told in told {
            let Value::Array(fields) = &told.answer else { return Err(shape(op)) };
            let Some((identity, stored)) = fields.split_first() else { return Err(shape(op)) };
            let same = heads
                .of(told.shard)
                .is_some_and(|head| head.lineage == told.lineage && Some(head.identity) == identity_of(identity));
            if !same || stored.contains(&Value::Nil) {
                return Ok(None);
            }
            for stored in stored {
                steps.push(step::decoded(row::bytes(stored).unwrap_or_default())?);
            }
        }
        Ok(Some(steps))
    }
}

#[cfg(test)]
mod tests {
    use super::super::heads::tests::heads;
    use super::*;

    /// Plans a page after a position that has the given numbers in the first shards, and 0 in the others.
    fn plan(first: &[u64], others: &[(u8, u64, u64)], limit: u32) -> Page {
        let numbers = (0..256).map(|shard| first.get(shard).copied().unwrap_or(0));
        Page::plan(&Position::new(numbers), &heads(others), NonZeroU32::new(limit).expect("a limit"))
    }

    fn ends(page: &Page) -> Vec<u64> {
        page.next.numbers().take(3).collect()
    }

    #[test]
    fn a_page_has_the_steps_after_its_position_and_the_next_page_has_the_rest() {
        let logs = [(0, 5, 0), (2, 3, 0)];
        let all = plan(&[4], &logs, 9);
        assert_eq!(
            (&all.reads, ends(&all), all.more, all.lost),
            (&vec![(0, 5, 5), (2, 1, 3)], vec![5, 0, 3], false, false)
        );
        let some = plan(&[4], &logs, 3);
        assert_eq!((&some.reads, ends(&some), some.more), (&vec![(0, 5, 5), (2, 1, 2)], vec![5, 0, 2], true));
        let rest = plan(&ends(&some), &logs, 3);
        assert_eq!((&rest.reads, ends(&rest), rest.more, rest.lost), (&vec![(2, 3, 3)], vec![5, 0, 3], false, false));
        let none = plan(&ends(&rest), &logs, 3);
        assert!(none.reads.is_empty() && !none.more && !none.lost);
        let full = plan(&[], &logs, 5);
        assert_eq!((&full.reads, full.more), (&vec![(0, 1, 5)], true), "the limit is reached exactly");
    }

    #[test]
    fn steps_that_were_removed_and_a_position_after_the_end_are_lost() {
        assert!(!plan(&[2], &[(0, 5, 2)], 9).lost);
        let trimmed = plan(&[1], &[(0, 5, 2)], 9);
        assert_eq!((trimmed.lost, &trimmed.reads, ends(&trimmed)), (true, &vec![(0, 3, 5)], vec![5, 0, 0]));
        let shorter = plan(&[6], &[(0, 5, 2)], 9);
        assert_eq!((shorter.lost, shorter.reads.len(), ends(&shorter)), (true, 0, vec![5, 0, 0]));
    }
}
