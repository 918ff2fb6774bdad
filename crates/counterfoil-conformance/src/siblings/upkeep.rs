//! Checks the stored instant of the last upkeep (clause 56 of `SettingsStore`).

use std::sync::Arc;

use counterfoil::Timestamp;

use super::database::Siblings;
use super::settings::NO_SETTINGS;
use crate::pool::Pool;
use crate::sample::at;
use crate::scale::scale;
use crate::violation::{Checked, Verdict, ensure};

/// Checks `note_upkeep`, which replaces the stored instant of the last upkeep (clause 56 of `SettingsStore`). The
/// instant must be replaced only if it equals the expected one. The new instant may be earlier. If many callers expect
/// the same instant, exactly one must get true. After a call has returned true, every handle must read the new instant,
/// even a handle that was opened later.
pub async fn note_upkeep_needs_the_note(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.settings().await else { return Ok(NO_SETTINGS) };
    let other = database.settings().await.unwrap_or_else(|| Arc::clone(&store));
    ensure!(other.last_upkeep().await?.is_none(), "an empty store has seen no upkeep");
    ensure!(!store.note_upkeep(Some(at(1)), at(2)).await?, "nothing can be replaced where nothing is");
    ensure!(store.last_upkeep().await?.is_none(), "a note that was refused must write nothing");
    let mut stands = None;
    let extremes = [Timestamp::EPOCH, Timestamp::from_micros((1 << 53) - 2).unwrap_or(Timestamp::MAX)];
    let instants = [at(9), at(9_000_000), at(5), extremes[0], extremes[1], at(7), at(7), at(8)];
    for (step, next) in instants.into_iter().enumerate() {
        let (writer, reader) = if step % 2 == 0 { (&store, &other) } else { (&other, &store) };
        for wrong in [None, Some(at(6)), Some(next), Some(at(9_000_001))].into_iter().filter(|wrong| *wrong != stands) {
            ensure!(!writer.note_upkeep(wrong, at(77)).await?, "{wrong:?} is not what stands, {stands:?}");
        }
        ensure!(writer.note_upkeep(stands, next).await?, "{stands:?} stands, so {next:?} must take its place");
        stands = Some(next);
        let late = database.settings().await.unwrap_or_else(|| Arc::clone(&store));
        for reader in [reader, writer, &late] {
            let read = reader.last_upkeep().await?;
            ensure!(read == stands, "{stands:?} was noted, but {read:?} is read");
        }
    }
    let handles = [store, other];
    let pool = Pool::new(&siblings.driver(), scale().threads);
    for round in 0..scale().rounds.div_ceil(12) {
        let fresh = move |racer: usize| at(1_000 + u64::from(round) * 1_000 + racer as u64);
        let answers = pool
            .race(|racer| {
                let handle = Arc::clone(&handles[racer % handles.len()]);
                async move { handle.note_upkeep(stands, fresh(racer)).await }
            })
            .await;
        let mut noted = Vec::new();
        for (racer, answer) in answers.into_iter().enumerate() {
            if answer? {
                noted.push(fresh(racer));
            }
        }
        ensure!(
            noted.len() == 1,
            "of {} notes with one expectation one must be true, but {} were",
            pool.len(),
            noted.len()
        );
        stands = Some(noted[0]);
        let read = handles[0].last_upkeep().await?;
        ensure!(read == stands, "the winner's {stands:?} must stand, but {read:?} does");
    }
    Ok(Checked::Held)
}
