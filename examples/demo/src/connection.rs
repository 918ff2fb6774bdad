//! One connection, from its first byte to its end.

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
use counterfoil_axum::{Source, TrustedProxies, host_of};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::limits::Limits;
use crate::pulse::{Overdue, Pulse, UnderWay, Watched};

/// Bytes of a request's head: more than the longest target that is parsed, so that a longer one is told so (RFC 9112 §3: 414).
const HEAD_BYTES: usize = 96 * 1024;
/// How long a connection that was told good-bye may take to go.
const FAREWELL: Duration = Duration::from_secs(2);

/// What every connection shares.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) proxies: Arc<TrustedProxies>,
    pub(crate) limits: Limits,
}

impl House {
    /// Serves a connection until it ends, is overdue, has to make room, or the server stops.
    pub(crate) async fn serve(
        &self,
        stream: TcpStream,
        peer: IpAddr,
        pulse: Arc<Pulse>,
        mut stop: watch::Receiver<bool>,
    ) {
        let of_request = Arc::clone(&pulse);
        let service = service_fn(move |request| self.answer(request, peer, of_request.begin()));
        let builder = self.builder();
        let io = TokioIo::new(Watched { stream, pulse: Arc::clone(&pulse) });
        let mut connection = std::pin::pin!(builder.serve_connection(io, service));
        tokio::select! {
            // A connection that breaks is its client's business.
            _broken = connection.as_mut() => return,
            _stopped = stop.wait_for(|stop| *stop) => {}
            () = pulse.room_is_wanted() => {}
            overdue = self.overdue(&pulse) => if overdue == Overdue::Dead { return },
        }
        connection.as_mut().graceful_shutdown();
        let farewell = if *stop.borrow() { self.limits.grace } else { FAREWELL };
        let _late = tokio::time::timeout(farewell, connection).await;
    }

    /// Waits until the connection is overdue.
    async fn overdue(&self, pulse: &Pulse) -> Overdue {
        loop {
            match pulse.overdue(&self.limits) {
                Overdue::In(time) => tokio::time::sleep(time).await,
                overdue => return overdue,
            }
        }
    }

    fn answer(
        &self,
        request: http::Request<Incoming>,
        peer: IpAddr,
        under_way: UnderWay,
    ) -> impl Future<Output = Result<http::Response<Answered>, Infallible>> + use<> {
        let (router, source) = (self.router.clone(), self.proxies.source(peer, request.headers()));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Source::from(source));
            let (method, path) = (request.method().clone(), request.uri().path().len());
            let response = match host_of(&request) {
                Ok(_) => router.oneshot(request).await?,
                Err(invalid) => invalid.into_response(),
            };
            // The path itself may hold what somebody pasted there by mistake.
            tracing::debug!(target: "counterfoil::http", %method, path_bytes = path, status = response.status().as_u16(), "answered");
            Ok(response.map(|body| Answered { body, _under_way: under_way }))
        }
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let limits = &self.limits;
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(HEAD_BYTES);
        let mut modern = builder.http2();
        modern.timer(TokioTimer::new()).max_concurrent_streams(32).max_header_list_size(16 * 1024);
        modern.keep_alive_interval(limits.ping).keep_alive_timeout(limits.ping);
        builder
    }
}

/// An answer's body, which ends the request when it has gone out.
struct Answered {
    body: Body,
    _under_way: UnderWay,
}

impl hyper::body::Body for Answered {
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
