//! Tests that no notice is lost, whichever call of a store fails, and that none is sent twice.

use std::sync::Arc;
use std::sync::Barrier;

use counterfoil::event::LeakState;
use counterfoil::testing::{Failure, Faults, FaultyStore, SeededEntropy};
use counterfoil::*;

use super::*;

fn faulty(world: &World, faults: &Faults) -> World {
    let store = Arc::new(FaultyStore::new(world.store.clone(), faults.clone()));
    world.elsewhere(|builder| builder.store(store).entropy(SeededEntropy::new(77)))
}

/// Makes a personal access token, a session and an access token, and returns their texts. A report of each text ends
/// the credential.
fn credentials(world: &World, label: &str) -> [String; 3] {
    let texts = [world.pat("ivan", label).token, session(world, "ivan").token];
    let [token, session] = texts.map(|text| text.expose_secret().to_owned());
    [token, session, granted(world, "ivan").access_token.expose_secret().to_owned()]
}

#[test]
fn life_5_whichever_call_fails_the_credential_ends_and_its_owner_is_told_once() {
    let world = world();
    let faults = Faults::default();
    let node = faulty(&world, &faults);
    let mut label = 0;
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        for nth in 1..=12 {
            label += 1;
            for text in credentials(&world, &format!("token {label}")) {
                faults.nth(nth, failure);
                let first = block_on(node.handle.report_leaked(&[&text]));
                if let Err(error) = first {
                    assert!(matches!(error, ManageError::Unavailable(Unavailable::PartlyDone(_))), "{error:?}");
                }
                faults.heal();
                report_one(&world, &text);
                assert_eq!(run(&world), [ENDED], "call {nth}, {failure:?}");
                let refused = block_on(world.handle.verify_session(&text)).is_err();
                assert!(!world.works(&text) && refused);
                report_one(&node, &text);
                assert!(run(&world).is_empty(), "call {nth}, {failure:?}");
            }
        }
    }
}

#[test]
fn life_5_a_report_that_stopped_after_the_mark_is_finished_by_the_notice_worker() {
    let world = world();
    let faults = Faults::default();
    let node = faulty(&world, &faults);
    for text in credentials(&world, "ci") {
        faults.on("revoke", Failure::NotExecuted);
        assert!(block_on(node.handle.report_leaked(&[&text])).is_err());
        faults.heal();
        assert_eq!(run(&world), [ENDED], "the owner is told that it ended");
        assert!(!world.works(&text) && block_on(world.handle.verify_session(&text)).is_err());
        assert_eq!(state(report_one(&world, &text)), Some(LeakState::AlreadyEnded));
        assert!(run(&world).is_empty());
    }
}

#[test]
fn life_5_many_nodes_that_report_at_once_give_one_notice_and_one_end() {
    for round in 0..20 {
        let world = world();
        let (token, app) = (world.pat("ivan", "ci"), granted(&world, "ivan"));
        let texts = [token.token.expose_secret(), app.access_token.expose_secret(), refresh_of(&app)];
        let (nodes, barrier) = ([1, 2, 3, 4].map(|_| world.elsewhere(|builder| builder)), Barrier::new(4));
        let ended: usize = std::thread::scope(|scope| {
            let report_at_once = |node: &World| {
                barrier.wait();
                report(node, &texts).into_iter().filter(|own| state(*own) == Some(LeakState::Ended)).count()
            };
            let threads: Vec<_> = nodes.iter().map(|node| scope.spawn(move || report_at_once(node))).collect();
            threads.into_iter().map(|thread| thread.join().expect("joined")).sum()
        });
        assert_eq!(ended, 2, "round {round}: the token and the sign-in");
        assert_eq!(run(&world), [ENDED, ENDED], "round {round}");
        assert!(run(&world).is_empty());
    }
}

#[test]
fn life_5_a_row_that_cannot_be_decoded_does_not_keep_the_others_from_being_ended() {
    let world = world();
    let (bad, good) = (world.pat("ivan", "bad"), world.pat("ivan", "good"));
    let corrupt = Arc::new(Beset { inner: world.store.clone(), around: CorruptFirst::default() });
    let node = world.elsewhere(|builder| builder.token_store(corrupt));
    let refused = block_on(node.handle.report_leaked(&[bad.token.expose_secret(), good.token.expose_secret()]));
    assert!(matches!(refused, Err(ManageError::Unavailable(Unavailable::PartlyDone(_)))), "{refused:?}");
    assert!(!world.works(good.token.expose_secret()) && world.works(bad.token.expose_secret()));
}

/// A store whose first read of a record returns the error that the record does not decode.
#[derive(Default)]
struct CorruptFirst(std::sync::atomic::AtomicBool);

#[async_trait::async_trait]
impl Around for CorruptFirst {
    async fn before(&self, _: &Base, call: Call<'_>) -> Result<(), counterfoil::store::StoreError> {
        match call {
            Call::Get if !self.0.swap(true, std::sync::atomic::Ordering::SeqCst) => {
                Err(counterfoil::store::StoreError::corrupt(None, "planted"))
            }
            _ => Ok(()),
        }
    }
}
