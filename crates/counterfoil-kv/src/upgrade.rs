//! Upgrades data of an older layout to the current layout.
//!
//! A complete layout has an odd number. The next even number means that the upgrade to the next layout is in progress.
//! The upgrade writes this number before it changes the first row. So an older version of this crate refuses to open
//! the data during the upgrade and after it.
//!
//! An upgrade rewrites rows in batches. Each batch is one conditional write, which expects that the rows and the number
//! of the layout are unchanged. The upgrade skips rows that already have the newer layout. So an upgrade can be
//! interrupted and started again, and several processes can execute it at the same time.

use std::collections::BTreeMap;

use counterfoil::store::Corrupt;
use counterfoil::types::Version;

use crate::engine::{Engine, EngineError, Key, Outcome, Value, Write};
use crate::key;
use crate::row::write_version;

/// The number of rows that one batch reads.
const BATCH: usize = 32;

/// The new value of each key. `None` removes the key.
pub(crate) type Changes = Vec<(Key, Option<Value>)>;

/// An upgrade from one layout to the next.
pub(crate) struct Upgrade {
    /// The first letters of the keys whose rows the upgrade reads.
    pub(crate) letters: &'static [u8],
    /// Returns the changes for one pair, or `None` if the pair already has the newer layout. Returns an error if the
    /// row does not decode. The upgrade then leaves this row unchanged.
    pub(crate) rewrite: fn(&Key, &Value) -> Result<Option<Changes>, Corrupt>,
}

/// All upgrades, in order. The list is empty, because layout 1 is the only one so far. Each upgrade will raise the
/// number of the layout by two, so the first one will lead from layout 1 to 3. An even number means that an upgrade is
/// in progress.
pub(crate) const UPGRADES: &[Upgrade] = &[];

/// The number of the layout after all these upgrades.
pub(crate) const fn layout_after(upgrades: &[Upgrade]) -> u64 {
    1 + 2 * upgrades.len() as u64
}

/// Returns the upgrade that a database with layout `found` needs next, or that is in progress if `found` is even. The
/// first value is the even number that the layout has during this upgrade. Returns `None` if there is no such upgrade.
pub(crate) fn step_from(found: u64, upgrades: &[Upgrade]) -> Option<(u64, &Upgrade)> {
    let index = usize::try_from(found.checked_sub(1)? / 2).ok()?;
    Some((2 * (index as u64 + 1), upgrades.get(index)?))
}

/// Changes the number of the layout from `from` to `to`.
pub(crate) async fn raise(engine: &dyn Engine, from: u64, to: u64) -> Result<Outcome, EngineError> {
    let row = |number| (key::LAYOUT.to_vec(), Some(write_version(Version::new(number))));
    engine.write(Write { expect: vec![row(from)], change: vec![row(to)] }).await
}

/// Rewrites all rows that `upgrade` changes, and then returns true. `number` is the number of the layout during this
/// upgrade. Each batch is written only if the layout still has this number. Otherwise another process has finished the
/// upgrade, and the result is false.
pub(crate) async fn carry_out(engine: &dyn Engine, number: u64, upgrade: &Upgrade) -> Result<bool, EngineError> {
    let under_way = (key::LAYOUT.to_vec(), Some(write_version(Version::new(number))));
    for letter in upgrade.letters {
        let (mut from, until) = (vec![*letter], vec![letter.saturating_add(1)]);
        let mut conflicts = 0;
        loop {
            let pairs = engine.scan(&from, &until, BATCH).await?;
            let Some((last, _)) = pairs.last().cloned() else { break };
            if write_batch(engine, &under_way, pairs, upgrade).await? == Outcome::Applied {
                (from, conflicts) = (key::after(last), 0);
                continue;
            }
            conflicts += 1;
            engine.pause(conflicts).await;
            if engine.get(std::slice::from_ref(&under_way.0)).await?.pop().flatten() != under_way.1 {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn write_batch(
    engine: &dyn Engine,
    under_way: &(Key, Option<Value>),
    pairs: Vec<(Key, Value)>,
    upgrade: &Upgrade,
) -> Result<Outcome, EngineError> {
    let (mut expect, mut change) = (vec![under_way.clone()], BTreeMap::new());
    for (key, value) in pairs {
        if let Ok(Some(changes)) = (upgrade.rewrite)(&key, &value) {
            change.extend(changes);
            expect.push((key, Some(value)));
        }
    }
    if change.is_empty() {
        return Ok(Outcome::Applied);
    }
    engine.write(Write { expect, change: change.into_iter().collect() }).await
}

#[cfg(all(test, feature = "fjall", feature = "redb"))]
#[path = "upgrade_tests.rs"]
mod tests;
