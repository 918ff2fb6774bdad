#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod aliases;
mod apply;
mod bound;
mod clients;
mod engine;
#[cfg(feature = "fjall")]
mod fjall;
mod index;
mod insert;
mod key;
pub mod layout;
mod list;
mod list_families;
#[cfg(feature = "test-util")]
mod memory;
mod notice;
mod purge;
#[cfg(any(feature = "fjall", feature = "redb"))]
mod queue;
#[cfg(feature = "redb")]
mod redb;
mod revoke;
mod rotate;
mod row;
mod rows;
mod settings;
mod setup;
mod step;
mod store;
mod throttle;
mod transfer;
mod upgrade;

#[cfg(feature = "fjall")]
pub use crate::fjall::FjallEngine;
#[cfg(feature = "redb")]
pub use crate::redb::RedbEngine;
pub use engine::{Engine, EngineError, Key, Outcome, Value, Write};
#[cfg(feature = "test-util")]
pub use memory::MemoryEngine;
pub use setup::SetupError;
pub use store::KvStore;
