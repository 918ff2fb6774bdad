//! Every method against every other, on one scene.

use std::sync::Arc;

use futures_util::future::try_join_all;

use crate::database::Database;
use crate::fixture::Store;
use crate::judge::{Call, judge_in};
use crate::pool::Pool;
use crate::scene::{ACTORS, Deed, Scene, Told};
use crate::slow::SlowStore;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation};

/// Scenes of one pair for each that the scale has rounds of other races.
const PART: u32 = 300;

/// Clause 49: Of any two methods that run at once on one owner's records, answers and records are as if they had run one after the other.
///
/// Two racers of each operation, one on each handle; as many scenes at once as there are threads, each in a database of
/// its own, for some operations look at all that is there.
pub async fn methods_race_methods(subject: &Subject) -> Verdict {
    let scale = subject.scale();
    let pairs = Deed::pairs(scale.rounds);
    for (slow, rounds) in [(false, scale.rounds), (true, scale.slow_rounds())] {
        let stages = Stages::open(subject, scale.threads.div_ceil(ACTORS), slow).await;
        let rounds = rounds.div_ceil(PART);
        for pair in &pairs {
            for _ in 0..rounds {
                stages.race(*pair).await?;
            }
        }
        println!(
            "{} operations in {} pairs, {} races of each{}",
            Deed::ALL.len(),
            pairs.len(),
            rounds as usize * stages.databases.len(),
            if slow { ", slowed down" } else { "" }
        );
        for database in stages.databases {
            database.remove().await;
        }
    }
    Ok(Checked::Held)
}

/// Databases with a scene each.
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

    /// One race of the pair in each database.
    async fn race(&self, pair: [Deed; 2]) -> Result<(), Violation> {
        let scenes = try_join_all(self.databases.iter().map(|database| Scene::new(&**database))).await?;
        let scenes: Vec<Arc<Scene>> = scenes.into_iter().map(Arc::new).collect();
        let answers = self
            .pool
            .race(|racer| {
                let (store, scene) = (self.handle(racer), Arc::clone(&scenes[racer / ACTORS]));
                let actor = racer % ACTORS;
                async move { scene.act(&*store, deed_of(pair, actor), actor).await }
            })
            .await;
        let answers = answers.into_iter().collect::<Result<Vec<Told>, Violation>>();
        let answers = answers.map_err(|broken| Violation::new(format!("{pair:?} at once: {}", broken.what())))?;
        let judged = scenes.iter().zip(answers.chunks(ACTORS)).zip(&self.databases);
        try_join_all(judged.map(|((scene, told), database)| judged_by_orders(database, scene, pair, told))).await?;
        Ok(())
    }
}

const fn deed_of(pair: [Deed; 2], actor: usize) -> Deed {
    pair[actor / 2 % 2]
}

async fn judged_by_orders(database: &Database, scene: &Scene, pair: [Deed; 2], told: &[Told]) -> Result<(), Violation> {
    let call = |(actor, told): (usize, &Told)| Call { deed: deed_of(pair, actor), actor, told: told.clone() };
    let calls: Vec<Call> = told.iter().enumerate().map(call).collect();
    judge_in(&**database, scene, &calls).await
}
