//! How a service tests its use of counterfoil: with a clock that the test sets, recorded events, and entropy from a
//! seed.
//!
//! Shows a harness and what can be asserted with it: an exact instant, the events that the host received, and that two
//! runs produce the same bytes. Leaves out `#[test]`: in a service, each function below is a test. The feature
//! `test-util` is for `[dev-dependencies]`.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::http_auth::Refusal;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::testing::{ManualClock, RecordingSink, SeededEntropy};
use counterfoil::*;
use futures_executor::block_on;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

struct Harness {
    counterfoil: Counterfoil,
    people: Arc<MemoryDirectory>,
    clock: Arc<ManualClock>,
    events: RecordingSink,
    ivan: Account,
}

impl Harness {
    fn new() -> Outcome<Self> {
        let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member);
        let people = Arc::new(MemoryDirectory::default());
        people.insert(ivan.clone(), &["ivan"], "ivan");
        let (clock, events) = (Arc::new(ManualClock::at(Timestamp::EPOCH)), RecordingSink::default());
        let mut policy = Policy::synergy();
        policy.personal_access_tokens.setting = SettingGate::DefaultOn;
        let directory = people.clone();
        let builder = Counterfoil::builder().policy(policy).store(MemoryStore::default()).directory(directory);
        let builder = builder.clock(clock.clone()).events(events.clone()).entropy(SeededEntropy::new(1));
        Ok(Self { counterfoil: builder.build()?, people, clock, events, ivan })
    }

    fn token(&self) -> Outcome<IssuedCredential> {
        let new = NewPersonalAccessToken::new("ci", Lifetime::Days(1));
        Ok(block_on(self.counterfoil.create_personal_access_token(&Presenter::signed_in(&self.ivan), &new))?)
    }

    fn works(&self, token: &IssuedCredential) -> bool {
        block_on(self.counterfoil.verify(token.token.expose_secret())).is_ok()
    }
}

fn a_token_of_one_day_works_until_the_last_microsecond() -> Outcome {
    let harness = Harness::new()?;
    let token = harness.token()?;
    let end = token.view.expires_at.ok_or("it has an end")?;
    harness.clock.set(end.minus(Duration::from_micros(1)));
    assert!(harness.works(&token));
    harness.clock.set(end);
    assert!(!harness.works(&token));
    Ok(())
}

fn the_host_is_told_the_true_reason() -> Outcome {
    let harness = Harness::new()?;
    let token = harness.token()?;
    assert!(harness.people.set_disabled(harness.ivan.subject(), true));
    assert!(!harness.works(&token));
    let refused = event::EventKind::Refused { id: Some(token.view.id), reason: Refusal::AccountDisabled };
    assert_eq!(harness.events.take().pop().map(|event| event.kind), Some(refused));
    Ok(())
}

fn two_runs_draw_the_same_tokens() -> Outcome {
    assert_eq!(Harness::new()?.token()?.token.expose_secret(), Harness::new()?.token()?.token.expose_secret());
    Ok(())
}

fn main() -> Outcome {
    a_token_of_one_day_works_until_the_last_microsecond()?;
    the_host_is_told_the_true_reason()?;
    two_runs_draw_the_same_tokens()?;
    println!("three tests passed, and nothing slept");
    Ok(())
}
