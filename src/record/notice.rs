//! Arming: which notice of a record is the next one, as a pure function.

use std::fmt;
use std::str::FromStr;

use crate::record::state::NoticeMark;
use crate::record::token_record::RecordParts;
use crate::types::time::{Span, Timestamp};

/// The thresholds of one expiry: how long before it each notice is due, the longest first, then the expiry itself (zero).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule(Vec<Span>);

impl Schedule {
    /// Advance notices in any order, and the one on expiry.
    pub(crate) fn new(leads: impl IntoIterator<Item = Span>, on_expiry: bool) -> Self {
        let mut leads: Vec<Span> = leads.into_iter().filter(|&lead| lead > Span::ZERO).collect();
        leads.sort_unstable_by(|one, other| other.cmp(one));
        leads.dedup();
        // Stages are counted in one byte, and eight sent ones are remembered.
        leads.truncate(7);
        if on_expiry {
            leads.push(Span::ZERO);
        }
        Self(leads)
    }

    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// How many stages there are.
    fn stages(&self) -> u8 {
        u8::try_from(self.0.len()).unwrap_or(u8::MAX)
    }

    /// The stage of the expiry itself, where it is announced.
    pub(crate) fn expiry_stage(&self) -> Option<u8> {
        self.stages().checked_sub(1).filter(|&last| self.lead(last) == Some(Span::ZERO))
    }

    /// The lead of a stage.
    pub(crate) fn lead(&self, stage: u8) -> Option<Span> {
        self.0.get(usize::from(stage)).copied()
    }
}

/// The leads in microseconds: equal texts are equal schedules.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, lead)| {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}", lead.micros())
        })
    }
}

/// Reads what `Display` wrote; anything else is no schedule.
impl FromStr for Schedule {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let lead = |lead: &str| lead.parse().ok().and_then(Span::from_micros).ok_or(());
        let leads = text.split(',').filter(|lead| !lead.is_empty()).map(lead);
        leads.collect::<Result<_, _>>().map(Self)
    }
}

/// What arming needs to know of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiring<'a> {
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) expiry_set_at: Timestamp,
    pub(crate) noticed: &'a [(Timestamp, u8)],
}

impl<'a> From<&'a RecordParts> for Expiring<'a> {
    fn from(record: &'a RecordParts) -> Self {
        Self { expires_at: record.expires_at, expiry_set_at: record.expiry_set_at, noticed: &record.noticed }
    }
}

impl Expiring<'_> {
    fn was_sent(&self, expires_at: Timestamp, stage: u8) -> bool {
        self.noticed.contains(&(expires_at, stage))
    }
}

/// The next notice from `from` on: the first stage that was not sent, whose lead is shorter than the life counted from when the expiry was
/// last set, and that no later such stage has overtaken at `now`. `None`: a permanent record, or nothing is left.
pub(crate) fn arm(schedule: &Schedule, record: Expiring<'_>, from: u8, now: Timestamp) -> Option<NoticeMark> {
    let expires_at = record.expires_at?;
    let life = expires_at.since(record.expiry_set_at);
    let mut next = None;
    for stage in from..schedule.stages() {
        let lead = schedule.lead(stage).filter(|&lead| lead < life);
        let Some(mark) = lead.map(|lead| NoticeMark { at: expires_at.minus(lead), stage }) else { continue };
        let open = Some(mark).filter(|mark| !record.was_sent(expires_at, mark.stage));
        // Of several that are due by now only the tightest is worth sending, and none where that one was sent.
        if next.is_none() || now.reached(mark.at) {
            next = open;
        }
    }
    next
}

/// What a worker that holds a mark does about the record it was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Sends what that stage says.
    Send(u8),
    /// Sends nothing: the mark to look at next, if there is one.
    Rest(Option<NoticeMark>),
}

/// Which stage to send for a mark of stage `held`: the tightest one that is due too, and after expiry that of the expiry alone. An advance
/// notice may go out `ahead` of its time, with others.
///
/// A mark that was set under another schedule, whose stage is not to be told yet or not at all, is set anew.
pub(crate) fn look(schedule: &Schedule, record: Expiring<'_>, held: u8, ahead: Span, now: Timestamp) -> Look {
    let Some(expires_at) = record.expires_at else { return Look::Rest(None) };
    if now.reached(expires_at) {
        let expiry = schedule.expiry_stage().filter(|&stage| !record.was_sent(expires_at, stage));
        return expiry.map_or(Look::Rest(None), Look::Send);
    }
    let tighter = arm(schedule, record, held.saturating_add(1), now).filter(|mark| now.reached(mark.at));
    if let Some(mark) = tighter {
        return Look::Send(mark.stage);
    }
    let fits = |lead: Span| lead > Span::ZERO && lead < expires_at.since(record.expiry_set_at);
    let lead = schedule.lead(held).filter(|&lead| fits(lead));
    let near = lead.is_some_and(|lead| now.plus_capped(ahead).reached(expires_at.minus(lead)));
    if near && !record.was_sent(expires_at, held) {
        return Look::Send(held);
    }
    Look::Rest(arm(schedule, record, if near { held } else { 0 }, now))
}

/// The same stage again, at `at` or where the next stage comes due before that.
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

/// The longest that a claim holds. A mark that lies no further ahead may be somebody's lease.
pub(crate) const LONGEST_LEASE: Span = Span::hours(1);

/// A mark that lies further ahead was set by a schedule: nothing is put off for longer.
const LONGEST_WAIT: Span = Span::days(1);

/// The mark that takes the place of `held` under a schedule that was changed; `None`: `held` stays. `before` are the schedules that it may
/// have been set under, where they are known.
///
/// A mark that was put off, or is a lease, stays: what it leads to is looked at when it is due. A stage that was told, or given up, is not
/// come back to.
pub(crate) fn rearm(
    schedule: &Schedule,
    before: Option<&[Schedule]>,
    record: Expiring<'_>,
    held: NoticeMark,
    now: Timestamp,
) -> Option<NoticeMark> {
    let expires_at = record.expires_at?;
    let may_be_a_lease = held.at > now && now.plus_capped(LONGEST_LEASE).reached(held.at);
    if now.reached(expires_at) || may_be_a_lease {
        return None;
    }
    let from = match before {
        None => Some(held.stage).filter(|_| held.at > now.plus_capped(LONGEST_WAIT)),
        Some(before) => {
            let at = |of: &&Schedule| of.lead(held.stage).is_some_and(|lead| expires_at.minus(lead) == held.at);
            first_open(before.iter().filter(at), schedule, record, held.stage)
        }
    }?;
    let due = |mark: &NoticeMark| now.reached(mark.at);
    arm(schedule, record, from, now).filter(|next| *next != held && !(due(next) && due(&held)))
}

/// The first stage that may still be told where `held` stands as one of these schedules set it; `None`: none of them did.
fn first_open<'a>(
    set_under: impl Iterator<Item = &'a Schedule>,
    schedule: &Schedule,
    record: Expiring<'_>,
    held: u8,
) -> Option<u8> {
    let life = record.expires_at?.since(record.expiry_set_at);
    let mut first = None;
    for of in set_under {
        // Stages are counted otherwise: which one was told nobody knows.
        if of.stages() != schedule.stages() && held > 0 {
            return None;
        }
        // What was too long for the life was passed over, and what was not was told or given up.
        let passed_over = (0..held).all(|stage| of.lead(stage).is_none_or(|lead| lead >= life));
        let open = if passed_over { 0 } else { held };
        first = Some(first.map_or(open, |first: u8| first.max(open)));
    }
    first
}
