//! Checks whether a node is a primary. The store uses only the answers of primaries.

use std::time::Duration;

use redis::{Cmd, ErrorKind, RedisError, ServerErrorKind, Value};
use tokio::time::Instant;

use crate::error::SetupError;
use crate::row;

/// The time for which a check of a node's role is valid.
pub(crate) const VALID_FOR: Duration = Duration::from_secs(1);

/// Whether a node's role must be checked before an answer of the node is used. `confirmed_at` is the time of the last
/// check.
pub(crate) fn is_unconfirmed(confirmed_at: Option<Instant>, now: Instant) -> bool {
    confirmed_at.is_none_or(|at| now.duration_since(at) >= VALID_FOR)
}

/// The command that asks a node for its role.
pub(crate) fn question() -> Cmd {
    redis::cmd("ROLE")
}

/// Whether `role`, as an answer to `ROLE` or `INFO` contains it, is the role of a primary.
pub(crate) fn is_primary(role: &[u8]) -> bool {
    role == b"master"
}

/// Returns the error for a node that is a replica.
pub(crate) fn replica() -> SetupError {
    SetupError::refused("the server is a replica, which may lag behind what was answered")
}

/// Checks that an answer to `ROLE` is the answer of a primary.
pub(crate) fn primary(answer: Value) -> Result<(), SetupError> {
    match answer.extract_error()? {
        Value::Array(answer) if answer.first().and_then(row::bytes).is_some_and(is_primary) => Ok(()),
        Value::Array(_) => Err(replica()),
        _ => Err(SetupError::refused("the server does not tell its ROLE")),
    }
}

/// Whether a node refused a write because it is not a primary. If the refusal stopped a script, a server of version 6
/// wraps this error in another error.
pub(crate) fn is_read_only(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(ServerErrorKind::ReadOnly) => true,
        ErrorKind::Server(ServerErrorKind::ResponseError) => {
            error.detail().is_some_and(|detail| detail.contains("-READONLY "))
        }
        _ => false,
    }
}

/// Returns the error in one answer of a pipeline, if [`is_read_only`] is true for this error. Otherwise returns `None`.
pub(crate) fn read_only(answer: &Value) -> Option<RedisError> {
    let Value::ServerError(error) = answer else { return None };
    Some(RedisError::from(error.clone())).filter(is_read_only)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(role: &str) -> Value {
        Value::Array(vec![Value::BulkString(role.into()), Value::Int(0)])
    }

    #[test]
    fn a_primary_says_so_and_nobody_else_is_one() {
        assert!(primary(answer("master")).is_ok());
        for other in [answer("slave"), answer("sentinel"), Value::Array(Vec::new()), Value::Nil, Value::Okay] {
            assert!(primary(other).is_err());
        }
    }

    /// Checks which answers show that a node refused a write because it is a replica. The first answer is from a
    /// replica with Redis 7.0. The second is from a script on a replica with Redis 6.2. The other two are errors of
    /// primaries.
    #[test]
    fn a_replica_that_refuses_a_write_is_known_by_it() {
        let answers: [(&[u8], bool); 4] = [
            (b"-READONLY You can't write against a read only replica. script: 03d1, on @user_script:19.\r\n", true),
            (
                b"-ERR Error running script (call to f_03d1): @user_script:19: @user_script: 19: -READONLY You can't write against a read only replica.\r\n",
                true,
            ),
            (b"-ERR Error running script (call to f_03d1): @user_script:19: -OOM command not allowed\r\n", false),
            (b"-NOREPLICAS Not enough good replicas to write.\r\n", false),
        ];
        for (answer, expected) in answers {
            let answer = redis::parse_redis_value(answer).expect("an answer");
            assert_eq!(read_only(&answer).is_some(), expected, "{answer:?}");
        }
    }
}
