//! The queue of writes of an embedded engine. One thread executes all writes.
//!
//! A commit that flushes blocks for milliseconds, so it must not run on a thread of an async runtime. The writes that
//! arrive during a flush share the next flush, because the thread puts up to 128 queued writes into one transaction.
//! When the expectations of a write are compared with the data, all writes before it in the queue are already applied.

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use futures_channel::oneshot;

use crate::engine::{EngineError, Outcome, Write};

/// The maximum number of writes in one transaction.
const MOST: usize = 128;

/// An engine that runs in this process.
pub(crate) trait Embedded: Send + Sync + 'static {
    type Error: Error + Send + Sync + 'static;

    /// Executes the writes in order, in one transaction. The transaction is durable when this function returns.
    fn transact(&self, writes: &[Write]) -> Result<Vec<Outcome>, Self::Error>;
}

type Answer = Result<Outcome, EngineError>;

struct Queued {
    write: Write,
    answer: oneshot::Sender<Answer>,
}

/// A queue of writes and the thread that executes them. Dropping this value waits until the thread has executed the
/// queued writes, has ended, and has released the engine.
pub(crate) struct Queue {
    sender: Option<Sender<Queued>>,
    thread: Option<JoinHandle<()>>,
}

impl Queue {
    pub(crate) fn start<E: Embedded>(engine: Arc<E>) -> Result<Self, EngineError> {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("counterfoil-kv".to_owned()).spawn(move || run(&*engine, &receiver));
        Ok(Self { sender: Some(sender), thread: Some(thread.map_err(EngineError::not_done)?) })
    }

    /// Queues a write and waits for its answer. If the future is dropped after it was polled, the thread still executes
    /// the write.
    pub(crate) async fn write(&self, write: Write) -> Answer {
        let (answer, answered) = oneshot::channel();
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(Queued { write, answer }).is_ok());
        if !sent {
            return Err(EngineError::not_done("the thread that writes is gone"));
        }
        answered.await.unwrap_or_else(|gone| Err(EngineError::unknown(gone)))
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            let _panicked = thread.join();
        }
    }
}

fn run<E: Embedded>(engine: &E, receiver: &Receiver<Queued>) {
    while let Ok(first) = receiver.recv() {
        let queued = std::iter::once(first).chain(receiver.try_iter()).take(MOST);
        let (writes, answers): (Vec<_>, Vec<_>) = queued.map(|queued| (queued.write, queued.answer)).unzip();
        match engine.transact(&writes) {
            Ok(outcomes) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    let _nobody_waits = answer.send(Ok(outcome));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for answer in answers {
                    let _nobody_waits = answer.send(Err(EngineError::unknown(Arc::clone(&error))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_executor::block_on;

    use super::*;

    /// An engine that fails on demand, and that records how many writes each transaction has.
    #[derive(Default)]
    struct Noting {
        fails: Mutex<bool>,
        groups: Mutex<Vec<usize>>,
    }

    impl Embedded for Noting {
        type Error = std::io::Error;

        fn transact(&self, writes: &[Write]) -> Result<Vec<Outcome>, std::io::Error> {
            self.groups.lock().expect("whole").push(writes.len());
            if *self.fails.lock().expect("whole") {
                return Err(std::io::Error::other("on purpose"));
            }
            Ok(vec![Outcome::Applied; writes.len()])
        }
    }

    #[test]
    fn a_transaction_that_fails_is_told_as_unknown_and_the_next_one_goes_on() {
        let engine = Arc::new(Noting::default());
        let queue = Queue::start(Arc::clone(&engine)).expect("a thread");
        *engine.fails.lock().expect("whole") = true;
        let error = block_on(queue.write(Write::default())).expect_err("it fails");
        assert!(error.maybe_done && error.retry);
        *engine.fails.lock().expect("whole") = false;
        assert_eq!(block_on(queue.write(Write::default())).expect("it goes on"), Outcome::Applied);
    }

    #[test]
    fn a_write_whose_future_was_dropped_is_carried_out_all_the_same() {
        let engine = Arc::new(Noting::default());
        let queue = Queue::start(Arc::clone(&engine)).expect("a thread");
        let mut write = Box::pin(queue.write(Write::default()));
        let waker = std::task::Waker::noop();
        let _pending = write.as_mut().poll(&mut std::task::Context::from_waker(waker));
        drop(write);
        drop(queue);
        assert_eq!(engine.groups.lock().expect("whole").iter().sum::<usize>(), 1);
        assert_eq!(Arc::strong_count(&engine), 1, "the thread let go of the engine");
    }
}
