//! What is checked when a store is opened.

use counterfoil::store::Corrupt;
use counterfoil::types::Version;

use crate::engine::{Engine, EngineError, Outcome, Write};
use crate::key;
use crate::row::{read_version, write_version};

/// The layout of keys and rows that this version writes.
const LAYOUT: u64 = 1;

/// A store that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A newer version of this crate wrote there.
    #[error("the layout is version {found}, and this version knows {LAYOUT}")]
    Newer {
        /// The layout that is there.
        found: u64,
    },
    /// Something else is where the layout is noted.
    #[error("what is there is not a store of this crate")]
    Foreign(#[source] Corrupt),
    /// The engine cannot be asked.
    #[error("the engine cannot be opened, or asked")]
    Engine(#[from] EngineError),
}

/// Reads the layout's note, or makes it.
pub(crate) async fn check(engine: &dyn Engine) -> Result<(), SetupError> {
    let key = key::LAYOUT.to_vec();
    loop {
        match engine.get(std::slice::from_ref(&key)).await?.pop().flatten() {
            Some(row) => {
                let found = read_version(&row).map_err(SetupError::Foreign)?.number();
                return if found == LAYOUT { Ok(()) } else { Err(SetupError::Newer { found }) };
            }
            None => {
                let note = write_version(Version::new(LAYOUT));
                let write = Write { expect: vec![(key.clone(), None)], change: vec![(key.clone(), Some(note))] };
                if engine.write(write).await? == Outcome::Applied {
                    return Ok(());
                }
                engine.pause(1).await;
            }
        }
    }
}
