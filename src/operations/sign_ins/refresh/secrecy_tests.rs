//! Tests which tokens an attacker can derive. The attacker knows the whole store, every nonce that was ever written,
//! and the secret of an old token of the family. Without the keys of the key ring, the attacker can derive no token. As
//! a control, the test replaces the key ring by a public constant. Then the attacker can derive all tokens, which shows
//! that the attack itself works.

use std::sync::Arc;

use futures_executor::block_on;

use crate::Counterfoil;
use crate::client::{ClientId, Grant, NewClient};
use crate::clock::ManualClock;
use crate::crypto::entropy::SeededEntropy;
use crate::crypto::key_ring::KeyRing;
use crate::crypto::rotation_key::RotationKey;
use crate::event::sink::NoSink;
use crate::memory::{MemoryDirectory, MemoryStore};
use crate::operations::SignIn;
use crate::policy::Policy;
use crate::record::state::Nonce;
use crate::service::presenter::Presenter;
use crate::store::token_store::TokenStore;
use crate::token::derive::Rotation;

use crate::operations::sign_ins::refresh::refresh;
use crate::types::account::Account;
use crate::types::ids::{RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::role::Role;
use crate::types::secret::{Secret, SecretBytes};
use crate::types::source::Source;
use crate::types::time::Timestamp;

const GENERATIONS: usize = 6;

/// What the attacker knows: the text of the old token, and the successor and the nonce of every rotation.
struct Loot {
    handle: Counterfoil,
    store: Arc<MemoryStore>,
    ancestor: Secret,
    written: Vec<(RecordId, Nonce)>,
}

fn loot(ring: Option<KeyRing>) -> Loot {
    let store = Arc::new(MemoryStore::default());
    let people = Arc::new(MemoryDirectory::default());
    let bill = SubjectId::new("bill").expect("an id");
    people.insert(Account::new(bill.clone(), "bill", Role::Member), &["bill"], "blabla");
    let mut builder = Counterfoil::builder()
        .policy(Policy::synergy())
        .clock(Arc::new(ManualClock::at(Timestamp::from_micros(1_000_000).expect("in range"))))
        .entropy(SeededEntropy::new(11))
        .store(store.clone())
        .directory(people)
        .events(NoSink);
    if let Some(ring) = ring {
        builder = builder.key_ring(ring);
    }
    let handle = builder.build().expect("a handle");
    let id: ClientId = "app".parse().expect("an id");
    let new =
        NewClient { id: Some(id.clone()), grants: vec![Grant::RefreshToken], public: true, ..NewClient::named("app") };
    block_on(handle.create_client(&Presenter::host(), new)).expect("a client");
    let sign_in = SignIn::new(&id, &bill).with_remember(true);
    let ancestor = block_on(handle.open_sign_in(&sign_in)).expect("opened").refresh_token.expect("a refresh token");
    let client =
        block_on(handle.service.with_client(&id, handle.now(), |client| client.map(|c| c.registration.clone())));
    let client = client.expect("available").expect("there");
    let mut written = Vec::new();
    let mut token = Secret::from(ancestor.expose_secret().to_owned());
    for _ in 0..GENERATIONS {
        let parent = *handle.service.prefixes.parse(token.expose_secret()).expect("a token").id();
        let granted = block_on(refresh(&handle.service, &client, &token, None, &Source::Unknown, handle.now()))
            .expect("refreshed");
        let there = block_on(store.get(&parent)).expect("available").expect("there");
        let superseded = there.record().superseded.expect("used up");
        written.push((superseded.successor, superseded.nonce.expect("inside the window")));
        token = granted.refresh_token.expect("a refresh token");
    }
    Loot { handle, store, ancestor, written }
}

impl Loot {
    /// How many successors of the old token the attacker can derive with this key.
    fn derived(&self, key: &RotationKey) -> usize {
        let presented = self.handle.service.prefixes.parse(self.ancestor.expose_secret()).expect("a token");
        let mut secret = SecretBytes::new(*presented.secret().expose_secret());
        let mut steps = 0;
        for (successor, nonce) in &self.written {
            let stored = block_on(self.store.get(successor)).expect("available").expect("there");
            let rotation = Rotation {
                realm: &self.handle.service.realm,
                family: successor.family(),
                generation: stored.record().generation,
                nonce: &nonce.bytes,
                parent_secret: &secret,
                key,
            };
            let guess = rotation.secret(successor);
            let (kind, key_id) = (TokenKind::RefreshToken, stored.record().key_id);
            // An attacker can test a guess only at the service. This test instead computes the digest of the guess with
            // the keys of the service, which the attacker does not have.
            let digest = self.handle.service.digester.token_under(key_id, kind, successor, &guess);
            if !digest.is_some_and(|digest| digest.ct_eq(&stored.record().digest)) {
                break;
            }
            steps += 1;
            secret = guess;
        }
        steps
    }
}

#[test]
fn syn_token_6_a_stolen_store_with_every_nonce_and_an_ancestor_derives_nothing_without_the_key_ring() {
    let ring = KeyRing::generate(&SeededEntropy::new(1)).expect("a ring");
    let loot = loot(Some(ring));
    assert_eq!(loot.written.len(), GENERATIONS);
    assert_eq!(loot.derived(&RotationKey::public_constant()), 0);
    for seed in 2..10 {
        let other = KeyRing::generate(&SeededEntropy::new(seed)).expect("a ring");
        assert_eq!(loot.derived(&RotationKey::current(Some(&other)).1), 0);
    }
    let own = KeyRing::generate(&SeededEntropy::new(1)).expect("a ring");
    assert_eq!(loot.derived(&RotationKey::current(Some(&own)).1), GENERATIONS, "the key is what was missing");
}

#[test]
fn syn_token_6_with_a_public_constant_for_a_key_the_same_loot_derives_the_live_token() {
    let loot = loot(None);
    assert_eq!(loot.derived(&RotationKey::public_constant()), GENERATIONS);
}
