//! Serves one connection.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::IntoResponse as _;
use counterfoil_axum::{TrustedProxies, host_of};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::activity::{ActiveRequest, Activity, Overdue, WatchedStream};
use crate::limits::Limits;

/// The maximum size of the head of a request, in bytes. This limit is larger than the limit for the target. So a
/// request with a target that is too long can still be read, and its response is 414 (RFC 9112 §3).
const MAX_HEAD_BYTES: usize = 96 * 1024;
/// The maximum time that a connection gets to finish its requests after it was asked to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The state that all connections share.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionServer {
    pub(crate) router: Router,
    pub(crate) proxies: Arc<TrustedProxies>,
    pub(crate) limits: Limits,
}

impl ConnectionServer {
    /// Serves a connection until it ends. Closes it if it exceeds a time limit, if it was asked to close, or if the
    /// server stops.
    pub(crate) async fn serve(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        activity: Arc<Activity>,
        mut stop: watch::Receiver<bool>,
    ) {
        let of_request = Arc::clone(&activity);
        let service = service_fn(move |request| self.respond(request, peer, of_request.begin()));
        let builder = self.builder();
        let io = TokioIo::new(WatchedStream { stream, activity: Arc::clone(&activity) });
        let mut connection = std::pin::pin!(builder.serve_connection(io, service));
        tokio::select! {
            // The client has closed the connection, or the connection is broken.
            _broken = connection.as_mut() => return,
            _stopped = stop.wait_for(|stop| *stop) => {}
            () = activity.close_requested() => {}
            overdue = self.overdue(&activity) => if overdue == Overdue::Stalled { return },
        }
        connection.as_mut().graceful_shutdown();
        let timeout = if *stop.borrow() { self.limits.grace } else { CLOSE_TIMEOUT };
        let _late = tokio::time::timeout(timeout, connection).await;
    }

    /// Waits until the connection exceeds a time limit.
    async fn overdue(&self, activity: &Activity) -> Overdue {
        loop {
            match activity.overdue(&self.limits) {
                Overdue::In(time) => tokio::time::sleep(time).await,
                overdue => return overdue,
            }
        }
    }

    fn respond(
        &self,
        request: http::Request<Incoming>,
        peer: IpAddr,
        active_request: ActiveRequest,
    ) -> impl Future<Output = Result<http::Response<TrackedBody>, Infallible>> + use<> {
        let (router, source) = (self.router.clone(), self.proxies.source(peer, request.headers()));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(source);
            let (method, path) = (request.method().clone(), request.uri().path().len());
            let response = match host_of(&request) {
                Ok(_) => router.oneshot(request).await?,
                Err(invalid) => invalid.into_response(),
            };
            // Only the length of the path is logged, because somebody may have pasted a secret into the path by
            // mistake.
            tracing::debug!(target: "counterfoil::http", %method, path_bytes = path, status = response.status().as_u16(), "answered");
            Ok(response.map(|body| TrackedBody { body, _active_request: active_request }))
        }
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let limits = &self.limits;
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(MAX_HEAD_BYTES);
        let mut modern = builder.http2();
        modern.timer(TokioTimer::new()).max_concurrent_streams(32).max_header_list_size(16 * 1024);
        modern.keep_alive_interval(limits.ping).keep_alive_timeout(limits.ping);
        builder
    }
}

/// The body of a response. The request counts as running until this body is dropped.
struct TrackedBody {
    body: Body,
    _active_request: ActiveRequest,
}

impl hyper::body::Body for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
