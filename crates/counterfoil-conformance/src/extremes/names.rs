//! Checks names that look alike to a store that builds its keys without care.

use counterfoil::store::{Inserted, TokenStore};
use counterfoil::types::{RecordId, TokenKind};
use futures_util::future::try_join_all;

use crate::random::names::Names;
use crate::sample::{GONE, Person, at, most, must_get, revoked};
use crate::violation::{Violation, ensure, ensure_is};
use crate::walk::{sorted_ids, walk};

/// One person for each name in every group of names, without duplicates.
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

/// Checks that each owner can have each label of the owner's group of names. A listing must show exactly the owner's
/// own records.
pub(crate) async fn names_are_listed_apart(store: &dyn TokenStore) -> Result<(), Violation> {
    let all = everybody();
    for some in all.chunks(16) {
        try_join_all(some.iter().map(|(person, names)| labels_of(store, person, names))).await?;
    }
    Ok(())
}

async fn labels_of(store: &dyn TokenStore, person: &Person, names: &Names) -> Result<(), Violation> {
    let mut wanted: Vec<RecordId> = Vec::new();
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
    }
    wanted.sort_unstable();
    let listed = sorted_ids(&walk(store, person.listing(TokenKind::PersonalAccessToken), 50).await?);
    ensure!(
        listed == wanted,
        "{person:?} must list their own {} and nothing else, but listed {listed:?}",
        wanted.len()
    );
    Ok(())
}

/// Checks that the revocation of one owner revokes nothing of an owner with a similar name.
pub(crate) async fn owners_end_apart(store: &dyn TokenStore) -> Result<(), Violation> {
    let people: Vec<Person> = everybody().into_iter().map(|(person, _)| person).collect();
    let drafts: Vec<_> = people.iter().map(Person::pat).collect();
    crate::together::found_all(store, &drafts).await?;
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
