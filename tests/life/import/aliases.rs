//! Tests the aliases of imported tokens: their upkeep, damaged entries, and outages of the store.

use counterfoil::http_auth::Refusal;
use counterfoil::import::ForeignCredential;
use counterfoil::store::*;
use counterfoil::testing::{Failure, Faults};
use counterfoil::types::RecordId;
use counterfoil::*;

use super::{aliases, all_schemes, faulty, ids, import, importing, tokens};
use crate::support::*;

#[test]
fn life_6_upkeep_removes_an_alias_without_a_record_after_a_day() {
    let (world, bill) = (importing(), subject("bill"));
    let [first, second, ..] = tokens()[..] else { panic!("two tokens") };
    let row = |[scheme, _, row]: [&'static str; 3]| ForeignCredential::new(scheme, row, &bill, "Telegram");
    import(&world.handle, &[row(first)]);
    let faults = Faults::default();
    faults.on("insert", Failure::NotExecuted);
    let failed = block_on(faulty(&world, &faults).handle.import_credentials(&Presenter::host(), &[row(second)]));
    assert!(matches!(failed, Err(ManageError::Unavailable(_))));
    assert_eq!(aliases(&world.store).len(), 2);
    assert!(matches!(world.reason(second[1]), Refusal::Unknown));
    let dangling_at = world.now().plus_capped(days(1));
    world.pass(dangling_at.since(world.now()) - std::time::Duration::from_micros(1));
    let _ = block_on(world.handle.purge(limit(500))).expect("purged");
    assert_eq!(aliases(&world.store).len(), 2, "a microsecond before the day is over");
    // A walk over the aliases begins at most once an hour. This purge is 59 minutes after the last walk, so it removes
    // nothing.
    world.pass(minutes(59));
    let _ = block_on(world.handle.purge(limit(500))).expect("purged");
    assert_eq!(aliases(&world.store).len(), 2);
    world.pass(minutes(1));
    assert_eq!(block_on(world.handle.purge(limit(500))).expect("purged").changed, 1);
    assert_eq!(aliases(&world.store).len(), 1);
    assert!(world.works(first[1]), "its record stands");
    import(&world.handle, &[row(second)]);
    assert!(world.works(second[1]));
}

#[test]
fn life_6_a_walk_of_aliases_goes_on_where_it_stopped() {
    let (world, bill) = (importing(), subject("bill"));
    for id in 0..10u8 {
        let (alias, id) = (Alias::from_bytes([id; 32]), RecordId::from_bytes([id; 16]));
        let entry = AliasEntry { id, created_at: Timestamp::EPOCH };
        assert_eq!(block_on(world.store.put_alias(&alias, &entry, None)).expect("in memory"), AliasPut::Done);
    }
    let [scheme, text, row] = tokens()[0];
    import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
    for left in [8, 5, 2, 1] {
        let _ = block_on(world.handle.purge(limit(3))).expect("purged");
        assert!(aliases(&world.store).len().abs_diff(left) <= 1, "{left}");
    }
    assert_eq!(aliases(&world.store).len(), 1);
    assert!(world.works(text));
}

#[test]
fn life_6_an_alias_or_record_that_was_moved_gives_no_access() {
    let (world, bill) = (importing(), subject("bill"));
    let [first, second, ..] = tokens()[..] else { panic!("two tokens") };
    let rows = [first, second].map(|[scheme, _, row]| ForeignCredential::new(scheme, row, &bill, "Telegram"));
    let ids = ids(&import(&world.handle, &rows));
    let there = aliases(&world.store);
    // Somebody who can write to the store replaces the entry of an alias. The new entry names the record of the other
    // imported token, or a record of another person.
    let own = world.pat("ivan", "one").view.id;
    for (alias, entry) in &there {
        for id in ids.iter().chain([&own]).filter(|id| **id != entry.id) {
            let exchanged = AliasEntry { id: *id, created_at: entry.created_at };
            let put = block_on(world.store.put_alias(alias, &exchanged, Some(&entry.id)));
            assert_eq!(put.expect("in memory"), AliasPut::Done);
            let refused = [first[1], second[1]].iter().filter(|text| !world.works(text)).count();
            assert_eq!(refused, 1, "the token whose alias leads elsewhere");
            let put = block_on(world.store.put_alias(alias, entry, Some(id)));
            assert_eq!(put.expect("in memory"), AliasPut::Done);
        }
    }
    assert!(world.works(first[1]) && world.works(second[1]));
    let elsewhere = world
        .elsewhere(|builder| all_schemes(world.store.clone())(builder.realm(Realm::new("other").expect("a realm"))));
    assert!(matches!(elsewhere.reason(first[1]), Refusal::Unknown), "realms are apart");
}

#[test]
fn life_6_an_outage_of_the_aliases_is_no_refusal() {
    let (world, bill) = (importing(), subject("bill"));
    let [scheme, text, row] = tokens()[0];
    import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
    let faults = Faults::default();
    let node = faulty(&world, &faults);
    for method in ["alias", "get"] {
        faults.on(method, Failure::NotExecuted);
        assert!(matches!(node.verify(text), Err(Denied::Unavailable(_))), "{method}");
    }
    faults.on("aliases", Failure::NotExecuted);
    assert!(block_on(node.handle.purge(limit(5))).is_err());
}
