//! The checks that run when a store is opened.

use counterfoil::store::Corrupt;
use counterfoil::types::Version;

use crate::engine::{Engine, EngineError, Outcome, Write};
use crate::key;
use crate::row::{read_version, write_version};
use crate::upgrade::{self, UPGRADES, Upgrade, layout_after, step_from};

/// The layout of keys and rows that this crate writes.
const LAYOUT: u64 = layout_after(UPGRADES);

/// The reason why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A newer version of this crate wrote the data or has begun to upgrade it. The data is unchanged.
    #[error(
        "the data has layout {found}, and this version of counterfoil-kv knows layouts up to {LAYOUT}: open it with \
         the version that wrote it, or with a newer one"
    )]
    Newer {
        /// The number of the data's layout. An even number means that the upgrade to the next layout is in progress.
        found: u64,
    },
    /// The key of the layout version has a value that this crate never writes. So the data is not a store of this
    /// crate.
    #[error("the data is not a store of this crate")]
    Foreign(#[source] Corrupt),
    /// The data has no layout version or an older one than this crate needs. The store was opened with
    /// [`KvStore::open_unchanged`](crate::KvStore::open_unchanged), which does not upgrade. Nothing was changed.
    #[error("the data has layout {found}, and this crate needs layout {LAYOUT}")]
    Outdated {
        /// The number of the data's layout. It is 0 if the engine contains no layout version.
        found: u64,
    },
    /// The engine could not be opened or did not answer.
    #[error("the engine could not be opened or did not answer")]
    Engine(#[from] EngineError),
}

/// Refuses an engine whose layout is not the current one. Writes nothing.
pub(crate) async fn check_unchanged(engine: &dyn Engine) -> Result<(), SetupError> {
    let found = match engine.get(&[key::LAYOUT.to_vec()]).await?.pop().flatten() {
        Some(row) => read_version(&row).map_err(SetupError::Foreign)?.number(),
        None => 0,
    };
    match found {
        LAYOUT => Ok(()),
        newer if newer > LAYOUT => Err(SetupError::Newer { found }),
        _ => Err(SetupError::Outdated { found }),
    }
}

/// Writes the layout version if the engine is empty. Upgrades data of an older layout to the current layout.
pub(crate) async fn check(engine: &dyn Engine, upgrades: &[Upgrade]) -> Result<(), SetupError> {
    let (key, layout) = (key::LAYOUT.to_vec(), layout_after(upgrades));
    let mut conflicts = 0;
    loop {
        let outcome = match engine.get(std::slice::from_ref(&key)).await?.pop().flatten() {
            Some(row) => {
                let found = read_version(&row).map_err(SetupError::Foreign)?.number();
                if found == layout {
                    return Ok(());
                }
                if found > layout {
                    return Err(SetupError::Newer { found });
                }
                let never_written = SetupError::Foreign(Corrupt::Column { column: "version" });
                let (number, upgrade) = step_from(found, upgrades).ok_or(never_written)?;
                if found < number {
                    upgrade::raise(engine, found, number).await?
                } else if upgrade::carry_out(engine, number, upgrade).await? {
                    upgrade::raise(engine, number, number + 1).await?
                } else {
                    Outcome::Conflict
                }
            }
            None => {
                let note = write_version(Version::new(layout));
                let write = Write { expect: vec![(key.clone(), None)], change: vec![(key.clone(), Some(note))] };
                engine.write(write).await?
            }
        };
        conflicts = if outcome == Outcome::Applied { 0 } else { conflicts + 1 };
        if conflicts > 0 {
            engine.pause(conflicts).await;
        }
    }
}
