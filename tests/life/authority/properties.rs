//! Tests properties of random sequences of operations. A granted scope is never wider than the allowed scope. No
//! credential has more rights than its creator. A replay ends its family. Every event names its actor.
//!
//! The sequences are generated from a fixed seed.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::client::{ClientId, ClientUpdate, Grant, NewClient, RefreshMode};
use counterfoil::event::{Actor, EventKind};
use counterfoil::operations::{CodeUpdate, NewAccess, NewSecurityCode, Overlap, SignIn};
use counterfoil::types::RecordId;
use counterfoil::*;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::presenters::{self, Presented, unhindered};
use super::scopes::scope;
use crate::support::*;

fn always<S: Strategy>(cases: u32, inputs: S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(failure) = runner.run(&inputs, holds) {
        panic!("{failure}");
    }
}

/// Generates `None`, or a scope of one, two or three scope tokens.
fn some_scope() -> impl Strategy<Value = Option<Scope>> {
    proptest::option::of(proptest::sample::subsequence(vec!["a", "b", "c"], 1..=3))
        .prop_map(|tokens| tokens.map(|tokens| scope(&tokens.join(" "))))
}

#[derive(Clone, Debug)]
enum Step {
    Allow(Option<Scope>),
    Default(Option<Scope>),
    Mode(RefreshMode),
    SignIn(Option<Scope>),
    Refresh(usize, Option<Scope>),
    Pass(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => some_scope().prop_map(Step::Allow),
        1 => some_scope().prop_map(Step::Default),
        1 => prop_oneof![Just(RefreshMode::Rotate), Just(RefreshMode::Reuse)].prop_map(Step::Mode),
        3 => some_scope().prop_map(Step::SignIn),
        3 => (any::<usize>(), some_scope()).prop_map(|(which, asked)| Step::Refresh(which, asked)),
        1 => (1..700u32).prop_map(Step::Pass),
    ]
}

/// Whether a scope is not wider than a bound. `None` means no limit. So every scope is within the bound `None`, and the
/// scope `None` is within no other bound.
fn within(held: Option<&Scope>, bound: Option<&Scope>) -> bool {
    match (held, bound) {
        (_, None) => true,
        (Some(held), Some(bound)) => bound.covers(held),
        (None, Some(_)) => false,
    }
}

fn refreshing(world: &World, id: &str) -> ClientId {
    let new = NewClient::named(id).with_id(client_id(id)).with_grants(vec![Grant::Password, Grant::RefreshToken]);
    block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered").view.id
}

#[test]
fn fault_a1_granted_lies_within_allowed_under_any_sequence() {
    always(300, proptest::collection::vec(step(), 1..25), |steps| {
        let world = unhindered();
        let client = refreshing(&world, "app");
        let (mut allowed, mut access, mut refresh): (Option<Scope>, Vec<String>, Vec<Secret>) = Default::default();
        let ivan = subject("ivan");
        let change = |change| block_on(world.handle.update_client(&Presenter::host(), &client, change));
        for step in steps {
            let granted = match step {
                Step::Allow(scope) => {
                    let asked = ClientUpdate::default().with_allowed_scope(scope.clone());
                    if change(asked).is_ok() {
                        allowed = scope;
                    }
                    None
                }
                Step::Default(scope) => {
                    let _ = change(ClientUpdate::default().with_default_scope(scope));
                    None
                }
                Step::Mode(mode) => {
                    let _ = change(ClientUpdate::default().with_refresh_mode(mode));
                    None
                }
                Step::Pass(seconds) => {
                    world.pass(Duration::from_secs(u64::from(seconds)));
                    None
                }
                Step::SignIn(scope) => {
                    let sign_in = SignIn::new(&client, &ivan).with_scope(scope).with_remember(true);
                    block_on(world.handle.open_sign_in(&sign_in)).ok()
                }
                Step::Refresh(_, _) if refresh.is_empty() => None,
                Step::Refresh(which, scope) => {
                    let token = &refresh[which % refresh.len()];
                    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())];
                    form.extend(scope.as_ref().map(|scope| ("scope", scope.as_str())));
                    let reply = world.token_as(&client, &form);
                    if reply.status == 200 {
                        access.push(reply.access());
                        refresh.push(Secret::from(reply.refresh()));
                    }
                    None
                }
            };
            if let Some(granted) = granted {
                prop_assert!(within(granted.scope.as_ref(), allowed.as_ref()), "{:?} of {allowed:?}", granted.scope);
                access.push(granted.access_token.expose_secret().to_owned());
                refresh.extend(granted.refresh_token);
            }
            for token in &access {
                if let Ok(principal) = world.verify(token) {
                    prop_assert!(within(principal.scope(), allowed.as_ref()), "{:?} of {allowed:?}", principal.scope());
                }
            }
        }
        Ok(())
    });
}

/// An operation that a test tries.
#[derive(Clone, Debug)]
enum Try {
    Token(Option<Scope>, i64),
    Rotate(usize),
    RotateItself,
    Code(bool),
    Renew(usize, u8),
    Register(Option<Scope>, Option<Scope>),
    Change(usize, Option<Scope>, Option<Scope>),
    Replace(usize),
    SignIn(usize, Option<Scope>),
}

fn tries() -> impl Strategy<Value = Try> {
    prop_oneof![
        (some_scope(), 1..200i64).prop_map(|(scope, days)| Try::Token(scope, days)),
        any::<usize>().prop_map(Try::Rotate),
        Just(Try::RotateItself),
        any::<bool>().prop_map(Try::Code),
        (any::<usize>(), 0..4u8).prop_map(|(which, how)| Try::Renew(which, how)),
        (some_scope(), some_scope()).prop_map(|(allowed, default)| Try::Register(allowed, default)),
        (any::<usize>(), some_scope(), some_scope()).prop_map(|(which, a, d)| Try::Change(which, a, d)),
        any::<usize>().prop_map(Try::Replace),
        (any::<usize>(), some_scope()).prop_map(|(which, scope)| Try::SignIn(which, scope)),
    ]
}

/// What the presenter has created so far: the ids of credentials, the ids of clients, and the texts of credentials.
#[derive(Default)]
struct Made {
    tokens: Vec<RecordId>,
    codes: Vec<RecordId>,
    clients: Vec<ClientId>,
    texts: Vec<String>,
}

#[test]
fn all_kinds_9_no_sequence_yields_a_credential_that_exceeds_its_presenter() {
    let who = proptest::sample::select(vec!["ivan", "helen", "admin", "super"]);
    let how = (0..4u8, some_scope(), proptest::collection::vec(tries(), 1..15));
    always(300, (who, how), |(who, (how, held, tries))| {
        let world = unhindered();
        let held = held.map(|held| scope(&format!("{held} {}", Scope::OWN.join(" "))));
        let presented = match how {
            0 => presenters::access(&world, who, held.as_ref().map(Scope::as_str)),
            1 => presenters::pat(&world, who).expect("no collaborator"),
            2 => presenters::code(&world, NewAccess::SameAsUser(world.account(who).name())),
            _ => presenters::code(&world, NewAccess::SuperAdministrator),
        };
        let bound = if how == 0 { held } else { None };
        let ends = || presented.credential.and_then(|id| world.stored(&id)).and_then(|own| own.record().expires_at);
        let before = ends();
        let mut made = Made::default();
        for attempt in tries {
            attempted(&world, &presented, attempt, &mut made);
        }
        for text in &made.texts {
            let principal = world.verify(text).expect("just made");
            prop_assert!(principal.role() <= presented.by.role(), "{:?}", principal.role());
            prop_assert!(within(principal.scope(), bound.as_ref()), "{:?} beyond {bound:?}", principal.scope());
            prop_assert_eq!(Some(principal.realm()), presented.by.realm());
            if how > 0 {
                prop_assert!(principal.expires_at().is_some_and(|at| before.is_some_and(|before| at <= before)));
            }
        }
        prop_assert_eq!(ends(), before, "it does not lengthen itself");
        Ok(())
    });
}

/// Tries one operation as this presenter. Adds what it creates to `made`. Most attempts are refused.
fn attempted(world: &World, who: &Presented, attempt: Try, made: &mut Made) {
    let (handle, by) = (&world.handle, &who.by);
    let pick = |list: &[RecordId], which: usize| list.get(which % list.len().max(1)).copied();
    match attempt {
        Try::Token(scope, days) => {
            let label = format!("t {}", made.tokens.len());
            let new = NewPersonalAccessToken::new(&label, Lifetime::Days(days)).with_scope(scope);
            let issued = block_on(handle.create_personal_access_token(by, &new));
            made.tokens.extend(issued.as_ref().ok().map(|issued| issued.view.id));
            made.texts.extend(issued.ok().map(|issued| issued.token.expose_secret().to_owned()));
        }
        Try::Rotate(which) => {
            let Some(id) = pick(&made.tokens, which) else { return };
            rotated(world, by, id, made);
        }
        Try::RotateItself => {
            let Some(id) = who.credential else { return };
            rotated(world, by, id, made);
        }
        Try::Code(full) => {
            let access = if full { NewAccess::SuperAdministrator } else { NewAccess::SameAsUser("super@example.com") };
            let issued = block_on(handle.create_security_code(by, &NewSecurityCode::new(access)));
            made.codes.extend(issued.as_ref().ok().map(|issued| issued.view.id));
            made.texts.extend(issued.ok().map(|issued| issued.token.expose_secret().to_owned()));
        }
        Try::Renew(which, how) => {
            // If no code has been created yet, the presented credential itself is the target: a security code must not
            // be able to extend itself.
            let Some(id) = pick(&made.codes, which).or(who.credential) else { return };
            let later = world.now().plus_capped(days(90));
            let _ = match how {
                0 => block_on(handle.update_security_code(by, &id, &CodeUpdate::default().with_expires_at(later))),
                1 => block_on(handle.make_security_code_permanent(by, &id)),
                2 => block_on(handle.reset_security_code(by, &id)),
                _ => block_on(handle.reactivate_security_code(by, &id)),
            };
        }
        Try::Register(allowed_scope, default_scope) => {
            let grants = vec![Grant::RefreshToken];
            let new = NewClient::named("made")
                .with_allowed_scope(allowed_scope)
                .with_default_scope(default_scope)
                .with_grants(grants);
            made.clients.extend(block_on(handle.create_client(by, new)).ok().map(|registered| registered.view.id));
        }
        Try::Change(which, allowed, default) => {
            let Some(id) = made.clients.get(which % made.clients.len().max(1)) else { return };
            let change = ClientUpdate::default().with_allowed_scope(allowed).with_default_scope(default);
            let _ = block_on(handle.update_client(by, id, change));
        }
        Try::Replace(which) => {
            let Some(id) = made.clients.get(which % made.clients.len().max(1)) else { return };
            let _ = block_on(handle.rotate_client_secret(by, id, Duration::ZERO));
        }
        Try::SignIn(which, scope) => {
            let (Some(client), Some(subject)) = (made.clients.get(which % made.clients.len().max(1)), by.subject())
            else {
                return;
            };
            let granted = block_on(handle.open_sign_in(&SignIn::new(client, subject).with_scope(scope)));
            made.texts.extend(granted.ok().map(|granted| granted.access_token.expose_secret().to_owned()));
        }
    }
    made.texts.retain(|text| world.works(text));
}

fn rotated(world: &World, by: &Presenter, id: RecordId, made: &mut Made) {
    if let Ok(issued) = block_on(world.handle.rotate_personal_access_token(by, &id, Overlap::Immediate)) {
        made.tokens.push(issued.view.id);
        made.texts.push(issued.token.expose_secret().to_owned());
        made.texts.retain(|text| world.works(text));
    }
}

/// An operation between the first use of a refresh token and its replay.
#[derive(Clone, Debug)]
enum Between {
    Refresh,
    Retry,
    Mode(RefreshMode),
    Purge,
    Pass(u32),
    Relabel,
}

#[test]
fn fault_a4_a_replayed_generation_ends_its_living_family_whatever_happened_between() {
    let between = prop_oneof![
        4 => Just(Between::Refresh),
        1 => Just(Between::Retry),
        1 => prop_oneof![Just(RefreshMode::Rotate), Just(RefreshMode::Reuse)].prop_map(Between::Mode),
        1 => Just(Between::Purge),
        2 => (1..3_000u32).prop_map(Between::Pass),
        1 => Just(Between::Relabel),
    ];
    always(200, (proptest::collection::vec(between, 2..40), any::<usize>()), |(steps, which)| {
        let world = world();
        let client = client_id("rotating");
        let mut chain = vec![world.log_in("rotating", "true").refresh()];
        for step in steps {
            let newest = chain[chain.len() - 1].clone();
            match step {
                Between::Refresh => {
                    let reply = world.refresh("rotating", &newest);
                    if reply.status == 200 && reply.refresh() != newest {
                        chain.push(reply.refresh());
                    }
                }
                Between::Retry if chain.len() > 1 => {
                    let mode = ClientUpdate::default().with_refresh_mode(RefreshMode::Rotate);
                    let _ = block_on(world.handle.update_client(&Presenter::host(), &client, mode));
                    let reply = world.refresh("rotating", &newest);
                    if reply.status == 200 {
                        let again = world.refresh("rotating", &newest);
                        prop_assert_eq!((again.status, again.refresh()), (200, reply.refresh()));
                        chain.push(reply.refresh());
                    }
                }
                Between::Retry => {}
                Between::Mode(mode) => {
                    let mode = ClientUpdate::default().with_refresh_mode(mode);
                    let _ = block_on(world.handle.update_client(&Presenter::host(), &client, mode));
                }
                Between::Purge => while block_on(world.handle.purge(NonZeroU32::MIN)).expect("purged").more {},
                Between::Pass(seconds) => world.pass(Duration::from_secs(u64::from(seconds))),
                Between::Relabel => {
                    let _ = block_on(world.handle.flush());
                }
            }
        }
        if chain.len() < 3 {
            return Ok(());
        }
        let living = world.refresh("rotating", &chain[chain.len() - 1]);
        prop_assert_eq!(living.status, 200, "{}", living.body);
        let newest = living.refresh();
        // The direct parent of the newest token is not replayed, because presenting it again may be a retry. This
        // parent is the last token of the chain, or the one before it if the refresh above kept its token.
        let replayed = &chain[which % (chain.len() - 2)];
        prop_assert_eq!(world.refresh("rotating", replayed).status, 400);
        prop_assert!(!world.works(&living.access()), "the family's access token");
        prop_assert_eq!(world.refresh("rotating", &newest).status, 400, "the family's newest");
        Ok(())
    });
}

#[test]
fn ao_code_6_every_event_of_something_done_names_who_acted() {
    let world = unhindered();
    let client = refreshing(&world, "app");
    let mut made = Made::default();
    let _ = world.sink.take();
    for who in ["ivan", "admin", "super"] {
        let presented = presenters::access(&world, who, None);
        let all = [
            Try::Token(None, 3),
            Try::Rotate(0),
            Try::Code(true),
            Try::Renew(0, 1),
            Try::Register(None, None),
            Try::Change(0, Some(scope("a")), None),
            Try::Replace(0),
            Try::SignIn(0, None),
        ];
        all.into_iter().for_each(|attempt| attempted(&world, &presented, attempt, &mut made));
    }
    let sign_in = world.token_as(
        &client,
        &[("grant_type", "password"), ("username", "ivan"), ("password", "ivan"), ("remember", "true")],
    );
    let second = world.token_as(&client, &[("grant_type", "refresh_token"), ("refresh_token", &sign_in.refresh())]);
    world.pass(minutes(1));
    world.token_as(&client, &[("grant_type", "refresh_token"), ("refresh_token", &sign_in.refresh())]);
    block_on(world.handle.revoke_all_of(&world.presenter("admin"), &subject("ivan"))).expect("revoked");
    drop(second);
    let events = world.sink.take();
    let refusals = |what: &EventKind| {
        matches!(
            what,
            EventKind::Refused { .. }
                | EventKind::LoginRefused { .. }
                | EventKind::ClientRefused { .. }
                | EventKind::Throttled { .. }
        )
    };
    for event in &events {
        assert!(event.by != Actor::Unproved || refusals(&event.kind), "{event:?}");
    }
    let replayed = |event: &&event::Event| matches!(event.kind, EventKind::Replayed { .. });
    let actor = &events.iter().find(replayed).expect("a replay").by;
    assert!(matches!(actor, Actor::Client { client: named, subject: Some(_) } if *named == client), "{actor:?}");
    assert!(events.len() > 20, "{}", events.len());
}
