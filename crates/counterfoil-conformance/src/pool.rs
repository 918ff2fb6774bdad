//! Threads that call a store at the same time, called racers. A pool keeps these threads for all rounds of a race.

use std::future::poll_fn;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread::JoinHandle;

use counterfoil::testing::listen;

use crate::driver::Driver;
use crate::slow::Yielding;

type Job = Box<dyn FnOnce() + Send>;

/// A pool with one thread for each racer. The threads end when the pool is dropped.
pub struct Pool {
    driver: Driver,
    threads: Vec<(Sender<Job>, JoinHandle<()>)>,
}

struct Finish<T> {
    answers: Vec<Option<T>>,
    open: usize,
    waker: Option<Waker>,
}

impl Pool {
    /// Starts `threads` threads, and runs their futures with `driver`.
    ///
    /// # Panics
    ///
    /// If the system cannot start a thread.
    #[must_use]
    pub fn new(driver: &Driver, threads: usize) -> Self {
        let start = |_| {
            let (sender, jobs) = channel::<Job>();
            let thread =
                std::thread::Builder::new().name("racer".into()).spawn(move || jobs.into_iter().for_each(|job| job()));
            (sender, thread.expect("a thread"))
        };
        Self { driver: driver.clone(), threads: (0..threads).map(start).collect() }
    }

    /// Returns the number of racers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.threads.len()
    }

    /// Whether the pool has no racers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.threads.is_empty()
    }

    /// Runs one round of a race. Each thread calls `racer` with its number and runs the future to completion. No thread
    /// begins before all are ready. Returns the outputs in the order of the threads.
    ///
    /// The calling task awaits the end of the round and does not block its thread. So a runtime with only one thread
    /// can run the racers' futures.
    ///
    /// # Panics
    ///
    /// If a racer panicked, or if `block_on` returned before its future was done.
    pub async fn race<T, F, R>(&self, racer: F) -> Vec<T>
    where
        T: Send + 'static,
        F: Fn(usize) -> R,
        R: Future<Output = T> + Send + 'static,
    {
        let open = self.threads.len();
        let answers = (0..open).map(|_| None).collect();
        let finish = Arc::new(Mutex::new(Finish { answers, open, waker: None }));
        let start = Arc::new(Barrier::new(open));
        for (index, (thread, _)) in self.threads.iter().enumerate() {
            let (driver, start, leave) = (self.driver.clone(), Arc::clone(&start), Leave(Arc::clone(&finish)));
            let future = racer(index);
            let run = move || {
                start.wait();
                let answer = driver.drive(listen(Arc::new(Yielding::new(index as u64)), Box::pin(future)));
                leave.0.lock().unwrap_or_else(PoisonError::into_inner).answers[index] = answer;
                drop(leave);
            };
            thread.send(Box::new(run)).expect("a racer's thread panicked in an earlier round");
        }
        poll_fn(|context| {
            let mut finish = finish.lock().unwrap_or_else(PoisonError::into_inner);
            finish.waker = Some(context.waker().clone());
            if finish.open == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        let answers = std::mem::take(&mut finish.lock().unwrap_or_else(PoisonError::into_inner).answers);
        answers.into_iter().map(|answer| answer.expect("a racer panicked")).collect()
    }
}

/// Counts a racer as done when this value is dropped, even if the racer panicked. Without this, a round would never end
/// after a panic.
struct Leave<T>(Arc<Mutex<Finish<T>>>);

impl<T> Drop for Leave<T> {
    fn drop(&mut self) {
        let mut finish = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        finish.open -= 1;
        let last = finish.open == 0;
        if let Some(waker) = finish.waker.take_if(|_| last) {
            waker.wake();
        }
    }
}
