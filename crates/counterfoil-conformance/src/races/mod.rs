//! Races, on real threads: once on the store as it is, once through a [`SlowStore`](crate::slow::SlowStore), which shows what a fast one hides.
//! How many rounds and racers: [`scale`](crate::scale::scale).

mod cap;
mod claim;
mod label;
mod revoke;
mod rotate;
mod touch;

use std::sync::Arc;

use crate::pool::Pool;
use crate::slow::SlowStore;
use crate::subject::{Store, Subject};

pub use cap::cap_holds_under_races;
pub(crate) use claim::claimers;
pub use label::label_has_one_holder;
pub(crate) use revoke::refreshers_beside_a_revocation;
pub(crate) use rotate::readers_find_the_successor;
pub use rotate::rotate_has_one_winner;
pub use touch::touch_disturbs_nobody;

/// A store, racers and the number of rounds.
pub(crate) struct Track {
    pub(crate) store: Store,
    /// Another handle of it; the same where the race asks for one only.
    second: Store,
    pub(crate) pool: Pool,
    pub(crate) rounds: u64,
}

impl Track {
    /// The handle of that racer: every second one has the other.
    pub(crate) fn handle(&self, racer: usize) -> &Store {
        if racer.is_multiple_of(2) { &self.store } else { &self.second }
    }
}

/// The store as it is, then the same kind slowed down, with rounds divided by `part`: some races need several times as many calls a round.
pub(crate) async fn tracks(subject: &Subject, part: u32) -> Vec<Track> {
    tracks_with(subject, part, false).await
}

/// The same with two handles of each store, for what a handle could keep to itself.
pub(crate) async fn tracks_of_two(subject: &Subject, part: u32) -> Vec<Track> {
    tracks_with(subject, part, true).await
}

async fn tracks_with(subject: &Subject, part: u32, two: bool) -> Vec<Track> {
    let scale = subject.scale();
    let mut tracks = Vec::new();
    for (slow, rounds) in [(false, scale.rounds), (true, scale.slow_rounds())] {
        let store = subject.fresh().await;
        let second = if two { subject.again(&store).await } else { Store::clone(&store) };
        let slowed = |store: Store| -> Store { if slow { Arc::new(SlowStore::new(store, 7)) } else { store } };
        let (store, second) = (slowed(store), slowed(second));
        tracks.push(Track {
            store,
            second,
            pool: Pool::new(subject, scale.threads),
            rounds: u64::from((rounds / part).max(2)),
        });
    }
    tracks
}
