//! Runs two operations concurrently, and pauses them before each of their calls of the backend. So every order of these
//! calls can be tried.

mod explore;
mod gate;
mod patience;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::testing::backend_call;

use crate::database::Database;
use crate::judge::{Call, DueNotices, judge_in};
use crate::pool::Pool;
use crate::scene::{Deed, Outcome, Scene};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

use explore::Schedules;
pub(crate) use gate::Gate;
use patience::Patience;
use schedule::{Run, run};

/// The number of pairs of operations that run in parallel. Each pair has its own database.
const ABREAST: usize = 4;

/// The number by which the rounds of [`Scale`](crate::Scale) are divided. The result is the largest number of schedules
/// that are tried for each pair of operations. A schedule is one order of the backend calls of the two operations.
const PART: u32 = 9;

/// Limits the number of slow schedules. In a slow schedule, the time of [`Patience`] passes before an operation reaches
/// its next backend call, usually because it waits for a lock of the other operation. A store with such locks can make
/// all schedules of a pair of operations slow. So after this many slow schedules of a pair, no more schedules of this
/// pair are tried.
const WAITS: u32 = 3;

/// Counts what the check has tried: pairs of operations, and schedules. A schedule is one order of the backend calls of
/// a pair. The check prints the counts.
#[derive(Clone, Copy, Default)]
struct Tried {
    pairs: usize,
    schedules: usize,
    most: usize,
    left: usize,
}

/// Checks pairs of concurrent operations in many orders of their backend calls (clause 50 of `TokenStore`). In each
/// order, the results must be as if one operation had run after the other.
///
/// For this check, a store must await [`backend_call`](crate::backend_call) before each backend call. If it never does,
/// the check is not applicable. The orders that interrupt an operation once are tried first, then those with two
/// interruptions, and so on. The number of orders tried for each pair is at most a ninth of the rounds of
/// [`Scale`](crate::Scale).
pub async fn interleavings_are_steps(subject: &Subject) -> Verdict {
    let without: Arc<[Deed]> = without_points(subject).await?.into();
    if without.len() == Deed::every().count() {
        return Ok(Checked::NotApplicable("the store awaits no `backend_call`"));
    }
    let next = Arc::new(AtomicUsize::new(0));
    let share = |_| {
        let (subject, next, without) = (subject.clone(), Arc::clone(&next), Arc::clone(&without));
        async move { some_pairs(&subject, &next, &without).await }
    };
    let mut all = Tried::default();
    for share in Pool::new(&subject.driver(), ABREAST).race(share).await {
        let Tried { pairs, schedules, most, left } = share?;
        all.pairs += pairs;
        all.schedules += schedules;
        all.most = all.most.max(most);
        all.left += left;
    }
    println!(
        "{} operations in {} pairs: {} schedules, at most {} of a pair; {} were known and not tried",
        Deed::ALL.len(),
        all.pairs,
        all.schedules,
        all.most,
        all.left
    );
    Ok(Checked::Held)
}

/// Returns the operations during which this store never awaits `backend_call`. The suite cannot pause such an operation
/// while it runs. So the suite awaits `backend_call` once before the operation begins. All backend calls of the
/// operation that runs concurrently are then made either before or after the whole operation.
async fn without_points(subject: &Subject) -> Result<Vec<Deed>, Violation> {
    let (database, patience) = (subject.fresh_with(2).await, Patience::new());
    let mut without = Vec::new();
    for deed in Deed::every() {
        let scene = Scene::new(&*database).await?;
        let stage = Stage { database: &database, patience: &patience, without: &[] };
        if stage.schedule(&scene, [deed, deed], &[], 0).await?.calls == 0 {
            without.push(deed);
        }
    }
    database.remove().await;
    Ok(without)
}

/// Runs pairs of operations until no pair is left. Each pair runs in many orders of its backend calls. `next` is the
/// index of the next pair. Several threads share this index. `without` are the operations during which this store never
/// awaits `backend_call`.
async fn some_pairs(subject: &Subject, next: &AtomicUsize, without: &[Deed]) -> Result<Tried, Violation> {
    let (database, patience, pairs) =
        (subject.fresh_with(2).await, Patience::new(), Deed::pairs(subject.scale().rounds));
    let stage = Stage { database: &database, patience: &patience, without };
    let mut all = Tried::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(pair) = pairs.get(number) else { break };
        let most = usize::try_from(subject.scale().rounds.div_ceil(PART)).unwrap_or(usize::MAX);
        let schedules = stage.pair(*pair, most).await;
        // This store has failed the check, so the other threads need not continue.
        let schedules = schedules.inspect_err(|_| next.store(pairs.len(), Ordering::Relaxed))?;
        all.pairs += 1;
        all.schedules += schedules.tried;
        all.most = all.most.max(schedules.tried);
        all.left += schedules.left();
    }
    database.remove().await;
    Ok(all)
}

/// A database on which one thread runs pairs of operations, one pair after another.
struct Stage<'a> {
    database: &'a Database,
    patience: &'a Patience,
    without: &'a [Deed],
}

impl Stage<'_> {
    async fn pair(&self, pair: [Deed; 2], most: usize) -> Result<Schedules, Violation> {
        let mut schedules = Schedules::new(pair.map(|deed| deed as u64).iter().sum());
        let mut waits = 0;
        while schedules.tried < most
            && waits < WAITS
            && let Some(wanted) = schedules.next()
        {
            let scene = Scene::new(&**self.database).await?;
            let run = self.schedule(&scene, pair, &wanted, schedules.tried).await?;
            let order: Vec<usize> = run.choices.iter().map(|choice| choice.chosen).collect();
            let judged = self.judged(&scene, pair, run.outcomes).await;
            judged.map_err(|broken| Violation::new(format!("schedule {order:?}: {}", broken.what())))?;
            waits += u32::from(run.waits > 0);
            schedules.branch(&wanted, &run.choices);
        }
        Ok(schedules)
    }

    /// Runs both operations of the pair once, with the order of backend calls that `wanted` gives. The first operation
    /// uses the handle with the index `handle`, and the second uses the next handle.
    async fn schedule(
        &self,
        scene: &Scene,
        pair: [Deed; 2],
        wanted: &[usize],
        handle: usize,
    ) -> Result<Run<Result<Outcome, Violation>>, Violation> {
        let act = |actor: usize| {
            let (store, deed) = (&**self.database.handle(handle + actor), pair[actor]);
            let begins = self.without.contains(&deed);
            let acting = async move {
                if begins {
                    backend_call().await;
                }
                scene.act(store, deed, actor).await
            };
            Box::pin(acting) as _
        };
        let ran = run([act(0), act(1)], wanted, self.patience).await;
        ran.map_err(|broken| Violation::new(format!("{pair:?} at once: {}", broken.what())))
    }

    async fn judged(
        &self,
        scene: &Scene,
        pair: [Deed; 2],
        outcomes: [Result<Outcome, Violation>; 2],
    ) -> Result<(), Violation> {
        let mut calls = Vec::new();
        for (actor, outcome) in outcomes.into_iter().enumerate() {
            let outcome = outcome.map_err(|broken| Violation::new(format!("{pair:?} at once: {}", broken.what())))?;
            calls.push(Call { deed: pair[actor], actor, outcome });
        }
        judge_in(&**self.database, scene, &calls, DueNotices::Now).await.map(drop)
    }
}
