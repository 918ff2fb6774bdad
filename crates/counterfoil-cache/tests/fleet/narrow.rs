//! The fifth process: it creates tokens, and narrows the oldest one in several ways. It has no cache.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::operations::{Overlap, TokenUpdate};
use counterfoil::types::{Networks, RecordId};
use counterfoil::{Counterfoil, Lifetime, ManageError, NewPersonalAccessToken, Presenter, Timestamp};
use counterfoil_cache::CachedReads;
use counterfoil_conformance::dice::Dice;

use crate::directory::{FileDirectory, owner};
use crate::host::{self, Backend, block_on};
use crate::ledger::Ledger;

/// The longest time between two tokens, in milliseconds.
const PAUSE: u64 = 30;

/// The ways in which a token is narrowed, in turn.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    Delete,
    RevokeOwner,
    Rotate,
    Sources,
    Account,
}

const WAYS: [Way; 5] = [Way::Delete, Way::RevokeOwner, Way::Rotate, Way::Sources, Way::Account];

/// A token that was narrowed. Its number is its place in the list.
#[derive(Clone, Copy, Debug)]
pub struct Narrowed {
    pub way: Way,
    /// From this instant on, no process accepts it.
    pub effective_by: Timestamp,
}

pub struct Narrower<B: Backend> {
    counterfoil: Counterfoil,
    /// Only to invalidate accounts: this process follows no log.
    cache: CachedReads<B::Store>,
    directory: FileDirectory,
    ledger: Ledger,
    tokens: Vec<(RecordId, String)>,
}

impl<B: Backend> Narrower<B> {
    pub fn new(ledger: &Ledger, address: &str) -> Self {
        let store = host::store::<B>(address);
        let cache = CachedReads::new(Arc::clone(&store), host::options()).expect("valid options");
        let counterfoil = host::counterfoil(&store, ledger.folder(), |builder| builder);
        let directory = FileDirectory::open(ledger.folder());
        Self { counterfoil, cache, directory, ledger: ledger.clone(), tokens: Vec::new() }
    }

    /// Creates tokens, each with an owner of its own.
    pub fn create(&mut self, tokens: usize) {
        for _ in 0..tokens {
            let by = Presenter::signed_in(&owner(self.tokens.len()));
            let create = |turn: usize| {
                let (counterfoil, by) = (&self.counterfoil, &by);
                async move {
                    // A call without an answer can have created the token, with this label.
                    let label = format!("token {turn}");
                    counterfoil
                        .create_personal_access_token(by, &NewPersonalAccessToken::new(&label, Lifetime::Days(1)))
                        .await
                }
            };
            let issued = (0..).find_map(|turn| match block_on(create(turn)) {
                Ok(issued) => Some(issued),
                Err(ManageError::Unavailable(_)) => None,
                Err(error) => panic!("a token: {error}"),
            });
            let issued = issued.expect("a token");
            let text = issued.token.expose_secret().to_owned();
            self.ledger.publish(std::slice::from_ref(&text));
            self.tokens.push((issued.view.id, text));
        }
    }

    /// Narrows the oldest token and creates another one, so many times.
    pub fn narrow(&mut self, times: usize) -> Vec<Narrowed> {
        let mut dice = Dice::new(11);
        let narrow = |number: usize| {
            self.create(1);
            std::thread::sleep(Duration::from_millis(dice.below(PAUSE)));
            let way = WAYS[number % WAYS.len()];
            self.narrow_one(number, way);
            Narrowed { way, effective_by: self.counterfoil.effective_by() }
        };
        (0..times).map(narrow).collect()
    }

    /// Repeats the operation until the store has confirmed it.
    fn narrow_one(&self, number: usize, way: Way) {
        for turn in 0.. {
            match block_on(self.step(number, way)) {
                Ok(()) => return,
                Err(ManageError::Unavailable(_)) => {}
                Err(error) => {
                    // A call without an answer was executed.
                    let text = &self.tokens[number].1;
                    let is_over = turn > 0 && block_on(self.counterfoil.verify(text)).is_err();
                    assert!(is_over, "{way:?}: {error}");
                    return;
                }
            }
        }
    }

    async fn step(&self, number: usize, way: Way) -> Result<(), ManageError> {
        let (counterfoil, owner, id) = (&self.counterfoil, owner(number), &self.tokens[number].0);
        let by = Presenter::signed_in(&owner);
        match way {
            Way::Delete => counterfoil.delete_personal_access_token(&by, id).await.map(drop),
            Way::RevokeOwner => counterfoil.revoke_all_of(&Presenter::host(), owner.subject()).await.map(drop),
            Way::Rotate => counterfoil.rotate_personal_access_token(&by, id, Overlap::Immediate).await.map(drop),
            Way::Sources => {
                let office = Networks::new(["192.0.2.0/24"]).expect("a block");
                let update = TokenUpdate::default().with_allowed_sources(office);
                counterfoil.update_personal_access_token(&by, id, &update).await.map(drop)
            }
            Way::Account => {
                self.directory.disable(number);
                let (realm, now) = (counterfoil.realm(), counterfoil.now());
                Ok(self.cache.invalidate(realm, owner.subject(), now).await?)
            }
        }
    }
}
