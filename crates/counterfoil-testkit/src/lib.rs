//! Support for counterfoil's tests: slow and failing stores, threads that start at once, temporary servers, an
//! allocator that counts.

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
