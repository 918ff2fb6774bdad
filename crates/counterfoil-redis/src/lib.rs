#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod apply;
mod ask;
mod check;
mod clients;
mod conn;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod husks;
mod insert;
mod keys;
mod labels;
mod lanes;
mod link;
mod list;
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
mod standing;
mod store;
mod throttle;
mod upgrade;

pub use error::{NotReplicated, SetupError};
pub use lanes::Replication;
pub use options::{Options, Waits};
/// The client, for its connection information.
pub use redis;
pub use store::RedisStore;
