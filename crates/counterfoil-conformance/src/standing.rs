//! Checks listings of standing records (clause 46 of `TokenStore`). A standing record is not revoked, and its `gone_at`
//! is not reached. If it is superseded, its retry window has not ended.

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, Listing, NewRecord, Page, ParentUpdate, Revoke, Rotated, Show, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::sample::{Draft, EXPIRES, GONE, Person, at, most, revoked, supersede};
use crate::subject::Subject;
use crate::together::found_all;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{ids, walk};

/// Checks listings with `Show::Standing` (clause 46 of `TokenStore`). They must leave out every record that is revoked,
/// has reached its `gone_at`, or was superseded and has reached its `honoured_until`. They must show all other records,
/// however many are left out.
pub async fn list_shows_what_stands(subject: &Subject) -> Verdict {
    each_instant(subject).await?;
    what_is_revoked(subject).await?;
    replaced_access_tokens(&*subject.fresh().await).await?;
    behind_thousands_of_dead_ones(subject).await?;
    while_the_ground_moves(subject).await?;
    Ok(Checked::Held)
}

/// Reads all pages of a listing, and returns the ids of their records.
async fn standing(store: &dyn TokenStore, of: Listing<'_>, limit: u32) -> Result<Vec<RecordId>, Violation> {
    Ok(ids(&walk(store, of, limit).await?))
}

/// Inserts a token and rotates it. The old token is still accepted until `honoured`, and its `gone_at` is `gone`.
/// Returns the ids of the old and the new token.
async fn overlap(
    store: &dyn TokenStore,
    draft: &Draft,
    honoured: Option<Timestamp>,
    gone: Option<Timestamp>,
) -> Result<[RecordId; 2], Violation> {
    let parent = draft.found(store).await?;
    let next = draft.successor(parent, 1);
    let mut step = supersede(Version::FIRST, next.id, at(5));
    if let ParentUpdate::Supersede { honoured_until, gone_at, nonce, .. } = &mut step {
        (*honoured_until, *gone_at, *nonce) = (honoured, gone, None);
    }
    let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(5)).await?;
    ensure_is!(answer, Rotated::Done, "a hand-over must go through");
    Ok([parent, next.id])
}

/// Checks that a record is left out of a listing from the end of its retry window on, and from its `gone_at` on. The
/// listing is read one microsecond before each of these two instants, at the instant, and one microsecond after it. A
/// record must not be left out because it has expired, or because it was created after `now`.
async fn each_instant(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let kind = TokenKind::PersonalAccessToken;
    let plain = ann.pat().ending(Some(at(10)), Some(at(300))).found(&*store).await?;
    let permanent = ann.pat().ending(None, None).created(at(9_000)).found(&*store).await?;
    let [closing, followed] = overlap(&*store, &ann.pat(), Some(at(100)), Some(at(GONE))).await?;
    let [open, first_use] = overlap(&*store, &ann.pat(), None, None).await?;
    let [spent, third] = overlap(&*store, &ann.pat(), Some(at(500)), Some(at(200))).await?;
    let always = [permanent, followed, open, first_use, third];
    for (now, more) in [
        (0, vec![plain, closing, spent]),
        (11, vec![plain, closing, spent]),
        (99, vec![plain, closing, spent]),
        (100, vec![plain, spent]),
        (101, vec![plain, spent]),
        (199, vec![plain, spent]),
        (200, vec![plain]),
        (299, vec![plain]),
        (300, vec![]),
        (301, vec![]),
    ] {
        let mut wanted: Vec<RecordId> = always.iter().copied().chain(more).collect();
        wanted.sort_unstable();
        for limit in [1, 3, 100] {
            let mut found = standing(&*store, ann.standing(kind, at(now)), limit).await?;
            found.sort_unstable();
            ensure!(found == wanted, "at +{now}, pages of {limit}: {wanted:?} stand, but {found:?} were shown");
        }
    }
    let all = standing(&*store, ann.listing(kind), 3).await?;
    ensure!(all.len() == 8, "`Show::All` must show all eight, but showed {}", all.len());
    let end = counterfoil::store::Change::End { honoured_until: at(120), gone_at: at(GONE) };
    let _ = store.apply(&open, Version::new(1), &end, at(120)).await?;
    for (now, stands) in [(119, true), (120, false)] {
        let found = standing(&*store, ann.standing(kind, at(now)), 4).await?;
        ensure!(found.contains(&open) == stands, "an overlap that ended at +120 must be shown at +{now}: {stands}");
    }
    Ok(())
}

/// Checks superseded access tokens. `Show::All` must always list such a token. `Show::Standing` must list it until its
/// retry window ends.
async fn replaced_access_tokens(store: &dyn TokenStore) -> Result<(), Violation> {
    let (ann, kind) = (Person::new("default", "ann"), TokenKind::AccessToken);
    let draft = ann.refresh().with_access();
    draft.found(store).await?;
    let (old, new) = (draft.records[1].id, draft.access(1));
    let step = supersede(Version::FIRST, new.id, at(5));
    let answer = store.rotate(&old, &step, std::slice::from_ref(&new), at(5)).await?;
    ensure_is!(answer, Rotated::Done, "an access token can be followed by another");
    for (now, stands) in [(14, true), (15, false)] {
        let found = standing(store, ann.standing(kind, at(now)), 5).await?;
        ensure!(found.contains(&new.id), "the access token that followed stands");
        ensure!(found.contains(&old) == stands, "one whose window ends at +15 must be shown at +{now}: {stands}");
    }
    let all = standing(store, ann.listing(kind), 5).await?;
    ensure!(all.contains(&old) && all.contains(&new.id), "`Show::All` must show both, but showed {all:?}");
    Ok(())
}

/// Checks that a record that is revoked, by itself or with its family, is left out with every value of `now`.
async fn what_is_revoked(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access().with_access();
    let id = draft.found(&*store).await?;
    let _ = store.revoke(Revoke::One(&draft.records[1].id), revoked(at(50)), at(GONE), most(1)).await?;
    for now in [0, 49, 50, EXPIRES] {
        let access = standing(&*store, ann.standing(TokenKind::AccessToken, at(now)), 1).await?;
        ensure!(access == [draft.records[2].id], "a revoked access token must be left out, but {access:?} were shown");
        let chain = standing(&*store, ann.standing(TokenKind::RefreshToken, at(now)), 1).await?;
        ensure!(chain == [id], "its family stands, but {chain:?} were shown");
    }
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(60)), at(GONE), most(1)).await?;
    for kind in [TokenKind::RefreshToken, TokenKind::AccessToken] {
        for now in [0, 60, GONE] {
            let found = standing(&*store, ann.standing(kind, at(now)), 1).await?;
            ensure!(found.is_empty(), "nothing of a revoked family may be shown, but {found:?} were");
            ensure!(!standing(&*store, ann.listing(kind), 1).await?.is_empty(), "`Show::All` must show it");
        }
    }
    Ok(())
}

/// The sizes of the data of [`behind_thousands_of_dead_ones`]. That check makes two kinds of families without standing
/// access tokens: revoked families, and families whose access tokens have reached their `gone_at`. The first number is
/// the number of access tokens in each of these families. The second number is the number of families of each kind.
const BULK: (usize, usize) = (130, 8);

/// Checks that a listing shows all standing records even if thousands of other records lie between them. A page may be
/// short or empty, but the following pages must still reach all standing records.
async fn behind_thousands_of_dead_ones(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let bulk = |created: u64| {
        let draft = ann.refresh();
        let access = |number: usize| {
            let created_at = at(created + number as u64);
            draft.access(0).with_created_at(created_at).with_gone_at(at(GONE))
        };
        let access: Vec<NewRecord> = (0..BULK.0).map(access).collect();
        Draft { records: draft.records.iter().cloned().chain(access).collect(), ..draft }
    };
    let living = ann.refresh().with_access().with_access();
    // Two live records are older than all records of the dead families. One live record is between them.
    let mut last = living.clone();
    (last.records[1].created_at, last.records[2].created_at) = (at(1), at(2));
    last.found(&*store).await?;
    let mut middle = ann.refresh().with_access();
    middle.records[1].created_at = at(50_000);
    middle.found(&*store).await?;
    for number in 0..BULK.1 as u64 {
        let deleted = bulk(1_000 + 10_000 * number);
        deleted.found(&*store).await?;
        let _ = store.revoke(ann.family(deleted.family.id), revoked(at(9)), at(GONE), most(1)).await?;
        let mut gone = bulk(5_000 + 10_000 * number);
        gone.records.iter_mut().for_each(|record| record.gone_at = Some(at(500)));
        gone.found(&*store).await?;
    }
    let wanted = [middle.records[1].id, last.records[2].id, last.records[1].id];
    for limit in [2, 50, 1_000] {
        let found = standing(&*store, ann.standing(TokenKind::AccessToken, at(500)), limit).await?;
        ensure!(found == wanted, "pages of {limit}: {wanted:?} stand behind the dead, but {found:?} were shown");
    }
    let before = standing(&*store, ann.standing(TokenKind::AccessToken, at(499)), 1_000).await?;
    let count = BULK.0 * BULK.1 + wanted.len();
    ensure!(before.len() == count, "a microsecond earlier {count} stand, but {} were shown", before.len());
    let all = standing(&*store, ann.listing(TokenKind::AccessToken), 1_000).await?;
    let count = 2 * BULK.0 * BULK.1 + wanted.len();
    ensure!(all.len() == count, "`Show::All` must show all {count}, but showed {}", all.len());
    Ok(())
}

/// Checks a listing during which records are revoked. After each page, the last record that was listed is revoked.
/// After every third page, a record that was not listed yet is revoked too. The listing must show all records that were
/// never revoked, and no record twice.
async fn while_the_ground_moves(subject: &Subject) -> Result<(), Violation> {
    for limit in [1, 2, 5] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        let drafts: Vec<Draft> = (0..24).map(|number| ann.pat().created(at(100 + number))).collect();
        found_all(&*store, &drafts).await?;
        let of = Listing::Owner {
            realm: &ann.realm,
            owner: &ann.owner,
            kind: TokenKind::PersonalAccessToken,
            show: Show::Standing { now: at(200) },
        };
        let (mut seen, mut after, mut died) = (Vec::<RecordId>::new(), None::<Cursor>, Vec::new());
        for page in 0.. {
            let Page { items, next, .. } = store.list(of, after.as_ref(), most(limit)).await?;
            ensure!(items.len() <= limit as usize, "a page of at most {limit} must not hold {}", items.len());
            seen.extend(items.iter().map(|item| item.record().id));
            let Some(next) = next else { break };
            ensure!(page < 500, "a walk must end although records die");
            // These records are revoked: the last one that was listed and, after every third page, one that was not
            // listed yet.
            let ahead = drafts.iter().find(|draft| !seen.contains(&draft.id()) && !died.contains(&draft.id()));
            let ahead = ahead.filter(|_| page % 3 == 0).map(Draft::id);
            for id in seen.last().copied().into_iter().chain(ahead) {
                let _ = store.revoke(ann.family(id.family()), revoked(at(201)), at(GONE), most(1)).await?;
                died.push(id);
            }
            after = Some(next);
        }
        let hidden = drafts.iter().filter(|draft| !seen.contains(&draft.id()) && !died.contains(&draft.id())).count();
        ensure!(hidden == 0, "limit {limit}: {hidden} records that stood all along were hidden");
        let shown = seen.len();
        seen.sort_unstable();
        seen.dedup();
        ensure!(shown == seen.len(), "limit {limit}: {} records were shown again", shown - seen.len());
    }
    Ok(())
}
