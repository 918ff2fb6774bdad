//! Tests the list of an owner's families and the details of families, with damaged rows in both dialects.

use counterfoil::store::{Applied, Change, FamilyDetails, FamilyParts, Rotated, StoreError, TokenStore};
use counterfoil::types::{FamilyId, Networks, RecordId, Version};
use counterfoil_conformance::sample::{GONE, Person, at, describe_as, most, must_get, relabel, revoked, supersede};

use crate::support::RUNTIME;

fn details(metadata: &str) -> FamilyDetails {
    let office = Networks::new(["192.0.2.0/24"]).expect("a block");
    FamilyDetails::new()
        .with_allowed_sources(office)
        .with_metadata(metadata.parse::<counterfoil::types::Metadata>().ok())
}

fn detail(details: Option<FamilyDetails>) -> Change {
    Change::Edit { label: None, description: None, scope: None, details: Some(details.and_then(FamilyDetails::kept)) }
}

/// Returns the details of a family, as a read of its member `member` returns them.
async fn shown(store: &dyn TokenStore, member: &RecordId) -> Option<FamilyDetails> {
    let record = must_get(store, member).await.expect("a record");
    record.family().details.as_deref().cloned()
}

/// Checks that details can be changed only through the newest record of a family. Afterwards reads of all members
/// return the new details. Other changes keep the details.
async fn details_follow_the_newest(store: &dyn TokenStore) {
    let person = Person::somebody();
    let mut draft = person.refresh().labelled("a device").with_access();
    draft.family.details = details("{\"a\":1}").kept();
    let first = draft.found(store).await.expect("a family");
    let access = draft.records[1].id;
    for member in [first, access] {
        assert_eq!(shown(store, &member).await, Some(details("{\"a\":1}")));
    }
    let body = must_get(store, &first).await.expect("a record").family().body.clone();

    // After a rotation, the successor is the newest record. Its parent and an access token accept no change of the
    // details.
    let next = draft.successor(first, 1);
    let tip = next.id;
    let step = supersede(Version::FIRST, tip, at(1));
    assert!(matches!(store.rotate(&first, &step, &[next], at(1)).await, Ok(Rotated::Done)));
    assert_eq!(shown(store, &tip).await, Some(details("{\"a\":1}")), "a rotation keeps the details");
    let change = detail(Some(details("{\"b\":[2]}")));
    for (member, version) in [(first, Version::FIRST.next()), (access, Version::FIRST)] {
        let outcome = store.apply(&member, version, &change, at(2)).await;
        assert!(matches!(outcome, Ok(Applied::Stale(_))), "{outcome:?}");
        let outcome = store.apply(&member, version, &describe_as("not the details"), at(2)).await;
        assert!(matches!(outcome, Ok(Applied::Done(_))), "{outcome:?}");
    }
    let Ok(Applied::Done(written)) = store.apply(&tip, Version::FIRST, &change, at(2)).await else {
        panic!("it is the newest")
    };
    assert_eq!(written.family().details, details("{\"b\":[2]}").kept());
    assert_eq!((written.record().version, &written.family().body), (Version::FIRST.next(), &body));
    for member in [first, access, tip] {
        assert_eq!(shown(store, &member).await, Some(details("{\"b\":[2]}")));
    }
    // The newest record has a newer version after the change above. So the second of two concurrent changes is refused.
    let outcome = store.apply(&tip, Version::FIRST, &detail(None), at(3)).await;
    assert!(matches!(outcome, Ok(Applied::Stale(_))), "{outcome:?}");

    // One step changes details, label and description. A relabel alone keeps the details.
    let Change::Edit { label, .. } = relabel("another device") else { panic!("an edit") };
    let Change::Edit { description, .. } = describe_as("in the hall") else { panic!("an edit") };
    let all = Change::Edit { label, description, scope: Some(None), details: Some(details("{\"c\":3}").kept()) };
    let mut version = Version::FIRST.next();
    for (change, expected) in [(all, Some("{\"c\":3}")), (relabel("a third"), Some("{\"c\":3}")), (detail(None), None)]
    {
        let Ok(Applied::Done(written)) = store.apply(&tip, version, &change, at(4)).await else { panic!("accepted") };
        version = version.next();
        assert_eq!(written.record().description.as_ref().map(|text| text.as_str()), Some("in the hall"));
        assert_eq!((written.record().scope.as_ref(), &written.family().body), (None, &body));
        let seen = must_get(store, &tip).await.expect("a record");
        assert_eq!(seen.family(), written.family());
        assert_eq!(shown(store, &first).await, expected.map(details));
        let key = &seen.family().label_key;
        assert_eq!(key.as_ref(), written.record().label.as_ref().map(|label| label.key()).as_ref());
    }
    let page = store.list_families(&person.realm, &person.owner, None, most(9)).await.expect("a page");
    assert_eq!(page.items, [must_get(store, &tip).await.expect("a record").family().clone()]);

    // No record of a revoked family accepts a change of the details.
    let ended = store.revoke(person.all(), revoked(at(5)), at(GONE), most(9)).await.expect("an answer");
    assert_eq!((ended.changed, ended.more), (1, false));
    let outcome = store.apply(&tip, version, &change, at(6)).await;
    assert!(matches!(outcome, Ok(Applied::Stale(_))), "{outcome:?}");
    let missing = Person::somebody().pat().id();
    assert!(matches!(store.apply(&missing, Version::FIRST, &change, at(6)).await, Ok(Applied::Missing)));
}

/// Reads all pages of a person's families, `size` families on a page. Returns the families, and the number of damaged
/// families that all pages together counted.
async fn walk(store: &dyn TokenStore, person: &Person, size: u32) -> (Vec<FamilyParts>, u32) {
    let (mut found, mut corrupt, mut after) = (Vec::new(), 0, None);
    loop {
        let page = store.list_families(&person.realm, &person.owner, after.as_ref(), most(size)).await.expect("a page");
        assert!(page.items.len() <= size as usize);
        found.extend(page.items);
        corrupt += page.corrupt;
        after = page.next;
        if after.is_none() {
            return (found, corrupt);
        }
    }
}

/// Checks that pages of every size return each family once, in order of id. Revoked families and families of other
/// owners are not returned. Damaged families are counted once. `damage` damages the bodies of the given families,
/// inserts rows for the person whose ids have a wrong length, and returns the number of these rows.
async fn pages_return_each_family_once<F>(store: &dyn TokenStore, damage: impl FnOnce(Person, [FamilyId; 2]) -> F)
where
    F: Future<Output = u32>,
{
    let person = Person::somebody();
    let stranger = Person { realm: counterfoil::Realm::new("elsewhere").expect("a realm"), ..person.clone() };
    let mut firsts = Vec::new();
    for nth in 0..12 {
        let draft = match nth % 3 {
            0 => person.pat().ending(Some(at(1)), Some(at(2))),
            1 => person.refresh().with_access(),
            _ => person.pat().ending(None, None),
        };
        firsts.push(draft.found(store).await.expect("a family"));
        stranger.pat().found(store).await.expect("a family");
        Person::somebody().pat().found(store).await.expect("a family");
    }
    let gone = firsts.swap_remove(5).family();
    let ended = store.revoke(person.family(gone), revoked(at(3)), at(GONE), most(1)).await.expect("an answer");
    assert_eq!(ended.changed, 1);
    firsts.sort_unstable();
    let is = |found: &[FamilyParts], firsts: &[RecordId]| {
        found.iter().map(|family| family.id).eq(firsts.iter().map(RecordId::family))
    };
    for size in [1, 2, 3, 10, 11, 12, 50] {
        let (found, corrupt) = walk(store, &person, size).await;
        assert!(is(&found, &firsts) && corrupt == 0, "pages of {size}");
    }
    assert_eq!(walk(store, &Person::somebody(), 1).await, (Vec::new(), 0));

    // The first and the last family are damaged. So the first and the last page of size 1 contain only a damaged
    // family.
    let damaged = [firsts.remove(0), firsts.pop().expect("a family")];
    let others = damage(person.clone(), damaged.map(|id| id.family())).await;
    for size in [1, 2, 3, 9, 10, 11, 50] {
        let (found, corrupt) = walk(store, &person, size).await;
        assert!(is(&found, &firsts), "pages of {size}");
        assert_eq!(corrupt, 2 + others, "pages of {size}");
    }
    // A change of the details must not overwrite a damaged body.
    let outcome = store.apply(&damaged[0], Version::FIRST, &detail(None), at(1)).await;
    assert!(matches!(outcome, Err(StoreError::Corrupt { .. })), "{outcome:?}");
    assert_eq!(walk(store, &person, 50).await.1, 2 + others);
}

/// The family ids of the damaged rows. Their lengths are 0, 1 and 11 bytes, but an id has 10 bytes.
const NO_IDS: [&[u8]; 3] = [&[], &[1], &[0xFF; 11]];

#[cfg(feature = "sqlite")]
#[test]
fn families_on_sqlite() {
    RUNTIME.block_on(async {
        let file = crate::support::files::File::new();
        let store = file.open().await;
        details_follow_the_newest(&store).await;
        let file = &file;
        let damage = |person: Person, families: [FamilyId; 2]| async move {
            let mut raw = crate::support::files::raw(file).await;
            sqlx::query("PRAGMA ignore_check_constraints = ON").execute(&mut raw).await.expect("no checks");
            for family in families {
                let query = sqlx::query("UPDATE counterfoil_family SET body = 'x' WHERE id = ?1");
                query.bind(family.as_bytes().to_vec()).execute(&mut raw).await.expect("damaged");
            }
            for id in NO_IDS {
                let query = sqlx::query(
                    "INSERT INTO counterfoil_family (id, realm, owner, kind, generation, body) \
                     VALUES (?1, ?2, ?3, 1, 0, '\"alone\"')",
                );
                let query = query.bind(id).bind(person.realm.as_str()).bind(person.owner.as_str());
                query.execute(&mut raw).await.expect("a row");
            }
            3
        };
        pages_return_each_family_once(&store, damage).await;
    });
}

#[cfg(feature = "postgres")]
#[test]
fn families_on_postgresql() {
    use counterfoil_sql::{Isolation, PgSetup};

    RUNTIME.block_on(async {
        for isolation in [Isolation::ReadCommitted, Isolation::Serializable] {
            let schema = crate::support::schemas::Schema::new().await;
            let store = schema.open_with(PgSetup::default().isolation(isolation)).await;
            details_follow_the_newest(&store).await;
            let schema = &schema;
            let damage = |person: Person, families: [FamilyId; 2]| async move {
                schema.run("ALTER TABLE counterfoil_family DROP CONSTRAINT counterfoil_family_id_check").await;
                let mut raw = crate::support::schemas::raw(&schema.options()).await;
                let query = sqlx::query("UPDATE counterfoil_family SET body = 'x' WHERE id = ANY($1)");
                let families: Vec<_> = families.iter().map(|family| family.as_bytes().to_vec()).collect();
                query.bind(families).execute(&mut raw).await.expect("damaged");
                for id in NO_IDS {
                    let query = sqlx::query(
                        "INSERT INTO counterfoil_family (id, realm, owner, kind, generation, members, body) \
                         VALUES ($1, $2, $3, 1, 0, 1, '\"alone\"')",
                    );
                    let query = query.bind(id).bind(person.realm.as_str()).bind(person.owner.as_str());
                    query.execute(&mut raw).await.expect("a row");
                }
                3
            };
            pages_return_each_family_once(&store, damage).await;
        }
    });
}
