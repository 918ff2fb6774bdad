//! A process that verifies tokens until it is killed.

use std::os::unix::process::parent_id;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::{Counterfoil, Denied};
use counterfoil_cache::CachedReads;
use counterfoil_testkit::crew::Post;

use crate::LIVE;
use crate::host::{self, Backend};
use crate::ledger::{Ledger, Numbers};
use crate::tally::{self, Noted, RememberedAge};

/// A process verifies the newest tokens: the live ones, and twice as many that were narrowed before.
const NEWEST: usize = 3 * LIVE;
/// The number of new tokens that a process takes up in a round. A process that was suspended for long first verifies
/// the tokens that it knew before.
const NEW_IN_A_ROUND: usize = 8;
/// A refused token is verified again in each round of this number.
const REFUSED_AGAIN: usize = 32;

/// What a process counts. The names are the indexes in the file.
#[derive(Clone, Copy)]
pub enum Count {
    Rounds,
    Accepted,
    Refused,
    Unavailable,
}

/// The main function of a process of the test.
pub fn serve<B: Backend>() {
    let post = Post::take();
    let (folder, address) = post.target().split_once(' ').expect("folder and address");
    let store = host::store::<B>(address);
    let cache = CachedReads::with_clock(Arc::clone(&store), host::options(), RememberedAge).expect("valid options");
    let reads = Noted(cache.clone());
    let counterfoil = host::counterfoil(&store, Path::new(folder), |builder| builder.verification_reads(reads));
    let _follows = host::runtime().spawn(async move {
        cache.run(tokio::time::sleep, std::future::pending(), |_| {}).await;
    });
    host::block_on(verify(&counterfoil, &Ledger::new(Path::new(folder)), post.place()));
}

async fn verify(counterfoil: &Counterfoil, ledger: &Ledger, place: usize) {
    let (accepted, counts) = (ledger.numbers("accepted", place), ledger.numbers("counts", place));
    let (mut tokens, mut known): (_, Vec<(String, bool)>) = (ledger.tokens(), Vec::new());
    while let Some(token) = tokens.next() {
        known.push((token, false));
    }
    let parent = parent_id();
    // The process ends if the test has ended without killing it.
    for round in (0..).take_while(|_| parent_id() == parent) {
        let newest = known.len().saturating_sub(NEWEST);
        for (number, (token, refused)) in known.iter_mut().enumerate().skip(newest) {
            if *refused && !(round + number).is_multiple_of(REFUSED_AGAIN) {
                continue;
            }
            tally::begin();
            match counterfoil.verify(token).await {
                Ok(_) => {
                    accepted.set(number, tally::ended());
                    add(&counts, Count::Accepted);
                }
                Err(Denied::Refused(_)) => {
                    *refused = true;
                    add(&counts, Count::Refused);
                }
                Err(_) => add(&counts, Count::Unavailable),
            }
        }
        known.extend((0..NEW_IN_A_ROUND).map_while(|_| tokens.next()).map(|token| (token, false)));
        add(&counts, Count::Rounds);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn add(counts: &Numbers, count: Count) {
    counts.set(count as usize, counts.get(count as usize) + 1);
}
