//! A connection, to one node or to a cluster.

use std::time::Duration;

use redis::aio::{ConnectionLike as _, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, RedisResult, Value};

/// How long a node may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// Requests that may stand before the socket: beyond it callers wait for their turn, one by one.
const QUEUE: usize = 1_024;

/// What connections are made by.
#[derive(Clone)]
pub(crate) enum Door {
    Single(Box<Client>),
    Cluster(Box<ClusterClient>),
}

impl Door {
    pub(crate) async fn open(&self) -> RedisResult<Conn> {
        match self {
            Self::Single(client) => {
                // The store has a deadline of its own.
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT))
                    .set_response_timeout(None)
                    .set_pipeline_buffer_size(QUEUE);
                client.get_multiplexed_async_connection_with_config(&config).await.map(Conn::Single)
            }
            // With fewer attempts or shorter waits than its own, this client was seen to fall silent for good after a fail-over.
            Self::Cluster(client) => client.get_async_connection().await.map(Conn::Cluster),
        }
    }

    /// Whether keys lie in slots. A cluster's connections also heal by themselves, and repeat a request where they have to.
    pub(crate) const fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }
}

/// A connection that many callers share. A dropped call leaves it unharmed: its answer is thrown away when it comes.
#[derive(Clone)]
pub(crate) enum Conn {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Conn {
    pub(crate) async fn command(&mut self, command: &Cmd) -> RedisResult<Value> {
        let answer = match self {
            Self::Single(conn) => conn.send_packed_command(command).await,
            Self::Cluster(conn) => conn.req_packed_command(command).await,
        };
        answer.and_then(Value::extract_error)
    }

    /// Commands of one slot, one after the other. Each has an answer of its own, which may be an error.
    pub(crate) async fn pipeline(&mut self, pipeline: &Pipeline) -> RedisResult<Vec<Value>> {
        let count = pipeline.len();
        match self {
            Self::Single(conn) => conn.send_packed_commands(pipeline, 0, count).await,
            Self::Cluster(conn) => conn.req_packed_commands(pipeline, 0, count).await,
        }
    }
}
