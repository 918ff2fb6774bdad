//! Checks the order of the log (clause 73 of `NarrowingLog`), and that a step is not visible before its change.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use counterfoil::store::{Applied, Narrowed};
use counterfoil::testing::listen;
use counterfoil::types::{RecordId, Version};

use super::reader::{Reader, name};
use super::{LogFixture, Logged};
use crate::driver::Driver;
use crate::interleavings::Gate;
use crate::pool::Pool;
use crate::sample::{Person, at, describe_as};
use crate::scale::scale;
use crate::slow::pause;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// How long the check waits for a call that another, paused call may block.
const PATIENCE: Duration = Duration::from_millis(50);
/// The largest number of calls of the backend after which the check pauses a write.
const DEEPEST: u32 = 24;

/// Checks that a reader that follows the log misses no step (clause 73 of `NarrowingLog`). First pauses a write before
/// each of its calls of the backend, while another write is done and the log is read. Then lets many writers run
/// beside readers. As soon as a reader has a step, `get` must show its change (clause 72).
pub async fn log_order_is_commit_order<F: LogFixture>(fixture: &F, driver: &Driver) -> Verdict {
    let database = fixture.create().await;
    let mut handles = Vec::new();
    for _ in 0..4 {
        handles.push(fixture.open_logged(&database).await);
    }
    for stop in 0..DEEPEST {
        if paused(&handles, stop).await? {
            break;
        }
    }
    races(&handles, driver).await?;
    Ok(Checked::Held)
}

/// Makes a new family with one record.
async fn new_family(store: &dyn Logged) -> Result<(Person, RecordId), Violation> {
    let person = Person::somebody();
    let id = person.pat().found(store).await?;
    Ok((person, id))
}

async fn edit(store: &dyn Logged, id: RecordId) -> Result<(), Violation> {
    let done = store.apply(&id, Version::FIRST, &describe_as("narrowed"), at(2)).await?;
    ensure_is!(done, Applied::Done(_), "a change must be done");
    Ok(())
}

async fn is_edited(store: &dyn Logged, id: &RecordId) -> Result<bool, Violation> {
    let found = crate::sample::must_get(store, id).await?;
    Ok(found.record().version != Version::FIRST)
}

#[expect(clippy::disallowed_methods, reason = "a bound in real time: a blocked call is waited for")]
fn now() -> Instant {
    Instant::now()
}

/// Polls a future until it is ready, or until the time is over.
async fn within<T>(patience: Duration, mut future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let begun = now();
    loop {
        let polled = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        match polled {
            Poll::Ready(answer) => return Some(answer),
            Poll::Pending if begun.elapsed() >= patience => return None,
            Poll::Pending => pause().await,
        }
    }
}

/// Pauses a write before its call of the backend with the number `stop`. Meanwhile another write is done, and the log
/// is read. Returns true if the write was done before this call.
async fn paused(handles: &[Arc<dyn Logged>], stop: u32) -> Result<bool, Violation> {
    let [first, second, follower, ..] = handles else { return Ok(true) };
    let [(one, early), (two, late)] = [new_family(&**first).await?, new_family(&**second).await?];
    let mut reader = Reader::at_the_end(&**follower).await?;
    let gate = Arc::new(Gate::default());
    let handle = Arc::clone(first);
    let write = Box::pin(async move { edit(&*handle, early).await });
    let mut slow = pin!(listen(Arc::<Gate>::clone(&gate), write));
    let mut done = None;
    while done.is_none() && gate.reached() <= stop {
        gate.open();
        done = reach(&gate, slow.as_mut()).await;
    }
    let was_done = done.is_some();
    let mut quick = pin!(edit(&**second, late));
    let mut quick_done = within(PATIENCE, quick.as_mut()).await;
    let mut steps = Vec::new();
    if quick_done.is_some() {
        steps = reader.read(&**follower, 100).await?;
        ensure!(name(&steps, &two, late.family()), "a step whose call has returned is missing: {steps:?}");
    }
    while done.is_none() {
        gate.open();
        done = reach(&gate, slow.as_mut()).await;
        if quick_done.is_none() {
            quick_done = within(Duration::ZERO, quick.as_mut()).await;
        }
    }
    done.unwrap_or(Ok(()))?;
    match quick_done {
        Some(done) => done?,
        None => quick.await?,
    }
    steps.extend(reader.read(&**follower, 100).await?);
    for (person, id) in [(&one, early), (&two, late)] {
        ensure!(
            name(&steps, person, id.family()),
            "a write was paused before its call {stop} of the backend, and a reader missed a step of {id:?}: {steps:?}"
        );
    }
    Ok(was_done)
}

/// Polls a write until it is ready, or until its gate stops it. Gives up after [`PATIENCE`]: a server can be slow.
async fn reach<T>(gate: &Gate, mut write: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let begun = now();
    loop {
        if let Some(answer) = within(Duration::ZERO, write.as_mut()).await {
            return Some(answer);
        }
        if gate.waits() || begun.elapsed() >= PATIENCE {
            return None;
        }
        pause().await;
    }
}

/// Lets writers run beside two readers. The readers follow the log until all writers have returned.
async fn races(handles: &[Arc<dyn Logged>], driver: &Driver) -> Result<(), Violation> {
    let pool = Pool::new(driver, scale().threads);
    let writers = pool.len().saturating_sub(2).max(1);
    for _ in 0..(scale().rounds / 6).max(1) {
        let mut families = Vec::new();
        for _ in 0..writers {
            families.push(new_family(&*handles[0]).await?);
        }
        let (families, returned) = (Arc::new(families), Arc::new(AtomicUsize::new(0)));
        let began = Reader::at_the_end(&*handles[0]).await?;
        let outcomes = pool
            .race(|racer| {
                let (families, returned) = (Arc::clone(&families), Arc::clone(&returned));
                let (handle, began) = (Arc::clone(&handles[racer % handles.len()]), began.clone());
                async move {
                    if let Some((_, id)) = families.get(racer) {
                        let outcome = edit(&*handle, *id).await;
                        returned.fetch_add(1, Ordering::SeqCst);
                        return outcome;
                    }
                    follow(&*handle, began, &families, &returned).await
                }
            })
            .await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
    }
    Ok(())
}

/// Reads until all writers have returned, and once more. Each family must then have been named.
async fn follow(
    log: &dyn Logged,
    mut reader: Reader,
    families: &[(Person, RecordId)],
    returned: &AtomicUsize,
) -> Result<(), Violation> {
    let mut all: Vec<Narrowed> = Vec::new();
    loop {
        let is_last = returned.load(Ordering::SeqCst) >= families.len();
        let steps = reader.read(log, 3).await?;
        for (person, id) in families.iter().filter(|(person, id)| name(&steps, person, id.family())) {
            let edited = is_edited(log, id).await?;
            ensure!(edited, "the log has the step of {id:?} of {:?}, but get does not show its change", person.owner);
        }
        all.extend(steps);
        if is_last {
            break;
        }
        pause().await;
    }
    for (person, id) in families {
        ensure!(name(&all, person, id.family()), "a reader that followed the log missed the step of {id:?}");
    }
    Ok(())
}
