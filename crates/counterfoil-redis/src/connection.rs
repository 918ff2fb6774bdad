//! A connection, to one node or to a cluster.

use std::time::Duration;

use futures_util::FutureExt as _;
use redis::aio::{ConnectionLike as _, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, RedisResult, Value};

/// How long a node may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// How many requests may be queued before the socket. Further callers wait until one is sent.
const QUEUE: usize = 1_024;

/// Opens connections.
#[derive(Clone)]
pub(crate) enum Connector {
    Single(Box<Client>),
    Cluster(Box<ClusterClient>),
}

impl Connector {
    pub(crate) async fn open(&self) -> RedisResult<Connection> {
        match self {
            Self::Single(client) => {
                // The store has its own deadline.
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(None)
                    .set_pipeline_buffer_size(QUEUE);
                client.get_multiplexed_async_connection_with_config(&config).await.map(Connection::Single)
            }
            // The client keeps its own number of attempts and its own waits: with fewer or shorter ones it never
            // answered again after a fail-over, in tests.
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
        }
    }

    /// Whether this is a cluster, whose keys are in slots. The cluster client reconnects by itself, and repeats a
    /// request where it must.
    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }
}

/// A request on a connection.
#[derive(Clone, Copy)]
pub(crate) enum Request<'a> {
    /// One command.
    One(&'a Cmd),
    /// Commands of one slot, sent together. The answer is an array, and each element may be an error.
    Many(&'a Pipeline),
}

/// A connection shared by many callers. If a call is dropped, its answer is discarded when it arrives, and other calls
/// are not affected.
#[derive(Clone)]
pub(crate) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connection {
    pub(crate) async fn ask(&mut self, request: Request<'_>) -> RedisResult<Value> {
        match (self, request) {
            (Self::Single(connection), Request::One(command)) => {
                connection.send_packed_command(command).await.and_then(Value::extract_error)
            }
            (Self::Cluster(connection), Request::One(command)) => {
                connection.req_packed_command(command).await.and_then(Value::extract_error)
            }
            (connection, Request::Many(pipeline)) => connection.pipeline(pipeline).await.map(Value::Array),
        }
    }

    /// Sends ROLE before the request, in the same round trip. Returns both answers.
    pub(crate) async fn ask_behind_role(&mut self, request: Request<'_>) -> RedisResult<(Value, RedisResult<Value>)> {
        let mut both = Pipeline::new();
        both.cmd("ROLE");
        match request {
            Request::One(command) => both.add_command(command.clone()),
            Request::Many(pipeline) => {
                pipeline.cmd_iter().for_each(|command| {
                    both.add_command(command.clone());
                });
                &mut both
            }
        };
        let mut answers = self.pipeline(&both).await?.into_iter();
        let role = answers.next().unwrap_or_default();
        let answer = match request {
            Request::One(_) => answers.next().unwrap_or_default().extract_error(),
            Request::Many(_) => Ok(Value::Array(answers.collect())),
        };
        Ok((role, answer))
    }

    /// In a cluster, asks the primary of that slot.
    pub(crate) async fn ask_node(&mut self, slot: u16, command: Cmd) -> RedisResult<Value> {
        match self {
            Self::Single(_) => self.ask(Request::One(&command)).await,
            Self::Cluster(connection) => {
                let primary = SingleNodeRoutingInfo::SpecificNode(Route::new(slot, SlotAddr::Master));
                connection.route_command(command, RoutingInfo::SingleNode(primary)).await?.extract_error()
            }
        }
    }

    /// Returns one answer for each command; each may be an error.
    pub(crate) async fn pipeline(&mut self, pipeline: &Pipeline) -> RedisResult<Vec<Value>> {
        let count = pipeline.len();
        match self {
            Self::Single(connection) => connection.send_packed_commands(pipeline, 0, count).await,
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, 0, count).await,
        }
    }

    /// Whether the client has noticed that the connection is closed. It then sends no further request.
    ///
    /// The client reports this only when it gets a request. The request made here is dropped at once, so the client
    /// does not send it.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Single(connection) => {
                let over = connection.clone().send_packed_command(&redis::cmd("ROLE")).now_or_never();
                over.is_some_and(|answer| answer.is_err())
            }
            Self::Cluster(_) => false,
        }
    }
}

/// The first slot of each primary, from CLUSTER SLOTS. Each of its ranges lists the primary before the replicas.
pub(crate) fn slots_of_nodes(answer: &Value) -> Vec<u16> {
    let Value::Array(ranges) = answer else { return Vec::new() };
    let mut nodes: Vec<(&Value, u16)> = Vec::new();
    for range in ranges {
        let Value::Array(range) = range else { continue };
        if let [Value::Int(first), _, primary, ..] = range.as_slice()
            && let Ok(first) = u16::try_from(*first)
            && nodes.iter().all(|(known, _)| *known != primary)
        {
            nodes.push((primary, first));
        }
    }
    nodes.into_iter().map(|(_, slot)| slot).collect()
}
