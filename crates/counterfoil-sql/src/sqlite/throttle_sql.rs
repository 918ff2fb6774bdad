//! All SQL of the counters. The calling function binds the parameters `?n` in the order of its own arguments.

/// The migration that adds the instants of attempts in progress to the throttle counters, eight bytes each. It drops
/// the counters of older versions, because their numbers had another meaning. Little is lost, because a counter lasted
/// only a minute.
pub(super) const MIGRATION: &str = "
DROP TABLE counterfoil_counter;
CREATE TABLE counterfoil_throttle (
    key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    failures INTEGER NOT NULL,
    ends_at INTEGER,
    under_way BLOB NOT NULL CHECK (length(under_way) % 8 = 0),
    gone_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX counterfoil_throttle_gone ON counterfoil_throttle (gone_at);
";

pub(super) const READ: &str = "SELECT failures, ends_at, under_way, gone_at FROM counterfoil_throttle WHERE key = ?1";
pub(super) const PUT: &str = "
INSERT INTO counterfoil_throttle (key, failures, ends_at, under_way, gone_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (key) DO UPDATE SET failures = ?2, ends_at = ?3, under_way = ?4, gone_at = ?5";
pub(super) const REMOVE: &str = "DELETE FROM counterfoil_throttle WHERE key = ?1";
pub(super) const PURGE: &str = "
DELETE FROM counterfoil_throttle
WHERE key IN (SELECT key FROM counterfoil_throttle WHERE gone_at <= ?1 ORDER BY gone_at LIMIT ?2)";
