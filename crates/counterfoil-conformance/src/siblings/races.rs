//! Races of calls that write clients or counters, through several handles.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::Realm;
use counterfoil::store::{ClientPut, ClientStore, Reserved, Throttle, ThrottleKey};
use counterfoil::types::Version;

use super::clients::{put, registration};
use super::halted::halted;
use crate::pool::Pool;
use crate::sample::{at, most};
use crate::violation::{Violation, ensure};

type Clients = [Arc<dyn ClientStore>];

/// The maximum number of tries for a pair of calls in [`one_of_two_succeeds`]. Try number `n` pauses the first call of
/// the pair before its backend call number `n`.
const MOST_CALLS: usize = 6;

/// Registers many clients with the same internal id concurrently. Checks that exactly one of them is created.
pub(super) async fn one_registration_an_internal_id(
    pool: &Pool,
    handles: &Clients,
    rounds: u32,
) -> Result<(), Violation> {
    for round in 0..rounds {
        let realm = Realm::new(&format!("keys-{round}")).expect("a realm");
        let answers = pool
            .race(|racer| {
                let (store, realm) = (Arc::clone(&handles[racer % handles.len()]), realm.clone());
                let one = registration(&format!("app-{racer}"), 1, "raced");
                async move { store.put_client(&realm, None, &one).await }
            })
            .await;
        let mut made = 0;
        for answer in answers {
            match answer? {
                ClientPut::Done(_) => made += 1,
                ClientPut::Retired => {}
                ClientPut::Stale(_) => return Err(Violation::new("nothing stands under an id of its own")),
            }
        }
        let there = handles[0].clients(&realm, None, most(100)).await?.items.len();
        ensure!(made == 1 && there == 1, "an internal id must be given once, but {made} got it and {there} stand");
    }
    Ok(())
}

/// Every fourth racer removes a client, and the others replace its registration, all with the same expected version.
/// Checks that exactly one of these calls succeeds, and that its result is stored.
pub(super) async fn a_removal_beside_replacements(
    pool: &Pool,
    handles: &Clients,
    rounds: u32,
) -> Result<(), Violation> {
    for round in 0..rounds {
        let realm = Realm::new(&format!("removed-{round}")).expect("a realm");
        let version = put(&*handles[0], &realm, None, &registration("app", 1, "first")).await?;
        let answers = pool
            .race(|racer| {
                let (store, realm) = (Arc::clone(&handles[racer % handles.len()]), realm.clone());
                let one = registration("app", 1, &format!("by {racer}"));
                async move { won(&*store, &realm, version, &one, racer % 4 == 0).await }
            })
            .await;
        let mut winners = Vec::new();
        for (racer, answer) in answers.into_iter().enumerate() {
            if answer? {
                winners.push(racer);
            }
        }
        let id = registration("app", 1, "").client_id;
        let stands = handles[1 % handles.len()].client(&realm, &id).await?;
        let name = stands.map(|one| one.registration.display_name);
        let [winner] = winners[..] else {
            return Err(Violation::new(format!("one writer of a version must win, but {winners:?} did")));
        };
        let wanted = (winner % 4 != 0).then(|| format!("by {winner}"));
        ensure!(name == wanted, "the winner's {wanted:?} must stand, but {name:?} does");
    }
    Ok(())
}

/// Makes two calls that replace or remove the same registration and expect the same version. The first call is paused
/// before one of its backend calls, while the second call runs. Checks that exactly one of the two calls succeeds, and
/// that its result is stored.
pub(super) async fn one_of_two_succeeds(handles: &Clients) -> Result<(), Violation> {
    let name = |removes: bool| if removes { "removal" } else { "replacement" };
    for pair in [[true, false], [false, true], [false, false], [true, true]] {
        for at in 0..MOST_CALLS {
            let realm = Realm::new(&format!("halted-{}-{}-{at}", name(pair[0]), name(pair[1]))).expect("a realm");
            let version = put(&*handles[0], &realm, None, &registration("app", 1, "first")).await?;
            let one = [registration("app", 1, "by 0"), registration("app", 1, "by 1")];
            let act = |actor: usize| {
                let (store, realm) = (&*handles[actor % handles.len()], &realm);
                Box::pin(won(store, realm, version, &one[actor], pair[actor])) as _
            };
            let ([first, second], paused) = halted(act(0), act(1), at).await;
            let winner = match [first?, second?] {
                [true, false] => 0,
                [false, true] => 1,
                answers => {
                    return Err(Violation::new(format!(
                        "a {} was paused at its backend call {at}, and a {} of the same version ran: one of the two \
                         must succeed, but {answers:?} did",
                        name(pair[0]),
                        name(pair[1])
                    )));
                }
            };
            let stands = handles[0].client(&realm, &one[0].client_id).await?;
            let stands = stands.map(|one| one.registration.display_name);
            let wanted = (!pair[winner]).then(|| format!("by {winner}"));
            ensure!(stands == wanted, "the winner's {wanted:?} must stand, but {stands:?} does");
            if !paused {
                break;
            }
        }
    }
    Ok(())
}

async fn won(
    store: &dyn ClientStore,
    realm: &Realm,
    version: Version,
    one: &counterfoil::client::Registration,
    removes: bool,
) -> Result<bool, Violation> {
    if removes {
        return Ok(store.remove_client(realm, &one.client_id, version).await?);
    }
    Ok(matches!(store.put_client(realm, Some(version), one).await?, ClientPut::Done(_)))
}

/// Purges a counter whose window has ended, while attempts are made with its key. Checks that afterwards each granted
/// attempt still counts as in progress.
pub(super) async fn a_purge_beside_attempts(
    pool: &Pool,
    handles: &[Arc<dyn Throttle>],
    rounds: u8,
) -> Result<(), Violation> {
    let window = Duration::from_micros(100);
    let limit = u32::try_from(pool.len()).unwrap_or(u32::MAX);
    for round in 0..rounds {
        let key = ThrottleKey::from_bytes([200 + round; 32]);
        let _ = handles[0].reserve(&key, at(1), window, most(limit)).await?;
        handles[0].failed(&key, at(1), at(1), window).await?;
        let now = at(200);
        let answers = pool
            .race(|racer| {
                let store = Arc::clone(&handles[racer % handles.len()]);
                async move {
                    if racer % 4 == 1 {
                        store.purge_counters(now, most(100)).await?;
                        return Ok::<_, Violation>(false);
                    }
                    let answer = store.reserve(&key, now, window, most(limit)).await?;
                    Ok(matches!(answer, Reserved::Granted(_)))
                }
            })
            .await;
        let mut granted = 0;
        for answer in answers {
            granted += u32::from(answer?);
        }
        let mut room = 0;
        while room <= limit && handles[0].reserve(&key, now, window, most(limit)).await? == Reserved::Granted(now) {
            room += 1;
        }
        ensure!(
            granted + room == limit,
            "beside a purge {granted} attempts were granted and are under way, but there is room for {room} of {limit} more"
        );
    }
    Ok(())
}
