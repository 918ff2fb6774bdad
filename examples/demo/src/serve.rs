//! Accepts connections up to the limits, serves them with time limits, and closes them when the server stops.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use counterfoil_axum::TrustedProxies;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::activity::Activity;
use crate::connection::ConnectionServer;
use crate::connection_table::ConnectionTable;
use crate::limits::Limits;

/// Serves until `stop` completes. Then lets the running requests finish, up to a time limit.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let server = ConnectionServer { router, proxies: Arc::new(proxies), limits };
    let (permits, table) = (Arc::new(Semaphore::new(limits.connections)), ConnectionTable::default());
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &permits, &table) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let activity = Activity::new();
        let is_proxy = server.proxies.contains(peer.ip());
        // The source has reached its limit, and none of its connections can be closed for the new one. So the new
        // connection is closed at once.
        let Some(place) = table.admit(peer.ip(), is_proxy, limits.per_source, &activity) else { continue };
        let (server, stopped) = (server.clone(), stopped.clone());
        tokio::spawn(async move {
            server.serve(stream, peer.ip(), activity, stopped).await;
            drop((place, permit));
        });
    }
    drop(listener);
    let _nobody = stopping.send(true);
    // All permits are available only after every connection has ended.
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let _late = tokio::time::timeout(limits.grace, permits.acquire_many(all)).await;
}

/// Accepts the next connection. If there is no permit left, first asks an idle connection to close, and waits until a
/// connection has ended. If accepting fails, waits for a short time and returns `None`.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    table: &ConnectionTable,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = match permits.clone().try_acquire_owned() {
        Ok(permit) => permit,
        Err(_) => {
            table.request_close();
            permits.clone().acquire_owned().await.ok()?
        }
    };
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _slow = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "no connection accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
