//! A connection to a single node or to a cluster.

use std::time::Duration;

use futures_util::FutureExt as _;
use redis::aio::{ConnectionLike as _, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, RedisResult, Value};

use crate::role;

/// The maximum time that opening a connection to a node may take.
const CONNECT: Duration = Duration::from_secs(2);
/// The maximum number of requests that wait on a connection to be sent. If there are so many, further callers wait
/// until one request is sent.
const QUEUE: usize = 1_024;

/// Opens connections to a single node or to a cluster.
#[derive(Clone)]
pub(crate) enum Connector {
    Single(Box<Client>),
    Cluster(Box<ClusterClient>),
}

impl Connector {
    pub(crate) async fn open(&self) -> RedisResult<Connection> {
        match self {
            Self::Single(client) => {
                // The client does not limit the time of a response, because the store limits the time of each call.
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(None)
                    .set_pipeline_buffer_size(QUEUE);
                client.get_multiplexed_async_connection_with_config(&config).await.map(Connection::Single)
            }
            // The cluster client uses its default number of attempts and its default pauses. In tests with fewer
            // attempts or with shorter pauses, it never recovered from a fail-over.
            Self::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
        }
    }

    /// Whether this is a cluster. A cluster distributes keys over slots. Its client reconnects by itself, and repeats
    /// requests by itself.
    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }
}

/// A request that is sent over a connection.
#[derive(Clone, Copy)]
pub(crate) enum Request<'a> {
    /// One command.
    One(&'a Cmd),
    /// Commands for one slot, sent together. The answer is an array with one element for each command. An element can
    /// be an error.
    Many(&'a Pipeline),
    /// Commands for the primary that serves a slot, sent together. They can name keys of all slots of this primary.
    ManyOn(u16, &'a Pipeline),
}

/// A connection that many callers share. If a caller drops the future of its call, the answer to this call is discarded
/// when it arrives. Other calls are not affected.
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
            (Self::Cluster(connection), Request::ManyOn(slot, pipeline)) => {
                connection.route_pipeline(pipeline.clone(), 0, pipeline.len(), primary_of(slot)).await.map(Value::Array)
            }
            (connection, Request::Many(pipeline) | Request::ManyOn(_, pipeline)) => {
                connection.pipeline(pipeline).await.map(Value::Array)
            }
        }
    }

    /// Sends `ROLE` and then the request, in one round trip. Returns the answers to both.
    pub(crate) async fn ask_behind_role(&mut self, request: Request<'_>) -> RedisResult<(Value, RedisResult<Value>)> {
        let mut both = Pipeline::new();
        both.add_command(role::question());
        match request {
            Request::One(command) => both.add_command(command.clone()),
            Request::Many(pipeline) | Request::ManyOn(_, pipeline) => {
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
            Request::Many(_) | Request::ManyOn(..) => Ok(Value::Array(answers.collect())),
        };
        Ok((role, answer))
    }

    /// Sends a command to one node. In a cluster, this is the primary of `slot`.
    pub(crate) async fn ask_node(&mut self, slot: u16, command: Cmd) -> RedisResult<Value> {
        match self {
            Self::Single(_) => self.ask(Request::One(&command)).await,
            Self::Cluster(connection) => {
                connection.route_command(command, RoutingInfo::SingleNode(primary_of(slot))).await?.extract_error()
            }
        }
    }

    /// Sends a pipeline. Returns one answer for each command. An answer can be an error of the server.
    pub(crate) async fn pipeline(&mut self, pipeline: &Pipeline) -> RedisResult<Vec<Value>> {
        let count = pipeline.len();
        match self {
            Self::Single(connection) => connection.send_packed_commands(pipeline, 0, count).await,
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, 0, count).await,
        }
    }

    /// Whether the client has noticed that the connection is closed, and would send no further request. Always false
    /// for a cluster, whose client reconnects by itself.
    ///
    /// The client has no function that tells whether the connection is closed, but a request on a closed connection
    /// fails at once. So this function starts a request and drops it at once. The client does not send a dropped
    /// request.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Single(connection) => {
                let over = connection.clone().send_packed_command(&role::question()).now_or_never();
                over.is_some_and(|answer| answer.is_err())
            }
            Self::Cluster(_) => false,
        }
    }
}

fn primary_of(slot: u16) -> SingleNodeRoutingInfo {
    SingleNodeRoutingInfo::SpecificNode(Route::new(slot, SlotAddr::Master))
}
