//! Threads that start at the same time.

use std::sync::Barrier;

/// Runs `racer` on `n` threads that start at the same time. Each thread gets a number from 0, and the results are in
/// the order of these numbers.
///
/// # Panics
///
/// If a thread panics.
pub fn threads<T: Send>(n: usize, racer: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (start, racer) = (Barrier::new(n), &racer);
    std::thread::scope(|scope| {
        let start = &start;
        let run = |index| {
            scope.spawn(move || {
                start.wait();
                racer(index)
            })
        };
        let running: Vec<_> = (0..n).map(run).collect();
        running.into_iter().map(|thread| thread.join().expect("a racer panicked")).collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn answers_come_in_the_racers_order() {
        assert_eq!(super::threads(8, |index| index * 2), [0, 2, 4, 6, 8, 10, 12, 14]);
    }
}
