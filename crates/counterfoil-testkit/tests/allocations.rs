//! Tests that the counting allocator counts only the allocations of the calling thread.

use counterfoil_testkit::{CountingAllocator, allocations, threads};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn allocations_of_this_thread_are_counted() {
    assert_eq!(allocations(|| 1 + 1), 0);
    assert_eq!(allocations(|| Box::new([0_u8; 100])), 1);
    assert_eq!(allocations(|| vec![Box::new(1), Box::new(2)]), 3);
}

#[test]
fn another_threads_allocations_are_not() {
    let counted = threads(4, |index| {
        if index == 0 { allocations(|| (0..1_000).sum::<u64>()) } else { allocations(|| vec![0_u8; 1_000]) }
    });
    assert_eq!(counted, [0, 1, 1, 1]);
}
