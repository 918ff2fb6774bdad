//! Decides which of one person's notices go out together, as pure functions.

use crate::policy::Gather;
use crate::record::notice::Schedule;
use crate::record::state::NoticeMark;
use crate::types::time::{Span, Timestamp};

/// The largest difference between the ends of leases that workers took at about the same time.
const AT_WORK: Span = Span::seconds(5);

/// The state of one mark when a digest for its person is considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// To be sent now.
    Due,
    /// It expired at this instant and may wait for others.
    Expired(Timestamp),
    /// An advance notice that is included in a digest.
    Ahead,
    /// Not due yet, or held by a worker, or waiting after a failure.
    Later,
    /// A worker has just claimed it and is about to send.
    AtWork,
}

/// Classifies one mark. `lease` is the length of a claim.
pub(crate) fn place(
    schedule: &Schedule,
    rules: &Gather,
    mark: NoticeMark,
    expires_at: Option<Timestamp>,
    lease: Span,
    now: Timestamp,
) -> Place {
    let Some(expires_at) = expires_at else { return if now.reached(mark.at) { Place::Due } else { Place::Later } };
    let lead = schedule.lead(mark.stage);
    let unmoved = lead.is_some_and(|lead| expires_at.minus(lead) == mark.at);
    match (now.reached(mark.at), now.reached(expires_at)) {
        (true, true) => Place::Expired(expires_at),
        (true, false) => Place::Due,
        (false, _) if unmoved => {
            let announces = lead.is_some_and(|lead| lead > Span::ZERO);
            let near = now.plus_capped(rules.ahead).reached(mark.at);
            if announces && near { Place::Ahead } else { Place::Later }
        }
        (false, _) => {
            let (left, most) = (mark.at.since(now), lease.micros().saturating_add(AT_WORK.micros()));
            let recent = left.micros() <= most && left.micros() >= lease.micros().saturating_sub(AT_WORK.micros());
            if recent { Place::AtWork } else { Place::Later }
        }
    }
}

/// Until when notices on expiry wait, given when each expired. `None` if there are none.
pub(crate) fn waits_until(rules: &Gather, expired: &[Timestamp]) -> Option<Timestamp> {
    let (first, last) = (expired.iter().min()?, expired.iter().max()?);
    Some(last.plus_capped(rules.gap).min(first.plus_capped(rules.longest_wait)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::samples::t0;

    const LEASE: Span = Span::minutes(3);

    fn hours(hours: u16) -> Timestamp {
        t0().plus(Span::hours(hours)).expect("in range")
    }

    fn placed(at: Timestamp, stage: u8, expires_at: Timestamp, now: Timestamp) -> Place {
        let schedule = Schedule::new([Span::days(7)], true);
        place(&schedule, &Gather::default(), NoticeMark { at, stage }, Some(expires_at), LEASE, now)
    }

    #[test]
    fn fault_e1_an_advance_notice_within_a_day_is_taken_along_and_an_expiry_never_before_its_time() {
        let (expires_at, now) = (hours(400), hours(200));
        let advance = |expires_at: Timestamp| placed(expires_at.minus(Span::days(7)), 0, expires_at, now);
        assert_eq!(advance(hours(200 + 168)), Place::Due);
        assert_eq!(advance(hours(224 + 168)), Place::Ahead);
        assert_eq!(advance(hours(225 + 168)), Place::Later);
        assert_eq!(placed(expires_at, 1, expires_at, hours(399)), Place::Later, "it has not expired");
        assert_eq!(placed(expires_at, 1, expires_at, expires_at), Place::Expired(expires_at));
        let late = placed(expires_at.minus(Span::days(7)), 0, expires_at, hours(401));
        assert_eq!(late, Place::Expired(expires_at), "the mark of the advance notice, after expiry");
    }

    #[test]
    fn fault_e1_a_lease_that_began_just_now_is_told_from_a_back_off() {
        let (expires_at, now) = (hours(400), hours(300));
        let held = |left: Span| placed(now.plus_capped(left), 0, expires_at, now);
        assert_eq!(held(LEASE), Place::AtWork);
        assert_eq!(held(Span::seconds(176)), Place::AtWork);
        assert_eq!(held(Span::seconds(174)), Place::Later, "whoever took it has died, or takes long");
        assert_eq!(held(Span::minutes(5)), Place::Later);
    }

    #[test]
    fn fault_e1_expiries_wait_for_a_gap_and_at_most_six_hours() {
        let rules = Gather::default();
        assert_eq!(waits_until(&rules, &[]), None);
        assert_eq!(waits_until(&rules, &[hours(5)]), Some(hours(6)));
        assert_eq!(waits_until(&rules, &[hours(7), hours(5)]), Some(hours(8)));
        assert_eq!(waits_until(&rules, &[hours(5), hours(10), hours(20)]), Some(hours(11)));
        let off = Gather { gap: Span::ZERO, ..rules };
        assert_eq!(waits_until(&off, &[hours(5)]), Some(hours(5)), "at once");
    }
}
