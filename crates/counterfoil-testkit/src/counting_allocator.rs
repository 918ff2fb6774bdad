//! An allocator that counts the allocations of each thread, so that a test can check that a path does not allocate.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    // The initial value is constant and has no destructor. Therefore reading it never allocates, not even at the start
    // or end of a thread.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator with a counter. A test binary installs it as follows:
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

// SAFETY: every call is forwarded unchanged to the system's allocator, which fulfils the contract of `GlobalAlloc`.
// Counting only changes a thread-local integer. It neither allocates nor unwinds.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the system's allocator has the same requirements for `layout` as this function, and the caller
        // fulfils them.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System` through this allocator, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the reason given in `alloc` is valid here too.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the reason given in `dealloc` is valid here too. The system's allocator also has the same
        // requirements for `size` as this function.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Returns how often this thread allocated or reallocated memory while `work` ran and its result was dropped. If the
/// binary does not install [`CountingAllocator`], this returns 0. So a test also needs a control whose count must be
/// greater than 0.
pub fn allocations<T>(work: impl FnOnce() -> T) -> usize {
    let before = COUNT.with(Cell::get);
    drop(work());
    COUNT.with(Cell::get).wrapping_sub(before)
}
