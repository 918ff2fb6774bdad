//! The same service in each framework. It has these routes:
//!
//! | path | |
//! |---|---|
//! | `/required` | requires authentication, and answers the caller's name; `OPTIONS` answers `preflight` |
//! | `/preflights` | preflights pass, anything else needs `projects:read`; every method answers `preflight` |
//! | `/optional` | authentication is optional; answers the name, or `nobody` |
//! | `/decides` | the handler decides; answers the name, or the kind of the rejection |
//! | `/scoped` | a guard requires `projects:read` |
//! | `/any` | a guard requires `projects:read` or `projects:admin` |
//! | `/inside` | the handler requires `projects:write` |
//! | `/role` | the handler requires the role of an administrator |
//! | `/bare` | an extractor without the middleware that authenticates |
//! | `/bare-scope` | a guard without the middleware that authenticates |
//! | `/token` and so on | OAuth's endpoints |
//! | `/api/v1` | the JSON API, nested by axum and actix-web |
//!
//! The service refuses requests that do not name exactly one valid HTTP host. It inserts the source of each request
//! into the extensions, unless the request has the header `x-no-source`. Requests for other paths get a 404 response of
//! the service itself.

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

/// A server that listens until `stop` is called.
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
    /// hyper with layers and services of tower, without a framework.
    Tower,
    /// The layers of `counterfoil-tower` in front of a gRPC service. The test compares only the refusals.
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

fn the_metadata(counterfoil: &Counterfoil) -> Metadata {
    let issuer = Issuer::new("https://auth.example.com").expect("an issuer");
    Metadata::new(issuer, counterfoil).token("/token").revocation("/revoke").introspection("/introspect")
}
