//! Checks that `try_read` holds no lock while it calls `look`.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use counterfoil::types::RecordId;

use crate::fixture::Store;
use crate::pool::Pool;
use crate::sample::{Person, at};
use crate::subject::Subject;
use crate::violation::{Violation, ensure};

/// The largest time that the calls of the other thread may take. Only a call that is blocked takes so long.
const DEADLINE: Duration = Duration::from_secs(3);

/// Lets one thread call `try_read`. While its `look` runs, another thread reads and writes the same record, and must not
/// be blocked.
pub(super) async fn calls_go_on(subject: &Subject) -> Result<(), Violation> {
    let database = subject.fresh_with(2).await;
    let pool = Pool::new(&subject.driver(), 2);
    for handle in 0..2 {
        let id = Person::new("default", "ann").refresh().with_access().found(&*database).await?;
        beside_a_look(&pool, [database.handle(0), database.handle(handle)].map(Store::clone), id).await?;
    }
    Ok(())
}

/// Calls `try_read` through the first handle, and the other methods through the second.
async fn beside_a_look(pool: &Pool, handles: [Store; 2], id: RecordId) -> Result<(), Violation> {
    let [looked, called] = handles;
    let ((enter, entered), (finish, finished)) = (channel(), channel());
    let entered = Arc::new(Mutex::new(entered));
    let finished = Arc::new(Mutex::new(finished));
    let answers = pool
        .race(|racer| {
            let (looked, called) = (Store::clone(&looked), Store::clone(&called));
            let (enter, entered) = (enter.clone(), Arc::clone(&entered));
            let (finish, finished) = (finish.clone(), Arc::clone(&finished));
            async move {
                if racer == 0 {
                    let mut in_time = true;
                    looked.try_read(&id, &mut |_| {
                        let _ = enter.send(true);
                        let finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
                        in_time = finished.recv_timeout(DEADLINE).is_ok();
                    });
                    // If `look` was not called, this message ends the wait of the other thread.
                    let _ = enter.send(false);
                    return Ok(in_time);
                }
                let is_inside = entered.lock().unwrap_or_else(PoisonError::into_inner).recv();
                if is_inside == Ok(true) {
                    called.get(&id).await?;
                    called.touch(&[(id, at(9))]).await?;
                    let _ = finish.send(());
                }
                Ok::<_, Violation>(true)
            }
        })
        .await;
    for answer in answers {
        let in_time = answer?;
        ensure!(in_time, "while try_read calls `look`, a get and a touch of another thread must not be blocked");
    }
    Ok(())
}
