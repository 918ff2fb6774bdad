//! Checks that realms do not affect each other (clause 28 of `TokenStore`).

use counterfoil::store::{Inserted, Listing};
use counterfoil::types::TokenKind;

use crate::sample::{GONE, Person, at, most, must_get, revoked};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, ensure, ensure_is};
use crate::walk::{sorted_ids, walk};

/// Checks that realms are separate (clause 28 of `TokenStore`). A record of one realm must not be listed in another
/// realm, must not conflict with a record of another realm, and must not be revoked through another realm. `get` takes
/// only an id, and the record that it returns must contain its realm.
pub async fn realms_are_apart(subject: &Subject) -> Verdict {
    crate::extremes::owners_end_apart(&*subject.fresh().await).await?;
    crate::extremes::owners_are_counted_apart(&*subject.fresh().await).await?;
    let store = subject.fresh().await;
    let people = [
        Person::new("a", "ann"),
        Person::new("b", "ann"),
        Person::new("a:ann", "x"),
        Person::new("a", "ann:x"),
        Person::new("A", "ann"),
    ];
    let mut drafts = Vec::new();
    for person in &people {
        let draft = person.pat().labelled("one");
        let answer = store.insert(draft.home(Some(1)), &draft.records, at(0)).await?;
        ensure_is!(answer, Inserted::Done, "neither label nor cap may reach from one realm into another ({person:?})");
        drafts.push(draft);
    }
    for (person, draft) in people.iter().zip(&drafts) {
        let stands = must_get(&*store, &draft.id()).await?;
        ensure!(stands.record().realm == person.realm, "the record must name its realm");
        let listed = sorted_ids(&walk(&*store, person.listing(TokenKind::PersonalAccessToken), 3).await?);
        ensure!(listed == [draft.id()], "{person:?} must be listed alone, but {listed:?} were");
        let of = Listing::Kind { realm: &person.realm, kind: TokenKind::PersonalAccessToken };
        let listed = walk(&*store, of, 3).await?;
        ensure!(
            listed.iter().all(|record| record.record().realm == person.realm),
            "a realm's listing must not show another's"
        );
        ensure!(listed.iter().any(|record| record.record().id == draft.id()), "a realm's listing must show its own");
    }
    // A caller with another realm or another owner must not revoke the family. The revocation of an owner must revoke
    // nothing in another realm.
    let family = drafts[0].family.id;
    for stranger in &people[1..] {
        let progress = store.revoke(stranger.family(family), revoked(at(1)), at(GONE), most(1)).await?;
        ensure!(progress.changed == 0, "{stranger:?} must not revoke a family of a/ann");
    }
    let _ = store.revoke(people[1].all(), revoked(at(1)), at(GONE), most(9)).await?;
    for (person, draft) in people.iter().zip(&drafts) {
        let ended = must_get(&*store, &draft.id()).await?.revoked().is_some();
        ensure!(
            ended == (*person == people[1]),
            "revoking all of b/ann must revoke that and nothing else, but {person:?} is revoked: {ended}"
        );
    }
    Ok(Checked::Held)
}
