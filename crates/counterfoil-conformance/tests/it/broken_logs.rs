//! Broken logs of narrowing steps. Each test names the check that must reject them. The records are in a
//! [`MemoryStore`], and the log is a list beside it.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::memory::MemoryStore;
use counterfoil::methods_of;
use counterfoil::store::{
    Applied, Change, FamilyParts, InsertInto, Inserted, LogEpoch, LogPosition, Narrowed, NarrowingLog, Narrowings,
    ParentUpdate, Revoke, Rotated, StoreError, TokenStore,
};
use counterfoil::types::{LabelKey, OwnerId};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::log_clauses::{
    LogFixture, Logged, log_order_is_commit_order, lost_steps_show, narrowing_is_one_step, narrowings_are_logged,
};
use counterfoil_conformance::{Checked, Fixture, Store, Subject, Verdict, block_on, pause};

use crate::turn::Turn;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    NoEdits,
    NoRekeying,
    NoShorterLife,
    NoRotations,
    NoSlides,
    NoRevokedRecords,
    NoRevokedFamilies,
    NoRevokedOwners,
    /// An insert logs neither the families that it ends nor the holder of a label.
    NoInserts,
    NoStepsOfTheHost,
    /// Each handle has a log of its own.
    LogInTheHandle,
    /// A page leaves out its last step if more steps follow.
    LosesTheEndOfAPage,
    /// The step is visible before its change.
    StepBeforeTheChange,
    /// The change is visible before its step, and can be cut off before it.
    StepAfterTheChange,
    /// A write takes its position first, and writes its step there at its end.
    PositionFirst,
    LogsRefusals,
    TrimsInSilence,
    TrimsAtEquality,
    TrimsWithoutLimit,
    TrimsNothing,
    /// After all steps were trimmed, the positions begin anew.
    PositionsBeginAnew,
    BelievesAnyBytes,
    KeepsTheEpoch,
    EmptyInAnOutage,
}

const KINDS: &[Flaw] = &[
    Flaw::NoEdits,
    Flaw::NoRekeying,
    Flaw::NoShorterLife,
    Flaw::NoRotations,
    Flaw::NoSlides,
    Flaw::NoRevokedRecords,
    Flaw::NoRevokedFamilies,
    Flaw::NoRevokedOwners,
    Flaw::NoInserts,
    Flaw::NoStepsOfTheHost,
    Flaw::LogInTheHandle,
    Flaw::LosesTheEndOfAPage,
];
const ORDERS: &[Flaw] = &[Flaw::StepBeforeTheChange, Flaw::PositionFirst];
const LOSSES: &[Flaw] = &[
    Flaw::TrimsInSilence,
    Flaw::TrimsAtEquality,
    Flaw::TrimsWithoutLimit,
    Flaw::TrimsNothing,
    Flaw::PositionsBeginAnew,
    Flaw::BelievesAnyBytes,
    Flaw::KeepsTheEpoch,
    Flaw::EmptyInAnOutage,
];
const STEPS: &[Flaw] = &[Flaw::StepAfterTheChange, Flaw::LogsRefusals];

/// Steps with their positions, in the order of the positions.
#[derive(Clone, Default)]
struct Log {
    steps: Vec<(u64, Timestamp, Narrowed)>,
    taken: u64,
    lowest: u64,
}

impl Log {
    fn take(&mut self) -> u64 {
        self.taken += 1;
        self.taken
    }

    fn put(&mut self, position: u64, now: Timestamp, step: Narrowed) {
        let place = self.steps.partition_point(|(other, ..)| *other < position);
        self.steps.insert(place, (position, now, step));
    }

    fn end(&self) -> u64 {
        self.steps.last().map_or(self.lowest, |(position, ..)| *position)
    }
}

/// The number of a position of this log. `None` if the bytes are no position of it.
fn number(position: &LogPosition) -> Option<u64> {
    position.as_bytes().try_into().ok().map(u64::from_be_bytes)
}

#[derive(Default)]
pub(crate) struct Base {
    records: MemoryStore,
    log: Arc<Mutex<Log>>,
    epoch: AtomicU64,
    turn: Turn,
    down: AtomicBool,
}

struct Handle {
    base: Arc<Base>,
    log: Arc<Mutex<Log>>,
    flaw: Flaw,
}

impl Handle {
    fn log<T>(&self, act: impl FnOnce(&mut Log) -> T) -> T {
        act(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, steps: &[Narrowed], now: Timestamp) {
        self.log(|log| {
            for step in steps {
                let position = log.take();
                log.put(position, now, step.clone());
            }
        });
    }

    /// Runs a call that writes `steps` if it succeeds. `is_logged` says whether the flaw leaves them out.
    async fn logged<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>> + Send,
        (steps, now, is_logged): (Vec<Narrowed>, Timestamp, bool),
        succeeded: impl Fn(&T) -> Vec<Narrowed> + Send,
    ) -> Result<T, StoreError> {
        match self.flaw {
            Flaw::StepBeforeTheChange => {
                self.push(&steps, now);
                pause().await;
                call.await
            }
            Flaw::StepAfterTheChange => {
                let answer = call.await?;
                pause().await;
                self.push(&succeeded(&answer), now);
                Ok(answer)
            }
            Flaw::PositionFirst => {
                let position = self.log(Log::take);
                pause().await;
                let answer = call.await?;
                self.log(|log| succeeded(&answer).into_iter().for_each(|step| log.put(position, now, step)));
                Ok(answer)
            }
            _ => {
                let _turn = self.base.turn.take().await;
                let answer = call.await?;
                let done = if self.flaw == Flaw::LogsRefusals { steps } else { succeeded(&answer) };
                if is_logged {
                    self.push(&done, now);
                }
                Ok(answer)
            }
        }
    }

    /// The step of the family that loses the label `key` at `now`, if there is one.
    async fn displaced(
        &self,
        (realm, owner): (&Realm, &OwnerId),
        key: Option<&LabelKey>,
        now: Timestamp,
    ) -> Result<Vec<Narrowed>, StoreError> {
        let families = self.base.records.list_families(realm, owner, None, NonZeroU32::MAX).await?.items;
        let is_gone = |gone_at: Option<Timestamp>| gone_at.is_some_and(|gone_at| now.reached(gone_at));
        let loses =
            |family: &&FamilyParts| key.is_some() && family.label_key.as_ref() == key && is_gone(family.gone_at);
        Ok(families.iter().filter(loses).map(|family| Narrowed::Family(family.id)).collect())
    }
}

macro_rules! records_and_log {
    ($(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Handle {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, StoreError> {
                records_and_log!(@ self $name $($arg)*)
            })*
        }
    };
    (@ $me:ident apply $id:ident $expect:ident $change:ident $now:ident) => {{
        let is_logged = match $change {
            Change::Edit { .. } => $me.flaw != Flaw::NoEdits,
            Change::Rekey { .. } => $me.flaw != Flaw::NoRekeying,
            _ => $me.flaw != Flaw::NoShorterLife,
        };
        let mut steps = vec![Narrowed::Family($id.family())];
        if let (Change::Edit { label: Some(label), .. }, Some(record)) = ($change, $me.base.records.get($id).await?) {
            let whose = (&record.record().realm, &record.record().owner);
            steps.extend($me.displaced(whose, label.key.as_ref(), $now).await?);
        }
        let own = steps.clone();
        let done = move |answer: &Applied| if matches!(answer, Applied::Done(_)) { own.clone() } else { Vec::new() };
        let call = $me.base.records.apply($id, $expect, $change, $now);
        $me.logged(call, (steps, $now, is_logged), done).await
    }};
    (@ $me:ident rotate $parent:ident $step:ident $new:ident $now:ident) => {{
        let is_logged = match $step {
            ParentUpdate::Slide { .. } => $me.flaw != Flaw::NoSlides,
            _ => $me.flaw != Flaw::NoRotations,
        };
        let steps = vec![Narrowed::Family($parent.family())];
        let own = steps.clone();
        let done = move |answer: &Rotated| if matches!(answer, Rotated::Done) { own.clone() } else { Vec::new() };
        $me.logged($me.base.records.rotate($parent, $step, $new, $now), (steps, $now, is_logged), done).await
    }};
    (@ $me:ident revoke $what:ident $revoked:ident $gone_at:ident $limit:ident) => {{
        let (steps, flaw) = match $what {
            Revoke::One(id) => (vec![Narrowed::Family(id.family())], Flaw::NoRevokedRecords),
            Revoke::Family { family, .. } => (vec![Narrowed::Family(family)], Flaw::NoRevokedFamilies),
            Revoke::Owner { realm, owner } => {
                (vec![Narrowed::Owner { realm: realm.clone(), owner: owner.clone() }], Flaw::NoRevokedOwners)
            }
        };
        let own = steps.clone();
        let done = move |answer: &counterfoil::store::Progress| {
            if answer.changed > 0 { own.clone() } else { Vec::new() }
        };
        let call = $me.base.records.revoke($what, $revoked, $gone_at, $limit);
        $me.logged(call, (steps, $revoked.at, $me.flaw != flaw), done).await
    }};
    (@ $me:ident insert $home:ident $new:ident $now:ident) => {{
        let displaced = match $home {
            InsertInto::Found { family, .. } => {
                let whose = (&family.realm, &family.owner);
                $me.displaced(whose, family.label_key.as_ref(), $now).await?
            }
            InsertInto::Join { .. } => Vec::new(),
        };
        let own = displaced.clone();
        let done = move |answer: &Inserted| match answer {
            Inserted::Done => own.clone(),
            Inserted::MadeRoom(ended) => own.iter().cloned().chain(ended.iter().copied().map(Narrowed::Family)).collect(),
            _ => Vec::new(),
        };
        let call = $me.base.records.insert($home, $new, $now);
        $me.logged(call, (displaced, $now, $me.flaw != Flaw::NoInserts), done).await
    }};
    (@ $me:ident $name:ident $($arg:ident)*) => { $me.base.records.$name($($arg),*).await };
}
methods_of!(TokenStore => records_and_log);

#[async_trait]
impl NarrowingLog for Handle {
    async fn narrowings(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Result<Narrowings, StoreError> {
        let is_down = self.base.down.load(Ordering::SeqCst);
        if is_down && self.flaw != Flaw::EmptyInAnOutage {
            return Err(StoreError::unavailable("narrowings"));
        }
        let epoch = u8::try_from(self.base.epoch.load(Ordering::SeqCst)).unwrap_or(0);
        let epoch = LogEpoch::from_bytes([if self.flaw == Flaw::KeepsTheEpoch { 0 } else { epoch }; 16]);
        Ok(self.log(|log| {
            let end = log.end();
            let known = after.map_or(Some(end), number).filter(|from| *from <= end);
            let is_trimmed = known.is_some_and(|from| from < log.lowest) && self.flaw != Flaw::TrimsInSilence;
            let lost = is_trimmed || known.is_none() && self.flaw != Flaw::BelievesAnyBytes;
            let from = known.unwrap_or(end);
            let mut steps: Vec<_> = log.steps.iter().filter(|(position, ..)| *position > from).collect();
            let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
            let more = steps.len() > most;
            steps.truncate(most);
            let next = steps.last().map_or(from.max(log.lowest), |(position, ..)| *position);
            if more && self.flaw == Flaw::LosesTheEndOfAPage {
                steps.pop();
            }
            let next = LogPosition::from_bytes(next.to_be_bytes());
            let steps = steps.into_iter().map(|(.., step)| step.clone()).collect();
            Narrowings::new(epoch, next).with_steps(steps, more).with_lost(lost)
        }))
    }

    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError> {
        if self.base.down.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("narrow"));
        }
        if self.flaw != Flaw::NoStepsOfTheHost {
            self.push(std::slice::from_ref(what), now);
        }
        Ok(())
    }

    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        if self.base.down.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("trim_narrowings"));
        }
        Ok(self.log(|log| {
            let is_old = |at: Timestamp| at < before || (self.flaw == Flaw::TrimsAtEquality && at == before);
            let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
            let most = if self.flaw == Flaw::TrimsWithoutLimit { usize::MAX } else { most };
            let most = if self.flaw == Flaw::TrimsNothing { 0 } else { most };
            let count = log.steps.iter().take_while(|(_, at, _)| is_old(*at)).take(most).count();
            let last = log.steps.drain(..count).next_back();
            log.lowest = last.map_or(log.lowest, |(position, ..)| position);
            if self.flaw == Flaw::PositionsBeginAnew && log.steps.is_empty() {
                (log.taken, log.lowest) = (0, 0);
            }
            count as u64
        }))
    }
}

pub(crate) struct Bench(Flaw);

impl Bench {
    fn handle(&self, base: &Arc<Base>) -> Arc<Handle> {
        let log = if self.0 == Flaw::LogInTheHandle { Arc::default() } else { Arc::clone(&base.log) };
        Arc::new(Handle { base: Arc::clone(base), log, flaw: self.0 })
    }
}

#[async_trait]
impl Fixture for Bench {
    type Database = Arc<Base>;

    async fn create(&self) -> Arc<Base> {
        Arc::default()
    }

    async fn open(&self, base: &Arc<Base>) -> Store {
        self.handle(base)
    }

    async fn outage(&self, base: &Arc<Base>, down: bool) -> bool {
        base.down.store(down, Ordering::SeqCst);
        true
    }
}

#[async_trait]
impl LogFixture for Bench {
    async fn open_logged(&self, base: &Arc<Base>) -> Arc<dyn Logged> {
        self.handle(base)
    }

    async fn renew_log(&self, base: &Arc<Base>) -> bool {
        base.epoch.fetch_add(1, Ordering::SeqCst);
        *base.log.lock().unwrap_or_else(PoisonError::into_inner) = Log::default();
        true
    }
}

fn rejects(flaws: &[Flaw], check: impl Fn(&Bench) -> Verdict) {
    assert_eq!(check(&Bench(Flaw::None)).map_err(|broken| broken.to_string()), Ok(Checked::Held));
    let mut missed = Vec::new();
    for flaw in flaws {
        match check(&Bench(*flaw)) {
            Err(broken) => println!("{flaw:?}: {broken}"),
            Ok(_) => missed.push(flaw),
        }
    }
    assert!(missed.is_empty(), "not rejected: {missed:?}");
}

#[test]
fn a_log_without_some_kind_of_step_is_rejected() {
    rejects(KINDS, |bench| block_on(narrowings_are_logged(bench)));
}

#[test]
fn a_log_whose_order_is_not_that_of_the_changes_is_rejected() {
    let driver = Subject::new(Bench(Flaw::None)).driver();
    rejects(ORDERS, |bench| block_on(log_order_is_commit_order(bench, &driver)));
}

#[test]
fn a_log_that_hides_lost_steps_is_rejected() {
    rejects(LOSSES, |bench| block_on(lost_steps_show(bench)));
}

#[test]
fn a_step_apart_from_its_change_is_rejected() {
    rejects(STEPS, |bench| block_on(narrowing_is_one_step(bench)));
}
