//! Tests of the functions `arm` and `look`, which schedule notices: each rule separately, and properties that hold for
//! every schedule and lifetime.

use std::time::Duration;

use proptest::prelude::*;

use crate::record::notice::{Expiring, Look, Schedule, arm, look, put_off};
use crate::record::rearm::{Before, Earlier, LONGEST_LEASE, rearm};
use crate::record::samples::{around, t0};
use crate::record::state::NoticeMark;
use crate::types::duration::{days, hours};
use crate::types::time::Timestamp;

fn day(day: u16) -> Timestamp {
    t0().plus(days(day)).expect("in range")
}

fn life(expires_at: Timestamp, expiry_set_at: Timestamp, noticed: &[(Timestamp, u8)]) -> Expiring<'_> {
    Expiring { expires_at: Some(expires_at), expiry_set_at, noticed }
}

/// Returns this schedule with an expiry on day 100. A stored mark may have been computed from the two.
fn of(schedule: Schedule) -> Earlier {
    Earlier { schedule, expires_at: Some(day(100)) }
}

/// Returns a schedule with a notice a week before the expiry and a notice on expiry.
fn week() -> Schedule {
    Schedule::new([days(7)], true)
}

/// Returns a schedule with notices thirty days and a week before the expiry, and a notice on expiry.
fn month_and_week() -> Schedule {
    Schedule::new([days(7), days(30)], true)
}

#[test]
fn notice_1_the_first_mark_is_a_lead_before_expiry_and_the_second_on_it() {
    let expires_at = day(100);
    let first = arm(&week(), life(expires_at, t0(), &[]), 0, t0());
    assert_eq!(first, Some(NoticeMark { at: day(93), stage: 0 }));
    let sent = [(expires_at, 0)];
    let second = arm(&week(), life(expires_at, t0(), &sent), 1, day(93));
    assert_eq!(second, Some(NoticeMark { at: expires_at, stage: 1 }));
    let sent = [(expires_at, 0), (expires_at, 1)];
    assert_eq!(arm(&week(), life(expires_at, t0(), &sent), 2, expires_at), None);
}

#[test]
fn notice_1_thresholds_come_in_falling_order_whatever_the_policy_wrote() {
    let schedule = Schedule::new([days(1), days(30), Duration::ZERO, days(30)], true);
    let leads: Vec<_> = (0..4).map(|stage| schedule.lead(stage)).collect();
    assert_eq!(leads, [Some(days(30)), Some(days(1)), Some(Duration::ZERO), None]);
    assert_eq!(schedule.expiry_stage(), Some(2));
    assert_eq!(Schedule::new([days(1)], false).expiry_stage(), None);
    assert_eq!(Schedule::none().expiry_stage(), None);
}

#[test]
fn notice_2_a_life_no_longer_than_the_lead_gets_no_advance_notice() {
    for expires_at in around(day(7)) {
        let mark = arm(&week(), life(expires_at, t0(), &[]), 0, t0());
        let advance = expires_at > day(7);
        assert_eq!(mark.map(|mark| mark.stage), Some(if advance { 0 } else { 1 }));
    }
}

#[test]
fn notice_2_the_life_counts_from_when_the_expiry_was_last_set() {
    let expires_at = day(100);
    let mark = arm(&week(), life(expires_at, day(95), &[]), 0, day(95));
    assert_eq!(mark, Some(NoticeMark { at: expires_at, stage: 1 }));
}

#[test]
fn notice_2_permanent_has_no_mark() {
    let permanent = Expiring { expires_at: None, expiry_set_at: t0(), noticed: &[] };
    assert_eq!(arm(&week(), permanent, 0, t0()), None);
    assert_eq!(look(&week(), permanent, 0, Duration::ZERO, t0()), Look::Rest(None));
}

#[test]
fn notice_2_a_late_worker_sends_one_late_notice_the_tightest() {
    let (schedule, record) = (month_and_week(), life(day(100), t0(), &[]));
    assert_eq!(look(&schedule, record, 0, Duration::ZERO, day(70)), Look::Send(0));
    assert_eq!(look(&schedule, record, 0, Duration::ZERO, day(92)), Look::Send(0));
    assert_eq!(look(&schedule, record, 0, Duration::ZERO, day(93)), Look::Send(1));
    assert_eq!(look(&schedule, record, 0, Duration::ZERO, day(99)), Look::Send(1));
}

#[test]
fn notice_2_after_expiry_there_is_only_the_expiry_notice() {
    let (schedule, expires_at) = (month_and_week(), day(100));
    for held in 0..3 {
        for now in [expires_at, day(200)] {
            assert_eq!(look(&schedule, life(expires_at, t0(), &[]), held, Duration::ZERO, now), Look::Send(2));
            let sent = [(expires_at, 2)];
            assert_eq!(look(&schedule, life(expires_at, t0(), &sent), held, Duration::ZERO, now), Look::Rest(None));
        }
    }
    let silent = Schedule::new([days(7)], false);
    assert_eq!(look(&silent, life(expires_at, t0(), &[]), 0, Duration::ZERO, expires_at), Look::Rest(None));
}

#[test]
fn notice_2_extended_and_moved_back_does_not_send_twice() {
    let (first, longer) = (day(100), day(150));
    let sent = [(first, 0)];
    // The credential is extended on day 94, after the advance notice. The mark is computed for the new expiry.
    let mark = arm(&week(), life(longer, day(94), &sent), 0, day(94));
    assert_eq!(mark, Some(NoticeMark { at: day(143), stage: 0 }));
    // The expiry is moved to an earlier time on day 92. The lifetime is long enough for an advance notice, but that
    // notice was already sent.
    let mark = arm(&week(), life(first, day(92), &sent), 0, day(92));
    assert_eq!(mark, Some(NoticeMark { at: first, stage: 1 }));
}

#[test]
fn fault_e2_a_mark_of_another_lead_is_told_as_the_present_lead_says() {
    // The mark was computed with a lead of a week. The lead is now three days.
    let shorter = Schedule::new([days(3)], true);
    let rest = Look::Rest(Some(NoticeMark { at: day(97), stage: 0 }));
    assert_eq!(look(&shorter, life(day(100), t0(), &[]), 0, Duration::ZERO, day(93)), rest);
    // The lead is now longer than the lifetime, so there is no advance notice any more.
    let longer = Schedule::new([days(200)], true);
    let rest = Look::Rest(Some(NoticeMark { at: day(100), stage: 1 }));
    assert_eq!(look(&longer, life(day(100), t0(), &[]), 0, Duration::ZERO, day(93)), rest);
}

#[test]
fn fault_e1_an_advance_notice_may_go_out_ahead_of_its_time_and_an_expiry_may_not() {
    let record = life(day(100), t0(), &[]);
    let rest = Look::Rest(Some(NoticeMark { at: day(93), stage: 0 }));
    assert_eq!(look(&week(), record, 0, days(1), day(92)), Look::Send(0));
    assert_eq!(look(&week(), record, 0, hours(23), day(92)), rest);
    let sent = [(day(100), 0)];
    let rest = Look::Rest(Some(NoticeMark { at: day(100), stage: 1 }));
    assert_eq!(look(&week(), life(day(100), t0(), &sent), 1, days(1), day(99)), rest);
}

#[test]
fn fault_e2_a_changed_lead_moves_the_mark_and_takes_it_from_no_worker() {
    let fortnight = Schedule::new([days(14)], true);
    let record = life(day(100), t0(), &[]);
    let (held, moved) = (NoticeMark { at: day(93), stage: 0 }, NoticeMark { at: day(86), stage: 0 });
    let (settled, known) = ([(day(100), 0)], [of(week())]);
    for before in [Before::Known(&known), Before::Unknown { stored: Some(day(100)) }] {
        let rearm = |record, held, now| rearm(&fortnight, before, record, Some(held), now);
        assert_eq!(rearm(record, held, day(50)), Some(moved));
        assert_eq!(rearm(record, held, day(90)), Some(moved), "overdue: told late");
        assert_eq!(rearm(record, held, day(93)), None, "both are due");
        assert_eq!(rearm(record, moved, day(50)), None);
        let leased = NoticeMark { at: day(90).plus_capped(LONGEST_LEASE), stage: 0 };
        assert_eq!(rearm(record, leased, day(90)), None);
        let put_off = NoticeMark { at: day(91), stage: 0 };
        assert_eq!(rearm(record, put_off, day(90)), None);
        let expiry = NoticeMark { at: day(100), stage: 1 };
        assert_eq!(rearm(life(day(100), t0(), &settled), expiry, day(94)), None, "told for that expiry");
        assert_eq!(rearm(record, expiry, day(94)), None, "given up");
        assert_eq!(rearm(record, held, day(100)), None, "expired: the notice on expiry alone");
        // The token lives ten days. The lead of the new schedule is two weeks, so there is no advance notice.
        assert_eq!(rearm(life(day(100), day(90), &[]), held, day(91)), Some(expiry));
    }
}

#[test]
fn fault_e2_a_shorter_lead_moves_the_mark_and_may_fit_a_life_that_the_longer_one_did_not() {
    let fortnight = [of(Schedule::new([days(14)], true))];
    let (longer, shorter) = (NoticeMark { at: day(86), stage: 0 }, NoticeMark { at: day(93), stage: 0 });
    let rearm = |record, held, now| rearm(&week(), Before::Known(&fortnight), record, Some(held), now);
    assert_eq!(rearm(life(day(100), t0(), &[]), longer, day(50)), Some(shorter));
    assert_eq!(rearm(life(day(100), t0(), &[]), longer, day(87)), Some(shorter), "due no more");
    let expiry = NoticeMark { at: day(100), stage: 1 };
    assert_eq!(rearm(life(day(100), day(90), &[]), expiry, day(91)), Some(shorter), "passed over");
    assert_eq!(rearm(life(day(100), t0(), &[]), expiry, day(91)), None, "given up");
}

/// A policy shortens the life of a permanent token, or of a token of 365 days, to 90 days, and later restores it.
#[test]
fn life_4_a_shortened_life_is_noticed_for_its_new_end_and_the_old_end_when_it_returns() {
    let under = |expires_at| [Earlier { schedule: week(), expires_at }];
    let (advance, expiry) = (NoticeMark { at: day(83), stage: 0 }, NoticeMark { at: day(90), stage: 1 });
    let shortened = |noticed| life(day(90), t0(), noticed);
    let (permanent, year) = (under(None), under(Some(day(365))));
    let (none, told, ended) = ([], [(day(90), 0)], [(day(90), 1)]);
    let old = Some(NoticeMark { at: day(358), stage: 0 });
    for (before, held, stored) in [(&permanent, None, None), (&year, old, Some(day(365)))] {
        for before in [Before::Known(before), Before::Unknown { stored }] {
            let rearm = |now, noticed| rearm(&week(), before, shortened(noticed), held, now);
            assert_eq!(rearm(day(50), &none), Some(advance));
            assert_eq!(rearm(day(85), &none), Some(advance), "told late");
            assert_eq!(rearm(day(85), &told), Some(expiry), "told for that expiry");
            assert_eq!(rearm(day(90), &none), Some(expiry));
            assert_eq!(rearm(day(200), &none), Some(expiry), "it ends at once, and its owner is told");
            assert_eq!(rearm(day(200), &ended), None);
        }
    }
    let (clamped, last) = (under(Some(day(90))), NoticeMark { at: day(358), stage: 0 });
    let long = |held, now| rearm(&week(), Before::Known(&clamped), life(day(365), t0(), &[(day(90), 1)]), held, now);
    assert_eq!(long(Some(advance), day(50)), Some(last));
    assert_eq!(long(None, day(100)), Some(last), "it had ended, and works again");
    assert_eq!(long(None, day(366)), None, "it has ended in both cases");
    let forever = Expiring { expires_at: None, ..life(day(1), t0(), &[]) };
    assert_eq!(rearm(&week(), Before::Known(&clamped), forever, Some(advance), day(50)), None);
    let leased = NoticeMark { at: day(50).plus_capped(LONGEST_LEASE), stage: 0 };
    assert_eq!(rearm(&week(), Before::Known(&year), shortened(&[]), Some(leased), day(50)), None);
    let put_off = NoticeMark { at: day(51), stage: 0 };
    assert_eq!(rearm(&week(), Before::Known(&year), shortened(&[]), Some(put_off), day(50)), None);
    assert_eq!(rearm(&week(), Before::Known(&clamped), shortened(&[]), None, day(50)), None, "nothing has changed");
}

#[test]
fn a_schedule_is_read_as_it_was_written() {
    for schedule in [week(), month_and_week(), Schedule::new([days(7)], false), Schedule::none()] {
        assert_eq!(schedule.to_string().parse(), Ok(schedule));
    }
    assert_eq!("7 days".parse::<Schedule>(), Err(()));
}

#[test]
fn notice_1_what_another_worker_has_sent_meanwhile_is_not_sent_again() {
    let expires_at = day(100);
    let sent = [(expires_at, 0)];
    let rest = Look::Rest(Some(NoticeMark { at: expires_at, stage: 1 }));
    assert_eq!(look(&week(), life(expires_at, t0(), &sent), 0, Duration::ZERO, day(94)), rest);
}

#[test]
fn notice_1_a_retry_does_not_hold_up_the_next_notice() {
    let (schedule, record) = (week(), life(day(100), t0(), &[]));
    assert_eq!(put_off(&schedule, record, 0, day(95), day(93)), NoticeMark { at: day(95), stage: 0 });
    assert_eq!(put_off(&schedule, record, 0, day(120), day(93)), NoticeMark { at: day(100), stage: 0 });
    assert_eq!(put_off(&schedule, record, 1, day(120), day(100)), NoticeMark { at: day(120), stage: 1 });
}

prop_compose! {
    /// Generates a schedule, and times in hours. The ranges are small, so that some values are equal.
    fn any_case()(
        leads in prop::collection::vec(0u16..60, 0..8),
        on_expiry in any::<bool>(),
        set_at in 0u16..100,
        life in 1u16..100,
        now in 0u16..250,
        from in 0u8..9,
        sent in prop::collection::vec(0u8..9, 0..8),
    ) -> (Schedule, Timestamp, Timestamp, Timestamp, u8, Vec<(Timestamp, u8)>) {
        let hour = |hour: u16| t0().plus(hours(hour)).expect("in range");
        let expires_at = hour(set_at + life);
        let schedule = Schedule::new(leads.into_iter().map(hours), on_expiry);
        let sent = sent.into_iter().map(|stage| (expires_at, stage)).collect();
        (schedule, expires_at, hour(set_at), hour(now), from, sent)
    }
}

proptest! {
    #[test]
    fn a_mark_is_unsent_fits_the_life_and_lies_at_its_lead((schedule, expires_at, set_at, now, from, sent) in any_case()) {
        if let Some(mark) = arm(&schedule, life(expires_at, set_at, &sent), from, now) {
            let lead = schedule.lead(mark.stage).expect("a stage");
            prop_assert!(mark.stage >= from && !sent.contains(&(expires_at, mark.stage)));
            prop_assert!(lead < expires_at.since(set_at));
            prop_assert_eq!(mark.at, expires_at.minus(lead));
            prop_assert!(mark.at > set_at, "nothing is due at the moment an expiry is set");
            // No stage after that of the mark is due, whether its notice was sent or not.
            for tighter in mark.stage + 1..9 {
                let due = schedule.lead(tighter).is_some_and(|lead| now.reached(expires_at.minus(lead)));
                prop_assert!(!due);
            }
        }
    }

    #[test]
    fn nothing_open_is_forgotten((schedule, expires_at, set_at, now, from, sent) in any_case()) {
        if arm(&schedule, life(expires_at, set_at, &sent), from, now).is_none() {
            for stage in from..9 {
                let ahead = schedule.lead(stage).is_some_and(|lead| {
                    lead < expires_at.since(set_at) && !now.reached(expires_at.minus(lead))
                });
                prop_assert!(!ahead || sent.contains(&(expires_at, stage)));
            }
        }
    }

    #[test]
    fn after_expiry_nothing_but_the_expiry_is_sent((schedule, expires_at, set_at, now, held, sent) in any_case()) {
        let look = look(&schedule, life(expires_at, set_at, &sent), held, Duration::ZERO, now);
        if now.reached(expires_at) {
            prop_assert!(matches!(look, Look::Send(stage) if schedule.lead(stage) == Some(Duration::ZERO)) || look == Look::Rest(None));
        } else if let Look::Send(stage) = look {
            prop_assert!(schedule.lead(stage).is_some_and(|lead| lead > Duration::ZERO));
        }
    }

    #[test]
    fn a_worker_that_never_sleeps_sends_every_fitting_notice_once((schedule, expires_at, set_at, _, _, _) in any_case()) {
        let mut sent: Vec<(Timestamp, u8)> = Vec::new();
        let mut mark = arm(&schedule, life(expires_at, set_at, &sent), 0, set_at);
        while let Some(due) = mark {
            let now = due.at;
            mark = match look(&schedule, life(expires_at, set_at, &sent), due.stage, Duration::ZERO, now) {
                Look::Send(stage) => {
                    prop_assert!(!sent.contains(&(expires_at, stage)));
                    sent.push((expires_at, stage));
                    arm(&schedule, life(expires_at, set_at, &sent), stage + 1, now)
                }
                Look::Rest(next) => next.filter(|next| next.at > now),
            };
        }
        let fitting = (0..9).filter_map(|stage| schedule.lead(stage)).filter(|&lead| lead < expires_at.since(set_at));
        prop_assert_eq!(sent.len(), fitting.count());
    }
}
