//! Checks stored rows that cannot be decoded (clause 26 of `TokenStore`). The check needs the hook `damage` of the
//! fixture.

use counterfoil::store::{Applied, Cursor, Inserted, Listing, NoticeMark, StoreError, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::fixture::Row;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, relabel, revoked, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{sorted_ids, walk, walk_due};

/// Checks damaged rows (clause 26 of `TokenStore`). For a row that cannot be decoded, the answer must be `Corrupt` with
/// its id. The store must never report the row as absent and never overwrite it. The row must not prevent a listing, a
/// touch, a revocation or a purge of other records.
pub async fn garbage_is_corrupt(subject: &Subject) -> Verdict {
    if !a_record(subject).await? {
        return Ok(Checked::NotApplicable("the fixture has no hook `damage`"));
    }
    beside_it(subject).await?;
    revocations(subject).await?;
    a_family(subject).await?;
    Ok(Checked::Held)
}

/// Calls every method on a damaged record. Returns false, and checks nothing, if the fixture does not implement the
/// hook `damage`.
async fn a_record(subject: &Subject) -> Result<bool, Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let mark = NoticeMark { at: at(10), stage: 0 };
    let draft = ann.refresh().noticed(mark.at, mark.stage).with_access();
    let id = draft.found(&*store).await?;
    if !store.damage(Row::Record(&id)).await {
        return Ok(false);
    }
    let next = draft.successor(id, 1);
    let step = supersede(Version::FIRST, next.id, at(1));
    let answers = [
        ("get", store.get(&id).await.map(drop)),
        ("apply", store.apply(&id, Version::FIRST, &describe_as("x"), at(1)).await.map(drop)),
        ("apply of another version", store.apply(&id, Version::new(9), &describe_as("x"), at(1)).await.map(drop)),
        ("rotate", store.rotate(&id, &step, std::slice::from_ref(&next), at(1)).await.map(drop)),
        ("slide", store.rotate(&id, &slide(at(500), at(600)), &[], at(1)).await.map(drop)),
        ("claim", store.claim(&id, mark, at(20)).await.map(drop)),
        ("settle", store.settle(&id, mark, None, Some((at(50), 1))).await.map(drop)),
    ];
    for (op, answer) in answers {
        let own = matches!(&answer, Err(StoreError::Corrupt { id: Some(of), .. }) if *of == id);
        ensure!(own, "{op} of a damaged row must be Corrupt with its id, but was {answer:?}");
    }
    ensure!(store.get(&next.id).await?.is_none(), "a rotation of a damaged row must write nothing");
    let repeated = store.insert(draft.home(None), &draft.records, at(1)).await?;
    ensure_is!(repeated, Inserted::IdTaken(_), "the id of a damaged row must be taken");
    let access = must_get(&*store, &draft.records[1].id).await;
    ensure!(access.is_ok(), "a member beside a damaged one must be read");
    Ok(true)
}

/// Reads pages of listings and of due records. One record of the owner is damaged. Also touches and purges the owner's
/// other records. Checks that the damaged record does not disturb any of this.
async fn beside_it(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let (mut others, mut damaged) = (Vec::new(), None);
    for number in 0..9 {
        let id = ann.pat().created(at(number)).noticed(at(10 + number), 0).found(&*store).await?;
        if number == 4 { damaged = Some(id) } else { others.push(id) }
    }
    let damaged = damaged.ok_or_else(|| Violation::new("one of nine is the fifth"))?;
    store.damage(Row::Record(&damaged)).await;
    let seen: Vec<(RecordId, _)> = [&damaged].into_iter().chain(&others).map(|id| (*id, at(40))).collect();
    store.touch(&seen).await?;
    for id in &others {
        let used = must_get(&*store, id).await?.record().last_used_at;
        ensure!(used == Some(at(40)), "a damaged row must not keep others from being touched");
    }
    others.sort_unstable();
    // The fifth of the nine records is damaged. With a limit of 5 it is the last of its page.
    for limit in [1, 4, 5, 100] {
        let whole = |records: Vec<counterfoil::store::TokenRecord>| {
            sorted_ids(&records).into_iter().filter(|id| *id != damaged).collect::<Vec<_>>()
        };
        let listed = whole(walk(&*store, ann.listing(TokenKind::PersonalAccessToken), limit).await?);
        ensure!(
            listed == others,
            "a damaged row must not break the listing of others: {} of 8 were listed",
            listed.len()
        );
        let due = whole(walk_due(&*store, at(50), limit).await?);
        ensure!(due == others, "a damaged row must not break what is due of others: {} of 8 were due", due.len());
        for (what, of) in [
            ("the owner's", ann.listing(TokenKind::PersonalAccessToken)),
            ("the kind's", Listing::Kind { realm: &ann.realm, kind: TokenKind::PersonalAccessToken }),
        ] {
            let counted = corrupt(&*store, of, limit).await?;
            ensure!(counted == 1, "{what} pages of {limit} must count one damaged row once, but counted {counted}");
        }
    }
    purged(&*store, &others).await
}

/// Reads all pages of a listing. Returns how many damaged rows the pages report in total.
async fn corrupt(store: &dyn TokenStore, of: Listing<'_>, limit: u32) -> Result<u32, Violation> {
    let (mut counted, mut after) = (0, None::<Cursor>);
    for _ in 0..40 {
        let page = store.list(of, after.as_ref(), most(limit)).await?;
        counted += page.corrupt;
        if page.next.is_none() {
            return Ok(counted);
        }
        after = page.next;
    }
    Err(Violation::new("a walk over nine records must end"))
}

/// Purges with a limit of 1 until the store answers `more: false`, and then in the same way with a limit of 4. Checks
/// each time that `others`, the undamaged records, are gone. With a limit of 1, the damaged record can be the only one
/// that a purge finds.
async fn purged(store: &dyn TokenStore, others: &[RecordId]) -> Result<(), Violation> {
    for limit in [1, 4] {
        let mut ended = false;
        for _ in 0..40 {
            if !store.purge(at(GONE), at(GONE), at(0), most(limit)).await?.more {
                ended = true;
                break;
            }
        }
        ensure!(ended, "a purge beside a damaged row must end: `more` was true 40 times at a limit of {limit}");
        for id in others {
            ensure!(store.get(id).await?.is_none(), "a damaged row must not keep others from being purged");
        }
    }
    Ok(())
}

/// Checks that a family with a damaged member can be revoked, both by its id and with all families of its owner.
async fn revocations(subject: &Subject) -> Result<(), Violation> {
    for by_owner in [false, true] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        let drafts = [ann.refresh().with_access(), ann.refresh().with_access()];
        for draft in &drafts {
            draft.found(&*store).await?;
        }
        store.damage(Row::Record(&drafts[0].id())).await;
        if by_owner {
            all_of(&*store, &ann).await?;
        } else {
            for draft in &drafts {
                let progress = store.revoke(ann.family(draft.family.id), revoked(at(5)), at(GONE), most(1)).await?;
                ensure!(progress.changed > 0, "a family with a damaged member must be revoked");
            }
        }
        for draft in &drafts {
            let read = must_get(&*store, &draft.records[1].id).await?;
            ensure!(read.revoked().is_some(), "a member beside a damaged one must read as revoked");
        }
        let answer = store.insert(drafts[0].join(0), &[drafts[0].access(0)], at(6)).await?;
        ensure_is!(answer, Inserted::FamilyEnded, "a revoked family with a damaged member must have ended");
    }
    Ok(())
}

async fn all_of(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    for _ in 0..20 {
        if !store.revoke(ann.all(), revoked(at(5)), at(GONE), most(1)).await?.more {
            return Ok(());
        }
    }
    Err(Violation::new("revoking all of an owner beside a damaged row must end"))
}

/// Checks that the revocation of an owner ends all families except the damaged one. For the damaged family, the store
/// must either report that it was revoked, or return `Corrupt`.
async fn beside_a_damaged_family(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let drafts: Vec<Draft> = (0..5).map(|_| ann.refresh()).collect();
    for draft in &drafts {
        draft.found(&*store).await?;
    }
    let damaged = &drafts[1];
    store.damage(Row::Family(&damaged.family.id)).await;
    let (mut changed, mut corrupt, mut ended) = (0, false, false);
    for _ in 0..20 {
        match store.revoke(ann.all(), revoked(at(5)), at(GONE), most(1)).await {
            Ok(progress) => {
                changed += progress.changed;
                ended = !progress.more;
            }
            Err(StoreError::Corrupt { .. }) => (corrupt, ended) = (true, true),
            Err(other) => return Err(other.into()),
        }
        if ended {
            break;
        }
    }
    ensure!(ended, "revoking all of an owner beside a damaged family must end");
    for draft in drafts.iter().filter(|draft| draft.family.id != damaged.family.id) {
        let read = must_get(&*store, &draft.id()).await?;
        ensure!(read.revoked().is_some(), "a damaged family must not keep another one of its owner from being revoked");
    }
    ensure!(corrupt || changed == 5, "a damaged family must be revoked or be Corrupt, but {changed} of 5 were revoked");
    Ok(())
}

/// Checks that the listings count the members of the damaged family as damaged, and show those of the other family.
/// Both families have a refresh token and an access token.
async fn counts_members(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let realm = &ann.realm;
    for kind in [TokenKind::RefreshToken, TokenKind::AccessToken] {
        for of in [ann.listing(kind), Listing::Kind { realm, kind }] {
            let shown = walk(store, of, 1).await?.len();
            let counted = corrupt(store, of, 1).await?;
            ensure!(
                (shown, counted) == (1, 1),
                "{of:?} beside a damaged family must show one record and count one, but showed {shown} and counted \
                 {counted}"
            );
        }
    }
    Ok(())
}

/// Checks that the label of the damaged family `holder` is still taken. An insert of a new family with this label must
/// be refused, and so must a relabel of the family `other`. The answer must contain the id of `holder`, or be
/// `Corrupt`.
async fn keeps_its_label(store: &dyn TokenStore, holder: &Draft, other: &Draft) -> Result<(), Violation> {
    let second = Person { realm: holder.family.realm.clone(), owner: holder.family.owner.clone() }.refresh();
    let second = second.labelled("one");
    let inserted = store.insert(second.home(None), &second.records, at(1)).await;
    let refused = matches!(&inserted, Ok(Inserted::LabelTaken(by)) if *by == holder.family.id);
    ensure!(
        refused || matches!(inserted, Err(StoreError::Corrupt { .. })),
        "the label of a damaged family must not be free, but an insert was {inserted:?}"
    );
    let applied = store.apply(&other.id(), Version::FIRST, &relabel("one"), at(1)).await;
    let refused = matches!(&applied, Ok(Applied::LabelTaken(by)) if *by == holder.family.id);
    ensure!(
        refused || matches!(applied, Err(StoreError::Corrupt { .. })),
        "the label of a damaged family must not be free, but a relabel was {applied:?}"
    );
    ensure!(store.get(&second.id()).await?.is_none(), "a refused insert must leave nothing");
    Ok(())
}

/// Checks a family whose own row is damaged. Every member of it must be `Corrupt`, and other families must not be
/// affected. A revocation of the family must not report that there was nothing to revoke.
async fn a_family(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().noticed(at(10), 0).labelled("one").with_access();
    let other = ann.refresh().with_access();
    let (id, kept) = (draft.found(&*store).await?, other.found(&*store).await?);
    if !store.damage(Row::Family(&draft.family.id)).await {
        return Ok(());
    }
    for record in &draft.records {
        let answer = store.get(&record.id).await;
        let own = matches!(&answer, Err(StoreError::Corrupt { id: Some(of), .. }) if *of == record.id);
        ensure!(own, "a member of a damaged family must be Corrupt with its id, but was {answer:?}");
    }
    counts_members(&*store, &ann).await?;
    keeps_its_label(&*store, &draft, &other).await?;
    let applied = store.apply(&id, Version::FIRST, &describe_as("x"), at(1)).await;
    ensure_is!(applied, Err(StoreError::Corrupt { .. }), "apply in a damaged family must be Corrupt");
    let next = draft.successor(id, 1);
    let step = supersede(Version::FIRST, next.id, at(1));
    let rotated = store.rotate(&id, &step, std::slice::from_ref(&next), at(1)).await;
    ensure_is!(rotated, Err(StoreError::Corrupt { .. }), "rotate in a damaged family must be Corrupt");
    let joined = store.insert(draft.join(0), &[draft.access(0)], at(1)).await;
    ensure!(
        !matches!(joined, Ok(Inserted::FamilyEnded | Inserted::FamilyMoved)),
        "a join of a damaged family must not say that it ended or moved, but was {joined:?}"
    );
    match store.revoke(ann.family(draft.family.id), revoked(at(5)), at(GONE), most(1)).await {
        Ok(progress) => ensure!(progress.changed > 0, "a damaged family must be revoked, or be Corrupt"),
        Err(StoreError::Corrupt { .. }) => {}
        Err(other) => return Err(other.into()),
    }
    ensure!(must_get(&*store, &kept).await?.revoked().is_none(), "another family must go on");
    beside_a_damaged_family(subject).await?;
    let next = other.successor(kept, 1);
    let step = supersede(Version::FIRST, next.id, at(6));
    let answer = store.rotate(&kept, &step, std::slice::from_ref(&next), at(6)).await?;
    ensure_is!(answer, counterfoil::store::Rotated::Done, "another family must go on");
    Ok(())
}
