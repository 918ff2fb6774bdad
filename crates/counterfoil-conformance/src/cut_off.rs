//! Checks calls whose futures are dropped before they are done (clause 25 of `TokenStore`). A server drops a future
//! when the client closes the connection. The future then ends at the await that it has reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{Listing, RecordParts, TokenRecord, TokenStore};
use counterfoil::types::{RecordId, TokenKind};
use futures_util::future::{try_join, try_join_all};

use crate::cut::{DEEPEST, cut};
use crate::fixture::Store;
use crate::reference::{describe, same};
use crate::sample::Person;
use crate::scene::{Deed, Scene};
use crate::slow::{SlowStore, pause};
use crate::subject::Subject;
use crate::together::get_all;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::{sorted_ids, walk_due_intact, walk_intact};

/// The index of the actor whose operation is dropped. The actors of a scene are the callers that run operations on it.
const ACTOR: usize = 0;

/// A page limit that is larger than the number of records in a scene.
const PAGE: u32 = 100;

/// Checks dropped calls (clause 25 of `TokenStore`). A call may be dropped at any await. It must then take effect
/// completely or not at all, immediately or shortly after. The next user of the connection must not be affected.
pub async fn cut_off_is_all_or_nothing(subject: &Subject) -> Verdict {
    for slow in [false, true] {
        let store = subject.fresh().await;
        let handle = Store::clone(store.handle(0));
        let handle: Store = if slow { Arc::new(SlowStore::new(handle, 11)) } else { handle };
        let mut unharmed = Vec::new();
        // The first pass drops the operation at each of its awaits. The second pass drops it only at every second
        // await. This is enough, because the awaits that a slowed store adds are all before or after the operation.
        let step = if slow { 2 } else { 1 };
        for deed in Deed::WRITES {
            for polls in (1..=DEEPEST).step_by(step) {
                let scene = Cut::new(&*store, deed).await?;
                let done = scene.off(&*handle, polls).await?;
                // The next user of the connection makes an unrelated write. It must succeed, and its record must exist
                // at the end.
                unharmed.push(Person::somebody().pat().found(&*store).await?);
                scene.is_all_or_nothing(&*store, slow).await?;
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
    /// The records before the operation.
    before: Vec<Row>,
    /// The records after one complete execution of the operation.
    after: Vec<Row>,
}

/// A stored record, or `None` if there is none with its id. Two rows are equal if they are equal in every field.
struct Row(Option<TokenRecord>);

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => same(one, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.as_ref().map(describe), f)
    }
}

async fn snapshot(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<Row>, Violation> {
    Ok(get_all(store, ids).await?.into_iter().map(Row).collect())
}

impl Cut {
    async fn new(store: &dyn TokenStore, deed: Deed) -> Result<Self, Violation> {
        let scene = Scene::new(store).await?;
        let ids = [scene.standing(), scene.new_ids(deed, ACTOR)].concat();
        let model = scene.modelled();
        let before = snapshot(&model, &ids).await?;
        scene.act(&model, deed, ACTOR).await?;
        let after = snapshot(&model, &ids).await?;
        Ok(Self { scene, ids, deed, before, after })
    }

    /// Runs the operation and drops it after `polls` polls. Returns true if the operation was done before that, so that
    /// nothing was dropped.
    async fn off(&self, store: &dyn TokenStore, polls: u32) -> Result<bool, Violation> {
        let act = self.scene.act(store, self.deed, ACTOR);
        Ok(cut(act, polls).await.transpose()?.is_some())
    }

    /// Returns true if the indexes of the store agree with its records. `stored` are the records that `get` returned.
    /// The listings must contain exactly the records that are not shrunk, and the due notices exactly the records whose
    /// notice is due. If `slow` is true, only the listings of the owner are compared.
    async fn is_indexed(&self, store: &dyn TokenStore, stored: &[Row], slow: bool) -> Result<bool, Violation> {
        let (realm, end) = (&self.scene.person.realm, self.scene.end());
        let kinds = [TokenKind::RefreshToken, TokenKind::AccessToken];
        let stored = |is: &dyn Fn(&RecordParts) -> bool| {
            let records = stored.iter().filter_map(|row| row.0.as_ref()).map(TokenRecord::record);
            let mut ids: Vec<RecordId> = records.filter(|one| is(one)).map(|one| one.id).collect();
            ids.sort_unstable();
            ids
        };
        let shown = |kind: TokenKind| stored(&|record| record.kind == kind && !record.shrunk);
        let are_shown = |listed: &[Vec<TokenRecord>]| {
            listed.iter().zip(kinds).all(|(listed, kind)| sorted_ids(listed) == shown(kind))
        };
        let owners = kinds.map(|kind| walk_intact(store, self.scene.person.listing(kind), PAGE));
        if !are_shown(&try_join_all(owners).await?) {
            return Ok(false);
        }
        if slow {
            return Ok(true);
        }
        let realms = try_join_all(kinds.map(|kind| walk_intact(store, Listing::Kind { realm, kind }, PAGE)));
        let (realms, due) = try_join(realms, walk_due_intact(store, end, PAGE)).await?;
        let noticed = stored(&|record| record.notice.is_some_and(|notice| end.reached(notice.at)));
        Ok(are_shown(&realms) && sorted_ids(&due) == noticed)
    }

    /// Checks that the stored records are as before the dropped operation, or as after the complete operation. The
    /// listings and the due notices must show the same records. Waits up to one second for this, because a server may
    /// still be executing the request.
    ///
    /// If `slow` is true, the check is in its second pass, with a slowed store. Then the listings of the realm and the
    /// due notices are not read, because a store may have to search every shard for them. It is enough that the first
    /// pass has read them. The first pass drops the operation at each await that the store itself makes. A slowed store
    /// adds awaits only before and after the operation.
    async fn is_all_or_nothing(&self, store: &dyn TokenStore, slow: bool) -> Result<(), Violation> {
        let Self { before, after, .. } = self;
        let (mut seen, mut indexed) = (Vec::new(), true);
        for patience in 0..1_000 {
            seen = snapshot(store, &self.ids).await?;
            let piecemeal = || {
                let mut rows = seen.iter().zip(before.iter().zip(after));
                rows.all(|(seen, (before, after))| seen == before || seen == after)
            };
            if seen == *before || seen == *after || (self.deed.is_piecemeal() && piecemeal()) {
                indexed = self.is_indexed(store, &seen, slow).await?;
                if indexed {
                    return Ok(());
                }
            }
            pause().await;
            if patience > 50 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        ensure!(indexed, "{:?}, cut off, left other records in the listings or the due notices than in get", self.deed);
        Err(Violation::new(format!(
            "{:?}, cut off, must leave all or nothing, but left\n{}",
            self.deed,
            difference(&seen, before, after)
        )))
    }

    /// Repeats the dropped operation, as a client does. Checks that the records are then as after exactly one
    /// execution.
    async fn retry(&self, store: &dyn TokenStore) -> Result<(), Violation> {
        self.scene.act(store, self.deed, ACTOR).await?;
        let (seen, after) = (snapshot(store, &self.ids).await?, &self.after);
        ensure!(
            seen == *after,
            "{:?}, cut off and repeated, must be done once, but left\n{}",
            self.deed,
            difference(&seen, after, after)
        );
        Ok(())
    }
}

fn difference(seen: &[Row], before: &[Row], after: &[Row]) -> String {
    let rows =
        seen.iter().zip(before.iter().zip(after)).filter(|(seen, (before, after))| seen != before || seen != after);
    rows.map(|(seen, (before, after))| format!("  is     {seen:?}\n  before {before:?}\n  after  {after:?}\n"))
        .collect()
}
