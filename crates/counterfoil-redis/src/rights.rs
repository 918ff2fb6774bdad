//! Checks whether the server's user has the necessary rights.

use redis::Value;

use crate::connection::{Connection, Request};
use crate::error::SetupError;
use crate::keys::Keys;
use crate::row;
use crate::scripts;

/// Every command that the store sends or that its scripts run. The README of the crate has the same list.
const COMMANDS: [&str; 29] = [
    "eval",
    "evalsha",
    "get",
    "set",
    "exists",
    "hget",
    "hset",
    "hsetnx",
    "hdel",
    "hexists",
    "hgetall",
    "hincrby",
    "hkeys",
    "hmget",
    "hscan",
    "sadd",
    "scan",
    "zadd",
    "zcount",
    "zlexcount",
    "zrangebylex",
    "zrevrangebylex",
    "zrangebyscore",
    "zrem",
    "zscan",
    "info",
    "role",
    "wait",
    "cluster|slots",
];

/// Refuses a server whose user may not run all of [`COMMANDS`]. The error names the missing ones. A server of version 6
/// cannot be asked for rights and is accepted here. On such a server each script checks the rights before its first
/// write.
pub(crate) async fn check(connection: &mut Connection, keys: &Keys) -> Result<(), SetupError> {
    let mut ask = redis::cmd("EVAL");
    ask.arg(scripts::RIGHTS.text).arg(1).arg(keys.barrier(0)).arg(&COMMANDS[..]);
    let Value::Array(lacking) = connection.ask(Request::One(&ask)).await? else {
        return Err(SetupError::refused("the server does not tell what its user may do"));
    };
    if lacking.is_empty() {
        return Ok(());
    }
    let names = lacking.iter().filter_map(row::bytes).map(String::from_utf8_lossy).collect::<Vec<_>>().join(", ");
    Err(SetupError::refused(format!(
        "the server's user may not run {names}: the crate's documentation lists what it needs"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_g7_the_documentation_lists_what_is_asked_for() {
        let readme = include_str!("../README.md");
        let rules = readme.lines().find_map(|line| line.strip_prefix("ACL SETUSER counterfoil ")).expect("the rules");
        let mut documented: Vec<_> = rules.split(' ').filter_map(|rule| rule.strip_prefix('+')).collect();
        let mut asked = COMMANDS.to_vec();
        documented.sort_unstable();
        asked.sort_unstable();
        assert_eq!(documented, asked);
    }
}
