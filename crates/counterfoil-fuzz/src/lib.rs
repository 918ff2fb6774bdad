//! The functions that counterfoil's fuzz targets call. libFuzzer calls them through `fuzz/`. `tests/corpus.rs` calls
//! them with every file in `fuzz/corpus`, so that bytes that once revealed a fault are tested again.
//!
//! A target panics if it finds a fault. Otherwise it returns whether it accepted the bytes. A file of the corpus whose
//! name begins with `good-` must be accepted. A file whose name begins with `bad-` must not be accepted.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a target says what is wrong by panicking")]
#![allow(clippy::missing_panics_doc, reason = "panicking is what they are for")]

mod authorization;
mod bytes;
mod cookies;
mod cursors;
mod documents;
mod forms;
mod json_bodies;
mod key_files;
mod kv_rows;
mod labels;
mod networks;
mod redis_rows;
pub mod seeds;
mod sql_rows;
mod token;
mod world;

pub use authorization::authorization;
pub use cookies::cookies;
pub use cursors::cursors;
pub use documents::documents;
pub use forms::forms;
pub use json_bodies::json_bodies;
pub use key_files::key_files;
pub use kv_rows::kv_rows;
pub use labels::labels;
pub use networks::networks;
pub use redis_rows::redis_rows;
pub use sql_rows::sql_rows;
pub use token::token;

/// A fuzz target. It panics if it finds a fault. Otherwise it returns whether it accepted the bytes.
pub type Target = fn(&[u8]) -> bool;

/// All targets, with the names of their folders in `fuzz/corpus`.
pub const TARGETS: [(&str, Target); 13] = [
    ("authorization", authorization),
    ("cookies", cookies),
    ("cursors", cursors),
    ("documents", documents),
    ("forms", forms),
    ("json_bodies", json_bodies),
    ("key_files", key_files),
    ("kv_rows", kv_rows),
    ("labels", labels),
    ("networks", networks),
    ("redis_rows", redis_rows),
    ("sql_rows", sql_rows),
    ("token", token),
];
