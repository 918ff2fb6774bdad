//! A proxy between a store and a server. It can drop answers, drop all data, lose one answer, cut connections, and lead
//! to another server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Default)]
struct Shared {
    /// The number of connections that were made so far.
    made: AtomicU64,
    /// Connections with a lower number than this receive no more answers. Connections are numbered from 0 in the order
    /// in which they were made.
    deaf_before: AtomicU64,
    /// The port of the server to which new connections lead.
    server: AtomicU16,
    /// Whether all data is dropped. Connections stay open.
    swallows: AtomicBool,
    /// The bytes that [`Proxy::lose_the_answer_to`] waits for. When a connection has sent them, it is cut before it
    /// receives the answer. This happens once.
    losing: std::sync::Mutex<Option<Vec<u8>>>,
    lost: AtomicBool,
}

impl Shared {
    /// Whether the answer to the request `sent` must be lost. True at most once for each call of
    /// [`Proxy::lose_the_answer_to`].
    fn is_to_be_lost(&self, sent: &[u8]) -> bool {
        let mut losing = self.losing.lock().expect("not poisoned");
        let hit = losing.as_ref().is_some_and(|wanted| sent.windows(wanted.len()).any(|window| window == wanted));
        if hit {
            *losing = None;
        }
        hit
    }
}

/// A proxy that listens on a free port. It forwards connections to a server's port.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    cut: watch::Sender<u64>,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared { server: AtomicU16::new(server), ..Shared::default() });
        let (cut, watch) = watch::channel(0);
        let passing = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, Arc::clone(&passing), watch.clone()));
            }
        });
        Self { port, shared, cut }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The number of connections that were made so far.
    pub fn made(&self) -> u64 {
        self.shared.made.load(Ordering::SeqCst)
    }

    /// From now on, existing connections stay open but receive no answers. New connections work.
    pub fn deafen(&self) {
        self.shared.deaf_before.store(self.made(), Ordering::SeqCst);
    }

    /// The server executes the next request that contains these bytes, but the connection is cut before the answer.
    pub fn lose_the_answer_to(&self, request: &[u8]) {
        self.shared.lost.store(false, Ordering::SeqCst);
        *self.shared.losing.lock().expect("not poisoned") = Some(request.to_vec());
    }

    /// Whether the answer chosen with [`lose_the_answer_to`](Self::lose_the_answer_to) was lost.
    pub fn lost_one(&self) -> bool {
        self.shared.lost.load(Ordering::SeqCst)
    }

    /// Makes new connections lead to that server.
    pub fn lead_to(&self, server: u16) {
        self.shared.server.store(server, Ordering::SeqCst);
    }

    /// If true, drops all data in both directions from now on, and closes no connection. If false, ends this: new
    /// connections work again, but earlier connections receive no answers.
    pub fn swallow(&self, swallows: bool) {
        self.shared.swallows.store(swallows, Ordering::SeqCst);
        if !swallows {
            self.deafen();
        }
    }

    /// Closes every connection.
    pub fn cut(&self) {
        self.cut.send_modify(|times| *times += 1);
    }
}

async fn pass(client: TcpStream, shared: Arc<Shared>, mut cut: watch::Receiver<u64>) {
    let number = shared.made.fetch_add(1, Ordering::SeqCst);
    let server = shared.server.load(Ordering::SeqCst);
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    cut.mark_unchanged();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let marked = AtomicBool::new(false);
    let requests = async {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from_client.read(&mut buffer).await.unwrap_or(0);
            let sent = &buffer[..read];
            if shared.is_to_be_lost(sent) {
                marked.store(true, Ordering::SeqCst);
            }
            if read > 0 && shared.swallows.load(Ordering::SeqCst) {
                continue;
            }
            if read == 0 || to_server.write_all(sent).await.is_err() {
                return;
            }
        }
    };
    let answers = async {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from_server.read(&mut buffer).await.unwrap_or(0);
            if read == 0 {
                return;
            }
            if marked.load(Ordering::SeqCst) {
                shared.lost.store(true, Ordering::SeqCst);
                return;
            }
            if shared.swallows.load(Ordering::SeqCst) {
                continue;
            }
            if number >= shared.deaf_before.load(Ordering::SeqCst)
                && to_client.write_all(&buffer[..read]).await.is_err()
            {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
        _ = cut.changed() => {}
    }
}
