//! The lineage of a node's data. A replica that becomes a primary, and a primary that starts again, can have lost
//! writes. It has another replication id from then on.

use redis::{Cmd, Value};

use crate::check;
use crate::error::SetupError;
use crate::role;

/// The replication id of a primary. If it is the same at two instants, the node was a primary with the same data all
/// the time between them, and lost no write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lineage(u128);

impl Lineage {
    pub(super) const fn number(self) -> u128 {
        self.0
    }

    /// The command whose answer [`Lineage::of`] decodes.
    pub(super) fn question() -> Cmd {
        let mut info = redis::cmd("INFO");
        info.arg("replication");
        info
    }

    /// Decodes the lineage from an answer to `INFO replication`. Refuses a node that is not a primary.
    pub(super) fn of(info: &Value) -> Result<Self, SetupError> {
        let info = check::text_of(info).unwrap_or_default();
        let field = |name: &str| info.lines().find_map(|line| line.trim_end().strip_prefix(name)?.strip_prefix(':'));
        if !field("role").is_some_and(|role| role::is_primary(role.as_bytes())) {
            return Err(role::replica());
        }
        // The id has 40 hex digits. 32 of them fill the number, and suffice.
        field("master_replid")
            .and_then(|id| u128::from_str_radix(id.get(..32)?, 16).ok())
            .map(Self)
            .ok_or_else(|| SetupError::refused("INFO has no master_replid, which the narrowing log needs"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(role: &str, id: &str) -> Value {
        Value::BulkString(format!("# Replication\r\nrole:{role}\r\nmaster_replid:{id}\r\n").into_bytes())
    }

    #[test]
    fn a_lineage_is_the_replication_id_of_a_primary_and_nothing_else() {
        let (id, other) = ("0123456789abcdef0123456789abcdef01234567", "1123456789abcdef0123456789abcdef01234567");
        let lineage = |role, id| Lineage::of(&answer(role, id)).ok();
        assert_eq!(lineage("master", id), Some(Lineage(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)));
        assert_ne!(lineage("master", id), lineage("master", other));
        for (role, id) in [("slave", id), ("master", ""), ("master", "x123"), ("master", &id[..31])] {
            assert_eq!(lineage(role, id), None, "{role} {id}");
        }
        assert!(Lineage::of(&Value::Nil).is_err());
    }
}
