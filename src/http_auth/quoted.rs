//! Builds the parameters of a challenge.

use crate::types::realm::Realm;

/// The parameter `realm="…"` with the realm as a quoted string (RFC 9110 §5.6.4, §11.5). A realm is visible ASCII, so
/// only two characters need an escape.
pub(crate) fn realm_parameter(realm: &Realm) -> String {
    let escaped = realm.as_str().replace('\\', r"\\").replace('"', r#"\""#);
    format!("realm=\"{escaped}\"")
}
