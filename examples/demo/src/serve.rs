//! Connections: accepted in bounds, served with time-outs, and let go when the server stops.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use counterfoil_axum::Source;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// Connections at once; more wait to be accepted.
const CONNECTIONS: usize = 2_048;
/// How long a request's head may take, and a connection may idle.
const HEAD: Duration = Duration::from_secs(30);
/// Bytes of a request's head: more than the longest target that is parsed, so that a longer one is told so (RFC 9112 §3: 414).
const HEAD_BYTES: usize = 96 * 1024;
/// How long requests under way may take once the server stops.
const GRACE: Duration = Duration::from_secs(7);

/// Serves until `stop` is over, then lets what is under way end.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let turns = Arc::new(Semaphore::new(CONNECTIONS));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &turns) => accepted,
        };
        let Some((stream, peer, turn)) = accepted else { continue };
        let connection = graceful.watcher();
        let router = router.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: http::Request<Incoming>| {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Source::from(peer.ip()));
                answer(router.clone(), request)
            });
            let builder = builder();
            let served = builder.serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is its client's business.
            let _broken = connection.watch(served.into_owned()).await;
            drop(turn);
        });
    }
    drop(listener);
    let _late = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

async fn answer(router: Router, request: http::Request<Body>) -> Result<http::Response<Body>, Infallible> {
    let (method, path) = (request.method().clone(), request.uri().path().len());
    let response = router.oneshot(request).await?;
    // The path itself may hold what somebody pasted there by mistake.
    tracing::debug!(target: "counterfoil::http", %method, path_bytes = path, status = response.status().as_u16(), "answered");
    Ok(response)
}

/// The next connection; `None` where the system had none to give, after a pause.
async fn accept(
    listener: &TcpListener,
    turns: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let turn = turns.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _slow = stream.set_nodelay(true);
            Some((stream, peer, turn))
        }
        Err(error) => {
            tracing::warn!(%error, "no connection accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(200).max_header_list_size(16 * 1024);
    builder
}
