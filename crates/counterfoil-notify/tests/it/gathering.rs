//! Tests that a person with many expiring tokens gets few mails, and that each notice is sent once (faults E1, E3 and
//! D8).
mod log;
mod storm;
mod withheld;

use std::time::Duration;

use crate::support::*;
use counterfoil::notice::NoticeText;
use counterfoil_notify::Report;

#[tokio::test(start_paused = true)]
async fn fault_e1_an_advance_digest_takes_along_what_falls_due_within_a_day() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    for (label, hours) in [("first", 0), ("within", 24), ("beyond", 25)] {
        world.create(&person("bill"), label, 30, after(Duration::from_secs(hours * 3_600))).await;
    }
    world.create(&ivan(), "another's", 30, after(Duration::from_secs(3_600))).await;
    assert_eq!(sent(worker.run_once(day(23)).await.expect("a run")), (1, 2));
    let notice = |label: &str, left| ("bill".to_owned(), label.to_owned(), NoticeText::ExpiresIn(left));
    assert_eq!(
        outbox.take(),
        [[notice("first", Duration::from_secs(7 * 86_400)), notice("within", Duration::from_secs(8 * 86_400))]],
        "the true time left"
    );
    assert_eq!(worker.run_once(day(24)).await.expect("a run").sent, 1, "another's alone: the rest was told");
    outbox.take();
    assert_eq!(sent(worker.run_once(day(25)).await.expect("a run")), (1, 1));
    assert_eq!(outbox.take()[0][0].1, "beyond");
    for days in 26..30 {
        assert_eq!(worker.run_once(day(days)).await.expect("a run"), Report::default());
    }
}

#[tokio::test(start_paused = true)]
async fn fault_e1_an_expiry_waits_for_a_gap_of_an_hour_and_at_most_six() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    // Tokens that live one day have no advance notice. The second token expires 59 minutes after the first, and the
    // third ten hours after the first.
    for (label, minutes) in [("one", 0), ("two", 59), ("three", 600)] {
        world.create(&person("bill"), label, 1, after(Duration::from_secs(minutes * 60))).await;
    }
    let mut digests = Vec::new();
    for minutes in 0..12 * 60 {
        let now = day(1).plus_capped(Duration::from_secs(minutes * 60));
        let report = worker.run_once(now).await.expect("a run");
        assert!(report.sent == 0 || report.waiting == 0, "{report:?}");
        digests.extend(outbox.take().into_iter().map(|digest| (minutes, digest.len())));
    }
    assert_eq!(digests, [(119, 2), (660, 1)]);
}

#[tokio::test(start_paused = true)]
async fn fault_e1_an_advance_digest_takes_along_what_waits_after_its_expiry() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    world.create(&person("bill"), "expired", 23, day(0)).await;
    world.create(&person("bill"), "expiring", 30, after(Duration::from_secs(10 * 60))).await;
    worker.run_once(day(16)).await.expect("a run");
    outbox.take();
    let report = worker.run_once(day(23)).await.expect("a run");
    assert_eq!((report.sent, report.waiting), (0, 1));
    let report = worker.run_once(day(23).plus_capped(Duration::from_secs(10 * 60))).await.expect("a run");
    assert_eq!((sent(report), report.waiting), ((1, 2), 0));
}

#[tokio::test(start_paused = true)]
async fn fault_e1_what_cannot_be_told_sends_nothing_along() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    for hours in [0, 1] {
        world.create(&person("bill"), &format!("{hours}"), 30, after(Duration::from_secs(hours * 3_600))).await;
    }
    let address = person("bill");
    world.people.insert(counterfoil::Account::new(address.subject().clone(), "bill", address.role()), &["bill"], "x");
    assert_eq!(worker.run_once(day(23)).await.expect("a run"), Report::default());
    world.people.insert(address, &["bill"], "x");
    let report = worker.run_once(day(23).plus_capped(Duration::from_secs(3_600))).await.expect("a run");
    assert_eq!(sent(report), (1, 1), "the first is looked at again tomorrow, the second is on time");
}
