//! Checks rotations, with calls one after another (clauses 10 to 12 of `TokenStore`). Also checks which fields a
//! rotation writes.

use counterfoil::store::{Inserted, NoticeMark, Rotated, TokenRecord, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::reference::{Model, describe, same};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, edited, member_id, must_get, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{ids, walk};

/// A family of refresh tokens, in the store and in the reference model. Each rotation is made in both. Afterwards all
/// records must be equal.
struct Chain {
    draft: Draft,
    model: Model,
    tip: RecordId,
    generation: u64,
}

impl Chain {
    async fn new(store: &dyn TokenStore) -> Result<Self, Violation> {
        let draft = Person::somebody().refresh().labelled("one").with_access().noticed(at(70), 1);
        let tip = draft.found(store).await?;
        let mut model = Model::default();
        let _ = model.insert(draft.home(None), &draft.records, at(0));
        Ok(Self { draft, model, tip, generation: 0 })
    }

    async fn down(&mut self, store: &dyn TokenStore, now: u64) -> Result<(), Violation> {
        self.generation += 1;
        let mut next = self.draft.successor(self.tip, self.generation);
        (next.expires_at, next.gone_at) = (Some(at(EXPIRES + now)), Some(at(GONE + now)));
        let new = [next.clone(), self.draft.access(self.generation)];
        let step = supersede(Version::FIRST, next.id, at(now));
        ensure_is!(
            store.rotate(&self.tip, &step, &new, at(now)).await?,
            Rotated::Done,
            "a rotation of the newest must go through"
        );
        let _ = self.model.rotate(&self.tip, &step, &new, at(now))?;
        self.tip = next.id;
        self.is_as_the_model(store).await
    }

    async fn is_as_the_model(&self, store: &dyn TokenStore) -> Result<(), Violation> {
        for record in &self.model.records {
            let wanted = self.model.get(&record.id)?.expect("the model has it");
            let found = must_get(store, &record.id).await?;
            ensure!(
                same(&wanted, &found),
                "generation {}: must be\n{}\nbut is\n{}",
                self.generation,
                describe(&wanted),
                describe(&found)
            );
        }
        let person = Person { realm: self.draft.family.realm.clone(), owner: self.draft.family.owner.clone() };
        let chain = walk(store, person.listing(TokenKind::RefreshToken), 3).await?;
        let kept = self.model.records.iter().filter(|record| record.kind == TokenKind::RefreshToken).count();
        ensure!(
            chain.len() == kept,
            "{kept} generations must be kept of {}, but the listing shows {:?}",
            self.generation + 1,
            ids(&chain)
        );
        Ok(())
    }
}

/// Checks the nonces of a family (clause 12 of `TokenStore`). If a second token has replaced the first, and a rotation
/// replaces the second token by a third, this rotation must remove the nonce of the first token. So a family never has
/// more than one nonce.
pub async fn rotate_wipes_one_back(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let mut chain = Chain::new(&*store).await?;
    for now in 1..8 {
        let parent = chain.tip;
        chain.down(&*store, now).await?;
        let mut holders = Vec::new();
        for record in &chain.model.records {
            let stands = must_get(&*store, &record.id).await?;
            holders.extend(stands.record().superseded.and_then(|superseded| superseded.nonce).map(|_| record.id));
        }
        ensure!(holders == [parent], "the parent alone must hold a nonce after {now} rotations, but {holders:?} do");
    }
    Ok(Checked::Held)
}

/// Checks that a reader who sees a superseded parent also finds its successor (clause 11 of `TokenStore`). The check
/// with races is `readers_find_the_successor`.
pub async fn no_parent_without_successor(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let mut chain = Chain::new(&*store).await?;
    for now in 1..5 {
        let parent = chain.tip;
        chain.down(&*store, now).await?;
        let superseded = must_get(&*store, &parent).await?.record().superseded;
        let successor = superseded.map(|superseded| superseded.successor);
        ensure!(successor == Some(chain.tip), "the parent must name its successor, but names {successor:?}");
        must_get(&*store, &chain.tip).await?;
    }
    nothing_without_the_parent(&*store).await?;
    crate::races::readers_find_the_successor(subject).await
}

/// Checks that a rotation that is refused inserts none of its new records.
async fn nothing_without_the_parent(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::somebody();
    let draft = ann.refresh();
    let id = draft.found(store).await?;
    let own = draft.access(0);
    let taken = own.id;
    ensure_is!(
        store.insert(draft.join(0), std::slice::from_ref(&own), at(1)).await?,
        Inserted::Done,
        "a join must go through"
    );
    let before = describe(&must_get(store, &id).await?);
    let next = draft.successor(id, 1);
    let thief = draft.access(1).with_id(taken);
    let step = |expect| supersede(Version::new(expect), next.id, at(5));
    let nobody = member_id(draft.family.id);
    ensure_is!(
        store.rotate(&nobody, &step(0), std::slice::from_ref(&next), at(5)).await?,
        Rotated::Missing,
        "what is not there is Missing"
    );
    for wrong in [1, 2, 1 << 40] {
        let answer = store.rotate(&id, &step(wrong), &[next.clone(), draft.access(1)], at(5)).await?;
        ensure_is!(&answer, Rotated::Stale(stands) if describe(stands) == before, "another version must be Stale with what stands there");
    }
    for new in [[next.clone(), thief.clone()], [thief, next.clone()]] {
        let answer = store.rotate(&id, &step(0), &new, at(5)).await?;
        ensure_is!(answer, Rotated::IdTaken(id) if id == taken, "one taken id among the new ones must be refused by name");
    }
    ensure!(store.get(&next.id).await?.is_none(), "a refused rotation must leave no successor");
    ensure!(describe(&must_get(store, &id).await?) == before, "a refused rotation must leave the parent as it was");
    ensure_is!(
        store.rotate(&id, &step(0), std::slice::from_ref(&next), at(5)).await?,
        Rotated::Done,
        "and must not stand in the way of a right one"
    );
    let second = draft.successor(id, 2);
    let current = supersede(Version::new(1), second.id, at(6));
    let answer = store.rotate(&id, &current, std::slice::from_ref(&second), at(6)).await?;
    ensure_is!(answer, Rotated::Stale(_), "a superseded parent must not be superseded again, though the version fits");
    Ok(())
}

/// Checks slides, as the docs of [`ParentUpdate::Slide`](counterfoil::store::ParentUpdate) describe them. A slide must
/// never make the expiry or the `gone_at` earlier, and must not change the version. It must be refused if the record is
/// not live. It must extend the family too, but only if the record is the newest of its family.
pub async fn slide_is_forward(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let draft = ann.refresh().noticed(at(70), 1);
    let id = draft.found(&*store).await?;
    let mut model = Model::default();
    let _ = model.insert(draft.home(None), &draft.records, at(0));
    let to = |expiry, gone| slide(at(expiry), at(gone));
    let steps = [
        to(EXPIRES + 5, GONE + 5),
        to(EXPIRES + 4, GONE + 4),
        to(EXPIRES + 5, GONE + 5),
        to(EXPIRES + 6, GONE),
        to(EXPIRES, GONE + 9),
    ];
    for (round, step) in (1..).zip(steps) {
        let access = draft.access(0);
        ensure_is!(
            store.rotate(&id, &step, std::slice::from_ref(&access), at(round)).await?,
            Rotated::Done,
            "a slide of a live token must go through"
        );
        let _ = model.rotate(&id, &step, std::slice::from_ref(&access), at(round))?;
        let (wanted, found) = (model.get(&id)?.expect("the model has it"), must_get(&*store, &id).await?);
        ensure!(
            same(&wanted, &found),
            "slide {round} must give\n{}\nbut gave\n{}",
            describe(&wanted),
            describe(&found)
        );
        ensure!(found.record().version == Version::FIRST, "a slide must not move the version");
        must_get(&*store, &access.id).await?;
        let again = store.rotate(&id, &step, std::slice::from_ref(&access), at(round)).await?;
        ensure_is!(again, Rotated::IdTaken(taken) if taken == access.id, "a taken id must be refused by name");
    }
    let next = draft.successor(id, 1);
    ensure_is!(
        store.rotate(&id, &supersede(Version::FIRST, next.id, at(9)), std::slice::from_ref(&next), at(9)).await?,
        Rotated::Done,
        "a slid token can be rotated"
    );
    let stands: TokenRecord = must_get(&*store, &id).await?;
    ensure!(
        stands.record().notice != Some(NoticeMark { at: at(70), stage: 1 }),
        "a superseded record must have no notice"
    );
    ensure_is!(
        store.rotate(&id, &to(EXPIRES + 50, GONE + 50), &[], at(10)).await?,
        Rotated::Stale(_),
        "a superseded token must not slide"
    );
    let nobody = member_id(draft.family.id);
    ensure_is!(
        store.rotate(&nobody, &to(EXPIRES, GONE), &[], at(10)).await?,
        Rotated::Missing,
        "what is not there is Missing"
    );
    a_permanent_one_stays(&*store).await?;
    only_the_newest_leads(&*store).await?;
    Ok(Checked::Held)
}

/// Slides an access token, and a record of an older generation. Checks that each record is extended, and that its
/// family is not.
async fn only_the_newest_leads(store: &dyn TokenStore) -> Result<(), Violation> {
    let mut draft = Person::somebody().refresh().with_access();
    let beside = edited(draft.records[0].clone(), |record| record.id = member_id(draft.family.id));
    draft.records.push(beside.clone());
    let root = draft.found(store).await?;
    let next = draft.successor(root, 1);
    let answer =
        store.rotate(&root, &supersede(Version::FIRST, next.id, at(5)), std::slice::from_ref(&next), at(5)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must go through");
    let ends = must_get(store, &next.id).await?.family().clone();
    for (round, id) in (6..).zip([draft.records[1].id, beside.id]) {
        let answer = store.rotate(&id, &slide(at(EXPIRES + 7), at(GONE + 7)), &[], at(round)).await?;
        ensure_is!(answer, Rotated::Done, "what was not superseded slides, the newest or not");
        let slid = must_get(store, &id).await?;
        let own = (slid.record().expires_at, slid.record().gone_at, slid.record().expiry_set_at);
        ensure!(
            own == (Some(at(EXPIRES + 7)), Some(at(GONE + 7)), at(round)),
            "a slide must move the record's own ends, but gave {own:?}"
        );
        let family = slid.family();
        ensure!(family.used_at == at(round), "a slide is a use of the family");
        ensure!(
            (family.live_until, family.gone_at) == (ends.live_until, ends.gone_at),
            "only the newest record of the family's kind must move the family's ends"
        );
    }
    Ok(())
}

/// Checks that a record without an expiry has none after a slide either.
async fn a_permanent_one_stays(store: &dyn TokenStore) -> Result<(), Violation> {
    let draft = Person::somebody().refresh().ending(None, None);
    let id = draft.found(store).await?;
    let answer = store.rotate(&id, &slide(at(500), at(600)), &[], at(10)).await?;
    ensure_is!(answer, Rotated::Done, "a permanent token slides");
    let stands = must_get(store, &id).await?;
    let ends =
        (stands.record().expires_at, stands.record().gone_at, stands.family().live_until, stands.family().gone_at);
    ensure!(ends == (None, None, None, None), "a slide must leave a permanent token permanent, but gave {ends:?}");
    Ok(())
}
