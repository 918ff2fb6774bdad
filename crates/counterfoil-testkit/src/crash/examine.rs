//! Compares the contents of a store after a crash with the calls that the store acknowledged.

use std::collections::BTreeMap;

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::RecordId;

/// The result of comparing a store with the journal of the calls to it, after one or several crashes.
#[derive(Debug, Default)]
pub struct Tally {
    /// The number of families whose creation the store acknowledged.
    pub created: u64,
    /// The number of acknowledged rotations.
    pub rotated: u64,
    /// The number of acknowledged revocations.
    pub revoked: u64,
    /// The number of calls without an answer. The store must have executed such a call either completely or not at all.
    pub in_doubt: u64,
    /// The number of calls without an answer that the store executed.
    pub carried_out: u64,
    /// A description of each fault that was found.
    pub broken: Vec<String>,
}

impl Tally {
    /// Adds the result of another comparison.
    pub fn add(&mut self, other: Self) {
        self.created += other.created;
        self.rotated += other.rotated;
        self.revoked += other.revoked;
        self.in_doubt += other.in_doubt;
        self.carried_out += other.carried_out;
        self.broken.extend(other.broken);
    }

    fn demand(&mut self, kept: bool, what: impl FnOnce() -> String) {
        if !kept {
            self.broken.push(what());
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "acknowledged: {} created, {} rotated, {} revoked; in doubt {} (carried out {}); promises broken {}",
            self.created,
            self.rotated,
            self.revoked,
            self.in_doubt,
            self.carried_out,
            self.broken.len()
        )
    }
}

/// The state that a family must have according to the journal.
#[derive(Default)]
struct Expected {
    /// Each refresh token of the family with its access token, in the order of their creation.
    chain: Vec<[RecordId; 2]>,
    revoked: bool,
    doubt: Option<Doubt>,
}

/// The last call to a family, if the store did not answer it. Then it is unknown whether the store executed the call.
enum Doubt {
    Create([RecordId; 2]),
    Rotate([RecordId; 2]),
    Revoke,
}

/// Compares a store with the lines of a journal after a crash.
///
/// # Panics
///
/// If the store fails, or if the journal is invalid.
pub async fn examine(store: &dyn TokenStore, lines: &[String]) -> Tally {
    let mut tally = Tally::default();
    for expected in read(lines, &mut tally).into_values() {
        let mut found = Vec::new();
        for [refresh, access] in &expected.chain {
            found.push([get(store, refresh).await, get(store, access).await]);
        }
        expected.compare(&found, &mut tally);
        expected.settle(store, found.last().and_then(|[tip, _]| tip.as_ref()), &mut tally).await;
    }
    tally
}

impl Expected {
    /// Checks that every acknowledged write is stored completely and unchanged.
    fn compare(&self, found: &[[Option<TokenRecord>; 2]], tally: &mut Tally) {
        for (index, (ids, [refresh, access])) in self.chain.iter().zip(found).enumerate() {
            let (Some(refresh), Some(access)) = (refresh, access) else {
                tally.broken.push(format!("{ids:?} was acknowledged and is not there"));
                continue;
            };
            let follows = self.chain.get(index + 1).map(|[next, _]| *next);
            let stands = refresh.record().superseded.map(|by| by.successor);
            let open = follows.is_none() && matches!(self.doubt, Some(Doubt::Rotate(_)));
            tally.demand(open || stands == follows, || {
                format!("{ids:?} was rotated to {follows:?} and reads as {stands:?}")
            });
            for record in [refresh, access] {
                let is = record.revoked().is_some();
                let open = matches!(self.doubt, Some(Doubt::Revoke));
                tally.demand(open || is == self.revoked, || {
                    format!("{ids:?}: revoked {}, but reads as {is}", self.revoked)
                });
            }
        }
        let revoked = found.iter().flatten().flatten().filter(|record| record.revoked().is_some()).count();
        let half = revoked != 0 && revoked != found.iter().flatten().flatten().count();
        tally.demand(!half, || format!("{:?}: half of a family is revoked", self.chain.first()));
    }

    /// Checks the family's last call if the store did not answer it. The store must have executed the call either
    /// completely or not at all. `tip` is the newest refresh token of the family before this last call.
    async fn settle(&self, store: &dyn TokenStore, tip: Option<&TokenRecord>, tally: &mut Tally) {
        let (Some(Doubt::Create(new)) | Some(Doubt::Rotate(new))) = &self.doubt else {
            let revoked = matches!(self.doubt, Some(Doubt::Revoke)) && tip.is_some_and(|tip| tip.revoked().is_some());
            tally.carried_out += u64::from(revoked);
            return;
        };
        let (refresh, access) = (get(store, &new[0]).await, get(store, &new[1]).await);
        let done = refresh.is_some();
        tally.carried_out += u64::from(done);
        tally.demand(access.is_some() == done, || format!("{new:?}: one of two is there"));
        if let Some(tip) = tip {
            let successor = tip.record().superseded.map(|by| by.successor);
            tally.demand(successor == done.then_some(new[0]), || format!("{new:?}: the parent reads {successor:?}"));
            let generation = self.chain.len() as u64 - 1 + u64::from(done);
            tally.demand(tip.family().generation == generation, || {
                format!("{new:?}: the family is not at {generation}")
            });
        }
    }
}

async fn get(store: &dyn TokenStore, id: &RecordId) -> Option<TokenRecord> {
    store.get(id).await.expect("the store answers")
}

fn read(lines: &[String], tally: &mut Tally) -> BTreeMap<RecordId, Expected> {
    let mut families: BTreeMap<RecordId, Expected> = BTreeMap::new();
    let mut open: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        let mut words = line.split(' ');
        let worker = words.next().expect("a worker");
        let words: Vec<&str> = words.collect();
        match (words[0], open.remove(worker)) {
            ("done", Some(call)) => done(&call, &mut families, tally),
            ("doubt", Some(call)) => drop(open.insert(worker, call)),
            ("refused", Some(_)) => {}
            (_, None) => drop(open.insert(worker, words)),
            (_, Some(call)) => panic!("{line:?} follows {call:?}"),
        }
    }
    for call in open.values() {
        tally.in_doubt += 1;
        let ids: Vec<RecordId> = call[1..].iter().map(|id| id.parse().expect("an id")).collect();
        let doubt = match call[0] {
            "create" => Doubt::Create([ids[0], ids[1]]),
            "rotate" => Doubt::Rotate([ids[2], ids[3]]),
            _ => Doubt::Revoke,
        };
        families.entry(ids[0]).or_default().doubt = Some(doubt);
    }
    families
}

fn done(call: &[&str], families: &mut BTreeMap<RecordId, Expected>, tally: &mut Tally) {
    let ids: Vec<RecordId> = call[1..].iter().map(|id| id.parse().expect("an id")).collect();
    let family = families.entry(ids[0]).or_default();
    match call[0] {
        "create" => {
            family.chain.push([ids[0], ids[1]]);
            tally.created += 1;
        }
        "rotate" => {
            family.chain.push([ids[2], ids[3]]);
            tally.rotated += 1;
        }
        _ => {
            family.revoked = true;
            tally.revoked += 1;
        }
    }
}
