//! Checks when a purge removes records: at their `gone_at`, and not before. Some records have had their `gone_at`
//! changed. Some families have members with different values of `gone_at`.

use counterfoil::Timestamp;
use counterfoil::store::{Change, Inserted, ParentUpdate, Progress, Rotated, StoreError, TokenStore};
use counterfoil::types::{RecordId, Version};

use crate::database::Database;
use crate::fixture::Row;
use crate::purge::purge;
use crate::sample::{Draft, EXPIRES, GONE, Person, at, most, revoked, slide, supersede};
use crate::violation::{Violation, ensure, ensure_is};

/// Checks that `Change::End`, `Change::Expiry` and a slide each set a new `gone_at`. A purge before this instant must
/// keep the record. A purge at this instant must remove it.
pub(crate) async fn every_end_is_found(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::somebody();
    let handed = handed_over(store, &ann.refresh()).await?;
    let end = Change::End { honoured_until: at(30), gone_at: at(300) };
    let _ = store.apply(&handed, Version::new(1), &end, at(30)).await?;
    let moved = ann.pat().ending(None, None).found(store).await?;
    let expiry = Change::Expiry { expires_at: Some(at(200)), gone_at: Some(at(300)), notice: None };
    let _ = store.apply(&moved, Version::FIRST, &expiry, at(1)).await?;
    let slid = ann.pat().ending(Some(at(100)), Some(at(200))).found(store).await?;
    ensure_is!(
        store.rotate(&slid, &slide(at(150), at(300)), &[], at(1)).await?,
        Rotated::Done,
        "a slide must go through"
    );
    purge(store, at(299), at(299), at(0)).await?;
    for (what, id) in [("an ended hand-over", handed), ("another expiry", moved), ("a slide", slid)] {
        ensure!(store.get(&id).await?.is_some(), "{what} must keep the record until its gone_at");
    }
    purge(store, at(300), at(300), at(0)).await?;
    for (what, id) in [("an ended hand-over", handed), ("another expiry", moved), ("a slide", slid)] {
        ensure!(store.get(&id).await?.is_none(), "after {what} the record must go at its gone_at");
    }
    Ok(())
}

async fn handed_over(store: &dyn TokenStore, draft: &Draft) -> Result<RecordId, Violation> {
    let id = draft.found(store).await?;
    rotated(store, draft, &id, None).await?;
    Ok(id)
}

async fn rotated(
    store: &dyn TokenStore,
    draft: &Draft,
    id: &RecordId,
    ends: Option<(Timestamp, Timestamp)>,
) -> Result<RecordId, Violation> {
    let next = draft.successor(*id, 1);
    let mut step = supersede(Version::FIRST, next.id, at(5));
    if let ParentUpdate::Supersede { honoured_until, gone_at, .. } = &mut step {
        (*honoured_until, *gone_at) = (ends.map(|ends| ends.0), ends.map(|ends| ends.1));
    }
    let answer = store.rotate(id, &step, std::slice::from_ref(&next), at(5)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must go through");
    Ok(next.id)
}

/// Checks that a purge removes a family together with the last of its members. This member need not be the newest one.
pub(crate) async fn the_older_member_goes_last(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::somebody();
    let draft = ann.refresh().labelled("one").ending(Some(at(EXPIRES)), Some(at(GONE)));
    let id = draft.found(store).await?;
    let next = rotated(store, &draft, &id, Some((at(15), at(GONE + 50)))).await?;
    purge(store, at(GONE), at(GONE), at(0)).await?;
    ensure!(
        store.get(&next).await?.is_none() && store.get(&id).await?.is_some(),
        "each member goes at its own gone_at"
    );
    purge(store, at(GONE + 50), at(GONE + 50), at(0)).await?;
    ensure_is!(
        store.insert(draft.join(1), &[draft.access(1)], at(1)).await?,
        Inserted::FamilyEnded,
        "a family must go with its last member, the newest or not"
    );
    ensure_is!(
        store.insert(draft.home(Some(1)), &draft.records, at(0)).await?,
        Inserted::Done,
        "what went must leave no trace: id, label and place are free"
    );
    Ok(())
}

/// Checks a family with a damaged member that a purge does not remove. The purge must leave the family too, and it must
/// still be possible to revoke the family.
pub(crate) async fn a_damaged_member_keeps_its_family(database: &Database) -> Result<(), Violation> {
    let ann = Person::somebody();
    let mut draft = ann.refresh().labelled("one").with_access();
    (draft.records[1].expires_at, draft.records[1].gone_at) = (None, None);
    draft.found(&**database).await?;
    if !database.damage(Row::Record(&draft.records[1].id)).await {
        return Ok(());
    }
    purge(&**database, at(GONE), at(GONE), at(0)).await?;
    ensure!(database.get(&draft.id()).await?.is_none(), "a whole member must go beside a damaged one");
    let taken = ann.pat().labelled("one");
    let answer = database.insert(taken.home(None), &taken.records, at(1)).await?;
    ensure_is!(answer, Inserted::LabelTaken(_), "a family with a damaged member must keep its label");
    match database.revoke(ann.family(draft.family.id), revoked(at(5)), at(GONE), most(1)).await {
        Ok(Progress { changed, .. }) => ensure!(changed > 0, "a family with a damaged member must be there"),
        Err(StoreError::Corrupt { .. }) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(())
}
