//! Broken stores in which a call overwrites one column that another call has written. The call reads the rows and
//! waits. Then it makes its own change correctly. At the end it also writes a column that is no part of its change. The
//! call gives this column the old value, which it read at the beginning.

use counterfoil::store::{FamilyParts, Progress, RecordParts};
use counterfoil::types::FamilyId;
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::{ReferenceStore, backend_call, pause};

use super::blind::{Called, method, same};
use super::overrides;

/// The column that a call writes back.
pub(crate) enum Column {
    /// A column of records. The first argument is the stored record, and the second is the record as it was read
    /// earlier. The function copies the column from the second to the first.
    Record(fn(&mut RecordParts, &RecordParts)),
    /// A column of families. The first argument is the stored row, and the second is the row as it was read earlier.
    /// The function copies the column from the second to the first.
    Family(fn(&mut FamilyParts, &FamilyParts)),
}

/// A broken store. When certain calls change a row, they also overwrite one other column of this row with an old value.
pub(crate) struct Loses {
    pub methods: u32,
    pub column: Column,
    /// Whether `backend_call` is awaited between reading and writing. If it is, the check that interleaves calls always
    /// finds the flaw. If it is not, only a check that races calls can find the flaw, by chance.
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

    /// Overwrites `self.column` in each row that the call has just changed. The new value is the one in `read`, the
    /// state that the call read before it waited. `before` is the state directly before the change. A comparison with
    /// it shows which rows the call changed. If the change itself set the column in a row, the column keeps this value.
    fn write_back(&self, model: &mut Model, before: &Model, read: &Model) {
        match self.column {
            Column::Record(copy) => {
                for record in &mut model.records {
                    let stood = before.record(&record.id).filter(|stood| !same(stood, record));
                    if let (Some(stood), Some(read)) = (stood, read.record(&record.id)) {
                        let mut unchanged = record.clone();
                        copy(&mut unchanged, stood);
                        // If the call itself changed the column, the column keeps its new value.
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

/// A broken store whose purge has two steps. In the first step, it finds the families that the purge will leave empty.
/// In the second step, it purges correctly, and also removes all families that it found. If another call inserts a
/// member into such a family between the steps, the family is removed nevertheless. If the argument is true, it awaits
/// `backend_call` between the steps.
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

/// A broken store whose purge has two steps, like [`PurgeTakesFamiliesLate`]. But the second step removes a family that
/// the first step found only if its row is still the same. Another call can insert a member into such a family between
/// the steps without changing the row. Then the family is removed although it has a member. If the argument is true, it
/// awaits `backend_call` between the steps.
pub(crate) struct PurgeComparesRows(pub bool);

overrides!(PurgeComparesRows, self, purge, |inner, now, unsent, windows, limit| {
    if self.0 {
        backend_call().await;
    }
    let empty: Vec<FamilyParts> = inner.with(|model| {
        let mut after = model.clone();
        let _ = after.purge(now, unsent, windows, limit.get() as usize);
        model.families.iter().filter(|family| after.family(family.id).is_none()).cloned().collect()
    });
    if self.0 {
        backend_call().await
    } else {
        pause().await
    }
    Ok(inner.with(|model| {
        let (changed, more) = model.purge(now, unsent, windows, limit.get() as usize);
        model.families.retain(|family| !empty.contains(family));
        Progress { changed, more }
    }))
});
