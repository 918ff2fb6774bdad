//! The names of the measured peers, as they are in the figures and on the page.

pub(crate) const FLOOR: &str = "floor";
pub(crate) const VERIFY: &str = "`verify`";
pub(crate) const VERIFY_RING: &str = "`verify` with a key ring";
pub(crate) const AUTHENTICATE: &str = "`authenticate`";
pub(crate) const INTROSPECT: &str = "oauth-as 1.0.1, `introspect`";
pub(crate) const HS256: &str = "jsonwebtoken 12.0.0, HS256";
pub(crate) const EDDSA: &str = "jsonwebtoken 12.0.0, EdDSA";
pub(crate) const V4_LOCAL: &str = "pasetors 0.8.1, v4.local";
pub(crate) const V4_PUBLIC: &str = "pasetors 0.8.1, v4.public";
pub(crate) const PREFIXED: &str = "prefixed-api-key 0.3.0";
pub(crate) const ARGON2ID: &str = "argon2 0.6.0, Argon2id";
pub(crate) const TOWER_MEMORY: &str = "tower-sessions 0.15.0, memory";
pub(crate) const SESSION_GUARD: &str = "session-guard 0.3.2";
pub(crate) const VERIFY_SQLITE: &str = "`verify`, SQLite";
pub(crate) const TOWER_SQLITE: &str = "tower-sessions-sqlx-store 0.15.0, SQLite";

/// The peers with records in memory or without records, in the order of the page.
pub(crate) const PEERS: [&str; 9] =
    [INTROSPECT, PREFIXED, TOWER_MEMORY, SESSION_GUARD, HS256, V4_LOCAL, EDDSA, V4_PUBLIC, ARGON2ID];

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_names_the_versions_that_are_built() {
        let manifest = include_str!("../Cargo.toml");
        for name in super::PEERS.iter().chain([&super::TOWER_SQLITE]) {
            let (package, version) = name.split_once(',').unwrap_or((name, "")).0.split_once(' ').expect("a version");
            let line = manifest.lines().find(|line| line.starts_with(&format!("{package} = "))).expect(package);
            assert!(line.contains(&format!("\"={version}\"")), "{name}: {line}");
        }
    }
}
