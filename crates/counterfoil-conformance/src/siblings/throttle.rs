//! Checks the counters of attempts (clauses 31 to 35 of `Throttle`).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use counterfoil::store::{Reserved, Throttle, ThrottleKey, UNSETTLED};
use counterfoil::types::whole_micros;

use super::database::Siblings;
use super::races::a_purge_beside_attempts;
use crate::pool::Pool;
use crate::sample::{at, most};
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

pub(crate) const NO_THROTTLE: Checked = Checked::NotApplicable("the fixture has no `throttle`");
/// The time [`UNSETTLED`] in microseconds. After this time, an attempt that was neither released nor reported as failed
/// counts as failed.
pub(super) const MINUTE: u64 = whole_micros(UNSETTLED);
pub(super) const WINDOW: u64 = 100;
/// An instant in microseconds. It is much later than every other instant of these checks.
pub(super) const MUCH_LATER: u64 = 1_000 * MINUTE;

/// One key of a throttle under test, with its limit. All calls use a window of 100 µs.
struct Gate<'a> {
    throttle: &'a dyn Throttle,
    key: ThrottleKey,
    limit: u32,
}

impl<'a> Gate<'a> {
    fn new(throttle: &'a dyn Throttle, key: u8, limit: u32) -> Self {
        Self { throttle, key: ThrottleKey::from_bytes([key; 32]), limit }
    }

    fn window() -> Duration {
        Duration::from_micros(WINDOW)
    }

    async fn reserve(&self, now: u64) -> Result<Reserved, Violation> {
        Ok(self.throttle.reserve(&self.key, at(now), Self::window(), most(self.limit)).await?)
    }

    async fn failed(&self, reserved: u64, now: u64) -> Result<(), Violation> {
        Ok(self.throttle.failed(&self.key, at(reserved), at(now), Self::window()).await?)
    }

    async fn release(&self, reserved: u64, now: u64) -> Result<(), Violation> {
        Ok(self.throttle.release(&self.key, at(reserved), at(now), Self::window()).await?)
    }

    /// Reserves an attempt, and checks that the answer is `wanted`. `what` is the rule that the message of a violation
    /// names.
    async fn expect(&self, now: u64, wanted: Reserved, what: &str) -> Result<(), Violation> {
        let answer = self.reserve(now).await?;
        ensure!(answer == wanted, "{what}: at +{now} {wanted:?} was expected, but the answer was {answer:?}");
        Ok(())
    }

    async fn grant(&self, now: u64, what: &str) -> Result<(), Violation> {
        self.expect(now, Reserved::Granted(at(now)), what).await
    }

    /// Reserves an attempt, which must be granted, and reports at the same instant that it failed.
    async fn fail(&self, now: u64) -> Result<(), Violation> {
        self.grant(now, "an attempt below the limit").await?;
        self.failed(now, now).await
    }

    async fn purge(&self, now: u64, limit: u32) -> Result<u64, Violation> {
        Ok(self.throttle.purge_counters(at(now), most(limit)).await?)
    }
}

/// Checks the limit of attempts (clause 31 of `Throttle`). An attempt must be granted only if there are fewer than
/// `limit` failures and attempts in progress together. No count must ever be negative. Also runs races in which 1,000
/// attempts are made through several handles with a limit of 10. In some races the granted attempts are released, in
/// others they fail or stay in progress.
pub async fn reserve_never_passes_the_limit(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let handles = database.throttles(3).await;
    let Some(first) = handles.first().cloned() else { return Ok(NO_THROTTLE) };
    let gate = Gate::new(&*first, 1, 2);
    for _ in 0..3 {
        gate.release(0, 0).await?;
        gate.failed(0, 0).await?;
    }
    for _ in 0..2 {
        gate.grant(0, "two of two, whatever was settled that nobody had reserved").await?;
    }
    ensure!(gate.reserve(0).await? == Reserved::UnderWay, "the third of two must not be granted");
    for _ in 0..5 {
        gate.release(0, 1).await?;
    }
    for _ in 0..2 {
        gate.grant(1, "no count may be below zero").await?;
    }
    ensure!(gate.reserve(1).await? == Reserved::UnderWay, "more releases than attempts must not raise the limit");
    many_attempts(&Gate::new(&*first, 3, 260)).await?;
    Gate::new(&*first, 2, 2).grant(1, "another key has a counter of its own").await?;
    let racers = scale().threads.max(16);
    let pool = Pool::new(&siblings.driver(), racers);
    for round in 0..6_u8 {
        race(&pool, &handles, ThrottleKey::from_bytes([100 + round; 32]), End::of(round)).await?;
    }
    a_purge_beside_attempts(&pool, &handles, 30).await?;
    Ok(Checked::Held)
}

/// Makes as many attempts as the limit allows, which is more than 8 bits can count. No attempt is released or reported
/// as failed in time. So when the time [`UNSETTLED`] has passed, all of them must count as failed.
async fn many_attempts(gate: &Gate<'_>) -> Result<(), Violation> {
    for _ in 0..gate.limit {
        gate.grant(0, "an attempt below a limit of 260").await?;
    }
    gate.expect(0, Reserved::UnderWay, "as many attempts as the limit of 260 are under way").await?;
    gate.failed(0, MINUTE).await?;
    gate.expect(MINUTE, Reserved::Wait(at(MINUTE + WINDOW)), "as many as the limit of 260 have failed").await
}

/// What happens to the granted attempts of a race.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    UnderWay,
    Failed,
    Released,
}

impl End {
    const fn of(round: u8) -> Self {
        match round % 3 {
            0 => Self::UnderWay,
            1 => Self::Failed,
            _ => Self::Released,
        }
    }
}

async fn race(pool: &Pool, handles: &[Arc<dyn Throttle>], key: ThrottleKey, end: End) -> Result<(), Violation> {
    let (racers, window) = (pool.len(), Duration::from_secs(1));
    let now = at(1);
    let under_way = Arc::new(AtomicU32::new(0));
    let answers = pool
        .race(|racer| {
            let store = Arc::clone(&handles[racer % handles.len()]);
            let under_way = Arc::clone(&under_way);
            async move {
                let (mut granted, mut most_at_once) = (0, 0);
                for _ in (racer..1_000).step_by(racers) {
                    let Reserved::Granted(noted) = store.reserve(&key, now, window, most(10)).await? else { continue };
                    granted += 1;
                    most_at_once = most_at_once.max(under_way.fetch_add(1, Ordering::SeqCst) + 1);
                    match end {
                        End::UnderWay => {}
                        End::Failed => store.failed(&key, noted, now, window).await?,
                        End::Released => {
                            // The number decreases before the release. If it decreased after the release, another
                            // attempt could be granted in between, and would be counted as the eleventh.
                            under_way.fetch_sub(1, Ordering::SeqCst);
                            store.release(&key, noted, now, window).await?;
                        }
                    }
                }
                Ok::<_, Violation>((granted, most_at_once))
            }
        })
        .await;
    let (mut granted, mut most_at_once) = (0, 0);
    for answer in answers {
        let (of_one, seen) = answer?;
        (granted, most_at_once) = (granted + of_one, most_at_once.max(seen));
    }
    ensure!(most_at_once <= 10, "of 1,000 attempts in parallel 10 may be under way, but {most_at_once} were");
    let last = handles[0].reserve(&key, now, window, most(10)).await?;
    match end {
        End::UnderWay => {
            ensure!(granted == 10, "of 1,000 attempts in parallel 10 must be granted, but {granted} were");
            ensure_is!(last, Reserved::UnderWay, "ten are under way");
        }
        End::Failed => {
            ensure!(granted == 10, "of 1,000 attempts that fail 10 must be granted, but {granted} were");
            ensure_is!(last, Reserved::Wait(_), "ten have failed");
        }
        End::Released => {
            ensure_is!(last, Reserved::Granted(_), "all were given back");
            let mut room = 1;
            while room <= 10 && handles[1 % handles.len()].reserve(&key, now, window, most(10)).await? == last {
                room += 1;
            }
            ensure!(room == 10, "all attempts were given back, so there is room for 10, but there was for {room}");
        }
    }
    Ok(())
}

/// Checks how failures are counted (clause 32 of `Throttle`). A failure must be counted by `failed` and by no other
/// call. A window must begin with its first failure and last for the time `window`. An attempt must be refused with
/// `Wait` if the failures alone reach the limit, and with `UnderWay` if the failures and the attempts in progress
/// together reach the limit.
pub async fn under_way_is_told_from_failed(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.throttle().await else { return Ok(NO_THROTTLE) };
    let gate = Gate::new(&*store, 1, 2);
    let wait = |end: u64| Reserved::Wait(at(end));
    gate.grant(0, "the first").await?;
    gate.grant(0, "the second, at the same instant").await?;
    gate.expect(5, Reserved::UnderWay, "two under way and none failed").await?;
    gate.failed(0, 10).await?;
    gate.expect(11, Reserved::UnderWay, "one failed and one under way").await?;
    gate.release(0, 20).await?;
    gate.grant(20, "what was given back can be had again").await?;
    gate.failed(20, 50).await?;
    for now in [50, 109] {
        gate.expect(now, wait(110), "a window begins with the first failure in it, and later ones do not move it")
            .await?;
    }
    for stray in [0, 20, 50, 77] {
        gate.release(stray, 60).await?;
        gate.failed(stray, 60).await?;
    }
    gate.expect(60, wait(110), "what settles no attempt under way must change nothing").await?;
    gate.grant(110, "on its end a window is over").await?;
    gate.grant(110, "and failures count from zero").await?;
    gate.expect(110, Reserved::UnderWay, "but attempts under way count on").await?;
    gate.failed(110, 150).await?;
    gate.failed(110, 160).await?;
    gate.expect(249, wait(250), "the next window begins with its own first failure").await?;
    for _ in 0..30 {
        gate.grant(250, "an attempt that succeeds").await?;
        gate.release(250, 250).await?;
    }
    gate.grant(250, "successes are not counted").await?;
    gate.release(250, 250).await?;
    ensure!(gate.purge(MUCH_LATER, 9).await? == 0, "nothing may be left of a counter whose attempts all succeeded");
    Ok(Checked::Held)
}

/// Checks attempts that are never released or failed (clause 33 of `Throttle`). Such an attempt must count as failed as
/// soon as 60 s have passed since its instant. A later release or failure of the attempt must change nothing. After a
/// clock was set back, the instant of an attempt can be in the future. If this instant is 60 s or more in the future,
/// the attempt must count as failed immediately.
pub async fn unsettled_counts_as_failed(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.throttle().await else { return Ok(NO_THROTTLE) };
    let gate = Gate::new(&*store, 1, 1);
    gate.grant(7, "the first").await?;
    gate.expect(7 + MINUTE - 1, Reserved::UnderWay, "a microsecond before its minute is over it is under way").await?;
    let failed = Reserved::Wait(at(7 + MINUTE + WINDOW));
    for now in [7 + MINUTE, 7 + MINUTE + WINDOW - 1] {
        gate.expect(now, failed, "from the minute's end on it is a failure of that instant").await?;
        gate.release(7, now).await?;
        gate.expect(now, failed, "a release that comes too late must change nothing").await?;
        gate.failed(7, now).await?;
        gate.expect(now, failed, "nor must a failure that comes too late").await?;
    }
    gate.grant(7 + MINUTE + WINDOW, "its window ends like another").await?;
    gate.release(7 + MINUTE + WINDOW, 7 + MINUTE + WINDOW).await?;
    let late = Gate::new(&*store, 2, 1);
    late.grant(7, "the first").await?;
    late.release(7, 7 + MINUTE).await?;
    late.expect(7 + MINUTE, failed, "a release of what is unsettled must not make it a success").await?;
    let two = Gate::new(&*store, 3, 2);
    two.grant(0, "the first").await?;
    two.grant(50, "the second").await?;
    two.expect(50 + MINUTE, Reserved::Wait(at(MINUTE + WINDOW)), "both count, in the window of the first").await?;
    two.grant(MINUTE + WINDOW, "the window of the first ends for both").await?;
    let apart = Gate::new(&*store, 4, 2);
    apart.grant(0, "the first").await?;
    apart.grant(WINDOW + 50, "the second").await?;
    apart.grant(MINUTE + WINDOW + 60, "of two that failed in windows of their own one counts").await?;
    apart.failed(MINUTE + WINDOW + 60, MINUTE + WINDOW + 60).await?;
    let end = Reserved::Wait(at(MINUTE + WINDOW + 50 + WINDOW));
    apart.expect(MINUTE + WINDOW + 60, end, "in the window that the second began").await?;
    Ok(Checked::Held)
}

/// Checks what refused and released attempts leave behind (clause 34 of `Throttle`). The answers `Wait` and `UnderWay`
/// must change nothing. A counter whose only attempt was released must not be kept. A purge must remove counters that
/// have no effect any more.
pub async fn refused_writes_nothing(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.throttle().await else { return Ok(NO_THROTTLE) };
    let (held, failed) = (Gate::new(&*store, 1, 1), Gate::new(&*store, 2, 1));
    held.grant(0, "the first").await?;
    failed.fail(0).await?;
    for now in 1..=50 {
        held.expect(now, Reserved::UnderWay, "one is under way").await?;
        failed.expect(now, Reserved::Wait(at(WINDOW)), "one has failed").await?;
    }
    failed.grant(WINDOW, "what was refused must not prolong the window").await?;
    failed.release(WINDOW, WINDOW).await?;
    held.release(0, 51).await?;
    held.grant(51, "what was refused must not be under way").await?;
    held.release(51, 51).await?;
    let left = held.purge(MUCH_LATER, 9).await?;
    ensure!(left == 0, "refused and released attempts must leave nothing, but {left} counters were left");
    for key in 10..13 {
        Gate::new(&*store, key, 1).fail(u64::from(key)).await?;
    }
    held.grant(20, "one that nobody settles").await?;
    let counted = |went: u64, wanted: u64, what: &str| {
        ensure!(went == wanted, "{what}: {wanted} counters must go, but {went} went");
        Ok::<_, Violation>(())
    };
    counted(held.purge(9 + WINDOW, 9).await?, 0, "no window has ended")?;
    counted(held.purge(12 + WINDOW, 2).await?, 2, "at most the limit")?;
    counted(held.purge(12 + WINDOW, 9).await?, 1, "on its end a window is over")?;
    let meaning = 20 + MINUTE + WINDOW;
    counted(held.purge(meaning - 1, 9).await?, 0, "what nobody settled still counts as failed")?;
    held.expect(meaning - 1, Reserved::Wait(at(meaning)), "what nobody settled still counts as failed").await?;
    counted(held.purge(meaning, 9).await?, 1, "what nobody settled has no meaning after its window")?;
    counted(held.purge(MUCH_LATER, 9).await?, 0, "each once")?;
    Ok(Checked::Held)
}

/// Checks the end of a window (clause 35 of `Throttle`). An answer `Wait` must never contain an instant later than
/// `now` plus the window. This must be true even if the clock was set back by an hour.
pub async fn no_wait_beyond_the_window(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.throttle().await else { return Ok(NO_THROTTLE) };
    let hour = 60 * MINUTE;
    let failed = Gate::new(&*store, 1, 2);
    failed.fail(hour).await?;
    failed.fail(hour + 5).await?;
    failed.expect(hour + 6, Reserved::Wait(at(hour + WINDOW)), "two of two failed").await?;
    failed.expect(10, Reserved::Wait(at(10 + WINDOW)), "an hour back the wait ends within a window").await?;
    failed.expect(50, Reserved::Wait(at(10 + WINDOW)), "and waiting does not prolong it").await?;
    failed.grant(10 + WINDOW, "so it is over a window later").await?;
    // The clocks of several nodes differ a little. So an attempt at an instant slightly after `now` must not count as
    // failed because of that.
    let ahead = Gate::new(&*store, 2, 1);
    ahead.grant(hour, "the first").await?;
    ahead.expect(hour - MINUTE + 1, Reserved::UnderWay, "an attempt less than a minute ahead is under way").await?;
    let back = hour - MINUTE;
    ahead.expect(back, Reserved::Wait(at(back + WINDOW)), "one that lies a minute ahead counts as failed").await?;
    ahead.expect(back + 50, Reserved::Wait(at(back + WINDOW)), "once, and not anew with each look").await?;
    ahead.release(hour, back + 50).await?;
    ahead.expect(back + 50, Reserved::Wait(at(back + WINDOW)), "and settling it changes nothing").await?;
    ahead.grant(back + WINDOW, "so the wait is over a window later").await?;
    Ok(Checked::Held)
}
