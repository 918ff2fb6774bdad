//! Tests the import of tokens of other systems (requirement LIFE 6).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::import::{ForeignCredential, ForeignDigest, ForeignScheme, ImportOutcome, Knox, Sanctum};
use counterfoil::memory::MemoryStore;
use counterfoil::operations::DropKeyError;
use counterfoil::store::*;
use counterfoil::testing::{Failure, Faults, FaultyStore, SeededEntropy};
use counterfoil::types::{KeyId, RecordId, Source, TokenKind};
use counterfoil::*;

use crate::support::*;

/// The tokens of `testdata/import/tokens.txt`: scheme, text, row.
fn tokens() -> Vec<[&'static str; 3]> {
    let lines = include_str!("../../testdata/import/tokens.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(' ').collect::<Vec<_>>().try_into().expect("three fields")).collect()
}

fn all_schemes(store: Arc<dyn AliasStore>) -> impl FnOnce(Builder) -> Builder {
    |builder| builder.alias_store(store).import(Sanctum).import(Knox::new()).import(Knox::version_4())
}

/// A host without clients that imports tokens.
fn importing() -> World {
    let world = bare_world(open_policy());
    world.elsewhere(|builder| all_schemes(world.store.clone())(builder))
}

/// Another node of the host, whose stores can fail.
fn faulty(world: &World, faults: &Faults) -> World {
    let store = Arc::new(FaultyStore::new(Arc::clone(&world.store), faults.clone()));
    world.elsewhere(|builder| all_schemes(store.clone())(builder.store(store).entropy(SeededEntropy::new(77))))
}

fn import(handle: &Counterfoil, credentials: &[ForeignCredential<'_>]) -> Vec<ImportOutcome> {
    block_on(handle.import_credentials(&Presenter::host(), credentials)).expect("imported")
}

fn ids(outcomes: &[ImportOutcome]) -> Vec<RecordId> {
    let id = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Imported { id, .. } => *id,
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(id).collect()
}

fn is_already(outcome: &ImportOutcome, id: RecordId) -> bool {
    *outcome == ImportOutcome::AlreadyImported { id }
}

fn live_tokens(world: &World, owner: &str) -> usize {
    let page = block_on(world.handle.list_personal_access_tokens(&world.presenter(owner), None, limit(100)));
    page.expect("a list").items.len()
}

fn aliases(store: &MemoryStore) -> Vec<(Alias, AliasEntry)> {
    block_on(store.aliases(None, limit(1_000))).expect("in memory").items
}

#[test]
fn life_6_tokens_of_sanctum_and_knox_go_on_working_under_their_own_texts() {
    let (world, bill) = (importing(), subject("bill"));
    let tokens = tokens();
    assert_eq!(tokens.len(), 8);
    let rows: Vec<_> =
        tokens.iter().map(|[scheme, _, row]| ForeignCredential::new(scheme, row, &bill, "Telegram")).collect();
    assert!(
        tokens.iter().all(|[_, text, _]| matches!(world.reason(text), Refusal::Unknown)),
        "nothing is imported yet"
    );
    world.take_events();
    let outcomes = import(&world.handle, &rows);
    let ids = ids(&outcomes);
    let events = world.take_events();
    for (id, ([scheme, text, row], event)) in ids.iter().zip(tokens.iter().zip(&events)) {
        let owner = bill.clone().into();
        let scheme_of = |event: &EventKind| match event {
            EventKind::Imported { scheme, .. } => *scheme,
            other => panic!("{other:?}"),
        };
        assert_eq!(*event, EventKind::Imported { id: *id, owner, scheme: scheme_of(event) });
        assert_eq!(scheme_of(event), *scheme);
        let principal = world.verify(text).expect("an imported token");
        assert_eq!((principal.credential_id(), principal.name()), (*id, "AD\\bill.posters"));
        assert_eq!(principal.kind(), TokenKind::PersonalAccessToken);
        // A dump of the other system gives no access.
        assert!(matches!(world.reason(row), Refusal::Malformed | Refusal::Unknown), "{row}");
        assert!(matches!(world.reason(&format!("1|{row}")), Refusal::Malformed | Refusal::Unknown));
        assert_eq!(id.shard(), token::shard(&Realm::default(), &bill.clone().into()), "the shard of its owner");
    }
    assert_eq!(live_tokens(&world, "bill"), tokens.len());
    world.delete("bill", &ids[0]).expect("deleted like others");
    assert!(matches!(world.reason(tokens[0][1]), Refusal::Revoked { .. }));
}

#[test]
fn life_6_the_headers_of_the_other_systems_are_accepted_only_by_a_host_that_imports() {
    let (world, bill) = (importing(), subject("bill"));
    for [scheme, text, row] in tokens() {
        import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
        let of = if scheme == "sanctum" { "Bearer" } else { "Token" };
        let header = format!("{of} {text}");
        let sent = |world: &World, headers: &[&str]| {
            let headers: Vec<_> = headers.iter().map(|header| header.as_bytes()).collect();
            block_on(world.handle.authenticate(headers, &Source::Unknown)).map_err(|challenge| challenge.status())
        };
        assert_eq!(sent(&world, &[&header]).expect("authenticated").name(), "AD\\bill.posters");
        assert_eq!(sent(&world, &[&header, &header]).err(), Some(400), "one header");
        assert_eq!(sent(&world, &[&format!("{header} x")]).err(), Some(400), "one text");
        assert_eq!(sent(&world, &[&format!("Digest {text}")]).err(), Some(401), "another scheme");
        let other = world.elsewhere(|builder| builder);
        assert_eq!(sent(&other, &[&header]).err(), Some(if scheme == "sanctum" { 400 } else { 401 }));
    }
}

#[test]
fn life_6_fields_of_a_row_are_kept_and_caps_are_not_asked() {
    let mut policy = open_policy();
    policy.personal_access_tokens.max_live_per_owner = Some(limit(1));
    policy.personal_access_tokens.creations_per_hour = Some(limit(1));
    let store = Arc::new(MemoryStore::default());
    let world = world_on(policy, store.clone(), all_schemes(store));
    world.pass(days(400));
    let bill = subject("bill");
    let [first, second, ..] = tokens()[..] else { panic!("two tokens") };
    let (created, used) = (world.now().minus(days(300)), world.now().minus(days(2)));
    let ends = world.now().plus_capped(days(4_000));
    let full = ForeignCredential::new(first[0], first[2], &bill, "Telegram")
        .with_scope(scope("projects:read"))
        .with_created_at(created)
        .with_last_used_at(used)
        .with_expires_at(ends);
    let ids = ids(&import(&world.handle, &[full, ForeignCredential::new(second[0], second[2], &bill, "Telegram")]));
    let record = world.stored(&ids[0]).expect("stored");
    let record = record.record();
    assert_eq!((record.created_at, record.last_used_at, record.expires_at), (created, Some(used), Some(ends)));
    assert_eq!(record.scope, scope("projects:read"));
    assert!(record.notice.is_some(), "a notice before the expiry");
    let labels: Vec<_> = ids.iter().map(|id| world.stored(id).expect("stored").record().label.clone()).collect();
    assert_eq!(labels.iter().flatten().map(|label| label.as_str()).collect::<Vec<_>>(), ["Telegram", "Telegram (2)"]);
    assert!(world.verify(first[1]).expect("imported").may("projects:read"));
    assert!(!world.verify(first[1]).expect("imported").may("projects:write"));
    world.pass(days(4_000));
    assert!(matches!(world.reason(first[1]), Refusal::Expired { .. }));
    assert!(world.works(second[1]), "permanent");
}

#[test]
fn life_6_a_label_that_is_taken_gets_a_number_and_a_long_one_is_cut() {
    let (world, bill) = (importing(), subject("bill"));
    world.pat("bill", "Telegram");
    let long = "x".repeat(300);
    let tokens = tokens();
    let rows: Vec<_> = (tokens.iter().zip(["Telegram", "TELEGRAM", &long[..250], &long[..250], " x "]))
        .map(|([scheme, _, row], label)| ForeignCredential::new(scheme, row, &bill, label))
        .collect();
    let label = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Imported { label, .. } => label.clone(),
        other => panic!("{other:?}"),
    };
    let labels: Vec<_> = import(&world.handle, &rows).iter().map(label).collect();
    let most = usize::from(open_policy().personal_access_tokens.label_max);
    assert_eq!(labels[..2], ["Telegram (2)", "TELEGRAM (3)"]);
    assert_eq!(labels[2], "x".repeat(most));
    assert_eq!(labels[3], format!("{} (2)", "x".repeat(most - 4)));
    assert_eq!(labels[4], "x");
}

#[test]
fn life_6_a_row_with_an_invalid_field_is_refused_alone() {
    let (world, bill, nobody) = (importing(), subject("bill"), subject("nobody"));
    let [scheme, text, row] = tokens()[0];
    let good = ForeignCredential::new(scheme, row, &bill, "Telegram");
    let with = |change: fn(&mut ForeignCredential<'_>)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    let rows = [
        with(|bad| bad.scheme = "md5"),
        with(|bad| bad.row = "abc"),
        with(|bad| bad.label = ""),
        with(|bad| bad.expires_at = Some(Timestamp::EPOCH)),
        ForeignCredential::new(scheme, row, &nobody, "Telegram"),
        good.clone(),
    ];
    let outcomes = import(&world.handle, &rows);
    let field = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Refused(invalid) => invalid.field(),
        _ => "",
    };
    assert_eq!(outcomes.iter().map(field).collect::<Vec<_>>(), ["scheme", "row", "label", "expires_at", "owner", ""]);
    assert!(world.works(text));
    let many = vec![good; 1_001];
    let refused = block_on(world.handle.import_credentials(&Presenter::host(), &many));
    assert!(matches!(refused, Err(ManageError::Invalid(Invalid::TooMany { most: 1_000, .. }))));
}

#[test]
fn life_6_nobody_imports_a_token_with_more_rights_than_his_own_credential() {
    let (world, bill) = (importing(), subject("bill"));
    let [scheme, _, row] = tokens()[0];
    let by = Presenter::from(
        &world.verify(world.scoped_pat("super", "one", "users:manage").token.expose_secret()).expect("a token"),
    );
    let all = [ForeignCredential::new(scheme, row, &bill, "Telegram")];
    let refused = block_on(world.handle.import_credentials(&by, &all));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "a token makes nothing");
    let signed_in = world.presenter("admin");
    let refused = block_on(world.handle.import_credentials(&signed_in, &all));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Role { .. }))));
    block_on(world.handle.import_credentials(&world.presenter("super"), &all)).expect("a super administrator");
}

#[test]
fn life_6_import_is_refused_without_a_key_ring_a_store_and_a_name() {
    let store = Arc::new(MemoryStore::default());
    let ring = || KeyRing::generate(&SeededEntropy::new(1)).expect("seeded");
    let builder = || {
        let policy = policy::Policy::open();
        Counterfoil::builder().policy(policy).store(store.clone()).directory(people()).import(Sanctum)
    };
    assert_eq!(builder().alias_store(store.clone()).build().err(), Some(BuildError::ImportWithoutKeyRing));
    assert_eq!(builder().key_ring(ring()).build().err(), Some(BuildError::Missing { part: "alias_store" }));
    let twice = builder().key_ring(ring()).alias_store(store.clone()).import(Sanctum);
    assert_eq!(twice.build().err(), Some(BuildError::ImportScheme), "two of one name");
    assert_eq!(builder().key_ring(ring()).import(Nameless).build().err(), Some(BuildError::ImportScheme));
    let world = world();
    let none = block_on(world.handle.import_credentials(&Presenter::host(), &[]));
    assert!(matches!(none, Err(ManageError::Unavailable(Unavailable::NotGiven { part: "import" }))));
}

/// A scheme without a name, for texts that begin with `acme-`. Its digest is the text itself.
struct Nameless;

impl ForeignScheme for Nameless {
    fn name(&self) -> &'static str {
        ""
    }

    fn digest_of(&self, _: &str) -> Option<ForeignDigest> {
        None
    }

    fn digest_from_row(&self, _: &str) -> Option<ForeignDigest> {
        None
    }
}

#[test]
fn life_6_a_row_is_imported_once() {
    let (world, bill) = (importing(), subject("bill"));
    let [scheme, text, row] = tokens()[0];
    let one = ForeignCredential::new(scheme, row, &bill, "Telegram");
    let outcomes = import(&world.handle, &[one.clone(), one.clone()]);
    let id = ids(&outcomes[..1])[0];
    assert!(is_already(&outcomes[1], id));
    // Also after the first use, when the digest is another one, and after a deletion.
    assert!(world.works(text));
    let _ = block_on(world.handle.flush());
    assert!(is_already(&import(&world.handle, std::slice::from_ref(&one))[0], id));
    world.delete("bill", &id).expect("deleted");
    assert!(is_already(&import(&world.handle, &[one])[0], id), "it is not brought back");
    assert!(!world.works(text));
}

#[test]
fn life_6_the_digest_is_made_anew_at_the_first_use() {
    let (world, bill) = (importing(), subject("bill"));
    let [scheme, text, row] = tokens()[0];
    let id = ids(&import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]))[0];
    let digest = |world: &World| *world.stored(&id).expect("stored").record().digest.as_bytes();
    let before = digest(&world);
    let _ = block_on(world.handle.flush());
    assert_eq!(digest(&world), before, "not used yet");
    world.take_events();
    assert!(world.works(text));
    let _ = block_on(world.handle.flush());
    let after = digest(&world);
    assert_ne!(after, before);
    assert_eq!(world.take_events(), [EventKind::Rekeyed { id, key: KeyId::new(1) }]);
    assert!(world.works(text));
    // Sanctum also accepts the text without the number of the row.
    assert!(world.works(text.split_once('|').expect("a number").1));
    let _ = block_on(world.handle.flush());
    assert_eq!(digest(&world), after, "once");
}

#[test]
fn life_6_after_a_rotation_of_the_key_a_used_token_moves_to_the_new_key() {
    let (world, bill) = (importing(), subject("bill"));
    let [used, unused, ..] = tokens()[..] else { panic!("two tokens") };
    let rows = [used, unused].map(|[scheme, _, row]| ForeignCredential::new(scheme, row, &bill, "Telegram"));
    let ids = ids(&import(&world.handle, &rows));
    let wider = ring().with_new_key(&SeededEntropy::new(7)).expect("seeded");
    let narrow = wider.without(KeyId::new(1)).expect("the new one stays");
    let newer = world.elsewhere(|builder| all_schemes(world.store.clone())(builder.key_ring(wider)));
    assert!(is_already(&import(&newer.handle, &rows)[0], ids[0]), "found under the older key");
    assert!(newer.works(used[1]) && newer.works(used[1]));
    let old_aliases = aliases(&world.store);
    let _ = block_on(newer.handle.flush());
    assert_eq!(aliases(&world.store).len(), 2, "one alias for each token");
    assert_ne!(aliases(&world.store), old_aliases);
    assert!(newer.works(used[1]));
    assert!(is_already(&import(&newer.handle, &rows)[0], ids[0]));
    // The census counts the token that was not used, under the older key.
    let refused = block_on(newer.handle.may_drop_key(KeyId::new(1)));
    assert!(matches!(refused, Err(DropKeyError::InUse { records: 1, .. })), "{refused:?}");
    assert!(newer.works(unused[1]));
    let _ = block_on(newer.handle.flush());
    block_on(newer.handle.may_drop_key(KeyId::new(1))).expect("nothing is under it");
    let last = world.elsewhere(|builder| all_schemes(world.store.clone())(builder.key_ring(narrow)));
    assert!(last.works(used[1]) && last.works(unused[1]));
}

#[test]
fn life_6_a_crash_at_any_call_of_a_move_to_the_new_key_loses_no_token() {
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        for nth in 1..4 {
            let (world, bill) = (importing(), subject("bill"));
            let [scheme, text, row] = tokens()[0];
            import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
            let ring = || ring().with_new_key(&SeededEntropy::new(7)).expect("seeded");
            let faults = Faults::default();
            let store = Arc::new(FaultyStore::new(Arc::clone(&world.store), faults.clone()));
            let newer = world.elsewhere(|builder| all_schemes(store.clone())(builder.store(store).key_ring(ring())));
            assert!(newer.works(text));
            faults.nth(nth, failure);
            let _ = block_on(newer.handle.flush());
            faults.heal();
            assert!(newer.works(text), "{failure:?} {nth}");
            let _ = block_on(newer.handle.flush());
            assert!(newer.works(text), "{failure:?} {nth}");
            let _ = block_on(newer.handle.flush());
            block_on(newer.handle.may_drop_key(KeyId::new(1))).expect("nothing is under it");
            let narrow = ring().without(KeyId::new(1)).expect("the new one stays");
            let last = world.elsewhere(|builder| all_schemes(world.store.clone())(builder.key_ring(narrow)));
            assert!(last.works(text), "{failure:?} {nth}");
        }
    }
}

#[test]
fn life_6_a_crash_at_any_call_of_an_import_is_healed_by_a_second_import() {
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        for nth in 1..12 {
            for pause in [minutes(5), days(2)] {
                let (world, bill) = (importing(), subject("bill"));
                let [scheme, text, row] = tokens()[0];
                let one = ForeignCredential::new(scheme, row, &bill, "Telegram").with_last_used_at(world.now());
                let faults = Faults::default();
                let node = faulty(&world, &faults);
                faults.nth(nth, failure);
                let first = block_on(node.handle.import_credentials(&Presenter::host(), std::slice::from_ref(&one)));
                faults.heal();
                world.pass(pause);
                let again = import(&world.handle, &[one]);
                let is_there =
                    matches!(again[..], [ImportOutcome::Imported { .. } | ImportOutcome::AlreadyImported { .. }]);
                assert!(is_there, "{first:?} {again:?}");
                assert!(world.works(text), "{failure:?} {nth}");
                assert_eq!(live_tokens(&world, "bill"), 1, "{failure:?} {nth}");
                assert_eq!(aliases(&world.store).len(), 1);
            }
        }
    }
}

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
    // The next walk begins an hour later.
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

/// A store of aliases and records that lets another import come first. Before the next call of the method `at`, another
/// node (`rival`) imports the same row.
struct Overtaken {
    store: Arc<MemoryStore>,
    at: &'static str,
    rival: World,
    is_armed: AtomicBool,
}

impl Overtaken {
    async fn before(&self, method: &str) {
        if method == self.at && self.is_armed.swap(false, Ordering::SeqCst) {
            let (bill, [scheme, _, row]) = (subject("bill"), tokens()[0]);
            let one = [ForeignCredential::new(scheme, row, &bill, "Telegram")];
            self.rival.handle.import_credentials(&Presenter::host(), &one).await.expect("imported");
        }
    }
}

macro_rules! overtaken {
    ($trait:ident; $(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl $trait for Overtaken {
            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                self.before(stringify!($name)).await;
                $trait::$name(&*self.store, $($argument),*).await
            })*
        }
    };
}
counterfoil::methods_of!(AliasStore => overtaken[AliasStore;]);
counterfoil::methods_of!(TokenStore => overtaken[TokenStore;]);

#[test]
fn life_6_of_two_imports_of_one_row_one_wins_wherever_the_other_comes_between() {
    for dangling in [false, true] {
        for at in ["put_alias", "insert", "alias", "get"] {
            let (world, bill) = (importing(), subject("bill"));
            let [scheme, text, row] = tokens()[0];
            let one = ForeignCredential::new(scheme, row, &bill, "Telegram");
            if dangling {
                let faults = Faults::default();
                faults.on("insert", Failure::NotExecuted);
                let failed = block_on(
                    faulty(&world, &faults).handle.import_credentials(&Presenter::host(), std::slice::from_ref(&one)),
                );
                assert!(failed.is_err());
                world.pass(days(2));
            }
            let rival =
                world.elsewhere(|builder| all_schemes(world.store.clone())(builder.entropy(SeededEntropy::new(5))));
            let store = Arc::clone(&world.store);
            let overtaken = Arc::new(Overtaken { store, at, rival, is_armed: AtomicBool::new(true) });
            let node = world.elsewhere(|builder| {
                all_schemes(overtaken.clone())(builder.token_store(overtaken.clone()).entropy(SeededEntropy::new(6)))
            });
            let _outcome = import(&node.handle, std::slice::from_ref(&one));
            assert_eq!(live_tokens(&world, "bill"), 1, "{at} {dangling}");
            assert!(world.works(text), "{at} {dangling}");
            assert_eq!(aliases(&world.store).len(), 1);
        }
    }
}

#[test]
fn life_6_of_many_imports_of_one_row_one_wins() {
    for round in 0..20 {
        let (world, bill) = (importing(), subject("bill"));
        let [scheme, text, row] = tokens()[round % 8];
        let nodes: Vec<_> = (0..8)
            .map(|seed| {
                let entropy = SeededEntropy::new(100 + seed);
                world.elsewhere(|builder| all_schemes(world.store.clone())(builder.entropy(entropy))).handle
            })
            .collect();
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let one = |node: &Counterfoil| import(node, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
            let threads: Vec<_> = nodes.iter().map(|node| scope.spawn(move || one(node))).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
        });
        let won = outcomes.iter().filter(|outcome| matches!(outcome, ImportOutcome::Imported { .. })).count();
        assert_eq!(won, 1, "{outcomes:?}");
        assert!(world.works(text));
        assert_eq!(live_tokens(&world, "bill"), 1);
    }
}

#[test]
fn life_6_an_alias_or_record_that_was_moved_gives_no_access() {
    let (world, bill) = (importing(), subject("bill"));
    let [first, second, ..] = tokens()[..] else { panic!("two tokens") };
    let rows = [first, second].map(|[scheme, _, row]| ForeignCredential::new(scheme, row, &bill, "Telegram"));
    let ids = ids(&import(&world.handle, &rows));
    let there = aliases(&world.store);
    // Somebody who can write to the store exchanges the two aliases, and lets one lead to a token of another person.
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

#[test]
fn life_6_a_resource_server_learns_about_an_imported_token() {
    let store = Arc::new(MemoryStore::default());
    let world = world_on(open_policy(), store.clone(), all_schemes(store));
    let (bill, [scheme, text, row]) = (subject("bill"), tokens()[0]);
    assert_eq!(world.introspect("machine", text).body, r#"{"active":false}"#, "not imported yet");
    let one = ForeignCredential::new(scheme, row, &bill, "Telegram").with_scope(scope("projects:read"));
    let id = ids(&import(&world.handle, &[one]))[0];
    let told = world.introspect("machine", text).body;
    assert!(told.contains(r#""active":true"#) && told.contains("projects:read"), "{told}");
    assert_eq!(world.introspect("machine", row).body, r#"{"active":false}"#, "a digest is no token");
    world.delete("bill", &id).expect("deleted");
    assert_eq!(world.introspect("machine", text).body, r#"{"active":false}"#);
}

#[test]
fn life_6_an_imported_token_is_as_old_as_its_row() {
    let (world, bill) = (importing(), subject("bill"));
    let [old, new, ..] = tokens()[..] else { panic!("two tokens") };
    let row = |[scheme, _, row]: [&'static str; 3]| ForeignCredential::new(scheme, row, &bill, "Telegram");
    let (since, future) = (world.now().minus(days(10)), world.now().plus_capped(days(10)));
    let before = Some(since.minus(std::time::Duration::from_micros(1)));
    let rows = [row(old).with_created_at(before), row(new).with_created_at(Some(future))];
    let ids = ids(&import(&world.handle, &rows));
    assert_eq!(world.stored(&ids[1]).expect("stored").record().created_at, world.now(), "a future instant is now");
    world.people.update(world.account("bill").with_valid_since(since));
    assert!(matches!(world.reason(old[1]), Refusal::BeforeValidSince { .. }));
    assert!(world.works(new[1]));
}
