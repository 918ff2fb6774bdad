//! Checks the configuration of the servers when a store is opened, and once a second while the store is used. A server
//! is refused if its configuration would break a guarantee of the store.

use std::collections::BTreeMap;
use std::time::Duration;

use redis::aio::ConnectionLike as _;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};
use redis::{Cmd, ErrorKind, RedisError, RedisResult, Value};
use tokio::time::timeout;

use crate::connection::{Connection, Connector, Request};
use crate::error::SetupError;
use crate::keys::{Keys, LAYOUT, LOGGED};
use crate::rights;
use crate::role;
use crate::row;

/// The oldest supported version of the server. It replicates the effects of scripts (not their text), and it has every
/// command that the scripts use.
const OLDEST: u64 = 6;

/// The requirements for the configuration of the servers.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) in_cluster: bool,
    pub(crate) volatile: bool,
    /// Whether opening the store may write a missing layout version and upgrade an older layout.
    pub(crate) upgrades: bool,
}

impl Setup {
    /// Checks every primary by its answer to `INFO`.
    pub(crate) async fn look(self, connection: &mut Connection) -> Result<(), SetupError> {
        for (node, info) in info(connection).await? {
            self.primary(&node, &info)?;
        }
        Ok(())
    }
}

/// Opens a connection. Checks every primary and the rights of the server's user. Returns the version of the stored
/// layout.
pub(crate) async fn server(
    connector: &Connector,
    setup: Setup,
    keys: &Keys,
    deadline: Duration,
) -> Result<u64, SetupError> {
    let looking = async {
        let mut connection = connector.open().await?;
        setup.look(&mut connection).await?;
        rights::check(&mut connection, keys).await?;
        layout(&mut connection, keys, setup.upgrades).await
    };
    match timeout(deadline, looking).await {
        Ok(looked) => looked,
        Err(_) => {
            let late = std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer within the deadline");
            Err(SetupError::Backend(RedisError::from(late)))
        }
    }
}

/// Sends `INFO` to every primary. Returns the answers, each with the address of its primary.
async fn info(connection: &mut Connection) -> RedisResult<Vec<(String, String)>> {
    let info = redis::cmd("INFO");
    let shape = || RedisError::from((ErrorKind::UnexpectedReturnType, "INFO is no text"));
    match connection {
        Connection::Single(connection) => {
            let answer = connection.req_packed_command(&info).await?.extract_error()?;
            Ok(vec![("the server".to_owned(), text_of(&answer).ok_or_else(shape)?)])
        }
        Connection::Cluster(connection) => {
            let everywhere = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
            match connection.route_command(info, everywhere).await?.extract_error()? {
                Value::Map(nodes) => nodes
                    .iter()
                    .map(|(node, answer)| Ok((text_of(node).unwrap_or_default(), text_of(answer).ok_or_else(shape)?)))
                    .collect(),
                _ => Err(shape()),
            }
        }
    }
}

/// Decodes an answer that is a text.
pub(crate) fn text_of(answer: &Value) -> Option<String> {
    match answer {
        Value::VerbatimString { text, .. } => Some(text.clone()),
        other => row::bytes(other).map(|text| String::from_utf8_lossy(text).into_owned()),
    }
}

impl Setup {
    fn primary(self, node: &str, info: &str) -> Result<(), SetupError> {
        let fields: BTreeMap<&str, &str> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
        let is = |name: &str, value: &str| fields.get(name).is_some_and(|found| *found == value);
        let refused = |what: &str| Err(SetupError::refused(format!("{node}: {what}")));
        let version = fields.get("redis_version").copied().unwrap_or("0");
        if version.split('.').next().and_then(|major| major.parse::<u64>().ok()).unwrap_or(0) < OLDEST {
            return refused(&format!("version {version} is older than {OLDEST}"));
        }
        if !fields.get("role").is_some_and(|role| role::is_primary(role.as_bytes())) {
            return refused("it is a replica, which may lag behind what was answered");
        }
        if is("cluster_enabled", "1") != self.in_cluster {
            return refused(if self.in_cluster {
                "it is no cluster"
            } else {
                "it is part of a cluster: `open_cluster`"
            });
        }
        if !is("maxmemory_policy", "noeviction") {
            let policy = fields.get("maxmemory_policy").copied().unwrap_or("unknown");
            return refused(&format!("maxmemory-policy is {policy}: records and revocations would be thrown away"));
        }
        if !is("aof_enabled", "1") && !self.volatile {
            return refused("appendonly is off: a restart would bring revoked credentials back (`Options::volatile`)");
        }
        Ok(())
    }
}

/// Returns the version of the stored layout. If there is none and `upgrades` is true, writes the current version.
/// Refuses a version newer than the current one. If `upgrades` is false, also refuses a missing or older version and
/// writes nothing.
async fn layout(connection: &mut Connection, keys: &Keys, upgrades: bool) -> Result<u64, SetupError> {
    if upgrades {
        let mut mark = Cmd::new();
        mark.arg("SET").arg(keys.layout()).arg(LAYOUT).arg("NX");
        connection.ask(Request::One(&mark)).await?;
    }
    let mut get = redis::cmd("GET");
    get.arg(keys.layout());
    let found = connection.ask(Request::One(&get)).await?;
    if !upgrades && found == Value::Nil {
        return Err(SetupError::Outdated { found: 0, known: LAYOUT });
    }
    let found =
        row::bytes(&found).and_then(row::number).ok_or_else(|| SetupError::refused("the layout has no version"))?;
    match found {
        newer if newer > LOGGED => Err(SetupError::Newer { found, known: LOGGED }),
        older if older < LAYOUT && !upgrades => Err(SetupError::Outdated { found, known: LAYOUT }),
        found => Ok(found),
    }
}
