//! Checks which records accept an edit of the details, and that an edit is executed completely or not at all.

use counterfoil::store::{Applied, Change, Relabel, Revoke, Rotated, TokenStore};
use counterfoil::types::{Label, RecordId, Version};

use super::{details, edit_details, shown};
use crate::purge::purge;
use crate::reference::describe;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use crate::violation::{Violation, ensure, ensure_is};

/// Replaces, keeps and removes details through the newest record of a family, before and after a rotation.
pub(super) async fn by_the_newest(store: &dyn TokenStore) -> Result<(), Violation> {
    let draft = Person::new("default", "ann").refresh().with_access();
    let root = draft.found(store).await?;
    let access = draft.records[1].id;
    let other = Person::new("default", "ann").refresh().detailed(Some(details(9)));
    other.found(store).await?;
    let wrote = async |id: RecordId, version, change: Change, members: &[RecordId], wanted: Option<u32>| {
        let answer = store.apply(&id, Version::new(version), &change, at(1)).await?;
        let wanted = wanted.map(details);
        ensure_is!(
            &answer,
            Applied::Done(written) if written.family().details == wanted
                && written.record().version == Version::new(version + 1),
            "{change:?} of the newest record must be written, with the next version"
        );
        shown(store, members, wanted.as_deref(), "an edit of the newest record").await
    };
    let both = [root, access];
    wrote(root, 0, edit_details(Some(details(1))), &both, Some(1)).await?;
    wrote(root, 1, edit_details(Some(details(2))), &both, Some(2)).await?;
    wrote(root, 2, describe_as("other"), &both, Some(2)).await?;
    wrote(root, 3, edit_details(None), &both, None).await?;
    wrote(root, 4, describe_as("another"), &both, None).await?;
    wrote(root, 5, edit_details(Some(details(3))), &both, Some(3)).await?;
    // Details in which no part has a value count as no details.
    wrote(root, 6, edit_details(Some(Box::default())), &both, None).await?;
    let next = rotated(store, &draft, root, 7, 1).await?;
    let three = [root, access, next];
    wrote(next, 0, edit_details(Some(details(4))), &three, Some(4)).await?;
    wrote(next, 1, edit_details(None), &three, None).await?;
    let last = rotated(store, &draft, next, 2, 2).await?;
    wrote(last, 0, edit_details(Some(details(5))), &[root, access, next, last], Some(5)).await?;
    shown(store, &[other.id()], Some(&*details(9)), "edits of another family").await
}

/// Rotates `parent`, and returns its successor of this generation.
pub(super) async fn rotated(
    store: &dyn TokenStore,
    draft: &Draft,
    parent: RecordId,
    version: u64,
    generation: u64,
) -> Result<RecordId, Violation> {
    let next = draft.successor(parent, generation);
    let step = supersede(Version::new(version), next.id, at(10 * generation));
    let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(10 * generation)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must go through");
    Ok(next.id)
}

/// Edits the details through every record that must not accept this. Each edit must give `Stale` and change nothing,
/// even if it also changes fields that the record accepts.
pub(super) async fn by_no_other(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let draft = ann.refresh().with_access().labelled("one").detailed(Some(details(1)));
    let root = draft.found(store).await?;
    let access = draft.records[1].id;
    let refused = async |id: RecordId, version, why: &str| {
        let before = describe(&must_get(store, &id).await?);
        for change in [edit_details(Some(details(2))), edit_details(None), everything("two", 2)] {
            let answer = store.apply(&id, Version::new(version), &change, at(21)).await?;
            ensure_is!(&answer, Applied::Stale(_), "an edit of the details through {why} must be Stale");
        }
        let after = describe(&must_get(store, &id).await?);
        ensure!(after == before, "a refused edit must write nothing, but\n{before}\nbecame\n{after}");
        Ok::<_, Violation>(())
    };
    refused(root, 1, "another version").await?;
    refused(access, 0, "an access token").await?;
    let next = rotated(store, &draft, root, 0, 1).await?;
    refused(root, 1, "a superseded record").await?;
    let done = store.apply(&root, Version::new(1), &describe_as("accepted"), at(21)).await?;
    ensure_is!(done, Applied::Done(_), "a superseded record must accept an edit without details");
    purge(store, at(20), at(20), at(20)).await?;
    ensure!(must_get(store, &root).await?.record().shrunk, "a window that has ended must shrink");
    refused(root, 2, "a shrunk record").await?;
    // This record has the newest generation, but it is an access token.
    let joined = draft.access(1);
    let _ = store.insert(draft.join(1), std::slice::from_ref(&joined), at(21)).await?;
    refused(joined.id, 0, "an access token of the newest generation").await?;
    let alone = ann.pat().detailed(Some(details(3)));
    let alone = alone.found(store).await?;
    let _ = store.revoke(Revoke::One(&alone), revoked(at(22)), at(GONE), most(1)).await?;
    refused(alone, 0, "a revoked record").await?;
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(22)), at(GONE), most(1)).await?;
    refused(next, 0, "the newest record of a revoked family").await?;
    let absent = crate::sample::member_id(draft.family.id);
    let answer = store.apply(&absent, Version::FIRST, &edit_details(None), at(22)).await?;
    ensure_is!(answer, Applied::Missing, "an edit of an absent record must be Missing");
    Ok(())
}

/// Makes an edit of all fields that an edit can change.
fn everything(label: &str, number: u32) -> Change {
    let label = Label::new(label, 100).expect("a label");
    let key = Some(label.key());
    let Change::Edit { description, .. } = describe_as("all") else { unreachable!("an edit") };
    Change::Edit {
        label: Some(Relabel { label, key }),
        description,
        scope: Some("demo:write".parse().ok()),
        details: Some(Some(details(number))),
    }
}

/// Edits all fields in one call. If the label is taken, nothing must be written.
pub(super) async fn together_or_not_at_all(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let holder = ann.pat().labelled("held");
    holder.found(store).await?;
    let id = ann.pat().labelled("one").detailed(Some(details(1))).found(store).await?;
    let before = describe(&must_get(store, &id).await?);
    let answer = store.apply(&id, Version::FIRST, &everything("held", 2), at(1)).await?;
    ensure_is!(answer, Applied::LabelTaken(by) if by == holder.family.id, "a taken label must be refused");
    let after = describe(&must_get(store, &id).await?);
    ensure!(after == before, "a refused edit must write nothing, but\n{before}\nbecame\n{after}");
    let answer = store.apply(&id, Version::FIRST, &everything("free", 3), at(1)).await?;
    ensure_is!(answer, Applied::Done(_), "an edit of all fields must go through");
    let read = must_get(store, &id).await?;
    let record = read.record();
    let texts = (
        record.label.as_ref().map(ToString::to_string),
        record.description.as_ref().map(ToString::to_string),
        record.scope.as_ref().map(ToString::to_string),
    );
    let [free, all, scope] = ["free", "all", "demo:write"].map(|text| Some(text.to_owned()));
    ensure!(texts == (free, all, scope), "an edit of all fields must write each of them, but wrote {texts:?}");
    shown(store, &[id], Some(&*details(3)), "an edit of all fields").await
}
