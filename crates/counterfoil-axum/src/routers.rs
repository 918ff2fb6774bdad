//! The endpoints of `counterfoil-http` as routers. Each can be mounted alone.

use counterfoil::Counterfoil;
use counterfoil_http::{Metadata, Sources};

use crate::routes::Routes;

/// The caller's own personal access tokens. Serves `/me/tokens` and the paths below it.
pub fn me_tokens(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::me_tokens(counterfoil).into()
}

/// Users, for administrators. Serves `/users` and the paths below it.
pub fn users(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::users(counterfoil).into()
}

/// Security codes, for super administrators. Serves `/security-codes` and the paths below it.
pub fn security_codes(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::security_codes(counterfoil).into()
}

/// Registered clients, for administrators. Serves `/clients` and the paths below it.
pub fn clients(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::clients(counterfoil).into()
}

/// Settings, for administrators. Serves `/settings`.
pub fn settings(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::settings(counterfoil).into()
}

/// The token endpoint: serves `POST /token`. `sources` says where its requests come from.
pub fn token(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::token(counterfoil, sources).into()
}

/// The revocation endpoint: serves `POST /revoke`. `sources` says where its requests come from.
pub fn revoke(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::revoke(counterfoil, sources).into()
}

/// The introspection endpoint, for confidential clients: serves `POST /introspect`. `sources` says where its requests
/// come from.
pub fn introspect(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::introspect(counterfoil, sources).into()
}

/// The metadata: serves `GET` of [`Issuer::metadata_path`](crate::Issuer::metadata_path), so nest it nowhere.
pub fn metadata(metadata: Metadata) -> Routes {
    counterfoil_http::metadata(metadata).into()
}
