//! A store and a directory in memory. The store implements every store trait of the library.

mod aliases;
mod apply;
mod clients;
pub(crate) mod directory;
#[cfg(test)]
mod fixtures;
mod indexes;
mod insert;
mod interner;
mod list;
mod narrowings;
mod notice;
mod owner_index;
mod people;
mod purge;
#[cfg(test)]
mod races;
mod revoke;
mod rotate;
mod settings;
mod sorted;
pub(crate) mod store;
mod table;
mod throttle;
#[cfg(test)]
mod torn;
mod transfer;
mod write;

pub use directory::MemoryDirectory;
pub use store::MemoryStore;
