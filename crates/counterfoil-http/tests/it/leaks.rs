//! Tests `POST /leaks`: the answer, which is the same for all texts, the refusals, and the limits.

use std::net::IpAddr;
use std::num::NonZeroU32;

use counterfoil::notice::NoticeText;
use counterfoil::policy::{Allowance, Policy};
use counterfoil::testing::Failure;
use counterfoil::types::Source;
use http::Request;
use http_body_util::Full;

use crate::support::{Answer, World, in_memory, in_memory_with, over_hyper};

const JSON: &str = "application/json";

async fn post(world: &World, media_type: &str, body: &str) -> Answer {
    let request = Request::post("/leaks").header("content-type", media_type);
    world.send(request.body(Full::from(body.to_owned())).expect("a request")).await
}

/// Sends a report with these texts to `POST /leaks`.
pub(crate) async fn report(world: &World, texts: &[&str]) -> Answer {
    post(world, JSON, &serde_json::json!({ "tokens": texts }).to_string()).await
}

async fn work(world: &World) {
    while world.service.work_leaks(NonZeroU32::MIN.saturating_add(99)).await.expect("worked").more {}
}

async fn check(world: &World) {
    let live = world.service.personal_access_token("ivan", None).await;
    let dead = world.service.personal_access_token("ivan", None).await;
    let by = world.service.presenter("ivan");
    world.service.delete_personal_access_token(&by, &dead.view.id).await.expect("deleted");
    let (live, dead) = (live.token.expose_secret(), dead.token.expose_secret());
    let mut answers = Vec::new();
    for text in [live, dead, "ghp_foreign", "", "\u{0}", "ключ"] {
        let answer = report(world, &[text]).await;
        let headers = ["content-type", "cache-control", "pragma", "retry-after"].map(|name| answer.header(name));
        assert_eq!(headers, [Some(JSON), Some("no-store"), Some("no-cache"), None]);
        answers.push((answer.status.as_u16(), answer.text));
    }
    assert!(answers.iter().all(|answer| *answer == (202, r#"{"received":1}"#.to_owned())), "{answers:?}");
    assert_eq!(report(world, &["x"; 100]).await.text, r#"{"received":100}"#);
    assert!(world.service.verify(live).await.is_ok(), "nothing was looked up");
    work(world).await;
    assert!(world.service.verify(live).await.is_err());
}

#[tokio::test]
async fn life_5_the_answer_is_the_same_for_every_text_in_memory() {
    check(&in_memory().await).await;
}

#[tokio::test]
async fn life_5_the_answer_is_the_same_for_every_text_behind_a_server_of_hyper() {
    check(&over_hyper().await).await;
}

/// Returns the status, the headers and the text of an answer. Leaves out the header `Date`.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (answer.status.as_u16(), headers, answer.text.clone())
}

/// The number of live personal access tokens, and also the number of deleted ones.
const TOKENS: usize = 20;

/// Reports a thousand texts in four blocks of 250: live tokens, deleted tokens, a token of another service, and texts
/// that are no tokens. A report has 100 texts, so some reports have texts of one block, and others have texts of two
/// blocks.
async fn check_a_thousand(world: &World) {
    let owner = |number: usize| ["ivan", "sue"][number % 2];
    let (mut live, mut dead) = (Vec::new(), Vec::new());
    for number in 0..TOKENS {
        live.push(world.service.personal_access_token(owner(number), None).await.token.expose_secret().to_owned());
        let ended = world.service.personal_access_token(owner(number), None).await;
        let by = world.service.presenter(owner(number));
        world.service.delete_personal_access_token(&by, &ended.view.id).await.expect("deleted");
        dead.push(ended.token.expose_secret().to_owned());
    }
    let spared = world.service.personal_access_token("ivan", None).await;
    let signed_in = world.service.sign_in("sue").await;
    live.push(signed_in.access_token.expose_secret().to_owned());
    live.push(signed_in.refresh_token.expect("a refresh token").expose_secret().to_owned());
    let other = in_memory().await;
    let foreign = [other.service.personal_access_token("ivan", None).await.token.expose_secret().to_owned()];
    let garbage = [String::new(), "\u{0}".to_owned(), "ключ".to_owned(), "x".repeat(600)];
    let sorts = [&live[..], &dead, &foreign, &garbage];
    let texts: Vec<_> = sorts.iter().flat_map(|sort| sort.iter().cycle().take(250)).map(String::as_str).collect();

    let expected = report(world, &["x"; 100]).await;
    assert_eq!((expected.status.as_u16(), expected.text.as_str()), (202, r#"{"received":100}"#));
    for texts in texts.chunks(100) {
        assert_eq!(seen(&report(world, texts).await), seen(&expected));
    }
    assert!(world.service.verify(&live[0]).await.is_ok(), "nothing was looked up");
    work(world).await;
    for live in &live {
        assert!(world.service.verify(live).await.is_err());
    }
    assert!(world.service.verify(spared.token.expose_secret()).await.is_ok(), "nobody reported it");
    let mails = world.service.mails().await;
    for (owner, count) in [("ivan", TOKENS / 2), ("sue", TOKENS / 2 + 1)] {
        let to = mails.iter().filter(|mail| mail.to == format!("{owner}@example.com")).count();
        assert_eq!(to, count, "one for each credential of {owner}");
    }
    assert!(mails.iter().all(|mail| mail.text == NoticeText::Leaked { ended: true }), "{mails:?}");
    for texts in texts.chunks(100) {
        assert_eq!(seen(&report(world, texts).await), seen(&expected), "again");
    }
    work(world).await;
    assert!(world.service.mails().await.is_empty(), "told once");
}

#[tokio::test]
async fn life_5_a_thousand_texts_in_memory() {
    check_a_thousand(&in_memory().await).await;
}

#[tokio::test]
async fn life_5_a_thousand_texts_behind_a_server_of_hyper() {
    check_a_thousand(&over_hyper().await).await;
}

#[tokio::test]
async fn life_5_a_credential_of_the_reporter_changes_nothing() {
    let world = in_memory().await;
    let reporter = world.service.personal_access_token("ivan", None).await;
    let reporter = format!("Bearer {}", reporter.token.expose_secret());
    let expected = seen(&report(&world, &["hunter2"]).await);
    let basic = world.basic();
    for headers in [&[&*reporter][..], &["Bearer x"], &["Bearer x", "Bearer x"], &[&*basic], &["Basic x"], &["\u{e9}"]]
    {
        let request = Request::post("/leaks").header("content-type", JSON);
        let request = headers.iter().fold(request, |request, header| request.header("authorization", *header));
        let body = Full::from(r#"{"tokens":["hunter2"]}"#.to_owned());
        assert_eq!(seen(&world.send(request.body(body).expect("a request")).await), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn life_5_a_report_that_breaks_a_rule_names_the_field_and_the_limit() {
    let world = in_memory().await;
    let long = format!(r#"{{"tokens":["{}"]}}"#, "x".repeat(1_025));
    let many = format!(r#"{{"tokens":["x"{}]}}"#, r#","x""#.repeat(100));
    for (body, detail) in [
        ("{}", "tokens must be given"),
        (r#"{"tokens":null}"#, "tokens is of a wrong type"),
        (r#"{"tokens":"hunter2"}"#, "tokens is of a wrong type"),
        (r#"{"tokens":[1]}"#, "tokens is of a wrong type"),
        (&many, "tokens must have at most 100 items"),
        (&long, "tokens must hold texts of at most 1024 bytes each"),
    ] {
        let answer = post(&world, JSON, body).await;
        assert_eq!(answer.outcome(), (422, "invalid-field".into()), "{body}");
        let problem = answer.json();
        assert_eq!((problem["field"].as_str(), problem["detail"].as_str()), (Some("tokens"), Some(detail)));
        assert!(!answer.text.contains("hunter2"), "nothing is repeated");
    }
    assert_eq!(post(&world, JSON, r#"{"tokens":[],"token":[]}"#).await.json()["field"], "token");
    assert_eq!(post(&world, JSON, "[").await.outcome(), (400, "not-json".into()));
    assert_eq!(post(&world, "text/plain", "{}").await.outcome(), (415, "media-type".into()));
    let large = post(&world, JSON, &format!(r#"{{"tokens":["{}"]}}"#, "x".repeat(64 * 1024))).await;
    assert_eq!(large.outcome(), (413, "too-large".into()));
    work(&world).await;
}

#[tokio::test]
async fn life_5_every_report_of_a_source_counts_and_one_that_waits_is_told_how_long() {
    let mut policy = Policy::default();
    policy.throttle.leaks = Allowance::new(NonZeroU32::MIN.saturating_add(1), std::time::Duration::from_secs(60));
    let world = in_memory_with(policy).await;
    assert_eq!(post(&world, "text/plain", "").await.status, 415);
    assert_eq!(report(&world, &["x"]).await.status, 202);
    for texts in [&["x"][..], &[], &["x"; 101]] {
        let answer = report(&world, texts).await;
        assert_eq!(answer.outcome(), (429, "slow-down".into()));
        assert_eq!(answer.header("retry-after"), Some("60"));
    }
    let mut other =
        Request::post("/leaks").header("content-type", JSON).body(Full::from(r#"{"tokens":[]}"#)).expect("a request");
    other.extensions_mut().insert(Source::from(IpAddr::from([192, 0, 2, 8])));
    assert_eq!(world.send(other).await.status, 202, "another source");
    world.service.clock().advance(std::time::Duration::from_secs(60));
    assert_eq!(report(&world, &["x"]).await.status, 202);
}

#[tokio::test]
async fn life_5_a_full_queue_is_429_and_an_outage_of_the_counters_503() {
    let mut policy = Policy::default();
    policy.leaks.queued = 100;
    let world = in_memory_with(policy).await;
    assert_eq!(report(&world, &["x"; 100]).await.status, 202);
    let full = report(&world, &["x"]).await;
    assert_eq!((full.outcome(), full.header("retry-after")), ((429, "slow-down".into()), Some("10")));
    work(&world).await;
    assert_eq!(report(&world, &["x"]).await.status, 202);
    world.service.faults().on("reserve", Failure::NotExecuted);
    let outage = report(&world, &["x"]).await;
    assert_eq!((outage.status.as_u16(), outage.header("retry-after")), (503, Some("2")));
    world.service.faults().heal();
}
