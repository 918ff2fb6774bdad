//! Tests changes of allowed sources that run at the same time as other changes.

use std::sync::Barrier;

use counterfoil::operations::Overlap;
use counterfoil::*;

use super::{networks, office, session, set};
use crate::support::*;

#[test]
fn sight_6_an_edit_that_races_a_rotation_is_never_lost_or_half_done() {
    for round in 0..50 {
        let world = world();
        let token = world.pat("ivan", "pat");
        let (ivan, start) = (world.presenter("ivan"), Barrier::new(2));
        let (edited, rotated) = std::thread::scope(|threads| {
            let edit = threads.spawn(|| {
                start.wait();
                set(&world, &ivan, &token.view.id, Some(&office()))
            });
            let rotate = threads.spawn(|| {
                start.wait();
                block_on(world.handle.rotate_personal_access_token(&ivan, &token.view.id, Overlap::Immediate))
            });
            (edit.join().expect("no panic"), rotate.join().expect("no panic"))
        });
        let new = rotated.expect("rotated");
        let listed = block_on(world.handle.personal_access_token(&ivan, &new.view.id)).expect("listed");
        match edited {
            Ok(_) => assert_eq!(listed.allowed_sources, Some(office()), "round {round}"),
            Err(ManageError::Conflict(Conflict::Replaced)) => assert_eq!(listed.allowed_sources, None, "{round}"),
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(world.works(new.token.expose_secret()), listed.allowed_sources.is_none());
    }
}

#[test]
fn sight_6_a_stale_session_cannot_widen_by_racing_a_narrowing() {
    let world = world();
    let token = world.pat("ivan", "pat");
    let stale = session(&world, "ivan");
    world.pass(minutes(10));
    let (wide, narrow) = (networks(["192.0.2.0/24"]), networks(["192.0.2.0/28"]));
    for _ in 0..50 {
        set(&world, &world.presenter("ivan"), &token.view.id, None).expect("open");
        let start = Barrier::new(2);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                start.wait();
                set(&world, &world.presenter("ivan"), &token.view.id, Some(&narrow)).expect("narrower")
            });
            start.wait();
            // The stale session may narrow the allowed sources, but not widen them. So it may set `wide` before the
            // other thread has set `narrow`, and not afterwards.
            let _either = set(&world, &stale, &token.view.id, Some(&wide));
        });
        let ivan = world.presenter("ivan");
        let listed = block_on(world.handle.personal_access_token(&ivan, &token.view.id)).expect("listed");
        assert_eq!(listed.allowed_sources, Some(narrow.clone()), "the narrower list always stands");
    }
}
