//! Tests a mail server that is down, slow, or refuses mail or the login. Only notices that were sent are marked as
//! sent. Other people still get their notices (requirement NOTICE 1).

use std::time::Duration;

use crate::support::*;
use counterfoil_notify::Smtp;
use counterfoil_testkit::servers;

fn smtp(url: &str) -> Smtp {
    Smtp::new(url, "no-reply@tokens.example").expect("a transport")
}

/// Creates a token for each of six people, from ann to fay. All six notices are due on day 23.
async fn six(world: &World) -> Vec<counterfoil::IssuedCredential> {
    let mut issued = Vec::new();
    for name in ["ann", "ben", "cyd", "dan", "eve", "fay"] {
        world.people.insert(person(name), &[name], "a password");
        issued.push(world.create(&person(name), "ci", 30, day(0)).await);
    }
    issued
}

#[tokio::test]
async fn notice_1_a_server_that_is_down_is_tried_again_and_nothing_is_marked_until_it_is_back() {
    let world = World::new();
    let tokens = six(&world).await;
    let server = servers::Smtp::start();
    let (port, url) = (server.port(), server.url());
    drop(server);
    let worker = world.worker(smtp(&url)).with_limits(limits().with_at_once(2));
    let report = worker.run_once(day(23)).await.expect("a run");
    assert!(report.down && report.sent == 0 && report.refused == 0);
    assert!((1..=2).contains(&report.delayed), "no more than were on their way: {report:?}");
    for token in &tokens {
        assert!(!world.is_marked(token).await);
    }
    let server = servers::Smtp::start_at(port);
    let later = day(23).plus_capped(limits().first_back_off).plus_capped(Duration::from_secs(5));
    assert_eq!(sent(worker.run_once(later).await.expect("a run")), (6, 6));
    assert_eq!(server.taken().len(), 6);
}

#[tokio::test]
async fn notice_1_one_recipient_that_is_refused_for_good_is_given_up_and_the_rest_goes_on() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let tokens = six(&world).await;
    server.answer("cyd@example.com", "550 5.1.1 no such user");
    let worker = world.worker(smtp(&server.url()));
    let report = worker.run_once(day(23)).await.expect("a run");
    assert_eq!((report.sent, report.refused, report.delayed, report.down), (5, 1, 0, false));
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(world.is_marked(token).await, at != 2);
    }
    assert_eq!(server.taken().len(), 5);
    assert_eq!(worker.run_once(day(24)).await.expect("a run").refused, 0, "not tried again");
    assert_eq!(worker.run_once(day(30)).await.expect("a run").refused, 1, "but the expiry is another notice");
}

#[tokio::test]
async fn notice_1_greylisting_is_waited_out_with_a_growing_back_off() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let tokens = six(&world).await;
    server.answer("cyd@example.com", "451 4.7.1 greylisted, try again later");
    let worker = world.worker(smtp(&server.url()));
    let mut tried = Vec::new();
    for minutes in 0..60 {
        let report = worker.run_once(day(23).plus_capped(Duration::from_secs(minutes * 60))).await.expect("a run");
        if report.delayed > 0 {
            tried.push(minutes);
        }
        assert!(!report.down);
    }
    // A retry is due some milliseconds after a whole minute, so the next minute's run sends it.
    assert_eq!(tried, [0, 6, 17, 38]);
    assert_eq!(server.taken().len(), 5);
    assert!(!world.is_marked(&tokens[2]).await);
    server.answer("cyd@example.com", "");
    assert_eq!(sent(worker.run_once(day(24)).await.expect("a run")), (1, 1));
    assert!(world.is_marked(&tokens[2]).await);
}

#[tokio::test]
async fn notice_1_a_server_that_is_too_slow_has_taken_nothing_and_is_not_waited_for_by_all() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let tokens = six(&world).await;
    server.take_time(Duration::from_secs(2));
    let limits = limits().with_at_once(1).with_send_timeout(Duration::from_millis(200));
    let worker = world.worker(smtp(&server.url())).with_limits(limits);
    let report = worker.run_once(day(23)).await.expect("a run");
    assert_eq!((report.sent, report.delayed, report.left, report.down), (0, 3, 3, true));
    for token in &tokens {
        assert!(!world.is_marked(token).await);
    }
}

#[tokio::test]
async fn a_login_that_is_refused_is_the_hosts_fault_and_costs_nobody_a_notice() {
    let (world, server) = (World::new(), servers::Smtp::start());
    let tokens = six(&world).await;
    // This server supports no login, so a user and a password in the URL make the login fail.
    let url = server.url().replace("smtp://", "smtp://user:password@");
    let report = world.worker(smtp(&url)).run_once(day(23)).await.expect("a run");
    assert!(report.down && report.refused == 0 && report.sent == 0, "{report:?}");
    for token in &tokens {
        assert!(!world.is_marked(token).await);
    }
}
