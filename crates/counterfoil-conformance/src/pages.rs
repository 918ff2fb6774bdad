//! Checks that listings can be read page by page (clause 20 of `TokenStore`). Also checks the census.

use std::collections::BTreeMap;

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, Listing, Page, Revoke, TokenRecord, TokenStore};
use counterfoil::types::{KeyId, RecordId, TokenKind, Version};

use crate::extremes;
use crate::sample::{GONE, Person, at, most, relabel, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{ids, sorted_ids, walk};

/// Checks pages of listings while other calls insert and delete records (clause 20 of `TokenStore`). A record that
/// exists during the whole time must appear exactly once. A page must have at most `limit` records. A short page is not
/// the end of the listing: only `next == None` is.
pub async fn pages_are_stable(subject: &Subject) -> Verdict {
    every_size_shows_the_same(subject).await?;
    for by_owner in [true, false] {
        for limit in [1, 2, 3, 7] {
            while_the_ground_moves(subject, by_owner, limit).await?;
        }
    }
    dead_records_are_listed(subject).await?;
    let store = subject.fresh().await;
    extremes::a_cursor_outlives_its_record(&*store).await?;
    extremes::a_cursor_outlives_its_place_in_the_list(&*store).await?;
    extremes::pages_beyond_a_thousand(&*store).await?;
    Ok(Checked::Held)
}

async fn every_size_shows_the_same(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let mut wanted = Vec::new();
    // Each instant has three records, which are ordered by their ids. Without this order, a page that ends between
    // them would lose a record.
    for number in 0..21 {
        let created = at(number / 3);
        wanted.push((created, ann.pat().created(created).found(&*store).await?));
        ann.refresh().with_access().found(&*store).await?;
    }
    wanted.sort_unstable();
    wanted.reverse();
    let newest_first: Vec<RecordId> = wanted.into_iter().map(|(_, id)| id).collect();
    let mut by_id = newest_first.clone();
    by_id.sort_unstable();
    for limit in [1, 2, 3, 4, 20, 21, 22, 1_000] {
        let listed = walk(&*store, ann.listing(TokenKind::PersonalAccessToken), limit).await?;
        ensure!(
            ids(&listed) == newest_first,
            "pages of {limit} must show all, the newest first, ties by id descending"
        );
        let of = Listing::Kind { realm: &ann.realm, kind: TokenKind::PersonalAccessToken };
        ensure!(ids(&walk(&*store, of, limit).await?) == by_id, "pages of {limit} must show all of the kind, by id");
    }
    let nobody = Person::new("default", "nobody");
    let page = store.list(nobody.listing(TokenKind::PersonalAccessToken), None, most(5)).await?;
    ensure!(page.items.is_empty() && page.next.is_none() && page.corrupt == 0, "an empty listing is one empty page");
    Ok(())
}

async fn while_the_ground_moves(subject: &Subject, by_owner: bool, limit: u32) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let (mut stays, mut goes) = (Vec::new(), Vec::new());
    for number in 0..30 {
        let draft = ann.pat().created(at(100 + number));
        let draft = if number % 3 == 1 { draft.ending(Some(at(200)), Some(at(210))) } else { draft };
        let id = draft.found(&*store).await?;
        if number % 3 == 1 { goes.push(id) } else { stays.push(id) }
    }
    let of = if by_owner {
        ann.listing(TokenKind::PersonalAccessToken)
    } else {
        Listing::Kind { realm: &ann.realm, kind: TokenKind::PersonalAccessToken }
    };
    let (mut seen, mut after) = (Vec::<RecordId>::new(), None::<Cursor>);
    for page in 0..1_000 {
        let Page { items, next, .. } = store.list(of, after.as_ref(), most(limit)).await?;
        ensure!(items.len() <= limit as usize, "a page of at most {limit} must not hold {}", items.len());
        seen.extend(items.iter().map(|item| item.record().id));
        if next.is_none() {
            break;
        }
        after = next;
        // This adds one record before the position of the walk and one record after it. After the third page, it purges
        // a third of all records.
        if page < 10 {
            ann.pat().created(at(1)).found(&*store).await?;
            ann.pat().created(at(500 + page)).found(&*store).await?;
        }
        if page == 2 {
            let _ = store.purge(at(210), at(210), at(0), most(1_000)).await?;
        }
        ensure!(page < 900, "a walk must end although records come in");
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    ensure!(once.len() == seen.len(), "limit {limit}: {} records were shown again", seen.len() - once.len());
    let hidden: Vec<&RecordId> = stays.iter().filter(|id| !once.contains(id)).collect();
    ensure!(hidden.is_empty(), "limit {limit}: {} records that were there all along were hidden", hidden.len());
    Ok(())
}

/// Checks that revoked, expired and superseded records are listed, and that shrunk ones are not.
async fn dead_records_are_listed(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    let parent = draft.found(&*store).await?;
    let next = draft.successor(parent, 1);
    let _ =
        store.rotate(&parent, &supersede(Version::FIRST, next.id, at(1)), std::slice::from_ref(&next), at(1)).await?;
    let access = draft.records[1].id;
    let _ = store.revoke(Revoke::One(&access), revoked(at(2)), at(GONE), most(1)).await?;
    let listed = async |kind| Ok::<_, Violation>(sorted_ids(&walk(&*store, ann.listing(kind), 9).await?));
    let mut both = vec![parent, next.id];
    both.sort_unstable();
    ensure!(listed(TokenKind::RefreshToken).await? == both, "a superseded record must be listed");
    ensure!(listed(TokenKind::AccessToken).await? == [access], "a revoked record must be listed");
    let _ = store.purge(at(12), at(12), at(11), most(5)).await?;
    ensure!(listed(TokenKind::RefreshToken).await? == [next.id], "a shrunk record must not be listed");
    let of = Listing::Kind { realm: &ann.realm, kind: TokenKind::RefreshToken };
    ensure!(ids(&walk(&*store, of, 9).await?) == [next.id], "a shrunk record must not be listed by kind");
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(3)), at(GONE), most(1)).await?;
    let ended: Vec<TokenRecord> = walk(&*store, ann.listing(TokenKind::RefreshToken), 9).await?;
    ensure!(
        ids(&ended) == [next.id] && ended.iter().all(|record| record.revoked().is_some()),
        "a revoked family must be listed as such"
    );
    Ok(())
}

/// Checks `census`, as its docs describe it. For each digest key, it must count the records in every state, no matter
/// which call inserted them.
pub async fn census_counts_every_record(subject: &Subject) -> Verdict {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    count(&*store, &[]).await?;
    let mut draft = ann.refresh().with_access();
    draft.records[1].key_id = KeyId::new(2);
    let id = draft.found(&*store).await?;
    Person::new("other", "bob").pat().found(&*store).await?;
    count(&*store, &[(1, 2), (2, 1)]).await?;
    let rekey = counterfoil::store::Change::Rekey { digest: draft.records[0].digest, key_id: KeyId::new(u32::MAX) };
    let _ = store.apply(&id, Version::FIRST, &rekey, at(1)).await?;
    let _ = store.apply(&id, Version::FIRST, &relabel("stale"), at(1)).await?;
    count(&*store, &[(1, 1), (2, 1), (u32::MAX, 1)]).await?;
    let next = draft.successor(id, 1);
    ensure_is!(
        store.rotate(&id, &supersede(Version::new(1), next.id, at(2)), std::slice::from_ref(&next), at(2)).await?,
        counterfoil::store::Rotated::Done,
        "a rekeyed token can be rotated"
    );
    count(&*store, &[(1, 2), (2, 1), (u32::MAX, 1)]).await?;
    let _ = store.purge(at(12), Timestamp::EPOCH, at(12), most(9)).await?;
    count(&*store, &[(1, 2), (2, 1), (u32::MAX, 1)]).await?;
    let _ = store.purge(at(GONE), at(GONE), at(GONE), most(9)).await?;
    count(&*store, &[]).await?;
    Ok(Checked::Held)
}

async fn count(store: &dyn TokenStore, wanted: &[(u32, u64)]) -> Result<(), Violation> {
    let found: BTreeMap<u32, u64> = store
        .census()
        .await?
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| (key.number(), count))
        .collect();
    ensure!(found == wanted.iter().copied().collect(), "the census must be {wanted:?}, but was {found:?}");
    Ok(())
}
