//! Reads single records by id. The ids that callers request while a statement is running are sent together in the next
//! statement.
//!
//! There are separate connections for reads, so that no read waits for a write. Tasks own the connections for reads, so
//! a connection stays usable if a caller drops its future.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use counterfoil::types::RecordId;
use sqlx::postgres::PgRow;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use super::ask::{TURNS, give_way, is_cut, is_full, is_rolled_back};
use super::connection::{Connection, Route, unanswered};
use super::sql;
use crate::row;

/// The number of connections for reads. While one connection waits for its answer, the task of the other connection
/// collects requests.
pub(super) const CONNECTIONS: u32 = 2;
/// The maximum number of ids in one statement.
const TOGETHER: usize = 256;

/// A setting for connections that always run the same statement. Without it, the server would compare the generic plan,
/// which assumes ten ids, with a plan for one id. It would find the generic plan more expensive, and would therefore
/// plan every execution.
pub(super) const PLANNED_ONCE: (&str, &str) = ("plan_cache_mode", "force_generic_plan");

/// The answer to one request for a record: the row of the record, or `None` if there is no such record, or the error of
/// the read. Each caller decodes the row itself.
type Answer = Result<Option<Arc<PgRow>>, Arc<sqlx::Error>>;

struct Ask {
    id: RecordId,
    answer: oneshot::Sender<Answer>,
}

type Asks = Arc<Mutex<UnboundedReceiver<Ask>>>;

/// The reading tasks and their connections. They end when the reader is closed or dropped.
pub(super) struct Reader {
    asks: RwLock<Option<UnboundedSender<Ask>>>,
    /// The longest time that a caller waits for its record. It is enough for two statements: the one that is running
    /// when the caller asks, and the next one, which reads the record.
    patience: Duration,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Reader {
    /// Creates a reader without connections. The first connection opens at the first request.
    pub(super) fn new(route: Route) -> Self {
        let (sender, receiver) = unbounded_channel();
        let patience = route.limit().saturating_mul(2);
        let (asks, route): (Asks, _) = (Arc::new(Mutex::new(receiver)), Arc::new(route));
        let start = |_| tokio::spawn(serve(Arc::clone(&route), Arc::clone(&asks)));
        Self { asks: RwLock::new(Some(sender)), patience, tasks: Mutex::new((0..CONNECTIONS).map(start).collect()) }
    }

    /// Reads the row of a record, joined with the row of its family.
    pub(super) async fn get(&self, id: &RecordId) -> Answer {
        let (answer, answered) = oneshot::channel();
        if let Some(asks) = &*self.asks.read().unwrap_or_else(PoisonError::into_inner) {
            // If all reading tasks have ended, `send` returns the request. The request is then dropped, which closes
            // the channel for the answer. The caller gets an error below.
            let _asked = asks.send(Ask { id: *id, answer });
        } else {
            return Err(Arc::new(sqlx::Error::PoolClosed));
        }
        match timeout(self.patience, answered).await {
            Ok(answered) => answered.unwrap_or_else(|_| Err(Arc::new(sqlx::Error::PoolClosed))),
            Err(_) => Err(Arc::new(unanswered())),
        }
    }

    /// Waits until all requests are answered and the connections are closed.
    pub(super) async fn close(&self) {
        drop(self.asks.write().unwrap_or_else(PoisonError::into_inner).take());
        for task in self.tasks.lock().await.drain(..) {
            let _ended = task.await;
        }
    }
}

async fn serve(route: Arc<Route>, asks: Asks) {
    let (mut kept, mut asked) = (None, Vec::new());
    while asks.lock().await.recv_many(&mut asked, TOGETHER).await > 0 {
        // Drops requests whose callers have dropped their futures, because these requests would delay the others.
        asked.retain(|ask| !ask.answer.is_closed());
        if asked.is_empty() {
            continue;
        }
        let mut ids: Vec<RecordId> = asked.iter().map(|ask| ask.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = read(&route, &mut kept, &ids).await;
        let rows = rows.map_err(Arc::new).map(|rows| {
            let rows = rows.into_iter().filter_map(|row| Some((row::record_id(&row).ok()?, Arc::new(row))));
            rows.collect::<HashMap<_, _>>()
        });
        for Ask { id, answer } in asked.drain(..) {
            let found = rows.as_ref().map(|rows| rows.get(&id).cloned()).map_err(Arc::clone);
            let _gave_up = answer.send(found);
        }
    }
    if let Some(connection) = kept {
        connection.closed().await;
    }
}

/// Reads records. If the kept connection broke since its last use, or no longer leads to the primary, tries again on a
/// new connection. All tries share the time limit of one statement.
async fn read(route: &Route, kept: &mut Option<Connection>, ids: &[RecordId]) -> Result<Vec<PgRow>, sqlx::Error> {
    let deadline = Instant::now() + route.limit();
    let mut turn = 0;
    loop {
        let used = match kept.take() {
            Some(connection) => route.still_good(connection).await,
            None => None,
        };
        let elsewhere = used.is_some();
        let mut connection = match used {
            Some(connection) => connection,
            // The open connections stay in use after a timeout here, because nothing was sent on them.
            None => timeout_at(deadline, route.open(is_full)).await.unwrap_or_else(|_| Err(unanswered()))?,
        };
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        // After a timeout the connection is dropped, because the answer may still arrive on it.
        let read = timeout_at(deadline, connection.rows(sqlx::query(sql::PAIRS).bind(ids))).await;
        let read = read.unwrap_or_else(|_| Err(unanswered()));
        if route.keeps(&read) {
            *kept = Some(connection);
        }
        match &read {
            Err(error) if is_cut(error) && elsewhere => {}
            Err(error) if is_rolled_back(error) && turn < TURNS => {
                give_way(turn).await;
                turn += 1;
            }
            _ => return read,
        }
    }
}
