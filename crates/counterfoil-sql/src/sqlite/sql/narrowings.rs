//! The log of narrowing steps: its tables and triggers, and the statements that read, write and trim it.
//!
//! Writes run one after another, so the ids of steps have the order of the commits.

/// An expression for the mark of a step. A file that was restored in place can give a reader's position to another
/// step. The reader recognises this by the mark.
macro_rules! mark {
    () => {
        "(
            coalesce(at, '') || ' '
            || CASE WHEN family IS NULL THEN coalesce(realm || ' ' || owner, '') ELSE hex(family) END
        )"
    };
}

/// Inserts a step if the log is on. If the log is off, it has no row in `counterfoil_narrowing_log`.
macro_rules! add_step {
    ($columns:literal, $values:literal) => {
        concat!(
            "INSERT INTO counterfoil_narrowing (id, ",
            $columns,
            ") SELECT coalesce((SELECT max(id) FROM counterfoil_narrowing), trimmed) + 1, ",
            $values,
            " FROM counterfoil_narrowing_log WHERE id = 1"
        )
    };
}

/// The migration that adds the log.
///
/// - The trigger of a record has all columns but those that touch, claim, settle and purge write, and the nonce. It
///   leaves out an update that shrinks the record.
/// - The trigger of a family has all columns but the number of members and the instant of use. It leaves out an update
///   that advances the generation, because the same transaction supersedes a record, and an update that changes none of
///   the columns.
///
/// A trigger with a list of columns fires if a statement assigns one of them, even if the value stays the same. `at` is
/// the instant of the call if the call writes it to one of the columns. Otherwise `at` is NULL, and the call sets it
/// with [`DATE_STEPS`].
pub(super) const MIGRATION: &str = concat!(
    "
CREATE TABLE counterfoil_narrowing (
    id INTEGER NOT NULL PRIMARY KEY,
    family BLOB,
    realm TEXT COLLATE BINARY,
    owner TEXT COLLATE BINARY,
    at INTEGER
) STRICT;
CREATE TABLE counterfoil_narrowing_log (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch BLOB NOT NULL CHECK (length(epoch) = 16),
    trimmed INTEGER NOT NULL,
    trimmed_mark TEXT NOT NULL
) STRICT;
CREATE TRIGGER counterfoil_record_narrowed
AFTER UPDATE OF
    id, family, realm, owner, kind, parent, generation, created_at, scope, label, description, digest, key_id,
    version, expires_at, expiry_set_at, gone_at, superseded_at, successor, honoured_until, revoked_at, revoked_why
ON counterfoil_record WHEN OLD.shrunk = NEW.shrunk
BEGIN
    ",
    add_step!(
        "family, at",
        "NEW.family, CASE
            WHEN OLD.revoked_at IS NOT NEW.revoked_at THEN NEW.revoked_at
            WHEN OLD.superseded_at IS NOT NEW.superseded_at THEN NEW.superseded_at
            WHEN OLD.expiry_set_at <> NEW.expiry_set_at OR OLD.version = NEW.version THEN NEW.expiry_set_at
        END"
    ),
    ";
END;
CREATE TRIGGER counterfoil_family_narrowed
AFTER UPDATE OF
    id, realm, owner, kind, generation, body, live_until, gone_at, label_key, revoked_at, revoked_why, client
ON counterfoil_family
WHEN OLD.generation = NEW.generation AND (
    OLD.id, OLD.realm, OLD.owner, OLD.kind, OLD.body, OLD.live_until, OLD.gone_at, OLD.label_key, OLD.revoked_at,
    OLD.revoked_why, OLD.client
) IS NOT (
    NEW.id, NEW.realm, NEW.owner, NEW.kind, NEW.body, NEW.live_until, NEW.gone_at, NEW.label_key, NEW.revoked_at,
    NEW.revoked_why, NEW.client
)
BEGIN
    ",
    add_step!(
        "family, at",
        "NEW.id, CASE
            WHEN OLD.revoked_at IS NOT NEW.revoked_at THEN NEW.revoked_at
            WHEN OLD.used_at <> NEW.used_at THEN NEW.used_at
        END"
    ),
    ";
END;
"
);

/// Sets the instant of the steps of this transaction that have none. One transaction writes at most four of them.
/// Parameters: ?1 now.
pub(in crate::sqlite) const DATE_STEPS: &str = "
UPDATE counterfoil_narrowing SET at = ?1
WHERE id > (SELECT max(id) FROM counterfoil_narrowing) - 4 AND at IS NULL";
/// Selects at most ?2 steps after the step ?1. Each row also has the epoch, and the id and the mark of the last step
/// that was trimmed, of the newest step, and of the step ?1. If the log is off, there is no row. If there is no step
/// after ?1, there is one row without a step.
pub(in crate::sqlite) const NARROWINGS: &str = concat!(
    "
SELECT
    l.epoch AS epoch, l.trimmed AS trimmed, l.trimmed_mark AS trimmed_mark,
    e.id AS newest, e.mark AS newest_mark, a.mark AS asked_mark,
    n.id AS id, n.mark AS mark, n.family AS family, n.realm AS realm, n.owner AS owner
FROM (SELECT epoch, trimmed, trimmed_mark FROM counterfoil_narrowing_log WHERE id = 1) l
    LEFT JOIN (
        SELECT id, ",
    mark!(),
    " AS mark FROM counterfoil_narrowing WHERE id = (SELECT max(id) FROM counterfoil_narrowing)
    ) e ON true
    LEFT JOIN (SELECT ",
    mark!(),
    " AS mark FROM counterfoil_narrowing WHERE id = ?1) a ON true
    LEFT JOIN (
        SELECT id, family, realm, owner, ",
    mark!(),
    " AS mark FROM counterfoil_narrowing WHERE id > ?1 ORDER BY id LIMIT ?2
    ) n ON true"
);
/// Writes a step of the host. Parameters: ?1 family, ?2 realm, ?3 owner, ?4 instant.
pub(in crate::sqlite) const NARROW: &str = add_step!("family, realm, owner, at", "?1, ?2, ?3, ?4");
/// Whether the log is on. If it is on, there is one row.
pub(in crate::sqlite) const LOG_IS_ON: &str = "SELECT 1 FROM counterfoil_narrowing_log WHERE id = 1";
/// Selects the ?1 oldest steps. The instant of a step of an earlier version of this crate can be missing, and counts as
/// the earliest one.
pub(in crate::sqlite) const OLDEST_STEPS: &str = concat!(
    "SELECT id, coalesce(at, 0) AS at, ",
    mark!(),
    " AS mark FROM counterfoil_narrowing WHERE id > 0 ORDER BY id LIMIT ?1"
);
/// Removes the steps up to ?1.
pub(in crate::sqlite) const TRIM_STEPS: &str = "DELETE FROM counterfoil_narrowing WHERE id <= ?1";
/// Notes the last step that was trimmed. Parameters: ?1 id, ?2 mark.
pub(in crate::sqlite) const NOTE_TRIM: &str =
    "UPDATE counterfoil_narrowing_log SET trimmed = ?1, trimmed_mark = ?2 WHERE id = 1";
/// Switches the log on. Does nothing if it is on.
pub(in crate::sqlite) const LOG_ON: &str = "
INSERT OR IGNORE INTO counterfoil_narrowing_log (id, epoch, trimmed, trimmed_mark)
VALUES (1, randomblob(16), 0, '')";
/// Switches the log off.
pub(in crate::sqlite) const LOG_OFF: &str = "DELETE FROM counterfoil_narrowing_log; DELETE FROM counterfoil_narrowing";
