//! Purges the members of revoked families. The `gone_at` of the family, and not the `gone_at` of a member, determines
//! when a member is purged.

use counterfoil::Timestamp;
use counterfoil::store::StoreError;
use counterfoil::types::FamilyId;

use super::batch::Line;
use super::{OP, SCAN, Sweep};
use crate::engine::{Key, Value};
use crate::key::{self, Build};
use crate::rows::keys_of;
use crate::step::{Decision, Step, carry_out};

impl Sweep<'_> {
    /// Purges the members of the revoked families in the index `timeline`, up to the instant `until`. Returns true if
    /// the purge stopped early because it has reached its limit.
    pub(super) async fn families(
        &mut self,
        timeline: Build,
        until: Timestamp,
        unsent: bool,
    ) -> Result<bool, StoreError> {
        let (mut from, until) = (timeline.clone().key(), timeline.number(until.micros() + 1).key());
        loop {
            let page = self.scan(&from, &until).await?;
            let Some((last, _)) = page.last() else { return Ok(false) };
            from = key::after(last.clone());
            for (entry, _) in &page {
                let Some(family) = key::last_family(entry) else { continue };
                if self.members(&family, entry, unsent).await? {
                    return Ok(true);
                }
            }
            if page.len() < SCAN {
                return Ok(false);
            }
        }
    }

    async fn members(&mut self, family: &FamilyId, entry: &Key, unsent: bool) -> Result<bool, StoreError> {
        let (mut from, until) = (key::after(key::family(family)), key::members(family).end_of_prefix());
        let mut waiting = Vec::new();
        loop {
            let page = self.scan(&from, &until).await?;
            let Some((last, _)) = page.last() else { break };
            from = key::after(last.clone());
            let whole = page.len() < SCAN;
            let keys: Vec<Key> = page.into_iter().map(|(key, _)| key).collect();
            let (more, wait) = self.change(Line::Members, &keys).await?;
            if more {
                return Ok(true);
            }
            waiting.extend(wait);
            if whole {
                break;
            }
        }
        if !unsent && (1..=MOST_WAITING).contains(&waiting.len()) {
            carry_out(self.engine, OP, &Park { entry, waiting: &waiting }).await?;
        }
        Ok(false)
    }
}

/// The maximum number of members that may wait for a notice in a family that [`Park`] moves. `Park` reads all of them
/// in one step, so their number is limited. A family with more such members is not moved, so every purge reads its
/// members again.
const MOST_WAITING: usize = 32;

/// Moves a revoked family to a separate index if all its remaining members have a notice that was not sent yet. Purges
/// read this index only up to the limit for records with an unsent notice ([`Limits::unsent`](super::Limits)), so most
/// purges do not read the family.
struct Park<'a> {
    entry: &'a Key,
    waiting: &'a [Key],
}

impl Decision for Park<'_> {
    type Answer = ();

    async fn decide(&self, step: &mut Step<'_>) -> Result<(), StoreError> {
        let ids = || self.waiting.iter().filter_map(|key| key::last_id(key));
        step.load(ids().flat_map(|id| keys_of(&id))).await?;
        for id in ids() {
            let Some(pair) = step.loaded_pair(&id)? else { return Ok(()) };
            if pair.record.notice.is_none() {
                return Ok(());
            }
        }
        if let (Some(family), Some(at)) = (key::last_family(self.entry), self.entry.get(1..9)) {
            step.delete(self.entry.clone());
            let at = at.try_into().map_or(0, u64::from_be_bytes);
            step.put(key::ended(true).number(at).family(&family).key(), Value::new());
        }
        Ok(())
    }
}
