//! The sentences of the promise.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::Overlap;
use counterfoil::store::VerificationReads;
use counterfoil::testing::Failure;
use counterfoil::types::{RecordId, TokenKind};
use counterfoil::{BuildError, Denied, Presenter};
use counterfoil_cache::{CacheOptions, CachedReads};

use crate::world::{BOUND, World, at_once, ms};

fn revoke(world: &World, id: &RecordId) {
    at_once(world.service.delete_personal_access_token(&world.service.presenter("ivan"), id)).expect("deleted");
}

#[test]
fn fleet_1_a_token_is_verified_from_memory_and_refused_from_the_bound_on() {
    let world = World::new();
    let (token, other) = (world.token(), world.token());
    let [text, beside] = [&token, &other].map(|issued| issued.token.expose_secret());
    world.warm(text);
    world.warm(beside);
    world.pass(ms(10));
    world.refresh();
    revoke(&world, &token.view.id);
    let effective_by = world.service.effective_by();
    assert!(world.is_answered_from_memory(text), "within the bound, the node may not know it yet");
    world.pass(BOUND - ms(1));
    world.refresh();
    assert!(matches!(world.verify(text), Err(Denied::Refused(Refusal::Revoked { .. }))), "the log was read");
    assert!(world.is_answered_from_memory(beside), "the revocation of one token voids no other");
    world.pass(ms(1));
    assert_eq!(world.service.now(), effective_by);
    assert!(world.verify(text).is_err());
}

#[test]
fn fleet_1_a_node_that_cannot_read_the_log_trusts_nothing_from_the_bound_on() {
    let world = World::new();
    let token = world.token();
    let text = token.token.expose_secret();
    world.warm(text);
    world.pass(BOUND - Duration::from_nanos(1));
    assert!(world.is_answered_from_memory(text), "a nanosecond before the bound");
    world.store.faults().on("narrowings", Failure::NotExecuted);
    assert!(at_once(world.cache.refresh()).is_err());
    world.heal();
    world.age.pass(Duration::from_nanos(1));
    assert!(!world.is_answered_from_memory(text), "the bound is reached at equality");
    assert!(!world.is_answered_from_memory(text), "nothing is kept either");
    world.refresh();
    assert!(world.is_answered_from_memory(text), "what is in memory was not narrowed, so it counts again");
}

#[test]
fn fleet_1_before_the_first_read_of_the_log_nothing_is_kept() {
    let world = World::new();
    let cache = CachedReads::new(Arc::clone(&world.store), CacheOptions::default()).expect("valid");
    assert_eq!(cache.begin(), None);
    at_once(cache.refresh()).expect("read");
    assert!(cache.begin().is_some());
}

#[test]
fn fleet_1_a_refusal_and_an_unknown_token_ask_the_store_and_give_one_event() {
    let world = World::new();
    let token = world.token();
    let text = token.token.expose_secret();
    world.warm(text);
    drop(world.service.events());
    world.service.people().set_disabled(world.service.account("ivan").subject(), true);
    assert!(matches!(world.verify(text), Err(Denied::Refused(Refusal::AccountDisabled))));
    assert_eq!(world.gets(), 1, "a refusal is decided with the store");
    let refused =
        |events: Vec<EventKind>| events.into_iter().filter(|event| matches!(event, EventKind::Refused { .. })).count();
    assert_eq!(refused(world.service.events()), 1);
    let mut wrong = text.to_owned();
    wrong.replace_range(text.len() - 1.., if text.ends_with('0') { "1" } else { "0" });
    assert!(world.verify(&wrong).is_err());
    assert!(refused(world.service.events()) == 1 && world.gets() == 0, "its checksum is wrong");
}

#[test]
fn fleet_1_a_refusal_by_the_record_in_memory_is_decided_by_the_store() {
    let world = World::new();
    let token = world.token();
    let text = token.token.expose_secret();
    world.warm(text);
    let ends = world.service.clock();
    ends.advance(Duration::from_secs(400 * 86_400));
    assert!(matches!(world.verify(text), Err(Denied::Refused(_))));
    assert_eq!(world.gets(), 1);
}

#[test]
fn fleet_1_an_outage_of_the_store_is_no_refusal_and_a_token_in_memory_is_accepted() {
    let world = World::new();
    let (token, unknown) = (world.token(), world.token());
    world.warm(token.token.expose_secret());
    world.store.faults().on("get", Failure::NotExecuted);
    assert!(world.verify(token.token.expose_secret()).is_ok());
    assert!(matches!(world.verify(unknown.token.expose_secret()), Err(Denied::Unavailable(_))));
}

#[test]
fn fleet_1_the_wall_clock_and_a_suspend_do_not_lengthen_the_bound() {
    for lie in [
        // The wall clock is set back while time passes.
        |world: &World| world.age.change(|at| (at.running, at.wall) = (at.running + BOUND, at.wall - ms(86_400_000))),
        // The running clock stops in a suspend.
        |world: &World| world.age.change(|at| at.wall += BOUND),
        // Both go on.
        |world: &World| world.age.pass(BOUND),
    ] {
        let world = World::new();
        let token = world.token();
        let text = token.token.expose_secret();
        world.warm(text);
        revoke(&world, &token.view.id);
        lie(&world);
        assert!(world.verify(text).is_err());
    }
}

#[test]
fn fleet_1_the_first_use_of_a_successor_ends_its_parent_although_a_cache_is_there() {
    let world = World::new();
    let old = world.token();
    world.warm(old.token.expose_secret());
    let ivan = world.service.presenter("ivan");
    let rotated = world.service.rotate_personal_access_token(&ivan, &old.view.id, Overlap::UntilFirstUse);
    let new = at_once(rotated).expect("rotated");
    world.refresh();
    assert!(!world.is_answered_from_memory(old.token.expose_secret()), "a replaced token is not kept");
    assert!(world.verify(new.token.expose_secret()).is_ok());
    world.refresh();
    assert!(world.verify(old.token.expose_secret()).is_err());
    assert!(!world.is_answered_from_memory(new.token.expose_secret()), "its use is not written yet");
    let _flushed = at_once(world.service.shutdown());
    world.warm(new.token.expose_secret());
}

#[test]
fn fleet_1_a_kind_without_staleness_always_asks_the_store() {
    let world = World::with(CacheOptions::default().without(TokenKind::AccessToken), |builder| builder);
    let granted = world.sign_in();
    let text = granted.access_token.expose_secret();
    assert!(!world.is_answered_from_memory(text) && !world.is_answered_from_memory(text));
    world.warm(world.token().token.expose_secret());
}

#[test]
fn fleet_1_access_tokens_and_security_codes_are_verified_from_memory() {
    use counterfoil::operations::{NewAccess, NewSecurityCode};
    let world = World::new();
    world.warm(world.sign_in().access_token.expose_secret());
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let code = at_once(world.service.create_security_code(&world.service.presenter("sue"), &new)).expect("created");
    world.warm(code.token.expose_secret());
}

#[test]
fn fleet_1_only_verifications_use_the_cache() {
    let world = World::new();
    let token = world.token();
    world.warm(token.token.expose_secret());
    let is_listed = || at_once(world.service.credential(&Presenter::host(), &token.view.id)).is_ok();
    assert!(is_listed() && world.gets() == 1);
    revoke(&world, &token.view.id);
    assert!(!is_listed(), "what is not verified sees the revocation at once");
}

#[test]
fn fleet_1_a_record_is_read_anew_when_it_is_old() {
    let world = World::with(CacheOptions::default().with_max_age(Duration::from_secs(5)), |builder| builder);
    let token = world.token();
    let text = token.token.expose_secret();
    world.warm(text);
    for (passed, from_memory) in [(4_999, true), (1, false), (0, true)] {
        world.pass(ms(passed));
        world.refresh();
        assert_eq!(world.is_answered_from_memory(text), from_memory);
    }
}

#[test]
fn fleet_1_the_number_of_records_is_bounded() {
    let world = World::with(CacheOptions::default().with_capacity(8), |builder| builder);
    for _ in 0..40 {
        world.verify(world.token().token.expose_secret()).expect("accepted");
    }
    assert!((1..=8).contains(&world.cache.len()), "{}", world.cache.len());
}

#[test]
fn fleet_1_a_bound_above_the_policys_is_refused_when_the_handle_is_built() {
    let world = World::new();
    for (bound, fits) in [(ms(1_000), true), (ms(1_001), false)] {
        let options = CacheOptions::default().with_max_staleness(bound);
        let cache = CachedReads::new(Arc::clone(&world.store), options).expect("valid");
        let mut policy = counterfoil::policy::Policy::open();
        policy.verification_staleness = ms(1_000);
        let builder = counterfoil::Counterfoil::builder().policy(policy).store(Arc::clone(&world.store));
        let people = counterfoil::memory::MemoryDirectory::default();
        let built = builder.directory(people).verification_reads(cache).build();
        assert_eq!(built.err(), (!fits).then_some(BuildError::VerificationTooStale));
    }
}
