//! Purges some records of an index, or some members of a family, in one step.

use counterfoil::store::StoreError;

use super::Limits;
use crate::engine::Key;
use crate::index;
use crate::key;
use crate::rows::{Families, Pair, keys_of};
use crate::step::{Decision, Step};

/// The place where the purge found the records. This place determines what the purge does with them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// The records come from the index that is sorted by `gone_at`. The purge removes them.
    Gone,
    /// The records are members of a revoked family past its `gone_at`. The purge removes them.
    Members,
    /// The records come from the index that is sorted by `honoured_until`, the end of the retry window of a superseded
    /// record. The window is over. The purge shrinks the records.
    Windows,
}

/// A part of a purge that is one step. `keys` are the keys of records or of their index entries, in order. The step
/// removes or shrinks at most `room` records.
pub(super) struct Batch<'a> {
    pub(super) line: Line,
    pub(super) keys: &'a [Key],
    pub(super) room: u64,
    pub(super) limits: Limits,
}

/// The result of a batch.
#[derive(Default)]
pub(super) struct Done {
    /// How many keys at the start of the batch are finished. The next batch begins after them.
    pub(super) taken: usize,
    /// The number of records that were removed or shrunk.
    pub(super) changed: u64,
    /// Whether the purge must stop at its limit although there is more to do: the batch had a `room` of 0, and found a
    /// record to remove or shrink.
    pub(super) more: bool,
    /// The keys of the members that the purge cannot remove before their notice is sent.
    pub(super) waiting: Vec<Key>,
}

enum Verdict {
    /// Leave the record and the index entry unchanged.
    Stays,
    /// Delete the index entry, because it is obsolete.
    Drop,
    /// Keep the member until its notice is sent.
    Waits,
    /// Remove or shrink the record.
    Change(Box<Pair>),
}

impl Decision for Batch<'_> {
    type Answer = Done;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Done, StoreError> {
        let ids = self.keys.iter().filter_map(|key| key::last_id(key));
        step.load(ids.flat_map(|id| keys_of(&id))).await?;
        self.load_owners(step).await?;
        let mut done = Done::default();
        for key in self.keys {
            match self.judge(step, key) {
                Verdict::Stays => {}
                Verdict::Drop => step.delete(key.clone()),
                Verdict::Waits => done.waiting.push(key.clone()),
                Verdict::Change(_) if done.changed >= self.room => {
                    done.more = self.room == 0;
                    break;
                }
                Verdict::Change(pair) => {
                    self.change(step, &pair)?;
                    done.changed += 1;
                }
            }
            done.taken += 1;
        }
        Ok(done)
    }
}

impl Batch<'_> {
    /// Loads the owner's row of each family that this step could remove. A step removes a family together with its last
    /// member, and then also writes the owner's row.
    async fn load_owners(&self, step: &mut Step<'_>) -> Result<(), StoreError> {
        if self.line == Line::Windows {
            return Ok(());
        }
        let most = u64::try_from(self.keys.len()).unwrap_or(u64::MAX);
        let families = self.keys.iter().filter_map(|key| step.loaded_family(&key::last_id(key)?.family()).ok()?);
        let small = families.filter(|family| family.members <= most);
        let owners: Vec<_> = small.map(|family| key::owner(&family.parts.realm, &family.parts.owner)).collect();
        step.load(owners).await
    }

    fn judge(&self, step: &Step<'_>, key: &Key) -> Verdict {
        let pair = match key::last_id(key).map(|id| step.loaded_pair(&id)) {
            Some(Ok(Some(pair))) => pair,
            Some(Ok(None)) if self.line != Line::Members => return Verdict::Drop,
            _ => return Verdict::Stays,
        };
        let stands = || index::of_record(&pair.record).iter().any(|(entry, _)| entry == key);
        let family = &pair.family.parts;
        match self.line {
            Line::Gone if family.revoked.is_some() => Verdict::Drop,
            Line::Gone | Line::Windows if !stands() => Verdict::Stays,
            Line::Gone | Line::Windows => Verdict::Change(Box::new(pair)),
            Line::Members => match family.gone_at.filter(|_| family.revoked.is_some()) {
                Some(gone_at) if pair.record.notice.is_some() && !self.limits.unsent().reached(gone_at) => {
                    Verdict::Waits
                }
                Some(gone_at) if self.limits.now.reached(gone_at) => Verdict::Change(Box::new(pair)),
                _ => Verdict::Stays,
            },
        }
    }

    fn change(&self, step: &mut Step<'_>, pair: &Pair) -> Result<(), StoreError> {
        if self.line == Line::Windows {
            let mut after = pair.clone();
            after.record.shrink();
            step.put_record(Some(&pair.record), &after.record);
            if pair.record.notice.is_some() {
                step.look_again(&after);
            }
            return Ok(());
        }
        step.drop_record(&pair.record);
        let mut family = pair.family.clone();
        family.members = family.members.saturating_sub(1);
        if family.members > 0 {
            return step.put_family(Some(&pair.family), &family);
        }
        step.drop_family(&family.parts);
        step.mark_owner(&family.parts.realm, &family.parts.owner, &family.parts.id, Families::Less);
        Ok(())
    }
}
