//! Checks that every field is stored if a record is inserted into a family that exists.

use counterfoil::store::{Inserted, NewRecord, NoticeMark, Rotated, TokenStore};
use counterfoil::types::{Description, KeyId, Label, TokenKind, Version};

use crate::reference::{Model, describe};
use crate::sample::{Draft, Person, at, must_get, slide, supersede};
use crate::violation::{Violation, ensure, ensure_is};

/// Returns the record with a value in every field that an insert can set.
fn full(new: NewRecord) -> NewRecord {
    new.with_label(Label::new("a label", 20).ok())
        .with_description(Description::new("a description").ok())
        .with_scope("one two three".parse().ok())
        .with_key_id(KeyId::new(77))
        .with_created_at(at(4))
        .with_expires_at(at(900_001))
        .with_gone_at(at(900_002))
        .with_notice(NoticeMark { at: at(900_000), stage: 3 })
}

/// Checks that a join, a rotation and a slide store every field of the records that they insert.
pub(crate) async fn every_way_in_keeps_all_fields(store: &dyn TokenStore) -> Result<(), Violation> {
    let draft: Draft = Person::somebody().refresh();
    let id = draft.found(store).await?;
    let mut model = Model::default();
    let _ = model.insert(draft.home(None), &draft.records, at(0));
    let joined = full(draft.access(0));
    ensure_is!(
        store.insert(draft.join(0), std::slice::from_ref(&joined), at(5)).await?,
        Inserted::Done,
        "a join must go through"
    );
    let _ = model.insert(draft.join(0), std::slice::from_ref(&joined), at(5));
    let slid = [full(draft.access(0))];
    let step = slide(at(1_000_001), at(2_000_001));
    ensure_is!(store.rotate(&id, &step, &slid, at(6)).await?, Rotated::Done, "a slide must go through");
    let _ = model.rotate(&id, &step, &slid, at(6))?;
    let rotated = [full(draft.successor(id, 1)), full(draft.access(1)), full(draft.access(0))];
    ensure!(rotated[0].kind == TokenKind::RefreshToken, "the chain goes on in its kind");
    let step = supersede(Version::FIRST, rotated[0].id, at(7));
    ensure_is!(store.rotate(&id, &step, &rotated, at(7)).await?, Rotated::Done, "a rotation must go through");
    let _ = model.rotate(&id, &step, &rotated, at(7))?;
    let late = [full(draft.access(1)), full(draft.access(0))];
    ensure_is!(store.insert(draft.join(1), &late, at(8)).await?, Inserted::Done, "a join must go through");
    let _ = model.insert(draft.join(1), &late, at(8));
    for new in [joined].iter().chain(&late).chain(&slid).chain(&rotated) {
        let wanted = model.get(&new.id)?.as_ref().map(describe).unwrap_or_default();
        let found = describe(&must_get(store, &new.id).await?);
        ensure!(wanted == found, "what comes into a family later must keep every field:\n{wanted}\n{found}");
    }
    Ok(())
}
