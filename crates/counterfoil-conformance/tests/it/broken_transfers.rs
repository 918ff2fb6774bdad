//! Broken stores that implement `Transfer`. Each violates one rule about outages, damage or dropped calls. Each test
//! lists broken stores and runs the check that must reject them. The stores keep their rows in a [`ReferenceStore`].

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::store::{Page, Restored, StoreError, TokenStore, Transfer, WholeFamily};
use counterfoil::types::FamilyId;
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::transfer_clauses::{
    TransferFixture, Whole, transfer_cut_off_is_all_or_nothing, transfer_garbage_is_corrupt,
    transfer_outage_is_unavailable,
};
use counterfoil_conformance::{Checked, Fixture, ReferenceStore, Row, Store, Verdict, block_on, pause};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    AbsentInAnOutage,
    NoFamiliesInAnOutage,
    TakenInAnOutage,
    DoneInAnOutage,
    /// Executes a restore during an outage, and then returns an error whose `maybe_done` is false.
    WritesInAnOutage,
    DamageIsAbsence,
    LeavesOutTheDamaged,
    /// Reports a damaged family as `Corrupt` only if its first member is damaged.
    LooksAtTheFirst,
    WalkFailsAtDamage,
    WalkEndsAtDamage,
    WalkHidesDamage,
    OverwritesDamage,
    DamageLosesItsLabel,
    DamageStopsRestores,
    DamageSpreads,
    FamilyThenMembers,
    MembersThenFamily,
    MembersOneByOne,
    NoticesLater,
    /// After the future of a restore was dropped before its end, the next restore is acknowledged but not stored.
    LosesTheNext,
    /// After the future of a read was dropped before its end, the next restore is acknowledged but not stored.
    LosesTheNextAfterARead,
    /// A restore of a family that already exists writes the members a second time.
    RepeatsWriteAgain,
}

const OUTAGES: &[Flaw] = &[
    Flaw::AbsentInAnOutage,
    Flaw::NoFamiliesInAnOutage,
    Flaw::TakenInAnOutage,
    Flaw::DoneInAnOutage,
    Flaw::WritesInAnOutage,
];
const DAMAGES: &[Flaw] = &[
    Flaw::DamageIsAbsence,
    Flaw::LeavesOutTheDamaged,
    Flaw::LooksAtTheFirst,
    Flaw::WalkFailsAtDamage,
    Flaw::WalkEndsAtDamage,
    Flaw::WalkHidesDamage,
    Flaw::OverwritesDamage,
    Flaw::DamageLosesItsLabel,
    Flaw::DamageStopsRestores,
    Flaw::DamageSpreads,
];
const CUTS: &[Flaw] = &[
    Flaw::FamilyThenMembers,
    Flaw::MembersThenFamily,
    Flaw::MembersOneByOne,
    Flaw::NoticesLater,
    Flaw::LosesTheNext,
    Flaw::LosesTheNextAfterARead,
    Flaw::RepeatsWriteAgain,
];

/// A database: the stored records, whether the database is unreachable, and the ids of the families whose own rows are
/// damaged.
#[derive(Default)]
struct Base {
    store: Arc<ReferenceStore>,
    down: AtomicBool,
    damaged: Mutex<Vec<FamilyId>>,
}

struct Copied {
    base: Arc<Base>,
    flaw: Flaw,
    /// True while a call of this handle runs. If the call is dropped, the value stays true, so the next call can find
    /// out that a call was dropped.
    cut: AtomicBool,
}

macro_rules! forwarded {
    ($(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Copied {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, StoreError> {
                self.base.store.$name($($arg),*).await
            })*
        }
    };
}

counterfoil::methods_of!(TokenStore => forwarded);

impl Copied {
    fn is(&self, flaw: Flaw) -> bool {
        self.flaw == flaw
    }

    fn reach(&self, op: &'static str) -> Result<(), StoreError> {
        if self.base.down.load(Ordering::SeqCst) { Err(StoreError::unavailable(op)) } else { Ok(()) }
    }

    fn is_damaged(&self, model: &Model, id: FamilyId) -> bool {
        let first = |of: &&counterfoil::store::RecordParts| of.id.family() == id;
        let mut members: Vec<_> = model.records.iter().filter(first).map(|record| record.id).collect();
        members.sort_unstable();
        members.truncate(if self.is(Flaw::LooksAtTheFirst) { 1 } else { usize::MAX });
        let row = self.base.damaged.lock().unwrap_or_else(PoisonError::into_inner).contains(&id);
        row || members.iter().any(|member| model.damaged.contains(member))
    }

    /// Pauses, so that the call can be dropped here. Returns true if an earlier call of this handle was dropped.
    async fn after_a_cut(&self) -> bool {
        let dirty = self.cut.swap(true, Ordering::SeqCst);
        pause().await;
        self.cut.store(false, Ordering::SeqCst);
        dirty
    }

    fn read(&self, model: &Model, id: FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        let Some(row) = model.family(id) else { return Ok(None) };
        let leaves_out = self.is(Flaw::LeavesOutTheDamaged);
        let spreads = self.is(Flaw::DamageSpreads) && !model.damaged.is_empty();
        if spreads || (self.is_damaged(model, id) && !leaves_out) {
            let absent = self.is(Flaw::DamageIsAbsence);
            return if absent { Ok(None) } else { Err(StoreError::corrupt(None, "damaged")) };
        }
        let whole = |id: &counterfoil::types::RecordId| !model.damaged.contains(id);
        let members = model.records.iter().filter(|record| record.id.family() == id && whole(&record.id));
        let family = WholeFamily::new(row.clone(), members.cloned().collect());
        family.map(Some).map_err(|corrupt| StoreError::corrupt(None, corrupt))
    }

    /// Returns `None` if a restore of this family can go ahead. Otherwise returns the refusal or the error that the
    /// restore must report.
    fn refusal(&self, model: &Model, family: &WholeFamily) -> Option<Result<Restored, StoreError>> {
        let row = family.family();
        let damaged = self.is_damaged(model, row.id);
        let taken = model.records.iter().find(|record| record.id.family() == row.id).map(|record| record.id);
        if let Some(taken) = taken
            && !(damaged && self.is(Flaw::OverwritesDamage))
        {
            return Some(Ok(Restored::IdTaken(taken)));
        }
        if self.is(Flaw::DamageStopsRestores) && !model.damaged.is_empty() {
            return Some(Err(StoreError::corrupt(None, "damaged")));
        }
        let holder = row.label_key.as_ref().and_then(|key| model.holder(&row.realm, &row.owner, key))?.id;
        let lost = self.is(Flaw::DamageLosesItsLabel) && self.is_damaged(model, holder);
        (!lost && holder != row.id).then_some(Ok(Restored::LabelTaken(holder)))
    }

    /// Writes the family. Some of the flaws write it in several steps. The call can be dropped between two steps.
    async fn write(&self, family: &WholeFamily) {
        let (store, row, mut members) = (&self.base.store, family.family().clone(), family.members().to_vec());
        let notices: Vec<_> = members.iter().map(|member| (member.id, member.notice)).collect();
        let first = members.split_off(1);
        match self.flaw {
            Flaw::FamilyThenMembers => {
                store.with(|model| model.families.push(row));
                pause().await;
                store.with(|model| model.records.extend(members.into_iter().chain(first)));
            }
            Flaw::MembersThenFamily => {
                store.with(|model| model.records.extend(members.into_iter().chain(first)));
                pause().await;
                store.with(|model| model.families.push(row));
            }
            Flaw::MembersOneByOne => {
                store.with(|model| {
                    model.families.push(row);
                    model.records.extend(members);
                });
                for member in first {
                    pause().await;
                    store.with(|model| model.records.push(member));
                }
            }
            Flaw::NoticesLater => {
                store.with(|model| {
                    model.families.push(row);
                    model.records.extend(members.into_iter().chain(first));
                    notices.iter().filter_map(|(id, _)| model.record_mut(id).map(|record| record.notice = None)).count()
                });
                pause().await;
                store.with(|model| {
                    for (id, notice) in notices {
                        model.record_mut(&id).into_iter().for_each(|record| record.notice = notice);
                    }
                });
            }
            _ => store.with(|model| {
                model.families.push(row);
                model.records.extend(members.into_iter().chain(first));
            }),
        }
    }
}

#[async_trait]
impl Transfer for Copied {
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
        if self.reach("families").is_err() && self.is(Flaw::NoFamiliesInAnOutage) {
            return Ok(Page { items: Vec::new(), next: None, corrupt: 0 });
        }
        self.reach("families")?;
        self.base.store.with(|model| {
            let mut ids: Vec<FamilyId> = model.families.iter().map(|family| family.id).collect();
            ids.retain(|id| after.is_none_or(|after| id > after));
            ids.sort_unstable();
            let more = ids.len() > limit.get() as usize;
            ids.truncate(limit.get() as usize);
            let damaged = ids.iter().any(|id| self.is_damaged(model, *id));
            if damaged && self.is(Flaw::WalkFailsAtDamage) {
                return Err(StoreError::corrupt(None, "damaged"));
            }
            let ends = damaged && self.is(Flaw::WalkEndsAtDamage);
            let next = ids.last().copied().filter(|_| more && !ends);
            ids.retain(|id| !(self.is(Flaw::WalkHidesDamage) && self.is_damaged(model, *id)));
            Ok(Page { items: ids, next, corrupt: 0 })
        })
    }

    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
        if self.reach("family").is_err() && self.is(Flaw::AbsentInAnOutage) {
            return Ok(None);
        }
        self.reach("family")?;
        if self.is(Flaw::LosesTheNextAfterARead) {
            self.after_a_cut().await;
        }
        self.base.store.with(|model| self.read(model, *id))
    }

    async fn restore(&self, family: &WholeFamily) -> Result<Restored, StoreError> {
        if let Err(down) = self.reach("restore") {
            let id = family.members()[0].id;
            return match self.flaw {
                Flaw::TakenInAnOutage => Ok(Restored::IdTaken(id)),
                Flaw::DoneInAnOutage => Ok(Restored::Done),
                Flaw::WritesInAnOutage => {
                    if self.base.store.with(|model| self.refusal(model, family).is_none()) {
                        self.write(family).await;
                    }
                    Err(down)
                }
                _ => Err(down),
            };
        }
        let loses = match self.flaw {
            Flaw::LosesTheNext => self.after_a_cut().await,
            Flaw::LosesTheNextAfterARead => self.cut.swap(false, Ordering::SeqCst),
            _ => false,
        };
        let refusal = self.base.store.with(|model| self.refusal(model, family));
        if let Some(refused) = refusal {
            if self.is(Flaw::RepeatsWriteAgain) && matches!(refused, Ok(Restored::IdTaken(_))) {
                self.base.store.with(|model| model.records.extend(family.members().iter().cloned()));
            }
            return refused;
        }
        if loses {
            return Ok(Restored::Done);
        }
        self.base.store.with(|model| {
            let id = family.family().id;
            model.damaged.retain(|damaged| damaged.family() != id);
            model.families.retain(|family| family.id != id);
            model.records.retain(|record| record.id.family() != id);
        });
        self.base.damaged.lock().unwrap_or_else(PoisonError::into_inner).retain(|id| *id != family.family().id);
        self.write(family).await;
        Ok(Restored::Done)
    }
}

struct Bench(Flaw);

#[async_trait]
impl Fixture for Bench {
    type Database = Arc<Base>;

    async fn create(&self) -> Arc<Base> {
        Arc::default()
    }

    async fn open(&self, base: &Arc<Base>) -> Store {
        Arc::new(Copied { base: Arc::clone(base), flaw: self.0, cut: AtomicBool::new(false) })
    }

    async fn reopen(&self, base: Arc<Base>) -> Option<Arc<Base>> {
        Some(base)
    }

    async fn damage(&self, base: &Arc<Base>, row: Row<'_>) -> bool {
        match row {
            Row::Record(id) => base.store.with(|model| model.damaged.push(*id)),
            Row::Family(id) => base.damaged.lock().unwrap_or_else(PoisonError::into_inner).push(*id),
        }
        true
    }

    async fn outage(&self, base: &Arc<Base>, down: bool) -> bool {
        base.down.store(down, Ordering::SeqCst);
        true
    }
}

#[async_trait]
impl TransferFixture for Bench {
    async fn open_whole(&self, base: &Arc<Base>) -> Arc<dyn Whole> {
        Arc::new(Copied { base: Arc::clone(base), flaw: self.0, cut: AtomicBool::new(false) })
    }
}

fn rejects(flaws: &[Flaw], check: impl Fn(Flaw) -> Verdict) {
    assert_eq!(check(Flaw::None).map_err(|broken| broken.to_string()), Ok(Checked::Held));
    let mut missed = Vec::new();
    for flaw in flaws {
        match check(*flaw) {
            Err(broken) => println!("{flaw:?}: {broken}"),
            Ok(_) => missed.push(flaw),
        }
    }
    assert!(missed.is_empty(), "not rejected: {missed:?}");
}

#[test]
fn a_copied_store_that_hides_an_outage_is_rejected() {
    rejects(OUTAGES, |flaw| block_on(transfer_outage_is_unavailable(&Bench(flaw))));
}

#[test]
fn a_copied_store_that_hides_damage_is_rejected() {
    rejects(DAMAGES, |flaw| block_on(transfer_garbage_is_corrupt(&Bench(flaw))));
}

#[test]
fn a_copied_store_that_is_cut_off_half_way_is_rejected() {
    rejects(CUTS, |flaw| block_on(transfer_cut_off_is_all_or_nothing(&Bench(flaw))));
}
