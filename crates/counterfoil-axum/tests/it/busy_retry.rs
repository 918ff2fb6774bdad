//! Tests requests that must wait, because too many password checks are in progress. Also tests routers that cannot find
//! the source of a request. The clock of the runtime is paused.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::support::slow::slow_world;
use crate::support::{Answer, SECRET, World, basic, send, world, world_with};
use axum::body::Body;
use axum::{Extension, Router};
use counterfoil_axum::console::{Console, Transport};
use counterfoil_axum::{Source, Sources};
use http::Request;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const FORM: &str = "application/x-www-form-urlencoded";
const RIGHT: &str = "grant_type=password&username=bill&password=bill";

fn ask(path: &str, form: &str) -> Request<Body> {
    let request = Request::post(path).header("authorization", basic("app", SECRET)).header("content-type", FORM);
    request.body(Body::from(form.to_owned())).expect("a request")
}

/// Sends the same token request `many` times at once. Returns the responses, and the time until the last response.
async fn at_once(world: &World, many: usize, form: &'static str) -> (Vec<Answer>, Duration) {
    let begun = Instant::now();
    let mut under_way = JoinSet::new();
    for _ in 0..many {
        let router = world.router.clone();
        under_way.spawn(async move {
            let mut request = ask("/token", form);
            request.extensions_mut().insert(Source::from(IpAddr::from([192, 0, 2, 7])));
            send(&router, request).await
        });
    }
    (under_way.join_all().await, begun.elapsed())
}

fn with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test(start_paused = true)]
async fn fault_b1_right_sign_ins_in_parallel_wait_for_one_another() {
    let world = slow_world(Duration::from_millis(300)).await;
    let (answers, took) = at_once(&world, 18, RIGHT).await;
    assert_eq!(with_status(&answers, 200), 18, "ten at once, and eight wait for them");
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn fault_b1_a_request_without_a_place_in_the_queue_gets_retry_after_one_second() {
    let world = slow_world(Duration::from_millis(300)).await;
    let (answers, _) = at_once(&world, 25, RIGHT).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 429)), (18, 7));
    for answer in answers.iter().filter(|answer| answer.status == 429) {
        assert_eq!(answer.outcome(), (429, "slow_down".into(), None));
        assert_eq!(answer.header("retry-after"), Some("1"), "and never the rest of a window");
    }
    sleep(Duration::from_secs(1)).await;
    let (answers, _) = at_once(&world, 7, RIGHT).await;
    assert_eq!(with_status(&answers, 200), 7);
}

#[tokio::test(start_paused = true)]
async fn fault_b1_no_request_waits_longer_than_a_second() {
    let world = slow_world(Duration::from_secs(30)).await;
    let router = world.router.clone();
    let first = {
        let world = World { router, ..world };
        let mut under_way = JoinSet::new();
        let world = Arc::new(world);
        for _ in 0..10 {
            let world = Arc::clone(&world);
            under_way.spawn(async move { world.form("/token", RIGHT).await });
        }
        sleep(Duration::from_millis(10)).await;
        let begun = Instant::now();
        let waits = world.form("/token", RIGHT).await;
        let took = begun.elapsed();
        assert_eq!((waits.status.as_u16(), waits.header("retry-after")), (429, Some("1")));
        assert!(took >= Duration::from_secs(1) && took < Duration::from_millis(1_100), "{took:?}");
        under_way.join_all().await
    };
    assert_eq!(with_status(&first, 200), 10);
}

#[tokio::test(start_paused = true)]
async fn fault_b1_a_back_off_is_answered_at_once() {
    let world = world().await;
    let (answers, _) = at_once(&world, 10, "grant_type=password&username=bill&password=wrong").await;
    assert_eq!(with_status(&answers, 400), 10);
    let (answers, took) = at_once(&world, 25, RIGHT).await;
    assert_eq!(with_status(&answers, 429), 25);
    assert!(answers.iter().all(|answer| answer.header("retry-after") == Some("60")));
    assert_eq!(took, Duration::ZERO, "a back-off is told at once");
}

/// Checks that the result of a password check is recorded even if the caller disconnects during the check. Otherwise
/// the attempt would count as wrong.
#[tokio::test(start_paused = true)]
async fn fault_b1_a_caller_that_goes_away_leaves_no_attempt_that_counts_as_wrong() {
    let world = slow_world(Duration::from_millis(300)).await;
    for _ in 0..10 {
        let mut request = ask("/token", RIGHT);
        request.extensions_mut().insert(Source::from(IpAddr::from([192, 0, 2, 7])));
        let cut = timeout(Duration::from_millis(10), send(&world.router, request)).await;
        assert!(cut.is_err(), "it was cut while the password was tested");
    }
    sleep(Duration::from_secs(1)).await;
    world.clock.advance(Duration::from_secs(61));
    let (answers, _) = at_once(&world, 1, RIGHT).await;
    assert_eq!(with_status(&answers, 200), 1, "{answers:?}");
}

fn console(world: &World, sources: Sources) -> Router {
    let console = Console::new(world.counterfoil.clone(), Transport::Https, "/console", sources);
    Router::new().nest_service("/console", console.router())
}

/// Sends the sign-in form of the console from a new browser.
async fn sign_in(router: &Router, name: &str) -> Answer {
    let get = Request::get("/console/sign-in").header("host", "console.example");
    let page = send(router, get.body(Body::empty()).expect("a request")).await;
    let visit = page.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
    let (_, rest) = page.text.split_once("name=\"csrf_token\" value=\"").expect("a form");
    let token = rest.split('"').next().expect("a token");
    let form = format!("csrf_token={token}&next=/tokens&name={name}&password={name}");
    let post = Request::post("/console/sign-in").header("host", "console.example").header("cookie", visit);
    let post = post.header("content-type", FORM).body(Body::from(form)).expect("a request");
    send(router, post).await
}

#[tokio::test(start_paused = true)]
async fn fault_b1_the_console_waits_as_the_token_endpoint_does() {
    let world = slow_world(Duration::from_millis(300)).await;
    let source = Extension(Source::from(IpAddr::from([192, 0, 2, 7])));
    let router = console(&world, Sources::Extension).layer(source);
    let mut under_way = JoinSet::new();
    for _ in 0..25 {
        let router = router.clone();
        under_way.spawn(async move { sign_in(&router, "bill").await });
    }
    let answers = under_way.join_all().await;
    assert_eq!((with_status(&answers, 303), with_status(&answers, 429)), (18, 7));
    let refused = answers.iter().find(|answer| answer.status == 429).expect("one");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(refused.text.contains("Too many sign-in attempts at once"), "{}", refused.text);
}

#[tokio::test]
async fn fault_b2_a_router_whose_source_is_missing_tests_no_secret() {
    let world = world().await;
    for path in ["/token", "/revoke", "/introspect"] {
        let answer = send(&world.router, ask(path, RIGHT)).await;
        assert_eq!(answer.outcome(), (503, "temporarily_unavailable".into(), None), "{path}");
    }
    let answer = sign_in(&console(&world, Sources::Extension), "bill").await;
    assert_eq!(answer.status, 503);
}

#[tokio::test]
async fn fault_b2_a_router_that_knows_no_source_never_refuses_the_right_secret() {
    let world = world_with(|people| people).await;
    let router: Router = counterfoil_axum::token(world.counterfoil.clone(), Sources::Unknown).into();
    for _ in 0..50 {
        let wrong = send(&router, ask("/token", "grant_type=password&username=bill&password=wrong")).await;
        assert_eq!(wrong.status, 400);
    }
    assert_eq!(send(&router, ask("/token", RIGHT)).await.status, 200);
    assert_eq!(sign_in(&console(&world, Sources::Unknown), "bill").await.status, 303);
}
