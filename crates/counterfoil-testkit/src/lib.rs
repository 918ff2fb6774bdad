//! Support for counterfoil's tests: slow stores, threads and processes that start at the same time, crashes, temporary
//! servers, and an allocator that counts.

pub mod contest;
mod counting_allocator;
pub mod crash;
pub mod crew;
mod racing;
pub mod servers;

pub use counterfoil_conformance::{ReferenceStore, SlowStore, pause};
pub use counting_allocator::{CountingAllocator, allocations};
pub use racing::threads;
