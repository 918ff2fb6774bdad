//! What the tests of counterfoil stand on: stores that dawdle and stores that fail, threads that start at once, servers to throw away, an allocator that
//! counts.

pub mod contest;
mod counting_allocator;
pub mod crash;
pub mod crew;
mod faulty;
mod racing;
pub mod servers;

pub use counterfoil_conformance::{ReferenceStore, SlowStore, pause};
pub use counting_allocator::{CountingAllocator, allocations};
pub use faulty::{Fails, FaultyStore, When};
pub use racing::threads;
