//! Checks clauses 57 to 59 of the store contract, about whole families. Each check takes two empty stores of the kind
//! under test.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use counterfoil::store::{
    Access, Change, FamilyBody, InsertInto, Listing, NoticeMark, ParentUpdate, Restored, Revoke, Show, TokenRecord,
    TokenStore, Transfer, WholeFamily,
};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, TokenKind, Version};
use counterfoil::{Realm, SubjectId, Timestamp};
use futures_util::future::join_all;

use crate::purge::purge;
use crate::sample::{
    Draft, EXPIRES, GONE, Person, at, bounded, describe_as, digest_of, make_room, member_id, most, must_get, pace,
    refuse, relabel, revoked, slide, supersede,
};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// A store that has both [`TokenStore`] and [`Transfer`].
pub trait Whole: TokenStore + Transfer {}

impl<S: TokenStore + Transfer> Whole for S {}

const KINDS: [TokenKind; 5] = [
    TokenKind::PersonalAccessToken,
    TokenKind::AccessToken,
    TokenKind::RefreshToken,
    TokenKind::SecurityCode,
    TokenKind::ConsoleSession,
];

/// Fills an empty store with families in two realms. There is a family in every state that operations of the contract
/// can produce.
///
/// # Errors
///
/// A [`Violation`] if the store breaks the contract.
pub async fn every_state(store: &impl TokenStore) -> Result<(), Violation> {
    let store: &dyn TokenStore = store;
    plain(store).await?;
    noticed(store).await?;
    chains(store).await?;
    ended(store).await?;
    other_kinds(store).await?;
    // Shrinks the generations whose retry window has ended, and removes records that are past their retention.
    purge(store, at(40), at(40), at(25)).await?;
    // The retry windows of these generations have ended, but no purge has run since then.
    let late = Person::new("default", "late").refresh();
    rotate(store, &late, late.found(store).await?, 1, at(12)).await?;
    Ok(())
}

async fn plain(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    ann.pat().labelled("ci").found(store).await?;
    ann.pat().ending(None, None).found(store).await?;
    let changed = ann.pat().labelled("laptop");
    let id = changed.found(store).await?;
    store.touch(&[(id, at(3))]).await?;
    let _ = store.apply(&id, Version::FIRST, &describe_as("what for"), at(4)).await?;
    let _ = store.apply(&id, Version::new(1), &relabel("desktop"), at(5)).await?;
    let notice = Some(NoticeMark { at: at(70), stage: 1 });
    let change = Change::Expiry { expires_at: Some(at(EXPIRES + 5)), gone_at: Some(at(GONE + 5)), notice };
    let _ = store.apply(&id, Version::new(2), &change, at(6)).await?;
    let change = Change::Rekey { digest: digest_of(&member_id(changed.family.id)), key_id: KeyId::new(2) };
    let _ = store.apply(&id, Version::new(3), &change, at(7)).await?;
    // A family with the same owner and label in another realm, and an owner whose ids are in another shard.
    Person::new("other", "ann").pat().labelled("ci").found(store).await?;
    Person::new("default", "bob").pat().found(store).await?;
    // The first holder of the label is past its retention, and another family took the label. The first family keeps
    // only the label's text.
    ann.pat().labelled("lent").ending(Some(at(50)), Some(at(60))).found(store).await?;
    let taken = ann.pat().labelled("lent");
    let _ = store.insert(taken.home(None), &taken.records, at(60)).await?;
    Ok(())
}

async fn noticed(store: &dyn TokenStore) -> Result<(), Violation> {
    let mark = NoticeMark { at: at(9), stage: 0 };
    let [waits, leased, sent, ended] =
        [(); 4].map(|()| Person::new("default", "noticed").pat().noticed(mark.at, mark.stage));
    waits.found(store).await?;
    let _ = store.claim(&leased.found(store).await?, mark, at(90)).await?;
    let id = sent.found(store).await?;
    for stage in 0..9 {
        let next = NoticeMark { at: at(10 + u64::from(stage)), stage: stage + 1 };
        let held = NoticeMark { at: at(9 + u64::from(stage)), stage };
        store.settle(&id, held, Some(next), Some((at(EXPIRES), stage))).await?;
    }
    let id = ended.found(store).await?;
    store.settle(&id, mark, None, Some((at(EXPIRES), 3))).await?;
    Ok(())
}

async fn rotate(
    store: &dyn TokenStore,
    of: &Draft,
    parent: RecordId,
    to: u64,
    now: Timestamp,
) -> Result<RecordId, Violation> {
    let next = of.successor(parent, to);
    let version = must_get(store, &parent).await?.record().version;
    let new = [next.clone(), of.access(to)];
    let answer = store.rotate(&parent, &supersede(version, next.id, now), &new, now).await?;
    ensure_is!(answer, counterfoil::store::Rotated::Done, "a rotation must go through");
    Ok(next.id)
}

async fn chains(store: &dyn TokenStore) -> Result<(), Violation> {
    let cat = Person::new("default", "cat");
    let draft = cat.refresh().with_access();
    let mut newest = draft.found(store).await?;
    for generation in 1..=4 {
        newest = rotate(store, &draft, newest, generation, at(8 * generation)).await?;
    }
    store.touch(&[(newest, at(35))]).await?;
    let own = draft.access(4);
    let _ = store.insert(draft.join(4), std::slice::from_ref(&own), at(36)).await?;
    let _ = store.revoke(Revoke::One(&own.id), revoked(at(37)), at(GONE - 9), most(1)).await?;
    // A chain of which the purge removes one generation.
    let mut gone = cat.refresh();
    gone.records[0].gone_at = Some(at(30));
    let first = gone.found(store).await?;
    let next = gone.successor(first, 1);
    let mut step = supersede(Version::FIRST, next.id, at(10));
    if let ParentUpdate::Supersede { gone_at, .. } = &mut step {
        *gone_at = Some(at(30));
    }
    let _ = store.rotate(&first, &step, std::slice::from_ref(&next), at(10)).await?;
    rotate(store, &gone, next.id, 2, at(31)).await?;
    // Two rotations with an overlap. Only in the second rotation, the first use of the new token ends the overlap.
    for ends in [false, true] {
        let draft = cat.pat().labelled(if ends { "handed" } else { "handing" });
        let old = draft.found(store).await?;
        let new = draft.successor(old, 1);
        let step = ParentUpdate::Supersede {
            expect: Version::FIRST,
            successor: new.id,
            nonce: None,
            honoured_until: None,
            gone_at: None,
            pace: None,
            access_cap: None,
        };
        let _ = store.rotate(&old, &step, std::slice::from_ref(&new), at(11)).await?;
        if ends {
            let end = Change::End { honoured_until: at(29), gone_at: at(GONE) };
            let _ = store.apply(&old, Version::new(1), &end, at(29)).await?;
        }
    }
    let reused = cat.refresh();
    let id = reused.found(store).await?;
    let step = slide(at(EXPIRES + 3), at(GONE + 3));
    let _ = store.rotate(&id, &step, &[reused.access(0)], at(12)).await?;
    Ok(())
}

async fn ended(store: &dyn TokenStore) -> Result<(), Violation> {
    let dan = Person::new("default", "dan");
    let alone = dan.pat().labelled("gone").noticed(at(80), 1);
    alone.found(store).await?;
    let chain = dan.refresh().with_access();
    let mut newest = chain.found(store).await?;
    for generation in 1..=2 {
        newest = rotate(store, &chain, newest, generation, at(10 * generation)).await?;
    }
    let own = chain.access(2);
    let _ = store.insert(chain.join(2), std::slice::from_ref(&own), at(21)).await?;
    let _ = store.revoke(Revoke::One(&own.id), revoked(at(22)), at(GONE - 1), most(1)).await?;
    for family in [alone.family.id, chain.family.id] {
        let _ = store.revoke(dan.family(family), revoked(at(23)), at(GONE + 7), most(1)).await?;
    }
    Ok(())
}

async fn other_kinds(store: &dyn TokenStore) -> Result<(), Violation> {
    let eve = Person::new("default", "eve");
    let created_by = SubjectId::new("super").map_err(|_| Violation::new("a subject"))?;
    let access = Access::SameAsUser(created_by.clone());
    let bodies = [
        (TokenKind::SecurityCode, FamilyBody::Code { created_by, access, named: Some("eve".into()) }),
        (TokenKind::ConsoleSession, FamilyBody::Session { authenticated_at: at(1), absolute_end: at(GONE) }),
    ];
    for (kind, body) in bodies {
        let mut draft = eve.pat();
        (draft.family.kind, draft.family.body) = (kind, body);
        draft.records[0].kind = kind;
        draft.records[0].scope = None;
        draft.found(store).await?;
    }
    Ok(())
}

/// Returns all families of a store. Reads them in pages of `limit` ids.
///
/// # Errors
///
/// A [`Violation`] if the store breaks clause 57 or 58.
pub async fn walk_families(store: &impl Transfer, limit: u32) -> Result<Vec<WholeFamily>, Violation> {
    let (mut all, mut after) = (Vec::new(), None::<FamilyId>);
    loop {
        let page = store.families(after.as_ref(), most(limit)).await?;
        ensure!(page.items.len() <= limit as usize, "a page of at most {limit} must not hold {}", page.items.len());
        ensure!(page.corrupt == 0, "nothing is damaged, but {} families are called so", page.corrupt);
        for id in page.items {
            let last = all.last().map(|last: &WholeFamily| last.family().id);
            ensure!(last.is_none_or(|last| last < id), "a walk must ascend, but {id:?} follows {last:?}");
            let family = store.family(&id).await?;
            all.push(family.ok_or_else(|| Violation::new(format!("{id:?} is listed, but it is not there")))?);
        }
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// Clause 57: A walk returns every family of every realm once, in ascending order, revoked or not, for every page
/// length.
pub async fn families_are_walked<S: Whole>(source: Arc<S>, _target: Arc<S>) -> Verdict {
    ensure!(walk_families(&*source, 3).await?.is_empty(), "an empty store has no family");
    every_state(&*source).await?;
    let all = walk_families(&*source, 1_000).await?;
    for limit in [1, 2, 7] {
        let ids = |all: &[WholeFamily]| all.iter().map(|one| one.family().id).collect::<Vec<_>>();
        let paged = walk_families(&*source, limit).await?;
        ensure!(ids(&paged) == ids(&all), "pages of {limit} must show what one page shows");
    }
    let mut listed = BTreeSet::new();
    for realm in ["default", "other"] {
        for kind in KINDS {
            let realm = Realm::new(realm).map_err(|_| Violation::new("a realm"))?;
            let records = crate::walk::walk(&*source, Listing::Kind { realm: &realm, kind }, 100).await?;
            listed.extend(records.iter().map(|record| record.family().id));
        }
    }
    let walked: BTreeSet<FamilyId> = all.iter().map(|one| one.family().id).collect();
    ensure!(listed.is_subset(&walked), "a walk must show every family that a listing shows");
    let counted: u64 = source.census().await?.iter().map(|(_, records)| records).sum();
    let members: usize = all.iter().map(|one| one.members().len()).sum();
    ensure!(counted == members as u64, "{counted} records are counted, but {members} were walked");
    ensure!(all.iter().any(|one| one.members().iter().any(|member| member.shrunk)), "shrunk records must be shown");
    Ok(Checked::Held)
}

/// Clause 58: A restored family equals the original, and every method treats the two alike.
pub async fn a_family_comes_back_as_it_was<S: Whole>(source: Arc<S>, target: Arc<S>) -> Verdict {
    every_state(&*source).await?;
    let all = walk_families(&*source, 100).await?;
    for family in all.iter().rev() {
        ensure_is!(target.restore(family).await?, Restored::Done, "a family must be written");
        let back = target.family(&family.family().id).await?;
        let back = back.ok_or_else(|| Violation::new("what was restored must be there"))?;
        let differs = family.difference(&back);
        ensure!(differs.is_none(), "a family comes back as it was, but {differs:?} differs");
    }
    ensure!(target.family(&Person::somebody().family_id()).await?.is_none(), "what was never written is not there");
    same(&source, &target, "after the copy").await?;
    both(&source, &target, &all).await?;
    Ok(Checked::Held)
}

/// Checks that two stores contain the same families and give the same lists.
async fn same<S: Whole>(one: &Arc<S>, other: &Arc<S>, when: &str) -> Result<(), Violation> {
    let (left, right) = (walk_families(&**one, 50).await?, walk_families(&**other, 50).await?);
    ensure!(left.len() == right.len(), "{when} there are {} families and {}", left.len(), right.len());
    for (left, right) in left.iter().zip(&right) {
        let differs = left.difference(right);
        ensure!(differs.is_none(), "{when} {differs:?} differs in {:?} and {:?}", left.family(), right.family());
        for member in left.members() {
            let (own, others) = (one.get(&member.id).await?, other.get(&member.id).await?);
            ensure!(text(&own) == text(&others), "{when} get must give {own:?}, but it gave {others:?}");
        }
    }
    let owners: BTreeSet<(Realm, OwnerId)> =
        left.iter().map(|one| (one.family().realm.clone(), one.family().owner.clone())).collect();
    for (realm, owner) in &owners {
        for kind in KINDS {
            for show in [Show::All, Show::Standing { now: at(55) }, Show::Standing { now: at(GONE) }] {
                let of = Listing::Owner { realm, owner, kind, show };
                alike(one, other, of, when).await?;
            }
            alike(one, other, Listing::Kind { realm, kind }, when).await?;
        }
    }
    let due = |store: Arc<S>| async move { crate::walk::walk_due(&*store, at(1_000), 9).await };
    let (mut left, mut right) = (due(Arc::clone(one)).await?, due(Arc::clone(other)).await?);
    for found in [&mut left, &mut right] {
        found.sort_by_key(|record: &TokenRecord| record.record().id);
    }
    ensure!(text(&left) == text(&right), "{when} {left:?} is due, but in the copy {right:?}");
    let (left, right) = (one.census().await?, other.census().await?);
    ensure!(left == right, "{when} the census counts {left:?}, but in the copy {right:?}");
    Ok(())
}

async fn alike<S: Whole>(one: &Arc<S>, other: &Arc<S>, of: Listing<'_>, when: &str) -> Result<(), Violation> {
    let (left, right) = (crate::walk::walk(&**one, of, 9).await?, crate::walk::walk(&**other, of, 9).await?);
    ensure!(text(&left) == text(&right), "{when} {of:?} must list {left:?}, but it listed {right:?}");
    Ok(())
}

fn text(what: &impl Debug) -> String {
    format!("{what:?}")
}

/// Makes the same call on both stores and checks that the results are equal.
macro_rules! ask {
    ($source:ident, $target:ident: $what:expr, |$store:ident| $call:expr) => {{
        let left = {
            let $store = &$source;
            text(&$call.await?)
        };
        let right = {
            let $store = &$target;
            text(&$call.await?)
        };
        ensure!(left == right, "{} must answer {left}, but on the copy it answered {right}", $what);
    }};
}

/// Performs the same steps on both stores. Checks that the results are equal after each step and that the states are
/// equal at the end.
async fn both<S: Whole>(source: &Arc<S>, target: &Arc<S>, all: &[WholeFamily]) -> Result<(), Violation> {
    for whole in all {
        let (row, members) = (whole.family(), whole.members());
        let person = Person { realm: row.realm.clone(), owner: row.owner.clone() };
        let mut draft = if row.client.is_some() { person.refresh() } else { person.pat() };
        draft.family.kind = row.kind;
        draft.records[0].kind = row.kind;
        draft.family.label_key.clone_from(&row.label_key);
        ask!(source, target: "a held label", |store| store.insert(draft.home(None), &draft.records, at(100)));
        draft.family.label_key = None;
        for (cap, within) in [(Some(refuse(2)), None), (None, Some(pace(2, at(0))))] {
            let mut next = person.pat();
            next.family.kind = row.kind;
            next.records[0].kind = row.kind;
            ask!(source, target: "a bound", |store| store.insert(next.bounded(cap, within), &next.records, at(101)));
        }
        // A draft with this family's id, for records that are added to the family.
        let mut own = draft.clone();
        own.family.id = row.id;
        let access = {
            let mut access = own.access(row.generation);
            access.id = member_id(row.id);
            access
        };
        let join = InsertInto::Join { family: row.id, generation: row.generation, access_cap: Some(most(2)) };
        ask!(source, target: "a join", |store| store.insert(join, std::slice::from_ref(&access), at(102)));
        for member in members {
            let id = &member.id;
            let next = {
                let mut next = own.successor(*id, member.generation + 1);
                next.id = member_id(row.id);
                next
            };
            let step = supersede(member.version, next.id, at(103));
            let paced = bounded(step, Some(pace(1, at(20))), None);
            // Access tokens are not rotated.
            if member.kind == row.kind {
                let new = std::slice::from_ref(&next);
                ask!(source, target: "a paced rotation", |store| store.rotate(id, &paced, new, at(103)));
                ask!(source, target: "a rotation", |store| store.rotate(id, &step, new, at(104)));
            }
            ask!(source, target: "a touch", |store| store.touch(&[(*id, at(105))]));
            if let Some(mark) = member.notice {
                ask!(source, target: "a claim", |store| store.claim(id, mark, at(500)));
                let held = NoticeMark { at: at(500), stage: mark.stage };
                ask!(source, target: "a settlement", |store| store.settle(id, held, None, Some((at(EXPIRES), 7))));
            }
            let version = member.version;
            ask!(source, target: "an edit", |store| store.apply(id, version, &describe_as("copied"), at(106)));
            let step = slide(at(EXPIRES + 9), at(GONE + 9));
            ask!(source, target: "a slide", |store| store.rotate(id, &step, &[], at(107)));
        }
    }
    same(source, target, "after the same steps").await?;
    let dan = Person::new("default", "dan");
    let room = dan.refresh();
    ask!(source, target: "an insert that makes room", |store| {
        store.insert(room.bounded(Some(make_room(1, at(110))), None), &room.records, at(110))
    });
    let cat = Person::new("default", "cat");
    ask!(source, target: "the end of an owner", |store| store.revoke(cat.all(), revoked(at(111)), at(GONE), most(100)));
    for now in [at(112), at(GONE - 1), at(GONE), at(GONE + 9), at(3 * GONE)] {
        let unsent = Timestamp::from_micros(now.micros() - 10).unwrap_or(now);
        for windows in [at(100), now] {
            ask!(source, target: "a purge", |store| async { purge(&***store, now, unsent, windows).await });
        }
        same(source, target, "after a purge").await?;
    }
    Ok(())
}

/// Clause 59: A restore writes all or nothing, overwrites nothing, and takes no label from another family.
pub async fn restore_never_overwrites<S: Whole>(source: Arc<S>, target: Arc<S>) -> Verdict {
    every_state(&*source).await?;
    let all = walk_families(&*source, 100).await?;
    for family in &all {
        let racers = (0..8).map(|_| {
            let (target, family) = (Arc::clone(&target), family.clone());
            async move { target.restore(&family).await }
        });
        let mut done = 0;
        for answer in join_all(racers).await {
            match answer? {
                Restored::Done => done += 1,
                Restored::IdTaken(id) => {
                    ensure!(id.family() == family.family().id, "the id that is taken is one of this family");
                }
                other => return Err(Violation::new(format!("a repeat is a taken id, but it was {other:?}"))),
            }
        }
        ensure!(done == 1, "of eight restores of one family one is done, but {done} were");
    }
    for family in &all {
        let mut row = family.family().clone();
        row.generation += 7;
        row.used_at = at(77);
        let other = WholeFamily::new(row, family.members().to_vec());
        let other = other.map_err(|corrupt| Violation::new(corrupt.to_string()))?;
        ensure_is!(target.restore(&other).await?, Restored::IdTaken(_), "a family is never overwritten");
        let stands = target.family(&family.family().id).await?;
        let differs = stands.as_ref().map_or(Some("all"), |stands| family.difference(stands));
        ensure!(differs.is_none(), "a refused restore must write nothing, but {differs:?} differs");
    }
    // A new family that wants a label of an existing family. The restore must refuse it even if the existing family is
    // past its retention.
    let holder = all.iter().find(|one| one.family().label_key.is_some() && one.family().gone_at.is_some());
    let holder = holder.ok_or_else(|| Violation::new("some family holds a label"))?;
    let person = Person { realm: holder.family().realm.clone(), owner: holder.family().owner.clone() };
    let mut row = holder.family().clone();
    row.id = person.family_id();
    let mut member = holder.members()[0].clone();
    member.id = member_id(row.id);
    let rival = WholeFamily::new(row, vec![member]).map_err(|corrupt| Violation::new(corrupt.to_string()))?;
    ensure_is!(
        target.restore(&rival).await?,
        Restored::LabelTaken(held) if held == holder.family().id,
        "a held label is refused"
    );
    ensure!(target.family(&rival.family().id).await?.is_none(), "a refused restore must write nothing");
    let walked = walk_families(&*target, 100).await?;
    ensure!(walked.len() == all.len(), "{} families were written, but {} are there", all.len(), walked.len());
    Ok(Checked::Held)
}
