//! Checks that requests that contradict themselves are refused (clause 48 of `TokenStore`).

use counterfoil::store::{InsertInto, Inserted, NewRecord, Rotated, StoreError, TokenStore};
use counterfoil::types::{FamilyId, OwnerId, RecordId, Version};
use counterfoil::{Realm, SubjectId};

use crate::reference::describe;
use crate::sample::{Draft, GONE, Person, at, bounded, edited, most, must_get, revoked, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks requests that contradict themselves (clause 48 of `TokenStore`), such as a join whose record belongs to
/// another realm. Each must return `Invalid`, and nothing must be written.
pub async fn requests_are_checked(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    inserts(&*store, &ann).await?;
    joins(&*store, &ann).await?;
    rotations(&*store, &ann).await?;
    beside_refusals(&*store, &ann).await?;
    Ok(Checked::Held)
}

/// Makes requests that the store must refuse for two reasons. Each request contradicts the stored row of its family,
/// and something else is wrong with it, such as a stale version or a taken id. The store may report either reason, and
/// must write nothing.
///
/// Then revokes the family and makes requests that contradict themselves. The store can see this without the stored
/// row. So the answer must be `Invalid`, and not that the family has ended.
async fn beside_refusals(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let draft = ann.refresh().with_access();
    let root = draft.found(store).await?;
    let (next, access) = (draft.successor(root, 1), draft.access(0));
    let foreign = edited(access.clone(), |record| record.owner = neighbour(&draft));
    let taken = edited(foreign.clone(), |record| record.id = draft.records[1].id);
    let foreign_next = [edited(next.clone(), |record| record.owner = foreign.owner.clone()), foreign.clone()];
    let before = describe(&must_get(store, &root).await?);
    let join = |generation, cap| draft.join_capped(generation, cap);
    for (home, new) in [(join(0, 1), &foreign), (join(3, 1), &foreign), (join(0, 9), &taken)] {
        let answer = store.insert(home, std::slice::from_ref(new), at(9)).await;
        ensure_is!(
            &answer,
            Err(StoreError::Invalid { .. })
                | Ok(Inserted::FamilyMoved | Inserted::IdTaken(_) | Inserted::FamilyFull { .. }),
            "a join with a record of another owner must be Invalid or refused"
        );
    }
    let stale = supersede(Version::new(7), next.id, at(9));
    for step in [stale, bounded(supersede(Version::FIRST, next.id, at(9)), None, Some(1))] {
        let answer = store.rotate(&root, &step, &foreign_next, at(9)).await;
        ensure_is!(
            &answer,
            Err(StoreError::Invalid { .. }) | Ok(Rotated::Stale(_) | Rotated::FamilyFull { .. }),
            "a rotation with records of another owner must be Invalid or refused"
        );
    }
    let after = describe(&must_get(store, &root).await?);
    ensure!(before == after, "an invalid request must write nothing:\n{before}\n{after}");
    absent(store, &[next.clone(), foreign], "records of another owner").await?;
    let twice = [access.clone(), access];
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(10)), at(GONE), most(1)).await?;
    let answer = store.insert(draft.join(0), &twice, at(11)).await;
    ensure_is!(answer, Err(StoreError::Invalid { .. }), "one id twice must be Invalid before the family's end is seen");
    let answer = store.rotate(&root, &supersede(Version::FIRST, next.id, at(11)), &twice, at(11)).await;
    ensure_is!(
        answer,
        Err(StoreError::Invalid { .. }),
        "a lost successor must be Invalid before the family's end is seen"
    );
    Ok(())
}

/// Makes an id from the family `family` and the member part of `id`.
fn member_of(family: &[u8; 10], id: &RecordId) -> RecordId {
    let mut bytes = *id.as_bytes();
    bytes[..10].copy_from_slice(family);
    RecordId::from_bytes(bytes)
}

/// Returns an owner other than the draft's. The first byte of an id is a shard that depends on the owner, and both
/// owners have the same shard. So a record of the returned owner can have an id of the draft's family. Only the stored
/// row of the family shows that the owner is wrong.
fn neighbour(draft: &Draft) -> OwnerId {
    let others = (0..).map(|number| OwnerId::from(SubjectId::new(&format!("other-{number}")).expect("a subject")));
    let alike = |owner: &OwnerId| counterfoil::token::shard(&draft.family.realm, owner) == draft.family.id.shard();
    others.into_iter().find(alike).expect("one of 256 is alike")
}

/// Returns copies of the record, each with a description. In each copy, one field contradicts the family of the draft.
fn misplaced(draft: &Draft, new: &NewRecord) -> Vec<(&'static str, NewRecord)> {
    let mut elsewhere = *draft.family.id.as_bytes();
    elsewhere[9] ^= 1;
    let foreign = member_of(&elsewhere, &new.id);
    let owner = neighbour(draft);
    vec![
        ("of another family", new.clone().with_id(foreign)),
        ("of another realm", new.clone().with_realm(Realm::new("elsewhere").expect("a realm"))),
        ("of another owner", new.clone().with_owner(owner)),
        ("of a newer generation", new.clone().with_generation(new.generation + 2)),
    ]
}

async fn inserts(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let draft = ann.refresh().labelled("one").with_access();
    let (first, second) = (draft.records[0].clone(), draft.records[1].clone());
    let mut wrong = vec![("no record", Vec::new()), ("one id twice", vec![first.clone(), first.clone()])];
    for (what, record) in misplaced(&draft, &second) {
        wrong.push((what, vec![first.clone(), record]));
    }
    for (what, new) in wrong {
        let answer = store.insert(draft.home(None), &new, at(1)).await;
        ensure_is!(answer, Err(StoreError::Invalid { .. }), "an insert with {what} must be Invalid");
        absent(store, &new, what).await?;
    }
    let mut bytes = *draft.family.id.as_bytes();
    bytes[0] ^= 0x80;
    let mut lost = draft.clone();
    lost.family.id = FamilyId::from_bytes(bytes);
    lost.records.truncate(1);
    lost.records[0].id = member_of(&bytes, &first.id);
    let answer = store.insert(lost.home(None), &lost.records, at(1)).await;
    ensure_is!(answer, Err(StoreError::Invalid { .. }), "an id that is not of its owner's shard must be Invalid");
    draft.found(store).await?;
    Ok(())
}

async fn joins(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let draft = ann.refresh();
    let root = draft.found(store).await?;
    let before = describe(&must_get(store, &root).await?);
    let access = draft.access(0);
    let mut wrong = vec![("no record", Vec::new()), ("one id twice", vec![access.clone(), access.clone()])];
    wrong.extend(misplaced(&draft, &access).into_iter().map(|(what, record)| (what, vec![record])));
    for (what, new) in wrong {
        let home = InsertInto::Join { family: draft.family.id, generation: 0, access_cap: None };
        let answer = store.insert(home, &new, at(9)).await;
        ensure_is!(answer, Err(StoreError::Invalid { .. }), "a join with {what} must be Invalid");
        absent(store, &new, what).await?;
    }
    let after = describe(&must_get(store, &root).await?);
    ensure!(before == after, "an invalid join must write nothing:\n{before}\n{after}");
    Ok(())
}

async fn rotations(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let draft = ann.refresh();
    let root = draft.found(store).await?;
    let before = describe(&must_get(store, &root).await?);
    let (next, access) = (draft.successor(root, 1), draft.access(1));
    let mut wrong = vec![
        ("no record", Vec::new()),
        ("another successor", vec![access.clone()]),
        ("one id twice", vec![next.clone(), next.clone()]),
    ];
    wrong.extend(misplaced(&draft, &access).into_iter().map(|(what, record)| (what, vec![next.clone(), record])));
    for (what, new) in wrong {
        let answer = store.rotate(&root, &supersede(Version::FIRST, next.id, at(9)), &new, at(9)).await;
        ensure_is!(answer, Err(StoreError::Invalid { .. }), "a rotation with {what} must be Invalid");
        absent(store, &new, what).await?;
    }
    for (what, record) in misplaced(&draft, &draft.access(0)) {
        let answer = store.rotate(&root, &slide(at(500), at(600)), std::slice::from_ref(&record), at(9)).await;
        ensure_is!(answer, Err(StoreError::Invalid { .. }), "a slide with a record {what} must be Invalid");
        absent(store, std::slice::from_ref(&record), what).await?;
    }
    let after = describe(&must_get(store, &root).await?);
    ensure!(before == after, "an invalid rotation must write nothing:\n{before}\n{after}");
    let answer = store.rotate(&root, &supersede(Version::FIRST, next.id, at(9)), &[next, access], at(9)).await?;
    ensure_is!(answer, Rotated::Done, "the same rotation made right must go through");
    Ok(())
}

async fn absent(store: &dyn TokenStore, new: &[NewRecord], what: &str) -> Result<(), Violation> {
    for record in new {
        ensure!(store.get(&record.id).await?.is_none(), "a request with {what} must write nothing");
    }
    Ok(())
}
