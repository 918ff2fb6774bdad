//! Checks the cap on live families with which an expired family is rotated (clause 63 of `TokenStore`).

use counterfoil::store::{Inserted, Rotated, TokenStore};

use super::{counted, race, renewed};
use crate::extremes::WIDE;
use crate::sample::{GONE, Person, at, most, must_get, revoked};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks rotations with a cap on the owner's live families (clause 63 of `TokenStore`). If expired families are
/// rotated, and families are inserted, concurrently with the same cap, no more families may be live afterwards than the
/// cap allows. A rotation of a family that is live at `now` must not be refused by the cap.
pub async fn renewals_are_capped(subject: &Subject) -> Verdict {
    the_cap_is_exact(&*subject.fresh().await).await?;
    a_live_family_is_not_refused(&*subject.fresh().await).await?;
    counted::others_do_not_count(&*subject.fresh().await).await?;
    counted::every_live_one_counts(&*subject.fresh().await).await?;
    a_renewed_family_counts(&*subject.fresh().await).await?;
    race::for_the_last_places(subject).await?;
    Ok(Checked::Held)
}

pub(super) const fn cap(limit: u32) -> (bool, Option<u32>) {
    (false, Some(limit))
}

/// Rotates an expired family of an owner with up to three live families, under each cap near their number, and under
/// caps that a column with too few bits would store as a small or a negative number.
async fn the_cap_is_exact(store: &dyn TokenStore) -> Result<(), Violation> {
    for living in 0..4_u32 {
        let near = [living.saturating_sub(1), living, living + 1].into_iter().filter(|limit| *limit > 0);
        for limit in near.chain(WIDE.into_iter().filter(|_| living == 1)) {
            for draft in [Person::somebody().pat(), Person::somebody().refresh().with_access()] {
                let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
                let signs_in = draft.family.client.is_some();
                for _ in 0..living {
                    (if signs_in { person.refresh().with_access() } else { person.pat() }).found(store).await?;
                }
                let draft = draft.ending(Some(at(5)), Some(at(GONE)));
                let parent = draft.found(store).await?;
                let (answer, _) = renewed(store, &draft, parent, cap(limit), at(5)).await?;
                if living < limit {
                    ensure_is!(answer, Rotated::Done, "a cap of {limit} must let one in beside {living} live families");
                } else {
                    ensure_is!(answer, Rotated::OwnerFull, "a cap of {limit} must refuse one more than {living}");
                }
            }
        }
    }
    Ok(())
}

/// Rotates a family of an owner who has more live families than the cap allows. The rotation must be refused from the
/// `live_until` of the rotated family on, and not one microsecond earlier. A family without `live_until` is always
/// live.
async fn a_live_family_is_not_refused(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    for _ in 0..3 {
        ann.pat().ending(None, None).found(store).await?;
    }
    for (now, live) in [(4, true), (5, false), (6, false)] {
        let draft = ann.pat().ending(Some(at(5)), Some(at(GONE)));
        let parent = draft.found(store).await?;
        let (answer, next) = renewed(store, &draft, parent, cap(1), at(now)).await?;
        if !live {
            ensure_is!(answer, Rotated::OwnerFull, "a family that is live until +5 must be refused at +{now}");
            continue;
        }
        ensure_is!(answer, Rotated::Done, "a family that is live until +5 must not be refused at +{now}");
        // The rotation gave the family the expiry of the successor, so the family is live at `at(6)`.
        let (answer, _) = renewed(store, &draft, next, cap(1), at(6)).await?;
        ensure_is!(answer, Rotated::Done, "a family that was rotated is live until the expiry of its newest record");
    }
    let permanent = ann.pat().ending(None, Some(at(5)));
    let parent = permanent.found(store).await?;
    let (answer, _) = renewed(store, &permanent, parent, cap(1), at(GONE)).await?;
    ensure_is!(answer, Rotated::Done, "a family without `live_until` is live for ever");
    // `Change::Expiry` can make an expired family live, and a live family expired.
    let draft = ann.pat().ending(Some(at(5)), Some(at(GONE)));
    let parent = draft.found(store).await?;
    for (version, end, live) in [(0, 50, true), (1, 6, false), (2, 51, true)] {
        let change =
            counterfoil::store::Change::Expiry { expires_at: Some(at(end)), gone_at: Some(at(GONE)), notice: None };
        let _ = store.apply(&parent, counterfoil::types::Version::new(version), &change, at(7)).await?;
        let (answer, _) = renewed(store, &draft, parent, cap(1), at(8)).await?;
        match answer {
            Rotated::Done if live => break,
            Rotated::OwnerFull if !live => {}
            other => {
                let what = format!("a family that is live until +{end} must not get {other:?} at +8");
                return Err(Violation::new(what));
            }
        }
    }
    Ok(())
}

/// Checks that a renewed family counts towards the caps of later rotations and inserts. A family whose renewal was
/// refused must not count, and a revoked family must not count.
async fn a_renewed_family_counts(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let drafts = [ann.pat(), ann.pat(), ann.pat()].map(|draft| draft.ending(Some(at(5)), Some(at(GONE))));
    for draft in &drafts {
        draft.found(store).await?;
    }
    let [first, second, third] = &drafts;
    let (answer, _) = renewed(store, first, first.id(), cap(1), at(6)).await?;
    ensure_is!(answer, Rotated::Done, "expired families must not count");
    let (answer, _) = renewed(store, second, second.id(), cap(1), at(6)).await?;
    ensure_is!(answer, Rotated::OwnerFull, "a renewed family must count");
    let coming = ann.pat();
    let inserted = store.insert(coming.home(Some(1)), &coming.records, at(6)).await?;
    ensure_is!(inserted, Inserted::OwnerFull, "a renewed family must count towards the cap of an insert");
    let inserted = store.insert(coming.home(Some(2)), &coming.records, at(6)).await?;
    ensure_is!(inserted, Inserted::Done, "a refused renewal must not count");
    let (answer, _) = renewed(store, second, second.id(), cap(2), at(6)).await?;
    ensure_is!(answer, Rotated::OwnerFull, "a new family must count");
    let _ = store.revoke(ann.family(coming.family.id), revoked(at(7)), at(GONE), most(1)).await?;
    let (answer, next) = renewed(store, second, second.id(), cap(2), at(7)).await?;
    ensure_is!(answer, Rotated::Done, "a revoked family must not count");
    ensure!(must_get(store, &next).await?.is_newest(), "the successor of a renewed family is its newest record");
    let (answer, _) = renewed(store, third, third.id(), (false, None), at(7)).await?;
    ensure_is!(answer, Rotated::Done, "without a cap nothing is counted");
    Ok(())
}
