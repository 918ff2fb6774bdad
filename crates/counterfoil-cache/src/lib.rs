#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod age;
mod cached_reads;
mod entries;
mod follower;
mod options;
mod run;
mod stamps;

pub use age::{AgeClock, AgeReading, SystemAge};
pub use cached_reads::CachedReads;
pub use options::{CacheOptions, InvalidOptions};
