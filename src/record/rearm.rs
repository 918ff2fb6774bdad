//! Computes the mark of a record anew: the stored time and stage of its next notice. This is necessary after a change
//! of the schedule, or of the expiry that applies to the record. The functions are pure.

use std::time::Duration;

use crate::record::leak_mark::is_leak;
use crate::record::notice::{Expiring, Schedule, arm};
use crate::record::state::NoticeMark;
use crate::types::duration::{days, hours};
use crate::types::time::Timestamp;

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
    /// From one of these schedules and expiries.
    Known(&'a [Earlier]),
    /// From an unknown schedule, and probably from the stored expiry.
    Unknown { stored: Option<Timestamp> },
}

/// Computes a new mark for a record after the notice schedule has changed to `schedule`, or after the policy has
/// changed the expiry that applies to the record. `held` is the stored mark. Returns the mark that replaces it, or
/// `None` if `held` stays stored. `before` says from what `held` may have been computed.
///
/// `held` stays if its time can be the end of a lease: if it is at most [`LONGEST_LEASE`] in the future. `held` also
/// stays if its time can be the time of a new attempt after a failure:
///
/// - If `before` is known: every time counts as such, unless an entry of `before` gives the same time.
/// - If `before` is unknown: every time that is at most [`LONGEST_WAIT`] in the future counts as such.
///
/// When the time of `held` is reached, [`look`](crate::record::notice::look) decides which stage to send. The mark of a
/// leak belongs to no schedule, so it stays. A stage that was sent or given up for the same expiry is not repeated. A
/// record without a mark gets one only if its expiry has changed. It gets none if it has expired both before and after
/// the change.
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

/// Whether the expiry that applied before can differ from `expires_at`. False if both expiries are already reached.
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
