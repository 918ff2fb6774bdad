//! Checks names that look alike. A store that builds its keys without care confuses them.

use std::collections::BTreeSet;

use counterfoil::store::{Applied, Change, Inserted, Listing, Relabel, TokenStore};
use counterfoil::types::{FamilyId, RecordId, TokenKind, Version};
use counterfoil::{Realm, Timestamp};
use futures_util::future::try_join_all;

use crate::random::names::Names;
use crate::sample::{Draft, GONE, Person, at, make_room, most, must_get, pace, revoked};
use crate::violation::{Violation, ensure, ensure_is};
use crate::walk::{sorted_ids, walk};

/// Returns all people of all groups of similar names, each with the group. A person who is in several groups is
/// returned only once.
fn everybody() -> Vec<(Person, Names)> {
    let mut all: Vec<(Person, Names)> = Vec::new();
    for names in (0..Names::KINDS).map(Names::of) {
        for person in &names.people {
            if all.iter().all(|(known, _)| known != person) {
                all.push((person.clone(), names.clone()));
            }
        }
    }
    all
}

/// The number of owners whose calls run concurrently.
const ABREAST: usize = 16;

/// Checks that the listing of each owner shows exactly the owner's own records, although other owners have similar
/// names. Each owner gets several families with similar labels. At the end each family is relabelled with the label
/// that it already has, which must succeed.
pub(crate) async fn names_are_listed_apart(store: &dyn TokenStore) -> Result<(), Violation> {
    let (all, mut labelled) = (everybody(), Vec::new());
    for some in all.chunks(ABREAST) {
        let own = try_join_all(some.iter().map(|(person, names)| labels_of(store, person, names))).await?;
        labelled.extend(own.into_iter().flatten());
    }
    for some in labelled.chunks(ABREAST) {
        try_join_all(some.iter().map(|draft| again(store, draft))).await?;
    }
    Ok(())
}

/// Changes the label of a family to the label that it already has, which must succeed. A similar label of another
/// family must not count as equal.
async fn again(store: &dyn TokenStore, draft: &Draft) -> Result<(), Violation> {
    let Some(label) = draft.records[0].label.clone() else { return Ok(()) };
    let relabel = Relabel { label, key: draft.family.label_key.clone() };
    let change = Change::Edit { scope: None, label: Some(relabel), description: None, details: None };
    let answer = store.apply(&draft.id(), Version::FIRST, &change, at(0)).await?;
    let (owner, key) = ((&draft.family.realm, &draft.family.owner), &draft.family.label_key);
    ensure_is!(answer, Applied::Done(_), "a family of {owner:?} must keep the label {key:?}, whatever others have");
    Ok(())
}

async fn labels_of(store: &dyn TokenStore, person: &Person, names: &Names) -> Result<Vec<Draft>, Violation> {
    let (mut wanted, mut labelled) = (Vec::<RecordId>::new(), Vec::new());
    for (label, key) in &names.labels {
        let mut draft = person.pat();
        (draft.family.label_key, draft.records[0].label) = (Some(key.clone()), Some(label.clone()));
        let answer = store.insert(draft.home(None), &draft.records, at(0)).await?;
        ensure_is!(
            answer,
            Inserted::Done,
            "{person:?} must have the label {key:?}, whatever others or their like have"
        );
        wanted.push(draft.id());
        labelled.push(draft);
    }
    wanted.sort_unstable();
    let listed = sorted_ids(&walk(store, person.listing(TokenKind::PersonalAccessToken), 50).await?);
    ensure!(
        listed == wanted,
        "{person:?} must list their own {} and nothing else, but listed {listed:?}",
        wanted.len()
    );
    Ok(labelled)
}

/// Checks that the revocation of one owner revokes nothing of an owner with a similar name.
pub(crate) async fn owners_end_apart(store: &dyn TokenStore) -> Result<(), Violation> {
    let people: Vec<Person> = everybody().into_iter().map(|(person, _)| person).collect();
    let drafts: Vec<_> = people.iter().map(Person::pat).collect();
    for some in drafts.chunks(ABREAST) {
        try_join_all(some.iter().map(|draft| the_only_one(store, draft))).await?;
    }
    // Every second owner is revoked, so that each group of names has revoked and live owners.
    for person in people.iter().step_by(2) {
        let progress = store.revoke(person.all(), revoked(at(1)), at(GONE), most(9)).await?;
        ensure!(!progress.more, "{person:?} has one family");
    }
    for (number, (person, draft)) in people.iter().zip(&drafts).enumerate() {
        let ended = must_get(store, &draft.id()).await?.revoked().is_some();
        ensure!(
            ended == number.is_multiple_of(2),
            "revoking all of an owner must revoke that and nothing else, but {person:?} is revoked: {ended}"
        );
    }
    Ok(())
}

/// Inserts the first family of an owner, with a cap of one family. The insert must succeed.
async fn the_only_one(store: &dyn TokenStore, draft: &Draft) -> Result<(), Violation> {
    let answer = store.insert(draft.home(Some(1)), &draft.records, at(0)).await?;
    let owner = (&draft.family.realm, &draft.family.owner);
    ensure_is!(answer, Inserted::Done, "{owner:?} must have room for one family, however many others have");
    Ok(())
}

/// Checks that owners with similar names do not affect each other. A pace (a limit on a rate) counts only the owner's
/// own records. A cap (a limit on a number) can revoke an old family to make room for a new one, but only a family of
/// the same owner. A revocation that names the wrong owner does not revoke the family. A listing of a realm shows only
/// its own records.
pub(crate) async fn owners_are_counted_apart(store: &dyn TokenStore) -> Result<(), Violation> {
    let (people, mut newest) = (everybody(), Vec::new());
    for some in people.chunks(ABREAST) {
        newest.extend(try_join_all(some.iter().map(|(person, _)| the_only_family(store, person))).await?);
    }
    let (people, mut own) = (everybody(), Vec::new());
    for some in people.iter().zip(&newest).collect::<Vec<_>>().chunks(ABREAST) {
        own.extend(try_join_all(some.iter().map(|((person, _), only)| instead_of(store, person, **only))).await?);
    }
    let mut strangers: Vec<(Person, FamilyId)> = Vec::new();
    for people_of in (0..Names::KINDS).map(|kind| Names::of(kind).people) {
        for (number, person) in people_of.iter().enumerate() {
            let Some(at) = people.iter().position(|(known, _)| known == person) else { continue };
            let beside = [number + 1, number + people_of.len() - 1].map(|other| &people_of[other % people_of.len()]);
            strangers.extend(beside.into_iter().filter(|other| *other != person).map(|other| (other.clone(), own[at])));
        }
    }
    for some in strangers.chunks(ABREAST) {
        try_join_all(some.iter().map(|(stranger, family)| not_through(store, stranger, *family))).await?;
    }
    let realms: BTreeSet<&Realm> = people.iter().map(|(person, _)| &person.realm).collect();
    let realms: Vec<&Realm> = realms.into_iter().filter(|realm| **realm != Realm::default()).collect();
    for some in realms.chunks(ABREAST) {
        try_join_all(some.iter().map(|realm| lists_its_own(store, realm))).await?;
    }
    Ok(())
}

async fn lists_its_own(store: &dyn TokenStore, realm: &Realm) -> Result<(), Violation> {
    let listed = walk(store, Listing::Kind { realm, kind: TokenKind::PersonalAccessToken }, 500).await?;
    let own = listed.iter().all(|record| record.record().realm == *realm);
    ensure!(own && !listed.is_empty(), "{realm:?} must list its own records and no others");
    Ok(())
}

/// Inserts the first family of an owner, with a limit on the rate of creations that allows one record. The insert must
/// succeed.
async fn the_only_family(store: &dyn TokenStore, person: &Person) -> Result<FamilyId, Violation> {
    let draft = person.pat();
    let home = draft.bounded(None, Some(pace(1, Timestamp::EPOCH)));
    let answer = store.insert(home, &draft.records, at(0)).await?;
    ensure_is!(answer, Inserted::Done, "the first record of {person:?} must have room, however many others have");
    Ok(draft.family.id)
}

/// Inserts a second family of the owner, with a cap of one live family. The insert must make room by revoking `only`,
/// the owner's first family.
async fn instead_of(store: &dyn TokenStore, person: &Person, only: FamilyId) -> Result<FamilyId, Violation> {
    let draft = person.pat();
    let answer = store.insert(draft.bounded(Some(make_room(1, at(1))), None), &draft.records, at(1)).await?;
    ensure_is!(&answer, Inserted::MadeRoom(ended) if *ended == [only], "{person:?} must end their own family alone");
    Ok(draft.family.id)
}

async fn not_through(store: &dyn TokenStore, stranger: &Person, family: FamilyId) -> Result<(), Violation> {
    let progress = store.revoke(stranger.family(family), revoked(at(2)), at(GONE), most(1)).await?;
    ensure!(progress.changed == 0, "{stranger:?} must not revoke another owner's family");
    Ok(())
}
