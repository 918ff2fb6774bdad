//! Races on real threads. Each race runs on the store itself, and again through a
//! [`SlowStore`](crate::slow::SlowStore), which exposes races that a fast store hides. [`scale`](crate::scale::scale)
//! sets the numbers of rounds and threads. The threads of a race are called racers.

mod cap;
mod claim;
mod label;
mod methods;
mod purge;
mod repeats;
mod revoke;
mod rotate;
mod touch;

use std::sync::Arc;

use crate::database::Database;
use crate::fixture::Store;
use crate::pool::Pool;
use crate::slow::SlowStore;
use crate::subject::Subject;

pub use cap::cap_holds_under_races;
pub(crate) use claim::claimers;
pub use label::label_has_one_holder;
pub use methods::methods_race_methods;
pub(crate) use purge::joins_beside_a_purge;
pub(crate) use repeats::repeats_at_once;
pub(crate) use revoke::refreshers_beside_a_revocation;
pub(crate) use rotate::readers_find_the_successor;
pub use rotate::rotate_has_one_winner;
pub use touch::touch_disturbs_nobody;

/// The parts of a race: the store on which it runs, the threads that call it, and the number of rounds.
pub(crate) struct Track {
    pub(crate) store: Store,
    /// A second handle of the store's database.
    second: Store,
    pub(crate) pool: Pool,
    pub(crate) rounds: u64,
    _database: Database,
}

impl Track {
    /// Returns the handle that this racer uses. Racers with an even number use the first handle, and the others the
    /// second.
    pub(crate) fn handle(&self, racer: usize) -> &Store {
        if racer.is_multiple_of(2) { &self.store } else { &self.second }
    }
}

/// Returns two tracks: one for the store itself, with the rounds of the scale, and one for a slowed store, with a third
/// of these rounds. Both numbers of rounds are divided by `part`, because some races make several times as many calls
/// in each round as others.
pub(crate) async fn tracks(subject: &Subject, part: u32) -> Vec<Track> {
    let scale = subject.scale();
    let mut tracks = Vec::new();
    for (slow, rounds) in [(false, scale.rounds), (true, scale.slow_rounds())] {
        let database = subject.fresh_with(2).await;
        let handle = |number| {
            let handle = Store::clone(database.handle(number));
            if slow { Arc::new(SlowStore::new(handle, 7)) as Store } else { handle }
        };
        tracks.push(Track {
            store: handle(0),
            second: handle(1),
            pool: Pool::new(&subject.driver(), scale.threads),
            rounds: u64::from((rounds / part).max(2)),
            _database: database,
        });
    }
    tracks
}
