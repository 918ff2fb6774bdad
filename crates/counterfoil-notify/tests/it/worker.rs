//! Tests when the worker sends notices and which notices it sends. The transport records the messages (requirements
//! NOTICE).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::*;
use async_trait::async_trait;
use counterfoil::clock::Clock as _;
use counterfoil::event::EventKind;
use counterfoil::notice::NoticeText;
use counterfoil::operations::{CodeUpdate, Overlap};
use counterfoil::testing::{Failure, Faults, FaultyStore, ManualClock};
use counterfoil::{Account, Counterfoil, Presenter, Role, SubjectId};
use counterfoil_notify::{Digest, Limits, Report, SendError, Transport};
use tokio::sync::Notify;

const WEEK: NoticeText = NoticeText::ExpiresIn(Duration::from_secs(7 * 86_400));

#[tokio::test(start_paused = true)]
async fn notice_1_each_threshold_is_told_once_whatever_the_number_of_runs() {
    let (world, outbox) = (World::new(), Outbox::default());
    let worker = world.worker(outbox.clone());
    world.create(&person("bill"), "ci", 30, day(0)).await;
    let mut notices = Vec::new();
    for hours in 0..24 * 40 {
        let report = worker.run_once(after(Duration::from_secs(hours * 3_600))).await.expect("a run");
        notices.extend(outbox.take().into_iter().flatten().map(|(_, _, text)| (hours / 24, text)));
        assert_eq!(report.sent, report.digests);
    }
    assert_eq!(notices, [(23, WEEK), (30, NoticeText::Expired)]);
}

#[tokio::test(start_paused = true)]
async fn notice_3_one_person_gets_one_digest_of_all_that_is_due() {
    let (world, outbox) = (World::new(), Outbox::default());
    let worker = world.worker(outbox.clone());
    for (whom, label, days) in [(ivan(), "one", 30), (person("bill"), "two", 30), (ivan(), "three", 23)] {
        world.create(&whom, label, days, day(0)).await;
    }
    let report = worker.run_once(day(23)).await.expect("a run");
    assert_eq!(sent(report), (2, 3));
    let mut digests = outbox.take();
    digests.sort_by_key(|digest| digest[0].0.clone());
    let line = |whom: &str, label: &str, text| (whom.to_owned(), label.to_owned(), text);
    let expected =
        [vec![line("bill", "two", WEEK)], vec![line("ivan", "three", NoticeText::Expired), line("ivan", "one", WEEK)]];
    assert_eq!(digests, expected, "the earliest expiry first");
}

#[tokio::test(start_paused = true)]
async fn notice_2_a_worker_that_was_down_for_a_month_sends_one_late_notice_each() {
    let (world, outbox) = (World::new(), Outbox::default());
    let worker = world.worker(outbox.clone());
    world.create(&person("bill"), "expired", 20, day(0)).await;
    world.create(&ivan(), "expiring", 34, day(0)).await;
    world.create(&ivan(), "later", 60, day(0)).await;
    assert_eq!(sent(worker.run_once(day(30)).await.expect("a run")), (2, 2));
    let mut notices: Vec<_> = outbox.take().into_iter().flatten().map(|(_, label, text)| (label, text)).collect();
    notices.sort_by_key(|(label, _)| label.clone());
    let left = NoticeText::ExpiresIn(Duration::from_secs(4 * 86_400));
    assert_eq!(notices, [("expired".to_owned(), NoticeText::Expired), ("expiring".to_owned(), left)]);
    assert_eq!(worker.run_once(day(30)).await.expect("a run"), Report::default());
}

#[tokio::test(start_paused = true)]
async fn notice_2_tokens_of_a_week_and_less_get_no_advance_notice() {
    let (world, outbox) = (World::new(), Outbox::default());
    let worker = world.worker(outbox.clone());
    for days in [1, 7, 8] {
        world.create(&person("bill"), &format!("{days} days"), days, day(0)).await;
    }
    let mut notices = Vec::new();
    for days in 0..10 {
        worker.run_once(day(days)).await.expect("a run");
        notices.extend(outbox.take().into_iter().flatten().map(|(_, label, text)| (days, label, text)));
    }
    let notices: Vec<_> = notices.iter().map(|(days, label, text)| (*days, label.as_str(), *text)).collect();
    let expired = NoticeText::Expired;
    assert_eq!(notices, [(1, "1 days", expired), (1, "8 days", WEEK), (7, "7 days", expired), (8, "8 days", expired)]);
}

#[tokio::test(start_paused = true)]
async fn notice_2_what_is_revoked_or_rotated_meanwhile_is_told_as_it_is_now() {
    let (world, outbox) = (World::new(), Outbox::default());
    let (worker, bill) = (world.worker(outbox.clone()), person("bill"));
    let by = Presenter::signed_in(&bill);
    let [deleted, rotated] = ["deleted", "rotated"];
    let deleted = world.create(&bill, deleted, 30, day(0)).await;
    let rotated = world.create(&bill, rotated, 30, day(0)).await;
    world.counterfoil.at(day(22)).delete_personal_access_token(&by, &deleted.view.id).await.expect("deleted");
    let new = world
        .counterfoil
        .at(day(22))
        .rotate_personal_access_token(&by, &rotated.view.id, Overlap::Immediate)
        .await
        .expect("rotated");
    assert_eq!(sent(worker.run_once(day(23)).await.expect("a run")), (1, 1), "the new half, whose expiry is the same");
    assert_eq!(outbox.take(), [[("bill".to_owned(), "rotated".to_owned(), WEEK)]]);
    world.counterfoil.at(day(24)).delete_personal_access_token(&by, &new.view.id).await.expect("deleted");
    assert_eq!(worker.run_once(day(31)).await.expect("a run"), Report::default());
}

#[tokio::test(start_paused = true)]
async fn notice_2_a_security_code_that_lives_longer_is_announced_anew() {
    let mut policy = policy();
    policy.notices.kinds.push(counterfoil::types::TokenKind::SecurityCode);
    let (world, outbox) = (World::new(), Outbox::default());
    let boss = Account::new(SubjectId::new("boss").expect("an id"), "boss", Role::SuperAdministrator)
        .with_email(counterfoil::EmailAddress::new("boss@example.com").expect("an address"));
    world.people.insert(boss.clone(), &["boss"], "a password");
    let builder = Counterfoil::builder().policy(policy).store(Arc::clone(&world.store));
    let ring = Arc::new(counterfoil::KeyRing::generate_from_system().expect("a key"));
    let counterfoil = builder.directory(Arc::clone(&world.people)).key_ring(ring).build().expect("a handle");
    let worker = counterfoil_notify::Worker::new(counterfoil.clone(), outbox.clone());
    let by = Presenter::signed_in(&boss);
    let access = counterfoil::operations::NewAccess::SuperAdministrator;
    let new = counterfoil::operations::NewSecurityCode::new(access).with_description("export");
    let code = counterfoil.at(day(0)).create_security_code(&by, &new).await.expect("a code");
    assert_eq!(sent(worker.run_once(day(1)).await.expect("a run")), (1, 1));
    assert_eq!(outbox.take(), [[("boss".to_owned(), "export".to_owned(), NoticeText::Expired)]]);
    counterfoil.at(day(2)).reactivate_security_code(&by, &code.view.id).await.expect("reactivated");
    assert_eq!(worker.run_once(day(2)).await.expect("a run"), Report::default());
    assert_eq!(sent(worker.run_once(day(3)).await.expect("a run")), (1, 1), "another expiry, another notice");
    counterfoil.at(day(4)).reactivate_security_code(&by, &code.view.id).await.expect("reactivated");
    outbox.take();
    counterfoil
        .at(day(4))
        .update_security_code(&by, &code.view.id, &CodeUpdate::default().with_expires_at(day(24)))
        .await
        .expect("extended");
    assert_eq!(worker.run_once(day(16)).await.expect("a run"), Report::default(), "the old expiry is no more");
    assert_eq!(sent(worker.run_once(day(17)).await.expect("a run")), (1, 1));
    assert_eq!(outbox.take(), [[("boss".to_owned(), "export".to_owned(), WEEK)]]);
    counterfoil.at(day(18)).make_security_code_permanent(&by, &code.view.id).await.expect("permanent");
    assert_eq!(worker.run_once(day(30)).await.expect("a run"), Report::default());
}

#[tokio::test(start_paused = true)]
async fn notice_2_an_owner_without_an_address_is_reported_and_told_once_there_is_one() {
    let (world, outbox) = (World::new(), Outbox::default());
    let worker = world.worker(outbox.clone());
    let nobody = Account::new(SubjectId::new("bill").expect("an id"), "bill", Role::Member);
    world.people.insert(nobody, &["bill"], "a password");
    let token = world.create(&person("bill"), "ci", 30, day(0)).await;
    let _created = world.sink.take();
    assert_eq!(worker.run_once(day(23)).await.expect("a run"), Report::default());
    let events = world.sink.take();
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::NoAddress { id, .. } if id == token.view.id)));
    world.people.insert(person("bill"), &["bill"], "a password");
    assert_eq!(sent(worker.run_once(day(24)).await.expect("a run")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_budget_waits_for_the_next_run() {
    let (world, outbox) = (World::new(), Outbox::default());
    let worker = world.worker(outbox.clone());
    let worker = worker.with_limits(limits().with_budget(3.try_into().expect("not zero")));
    for name in ["ann", "ben", "cyd", "dan", "eve", "fay", "gus"] {
        world.people.insert(person(name), &[name], "a password");
        world.create(&person(name), "ci", 30, day(0)).await;
    }
    let mut counts = Vec::new();
    for _ in 0..4 {
        let report = worker.run_once(day(23)).await.expect("a run");
        counts.push((report.sent, report.left > 0));
    }
    assert_eq!(counts, [(3, true), (3, true), (1, false), (0, false)]);
}

/// A transport that waits during each delivery until the test lets it continue.
#[derive(Clone, Default)]
struct Gate {
    outbox: Outbox,
    entered: Arc<Notify>,
    go_on: Arc<Notify>,
    begun: Arc<AtomicU32>,
}

#[async_trait]
impl Transport for Gate {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.entered.notify_one();
        self.go_on.notified().await;
        self.outbox.send(digest).await
    }
}

#[tokio::test]
async fn two_workers_that_meet_do_not_cut_a_persons_digest_in_two() {
    let (world, gate, outbox) = (World::new(), Gate::default(), Outbox::default());
    for at in 0..5 {
        world.create(&ivan(), &format!("token {at}"), 30, day(0)).await;
    }
    let slow = world.worker(gate.clone()).with_limits(Limits::default());
    let other = world.worker(outbox.clone());
    let (first, ()) = tokio::join!(slow.run_once(day(23)), async {
        gate.entered.notified().await;
        assert_eq!(other.run_once(day(23)).await.expect("a run"), Report::default(), "all are on their way");
        gate.go_on.notify_one();
    });
    assert_eq!(sent(first.expect("a run")), (1, 5));
    assert_eq!(outbox.take().len() + gate.outbox.take().len(), 1);
}

#[tokio::test]
async fn a_loop_that_is_told_to_stop_finishes_what_is_on_its_way_and_begins_nothing() {
    let world = World::new();
    let people: Vec<_> = ["ann", "ben", "cyd"].map(person).into();
    for whom in &people {
        world.people.insert(whom.clone(), &[whom.name()], "a password");
        world.create(whom, "ci", 30, day(0)).await;
    }
    let clock = Arc::new(ManualClock::at(day(23)));
    let builder = Counterfoil::builder().policy(policy()).store(Arc::clone(&world.store)).clock(Arc::clone(&clock));
    let ring = Arc::new(counterfoil::KeyRing::generate_from_system().expect("a key"));
    let counterfoil = builder.directory(Arc::clone(&world.people)).key_ring(ring).build().expect("a handle");
    assert_eq!(counterfoil.now(), clock.now());
    let gate = Gate::default();
    let limits = Limits::default().with_at_once(1).with_interval(Duration::from_secs(3_600));
    let worker = counterfoil_notify::Worker::new(counterfoil, gate.clone()).with_limits(limits);
    let stop = Notify::new();
    tokio::join!(worker.run(stop.notified()), async {
        gate.entered.notified().await;
        stop.notify_one();
        // The worker is polled here, so it receives the stop signal before the delivery ends.
        tokio::task::yield_now().await;
        gate.go_on.notify_one();
    });
    assert_eq!(gate.begun.load(Ordering::SeqCst), 1);
    assert_eq!(gate.outbox.take().len(), 1, "what was on its way has arrived");
    let outbox = Outbox::default();
    assert_eq!(
        sent(world.worker(outbox).run_once(day(23)).await.expect("a run")),
        (2, 2),
        "the rest waits for no lease"
    );
}

#[tokio::test(start_paused = true)]
async fn a_loop_runs_again_after_each_interval_and_survives_a_failing_store() {
    let world = World::new();
    world.create(&person("bill"), "ci", 30, day(0)).await;
    let clock = Arc::new(ManualClock::at(day(22)));
    let faults = Faults::default();
    faults.nth(1, Failure::NotExecuted);
    let faulty = FaultyStore::new(Arc::clone(&world.store), faults);
    let builder = Counterfoil::builder().policy(policy()).store(Arc::clone(&world.store)).token_store(Arc::new(faulty));
    let ring = Arc::new(counterfoil::KeyRing::generate_from_system().expect("a key"));
    let builder = builder.clock(Arc::clone(&clock)).directory(Arc::clone(&world.people)).key_ring(ring);
    let outbox = Outbox::default();
    let worker = counterfoil_notify::Worker::new(builder.build().expect("a handle"), outbox.clone());
    tokio::select! {
        () = worker.run(std::future::pending()) => panic!("nobody told it to stop"),
        () = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            assert!(outbox.take().is_empty());
            clock.advance(Duration::from_secs(86_400));
            tokio::time::sleep(Duration::from_secs(76)).await;
            assert_eq!(outbox.take().len(), 1);
        } => {}
    }
}
