//! Runs each method concurrently with each other method and with itself, on the same records.

use std::collections::HashSet;
use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::types::RecordId;
use futures_util::future::try_join_all;

use crate::database::Database;
use crate::dice::Dice;
use crate::fixture::Store;
use crate::judge::{Call, DueNotices, judge_in};
use crate::pool::Pool;
use crate::scene::{ACTORS, Deed, Outcome, Scene};
use crate::slow::{SlowStore, pause};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::{ids, walk_due};

/// The number by which the rounds of [`Scale`](crate::Scale) are divided. The result, rounded up, is the number of
/// rounds of this check.
const PART: u32 = 300;

/// Checks that any two methods can run concurrently on the records of one owner (clause 49 of `TokenStore`). There must
/// be an order of the calls that gives all results and the final state.
///
/// In each race, two threads run one operation and two other threads run another, through two handles. The check runs
/// in rounds, and each round consists of many races. A round on the store itself has races for a quarter of the pairs
/// of operations. A round on a slowed store, which pauses before and after each operation, has races for all pairs.
///
/// On the slowed store, each round has two races for a pair with a rotation, four for a pair of a slide and a read, and
/// one for any other pair. A faulty store may execute a rotation, a slide or a read in two steps. The gap between the
/// two steps is short, so more races are needed to find the fault.
///
/// Many pairs run at the same time. Each has its own database, because some operations read the whole database. The due
/// notices are compared only once, after all races, because a store may have to search every shard for them.
pub async fn methods_race_methods(subject: &Subject) -> Verdict {
    let scale = subject.scale();
    let all = Deed::pairs(scale.rounds);
    let often = |pair: &[Deed; 2]| vec![*pair; 1 + more_often(*pair)];
    for (slow, rounds) in [(false, scale.rounds), (true, scale.slow_rounds())] {
        let stages = Stages::open(subject, scale.threads.div_ceil(ACTORS), slow).await;
        let mut raced = Vec::new();
        for round in 0..rounds.div_ceil(PART) as usize {
            let pairs: Vec<[Deed; 2]> = match slow {
                false => all.iter().copied().skip(round % 4).step_by(4).collect(),
                true => all.iter().flat_map(often).collect(),
            };
            for pairs in pairs.chunks(stages.databases.len()) {
                raced.push(stages.race(pairs).await?);
            }
        }
        stages.due_is_complete(&raced).await?;
        let slowed = if slow { ", slowed down" } else { "" };
        println!(
            "{} operations, {} x {} races of their pairs{slowed}",
            Deed::ALL.len(),
            raced.len(),
            stages.databases.len()
        );
        for database in stages.databases {
            database.remove().await;
        }
    }
    Ok(Checked::Held)
}

/// Returns the number of additional races for this pair of operations in each round on the slowed store. Every pair has
/// one race, and some pairs have additional races.
fn more_often(pair: [Deed; 2]) -> usize {
    let any = |is: fn(Deed) -> bool| pair.into_iter().any(is);
    if any(Deed::supersedes) {
        1
    } else if any(Deed::slides) && any(Deed::reads) {
        3
    } else {
        0
    }
}

/// An upper bound of the number of pauses before an operation. Each racer calls [`pause`] a random number of times,
/// which is lower than this bound, and then runs its operation. So one operation can begin at any point of another one.
const LATEST: u64 = 8;

/// The largest number of due notices that the check reads in one page.
const PAGE: u32 = 100;

/// The result of one race: the pair of operations, the last instant that its scene uses, and the records whose notices
/// are due at this instant.
struct Raced {
    pair: [Deed; 2],
    end: Timestamp,
    due: Vec<RecordId>,
}

/// The databases in which races run at the same time. Each race has a scene of its own, which is a set of records of
/// one owner.
struct Stages {
    databases: Vec<Database>,
    pool: Pool,
    slow: bool,
}

impl Stages {
    async fn open(subject: &Subject, count: usize, slow: bool) -> Self {
        let mut databases = Vec::new();
        for _ in 0..count {
            databases.push(subject.fresh_with(2).await);
        }
        Self { databases, pool: Pool::new(&subject.driver(), count * ACTORS), slow }
    }

    fn handle(&self, racer: usize) -> Store {
        let handle = Store::clone(self.databases[racer / ACTORS].handle(racer));
        if self.slow { Arc::new(SlowStore::new(handle, racer as u64)) } else { handle }
    }

    /// Runs one race in each database. The first database gets the first pair of operations, and so on. If there are
    /// more databases than pairs, the pairs are used again. Returns the result of each race.
    async fn race(&self, pairs: &[[Deed; 2]]) -> Result<Vec<Raced>, Violation> {
        let scenes = try_join_all(self.databases.iter().map(|database| Scene::new(&**database))).await?;
        let scenes: Vec<Arc<Scene>> = scenes.into_iter().map(Arc::new).collect();
        let pair = |stage: usize| pairs[stage % pairs.len()];
        let answers = self
            .pool
            .race(|racer| {
                let (store, scene) = (self.handle(racer), Arc::clone(&scenes[racer / ACTORS]));
                let (deed, actor) = (deed_of(pair(racer / ACTORS), racer % ACTORS), racer % ACTORS);
                let turns = Dice::new(scene.now().micros() << 8 | racer as u64).below(LATEST);
                async move {
                    for _ in 0..turns {
                        pause().await;
                    }
                    scene.act(&*store, deed, actor).await
                }
            })
            .await;
        let outcome = |(racer, answer): (usize, Result<Outcome, Violation>)| {
            let pair = pair(racer / ACTORS);
            answer
                .map_err(|broken| Violation::new(format!("{:?} and {:?} at once: {}", pair[0], pair[1], broken.what())))
        };
        let answers = answers.into_iter().enumerate().map(outcome).collect::<Result<Vec<Outcome>, Violation>>()?;
        let stages = scenes.iter().zip(answers.chunks(ACTORS)).zip(&self.databases).enumerate();
        let judged = stages.map(|(stage, ((scene, outcomes), database))| {
            let call = |(actor, outcome): (usize, &Outcome)| Call {
                deed: deed_of(pair(stage), actor),
                actor,
                outcome: outcome.clone(),
            };
            let calls: Vec<Call> = outcomes.iter().enumerate().map(call).collect();
            async move {
                let due = judge_in(&**database, scene, &calls, DueNotices::Later).await?;
                Ok::<_, Violation>(Raced { pair: pair(stage), end: scene.end(), due })
            }
        });
        try_join_all(judged).await
    }

    /// Checks the due notices of each database after all its races. They must be exactly the notices that the races
    /// left. Any other notice means that a race changed the records of an earlier race.
    async fn due_is_complete(&self, raced: &[Vec<Raced>]) -> Result<(), Violation> {
        for (stage, database) in self.databases.iter().enumerate() {
            let raced: Vec<&Raced> = raced.iter().filter_map(|race| race.get(stage)).collect();
            let Some(end) = raced.iter().map(|race| race.end).max() else { continue };
            let mut shown: HashSet<RecordId> = ids(&walk_due(&**database, end, PAGE).await?).into_iter().collect();
            for Raced { pair, due, .. } in raced {
                for id in due {
                    ensure!(shown.remove(id), "{pair:?} at once left a notice of {id:?} that is not among the due");
                }
            }
            ensure!(shown.is_empty(), "operations at once left among the due what has no notice: {shown:?}");
        }
        Ok(())
    }
}

/// Returns the operation of this actor. Actors 0 and 1 run the first operation of the pair, and actors 2 and 3 the
/// second.
const fn deed_of(pair: [Deed; 2], actor: usize) -> Deed {
    pair[actor / 2 % 2]
}
