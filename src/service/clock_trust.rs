//! Decides whether periodic upkeep trusts the clock of its process. A purge with a wrong clock cannot be undone. So
//! while upkeep doubts the clock, it purges no records. The time in which upkeep doubts the clock is called a doubt. A
//! doubt ends when the clock has run evenly for the policy's `clock_doubt`.

use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::store::error::StoreError;
use crate::types::duration::{days, minutes};
use crate::types::time::Timestamp;

/// The largest time by which a trusted clock may be ahead of the stored instant of the last upkeep. Upkeep doubts a
/// clock that is further ahead.
const LEAP: Duration = days(1);
/// The age at which the stored instant of the last upkeep is renewed, while the clock is trusted.
const NOTED_EVERY: Duration = minutes(10);
/// How long upkeep waits with purges after a doubt about the clock of its process has ended. In this time, the other
/// processes can object:
///
/// 1. When the doubt ends, the process stores the time of its clock as the last upkeep.
/// 2. In its next round of upkeep, each process whose clock is earlier replaces the stored time by the time of its own
///    clock.
/// 3. If the stored time is then more than a day before the clock of the first process, the first process doubts its
///    clock again, and purges nothing.
///
/// The wait is more than twice the longest pause between two rounds. If the policy's
/// [`clock_doubt`](crate::policy::Policy::clock_doubt) is zero, purges do not wait.
pub(crate) const CHALLENGED: Duration = minutes(3);

/// What upkeep remembers about the clock from one round to the next.
#[derive(Default)]
pub(crate) struct ClockTrust {
    doubt: Option<Doubt>,
    /// How long purges have waited since upkeep stopped doubting the clock. They wait for [`CHALLENGED`], or for
    /// `clock_doubt` of the policy if it is shorter. `None` if no such wait is in progress.
    challenged: Option<Duration>,
}

/// What a round of upkeep may purge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purges {
    /// The round purges everything that is due, because the clock is trusted.
    All,
    /// The round purges only throttle counters that ended before this instant, because the clock is doubted. The
    /// instant is a day before the stored last upkeep, or a day before the clock's time if that is earlier. Even with a
    /// clock that is wrong by a day, these counters are no longer used.
    CountersUntil(Timestamp),
    /// The round purges nothing, because the clock is doubted, and no instant of a last upkeep is stored.
    Nothing,
}

/// The state while upkeep does not trust this process's clock.
struct Doubt {
    /// The instant of the last upkeep, as it was stored when this state began. If the stored instant changes later,
    /// another process with another clock has written it.
    noted: Option<Timestamp>,
    /// The time that the clock showed in the last round.
    seen: Timestamp,
    /// The sum of the pauses between the rounds since the doubt began. It does not depend on the clock.
    waited: Duration,
}

/// The decision about the clock in one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Judged {
    believed: bool,
    /// Whether the time of this round is stored as the last upkeep.
    notes: bool,
    /// The time before a jump of the clock, if a doubt begins or starts again in this round because the clock is ahead.
    /// Usually it is the stored instant of the last upkeep. If the clock moved ahead during a doubt, it is the time
    /// that the clock showed in the previous round. In all other cases, the field is `None`.
    leapt_from: Option<Timestamp>,
}

impl ClockTrust {
    /// Records that a pause of this length has passed between two rounds. The pause is not measured with the clock that
    /// is in doubt.
    pub(crate) fn paused(&mut self, pause: Duration) {
        if let Some(doubt) = &mut self.doubt {
            doubt.waited = doubt.waited.saturating_add(pause);
        }
        self.challenged = self.challenged.map(|stood| stood.saturating_add(pause));
    }

    /// Decides whether the clock is trusted. `noted` is the stored instant of the last upkeep of any process. `waits`
    /// is how long a doubted clock must run before it is trusted again.
    ///
    /// A clock that is earlier than the stored instant is trusted. This is safe, because a purge removes only data that
    /// ended before the clock's time: the earlier the clock, the less is removed. The earlier time then replaces the
    /// stored instant, so that a later jump of the clock is noticed.
    ///
    /// A clock is doubted if it is more than a day ahead of the stored instant. It is also doubted if no instant is
    /// stored, because the database of an older version has records but no stored instant. The doubt starts again if
    /// the clock moves by more than a day, or if another process stores a different instant. So if the clocks of two
    /// running processes differ by more than a day, the process whose clock is ahead purges nothing.
    ///
    /// When the doubt ends, the clock's time is stored as the last upkeep. Purges begin only after the wait
    /// [`CHALLENGED`]. If another process replaces the stored time during the wait, by a time that is more than a day
    /// earlier, a new doubt begins and nothing is purged.
    ///
    /// The wait is needed if all processes doubt their clocks at the same time. The doubt of the process that started
    /// first then ends first, and its clock can be the wrong one. During the wait, a process whose clock is right also
    /// stores its time, so the wrong clock is doubted again before anything is purged.
    fn judge(&mut self, noted: Option<Timestamp>, now: Timestamp, waits: Duration) -> Judged {
        if let Some(noted) = noted.filter(|_| is_clock_trusted(now, noted)) {
            self.doubt = None;
            self.challenged = self.challenged.filter(|stood| *stood < CHALLENGED.min(waits));
            let fresh = noted <= now && !now.reached(noted.plus_capped(NOTED_EVERY));
            return Judged { believed: self.challenged.is_none(), notes: !fresh, leapt_from: None };
        }
        self.challenged = None;
        let before = self.doubt.take();
        let (doubt, leapt_from) = match before {
            Some(doubt) if doubt.noted != noted => (None, noted),
            Some(doubt) if is_beyond(now, doubt.seen) || is_beyond(doubt.seen, now) => (None, Some(doubt.seen)),
            None => (None, noted),
            doubt => (doubt, None),
        };
        let doubt = Doubt { seen: now, ..doubt.unwrap_or(Doubt { noted, seen: now, waited: Duration::ZERO }) };
        let notes = doubt.waited >= waits;
        self.challenged = notes.then_some(Duration::ZERO);
        self.doubt = Some(doubt);
        let believed = notes && waits.is_zero();
        Judged { believed, notes, leapt_from: leapt_from.filter(|from| *from < now) }
    }
}

/// Whether a clock that shows `now` is trusted without further checks. `last_upkeep` is the stored instant of the last
/// upkeep ([`SettingsStore::last_upkeep`](crate::store::SettingsStore::last_upkeep)). The clock is not trusted if it is
/// more than a day ahead of this instant, or if no instant is stored.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::Timestamp;
/// use counterfoil::operations::is_clock_trusted;
///
/// let day = Duration::from_secs(86_400);
/// let noted = Timestamp::EPOCH;
/// assert!(is_clock_trusted(noted.plus_capped(day), Some(noted)));
/// assert!(!is_clock_trusted(noted.plus_capped(day + Duration::from_micros(1)), Some(noted)));
/// assert!(!is_clock_trusted(noted, None));
/// ```
#[must_use]
pub fn is_clock_trusted(now: Timestamp, last_upkeep: Option<Timestamp>) -> bool {
    last_upkeep.is_some_and(|noted| !is_beyond(now, noted))
}

/// Whether `later` is more than a day after `earlier`. Then the clock may have jumped between the two instants.
fn is_beyond(later: Timestamp, earlier: Timestamp) -> bool {
    earlier.plus(LEAP).is_some_and(|most| later > most)
}

impl Service {
    /// Decides what this round of upkeep may purge at the instant `now`. If necessary, first stores this instant as the
    /// last upkeep. If another process stores a different instant at the same time, or the write fails, the clock
    /// counts as doubted in this round.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the stored instant of the last upkeep could not be read. The round must then purge nothing.
    pub(crate) async fn purges(&self, clock: &mut ClockTrust, now: Timestamp) -> Result<Purges, StoreError> {
        let noted = self.settings.last_upkeep().await?;
        let Judged { believed, notes, leapt_from } = clock.judge(noted, now, self.policy.clock_doubt);
        if let Some(from) = leapt_from {
            self.tell(now, By::itself(Actor::Upkeep), EventKind::ClockLeapt { from, to: now });
        }
        let stands = !notes || self.settings.note_upkeep(noted, now).await.is_ok_and(|noted| noted);
        Ok(match noted {
            _ if believed && stands => Purges::All,
            // The policy allows throttle counters with a window of at most a day.
            Some(noted) => Purges::CountersUntil(noted.min(now).minus(LEAP)),
            None => Purges::Nothing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    const BELIEVED: Judged = Judged { believed: true, notes: false, leapt_from: None };
    const NOTED: Judged = Judged { believed: true, notes: true, leapt_from: None };
    const CHALLENGED_NOTE: Judged = Judged { believed: false, notes: true, leapt_from: None };
    const DOUBTED: Judged = Judged { believed: false, notes: false, leapt_from: None };

    fn day(day: u16) -> Timestamp {
        Timestamp::EPOCH.plus_capped(days(day))
    }

    #[test]
    fn fault_g9_a_day_ahead_of_the_note_is_believed_and_a_microsecond_more_is_not() {
        let mut clock = ClockTrust::default();
        assert_eq!(clock.judge(Some(day(9)), day(9), HOUR), BELIEVED);
        assert_eq!(clock.judge(Some(day(9)), day(10), HOUR), NOTED);
        let beyond = Timestamp::from_micros(day(10).micros() + 1).expect("in range");
        assert_eq!(clock.judge(Some(day(9)), beyond, HOUR), Judged { leapt_from: Some(day(9)), ..DOUBTED });
        assert_eq!(clock.judge(Some(day(9)), beyond, HOUR), DOUBTED, "told once");
        clock.paused(HOUR);
        assert_eq!(clock.judge(Some(day(9)), beyond, HOUR), CHALLENGED_NOTE);
        assert_eq!(clock.judge(Some(beyond), beyond, HOUR), DOUBTED, "until the note has stood");
        clock.paused(CHALLENGED);
        assert_eq!(clock.judge(Some(beyond), beyond, HOUR), BELIEVED);
    }

    #[test]
    fn fault_g9_where_all_doubt_a_note_that_another_process_replaces_purges_nothing() {
        let mut ahead = ClockTrust::default();
        ahead.judge(None, day(100), HOUR);
        ahead.paused(HOUR);
        assert_eq!(ahead.judge(None, day(100), HOUR), CHALLENGED_NOTE);
        // The right clock is earlier than the instant that the process `ahead` stored. The right clock is trusted at
        // once, and its time replaces that instant.
        assert_eq!(ClockTrust::default().judge(Some(day(100)), day(9), HOUR), NOTED);
        ahead.paused(CHALLENGED);
        assert_eq!(ahead.judge(Some(day(9)), day(100), HOUR), Judged { leapt_from: Some(day(9)), ..DOUBTED });
    }

    #[test]
    fn fault_g9_a_note_is_written_anew_after_ten_minutes_and_one_from_the_future_at_once() {
        let mut clock = ClockTrust::default();
        let after = |minute| day(9).plus_capped(minutes(minute));
        assert_eq!(clock.judge(Some(day(9)), after(9), HOUR), BELIEVED);
        assert_eq!(clock.judge(Some(day(9)), after(10), HOUR), NOTED);
        assert_eq!(clock.judge(Some(day(130)), day(9), HOUR), NOTED);
    }

    #[test]
    fn fault_g9_without_a_note_the_first_hour_purges_nothing_and_tells_nothing() {
        let mut clock = ClockTrust::default();
        assert_eq!(clock.judge(None, day(9), HOUR), DOUBTED);
        clock.paused(HOUR - Duration::from_secs(1));
        assert_eq!(clock.judge(None, day(9), HOUR), DOUBTED);
        clock.paused(Duration::from_secs(1));
        assert_eq!(clock.judge(None, day(9), HOUR), CHALLENGED_NOTE);
        assert_eq!(
            ClockTrust::default().judge(None, day(9), Duration::ZERO),
            NOTED,
            "no time is waited where none is asked"
        );
    }

    #[test]
    fn fault_g9_the_doubt_begins_anew_where_the_clock_moves_on_or_somebody_else_notes() {
        for (noted, now, from) in [(day(9), day(200), day(100)), (day(8), day(100), day(8))] {
            let mut clock = ClockTrust::default();
            clock.judge(Some(day(9)), day(100), HOUR);
            clock.paused(HOUR);
            assert_eq!(clock.judge(Some(noted), now, HOUR), Judged { leapt_from: Some(from), ..DOUBTED });
        }
        let mut clock = ClockTrust::default();
        clock.judge(Some(day(9)), day(100), HOUR);
        clock.paused(HOUR);
        assert_eq!(
            clock.judge(Some(day(9)), day(50), HOUR),
            DOUBTED,
            "also where it moves back, which is no leap ahead"
        );
    }
}
