//! Checks listings of more than 1,000 records, and cursors at a record that no longer exists.

use counterfoil::store::{Cursor, Listing, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::purge::purge;
use crate::sample::{GONE, Person, at, most, supersede};
use crate::violation::{Violation, ensure};
use crate::walk::{ids, walk};

/// Checks the listing of a realm's records of one kind, and that of an owner, each with more than 1,000 records. Some
/// of the page sizes do not fit into 8 or 16 bits.
pub(crate) async fn pages_beyond_a_thousand(store: &dyn TokenStore) -> Result<(), Violation> {
    let person = Person::somebody();
    let mut wanted: Vec<RecordId> = Vec::new();
    for _ in 0..11 {
        let mut draft = person.refresh();
        for _ in 0..92 {
            draft = draft.with_access();
        }
        draft.found(store).await?;
        wanted.extend(draft.records.iter().skip(1).map(|record| record.id));
    }
    wanted.sort_unstable();
    let kind = TokenKind::AccessToken;
    for limit in [257, 1_000, 65_537, u32::MAX] {
        let of = Listing::Kind { realm: &person.realm, kind };
        let found: Vec<RecordId> = ids(&walk(store, of, limit).await?);
        let own: Vec<RecordId> = found.into_iter().filter(|id| wanted.binary_search(id).is_ok()).collect();
        ensure!(own == wanted, "pages of {limit} must show {} of a kind by id, but showed {}", wanted.len(), own.len());
        let newest_first: Vec<RecordId> = wanted.iter().rev().copied().collect();
        let found = ids(&walk(store, person.listing(kind), limit).await?);
        ensure!(
            found == newest_first,
            "pages of {limit} must show {} of an owner, but showed {}",
            wanted.len(),
            found.len()
        );
    }
    let counted: u64 = store.census().await?.into_iter().map(|(_, count)| count).sum();
    ensure!(counted >= 1_023, "a census must count each of 1,023 records, but counted {counted}");
    Ok(())
}

/// Reads a page of due records, and purges the last record of this page. The next page must continue after the position
/// that this record had.
pub(crate) async fn a_due_cursor_outlives_its_record(store: &dyn TokenStore) -> Result<(), Violation> {
    let person = Person::somebody();
    let mut wanted = 0;
    for number in 0..6 {
        let lives = if number == 2 { (Some(at(10)), Some(at(20))) } else { (Some(at(900)), None) };
        person.pat().ending(lives.0, lives.1).noticed(at(number), 0).found(store).await?;
        wanted += 1;
    }
    let (mut shown, mut after) = (0, None::<Cursor>);
    for _ in 0..20 {
        let page = store.due(at(100), after.as_ref(), most(1)).await?;
        shown += page.items.len();
        after = page.next;
        if shown == 3 {
            purge(store, at(20), at(20), at(0)).await?;
        }
        if after.is_none() {
            break;
        }
    }
    ensure!(shown == wanted, "behind a due record that is gone a walk must go on, but it showed {shown} of {wanted}");
    Ok(())
}

/// Reads a page of a listing. Then a purge shrinks the last record of this page, so that it is no longer listed. The
/// next page must continue after the position that this record had.
pub(crate) async fn a_cursor_outlives_its_place_in_the_list(store: &dyn TokenStore) -> Result<(), Violation> {
    let kind = TokenKind::RefreshToken;
    for by_owner in [true, false] {
        let person = Person {
            realm: counterfoil::Realm::new(&format!("shrunk-{by_owner}")).expect("a realm"),
            ..Person::somebody()
        };
        let of = if by_owner { person.listing(kind) } else { Listing::Kind { realm: &person.realm, kind } };
        let mut spent = Vec::new();
        for number in 0..6 {
            let draft = person.refresh().created(at(number));
            let parent = draft.found(store).await?;
            let next = draft.successor(parent, 1).with_created_at(at(number));
            let step = supersede(Version::FIRST, next.id, at(9));
            let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(9)).await?;
            ensure!(matches!(answer, Rotated::Done), "the only rotation must go through, but was {answer:?}");
            spent.push(parent);
        }
        let all = ids(&walk(store, of, 50).await?);
        let (mut shown, mut after) = (Vec::<RecordId>::new(), None);
        while shown.len() < 4 || !shown.last().is_some_and(|last| spent.contains(last)) {
            let page = store.list(of, after.as_ref(), most(1)).await?;
            shown.extend(ids(&page.items));
            after = page.next;
            ensure!(after.is_some(), "a walk over twelve must not end after {}", shown.len());
        }
        let early = shown.len();
        purge(store, at(0), at(0), at(GONE)).await?;
        while let Some(cursor) = after {
            let page = store.list(of, Some(&cursor), most(1)).await?;
            shown.extend(ids(&page.items));
            after = page.next;
            ensure!(shown.len() <= all.len(), "a walk must end although the record at its cursor was shrunk");
        }
        let behind = all.iter().skip(early).filter(|id| !spent.contains(id));
        let wanted: Vec<RecordId> = all.iter().take(early).chain(behind).copied().collect();
        ensure!(
            shown == wanted,
            "behind a record that was shrunk a walk must go on, but it showed {} of {}",
            shown.len(),
            wanted.len()
        );
    }
    Ok(())
}

/// Reads a page of a listing, and purges the last record of this page. The next page must continue after the position
/// that this record had.
pub(crate) async fn a_cursor_outlives_its_record(store: &dyn TokenStore) -> Result<(), Violation> {
    let kind = TokenKind::PersonalAccessToken;
    for by_owner in [true, false] {
        let person = Person {
            realm: counterfoil::Realm::new(&format!("cursor-{by_owner}")).expect("a realm"),
            ..Person::somebody()
        };
        let of = if by_owner { person.listing(kind) } else { Listing::Kind { realm: &person.realm, kind } };
        for number in 0..9 {
            let lives = if number % 2 == 0 { (Some(at(900)), None) } else { (Some(at(10)), Some(at(20))) };
            person.pat().created(at(number)).ending(lives.0, lives.1).found(store).await?;
        }
        let all = ids(&walk(store, of, 50).await?);
        let (mut shown, mut after) = (Vec::new(), None::<Cursor>);
        // Reads pages until a page ends with a record that will be purged.
        while shown.len() < 4 {
            let page = store.list(of, after.as_ref(), most(1)).await?;
            shown.extend(ids(&page.items));
            after = page.next;
            ensure!(after.is_some(), "a walk over nine must not end after {}", shown.len());
        }
        let stays: Vec<RecordId> = {
            purge(store, at(20), at(20), at(0)).await?;
            ids(&walk(store, of, 50).await?)
        };
        while let Some(cursor) = after {
            let page = store.list(of, Some(&cursor), most(1)).await?;
            shown.extend(ids(&page.items));
            after = page.next;
            ensure!(shown.len() <= all.len(), "a walk must end although the record at its cursor is gone");
        }
        let wanted: Vec<RecordId> =
            all.iter().enumerate().filter(|(index, id)| *index < 4 || stays.contains(id)).map(|(_, id)| *id).collect();
        ensure!(
            shown == wanted,
            "behind a record that is gone a walk must go on, but it showed {} of {}",
            shown.len(),
            wanted.len()
        );
    }
    Ok(())
}
