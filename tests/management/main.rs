//! Managing what was issued, through the handle and a store in memory: lists, renewal, rotation, notices, upkeep.

mod notices;
mod renewal;
mod rotation;
mod upkeep;
mod world;
