#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod aliases;
mod apply;
mod ask;
mod check;
mod clients;
mod connection;
mod error;
mod families;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod husks;
mod insert;
mod keys;
mod labels;
mod list;
mod narrowing_log;
mod notice;
mod options;
mod probe;
mod purge;
mod revoke;
mod rights;
mod role;
mod rotate;
mod row;
mod rules;
mod scripts;
mod settings;
mod shared_connection;
mod slots;
mod standing;
mod store;
mod throttle;
mod transfer;
mod upgrade;
mod wait_pool;

pub use error::{NotReplicated, SetupError};
pub use options::{Options, Waits};
/// The Redis client library, re-exported because its types describe how to reach a server.
pub use redis;
pub use store::RedisStore;
pub use wait_pool::Replication;
