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
/// Requests that may stand before the socket: beyond it callers wait for their turn, one by one.
const QUEUE: usize = 1_024;

/// What connections are made by.
#[derive(Clone)]
pub(crate) enum Connector {
    Single(Box<Client>),
    Cluster(Box<ClusterClient>),
}

impl Connector {
    pub(crate) async fn open(&self) -> RedisResult<Connection> {
        match self {
            Self::Single(client) => {
                // The store has a deadline of its own.
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(None)
                    .set_pipeline_buffer_size(QUEUE);
                client.get_multiplexed_async_connection_with_config(&config).await.map(Connection::Single)
            }
            // With fewer attempts or shorter waits than its own, this client was seen to fall silent for good after a
            // fail-over.
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
        }
    }

    /// Whether keys lie in slots. A cluster's connections also heal by themselves, and repeat a request where they have
    /// to.
    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }
}

/// What a connection is asked.
#[derive(Clone, Copy)]
pub(crate) enum Request<'a> {
    /// One command.
    One(&'a Cmd),
    /// Commands of one slot, one after the other. The answer is an array, of which each may be an error.
    Many(&'a Pipeline),
}

/// A connection that many callers share. A dropped call leaves it unharmed: its answer is thrown away when it comes.
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

    /// The same behind ROLE, in one round trip: what ROLE was answered, and the answer.
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

    /// Of a cluster: asks the primary that has that slot.
    pub(crate) async fn ask_node(&mut self, slot: u16, command: Cmd) -> RedisResult<Value> {
        match self {
            Self::Single(_) => self.ask(Request::One(&command)).await,
            Self::Cluster(connection) => {
                let primary = SingleNodeRoutingInfo::SpecificNode(Route::new(slot, SlotAddr::Master));
                connection.route_command(command, RoutingInfo::SingleNode(primary)).await?.extract_error()
            }
        }
    }

    /// Each answer of its own, which may be an error.
    pub(crate) async fn pipeline(&mut self, pipeline: &Pipeline) -> RedisResult<Vec<Value>> {
        let count = pipeline.len();
        match self {
            Self::Single(connection) => connection.send_packed_commands(pipeline, 0, count).await,
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, 0, count).await,
        }
    }

    /// Whether the end of the connection has been noticed: then nothing that it is given is sent.
    ///
    /// The client tells by a request alone. This one is given up at once, and a request whose caller is gone is not
    /// sent.
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

/// The first slot of each primary, from CLUSTER SLOTS: ranges, each with its primary before its replicas.
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
