//! Managing what was issued, through the handle and a store in memory: lists, renewal, rotation, notices, upkeep.

#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

mod lists;
mod notices;
mod renewal;
mod rotation;
mod trouble;
mod upkeep;
mod world;
