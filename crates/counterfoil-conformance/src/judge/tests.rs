use futures_executor::block_on;

use super::{Call, DueNotices, judge_in};
use crate::reference::ReferenceStore;
use crate::scene::{Deed, Outcome, Scene};
use crate::violation::Violation;

/// Makes a scene, and a store that contains its records.
fn scene() -> (ReferenceStore, Scene) {
    let store = ReferenceStore::new();
    let scene = block_on(Scene::new(&store)).unwrap();
    (store, scene)
}

/// Calls the operations on the store one after another, in this order. Returns them with their answers.
fn call(store: &ReferenceStore, scene: &Scene, calls: &[(Deed, usize)]) -> Vec<Call> {
    let call = |(deed, actor): &(Deed, usize)| {
        let outcome = block_on(scene.act(store, *deed, *actor)).unwrap();
        Call { deed: *deed, actor: *actor, outcome }
    };
    calls.iter().map(call).collect()
}

fn judged(store: &ReferenceStore, scene: &Scene, calls: &[Call]) -> Result<(), Violation> {
    block_on(judge_in(store, scene, calls, DueNotices::Now)).map(drop)
}

#[test]
fn what_ran_one_after_the_other_has_an_order_whatever_it_was() {
    for pair in Deed::pairs(u32::MAX) {
        for order in [[0, 1, 2, 3], [2, 3, 0, 1], [3, 0, 2, 1]] {
            let (store, scene) = scene();
            let deeds = order.map(|actor| (pair[actor / 2], actor));
            let mut calls = call(&store, &scene, &deeds);
            calls.sort_by_key(|call| call.actor);
            judged(&store, &scene, &calls).unwrap();
        }
    }
}

#[test]
fn two_winners_of_one_version_have_no_order() {
    let (store, scene) = scene();
    let mut calls = call(&store, &scene, &[(Deed::Rekey, 0), (Deed::EditDescription, 1)]);
    calls[1].outcome = calls[0].outcome.clone();
    let broken = judged(&store, &scene, &calls).unwrap_err();
    assert!(broken.what().contains("EditDescription 1 answered Done, must answer Stale"), "{}", broken.what());
}

#[test]
fn a_lost_write_has_no_order_and_the_message_names_its_field_alone() {
    let (store, scene) = scene();
    let calls = call(&store, &scene, &[(Deed::Touch, 0), (Deed::Slide, 1)]);
    store.with(|model| model.record_mut(&scene.tip).unwrap().last_used_at = None);
    let broken = judged(&store, &scene, &calls).unwrap_err();
    let (_, nearest) = broken.what().split_once("The nearest order is ").unwrap();
    assert!(nearest.contains("last_used_at is None") && nearest.lines().count() == 2, "{nearest}");
}

/// Checks the judge with two revocations of all families of an owner. The first misses a family that is inserted
/// concurrently, and must be accepted. The second misses an older family, and must be rejected.
#[test]
fn the_end_of_an_owners_families_may_miss_a_new_one_and_no_old_one() {
    let (store, scene) = scene();
    let calls = call(&store, &scene, &[(Deed::RevokeOwner, 0), (Deed::Found, 1)]);
    judged(&store, &scene, &calls).unwrap();
    let again = |model: &mut crate::reference::Model| {
        let family = model.family_mut(scene.chain.family.id).unwrap();
        (family.revoked, family.gone_at) = (None, scene.chain.family.gone_at);
    };
    store.with(again);
    judged(&store, &scene, &calls).unwrap_err();
}

#[test]
fn a_list_may_show_each_record_as_of_its_own_moment_but_none_as_it_never_was() {
    let (store, scene) = scene();
    let before = call(&store, &scene, &[(Deed::ListAll, 2)]);
    let writes = call(&store, &scene, &[(Deed::Supersede, 0)]);
    let after = call(&store, &scene, &[(Deed::ListAll, 2)]);
    let showed = |call: &Call| match &call.outcome {
        Outcome::Seen(records) => records.clone(),
        other => panic!("{other:?}"),
    };
    let judge = |records| {
        let list = Call { deed: Deed::ListAll, actor: 2, outcome: Outcome::Seen(records) };
        let [write] = &writes[..] else { panic!("one write") };
        let write = Call { deed: write.deed, actor: write.actor, outcome: write.outcome.clone() };
        judged(&store, &scene, &[write, list])
    };
    let (old, new) = (showed(&before[0]), showed(&after[0]));
    judge(old.clone()).unwrap();
    judge(new.clone()).unwrap();
    let mixed: Vec<_> = new.iter().take(1).chain(old.iter()).cloned().collect();
    judge(mixed).unwrap();
    // These are the old records, joined with the newer row of one family. The records had this state at no moment.
    let family = new[0].family().clone();
    let half = old.iter().cloned().map(|record| {
        let (own, was) = record.into_parts();
        let family = if was.id == family.id { family.clone() } else { was };
        counterfoil::store::TokenRecord::from_parts(own, family).unwrap()
    });
    judge(half.collect()).unwrap_err();
}
