//! Databases that an earlier version wrote, and what the tests need to open them.
//!
//! [`scene`] is a list of calls that fills a store with credentials in every state. The example `fill` runs it on a
//! store of each kind and writes the database and the list of what is in it to a folder. It was run once with the
//! crates of each version in `testdata`. The tests open these databases with the present crates and compare them with
//! the list.
//!
//! All random bytes come from a fixed seed, so the same list describes the databases of all kinds of store.

pub mod compare;
pub mod database;
pub mod host;
pub mod list;
mod raw;
pub mod scene;

/// The commit whose databases the tests open: the version before the present changes of the stores.
pub const BEFORE: &str = "46966526";
