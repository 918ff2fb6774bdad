//! Limits how long the suite waits until an operation is done or reaches its next backend call. An operation that takes
//! longer is waiting for the backend, or for a lock that the other operation has taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::task::Waker;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the suite waits until an operation is done or reaches its next backend call. One call of a local backend
/// takes less time. After this time the suite lets the other operation of the pair continue, and both operations run at
/// once. The result of the check is correct even then.
const PATIENCE: Duration = Duration::from_millis(3);

enum Message {
    Wait(Waker, Arc<AtomicBool>),
    Done,
}

/// A thread that wakes a task after [`PATIENCE`]. The thread ends when this value is dropped.
pub(super) struct Patience {
    sender: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

/// A wait that was started by [`Patience::wait`].
pub(super) struct Waiting<'a> {
    patience: &'a Patience,
    over: Arc<AtomicBool>,
}

impl Patience {
    pub(super) fn new() -> Self {
        let (sender, messages) = channel();
        let thread = std::thread::spawn(move || {
            while let Ok(message) = messages.recv() {
                let Message::Wait(waker, over) = message else { continue };
                if matches!(messages.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout)) {
                    over.store(true, Ordering::Release);
                    waker.wake();
                }
            }
        });
        Self { sender: Some(sender), thread: Some(thread) }
    }

    /// Starts a wait of [`PATIENCE`]. At its end, `waker` is woken.
    pub(super) fn wait(&self, waker: &Waker) -> Waiting<'_> {
        let over = Arc::new(AtomicBool::new(false));
        self.send(Message::Wait(waker.clone(), Arc::clone(&over)));
        Waiting { patience: self, over }
    }

    fn send(&self, message: Message) {
        if let Some(sender) = &self.sender {
            sender.send(message).expect("the thread of the patience lives as long as this");
        }
    }
}

impl Waiting<'_> {
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.patience.send(Message::Done);
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
