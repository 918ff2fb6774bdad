//! A host for the tests. It has people, clients, a clock that tests set, recorded events, and a store.
//! The binary that includes this module chooses the store in its module `base`.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each binary uses its own part of the host")]

mod clients;
mod credentials;
mod notices;
mod oauth;
mod people;
mod policies;
mod stores;
mod time;
mod world;

use std::num::NonZeroU32;

pub use crate::base::{Base, block_on};
pub use clients::*;
pub use credentials::*;
pub use notices::*;
pub use oauth::*;
pub use people::*;
pub use policies::*;
pub use stores::*;
pub use time::*;
pub use world::*;

pub fn limit(most: u32) -> NonZeroU32 {
    NonZeroU32::new(most).expect("not zero")
}

pub fn scope(text: &str) -> Option<counterfoil::Scope> {
    Some(text.parse().expect("a scope"))
}
