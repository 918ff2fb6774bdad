//! A proxy before a server: it can swallow answers, swallow everything, and cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What passes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Passes {
    /// Everything.
    All = 0,
    /// Requests; an answer ends the connection instead of being passed on.
    RequestsThenCut = 1,
    /// Requests; answers are thrown away and the connection stays.
    Requests = 2,
}

/// Listens on a free port and passes on to the server's.
pub struct Proxy {
    port: u16,
    mode: Arc<AtomicU8>,
    cut: watch::Sender<u64>,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let mode = Arc::new(AtomicU8::new(Passes::All as u8));
        let (cut, watch) = watch::channel(0);
        let shared = Arc::clone(&mode);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, Arc::clone(&shared), watch.clone()));
            }
        });
        Self { port, mode, cut }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// From now on, for connections that are there; a new one begins with everything.
    pub fn set(&self, passes: Passes) {
        self.mode.store(passes as u8, Ordering::SeqCst);
    }

    /// Ends every connection.
    pub fn cut(&self) {
        self.cut.send_modify(|times| *times += 1);
    }
}

async fn pass(client: TcpStream, server: u16, mode: Arc<AtomicU8>, mut cut: watch::Receiver<u64>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    cut.mark_unchanged();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = tokio::io::copy(&mut from_client, &mut to_server);
    let answers = async {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from_server.read(&mut buffer).await.unwrap_or(0);
            if read == 0 || mode.load(Ordering::SeqCst) == Passes::RequestsThenCut as u8 {
                return;
            }
            if mode.load(Ordering::SeqCst) == Passes::Requests as u8 {
                continue;
            }
            if to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = requests => {}
        () = answers => {}
        _ = cut.changed() => {}
    }
}
