//! A port that forwards to a server, for tests of fail-over. The port can be made to forward to another server, or be
//! made silent. A silent port accepts connections and keeps them open, but forwards no byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A port of 127.0.0.1 that forwards to another port. The other port can be changed.
#[derive(Debug)]
pub struct Address {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: AtomicU16,
    /// Whether connections that are opened from now on forward no byte.
    silent: AtomicBool,
    closed: AtomicBool,
    wires: Mutex<Vec<Arc<Wire>>>,
}

/// A connection from a client, and the connection to the server to which it is forwarded.
#[derive(Debug)]
struct Wire {
    ends: [TcpStream; 2],
    silent: AtomicBool,
}

impl Address {
    /// Opens a free port that forwards to port `target`.
    ///
    /// # Panics
    ///
    /// If no port is free.
    #[must_use]
    pub fn of(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (silent, closed, wires) = Default::default();
        let shared = Arc::new(Shared { target: AtomicU16::new(target), silent, closed, wires });
        let address = Self { port, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.closed.load(Ordering::SeqCst) {
                    return;
                }
                shared.connect(client);
            }
        });
        address
    }

    /// The port of 127.0.0.1 to which a client connects.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Forwards new connections to port `target`. Open connections are closed, as if the server had stopped.
    pub fn lead_to(&self, target: u16) {
        self.shared.target.store(target, Ordering::SeqCst);
        for wire in self.shared.wires().drain(..) {
            wire.cut();
        }
    }

    /// Makes the open connections silent: they stay open, but their bytes are discarded. They stay silent permanently.
    /// New connections are silent too, until [`speak`](Self::speak) is called.
    pub fn fall_silent(&self) {
        self.shared.silent.store(true, Ordering::SeqCst);
        for wire in self.shared.wires().iter() {
            wire.silent.store(true, Ordering::SeqCst);
        }
    }

    /// Lets new connections work again. Connections that are already silent stay silent.
    pub fn speak(&self) {
        self.shared.silent.store(false, Ordering::SeqCst);
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(("127.0.0.1", self.port));
        for wire in self.shared.wires().drain(..) {
            wire.cut();
        }
    }
}

impl Shared {
    fn wires(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Wire>>> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.target.load(Ordering::SeqCst))) else { return };
        for stream in [&client, &server] {
            let _faster = stream.set_nodelay(true);
        }
        let silent = AtomicBool::new(self.silent.load(Ordering::SeqCst));
        let wire = Arc::new(Wire { ends: [client, server], silent });
        self.wires().push(Arc::clone(&wire));
        for (from, to) in [(0, 1), (1, 0)] {
            let (shared, wire) = (Arc::clone(self), Arc::clone(&wire));
            std::thread::spawn(move || {
                if wire.forward(from, to) {
                    shared.wires().retain(|open| !Arc::ptr_eq(open, &wire));
                }
            });
        }
    }
}

impl Wire {
    /// Forwards bytes from one end to the other until one end is closed. Then closes both and returns true. If the
    /// connection is silent, returns false and closes neither end, so that the other side does not notice that this end
    /// was closed.
    fn forward(&self, from: usize, to: usize) -> bool {
        let mut bytes = [0; 16 * 1024];
        while let Ok(read @ 1..) = (&self.ends[from]).read(&mut bytes) {
            if !self.silent.load(Ordering::SeqCst) && (&self.ends[to]).write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let ended = !self.silent.load(Ordering::SeqCst);
        if ended {
            self.cut();
        }
        ended
    }

    fn cut(&self) {
        for end in &self.ends {
            let _cut = end.shutdown(Shutdown::Both);
        }
    }
}
