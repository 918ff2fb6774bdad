//! A proxy that can drop a server's answer. Then the server has executed a call, but the caller does not get the
//! answer.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A port of 127.0.0.1 that forwards to a server on another port. It can drop an answer of the server.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: u16,
    /// The number of answers that the server has begun to send.
    answers: AtomicU64,
    /// The number of the answer that is dropped, or 0 for none.
    swallow: AtomicU64,
    swallowed: AtomicU64,
    closed: AtomicBool,
}

impl Proxy {
    /// Creates a proxy in front of port `target`.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (answers, swallow, swallowed, closed) = Default::default();
        let shared = Arc::new(Shared { target, answers, swallow, swallowed, closed });
        let proxy = Self { port, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.closed.load(Ordering::SeqCst) {
                    return;
                }
                shared.connect(client);
            }
        });
        proxy
    }

    /// The port to connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The number of answers that the server has begun to send so far.
    #[must_use]
    pub fn answers(&self) -> u64 {
        self.shared.answers.load(Ordering::SeqCst)
    }

    /// The number of dropped answers.
    #[must_use]
    pub fn swallowed(&self) -> u64 {
        self.shared.swallowed.load(Ordering::SeqCst)
    }

    /// Drops one of the server's next answers and closes its connection. `nth` is the number of this answer, counted
    /// from now: 1 is the next one. If `nth` is 0, no answer is dropped.
    pub fn swallow(&self, nth: u64) {
        let answer = if nth == 0 { 0 } else { self.answers() + nth };
        self.shared.swallow.store(answer, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn connect(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.target)) else { return };
        let (Ok(to_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else { return };
        for stream in [&client, &server] {
            let _faster = stream.set_nodelay(true);
        }
        let asked = Arc::new(AtomicBool::new(false));
        let (shared, heard) = (Arc::clone(self), Arc::clone(&asked));
        std::thread::spawn(move || {
            forward(client, to_server, || {
                asked.store(true, Ordering::SeqCst);
                true
            });
        });
        std::thread::spawn(move || {
            forward(server, to_client, || !heard.swap(false, Ordering::SeqCst) || shared.passes())
        });
    }

    /// Counts an answer of the server. Returns false if the answer must be dropped.
    fn passes(&self) -> bool {
        let answer = self.answers.fetch_add(1, Ordering::SeqCst) + 1;
        let passes = answer != self.swallow.load(Ordering::SeqCst);
        self.swallowed.fetch_add(u64::from(!passes), Ordering::SeqCst);
        passes
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, passes: impl Fn() -> bool) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if !passes() || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _cut = stream.shutdown(Shutdown::Both);
    }
}
