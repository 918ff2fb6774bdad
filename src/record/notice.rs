//! Computes the mark of a record: the stored time and stage of its next notice. The functions are pure.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::record::limits::Limits;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::types::duration::{LONGEST, whole_micros};
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
        // Seven advance notices and the notice on expiry are eight stages, because a record remembers at most eight
        // sent notices.
        leads.truncate(7);
        if on_expiry {
            leads.push(Duration::ZERO);
        }
        Self(leads)
    }

    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn stages(&self) -> u8 {
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

/// Writes the leads in microseconds. Two schedules with the same output are equal.
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
    /// Takes the fields from a stored record. If the policy shortens the life of the record, `expires_at` is the
    /// shortened expiry.
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
/// - If stages are due at `now`, only the notice of the last due stage is worth sending. If it was not sent yet, the
///   mark has this stage.
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
        // A due stage replaces the earlier stages. It does so even if its own notice was already sent: `open` is then
        // `None`, and the next stage that is not due follows.
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
