//! Checks notices (clauses 21 and 22 of `TokenStore`). A notice is an instant at which a worker must send a message
//! about a record. A record with a notice has a mark, which consists of the instant and the stage of the notice.

use counterfoil::store::{Change, NOTICED_MAX, NoticeMark, TokenRecord, TokenStore};
use counterfoil::types::{RecordId, Version};

use crate::extremes;
use crate::reference::{Model, describe};
use crate::sample::{EXPIRES, GONE, Person, at, member_id, most, must_get, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::{sorted_ids, walk_due};

const fn mark(at: counterfoil::Timestamp, stage: u8) -> NoticeMark {
    NoticeMark { at, stage }
}

/// Checks the pages of due notices (clause 21 of `TokenStore`). If a caller begins to read the pages after a notice
/// became due (`notice.at <= now`), the record with this notice must appear. Records without a due notice must not
/// appear.
pub async fn due_is_complete(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let mut marked = Vec::new();
    for number in 0..40 {
        let person = Person::new(if number % 2 == 0 { "default" } else { "other" }, &format!("owner-{}", number % 13));
        let draft = if number % 5 == 0 { person.refresh() } else { person.pat() };
        let at_mark = 100 + number / 4;
        let draft = if number % 10 == 9 { draft } else { draft.noticed(at(at_mark), 0) };
        let id = draft.found(&*store).await?;
        if number % 10 != 9 {
            marked.push((at_mark, id));
        }
    }
    for now in [0, 99, 100, 101, 104, 105, 109, 110, 1_000] {
        let mut wanted: Vec<RecordId> = marked.iter().filter(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        wanted.sort_unstable();
        for limit in [1, 3, 4, 1_000] {
            let due = sorted_ids(&walk_due(&*store, at(now), limit).await?);
            ensure!(due == wanted, "at +{now}, pages of {limit}: {} must be due, but {} were", wanted.len(), due.len());
        }
    }
    what_moves_a_mark(subject).await?;
    claims_between_pages(subject).await?;
    extremes::a_due_cursor_outlives_its_record(&*subject.fresh().await).await?;
    extremes::a_thousand_are_due(&*subject.fresh().await).await?;
    Ok(Checked::Held)
}

/// Checks which calls change whether a record is due: a claim, a settlement, a new expiry, a rotation, and the
/// revocation of the record.
async fn what_moves_a_mark(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().noticed(at(10), 0);
    let id = draft.found(&*store).await?;
    let is_due = async |now, wanted: bool, after: &str| {
        let due = walk_due(&*store, at(now), 5).await?;
        ensure!(due.is_empty() != wanted, "after {after}, due at +{now} must be {wanted}");
        Ok::<_, Violation>(())
    };
    is_due(9, false, "the insert").await?;
    is_due(10, true, "the insert").await?;
    let _ = store.claim(&id, mark(at(10), 0), at(20)).await?;
    is_due(19, false, "the claim").await?;
    is_due(20, true, "the claim").await?;
    let _ = store.settle(&id, mark(at(20), 0), Some(mark(at(30), 1)), None).await?;
    is_due(29, false, "the settlement").await?;
    is_due(30, true, "the settlement").await?;
    let _ = store.settle(&id, mark(at(30), 1), Some(mark(at(30), 2)), None).await?;
    is_due(30, true, "a settlement that moves the stage alone").await?;
    let expiry = |at_mark| Change::Expiry { expires_at: Some(at(EXPIRES)), gone_at: Some(at(GONE)), notice: at_mark };
    let _ = store.apply(&id, Version::FIRST, &expiry(None), at(1)).await?;
    is_due(1_000, false, "a change that cleared it").await?;
    let _ = store.apply(&id, Version::new(1), &expiry(Some(mark(at(5), 0))), at(1)).await?;
    is_due(4, false, "a change that set it").await?;
    is_due(5, true, "a change that set it").await?;
    let _ = store.apply(&id, Version::new(2), &expiry(Some(mark(at(5), 1))), at(1)).await?;
    is_due(5, true, "a change that moves the stage alone").await?;
    let mut next = draft.successor(id, 1);
    next.notice = Some(mark(at(50), 0));
    let _ = store.rotate(&id, &supersede(Version::new(3), next.id, at(2)), std::slice::from_ref(&next), at(2)).await?;
    is_due(49, false, "the rotation").await?;
    is_due(50, true, "the rotation").await?;
    ensure!(
        sorted_ids(&walk_due(&*store, at(60), 5).await?) == [next.id],
        "the successor's notice must be the one that is due"
    );
    let _ = store.revoke(ann.family(next.id.family()), revoked(at(3)), at(GONE), most(1)).await?;
    is_due(49, false, "the revocation of the family").await?;
    is_due(50, true, "the revocation of the family, which keeps the marks").await?;
    let held = mark(at(50), 0);
    ensure!(store.claim(&next.id, held, at(70)).await?.is_some(), "a notice of a revoked family must be claimable");
    let settled = store.settle(&next.id, mark(at(70), 0), None, Some((at(EXPIRES), 0))).await?;
    ensure!(settled, "a notice of a revoked family must be settled");
    is_due(1_000, false, "the settlement of a notice of a revoked family").await?;
    let access = ann.refresh().noticed(at(1), 0);
    access.found(&*store).await?;
    let _ = store.revoke(counterfoil::store::Revoke::One(&access.id()), revoked(at(2)), at(GONE), most(1)).await?;
    is_due(49, false, "the revocation of one record").await
}

/// Checks that no due record is skipped if a worker claims the records of a page before it reads the next page.
async fn claims_between_pages(subject: &Subject) -> Result<(), Violation> {
    for limit in [1, 3] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        for number in 0..12 {
            ann.pat().noticed(at(10 + number / 3), 0).found(&*store).await?;
        }
        let (mut claimed, mut after) = (0, None);
        loop {
            let page = store.due(at(20), after.as_ref(), most(limit)).await?;
            for record in &page.items {
                let held = record.record().notice.ok_or_else(|| Violation::new("what is due has a mark"))?;
                claimed += u32::from(store.claim(&record.record().id, held, at(100)).await?.is_some());
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        ensure!(claimed == 12, "12 were due and nobody else claimed, but the walk showed {claimed} (pages of {limit})");
    }
    Ok(())
}

/// Checks claims of notices (clause 22 of `TokenStore`). If several workers claim one notice concurrently, exactly one
/// must succeed. After the notice was settled, set to another time or claimed again, a call with the old mark must be
/// refused.
pub async fn claim_has_one_winner(subject: &Subject) -> Verdict {
    a_long_lease(&*subject.fresh().await).await?;
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let draft = ann.pat().noticed(at(10), 1);
    let id = draft.found(&*store).await?;
    let mut model = Model::default();
    let _ = model.insert(draft.home(None), &draft.records, at(0));
    // A caller with another mark, or with a lease that does not end after the mark, gets nothing.
    for (held, until) in [
        (mark(at(9), 1), 20),
        (mark(at(11), 1), 20),
        (mark(at(10), 0), 20),
        (mark(at(10), 2), 20),
        (mark(at(10), 1), 10),
        (mark(at(10), 1), 9),
    ] {
        let claimed = store.claim(&id, held, at(until)).await?;
        ensure!(claimed.is_none(), "a claim by {held:?} until +{until} of a mark at +10, stage 1, must be refused");
    }
    as_the_model(&*store, &model, &id).await?;
    let claimed = store.claim(&id, mark(at(10), 1), at(11)).await?;
    let wanted = model.claim(&id, mark(at(10), 1), at(11))?;
    ensure!(
        claimed.as_ref().map(describe) == wanted.as_ref().map(describe),
        "a claim must give the record as it then stands, but gave {claimed:?}"
    );
    ensure!(store.claim(&id, mark(at(10), 1), at(30)).await?.is_none(), "a claimed mark must refuse a second claim");
    settling(&*store, &mut model, &id).await?;
    let nobody = member_id(ann.family_id());
    ensure!(
        store.claim(&nobody, mark(at(1), 0), at(2)).await?.is_none(),
        "nothing can be claimed of what is not there"
    );
    ensure!(!store.settle(&nobody, mark(at(1), 0), Some(mark(at(9), 9)), Some((at(1), 0))).await?, "nor settled");
    ensure!(store.get(&nobody).await?.is_none(), "a settlement must not create a record");
    crate::races::claimers(subject).await
}

/// Checks that the lease of a claim may end after the record's `gone_at`.
async fn a_long_lease(store: &dyn TokenStore) -> Result<(), Violation> {
    let id = Person::somebody().pat().noticed(at(10), 1).found(store).await?;
    let lease = at(GONE + 77);
    let held = store.claim(&id, mark(at(10), 1), lease).await?.and_then(|record| record.record().notice);
    ensure!(held == Some(mark(lease, 1)), "a lease must end when it was asked to, but the mark is {held:?}");
    Ok(())
}

async fn settling(store: &dyn TokenStore, model: &mut Model, id: &RecordId) -> Result<(), Violation> {
    let lease = mark(at(11), 1);
    // The marks are an earlier mark, a mark with a wrong stage, and the mark of another lease. With each, the notice
    // is recorded as sent and nothing else changes.
    for (round, held) in [mark(at(10), 1), mark(at(11), 0), mark(at(12), 1)].into_iter().enumerate() {
        let sent = Some((at(EXPIRES), u8::try_from(round).unwrap_or(0)));
        let settled = store.settle(id, held, Some(mark(at(500), 5)), sent).await?;
        let _ = model.settle(id, held, Some(mark(at(500), 5)), sent);
        ensure!(!settled, "a settlement by {held:?} must be refused while {lease:?} stands");
        as_the_model(store, model, id).await?;
    }
    ensure!(store.settle(id, lease, Some(mark(at(40), 2)), Some((at(EXPIRES), 0))).await?, "the holder must settle");
    let _ = model.settle(id, lease, Some(mark(at(40), 2)), Some((at(EXPIRES), 0)));
    as_the_model(store, model, id).await?;
    ensure!(!store.settle(id, lease, None, None).await?, "a settled mark must refuse the old holder");
    ensure!(store.claim(id, lease, at(90)).await?.is_none(), "a settled mark must refuse the old holder's claim");
    as_the_model(store, model, id).await?;
    // These are more notices than a record stores, so the oldest are dropped.
    for stage in 0..u8::try_from(NOTICED_MAX + 3).unwrap_or(11) {
        // The expiries are descending. So the oldest entry is the one that was recorded first, not the one with the
        // earliest expiry.
        let (sent, held) = (Some((at(EXPIRES - u64::from(stage)), stage)), mark(at(1), 0));
        let _ = store.settle(id, held, None, sent).await?;
        let _ = model.settle(id, held, None, sent);
        as_the_model(store, model, id).await?;
    }
    ensure!(store.settle(id, mark(at(40), 2), None, None).await?, "the holder may leave no mark at all");
    let _ = model.settle(id, mark(at(40), 2), None, None);
    as_the_model(store, model, id).await
}

async fn as_the_model(store: &dyn TokenStore, model: &Model, id: &RecordId) -> Result<(), Violation> {
    let wanted: Option<TokenRecord> = model.get(id)?;
    let (wanted, found) = (wanted.as_ref().map(describe).unwrap_or_default(), describe(&must_get(store, id).await?));
    ensure!(wanted == found, "must be\n{wanted}\nbut is\n{found}");
    Ok(())
}
