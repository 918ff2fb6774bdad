//! Stores that lose one column of a row. A method reads the rows, waits, and makes its step correctly. Then it writes
//! one column that it did not change back, as it was read.

use counterfoil::store::{FamilyParts, Progress, RecordParts};
use counterfoil::types::FamilyId;
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::{ReferenceStore, backend_call, pause};

use super::blind::{Called, method, same};
use super::overrides;

/// A column that a method writes back.
pub(crate) enum Column {
    /// Copies the column from the record as it was read to the stored record.
    Record(fn(&mut RecordParts, &RecordParts)),
    /// The same of a family.
    Family(fn(&mut FamilyParts, &FamilyParts)),
}

/// The method with these bits loses the column of the rows that it changes.
pub(crate) struct Loses {
    pub methods: u32,
    pub column: Column,
    /// Whether the flaw awaits `backend_call`. If it does not, only a race can find it, by chance.
    pub points: bool,
}

impl Loses {
    async fn step<T: Send>(
        &self,
        inner: &ReferenceStore,
        method: u32,
        act: impl for<'m> FnOnce(&'m mut Model) -> T + Send,
    ) -> T {
        if self.points {
            backend_call().await;
        }
        if method & self.methods == 0 {
            return inner.with(act);
        }
        let read = inner.with(|model| model.clone());
        if self.points {
            backend_call().await
        } else {
            pause().await
        }
        inner.with(|model| {
            let before = model.clone();
            let answer = act(model);
            self.write_back(model, &before, &read);
            answer
        })
    }

    /// Writes the column back in each row that the step has just changed.
    fn write_back(&self, model: &mut Model, before: &Model, read: &Model) {
        match self.column {
            Column::Record(copy) => {
                for record in &mut model.records {
                    let stood = before.record(&record.id).filter(|stood| !same(stood, record));
                    if let (Some(stood), Some(read)) = (stood, read.record(&record.id)) {
                        let mut unchanged = record.clone();
                        copy(&mut unchanged, stood);
                        // A column that the step itself changes is written, not lost.
                        if same(&unchanged, record) {
                            copy(record, read);
                        }
                    }
                }
            }
            Column::Family(copy) => {
                for family in &mut model.families {
                    let stood = before.family(family.id).filter(|stood| *stood != family);
                    if let (Some(stood), Some(read)) = (stood, read.family(family.id)) {
                        let mut unchanged = family.clone();
                        copy(&mut unchanged, stood);
                        if unchanged == *family {
                            copy(family, read);
                        }
                    }
                }
            }
        }
    }
}

overrides!(
    Loses,
    self,
    insert,
    |inner, home, new, now| Ok(self.step(inner, home.method(), |model| model.insert(home, new, now)).await),
    apply,
    |inner, id, expect, change, now| {
        self.step(inner, change.method(), |model| model.apply(id, expect, change, now)).await
    },
    rotate,
    |inner, parent, step, new, now| {
        self.step(inner, step.method(), |model| model.rotate(parent, step, new, now)).await
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        let act = |model: &mut Model| model.revoke(what, revoked, gone_at, limit.get());
        let (changed, more) = self.step(inner, what.method(), act).await;
        Ok(Progress { changed, more })
    },
    touch,
    |inner, seen| {
        self.step(inner, method::TOUCH, |model| model.touch(seen)).await;
        Ok(())
    },
    claim,
    |inner, id, held, until| self.step(inner, method::CLAIM, |model| model.claim(id, held, until)).await,
    settle,
    |inner, id, held, next, sent| self.step(inner, method::SETTLE, |model| model.settle(id, held, next, sent)).await,
    purge,
    |inner, now, unsent, windows, limit| {
        let act = |model: &mut Model| model.purge(now, unsent, windows, limit.get() as usize);
        let (changed, more) = self.step(inner, method::PURGE, act).await;
        Ok(Progress { changed, more })
    }
);

/// A purge that removes records correctly. Later it removes the families that it found empty, without looking again.
pub(crate) struct PurgeTakesFamiliesLate(pub bool);

overrides!(PurgeTakesFamiliesLate, self, purge, |inner, now, unsent, windows, limit| {
    if self.0 {
        backend_call().await;
    }
    let empty: Vec<FamilyId> = inner.with(|model| {
        let mut after = model.clone();
        let _ = after.purge(now, unsent, windows, limit.get() as usize);
        model.families.iter().map(|family| family.id).filter(|id| after.family(*id).is_none()).collect()
    });
    if self.0 {
        backend_call().await
    } else {
        pause().await
    }
    Ok(inner.with(|model| {
        let (changed, more) = model.purge(now, unsent, windows, limit.get() as usize);
        model.families.retain(|family| !empty.contains(&family.id));
        Progress { changed, more }
    }))
});
