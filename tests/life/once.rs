//! Tests that a form that is sent twice creates only one credential or client (fault A10).

use std::sync::Barrier;
use std::time::Duration;

use crate::support::*;
use counterfoil::client::NewClient;
use counterfoil::operations::{NewAccess, NewSecurityCode, Overlap};
use counterfoil::token::{OnceKey, shard};
use counterfoil::types::{OwnerId, RecordId};
use counterfoil::*;

/// Returns the key of the form with this number. The form was shown in Ivan's session.
fn form(number: u8) -> OnceKey {
    OnceKey::new(&RecordId::from_bytes([7; 16]), &[number; 16])
}

fn new(label: &str) -> NewPersonalAccessToken<'_> {
    NewPersonalAccessToken::new(label, Lifetime::Days(7))
}

fn conflict<T>(outcome: Result<T, ManageError>) -> Conflict {
    match outcome {
        Err(ManageError::Conflict(conflict)) => conflict,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("made"),
    }
}

/// Runs `call` four times at the same time. Returns how many of the calls succeeded.
fn at_once<T: Send>(call: impl Fn() -> Result<T, ManageError> + Sync) -> usize {
    let barrier = Barrier::new(4);
    std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| {
            scope.spawn(|| {
                barrier.wait();
                call()
            })
        });
        let outcomes = threads.map(|thread| thread.join().expect("no panic"));
        outcomes
            .into_iter()
            .filter(|outcome| match outcome {
                Ok(_) => true,
                Err(ManageError::Conflict(Conflict::DoneAlready)) => false,
                Err(other) => panic!("{other}"),
            })
            .count()
    })
}

#[test]
fn fault_a10_one_form_makes_one_token() {
    let world = world();
    let ivan = world.presenter("ivan");
    let make = |number: u8, label: &str| {
        block_on(world.handle.once(form(number)).create_personal_access_token(&ivan, &new(label)))
    };
    let made = make(1, "one").expect("made");
    assert_eq!(made.view.id.shard(), shard(world.handle.realm(), &subject("ivan").into()));
    assert_eq!(conflict(make(1, "one")), Conflict::DoneAlready);
    assert_eq!(conflict(make(1, "two")), Conflict::FormUsed, "the same number with other fields");
    assert!(matches!(make(2, "ONE"), Err(ManageError::Conflict(Conflict::LabelTaken))), "a refused form");
    assert!(make(2, "two").is_ok(), "did not use its number up");
    block_on(world.handle.update_personal_access_token(&ivan, &made.view.id, &relabelled("renamed"))).expect("renamed");
    assert_eq!(conflict(make(1, "one")), Conflict::DoneAlready, "whatever became of the token");
    block_on(world.handle.delete_personal_access_token(&ivan, &made.view.id)).expect("deleted");
    assert_eq!(conflict(make(1, "one")), Conflict::DoneAlready);
    let other = OnceKey::new(&RecordId::from_bytes([8; 16]), &[1; 16]);
    assert!(block_on(world.handle.once(other).create_personal_access_token(&ivan, &new("three"))).is_ok());
    assert!(!world.works(made.token.expose_secret()), "deleted");
    assert!(world.works(make(3, "four").expect("made").token.expose_secret()));
}

#[test]
fn fault_a10_one_form_makes_one_code() {
    let world = world();
    let by = world.presenter("super");
    let make = |access, description| {
        let new = NewSecurityCode::new(access).with_description(description);
        block_on(world.handle.once(form(1)).create_security_code(&by, &new))
    };
    let made = make(NewAccess::SameAsUser("ivan"), Some("a")).expect("made");
    assert_eq!(made.view.id.shard(), shard(world.handle.realm(), &OwnerId::realm()));
    assert_eq!(conflict(make(NewAccess::SameAsUser("ivan"), Some("a"))), Conflict::DoneAlready);
    for other in [(NewAccess::SuperAdministrator, Some("a")), (NewAccess::SameAsUser("ivan"), None)] {
        assert_eq!(conflict(make(other.0, other.1)), Conflict::FormUsed);
    }
}

#[test]
fn fault_a10_one_form_replaces_one_token_once() {
    let world = world();
    let ivan = world.presenter("ivan");
    let old = world.pat("ivan", "turning");
    let rotate = |number, id: &RecordId, overlap| {
        block_on(world.handle.once(form(number)).rotate_personal_access_token(&ivan, id, overlap))
    };
    let long = Overlap::For(days(400));
    assert!(matches!(rotate(1, &old.view.id, long), Err(ManageError::Invalid(_))), "refused");
    let next = rotate(1, &old.view.id, Overlap::Immediate).expect("replaced");
    assert_eq!(next.view.id.family(), old.view.id.family());
    assert_eq!(conflict(rotate(1, &old.view.id, Overlap::Immediate)), Conflict::DoneAlready);
    assert_eq!(conflict(rotate(1, &old.view.id, Overlap::UntilFirstUse)), Conflict::Replaced);
    assert_eq!(conflict(rotate(2, &old.view.id, Overlap::Immediate)), Conflict::Replaced, "another form");
    assert!(rotate(2, &next.view.id, Overlap::Immediate).is_ok());
    assert_eq!(conflict(rotate(1, &old.view.id, Overlap::Immediate)), Conflict::DoneAlready, "two turns later");
}

#[test]
fn fault_a10_one_form_registers_one_client() {
    let world = world();
    let admin = world.presenter("admin");
    let make = |number, new| block_on(world.handle.once(form(number)).create_client(&admin, new));
    for id in [None, Some(client_id("reports"))] {
        let number = u8::from(id.is_some());
        let new = |name| NewClient::named(name).with_id(id.clone());
        assert!(matches!(make(number, new("")), Err(ManageError::Invalid(Invalid::DisplayName))), "refused");
        let made = make(number, new("Reports")).expect("made");
        assert_eq!(conflict(make(number, new("Reports"))), Conflict::DoneAlready, "{id:?}");
        assert_eq!(conflict(make(number, new("Others"))), Conflict::FormUsed, "{id:?}");
        let elsewhere = NewClient::named("Reports").with_id(client_id("elsewhere"));
        assert_eq!(conflict(make(number, elsewhere)), Conflict::FormUsed, "{id:?}");
        block_on(world.handle.delete_client(&admin, &made.view.id)).expect("deleted");
        assert_eq!(conflict(make(number, new("Reports"))), Conflict::FormUsed, "removed since, {id:?}");
    }
    let taken = NewClient::named("x").with_id(client_id("rotating"));
    assert_eq!(conflict(make(9, taken)), Conflict::ClientIdTaken);
}

#[test]
fn fault_a10_one_form_replaces_one_secret_once_however_many_followed_it() {
    let world = world();
    let (admin, id) = (world.presenter("admin"), client_id("reports"));
    block_on(world.handle.create_client(&admin, NewClient::named("Reports").with_id(id.clone()))).expect("made");
    let newest = || {
        let page = block_on(world.handle.list_clients(&admin, None, limit(100))).expect("listed");
        let own = page.items.into_iter().find(|client| client.id == id).expect("there");
        own.secrets.last().map(|secret| secret.id)
    };
    let replace = |number, overlap, beside| {
        block_on(world.handle.once(form(number)).rotate_client_secret(&admin, &id, overlap, beside))
    };
    let first = newest();
    assert!(matches!(replace(1, days(400), first), Err(ManageError::Invalid(_))), "refused");
    assert!(replace(1, hours(1), first).is_ok());
    assert_eq!(conflict(replace(1, hours(1), first)), Conflict::DoneAlready);
    assert_eq!(conflict(replace(1, hours(2), first)), Conflict::FormUsed);
    assert_eq!(conflict(replace(2, hours(1), first)), Conflict::ChangedMeanwhile, "another form, shown before");
    for number in 3..6 {
        assert!(replace(number, Duration::ZERO, newest()).is_ok());
    }
    assert_eq!(conflict(replace(1, hours(1), first)), Conflict::ChangedMeanwhile, "its secret is gone");
}

#[test]
fn fault_a10_of_many_sendings_at_once_one_makes_it() {
    let world = world();
    let (ivan, admin, supe) = (world.presenter("ivan"), world.presenter("admin"), world.presenter("super"));
    let old = world.pat("ivan", "turning").view.id;
    let client = || NewClient::named("Reports").with_id(client_id("reports"));
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator);
    for round in 0..20 {
        let once = world.handle.once(form(round));
        let label = format!("label {round}");
        assert_eq!(at_once(|| block_on(once.create_personal_access_token(&ivan, &new(&label)))), 1);
        assert_eq!(at_once(|| block_on(once.create_security_code(&supe, &code))), 1);
        let unnamed = NewClient::named(&label);
        assert_eq!(at_once(|| block_on(once.create_client(&admin, unnamed.clone()))), 1);
    }
    let once = world.handle.once(form(100));
    assert_eq!(at_once(|| block_on(once.rotate_personal_access_token(&ivan, &old, Overlap::Immediate))), 1);
    let made = block_on(world.handle.create_client(&admin, client())).expect("made");
    let beside = made.view.secrets.last().map(|secret| secret.id);
    let id = client_id("reports");
    assert_eq!(at_once(|| block_on(once.rotate_client_secret(&admin, &id, hours(1), beside))), 1);
}
