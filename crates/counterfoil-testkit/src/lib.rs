//! Support for counterfoil's tests. It starts threads and processes at the same time, kills and examines stores, runs
//! temporary servers and browsers, and counts allocations.

pub mod contest;
mod counting_allocator;
pub mod crash;
pub mod crew;
mod racing;
pub mod servers;

pub use counterfoil_conformance::{ReferenceStore, SlowStore, pause};
pub use counting_allocator::{CountingAllocator, allocations};
pub use racing::threads;
