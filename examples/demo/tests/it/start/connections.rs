//! Tests the limits of connections (faults B5, C10 and G5). Raw sockets connect to the server of the demo, which has
//! short time limits.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use axum::routing::get;
use counterfoil_axum::{Source, TrustedProxies};
use counterfoil_demo::{Limits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};

const SHORT: Duration = Duration::from_millis(300);
/// A time limit that is longer than any test.
const LONG: Duration = Duration::from_secs(600);
/// The maximum time that a test waits for the server.
const PATIENCE: Duration = Duration::from_secs(20);
/// The bytes that an HTTP/2 client sends first: the preface, and an empty frame of settings.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A server with a few routes. On drop it stops.
struct ConnectionServer {
    address: SocketAddr,
    /// Notifies the test that a request to `/slow` has arrived.
    entered: Arc<Notify>,
    /// A test notifies this to let the request to `/slow` end.
    go: Arc<Notify>,
    _stop: oneshot::Sender<()>,
}

fn unbounded() -> Limits {
    let mut limits = Limits::default();
    (limits.first, limits.head, limits.idle) = (LONG, LONG, LONG);
    (limits.unread, limits.stuck, limits.ping) = (LONG, LONG, LONG);
    limits
}

async fn house(limits: Limits, proxies: &str) -> ConnectionServer {
    let proxies: TrustedProxies = proxies.parse().expect("proxies");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, go) = (Arc::clone(&entered), Arc::clone(&go));
        move || async move {
            entered.notify_one();
            go.notified().await;
            "slow\n"
        }
    };
    let source = async |Extension(source): Extension<Source>| format!("{source:?}");
    let router = Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/large", get(async || Body::from(vec![b'x'; 64 << 20])))
        .route("/source", get(source))
        .route("/slow", get(slow));
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(serve(listener, router, proxies, limits, async { drop(stopped.await) }));
    ConnectionServer { address, entered, go, _stop: stop }
}

impl ConnectionServer {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// Connects to the server and sends bytes.
    async fn say(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("written");
        stream
    }

    async fn ask(&self, request: &str) -> String {
        let mut stream = self.say(request.as_bytes()).await;
        ended(&mut stream).await
    }

    async fn lives(&self) {
        let answer = self.ask("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("alive\n"), "{answer}");
    }
}

/// Reads until the server closes the connection. Fails if the server does not close it.
async fn ended(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut read)).await;
    // A reset connection counts as closed.
    let _reset = ended.expect("the server closes it");
    String::from_utf8_lossy(&read).into_owned()
}

/// Sends a request, and reads the beginning of its response. So the server has received the request when this returns.
async fn asked(stream: &mut TcpStream, path: &str) -> String {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.expect("written");
    let mut piece = [0; 512];
    let count = tokio::time::timeout(PATIENCE, stream.read(&mut piece)).await.expect("an answer").expect("bytes");
    String::from_utf8_lossy(&piece[..count]).into_owned()
}

#[tokio::test]
async fn fault_b5_a_connection_without_a_complete_request_is_closed() {
    let mut limits = unbounded();
    limits.first = SHORT;
    let house = house(limits, "").await;
    let mut silent = Vec::new();
    for begun in [&b""[..], b"G", b"GET / HTTP/1.1\r\nHost:", b"P", b"PRI * HTTP/2.0\r\n", HTTP_2] {
        silent.push(house.say(begun).await);
    }
    house.lives().await;
    for stream in &mut silent {
        ended(stream).await;
    }
}

#[tokio::test]
async fn fault_b5_a_head_that_drips_is_closed() {
    let mut limits = unbounded();
    limits.first = SHORT;
    let house = house(limits, "").await;
    let mut stream = house.say(b"GET / HTTP/1.1\r\n").await;
    let drips = async {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, drips).await.expect("the server closes it");
}

#[tokio::test]
async fn fault_b5_an_idle_connection_is_closed_in_either_version() {
    let mut limits = unbounded();
    (limits.first, limits.idle) = (SHORT, SHORT);
    let house = house(limits, "").await;
    let mut stream = house.connect().await;
    assert!(asked(&mut stream, "/healthz").await.starts_with("HTTP/1.1 200 "));
    ended(&mut stream).await;
    let mut modern = house.say(HTTP_2).await;
    ended(&mut modern).await;
}

#[tokio::test]
async fn fault_b5_an_http_2_connection_that_answers_no_ping_is_closed() {
    let mut limits = unbounded();
    limits.ping = SHORT;
    let house = house(limits, "").await;
    // While a request runs, only missing answers to pings can end this connection.
    let get: &[u8] = b"\0\0\x0a\x01\x05\0\0\0\x01\x82\x86\x01\x01a\x04\x05/slow";
    let mut frame = get.to_vec();
    frame[2] = u8::try_from(get.len() - 9).expect("short");
    let mut stream = house.say(&[HTTP_2, &frame].concat()).await;
    ended(&mut stream).await;
}

#[tokio::test]
async fn fault_g5_a_client_that_never_reads_is_closed() {
    let mut limits = unbounded();
    limits.unread = SHORT;
    let house = house(limits, "").await;
    let mut stream = house.say(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await;
    // A client that does not read notices the closed connection only when it writes.
    let closed = async {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, closed).await.expect("the server closes it");
    house.lives().await;
}

#[tokio::test]
async fn fault_b5_a_source_has_so_many_connections_and_its_idle_ones_make_room() {
    let mut limits = unbounded();
    limits.per_source = 2;
    let house = house(limits, "").await;
    let (mut first, mut second) = (house.connect().await, house.connect().await);
    asked(&mut first, "/healthz").await;
    asked(&mut second, "/healthz").await;
    let mut third = house.connect().await;
    assert!(asked(&mut third, "/healthz").await.starts_with("HTTP/1.1 200 "));
    ended(&mut first).await;
    assert!(asked(&mut second, "/healthz").await.starts_with("HTTP/1.1 200 "), "it came later than the first");
}

#[tokio::test]
async fn fault_b5_busy_connections_make_no_room() {
    let mut limits = unbounded();
    limits.per_source = 1;
    let house = house(limits, "").await;
    let mut busy = house.say(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    tokio::time::timeout(PATIENCE, house.entered.notified()).await.expect("it is under way");
    let mut second = house.connect().await;
    assert_eq!(ended(&mut second).await, "", "closed at once");
    house.go.notify_one();
    assert!(ended(&mut busy).await.ends_with("slow\n"), "the first is served");
}

#[tokio::test]
async fn fault_b5_a_full_house_answers_all_the_same_and_a_trusted_proxy_has_no_bound_of_its_own() {
    let mut limits = unbounded();
    (limits.connections, limits.per_source) = (16, 1);
    let house = house(limits, "127.0.0.1").await;
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(house.connect().await);
    }
    house.lives().await;
}

#[tokio::test]
async fn fault_f13_only_a_trusted_proxy_sets_the_source_of_a_request() {
    let ask = |house: ConnectionServer| async move {
        house.ask("GET /source HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n").await
    };
    let own: IpAddr = [127, 0, 0, 1].into();
    assert!(ask(house(unbounded(), "").await).await.contains(&own.to_string()));
    assert!(ask(house(unbounded(), "127.0.0.0/8").await).await.contains("192.0.2.7"));
}

#[tokio::test]
async fn fault_c10_a_request_names_one_host() {
    let house = house(unbounded(), "").await;
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: a\r\n", 200),
        ("GET /healthz HTTP/1.0\r\n", 200),
        ("GET /healthz HTTP/1.1\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nHost: a b\r\n", 400),
    ] {
        let answer = house.ask(&format!("{head}Connection: close\r\n\r\n")).await;
        assert_eq!(answer.split(' ').nth(1), Some(status.to_string().as_str()), "{head:?}: {answer}");
    }
}
