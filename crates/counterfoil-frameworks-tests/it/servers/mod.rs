//! The same host in each framework. Its routes:
//!
//! | path | |
//! |---|---|
//! | `/required` | behind required authentication: the name. `OPTIONS` is a preflight's answer |
//! | `/optional` | behind optional authentication: the name, or `nobody` |
//! | `/decides` | the handler decides: the name, or why there is none |
//! | `/scoped`, `/any` | behind a guard for `projects:read`, and for it or `projects:admin` |
//! | `/inside`, `/role` | the handler requires `projects:write`, and an administrator |
//! | `/bare`, `/bare-scope` | an extractor and a guard without middleware |
//! | `/token` and so on | OAuth's endpoints |
//! | `/api/v1` | the JSON API, nested by axum and actix-web |
//!
//! The host gives the source of each request that has no header `x-no-source`, and answers 404 itself.

mod actix;
mod axum;
mod poem;
mod tonic;
mod tower;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use counterfoil::Counterfoil;
use counterfoil_http::{Issuer, Metadata};

pub const NOTHING: &str = "the host has nothing here";
pub const NO_SOURCE: &str = "x-no-source";

/// A server that listens, until it is stopped.
pub struct Running {
    pub address: SocketAddr,
    stop: Pin<Box<dyn Future<Output = ()>>>,
}

impl Running {
    fn task<T: Send + 'static>(address: SocketAddr, task: tokio::task::JoinHandle<T>) -> Self {
        Self { address, stop: Box::pin(async move { task.abort() }) }
    }

    pub async fn stop(self) {
        self.stop.await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    Axum,
    Actix,
    Poem,
    /// hyper with the layers and the services of tower alone.
    Tower,
    /// The layers in front of a gRPC service: for refusals alone.
    Tonic,
}

impl Framework {
    pub const ALL: [Self; 5] = [Self::Axum, Self::Actix, Self::Poem, Self::Tower, Self::Tonic];

    pub async fn start(self, counterfoil: Counterfoil) -> Running {
        match self {
            Self::Axum => axum::start(counterfoil).await,
            Self::Actix => actix::start(counterfoil).await,
            Self::Poem => poem::start(counterfoil).await,
            Self::Tower => tower::start(counterfoil).await,
            Self::Tonic => tonic::start(counterfoil).await,
        }
    }
}

fn the_metadata() -> Metadata {
    let issuer = Issuer::new("https://auth.example.com").expect("an issuer");
    Metadata::new(issuer).token("/token").revocation("/revoke").introspection("/introspect")
}
