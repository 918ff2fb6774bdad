//! The values of `WWW-Authenticate` (RFC 6750 §3).

use counterfoil::Realm;

/// The challenge for a missing scope token.
pub(crate) fn insufficient_scope(realm: &Realm, scope: &str) -> String {
    format!("Bearer realm=\"{}\", error=\"insufficient_scope\", scope=\"{scope}\"", quoted(realm))
}

/// The content of a quoted string (RFC 9110 §5.6.4). A realm is visible ASCII.
pub(crate) fn quoted(realm: &Realm) -> String {
    realm.as_str().replace('\\', r"\\").replace('"', "\\\"")
}
