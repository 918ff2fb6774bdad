//! Arming: which notice of a record is the next one, as a pure function.

use crate::counterfoil::record::RecordParts;
use crate::counterfoil::state::NoticeMark;
use crate::words::time::{Span, Ts};

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

    /// The lead of a stage.
    pub(crate) fn lead(&self, stage: u8) -> Option<Span> {
        self.0.get(usize::from(stage)).copied()
    }
}

/// What arming needs to know of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiring<'a> {
    pub(crate) expires_at: Option<Ts>,
    pub(crate) expiry_set_at: Ts,
    pub(crate) noticed: &'a [(Ts, u8)],
}

impl<'a> From<&'a RecordParts> for Expiring<'a> {
    fn from(record: &'a RecordParts) -> Self {
        Self { expires_at: record.expires_at, expiry_set_at: record.expiry_set_at, noticed: &record.noticed }
    }
}

/// The next notice from `from` on: the first stage that was not sent, whose lead is shorter than the life counted from when the expiry was
/// last set, and that the next such stage has not overtaken at `now`. `None`: a permanent record, or nothing is left.
pub(crate) fn arm(schedule: &Schedule, record: Expiring<'_>, from: u8, now: Ts) -> Option<NoticeMark> {
    let expires_at = record.expires_at?;
    let life = expires_at.since(record.expiry_set_at);
    let stages = u8::try_from(schedule.0.len()).unwrap_or(u8::MAX);
    let open = (from..stages).filter_map(|stage| {
        let lead = schedule.lead(stage)?;
        let sent = record.noticed.contains(&(expires_at, stage));
        (!sent && lead < life).then(|| NoticeMark { at: expires_at.minus(lead), stage })
    });
    // Of several that are due by now only the tightest is worth sending.
    let mut next = None;
    for mark in open {
        if next.is_none() || now.reached(mark.at) {
            next = Some(mark);
        }
    }
    next
}
