//! The parts of a run. Each part is measured by itself, so that a run can be interrupted and continued.

use std::path::Path;
use std::time::Instant;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::figures::{Callers, Pair, Part, rounded};
use crate::machine::Machine;
use crate::measure::{self, Load, Warm};
use crate::names::*;
use crate::peer::{Peer, check};
use crate::peers::argon2id::ArgonKeys;
use crate::peers::floor::FloorPeer;
use crate::peers::jwt::Jwt;
use crate::peers::oauth_as::OAuthAs;
use crate::peers::our_sqlite::OurSqlite;
use crate::peers::ours::{Authenticate, Service, Verify};
use crate::peers::paseto::{V4Local, V4Public};
use crate::peers::prefixed_api_key::PrefixedKeys;
use crate::peers::session_guard::Guarded;
use crate::peers::tower_memory::TowerMemory;
use crate::peers::tower_sqlite::TowerSqlite;
use crate::{memory, timing};

pub(crate) const PARTS: [&str; 9] =
    ["bytes", "1m", "100k", "1k", "callers", "sqlite-1k", "sqlite-100k", "sqlite-1m", "dudect"];

/// The number of records in the part `callers`.
const CALLED: usize = 100_000;

/// The number of different signed tokens. Signed tokens have no records, so their cost does not depend on the number of
/// records.
const SIGNED: usize = 1_000;

/// Measures a part and writes its figures.
pub(crate) fn run(name: &str) {
    let (began, now) = (Instant::now(), OffsetDateTime::now_utc());
    let date = now.format(format_description!("[year]-[month]-[day] [hour]:[minute]")).expect("a date");
    let mut part = Part {
        part: name.to_owned(),
        date,
        seconds: 0,
        machine: Machine::here(),
        pairs: Vec::new(),
        callers: Vec::new(),
        bytes: Vec::new(),
        timing: Vec::new(),
    };
    match name {
        "bytes" => part.bytes = memory::measure(1_000_000),
        "1m" => part.pairs = in_memory(1_000_000),
        "100k" => part.pairs = in_memory(100_000),
        "1k" => part.pairs = in_memory(1_000),
        "callers" => part.callers = called(CALLED),
        "sqlite-1k" => part.pairs = in_sqlite(1_000),
        "sqlite-100k" => part.pairs = in_sqlite(100_000),
        "sqlite-1m" => part.pairs = in_sqlite(1_000_000),
        "dudect" => part.timing = timing::run(),
        _ => unreachable!("the name of a part"),
    }
    part.seconds = began.elapsed().as_secs();
    part.write();
}

/// Checks both peers, measures them as a pair, and adds the result to `pairs`.
fn pair(pairs: &mut Vec<Pair>, records: usize, base: (&str, &impl Peer), other: (&str, &impl Peer)) {
    check(base.0, base.1);
    check(other.0, other.1);
    let warm = if base.0 == FLOOR { Warm::Briefly } else { Warm::Fully };
    let rounds: Vec<[f64; 2]> =
        measure::pair(base.1, other.1, warm).into_iter().map(|round| round.map(rounded)).collect();
    let pair = Pair { base: base.0.to_owned(), what: other.0.to_owned(), records, rounds };
    eprintln!("{records} records: {} / {} = {:.2}", pair.what, pair.base, pair.ratio().median);
    pairs.push(pair);
}

fn in_memory(records: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let service = Service::with(records, false);
    {
        let floor = FloorPeer::of(service.tokens());
        pair(&mut pairs, records, (FLOOR, &floor), (VERIFY, &Verify(&service)));
        pair(&mut pairs, records, (FLOOR, &floor), (AUTHENTICATE, &Authenticate::of(&service)));
    }
    {
        let service = Service::with(records, true);
        let floor = FloorPeer::of(service.tokens());
        pair(&mut pairs, records, (FLOOR, &floor), (VERIFY_RING, &Verify(&service)));
    }
    let verify = (VERIFY, &Verify(&service));
    pair(&mut pairs, records, verify, (INTROSPECT, &OAuthAs::with(records)));
    pair(&mut pairs, records, verify, (PREFIXED, &PrefixedKeys::with(records)));
    pair(&mut pairs, records, verify, (TOWER_MEMORY, &TowerMemory::with(records)));
    {
        let guarded = Guarded::with(records);
        guarded.use_all();
        pair(&mut pairs, records, verify, (SESSION_GUARD, &guarded));
    }
    pair(&mut pairs, records, verify, (HS256, &Jwt::hs256(SIGNED)));
    pair(&mut pairs, records, verify, (V4_LOCAL, &V4Local::with(SIGNED)));
    pair(&mut pairs, records, verify, (EDDSA, &Jwt::eddsa(SIGNED)));
    pair(&mut pairs, records, verify, (V4_PUBLIC, &V4Public::with(SIGNED)));
    pair(&mut pairs, records, verify, (ARGON2ID, &ArgonKeys::with(records)));
    pairs
}

fn in_sqlite(records: usize) -> Vec<Pair> {
    // The files are in a folder in memory if the system has one. This does not change the results: only reads are
    // measured, and without such a folder the system's cache would answer them.
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ours = OurSqlite::with(&runtime, folder.path(), records);
    let other = TowerSqlite::with(&runtime, folder.path(), records);
    let mut pairs = Vec::new();
    pair(&mut pairs, records, (VERIFY_SQLITE, &ours), (TOWER_SQLITE, &other));
    pairs
}

/// The numbers of callers: 1, 2, 4 and 8, and the number of cores of this machine.
fn numbers() -> Vec<usize> {
    let mut numbers = vec![1, 2, 4, 8, Machine::here().cores];
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn callers(all: &mut Vec<Callers>, records: usize, what: &str, peer: &impl Peer) {
    check(what, peer);
    for load in [Load::One, Load::All] {
        let numbers = numbers();
        let rounds = measure::callers(peer, load, &numbers);
        let rounds = rounds.into_iter().map(|round| round.into_iter().map(rounded).collect()).collect();
        let one_credential = load == Load::One;
        let callers = Callers { what: what.to_owned(), one_credential, records, callers: numbers, rounds };
        let gain = callers.gain(2).map(|gain| gain.median).unwrap_or_default();
        eprintln!("{what}, one credential: {one_credential}: two callers / one = {gain:.2}");
        all.push(callers);
    }
}

fn called(records: usize) -> Vec<Callers> {
    let mut all = Vec::new();
    {
        let service = Service::with(records, false);
        callers(&mut all, records, FLOOR, &FloorPeer::of(service.tokens()));
        callers(&mut all, records, VERIFY, &Verify(&service));
    }
    callers(&mut all, records, INTROSPECT, &OAuthAs::with(records));
    callers(&mut all, records, PREFIXED, &PrefixedKeys::with(records));
    callers(&mut all, records, TOWER_MEMORY, &TowerMemory::with(records));
    {
        let guarded = Guarded::with(records);
        guarded.use_all();
        callers(&mut all, records, SESSION_GUARD, &guarded);
    }
    callers(&mut all, records, HS256, &Jwt::hs256(SIGNED));
    callers(&mut all, records, V4_LOCAL, &V4Local::with(SIGNED));
    callers(&mut all, records, EDDSA, &Jwt::eddsa(SIGNED));
    callers(&mut all, records, V4_PUBLIC, &V4Public::with(SIGNED));
    callers(&mut all, records, ARGON2ID, &ArgonKeys::with(records));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: usize = 50;

    #[test]
    fn each_peer_accepts_its_credentials_and_refuses_others() {
        for key_ring in [false, true] {
            let service = Service::with(FEW, key_ring);
            check(FLOOR, &FloorPeer::of(service.tokens()));
            check(VERIFY, &Verify(&service));
            check(AUTHENTICATE, &Authenticate::of(&service));
        }
        check(INTROSPECT, &OAuthAs::with(FEW));
        check(PREFIXED, &PrefixedKeys::with(FEW));
        check(TOWER_MEMORY, &TowerMemory::with(FEW));
        let guarded = Guarded::with(FEW);
        guarded.use_all();
        check(SESSION_GUARD, &guarded);
        check(HS256, &Jwt::hs256(FEW));
        check(V4_LOCAL, &V4Local::with(FEW));
        check(EDDSA, &Jwt::eddsa(FEW));
        check(V4_PUBLIC, &V4Public::with(FEW));
        check(ARGON2ID, &ArgonKeys::with(4));
    }

    #[test]
    fn the_stores_in_files_accept_their_credentials_and_refuse_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        check(VERIFY_SQLITE, &OurSqlite::with(&runtime, folder.path(), FEW));
        check(TOWER_SQLITE, &TowerSqlite::with(&runtime, folder.path(), FEW));
    }
}
