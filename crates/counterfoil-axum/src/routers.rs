//! The endpoints of `counterfoil-http` as routers. Each router can be mounted alone.

use counterfoil::Counterfoil;
use counterfoil_http::{Metadata, Sources};

use crate::routes::Routes;

/// Serves the caller's own personal access tokens at `/me/tokens` and the paths below it.
pub fn me_tokens(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::me_tokens(counterfoil).into()
}

/// Serves the caller's own sign-ins and console sessions at `/me/sign-ins` and the paths below it.
pub fn me_sign_ins(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::me_sign_ins(counterfoil).into()
}

/// Serves users, for administrators, at `/users` and the paths below it.
pub fn users(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::users(counterfoil).into()
}

/// Serves the credentials of all owners, for administrators, at `/credentials` and the paths below it.
pub fn credentials(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::credentials(counterfoil).into()
}

/// Serves security codes, for super administrators, at `/security-codes` and the paths below it.
pub fn security_codes(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::security_codes(counterfoil).into()
}

/// Serves registered clients, for administrators, at `/clients` and the paths below it.
pub fn clients(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::clients(counterfoil).into()
}

/// Serves service accounts, for administrators, at `/service-accounts` and the paths below it.
pub fn service_accounts(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::service_accounts(counterfoil).into()
}

/// Serves the settings, for administrators, at `/settings`.
pub fn settings(counterfoil: Counterfoil) -> Routes {
    counterfoil_http::settings(counterfoil).into()
}

/// Serves the token endpoint at `POST /token`. `sources` says where the endpoint finds the source of a request, which
/// is the address for which failed attempts are counted.
pub fn token(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::token(counterfoil, sources).into()
}

/// Serves the revocation endpoint at `POST /revoke`. `sources` says where the endpoint finds the source of a request,
/// which is the address for which failed attempts are counted.
pub fn revoke(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::revoke(counterfoil, sources).into()
}

/// Serves the introspection endpoint, for confidential clients, at `POST /introspect`. `sources` says where the
/// endpoint finds the source of a request, which is the address for which failed attempts are counted.
pub fn introspect(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::introspect(counterfoil, sources).into()
}

/// Serves reports of leaked secrets, which anybody can send, at `POST /leaks`. `sources` says where the endpoint finds
/// the source of a request, for which every report is counted. The upkeep of the same process looks the reported texts
/// up in the store.
pub fn leaks(counterfoil: Counterfoil, sources: Sources) -> Routes {
    counterfoil_http::leaks(counterfoil, sources).into()
}

/// Serves the metadata of the authorization server (RFC 8414) at `GET` of
/// [`Issuer::metadata_path`](crate::Issuer::metadata_path). Do not nest this router: the path must begin at the root.
pub fn metadata(metadata: Metadata) -> Routes {
    counterfoil_http::metadata(metadata).into()
}
