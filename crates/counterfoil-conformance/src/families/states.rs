//! Lists families in every state, and families of owners whose names look alike.

use counterfoil::client::ClientKey;
use counterfoil::store::{Access, Applied, Change, FamilyBody, Revoke, TokenStore};
use counterfoil::types::{OwnerId, RecordId, TokenKind, Version};
use counterfoil::{Realm, SubjectId};

use super::lists;
use crate::purge::purge;
use crate::random::names::Names;
use crate::sample::{
    Draft, GONE, Person, at, details, edit_details, member_id, most, must_get, relabel, revoked, slide, supersede,
};
use crate::together::found_all;
use crate::violation::{Violation, ensure, ensure_is};
use crate::walk::walk_families_of;

/// The page limits with which every list is read.
const LIMITS: [u32; 6] = [1, 2, 3, 4, 5, 1_000];

/// Makes a draft of each kind of family, with bodies, clients, labels and ends of different forms.
fn drafts(person: &Person) -> Vec<Draft> {
    let of = |kind, body: FamilyBody| {
        let mut draft = person.pat();
        (draft.family.kind, draft.records[0].kind, draft.family.body) = (kind, kind, body);
        draft
    };
    let created_by = SubjectId::new("root").expect("a subject");
    vec![
        person.pat(),
        person.pat().labelled("one").detailed(Some(details(1))),
        person.pat().ending(None, None),
        // This family is past its expiry from `at(5)` on, and past its `gone_at` from `at(6)` on.
        person.pat().ending(Some(at(5)), Some(at(6))).labelled("gone"),
        person.pat().ending(Some(at(0)), None),
        person.refresh().with_access(),
        person.refresh().through(ClientKey::from_bytes([8; 16])).detailed(Some(details(2))),
        of(TokenKind::SecurityCode, FamilyBody::Code { created_by, access: Access::SuperAdministrator, named: None }),
        of(TokenKind::ConsoleSession, FamilyBody::Session { authenticated_at: at(1), absolute_end: at(GONE) }),
    ]
}

/// Lists families, each of them in another state: live, permanent, expired, past its `gone_at`, rotated, slid, without
/// its label because another family took it, with a revoked member, with a shrunk member. Then revokes and purges some.
pub(super) async fn every_state_is_listed(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    ensure_is!(walk_families_of(store, &ann, 1).await?.len(), 0, "an owner without families must have an empty list");
    let drafts = drafts(&ann);
    found_all(store, &drafts).await?;
    let mut all: Vec<RecordId> = drafts.iter().map(Draft::id).collect();
    every_size(store, &ann, &all).await?;
    let [one, gone, chain, slid] = [1, 3, 5, 6].map(|number| &drafts[number]);
    let edits = [relabel("two"), edit_details(Some(details(3)))];
    for (version, change) in edits.iter().enumerate() {
        let answer = store.apply(&one.id(), Version::new(version as u64), change, at(1)).await?;
        ensure_is!(answer, Applied::Done(_), "an edit must go through");
    }
    store.touch(&[(one.id(), at(7))]).await?;
    let taker = ann.pat().labelled("gone");
    let _ = store.insert(taker.home(None), &taker.records, at(6)).await?;
    ensure!(must_get(store, &gone.id()).await?.family().label_key.is_none(), "a gone family must lose its label");
    all.push(taker.id());
    let mut tip = chain.id();
    for generation in 1..=3 {
        let next = chain.successor(tip, generation);
        let step = supersede(Version::FIRST, next.id, at(10 * generation));
        let _ = store.rotate(&tip, &step, std::slice::from_ref(&next), at(10 * generation)).await?;
        tip = next.id;
    }
    let _ = store.revoke(Revoke::One(&chain.records[1].id), revoked(at(40)), at(GONE), most(1)).await?;
    let _ = store.rotate(&slid.id(), &slide(at(GONE), at(GONE + 1)), &[slid.access(0)], at(41)).await?;
    let expiry = Change::Expiry { expires_at: Some(at(42)), gone_at: Some(at(43)), notice: None };
    let _ = store.apply(&drafts[0].id(), Version::FIRST, &expiry, at(41)).await?;
    every_size(store, &ann, &all).await?;
    purge(store, at(0), at(0), at(20)).await?;
    ensure!(must_get(store, &chain.id()).await?.record().shrunk, "a window that has ended must shrink");
    every_size(store, &ann, &all).await?;
    // A revocation of the only member of a family does not revoke the family.
    let _ = store.revoke(Revoke::One(&drafts[2].id()), revoked(at(44)), at(GONE), most(1)).await?;
    every_size(store, &ann, &all).await?;
    for draft in [one, slid] {
        let _ = store.revoke(ann.family(draft.family.id), revoked(at(45)), at(GONE), most(1)).await?;
        all.retain(|id| id.family() != draft.family.id);
        every_size(store, &ann, &all).await?;
    }
    purge(store, at(43), at(43), at(0)).await?;
    all.retain(|id| ![drafts[0].id(), gone.id()].contains(id));
    every_size(store, &ann, &all).await?;
    while store.revoke(ann.all(), revoked(at(46)), at(GONE), most(3)).await?.more {}
    every_size(store, &ann, &[]).await
}

async fn every_size(store: &dyn TokenStore, person: &Person, members: &[RecordId]) -> Result<(), Violation> {
    for limit in LIMITS {
        lists(store, person, members, limit).await?;
    }
    Ok(())
}

/// Lists the families of owners and realms whose names look alike, and those of the realm itself.
pub(super) async fn of_one_owner_alone(store: &dyn TokenStore) -> Result<(), Violation> {
    let mut people: Vec<Person> = (0..Names::KINDS).step_by(5).flat_map(|kind| Names::of(kind).people).collect();
    people.push(Person { realm: Realm::default(), owner: OwnerId::realm() });
    people.push(Person { realm: Realm::new("other").expect("a realm"), owner: OwnerId::realm() });
    people.sort_unstable_by_key(|person| (person.realm.clone(), person.owner.clone()));
    people.dedup();
    let drafts: Vec<Draft> = people.iter().map(Person::pat).collect();
    found_all(store, &drafts).await?;
    for (person, draft) in people.iter().zip(&drafts) {
        lists(store, person, &[draft.id()], 3).await?;
    }
    // The cursor of a list can be the id of a family of another owner.
    for (person, draft) in people.iter().zip(&drafts).step_by(4) {
        for after in [drafts[0].family.id, draft.family.id, member_id(draft.family.id).family()] {
            let page = store.list_families(&person.realm, &person.owner, Some(&after), most(5)).await?;
            let found: Vec<_> = page.items.iter().map(|family| family.id).collect();
            let wanted: Vec<_> = [draft.family.id].into_iter().filter(|id| *id > after).collect();
            ensure!(found == wanted, "after {after:?}, the families of {person:?} must be {wanted:?}, not {found:?}");
        }
    }
    Ok(())
}

/// Lists more than a thousand families. Some of the page sizes do not fit into 8 or 16 bits.
pub(super) async fn more_than_a_thousand(store: &dyn TokenStore) -> Result<(), Violation> {
    const MANY: usize = 1_025;
    let person = Person::somebody();
    let drafts: Vec<Draft> = (0..MANY).map(|_| person.pat()).collect();
    found_all(store, &drafts).await?;
    let mut wanted: Vec<_> = drafts.iter().map(|draft| draft.family.id).collect();
    wanted.sort_unstable();
    for limit in [99, 257, 65_537, u32::MAX] {
        let listed = walk_families_of(store, &person, limit).await?;
        let ids = listed.iter().map(|family| family.id);
        ensure!(ids.eq(wanted.iter().copied()), "pages of {limit} must list {MANY} families, not {}", listed.len());
    }
    Ok(())
}
