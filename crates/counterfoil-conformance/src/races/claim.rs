//! Many workers claim and settle one notice concurrently. The notice of a record contains the instant at which a worker
//! must send a message about the record.

use counterfoil::store::{NoticeMark, TokenStore};

use super::tracks;
use crate::fixture::Store;
use crate::sample::{Person, at, must_get};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, ensure};

/// Checks concurrent claims of one notice (clause 22 of `TokenStore`). Exactly one claim must succeed. If several
/// workers then settle the lease of this claim concurrently, exactly one call must return true.
pub(crate) async fn claimers(subject: &Subject) -> Verdict {
    for track in tracks(subject, 3).await {
        for _ in 0..track.rounds {
            let (held, lease) = (NoticeMark { at: at(10), stage: 1 }, NoticeMark { at: at(20), stage: 1 });
            let id = Person::somebody().pat().noticed(held.at, held.stage).found(&track.store).await?;
            let claims = track
                .pool
                .race(|racer| {
                    let store = Store::clone(track.handle(racer));
                    async move { store.claim(&id, held, lease.at).await }
                })
                .await;
            let mut won = 0;
            for claim in claims {
                if let Some(record) = claim? {
                    won += 1;
                    ensure!(
                        record.record().notice == Some(lease),
                        "the winner must be given its own lease: {:?}",
                        record.record().notice
                    );
                }
            }
            ensure!(won == 1, "one of {} claims must win, but {won} did", track.pool.len());
            let settled = track
                .pool
                .race(|racer| {
                    let (store, next) =
                        (Store::clone(track.handle(racer)), Some(NoticeMark { at: at(100 + racer as u64), stage: 2 }));
                    async move {
                        (
                            next,
                            store.settle(&id, lease, next, Some((at(50), u8::try_from(racer % 4).unwrap_or(0)))).await,
                        )
                    }
                })
                .await;
            let mut believed = Vec::new();
            for (next, answer) in settled {
                if answer? {
                    believed.push(next);
                }
            }
            let stands = must_get(&track.store, &id).await?;
            ensure!(
                believed == [stands.record().notice],
                "one settlement must be believed and stand, but {believed:?} were and {:?} stands",
                stands.record().notice
            );
            let noted = stands.record().noticed.len();
            ensure!(
                noted == track.pool.len().min(4),
                "what was sent must be noted in any case: {noted} of {} stages",
                track.pool.len().min(4)
            );
        }
    }
    Ok(Checked::Held)
}
