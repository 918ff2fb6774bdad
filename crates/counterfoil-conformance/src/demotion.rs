//! Checks a server that was demoted from primary to replica (clause 55 of `TokenStore`). The check needs the hook
//! `demote` of the fixture.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use counterfoil::store::{Applied, Inserted, NoticeMark, Page, Rotated, StoreError, TokenRecord, TokenStore};
use counterfoil::types::{KeyId, RecordId, TokenKind, Version};

use crate::fixture::Store;
use crate::reference::describe;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use crate::slow::pause;
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// How long the check calls the store after the server was demoted.
const LOOK: Duration = Duration::from_secs(1);
/// The time within which the store must answer after its address leads to the primary again.
const HEALED: Duration = Duration::from_secs(10);
/// The pause between two series of calls of the store.
const BREATH: Duration = Duration::from_millis(20);

/// Checks that no answer comes from a replica (clause 55 of `TokenStore`). While the address of the store leads to a
/// replica, each answer must be either the data of the current primary or `Unavailable`. If all writes fail during this
/// time, all calls of `probe` must fail too. After the address leads to the primary again, the same handle must answer
/// within 10 s.
pub async fn no_replica_answers(subject: &Subject) -> Verdict {
    let database = subject.fresh_with(2).await;
    let scene = Scene::new(&*database).await?;
    for number in 0..2 {
        // These calls open connections before the server is demoted.
        for id in &scene.ids {
            must_get(&**database.handle(number), id).await?;
        }
    }
    let Some(primary) = database.demote(true).await else {
        return Ok(Checked::NotApplicable("the fixture has no hook `demote`"));
    };
    let handles = [0, 1].map(|number| Store::clone(database.handle(number)));
    let asked = async {
        scene.move_on(&*primary).await?;
        let begun = now();
        let (mut ready, mut served) = (false, false);
        while begun.elapsed() < LOOK {
            for handle in &handles {
                served |= scene.ask(&**handle, &*primary).await?;
                ready |= is_ready(&**handle).await?;
            }
            breathe().await;
        }
        ensure!(served || !ready, "no write succeeded at the address of a replica, but a probe did");
        Ok::<_, Violation>(())
    };
    let asked = asked.await;
    drop(primary);
    let primary = database.demote(false).await;
    asked?;
    let primary = primary.ok_or_else(|| Violation::new("a fixture that demotes must give the address back"))?;
    let begun = now();
    for handle in &handles {
        while !scene.ask(&**handle, &*primary).await? || !is_ready(&**handle).await? {
            ensure!(
                begun.elapsed() < HEALED,
                "the address leads to the primary for 10 s, and the store does not serve"
            );
            breathe().await;
        }
    }
    Ok(Checked::Held)
}

#[expect(clippy::disallowed_methods, reason = "a bound in real time: a server is waited for, not the injected clock")]
fn now() -> Instant {
    Instant::now()
}

async fn breathe() {
    pause().await;
    std::thread::sleep(BREATH);
}

/// The records that both servers have before the demotion, and the changes that are made on the new primary afterwards.
struct Scene {
    ann: Person,
    deleted: Draft,
    parent: Draft,
    added: Draft,
    mark: NoticeMark,
    ids: Vec<RecordId>,
}

impl Scene {
    async fn new(store: &dyn TokenStore) -> Result<Self, Violation> {
        let (ann, mark) = (Person::new("default", "ann"), NoticeMark { at: at(10), stage: 0 });
        let (deleted, parent) = (ann.pat().noticed(mark.at, mark.stage), ann.refresh());
        let mut ids = Vec::new();
        for draft in [&deleted, &ann.pat(), &parent] {
            ids.push(draft.found(store).await?);
        }
        let added = ann.pat();
        Ok(Self { ann, deleted, parent, added, mark, ids })
    }

    /// Makes changes on the new primary that the replica does not receive. Revokes one token, edits a second, rotates a
    /// third, and inserts a fourth.
    async fn move_on(&self, primary: &dyn TokenStore) -> Result<(), Violation> {
        let family = self.ann.family(self.deleted.family.id);
        let ended = primary.revoke(family, revoked(at(5)), at(GONE), most(1)).await?;
        ensure!(ended.changed == 1, "the primary must revoke a family, but was {ended:?}");
        let edited = primary.apply(&self.ids[1], Version::FIRST, &describe_as("edited"), at(5)).await?;
        let next = self.parent.successor(self.ids[2], 1);
        let step = supersede(Version::FIRST, next.id, at(5));
        ensure_is!(edited, Applied::Done(_), "the primary must edit a record");
        let rotated = primary.rotate(&self.ids[2], &step, std::slice::from_ref(&next), at(5)).await?;
        ensure_is!(rotated, Rotated::Done, "the primary must rotate");
        self.added.found(primary).await?;
        Ok(())
    }

    /// Calls all methods that only read, then inserts a record and revokes a family. Returns true if every call was
    /// answered, and false if one returned `Unavailable`. An answer that differs from that of `primary` is a violation.
    async fn ask(&self, store: &dyn TokenStore, primary: &dyn TokenStore) -> Result<bool, Violation> {
        let mut served = true;
        for id in self.ids.iter().chain([&self.added.id()]) {
            let held = primary.get(id).await?.as_ref().map(describe);
            let read = store.get(id).await.map(|read| read.as_ref().map(describe));
            served &= is_right("get", read, &held)?;
        }
        let (kind, key) = (TokenKind::PersonalAccessToken, |counted: &(KeyId, u64)| counted.0.number());
        let held = on_page(primary.list(self.ann.listing(kind), None, most(100)).await?);
        served &= is_right("list", store.list(self.ann.listing(kind), None, most(100)).await.map(on_page), &held)?;
        let listed =
            async |of: &dyn TokenStore| of.list_families(&self.ann.realm, &self.ann.owner, None, most(100)).await;
        let held = listed(primary).await?.items;
        served &= is_right("list_families", listed(store).await.map(|page| page.items), &held)?;
        let held = on_page(primary.due(self.mark.at, None, most(100)).await?);
        served &= is_right("due", store.due(self.mark.at, None, most(100)).await.map(on_page), &held)?;
        let mut held = primary.census().await?;
        held.sort_by_key(key);
        let counted = store.census().await.map(|mut counted| {
            counted.sort_by_key(key);
            counted
        });
        served &= is_right("census", counted, &held)?;
        Ok(self.write(store, primary).await? && served)
    }

    /// Inserts a record and revokes a family through `store`. If a call succeeds, `primary` must have the change.
    /// Returns true if every call was answered, and false if one returned `Unavailable`.
    async fn write(&self, store: &dyn TokenStore, primary: &dyn TokenStore) -> Result<bool, Violation> {
        let draft = self.ann.refresh();
        match store.insert(draft.home(None), &draft.records, at(6)).await {
            Err(StoreError::Unavailable { .. }) => return Ok(false),
            answer => ensure_is!(answer, Ok(Inserted::Done), "an insert must be Done or Unavailable"),
        }
        ensure!(
            primary.get(&draft.id()).await?.is_some(),
            "an insert was Done, but the present primary does not hold it"
        );
        match store.revoke(self.ann.family(draft.family.id), revoked(at(7)), at(GONE), most(1)).await {
            Err(StoreError::Unavailable { .. }) => return Ok(false),
            answer => ensure_is!(answer, Ok(_), "a revocation must be done or Unavailable"),
        }
        let ended = must_get(primary, &draft.id()).await?.revoked().is_some();
        ensure!(ended, "a revocation was done, but the present primary does not hold it");
        Ok(true)
    }
}

/// Returns true if the probe succeeded, and false if it returned `Unavailable`.
async fn is_ready(store: &dyn TokenStore) -> Result<bool, Violation> {
    match store.probe().await {
        Ok(()) => Ok(true),
        Err(StoreError::Unavailable { .. }) => Ok(false),
        other => Err(Violation::new(format!("a probe must be Ok or Unavailable, but was {other:?}"))),
    }
}

/// Returns the records of a page as sorted texts. They are sorted because the order of `due` is not defined.
fn on_page(page: Page<TokenRecord>) -> Vec<String> {
    let mut records: Vec<String> = page.items.iter().map(describe).collect();
    records.sort_unstable();
    records
}

/// Returns true if the store answered with `held`, the answer of the primary, and false if it returned `Unavailable`.
/// Any other answer is a violation. `op` names the call in the message.
fn is_right<T: Debug + PartialEq>(op: &str, answer: Result<T, StoreError>, held: &T) -> Result<bool, Violation> {
    match answer {
        Err(StoreError::Unavailable { .. }) => Ok(false),
        Ok(answer) if answer == *held => Ok(true),
        answer => Err(Violation::new(format!(
            "{op} must be Unavailable or what the present primary holds, {held:?}, but was {answer:?}"
        ))),
    }
}
