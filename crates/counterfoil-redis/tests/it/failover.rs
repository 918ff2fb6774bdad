//! Kills a primary during load. For each operation, counts the acknowledged writes that are lost, with and without
//! `WAIT`. Every second primary loses the link to its replica shortly before it is killed. By default two primaries are
//! killed while writes use `WAIT`, and two while writes do not use it. With `COUNTERFOIL_SCALE=soak` these are forty
//! each.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::RUNTIME;
use counterfoil::Timestamp;
use counterfoil::store::{Applied, Inserted, Rotated, StoreError, TokenStore};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{Draft, GONE, Person, at, describe_as, most, revoked, supersede};
use counterfoil_conformance::{Scale, scale};
use counterfoil_redis::{Options, RedisStore, Waits};
use counterfoil_testkit::servers::redis::RedisCluster;

/// The number of callers of each operation.
const CALLERS: usize = 8;
/// The number of calls that are answered before a primary is killed.
const BEFORE: u64 = 3_000;
/// The number of calls of each operation that must be answered after a primary was killed.
const AFTER: u64 = 200;
/// The number of calls that are answered after the replica has lost its link and before the primary is killed.
const UNLINKED: u64 = 500;

fn kills() -> u32 {
    if scale() == Scale::SOAK { 40 } else { 2 }
}

#[test]
fn what_a_fail_over_can_lose() {
    let kills = kills();
    let alone = trial("no WAIT", kills, None);
    let waiting = trial("WAIT 1", kills, Some(Waits::new(NonZeroU32::MIN, Duration::from_secs(1))));
    println!(
        "{kills} primaries killed each way, half of them with their replica's link cut before: what was acknowledged, what of it was lost, and"
    );
    println!("calls that ended in `unavailable`");
    println!("{:24} {:>29}   {:>29}", "", "no WAIT", "WAIT 1");
    println!(
        "{:24} {:>8} {:>8} {:>11}   {:>8} {:>8} {:>11}",
        "", "acked", "lost", "unavailable", "acked", "lost", "unavailable"
    );
    let mut lost_alone = 0;
    for unlinked in [false, true] {
        for deed in Deed::ALL {
            let of = |tallies: &Tallies| tallies.get(&(unlinked, deed)).copied().unwrap_or_default();
            let (one, two) = (of(&alone), of(&waiting));
            let name = format!("{}{}", deed.name(), if unlinked { ", link cut" } else { "" });
            print!("{name:24} {:>8} {:>8} {:>11}   ", one.acked, one.lost, one.unavailable);
            println!("{:>8} {:>8} {:>11}", two.acked, two.lost, two.unavailable);
            for tally in [one, two] {
                assert!(tally.acked > 0 && tally.checked == tally.acked, "{name} was tried and looked at");
            }
            // With `WAIT 1`, the only replica of the killed primary has confirmed these writes. It was elected as the
            // new primary, so none of these writes may be lost.
            let waited = matches!(deed, Deed::Insert | Deed::Rotate | Deed::Revoke);
            assert!(!waited || two.lost == 0, "{name}: {} that were waited for were lost", two.lost);
            lost_alone += if unlinked { one.lost } else { 0 };
        }
    }
    assert!(lost_alone > 0, "the control: what no replica had is lost, and found to be");
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Deed {
    Insert,
    Rotate,
    Revoke,
    Edit,
    Touch,
}

impl Deed {
    const ALL: [Self; 5] = [Self::Insert, Self::Rotate, Self::Revoke, Self::Edit, Self::Touch];

    const fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Rotate => "rotate",
            Self::Revoke => "revoke",
            Self::Edit => "edit",
            Self::Touch => "touch",
        }
    }
}

/// An acknowledged write. After the kill, the test checks whether the write is still there.
#[derive(Clone, Copy)]
enum Acknowledged {
    There(RecordId),
    Rotated(RecordId, RecordId),
    Revoked(RecordId),
    Edited(RecordId, u64),
    Touched(RecordId, Timestamp),
}

/// The results of the load. A key says whether the replica's link was cut, and names the operation.
type Tallies = BTreeMap<(bool, Deed), Tally>;

#[derive(Clone, Copy, Default)]
struct Tally {
    acked: u64,
    checked: u64,
    lost: u64,
    unavailable: u64,
}

/// The state that the callers of all operations share.
struct Load {
    store: RedisStore,
    stop: AtomicBool,
    answered: [AtomicU64; 5],
    unavailable: [AtomicU64; 5],
    acknowledged: Mutex<Vec<(Deed, Acknowledged)>>,
}

impl Load {
    /// Counts an answer. Returns `None` if the call was `Unavailable` and can be repeated. Panics for any other error.
    fn noted<T>(&self, deed: Deed, answer: Result<T, StoreError>) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.answered[deed as usize].fetch_add(1, Ordering::SeqCst);
                Some(answer)
            }
            Err(StoreError::Unavailable { retry: true, .. }) => {
                self.unavailable[deed as usize].fetch_add(1, Ordering::SeqCst);
                None
            }
            Err(other) => panic!("{}: {other:?}", deed.name()),
        }
    }

    fn keep(&self, deed: Deed, write: Acknowledged) {
        self.acknowledged.lock().expect("not poisoned").push((deed, write));
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::SeqCst)
    }

    async fn founded(&self, deed: Deed, draft: &Draft) -> bool {
        while self.goes_on() {
            let answer = self.store.insert(draft.home(None), &draft.records, at(0)).await;
            match self.noted(deed, answer) {
                Some(Inserted::Done | Inserted::IdTaken(_)) => return true,
                Some(other) => panic!("{other:?}"),
                None => tokio::task::yield_now().await,
            }
        }
        false
    }

    async fn run(&self, deed: Deed) {
        while self.goes_on() {
            let draft = Person::somebody().refresh();
            if !self.founded(deed, &draft).await {
                return;
            }
            match deed {
                Deed::Insert => self.keep(deed, Acknowledged::There(draft.id())),
                Deed::Rotate => self.rotate(&draft).await,
                Deed::Revoke => self.revoke(&draft).await,
                Deed::Edit => self.edit(draft.id()).await,
                Deed::Touch => self.touch(draft.id()).await,
            }
        }
    }

    /// Rotates a credential again and again, and records each acknowledged rotation. Ends early if the credential is
    /// missing, because a fail-over has lost it. The check after the kill counts such losses.
    async fn rotate(&self, draft: &Draft) {
        let mut tip = draft.id();
        for generation in 1..200 {
            let next = draft.successor(tip, generation);
            let step = supersede(Version::FIRST, next.id, at(generation));
            loop {
                if !self.goes_on() {
                    return;
                }
                let answer = self.store.rotate(&tip, &step, std::slice::from_ref(&next), at(generation)).await;
                match self.noted(Deed::Rotate, answer) {
                    Some(Rotated::Done) => break,
                    Some(Rotated::Stale(stands)) => {
                        let own = stands.record().superseded.is_some_and(|own| own.successor == next.id);
                        assert!(own, "nobody else rotates this chain: {stands:?}");
                        break;
                    }
                    Some(Rotated::Missing) => return,
                    Some(other) => panic!("{other:?}"),
                    None => tokio::task::yield_now().await,
                }
            }
            self.keep(Deed::Rotate, Acknowledged::Rotated(tip, next.id));
            tip = next.id;
        }
    }

    async fn revoke(&self, draft: &Draft) {
        let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
        while self.goes_on() {
            let answer = self.store.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await;
            if self.noted(Deed::Revoke, answer).is_some() {
                // The record is missing because its insert was lost. The lost insert is counted separately.
                return self.keep(Deed::Revoke, Acknowledged::Revoked(draft.id()));
            }
        }
    }

    async fn edit(&self, id: RecordId) {
        for version in 0..50 {
            loop {
                if !self.goes_on() {
                    return;
                }
                let answer = self.store.apply(&id, Version::new(version), &describe_as("x"), at(1)).await;
                match self.noted(Deed::Edit, answer) {
                    Some(Applied::Done(_) | Applied::Stale(_)) => break,
                    Some(Applied::Missing) => return,
                    Some(other) => panic!("{other:?}"),
                    None => tokio::task::yield_now().await,
                }
            }
            self.keep(Deed::Edit, Acknowledged::Edited(id, version + 1));
        }
    }

    async fn touch(&self, id: RecordId) {
        for used in 1..50 {
            if !self.goes_on() {
                return;
            }
            let answer = self.store.touch(&[(id, at(used))]).await;
            if self.noted(Deed::Touch, answer).is_some() {
                self.keep(Deed::Touch, Acknowledged::Touched(id, at(used)));
            }
        }
    }
}

fn trial(name: &str, kills: u32, waits: Option<Waits>) -> Tallies {
    let mut cluster = RedisCluster::start();
    let mut tallies = Tallies::new();
    for round in 0..kills {
        let options = Options::new().prefix(&format!("round-{round}"));
        let options = if let Some(waits) = waits { options.waits(waits) } else { options };
        let store = RUNTIME.block_on(RedisStore::open_cluster(cluster.urls(), options)).expect("a store");
        let victim = cluster.primaries()[round as usize % 3];
        one_kill(&mut cluster, victim, round % 2 == 1, store, &mut tallies);
        let lost: Vec<String> = Deed::ALL
            .into_iter()
            .map(|deed| {
                let of = |unlinked| tallies.get(&(unlinked, deed)).copied().unwrap_or_default();
                format!(
                    "{} {}+{} of {}+{}",
                    deed.name(),
                    of(false).lost,
                    of(true).lost,
                    of(false).acked,
                    of(true).acked
                )
            })
            .collect();
        println!("{name}: {} of {kills} killed; lost so far, linked + unlinked: {}", round + 1, lost.join(", "));
    }
    tallies
}

fn one_kill(cluster: &mut RedisCluster, victim: usize, unlinked: bool, store: RedisStore, tallies: &mut Tallies) {
    let load = Arc::new(Load {
        store: store.clone(),
        stop: AtomicBool::new(false),
        answered: Default::default(),
        unavailable: Default::default(),
        acknowledged: Mutex::default(),
    });
    let callers: Vec<_> = Deed::ALL
        .into_iter()
        .flat_map(|deed| (0..CALLERS).map(move |_| deed))
        .map(|deed| {
            let load = Arc::clone(&load);
            RUNTIME.spawn(async move { load.run(deed).await })
        })
        .collect();
    let answered = |deed: Deed| load.answered[deed as usize].load(Ordering::SeqCst);
    let all = || Deed::ALL.into_iter().map(answered).sum::<u64>();
    wait_until(|| all() >= BEFORE);
    if unlinked {
        // From now on the primary refuses the commands by which a replica synchronises. Other connections are not
        // affected.
        assert_eq!(cluster.cli(victim, &["ACL", "SETUSER", "default", "-psync", "-sync"]).trim(), "OK");
        let _ = cluster.cli(victim, &["CLIENT", "KILL", "TYPE", "replica"]);
        let then = all();
        wait_until(|| all() >= then + UNLINKED);
    }
    cluster.kill(victim);
    wait_until(|| cluster.primaries().len() == 3);
    // The new primary has no replica until the killed node is back. Until then, writes that wait for a replica return
    // `Unavailable`.
    cluster.restart(victim);
    let then = Deed::ALL.map(answered);
    wait_until(|| Deed::ALL.into_iter().zip(then).all(|(deed, then)| answered(deed) >= then + AFTER));
    load.stop.store(true, Ordering::SeqCst);
    RUNTIME.block_on(async {
        for caller in callers {
            caller.await.expect("a caller ends");
        }
    });
    cluster.settle();
    let acknowledged = std::mem::take(&mut *load.acknowledged.lock().expect("not poisoned"));
    for deed in Deed::ALL {
        tallies.entry((unlinked, deed)).or_default().unavailable +=
            load.unavailable[deed as usize].load(Ordering::SeqCst);
    }
    RUNTIME.block_on(async {
        for (deed, write) in acknowledged {
            let tally = tallies.entry((unlinked, deed)).or_default();
            tally.acked += 1;
            let stands = stands(&store, write).await;
            tally.checked += 1;
            tally.lost += u64::from(!stands);
        }
    });
}

/// Whether an acknowledged write is still there. Panics if only half of a rotation is there.
async fn stands(store: &RedisStore, write: Acknowledged) -> bool {
    let get = async |id: RecordId| {
        for _ in 0..100 {
            if let Ok(found) = store.get(&id).await {
                return found;
            }
        }
        panic!("the cluster is well, and cannot be asked");
    };
    match write {
        Acknowledged::There(id) => get(id).await.is_some(),
        Acknowledged::Rotated(parent, next) => {
            let used = get(parent).await.and_then(|found| found.record().superseded);
            let there = get(next).await.is_some();
            assert_eq!(used.is_some_and(|used| used.successor == next), there, "half a rotation");
            there
        }
        Acknowledged::Revoked(id) => get(id).await.is_none_or(|found| found.revoked().is_some()),
        Acknowledged::Edited(id, version) => {
            get(id).await.is_some_and(|found| found.record().version.number() >= version)
        }
        Acknowledged::Touched(id, used) => get(id).await.is_some_and(|found| found.record().last_used_at >= Some(used)),
    }
}

/// Waits until the condition is true, at most two minutes.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..6_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it does not come to pass");
}
