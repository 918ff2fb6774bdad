//! Checks calls whose futures are dropped before they are done (clause 25 of `TokenStore`). A server drops a future
//! when the client closes the connection. The future then ends at the await that it has reached.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::TokenStore;
use counterfoil::types::RecordId;

use crate::cut::{DEEPEST, cut};
use crate::fixture::Store;
use crate::reference::describe;
use crate::sample::Person;
use crate::scene::{Deed, Scene};
use crate::slow::{SlowStore, pause};
use crate::subject::Subject;
use crate::together::get_all;
use crate::violation::{Checked, Verdict, Violation, ensure};

/// The number of the scene's actor whose operation is dropped. An actor is one of the callers for which a scene has
/// records to insert.
const ACTOR: usize = 0;

/// Checks dropped calls (clause 25 of `TokenStore`). A call may be dropped at any await. It must then take effect
/// completely or not at all, immediately or shortly after. The next user of the connection must not be affected.
pub async fn cut_off_is_all_or_nothing(subject: &Subject) -> Verdict {
    for slow in [false, true] {
        let store = subject.fresh().await;
        let handle = Store::clone(store.handle(0));
        let handle: Store = if slow { Arc::new(SlowStore::new(handle, 11)) } else { handle };
        let mut unharmed = Vec::new();
        for deed in Deed::WRITES {
            for polls in 1..=DEEPEST {
                let scene = Cut::new(&*store, deed).await?;
                let done = scene.off(&*handle, polls).await?;
                // The next user makes an unrelated write. If this write is acknowledged, its record must exist now
                // and at the end.
                unharmed.push(Person::somebody().pat().found(&*store).await?);
                scene.is_all_or_nothing(&*store).await?;
                scene.retry(&*store).await?;
                if done {
                    break;
                }
            }
        }
        drop(handle);
        let another = store.open().await;
        all_there(&*another, &unharmed, "another handle").await?;
        drop(another);
        if let Some(reopened) = store.reopen().await {
            all_there(&*reopened, &unharmed, "the reopened store").await?;
        }
    }
    Ok(Checked::Held)
}

async fn all_there(store: &dyn TokenStore, ids: &[RecordId], handle: &str) -> Result<(), Violation> {
    let found = get_all(store, ids).await?;
    ensure!(found.iter().all(Option::is_some), "an acknowledged write after a cut-off was lost in {handle}");
    Ok(())
}

/// A scene in which one operation is dropped. A scene is a set of stored records on which the operations of the suite
/// run.
struct Cut {
    scene: Scene,
    ids: Vec<RecordId>,
    deed: Deed,
}

impl Cut {
    async fn new(store: &dyn TokenStore, deed: Deed) -> Result<Self, Violation> {
        let scene = Scene::new(store).await?;
        let ids = [scene.standing(), scene.new_ids(deed, ACTOR)].concat();
        Ok(Self { scene, ids, deed })
    }

    async fn act(&self, store: &dyn TokenStore) -> Result<(), Violation> {
        self.scene.act(store, self.deed, ACTOR).await.map(drop)
    }

    /// Runs the operation and drops it after `polls` polls. Returns true if the operation was done before that, so that
    /// nothing was dropped.
    async fn off(&self, store: &dyn TokenStore, polls: u32) -> Result<bool, Violation> {
        let act = self.scene.act(store, self.deed, ACTOR);
        Ok(cut(act, polls).await.transpose()?.is_some())
    }

    async fn snapshot(&self, store: &dyn TokenStore) -> Result<Vec<Option<String>>, Violation> {
        Ok(get_all(store, &self.ids).await?.iter().map(|found| found.as_ref().map(describe)).collect())
    }

    async fn before_and_after(&self) -> Result<[Vec<Option<String>>; 2], Violation> {
        let model = self.scene.modelled();
        let before = self.snapshot(&model).await?;
        self.act(&model).await?;
        Ok([before, self.snapshot(&model).await?])
    }

    /// Checks that the stored records are as before the dropped operation, or as after the complete operation. Waits up
    /// to one second for this, because a server may still be executing the request.
    async fn is_all_or_nothing(&self, store: &dyn TokenStore) -> Result<(), Violation> {
        let [before, after] = self.before_and_after().await?;
        let mut seen = Vec::new();
        for patience in 0..1_000 {
            seen = self.snapshot(store).await?;
            let piecemeal = || {
                seen.iter()
                    .zip(before.iter().zip(&after))
                    .all(|(seen, (before, after))| seen == before || seen == after)
            };
            if seen == before || seen == after || (self.deed.is_piecemeal() && piecemeal()) {
                return Ok(());
            }
            pause().await;
            if patience > 50 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Err(Violation::new(format!(
            "{:?}, cut off, must leave all or nothing, but left\n{}",
            self.deed,
            difference(&seen, &before, &after)
        )))
    }

    /// Repeats the dropped operation, as a client does. Checks that the records are then as after exactly one
    /// execution.
    async fn retry(&self, store: &dyn TokenStore) -> Result<(), Violation> {
        let [_, after] = self.before_and_after().await?;
        self.act(store).await?;
        let seen = self.snapshot(store).await?;
        ensure!(
            seen == after,
            "{:?}, cut off and repeated, must be done once, but left\n{}",
            self.deed,
            difference(&seen, &after, &after)
        );
        Ok(())
    }
}

fn difference(seen: &[Option<String>], before: &[Option<String>], after: &[Option<String>]) -> String {
    let rows =
        seen.iter().zip(before.iter().zip(after)).filter(|(seen, (before, after))| seen != before || seen != after);
    rows.map(|(seen, (before, after))| format!("  is     {seen:?}\n  before {before:?}\n  after  {after:?}\n"))
        .collect()
}
