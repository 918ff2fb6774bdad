//! Every interleaving of two operations at the points where a store calls its backend.

mod explore;
mod gate;
mod patience;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::database::Database;
use crate::judge::{Call, Left, judge, touched};
use crate::pool::Pool;
use crate::scene::{Deed, Scene, Told};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

use explore::Schedules;
use patience::Patience;
use schedule::{Run, run};

/// Pairs that are tried beside each other, each in a database of its own.
const ABREAST: usize = 4;

/// Schedules of a pair in which one operation was seen to wait for the other: where a lock makes an operation one step,
/// it does so in all of them, and each costs patience.
const WAITS: u32 = 3;

/// What was tried.
#[derive(Clone, Copy, Default)]
struct Tried {
    pairs: usize,
    schedules: usize,
    most: usize,
    left: usize,
}

/// Clause 50: Two operations are as if one had run after the other, whatever the order of their calls of the backend.
///
/// A store awaits [`backend_call`](crate::backend_call) before each of them. All schedules are tried that stop an operation
/// once, then those that stop one twice, and so on, up to the scale's rounds for each pair.
pub async fn interleavings_are_steps(subject: &Subject) -> Verdict {
    if !reaches_a_point(subject).await? {
        return Ok(Checked::NotApplicable("the store awaits no `backend_call`"));
    }
    let next = Arc::new(AtomicUsize::new(0));
    let lane = |_| {
        let (subject, next) = (subject.clone(), Arc::clone(&next));
        async move { some_pairs(&subject, &next).await }
    };
    let mut all = Tried::default();
    for lane in Pool::new(&subject.driver(), ABREAST).race(lane).await {
        let Tried { pairs, schedules, most, left } = lane?;
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

async fn reaches_a_point(subject: &Subject) -> Result<bool, Violation> {
    let (database, patience) = (subject.fresh_with(2).await, Patience::new());
    for deed in Deed::ALL {
        let scene = Scene::new(&*database).await?;
        if schedule(&database, &scene, [deed, deed], &[], &patience).await?.calls > 0 {
            return Ok(true);
        }
    }
    database.remove().await;
    Ok(false)
}

/// Takes the next pair until all are taken.
async fn some_pairs(subject: &Subject, next: &AtomicUsize) -> Result<Tried, Violation> {
    let (database, patience, pairs) = (subject.fresh_with(2).await, Patience::new(), Deed::pairs());
    let mut all = Tried::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(pair) = pairs.get(number) else { break };
        let most = usize::try_from(subject.scale().rounds).unwrap_or(usize::MAX);
        let schedules = one_pair(&database, *pair, most, &patience).await;
        // The other lanes need not go on for the sake of a store that is broken.
        let schedules = schedules.inspect_err(|_| next.store(pairs.len(), Ordering::Relaxed))?;
        all.pairs += 1;
        all.schedules += schedules.tried;
        all.most = all.most.max(schedules.tried);
        all.left += schedules.left();
    }
    database.remove().await;
    Ok(all)
}

async fn one_pair(
    database: &Database,
    pair: [Deed; 2],
    most: usize,
    patience: &Patience,
) -> Result<Schedules, Violation> {
    let mut schedules = Schedules::new(pair.map(|deed| deed as u64).iter().sum());
    let mut waits = 0;
    while schedules.tried < most
        && waits < WAITS
        && let Some(wanted) = schedules.next()
    {
        let scene = Scene::new(&**database).await?;
        let run = schedule(database, &scene, pair, &wanted, patience).await?;
        let order: Vec<usize> = run.choices.iter().map(|choice| choice.chosen).collect();
        let judged = judged(database, &scene, pair, run.told).await;
        judged.map_err(|broken| Violation::new(format!("schedule {order:?}: {}", broken.what())))?;
        waits += u32::from(run.waits > 0);
        schedules.branch(&wanted, &run.choices);
    }
    Ok(schedules)
}

/// Runs the pair, one on each handle.
async fn schedule(
    database: &Database,
    scene: &Scene,
    pair: [Deed; 2],
    wanted: &[usize],
    patience: &Patience,
) -> Result<Run<Result<Told, Violation>>, Violation> {
    let act = |actor: usize| Box::pin(scene.act(&**database.handle(actor), pair[actor], actor)) as _;
    let ran = run([act(0), act(1)], wanted, patience).await;
    ran.map_err(|broken| Violation::new(format!("{pair:?} at once: {}", broken.what())))
}

async fn judged(
    database: &Database,
    scene: &Scene,
    pair: [Deed; 2],
    told: [Result<Told, Violation>; 2],
) -> Result<(), Violation> {
    let mut calls = Vec::new();
    for (actor, told) in told.into_iter().enumerate() {
        let told = told.map_err(|broken| Violation::new(format!("{pair:?} at once: {}", broken.what())))?;
        calls.push(Call { deed: pair[actor], actor, told });
    }
    let deeds: Vec<(Deed, usize)> = calls.iter().map(|call| (call.deed, call.actor)).collect();
    let ids = touched(scene, &deeds);
    let left = Left::of(&**database, scene, &ids).await?;
    judge(scene, &calls, &ids, &left)
}
