//! Runs purges of families concurrently with joins, which insert a record into such a family.

use std::sync::Arc;

use counterfoil::store::Inserted;

use super::tracks;
use crate::fixture::Store;
use crate::sample::{Draft, GONE, Person, at, most};
use crate::subject::Subject;
use crate::together::{found_all, get_all};
use crate::violation::{Violation, ensure, ensure_is};

/// The number of racers in a group. One racer of each group purges. Each of the others inserts a record into a family
/// of its own.
const PURGERS: usize = 4;

/// Checks joins of families that a purge is removing at the same time. If a join was `Done`, its record must exist
/// afterwards. If the purge removed the family first, the join must be refused and its record must not exist.
pub(crate) async fn joins_beside_a_purge(subject: &Subject) -> Result<(), Violation> {
    for track in tracks(subject, 36).await {
        for _ in 0..track.rounds {
            let person = Person::somebody();
            // For half of the families, a join sets `used_at` to the value that it already has, so that the join does
            // not change the row of the family.
            let used = |racer: usize| at(if (racer / 2).is_multiple_of(2) { 6 } else { 0 });
            let gone = |racer| person.refresh().ending(Some(at(5)), Some(at(6))).used(used(racer));
            let drafts: Vec<Draft> = (0..track.pool.len()).map(gone).collect();
            found_all(&*track.store, &drafts).await?;
            let joining: Arc<Vec<_>> = Arc::new(
                drafts.iter().map(|draft| draft.access(0).with_gone_at(at(GONE)).with_expires_at(at(GONE))).collect(),
            );
            let answers = track
                .pool
                .race(|racer| {
                    let (store, draft) = (Store::clone(track.handle(racer / PURGERS)), drafts[racer].clone());
                    let joining = Arc::clone(&joining);
                    async move {
                        if racer.is_multiple_of(PURGERS) {
                            let _ = store.purge(at(6), at(6), at(0), most(100)).await?;
                            return Ok::<_, Violation>(false);
                        }
                        let answer = store.insert(draft.join(0), &joining[racer..=racer], at(6)).await?;
                        ensure_is!(answer, Inserted::Done | Inserted::FamilyEnded, "a join beside a purge");
                        Ok(answer == Inserted::Done)
                    }
                })
                .await;
            let ids: Vec<_> = joining.iter().map(|record| record.id).collect();
            for (found, joined) in get_all(&*track.store, &ids).await?.iter().zip(answers) {
                let joined = joined?;
                ensure!(found.is_some() == joined, "beside a purge a join was done: {joined}, but left {found:?}");
            }
        }
    }
    Ok(())
}
