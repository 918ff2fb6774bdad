//! A minimal host. Its people are in a flat table, and its store is full of personal access tokens.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::memory::MemoryStore;
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::testing::SeededEntropy;
use counterfoil::{Account, Builder, Counterfoil, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};

/// The number of tokens of each owner.
const EACH: usize = 10;

/// Returns the number of the person who owns the token with the number `token`.
pub(crate) fn owner_of(token: usize) -> u32 {
    u32::try_from(token / EACH).expect("few")
}

/// The texts of all tokens in one buffer, in the order in which the bench uses them. All texts have the same length.
pub(crate) struct Tokens {
    text: String,
    order: Vec<u32>,
}

const LENGTH: usize = 75;

impl Tokens {
    /// Reserves the buffer and writes to all of it. The process then already uses this memory, so a later measurement
    /// of the process's memory does not count the buffer.
    pub(crate) fn with_room_for(tokens: usize) -> Self {
        let mut text = "x".repeat(tokens * LENGTH);
        text.clear();
        let order = (0..u32::try_from(tokens).expect("few")).collect();
        Self { text, order }
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns the token at the position `at` of the order in which the bench uses the tokens.
    pub(crate) fn get(&self, at: usize) -> &str {
        &self.text[at * LENGTH..][..LENGTH]
    }

    pub(crate) fn owner(&self, at: usize) -> u32 {
        owner_of(self.order[at] as usize)
    }

    /// Shuffles the tokens, so that the bench does not use them in the order of the store. Moves the texts themselves,
    /// because following a pointer to each text would add to the measured cost.
    pub(crate) fn shuffle(&mut self) {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for at in (1..self.order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.order.swap(at, (state >> 33) as usize % (at + 1));
        }
        let shuffled = self.order.iter().map(|&at| &self.text[at as usize * LENGTH..][..LENGTH]).collect();
        self.text = shuffled;
    }

    /// Iterates over the tokens in their order, and begins again after the last one. Begins at the first token if
    /// `from` is 0, and in the middle if it is 1.
    pub(crate) fn walk(&self, from: usize) -> impl Iterator<Item = &str> {
        let mut at = self.len() / 2 * from;
        std::iter::from_fn(move || {
            let text = self.get(at);
            at = if at + 1 == self.len() { 0 } else { at + 1 };
            Some(text)
        })
    }
}

/// The accounts, indexed by the number of the person.
struct People(Vec<Account>);

#[async_trait]
impl Accounts for People {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let number = subject.as_str().bytes().fold(0, |number, digit| number * 10 + usize::from(digit & 15));
        Ok(self.0.get(number).cloned())
    }

    fn try_account(&self, subject: &SubjectId, look: &mut dyn FnMut(Option<&Account>)) -> bool {
        let number = subject.as_str().bytes().fold(0, |number, digit| number * 10 + usize::from(digit & 15));
        look(self.0.get(number));
        true
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name.to_lowercase()))
    }
}

#[async_trait]
impl Logins for People {
    async fn authenticate(&self, _login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        Ok(None)
    }
}

#[async_trait]
impl Search for People {
    async fn find(&self, _text: &str, _limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        Ok(Vec::new())
    }
}

pub(crate) fn person(number: u32) -> Account {
    let subject = SubjectId::new(&number.to_string()).expect("an id");
    Account::new(subject, &format!("Person {number}"), Role::Member)
}

/// Makes the builder of a host with an empty store. The host's directory has all people who will own the first `tokens`
/// tokens. The setting that allows personal access tokens is on. The policy does not use the switches of single
/// accounts.
pub(crate) fn host(tokens: usize) -> Builder {
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    let people = People((0..=owner_of(tokens)).map(person).collect());
    Counterfoil::builder()
        .policy(policy)
        .entropy(SeededEntropy::new(tokens as u64))
        .store(MemoryStore::default())
        .directory(people)
        .events(counterfoil::event::NoSink)
}

/// Issues `count` personal access tokens with labels and expiries. Adds their texts to `tokens`.
pub(crate) fn issue(counterfoil: &Counterfoil, count: usize, tokens: &mut Tokens) {
    for at in 0..count {
        let by = Presenter::signed_in(&person(owner_of(at)));
        let label = format!("deploy to staging {}", at % EACH);
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(90));
        let issued = ready(counterfoil.create_personal_access_token(&by, &new)).expect("issued");
        tokens.text.push_str(issued.token.expose_secret());
    }
    assert_eq!(tokens.text.len(), count * LENGTH, "all of one length");
}

/// Polls a future once and returns its output. One poll suffices, because no call in memory ever waits.
#[inline(always)]
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing in memory waits"),
    }
}

/// Returns the resident memory of the process in bytes.
pub(crate) fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}
