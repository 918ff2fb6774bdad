//! Computes the mark of a record: the stored time and stage of its next notice. The functions are pure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::record::leak_mark::is_leak;
use crate::record::limits::Limits;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::types::duration::{LONGEST, days, hours, whole_micros};
use crate::types::time::Timestamp;

/// The stages of the notices for one expiry. Each stage has a lead: how long before the expiry its notice is due. The
/// stage with the longest lead is first. The notice on expiry is last and has a lead of zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule(Vec<Duration>);

impl Schedule {
    /// Creates a schedule from the leads of the advance notices, in any order. `on_expiry` adds the notice on expiry.
    pub(crate) fn new(leads: impl IntoIterator<Item = Duration>, on_expiry: bool) -> Self {
        let mut leads: Vec<Duration> = leads.into_iter().filter(|&lead| lead > Duration::ZERO).collect();
        leads.sort_unstable_by(|one, other| other.cmp(one));
        leads.dedup();
        // A stage is stored in one byte, and a record remembers at most eight sent notices.
        leads.truncate(7);
        if on_expiry {
            leads.push(Duration::ZERO);
        }
        Self(leads)
    }

    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    fn stages(&self) -> u8 {
        u8::try_from(self.0.len()).unwrap_or(u8::MAX)
    }

    /// The stage of the notice on expiry. `None` if the schedule has no notice on expiry.
    pub(crate) fn expiry_stage(&self) -> Option<u8> {
        self.stages().checked_sub(1).filter(|&last| self.lead(last) == Some(Duration::ZERO))
    }

    /// The lead of a stage. `None` if the schedule has no such stage.
    pub(crate) fn lead(&self, stage: u8) -> Option<Duration> {
        self.0.get(usize::from(stage)).copied()
    }
}

/// Writes the leads in microseconds. Two schedules with the same text are equal.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, lead)| {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}", whole_micros(*lead))
        })
    }
}

/// Parses the `Display` form. Any other text is not a valid schedule.
impl FromStr for Schedule {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let lead = |lead: &str| lead.parse().ok().map(Duration::from_micros).filter(|lead| *lead <= LONGEST).ok_or(());
        let leads = text.split(',').filter(|lead| !lead.is_empty()).map(lead);
        leads.collect::<Result<_, _>>().map(Self)
    }
}

/// The fields of a record that are needed to compute the time and stage of its next notice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiring<'a> {
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) expiry_set_at: Timestamp,
    pub(crate) noticed: &'a [(Timestamp, u8)],
}

impl<'a> Expiring<'a> {
    /// The life of a stored record. If the policy shortens the life, `expires_at` is the shortened expiry.
    pub(crate) fn of(record: &'a TokenRecord, limits: Limits<'_>) -> Self {
        let own = record.record();
        let expires_at = limits.applied(record.view());
        Self { expires_at, expiry_set_at: own.expiry_set_at, noticed: &own.noticed }
    }

    fn was_sent(&self, expires_at: Timestamp, stage: u8) -> bool {
        self.noticed.contains(&(expires_at, stage))
    }
}

/// The mark of the record's next notice: its time and stage. `None` if the record is permanent or no stage is left.
///
/// Only stages from `from` on are considered. A stage is skipped if its lead is at least as long as the lifetime, which
/// is counted from the time when the expiry was last set.
///
/// - If stages are due at `now`, only the last of them is worth sending. If the notice of this last due stage was not
///   sent yet, the mark has this stage.
/// - If no stage is due, or the notice of the last due stage was sent, the mark has the first stage that becomes due
///   later. A stage is left out if its notice was already sent early, together with others.
pub(crate) fn arm(schedule: &Schedule, record: Expiring<'_>, from: u8, now: Timestamp) -> Option<NoticeMark> {
    let expires_at = record.expires_at?;
    let life = expires_at.since(record.expiry_set_at);
    let mut next = None;
    for stage in from..schedule.stages() {
        let lead = schedule.lead(stage).filter(|&lead| lead < life);
        let Some(mark) = lead.map(|lead| NoticeMark { at: expires_at.minus(lead), stage }) else { continue };
        let open = Some(mark).filter(|mark| !record.was_sent(expires_at, mark.stage));
        // A due stage replaces the earlier stages, even if its own notice was already sent and `open` is `None`.
        if next.is_none() || now.reached(mark.at) {
            next = open;
        }
    }
    next
}

/// What a worker does with a notice that it has claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Send the notice of this stage.
    Send(u8),
    /// Send nothing now, and store this mark instead. `None` if there is no further notice.
    Rest(Option<NoticeMark>),
}

/// Whether an advance notice may be sent now, if its due time is `due_at`. It may be sent up to `ahead` before this
/// time, together with other notices.
pub(crate) fn is_near(due_at: Timestamp, ahead: Duration, now: Timestamp) -> bool {
    now.plus_capped(ahead).reached(due_at)
}

/// Decides what a worker does with a notice that it has claimed. `held` is the stage of this notice.
///
/// - After the expiry, only the notice on expiry can be sent.
/// - Before the expiry, the notice of the last stage that is due is sent. If no later stage than `held` is due, the
///   notice of `held` can also be sent up to `ahead` early, together with other notices to the same person.
/// - If nothing can be sent, the result is [`Look::Rest`] with the mark of the record's next notice, if there is one.
///   This can happen if the schedule has changed since the claimed notice was planned. For example, `schedule` has no
///   stage `held`, or sets it to a later time.
pub(crate) fn look(schedule: &Schedule, record: Expiring<'_>, held: u8, ahead: Duration, now: Timestamp) -> Look {
    let Some(expires_at) = record.expires_at else { return Look::Rest(None) };
    if now.reached(expires_at) {
        let expiry = schedule.expiry_stage().filter(|&stage| !record.was_sent(expires_at, stage));
        return expiry.map_or(Look::Rest(None), Look::Send);
    }
    let tighter = arm(schedule, record, held.saturating_add(1), now).filter(|mark| now.reached(mark.at));
    if let Some(mark) = tighter {
        return Look::Send(mark.stage);
    }
    let fits = |lead: Duration| lead > Duration::ZERO && lead < expires_at.since(record.expiry_set_at);
    let lead = schedule.lead(held).filter(|&lead| fits(lead));
    let near = lead.is_some_and(|lead| is_near(expires_at.minus(lead), ahead, now));
    if near && !record.was_sent(expires_at, held) {
        return Look::Send(held);
    }
    Look::Rest(arm(schedule, record, if near { held } else { 0 }, now))
}

/// The mark of a notice that could not be sent and is tried again at `at`. `stage` is the stage of this notice, and
/// also of the mark. The time of the mark is `at`. If the notice of the next stage becomes due before `at`, the mark
/// has that earlier time instead.
pub(crate) fn put_off(
    schedule: &Schedule,
    record: Expiring<'_>,
    stage: u8,
    at: Timestamp,
    now: Timestamp,
) -> NoticeMark {
    let next = arm(schedule, record, stage.saturating_add(1), now).filter(|next| !now.reached(next.at));
    NoticeMark { at: next.map_or(at, |next| next.at.min(at)), stage }
}

/// The longest time for which a worker can lease a notice. If the time in a mark is further in the future, it cannot be
/// the end of a lease.
pub(crate) const LONGEST_LEASE: Duration = hours(1);

/// The longest time by which a failed notice is put off. The time in a mark is the end of a lease, the time of a new
/// attempt after a failure, or the time from the schedule. Only a time from the schedule can be further in the future
/// than this.
const LONGEST_WAIT: Duration = days(1);

/// A schedule and an expiry from which the mark of a record may have been computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Earlier {
    pub(crate) schedule: Schedule,
    pub(crate) expires_at: Option<Timestamp>,
}

/// From what the mark of a record may have been computed, before the schedule or the ceiling changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before<'a> {
    /// From one of these.
    Known(&'a [Earlier]),
    /// From an unknown schedule, and probably from the stored expiry.
    Unknown { stored: Option<Timestamp> },
}

/// Computes a new mark for a record after the notice schedule has changed to `schedule`, or after the policy has changed
/// the expiry that applies to the record. `held` is the stored mark. Returns the mark that replaces it, or `None` if
/// `held` stays stored. `before` tells from what `held` may have been computed.
///
/// `held` stays if its time can be the end of a lease, so if it is at most [`LONGEST_LEASE`] in the future. `held` also
/// stays if its time can be the time of a new attempt after a failure:
///
/// - If `before` is known: every time counts as such, unless an entry of `before` gives the same time.
/// - If `before` is unknown: every time that is at most [`LONGEST_WAIT`] in the future counts as such.
///
/// When the time of `held` is reached, [`look`] decides which stage to send. A stage that was sent or given up for the
/// same expiry is not repeated. A record without a mark gets one only if its expiry has changed, and not if it had
/// expired before the change too. The mark of a leak belongs to no schedule, so it stays.
pub(crate) fn rearm(
    schedule: &Schedule,
    before: Before<'_>,
    record: Expiring<'_>,
    held: Option<NoticeMark>,
    now: Timestamp,
) -> Option<NoticeMark> {
    let expires_at = record.expires_at?;
    let may_be_a_lease = |held: NoticeMark| held.at > now && now.plus_capped(LONGEST_LEASE).reached(held.at);
    if held.is_some_and(|held| is_leak(held) || may_be_a_lease(held)) {
        return None;
    }
    let from = match held {
        None => Some(0).filter(|_| is_other(before, expires_at, now)),
        Some(held) => open_from(schedule, before, record, held, now),
    }?;
    let due = |mark: NoticeMark| now.reached(mark.at);
    let next = arm(schedule, record, from, now)?;
    (Some(next) != held && !(due(next) && held.is_some_and(due))).then_some(next)
}

/// Whether the expiry that applied before can differ from `expires_at`, without that both are reached.
fn is_other(before: Before<'_>, expires_at: Timestamp, now: Timestamp) -> bool {
    let is_other = |earlier: Option<Timestamp>| {
        let had_expired = now.reached(expires_at) && earlier.is_some_and(|earlier| now.reached(earlier));
        earlier != Some(expires_at) && !had_expired
    };
    match before {
        Before::Known(before) => before.iter().any(|earlier| is_other(earlier.expires_at)),
        Before::Unknown { stored } => is_other(stored),
    }
}

/// The first stage that can be sent after a change, for a record with the mark `held`. `None` if `held` stays.
fn open_from(
    schedule: &Schedule,
    before: Before<'_>,
    record: Expiring<'_>,
    held: NoticeMark,
    now: Timestamp,
) -> Option<u8> {
    let has_expired = record.expires_at.is_some_and(|expires_at| now.reached(expires_at));
    match before {
        Before::Unknown { stored } => {
            let same = stored == record.expires_at;
            let stays = now.plus_capped(LONGEST_WAIT).reached(held.at) || (same && has_expired);
            (!stays).then_some(if same { held.stage } else { 0 })
        }
        Before::Known(before) => {
            let gives = |earlier: &&Earlier| {
                let at = earlier.expires_at.zip(earlier.schedule.lead(held.stage)).map(|(end, lead)| end.minus(lead));
                at == Some(held.at)
            };
            let mut other_expiry = false;
            let mut same = Vec::new();
            for earlier in before.iter().filter(gives) {
                if earlier.expires_at == record.expires_at {
                    same.push(&earlier.schedule);
                } else {
                    other_expiry = true;
                }
            }
            match same.is_empty() {
                true => other_expiry.then_some(0),
                false if has_expired => None,
                false => first_open(same.into_iter(), schedule, record, held.stage),
            }
        }
    }
}

/// The first stage that can still be sent after the notice schedule of a record has changed to `schedule`. `held` is
/// the stage in the record's stored mark. `set_under` contains the older schedules that can have set this mark.
///
/// Returns `None` if it is unknown which stages were sent. There are two such cases:
///
/// - `set_under` is empty.
/// - A schedule in `set_under` has more or fewer stages than `schedule`, and `held` is not the first stage.
fn first_open<'a>(
    set_under: impl Iterator<Item = &'a Schedule>,
    schedule: &Schedule,
    record: Expiring<'_>,
    held: u8,
) -> Option<u8> {
    let life = record.expires_at?.since(record.expiry_set_at);
    let mut first = None;
    for of in set_under {
        // The two schedules have different numbers of stages, so it is unknown which stages were sent.
        if of.stages() != schedule.stages() && held > 0 {
            return None;
        }
        // A stage was skipped if its lead was too long for the lifetime. Every other stage was sent or given up.
        let passed_over = (0..held).all(|stage| of.lead(stage).is_none_or(|lead| lead >= life));
        let open = if passed_over { 0 } else { held };
        first = Some(first.map_or(open, |first: u8| first.max(open)));
    }
    first
}
