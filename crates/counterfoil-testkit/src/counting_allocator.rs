//! An allocator that counts per thread, so that a test can check that a path does not allocate.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    // Constant and without a destructor: reading it never allocates, not even at the start or end of a thread.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator with a counter. A test binary installs it:
///
/// ```
/// use counterfoil_testkit::{CountingAllocator, allocations};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator;
///
/// assert_eq!(allocations(|| 1 + 1), 0);
/// assert_eq!(allocations(|| Box::new(1)), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator;

fn count() {
    COUNT.with(|count| count.set(count.get().wrapping_add(1)));
}

// SAFETY: every call is forwarded unchanged to the system's allocator, which keeps the contract of `GlobalAlloc`.
// Counting only changes a thread-local integer; it neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises about `layout` are the system's own.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` through this allocator, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as for `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as for `dealloc`, and the caller's promises about `size` are the system's own.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// The number of allocations and reallocations of this thread while `work` ran and its result was dropped. It is also 0
/// if the binary did not install [`CountingAllocator`], so a test needs a control that must count.
pub fn allocations<T>(work: impl FnOnce() -> T) -> usize {
    let before = COUNT.with(Cell::get);
    drop(work());
    COUNT.with(Cell::get).wrapping_sub(before)
}
