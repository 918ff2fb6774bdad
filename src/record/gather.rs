//! Decides which notices of one person are sent together. The functions are pure.

use std::time::Duration;

use crate::policy::Gather;
use crate::record::leak_mark::is_leak;
use crate::record::notice::{Schedule, is_near};
use crate::record::state::NoticeMark;
use crate::types::time::Timestamp;

/// The tolerance with which [`place`] recognises that another worker has just claimed a notice. A worker claims a
/// notice for the duration of a lease, and stores the end of the lease as the time of the notice. So the stored time of
/// a new claim is one whole lease in the future. A claim counts as new if the stored time is one lease in the future,
/// plus or minus this tolerance.
const AT_WORK: Duration = Duration::from_secs(5);

/// The state of one notice when a mail to its recipient is prepared. The mail can combine several notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The notice must be sent now.
    Due,
    /// The credential expired at this instant. Its notice can wait for a limited time, so that one mail also reports
    /// further expiries.
    Expired(Timestamp),
    /// The notice is an advance notice that is due soon. If another notice of the person is [`Place::Due`], a mail is
    /// sent now, and it also contains this notice.
    Ahead,
    /// The notice is not due yet, is leased by a worker, or waits after a failure.
    Later,
    /// A worker has just claimed the notice and is about to send it.
    AtWork,
}

/// The state of a notice. `mark` is the stored time and stage of the notice, and `expires_at` is the expiry of its
/// credential. `lease` is the time for which a worker leases a notice. A notice about a leak never waits for other
/// notices.
pub(crate) fn place(
    schedule: &Schedule,
    rules: &Gather,
    mark: NoticeMark,
    expires_at: Option<Timestamp>,
    lease: Duration,
    now: Timestamp,
) -> Place {
    if is_leak(mark) {
        return match now.reached(mark.at) {
            true => Place::Due,
            false if is_recent_claim(mark, lease, now) => Place::AtWork,
            false => Place::Later,
        };
    }
    let Some(expires_at) = expires_at else { return if now.reached(mark.at) { Place::Due } else { Place::Later } };
    let lead = schedule.lead(mark.stage);
    let unmoved = lead.is_some_and(|lead| expires_at.minus(lead) == mark.at);
    match (now.reached(mark.at), now.reached(expires_at)) {
        (true, true) => Place::Expired(expires_at),
        (true, false) => Place::Due,
        (false, _) if unmoved => {
            let announces = lead.is_some_and(|lead| lead > Duration::ZERO);
            if announces && is_near(mark.at, rules.ahead, now) { Place::Ahead } else { Place::Later }
        }
        (false, _) if is_recent_claim(mark, lease, now) => Place::AtWork,
        (false, _) => Place::Later,
    }
}

/// Whether another worker has just claimed the notice.
fn is_recent_claim(mark: NoticeMark, lease: Duration, now: Timestamp) -> bool {
    let left = mark.at.since(now);
    left <= lease.saturating_add(AT_WORK) && left >= lease.saturating_sub(AT_WORK)
}

/// The latest instant until which the notice of a credential waits for other notices, if the credential expired at
/// `expired_at`.
fn waits_at_most_until(expired_at: Timestamp, longest_wait: Duration) -> Timestamp {
    expired_at.plus_capped(longest_wait)
}

/// Whether the notice of a credential with this expiry may wait for other notices.
pub(crate) fn may_wait(expires_at: Timestamp, longest_wait: Duration, now: Timestamp) -> bool {
    now.reached(expires_at) && !now.reached(waits_at_most_until(expires_at, longest_wait))
}

/// The instant until which notices on expiry wait for each other. `expired` contains the expiry of each expired
/// credential of the person. `None` if `expired` is empty.
pub(crate) fn waits_until(rules: &Gather, expired: &[Timestamp]) -> Option<Timestamp> {
    let (first, last) = (expired.iter().min()?, expired.iter().max()?);
    Some(last.plus_capped(rules.gap).min(waits_at_most_until(*first, rules.longest_wait)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::samples::t0;
    use crate::types::duration::{days, hours, minutes};

    const LEASE: Duration = minutes(3);

    fn at_hour(hour: u16) -> Timestamp {
        t0().plus(hours(hour)).expect("in range")
    }

    fn placed(at: Timestamp, stage: u8, expires_at: Timestamp, now: Timestamp) -> Place {
        let schedule = Schedule::new([days(7)], true);
        place(&schedule, &Gather::default(), NoticeMark { at, stage }, Some(expires_at), LEASE, now)
    }

    #[test]
    fn fault_e1_an_advance_notice_within_a_day_is_taken_along_and_an_expiry_never_before_its_time() {
        let (expires_at, now) = (at_hour(400), at_hour(200));
        let advance = |expires_at: Timestamp| placed(expires_at.minus(days(7)), 0, expires_at, now);
        assert_eq!(advance(at_hour(200 + 168)), Place::Due);
        assert_eq!(advance(at_hour(224 + 168)), Place::Ahead);
        assert_eq!(advance(at_hour(225 + 168)), Place::Later);
        assert_eq!(placed(expires_at, 1, expires_at, at_hour(399)), Place::Later, "it has not expired");
        assert_eq!(placed(expires_at, 1, expires_at, expires_at), Place::Expired(expires_at));
        let late = placed(expires_at.minus(days(7)), 0, expires_at, at_hour(401));
        assert_eq!(late, Place::Expired(expires_at), "the mark of the advance notice, after expiry");
    }

    #[test]
    fn fault_e1_a_lease_that_began_just_now_is_told_from_a_back_off() {
        let (expires_at, now) = (at_hour(400), at_hour(300));
        let held = |left: Duration| placed(now.plus_capped(left), 0, expires_at, now);
        assert_eq!(held(LEASE), Place::AtWork);
        assert_eq!(held(Duration::from_secs(176)), Place::AtWork);
        assert_eq!(held(Duration::from_secs(174)), Place::Later, "whoever took it has died, or takes long");
        assert_eq!(held(minutes(5)), Place::Later);
    }

    #[test]
    fn fault_e1_expiries_wait_for_a_gap_and_at_most_six_hours() {
        let rules = Gather::default();
        assert_eq!(waits_until(&rules, &[]), None);
        assert_eq!(waits_until(&rules, &[at_hour(5)]), Some(at_hour(6)));
        assert_eq!(waits_until(&rules, &[at_hour(7), at_hour(5)]), Some(at_hour(8)));
        assert_eq!(waits_until(&rules, &[at_hour(5), at_hour(10), at_hour(20)]), Some(at_hour(11)));
        let off = Gather { gap: Duration::ZERO, ..rules };
        assert_eq!(waits_until(&off, &[at_hour(5)]), Some(at_hour(5)), "at once");
    }
}
