//! Calls `try_read` while another thread writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::store::{ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};

use super::{said, shown};
use crate::fixture::Store;
use crate::pool::Pool;
use crate::reference::ReferenceStore;
use crate::sample::{Draft, GONE, Person, at, most, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Violation, ensure, ensure_is};

/// The number of threads: one writes, and the others read.
const THREADS: usize = 3;

/// Checks `try_read` while another thread writes. One thread rotates a family twice and then revokes it. So the family
/// has four states, one after another. The other threads call `try_read` for the members of the family. Each record
/// that `try_read` passes to `look` must meet three rules:
///
/// - It is equal to the record in one of the four states.
/// - This state is not older than the state that the same thread read before.
/// - If a write had returned before the read began, this state is not older than the state after that write.
pub(super) async fn beside_a_writer(subject: &Subject) -> Result<(), Violation> {
    let database = subject.fresh_with(2).await;
    let pool = Pool::new(&subject.driver(), THREADS);
    for round in 0..(subject.scale().rounds / 15).clamp(4, 300) {
        let life = Life::new(round.is_multiple_of(2)).await?;
        life.draft.found(&*database).await?;
        let (life, written) = (Arc::new(life), Arc::new(AtomicUsize::new(0)));
        let answers = pool
            .race(|racer| {
                let store = Store::clone(database.handle(racer + round as usize));
                let (life, written) = (Arc::clone(&life), Arc::clone(&written));
                async move {
                    match racer {
                        0 => life.write(&*store, &written).await,
                        _ => life.read(&*store, &written),
                    }
                }
            })
            .await;
        answers.into_iter().collect::<Result<Vec<()>, _>>()?;
    }
    Ok(())
}

/// A family, the writes that change it, and the records of its members before and after each write.
struct Life {
    person: Person,
    draft: Draft,
    ids: Vec<RecordId>,
    steps: [(RecordId, ParentUpdate, counterfoil::store::NewRecord); 2],
    /// The expected results of `try_read`. For each state of the family, there is one text for each id in `ids`. The
    /// text describes the record with this id, or says that there is no such record. The states are in the order of the
    /// writes.
    states: Vec<Vec<String>>,
}

impl Life {
    /// Makes a family with one refresh token. If `with_access` is true, it also has an access token.
    async fn new(with_access: bool) -> Result<Self, Violation> {
        let person = Person::somebody();
        let draft = if with_access { person.refresh().with_access() } else { person.refresh() };
        let next = draft.successor(draft.id(), 1);
        let last = draft.successor(next.id, 2);
        let mut ids: Vec<RecordId> = draft.records.iter().map(|record| record.id).collect();
        ids.extend([next.id, last.id]);
        let steps = [
            (draft.id(), supersede(Version::FIRST, next.id, at(10)), next.clone()),
            (next.id, supersede(Version::FIRST, last.id, at(20)), last),
        ];
        let mut life = Self { person, draft, ids, steps, states: Vec::new() };
        let model = ReferenceStore::new();
        life.draft.found(&model).await?;
        life.states.push(life.texts(&model).await?);
        for number in 0..=life.steps.len() {
            life.step(&model, number).await?;
            life.states.push(life.texts(&model).await?);
        }
        Ok(life)
    }

    async fn texts(&self, model: &ReferenceStore) -> Result<Vec<String>, Violation> {
        let mut texts = Vec::new();
        for id in &self.ids {
            texts.push(said(model.get(id).await?.as_ref()));
        }
        Ok(texts)
    }

    /// Makes one of the three writes. The numbers 0 and 1 are the rotations, and 2 is the revocation of the family.
    async fn step(&self, store: &dyn TokenStore, number: usize) -> Result<(), Violation> {
        let Some((parent, step, next)) = self.steps.get(number) else {
            let family = self.person.family(self.draft.family.id);
            let progress = store.revoke(family, revoked(at(30)), at(GONE), most(1)).await?;
            ensure!(progress.changed > 0, "the revocation of a live family must change it");
            return Ok(());
        };
        let answer = store.rotate(parent, step, std::slice::from_ref(next), at(10)).await?;
        ensure_is!(answer, Rotated::Done, "the only rotation must go through");
        Ok(())
    }

    async fn write(&self, store: &dyn TokenStore, written: &AtomicUsize) -> Result<(), Violation> {
        let mut made = Ok(());
        for number in 0..=self.steps.len() {
            // The readers read at least a few times between two writes.
            for _ in 0..20 {
                std::thread::yield_now();
            }
            made = self.step(store, number).await;
            if made.is_err() {
                break;
            }
            written.store(number + 1, Ordering::SeqCst);
        }
        written.store(self.states.len(), Ordering::SeqCst);
        made
    }

    /// Reads all members of the family again and again until the last write has returned. Then reads each member once
    /// more.
    fn read(&self, store: &dyn TokenStore, written: &AtomicUsize) -> Result<(), Violation> {
        let mut state = 0;
        loop {
            let begun = written.load(Ordering::SeqCst);
            let last = begun >= self.states.len();
            state = state.max(begun.min(self.states.len() - 1));
            for (number, id) in self.ids.iter().enumerate() {
                let Some(seen) = shown(store, id)? else { continue };
                let text = said(seen.as_ref());
                let found = (state..self.states.len()).find(|state| self.states[*state][number] == text);
                let Some(found) = found else {
                    let wanted: Vec<&str> = self.states[state..].iter().map(|texts| texts[number].as_str()).collect();
                    return Err(Violation::new(format!(
                        "beside a rotation or revocation, try_read must show the record before or after it:\n{}\nbut it \
                         showed\n{text}",
                        wanted.join("\n")
                    )));
                };
                state = found;
            }
            if last {
                return Ok(());
            }
        }
    }
}
