//! Databases that an earlier version wrote, and what the tests need to open them.
//!
//! The function [`scene::act`] runs the scene: a fixed sequence of calls that fills a store with credentials in every
//! state. The example `fill` runs the scene on a store of each kind. It writes each database to a folder, and one
//! description of their contents (see the module [`list`]). `fill` was run once with the crates of each version in
//! `testdata`. The tests open these databases with the present crates and compare their contents with that description.
//!
//! All random bytes come from a fixed seed, so all kinds of store have the same contents, and one description is
//! enough.

pub mod compare;
pub mod database;
pub mod host;
pub mod list;
mod raw;
pub mod scene;

/// The commit of the earlier version whose databases the tests open.
pub const BEFORE: &str = "46966526";
