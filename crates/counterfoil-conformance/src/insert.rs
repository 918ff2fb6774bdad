//! Checks that inserts write all or nothing and can be repeated (clauses 3 and 5 of `TokenStore`). Also checks which
//! families count towards the cap on an owner's live families.

use counterfoil::client::ClientKey;
use counterfoil::store::{Inserted, NewRecord, Rotated, TokenStore};
use counterfoil::types::{TokenKind, Version};

use crate::reference::same;
use crate::sample::{GONE, Person, at, digest_of, edited, most, must_get, relabel, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{sorted_ids, walk};

/// Checks inserts that are refused (clause 3 of `TokenStore`). If one of the new ids, or the label, is taken, nothing
/// must be written. An insert must never update a record. `IdTaken` must name the taken id, and `LabelTaken` the family
/// that has the label.
pub async fn insert_all_or_nothing(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let first = ann.pat().labelled("one");
    let taken = first.found(&*store).await?;
    let before = must_get(&*store, &taken).await?;

    // The taken id is the first, the second or the third of three ids.
    for index in 0..3 {
        let mut family = ann.refresh().with_access().with_access();
        let thief = first.records[0].clone().with_id(taken).with_digest(digest_of(&family.id()));
        family.family.id = first.family.id;
        for record in &mut family.records {
            record.id = crate::sample::member_id(first.family.id);
        }
        family.records[index] = thief;
        let join = first.join(0);
        for home in [family.home(None), join] {
            let answer = store.insert(home, &family.records, at(1)).await?;
            ensure_is!(answer, Inserted::IdTaken(id) if id == taken, "the taken id must be refused by name");
            nothing_of(&*store, &family.records, index).await?;
        }
        ensure!(
            same(&must_get(&*store, &taken).await?, &before),
            "a refused insert must leave the holder of the id as it was"
        );
    }

    crate::extremes::a_hundred_at_once(&*subject.fresh().await).await?;
    several_taken(&*store).await?;
    let holder = first.family.id;
    let second = ann.pat().labelled("ONE").with_access();
    let answer = store.insert(second.home(None), &second.records, at(1)).await?;
    ensure_is!(answer, Inserted::LabelTaken(family) if family == holder, "the label's holder must be named");
    nothing_of(&*store, &second.records, usize::MAX).await?;
    // If the refused insert had left a row, this insert would be refused because of the row's id or label.
    let again = ann.pat().labelled("two");
    let again =
        crate::sample::Draft { family: again.family.with_id(second.family.id), ..second.clone().labelled("two") };
    again.found(&*store).await?;
    let listed = sorted_ids(&walk(&*store, ann.listing(TokenKind::PersonalAccessToken), 10).await?);
    let mut wanted = [taken, again.id()];
    wanted.sort_unstable();
    ensure!(
        listed == wanted,
        "the listing must show what went in and nothing of what was refused, but showed {listed:?}"
    );
    the_cap_counts(subject).await?;
    a_family_is_founded_once(subject).await?;
    Ok(Checked::Held)
}

async fn nothing_of(store: &dyn TokenStore, records: &[NewRecord], but: usize) -> Result<(), Violation> {
    for (index, record) in records.iter().enumerate().filter(|(index, _)| *index != but) {
        let found = store.get(&record.id).await?;
        ensure!(
            found.is_none(),
            "a refused insert must leave nothing, but record {index} of {} is there",
            records.len()
        );
    }
    Ok(())
}

async fn a_family_is_founded_once(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let first = ann.pat();
    first.found(&*store).await?;
    let mut second = first.clone();
    second.records[0].id = crate::sample::member_id(first.family.id);
    let answer = store.insert(second.home(None), &second.records, at(1)).await?;
    ensure_is!(answer, Inserted::IdTaken(_), "a family that is there cannot be founded again");
    ensure!(store.get(&second.id()).await?.is_none(), "nor may its new member go in");
    Ok(())
}

/// Checks which families count towards a cap on the families of an owner. The calls run one after another.
async fn the_cap_counts(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let try_at = async |now, cap| {
        let draft = ann.pat();
        Ok::<_, Violation>((store.insert(draft.home(Some(cap)), &draft.records, at(now)).await?, draft.id()))
    };
    let (one, two) = (try_at(0, 2).await?, try_at(0, 2).await?);
    ensure!((one.0, two.0) == (Inserted::Done, Inserted::Done), "a cap of 2 must let two in");
    let (third, third_id) = try_at(0, 2).await?;
    ensure_is!(third, Inserted::OwnerFull, "a cap of 2 must not let a third in");
    ensure!(store.get(&third_id).await?.is_none(), "OwnerFull must leave nothing");
    let through = |client| ann.refresh().through(ClientKey::from_bytes([client; 16]));
    // Another client, another kind, another owner and another realm each have their own cap.
    for other in
        [ann.refresh(), through(8), through(9), Person::new("default", "bob").pat(), Person::new("other", "ann").pat()]
    {
        let answer = store.insert(other.home(Some(1)), &other.records, at(0)).await?;
        ensure_is!(answer, Inserted::Done, "only families of the same realm, owner, kind and client count");
    }
    // Families with a client and families without a client are counted separately. The check tries both orders.
    let bare = || {
        let mut draft = ann.refresh();
        draft.family.client = None;
        draft
    };
    for number in 20..23 {
        let (alone, beside) = (bare(), through(number));
        alone.found(&*store).await?;
        let answer = store.insert(beside.home(Some(1)), &beside.records, at(0)).await?;
        ensure_is!(answer, Inserted::Done, "families without a client must not count for one with a client");
    }
    let crowded = bare();
    let answer = store.insert(crowded.home(Some(4)), &crowded.records, at(0)).await?;
    ensure_is!(answer, Inserted::Done, "families with a client must not count for one without");
    let (_, _) = (store.revoke(ann.family(one.1.family()), revoked(at(1)), at(GONE), most(1)).await?, ());
    let (freed, permanent) = try_at(1, 2).await?;
    ensure_is!(freed, Inserted::Done, "a revoked family must not count");
    let version = Version::FIRST;
    let expiry = counterfoil::store::Change::Expiry { expires_at: None, gone_at: None, notice: None };
    let _ = store.apply(&permanent, version, &expiry, at(1)).await?;
    let (late, _) = try_at(crate::sample::EXPIRES, 1).await?;
    ensure_is!(late, Inserted::OwnerFull, "a family that was made permanent must count for ever");
    Ok(())
}

/// Inserts records of which several have a taken id. The answer `IdTaken` may name any of the taken ids, but must not
/// name a free one.
async fn several_taken(store: &dyn TokenStore) -> Result<(), Violation> {
    let draft = Person::somebody().refresh().with_access();
    let root = draft.found(store).await?;
    let access = draft.records[1].id;
    let (free, thief) = (draft.access(0), |id| edited(draft.access(0), |record| record.id = id));
    let next = draft.successor(root, 1);
    for new in [[free.clone(), thief(root), thief(access)], [thief(access), free.clone(), thief(root)]] {
        let answer = store.insert(draft.join(0), &new, at(1)).await?;
        ensure_is!(answer, Inserted::IdTaken(id) if [root, access].contains(&id), "one of the taken ids must be named");
        let step = supersede(Version::FIRST, next.id, at(1));
        let answer =
            store.rotate(&root, &step, &[next.clone(), new[0].clone(), new[1].clone(), new[2].clone()], at(1)).await?;
        ensure_is!(answer, Rotated::IdTaken(id) if [root, access].contains(&id), "one of the taken ids must be named");
    }
    ensure!(store.get(&free.id).await?.is_none(), "a refused insert must leave nothing");
    Ok(())
}

/// Checks calls that are repeated because their outcome is unknown (clause 5 of `TokenStore`). A repeated insert must
/// return `IdTaken`, and the stored digest must be the caller's own. A repeated rotate must return `Stale`, and the
/// stored successor must be the caller's own. Nothing must be executed twice.
pub async fn own_write_is_recognised(subject: &Subject) -> Verdict {
    crate::races::repeats_at_once(subject).await?;
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    // The draft has a label and a cap of one. At the repeated insert, its own family already has the label and reaches
    // the cap.
    let draft = ann.refresh().labelled("one").with_access();
    for (time, now) in [at(0), at(1), at(2)].into_iter().enumerate() {
        let answer = store.insert(draft.home(Some(1)), &draft.records, now).await?;
        match (time, answer) {
            (0, Inserted::Done) => {}
            (1.., Inserted::IdTaken(id)) => {
                let stands = must_get(&*store, &id).await?;
                ensure!(
                    stands.record().digest.as_bytes() == digest_of(&id).as_bytes(),
                    "the caller's own digest must stand there"
                );
            }
            (_, other) => {
                return Err(Violation::new(format!("insert number {time} must be recognised, but was {other:?}")));
            }
        }
    }
    let parent = draft.id();
    let successor = draft.successor(parent, 1);
    let step = supersede(Version::FIRST, successor.id, at(5));
    ensure_is!(
        store.rotate(&parent, &step, &[successor.clone(), draft.access(1)], at(5)).await?,
        Rotated::Done,
        "a first rotation must go through"
    );
    let after = must_get(&*store, &successor.id).await?;
    let retry = store.rotate(&parent, &step, &[successor.clone(), draft.access(1)], at(6)).await?;
    let Rotated::Stale(stands) = retry else {
        return Err(Violation::new(format!("a repeated rotation must be Stale, but was {retry:?}")));
    };
    let own = stands
        .record()
        .superseded
        .is_some_and(|superseded| superseded.successor == successor.id && superseded.at == at(5));
    ensure!(own, "Stale must carry the caller's own successor, but stands {:?}", stands.record().superseded);
    ensure!(stands.record().version == Version::FIRST.next(), "a repeated rotation must not move the version again");
    ensure!(same(&must_get(&*store, &successor.id).await?, &after), "a repeated rotation must change nothing");
    // If a join is repeated after a rotation of the family, the answer must be `IdTaken` with the id of its own record.
    let late = draft.access(1);
    let join = draft.join(1);
    ensure_is!(store.insert(join, std::slice::from_ref(&late), at(6)).await?, Inserted::Done, "a join must go through");
    let tip = successor.id;
    let last = draft.successor(tip, 2);
    let moved = supersede(Version::FIRST, last.id, at(6));
    ensure_is!(
        store.rotate(&tip, &moved, std::slice::from_ref(&last), at(6)).await?,
        Rotated::Done,
        "a rotation must go through"
    );
    let answer = store.insert(join, std::slice::from_ref(&late), at(7)).await?;
    ensure_is!(answer, Inserted::IdTaken(id) if id == late.id, "a repeated join must be recognised though the family has moved");
    // A repeated edit must return `Stale` and must not be executed twice.
    let edit = relabel("two");
    let _ = store.apply(&last.id, Version::FIRST, &edit, at(7)).await?;
    ensure_is!(
        store.apply(&last.id, Version::FIRST, &edit, at(8)).await?,
        counterfoil::store::Applied::Stale(_),
        "a repeated edit must be Stale"
    );
    Ok(Checked::Held)
}
