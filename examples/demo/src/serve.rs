//! Connections: accepted in bounds, served with time-outs, and let go when the server stops.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use counterfoil_axum::TrustedProxies;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::connection::House;
use crate::guests::Guests;
use crate::limits::Limits;
use crate::pulse::Pulse;

/// Serves until `stop` is over, then lets what is under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let house = House { router, proxies: Arc::new(proxies), limits };
    let (turns, guests) = (Arc::new(Semaphore::new(limits.connections)), Guests::default());
    let (stopping, stopped) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &turns, &guests) => accepted,
        };
        let Some((stream, peer, turn)) = accepted else { continue };
        let pulse = Pulse::new();
        let is_proxy = house.proxies.contains(peer.ip());
        // One too many of a source whose others are all busy: closed at once.
        let Some(place) = guests.admit(peer.ip(), is_proxy, limits.per_source, &pulse) else { continue };
        let (house, stopped) = (house.clone(), stopped.clone());
        tokio::spawn(async move {
            house.serve(stream, peer.ip(), pulse, stopped).await;
            drop((place, turn));
        });
    }
    drop(listener);
    let _nobody = stopping.send(true);
    // All turns are back when every connection has ended.
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let _late = tokio::time::timeout(limits.grace, turns.acquire_many(all)).await;
}

/// The next connection; `None` where the system had none to give, after a pause. Where there is no turn left, whoever is idle longest makes room.
async fn accept(
    listener: &TcpListener,
    turns: &Arc<Semaphore>,
    guests: &Guests,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let turn = match turns.clone().try_acquire_owned() {
        Ok(turn) => turn,
        Err(_) => {
            guests.make_room();
            turns.clone().acquire_owned().await.ok()?
        }
    };
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
