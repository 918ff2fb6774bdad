//! From an older layout to the present one.
//!
//! A complete layout has an odd number. The even number after it says that the step to the next layout is under way,
//! and is written before the first row is touched. So an older version of this crate opens the data neither during the
//! upgrade nor after it.
//!
//! A step rewrites rows in batches. Each batch is one conditional write, which expects its rows as they were read and
//! the number of the step. Rows that are of the newer layout are passed over. So a step may be cut off and begun again,
//! and several processes may carry it out at once.

use std::collections::BTreeMap;

use counterfoil::store::Corrupt;
use counterfoil::types::Version;

use crate::engine::{Engine, EngineError, Key, Outcome, Value, Write};
use crate::key;
use crate::row::write_version;

/// Rows that are read at once, and of which those of the older layout are written at once.
const BATCH: usize = 32;

/// What becomes of the keys of a pair: a value, or nothing.
pub(crate) type Changes = Vec<(Key, Option<Value>)>;

/// A step from one layout to the next.
pub(crate) struct Upgrade {
    /// The letters of the keys whose rows it looks at.
    pub(crate) letters: &'static [u8],
    /// What becomes of a pair. `None` if it is of the newer layout already. A row that does not decode stays as it is.
    pub(crate) rewrite: fn(&Key, &Value) -> Result<Option<Changes>, Corrupt>,
}

/// The steps: from layout 1 to 3, from 3 to 5, and so on. There is none yet.
pub(crate) const UPGRADES: &[Upgrade] = &[];

/// The layout after all those steps.
pub(crate) const fn layout_after(upgrades: &[Upgrade]) -> u64 {
    1 + 2 * upgrades.len() as u64
}

/// The number of the step from that older layout, and the step. `None`: no such layout was ever written.
pub(crate) fn step_from(found: u64, upgrades: &[Upgrade]) -> Option<(u64, &Upgrade)> {
    let index = usize::try_from(found.checked_sub(1)? / 2).ok()?;
    Some((2 * (index as u64 + 1), upgrades.get(index)?))
}

/// Replaces one number of the layout by another.
pub(crate) async fn raise(engine: &dyn Engine, from: u64, to: u64) -> Result<Outcome, EngineError> {
    let row = |number| (key::LAYOUT.to_vec(), Some(write_version(Version::new(number))));
    engine.write(Write { expect: vec![row(from)], change: vec![row(to)] }).await
}

/// Rewrites what the step concerns. The layout's number is that of the step. False: it no longer is, so another process
/// has carried the step out.
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
