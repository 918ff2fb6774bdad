//! The point read. Those that wait are asked together: one statement for all that came in while the one before was under way.
//!
//! The reads have connections of their own, so that none waits for a write's turn in the pool, and none pays for the pool: the driver tests each connection
//! when it is given back, a second trip for each read. A caller whose future is dropped takes nothing with it: the tasks here read on.

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
use super::link::{Link, Route, unanswered};
use super::sql;
use crate::row;

/// While one connection waits for its answer, the other gathers.
pub(super) const CONNECTIONS: u32 = 2;
/// Ids in one statement.
const TOGETHER: usize = 256;

/// For connections that know one statement, beside what all of the store's have. The server takes ten ids for granted where it is not told how many come,
/// finds that dearer than the one that came, and would plan anew each time.
pub(super) const PLANNED_ONCE: (&str, &str) = ("plan_cache_mode", "force_generic_plan");

/// A row, which everybody who asked for it decodes for himself, or why there is none.
type Answer = Result<Option<Arc<PgRow>>, Arc<sqlx::Error>>;

struct Ask {
    id: RecordId,
    answer: oneshot::Sender<Answer>,
}

type Asks = Arc<Mutex<UnboundedReceiver<Ask>>>;

/// The connections that read. They end when it is closed or dropped.
pub(super) struct Reader {
    asks: RwLock<Option<UnboundedSender<Ask>>>,
    /// How long a caller waits: for the statement under way, and for its own.
    patience: Duration,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Reader {
    /// Connects when it is first asked.
    pub(super) fn new(route: Route) -> Self {
        let (sender, receiver) = unbounded_channel();
        let patience = route.limit().saturating_mul(2);
        let (asks, route): (Asks, _) = (Arc::new(Mutex::new(receiver)), Arc::new(route));
        let start = |_| tokio::spawn(serve(Arc::clone(&route), Arc::clone(&asks)));
        Self { asks: RwLock::new(Some(sender)), patience, tasks: Mutex::new((0..CONNECTIONS).map(start).collect()) }
    }

    /// The record's row, joined with its family's.
    pub(super) async fn get(&self, id: &RecordId) -> Answer {
        let (answer, answered) = oneshot::channel();
        if let Some(asks) = &*self.asks.read().unwrap_or_else(PoisonError::into_inner) {
            // Where nobody reads any more, the question comes back and its sender goes with it.
            let _asked = asks.send(Ask { id: *id, answer });
        } else {
            return Err(Arc::new(sqlx::Error::PoolClosed));
        }
        match timeout(self.patience, answered).await {
            Ok(answered) => answered.unwrap_or_else(|_| Err(Arc::new(sqlx::Error::PoolClosed))),
            Err(_) => Err(Arc::new(unanswered())),
        }
    }

    /// Waits until what was asked is answered and the connections are closed.
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
        // Whoever gave up must not keep those behind waiting.
        asked.retain(|ask| !ask.answer.is_closed());
        if asked.is_empty() {
            continue;
        }
        let mut ids: Vec<RecordId> = asked.iter().map(|ask| ask.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = read(&route, &mut kept, &ids).await;
        let rows = rows.map_err(Arc::new).map(|rows| {
            let rows = rows.into_iter().filter_map(|row| Some((row::id(&row).ok()?, Arc::new(row))));
            rows.collect::<HashMap<_, _>>()
        });
        for Ask { id, answer } in asked.drain(..) {
            let found = rows.as_ref().map(|rows| rows.get(&id).cloned()).map_err(Arc::clone);
            let _gave_up = answer.send(found);
        }
    }
    if let Some(link) = kept {
        link.closed().await;
    }
}

/// A connection that died since it was last used, or leads to the primary no more, is no reason to fail: then once more, on a new one. All within the limit of
/// one statement.
async fn read(route: &Route, kept: &mut Option<Link>, ids: &[RecordId]) -> Result<Vec<PgRow>, sqlx::Error> {
    let deadline = Instant::now() + route.limit();
    let mut turn = 0;
    loop {
        let used = match kept.take() {
            Some(link) => route.still_good(link).await,
            None => None,
        };
        let elsewhere = used.is_some();
        let mut link = match used {
            Some(link) => link,
            // Nothing was asked where this takes too long, so it says nothing of the connections that are open.
            None => timeout_at(deadline, route.open(is_full)).await.unwrap_or_else(|_| Err(unanswered()))?,
        };
        let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        // Where time runs out the connection is dropped with its unanswered question.
        let read = timeout_at(deadline, link.rows(sqlx::query(sql::PAIRS).bind(ids))).await;
        let read = read.unwrap_or_else(|_| Err(unanswered()));
        if route.keeps(&read) {
            *kept = Some(link);
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
