//! The calls that a host makes, for any store.

use std::sync::Arc;

use counterfoil::store::{Inserted, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};
use counterfoil::{Counterfoil, Timestamp};
use counterfoil_conformance::sample::{Draft, Person, at, most, supersede};
use tokio::sync::Mutex;

use super::host::sign_in;
use super::measure::{Op, op};
use super::rows::{NOW, OF_ONE};

/// The number of records in one call of `touch`.
pub const BATCH: usize = 64;
/// The number of access tokens that the bench verifies.
const TOKENS: usize = 16;

/// The store that is measured, and the ids of the records with which it was filled.
#[derive(Clone)]
pub struct Ours {
    pub store: Arc<dyn TokenStore>,
    pub ids: Arc<Vec<RecordId>>,
}

/// Chooses one of `of` items for a call. The choices are distributed evenly and depend only on the arguments.
pub fn pick(of: usize, caller: usize, nth: u64) -> usize {
    let spread = (nth ^ (caller as u64) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    spread as usize % of
}

/// Returns the ids of the records for one call of `touch`.
pub fn batch(ids: &[RecordId], caller: usize, nth: u64) -> Vec<RecordId> {
    (0..BATCH as u64).map(|place| ids[pick(ids.len(), caller, nth * BATCH as u64 + place)]).collect()
}

/// Returns the owner for one call of `list`, which lists the records of this owner.
pub fn owner(ids: &[RecordId], caller: usize, nth: u64) -> String {
    format!("owner-{}", pick(ids.len() / OF_ONE, caller, nth))
}

/// The time of use for one call of `touch`. It grows with the number of the call.
pub fn used(nth: u64) -> Timestamp {
    at(1_000_000 * (nth + 1))
}

/// A draft of a new record and its family.
pub fn draft(caller: usize) -> Draft {
    Person::new("default", &format!("caller-{caller}")).pat()
}

/// The newest refresh token of a chain of refreshes.
pub struct Chain {
    pub draft: Draft,
    pub tip: RecordId,
    pub generation: u64,
}

impl Ours {
    pub fn get(&self) -> Op {
        let ours = self.clone();
        op(move |caller, nth| {
            let ours = ours.clone();
            async move {
                let id = ours.ids[pick(ours.ids.len(), caller, nth)];
                assert!(ours.store.get(&id).await.expect("an answer").is_some());
            }
        })
    }

    pub fn list(&self) -> Op {
        let ours = self.clone();
        op(move |caller, nth| {
            let ours = ours.clone();
            async move {
                let person = Person::new("default", &owner(&ours.ids, caller, nth));
                let listing = person.listing(TokenKind::PersonalAccessToken);
                let page = ours.store.list(listing, None, most(OF_ONE as u32)).await.expect("a page");
                assert_eq!(page.items.len(), OF_ONE);
            }
        })
    }

    pub fn due(&self) -> Op {
        let ours = self.clone();
        op(move |_, _| {
            let ours = ours.clone();
            async move { assert_eq!(ours.store.due(at(NOW), None, most(50)).await.expect("a page").items.len(), 50) }
        })
    }

    pub fn touch(&self) -> Op {
        let ours = self.clone();
        op(move |caller, nth| {
            let ours = ours.clone();
            async move {
                let seen: Vec<_> = batch(&ours.ids, caller, nth).into_iter().map(|id| (id, used(nth))).collect();
                ours.store.touch(&seen).await.expect("touched");
            }
        })
    }

    pub fn insert(&self) -> Op {
        let ours = self.clone();
        op(move |caller, _| {
            let ours = ours.clone();
            async move {
                let draft = draft(caller);
                let done = ours.store.insert(draft.home(None), &draft.records, at(0)).await.expect("an answer");
                assert_eq!(done, Inserted::Done);
            }
        })
    }

    /// Makes an operation that rotates. Each caller continues its own chain.
    pub fn rotate(&self, chains: &Arc<Vec<Mutex<Chain>>>) -> Op {
        let (ours, chains) = (self.clone(), Arc::clone(chains));
        op(move |caller, _| {
            let (ours, chains) = (ours.clone(), Arc::clone(&chains));
            async move {
                let mut chain = chains[caller].lock().await;
                let next = chain.draft.successor(chain.tip, chain.generation + 1);
                let step = supersede(Version::FIRST, next.id, at(5));
                let done = ours.store.rotate(&chain.tip, &step, std::slice::from_ref(&next), at(5)).await;
                assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
                (chain.tip, chain.generation) = (next.id, next.generation);
            }
        })
    }

    /// Creates one chain for each caller.
    pub async fn chains(&self, callers: usize) -> Arc<Vec<Mutex<Chain>>> {
        let mut chains = Vec::new();
        for caller in 0..callers {
            let draft = Person::new("default", &format!("caller-{caller}")).refresh();
            let tip = draft.found(&*self.store).await.expect("a family");
            chains.push(Mutex::new(Chain { draft, tip, generation: 0 }));
        }
        Arc::new(chains)
    }
}

/// Makes an operation that verifies some access tokens with the handle. Also returns the ids of the tokens, so that the
/// driver can read the same records.
pub async fn verified(node: Counterfoil) -> (Op, Arc<Vec<RecordId>>) {
    let mut tokens = Vec::new();
    for _ in 0..TOKENS {
        tokens.push(sign_in(&node).await[0].clone());
    }
    let id = |token: &String| token.split_once('_').expect("a token").1[..22].parse().expect("an id");
    let ids = Arc::new(tokens.iter().map(id).collect());
    let tokens = Arc::new(tokens);
    let verify = op(move |caller, nth| {
        let (node, tokens) = (node.clone(), Arc::clone(&tokens));
        async move { drop(node.verify(&tokens[pick(TOKENS, caller, nth)]).await.expect("it is good")) }
    });
    (verify, ids)
}
