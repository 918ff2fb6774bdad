//! Tests sign-ins with correct passwords that many clients send at the same time, and failures of sources behind a
//! trusted proxy.

use std::time::Duration;

use crate::support::{SEED_CLIENT, Server};
use reqwest::header::RETRY_AFTER;
use tokio::task::JoinSet;

/// Signs in. While the response is 429 and its `Retry-After` is at most one second, waits for this time and tries
/// again. Returns the last status, and every `Retry-After` that it got.
async fn sign_in(http: reqwest::Client, url: String, password: &'static str) -> (u16, Vec<String>) {
    let mut waits = Vec::new();
    loop {
        let form = format!("grant_type=password&username=carol&password={password}");
        let request = http.post(&url).header("authorization", SEED_CLIENT).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        if status != 429 || waits.len() == 30 {
            return (status, waits);
        }
        let wait = answer.headers().get(RETRY_AFTER).expect("how long").to_str().expect("a text").to_owned();
        let seconds = wait.parse().expect("seconds");
        waits.push(wait);
        if seconds > 1 {
            return (status, waits);
        }
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

#[tokio::test]
async fn fault_b1_twenty_five_right_sign_ins_in_parallel_all_succeed() {
    let server = Server::start("memory:");
    let http = reqwest::Client::new();
    let mut under_way = JoinSet::new();
    for _ in 0..25 {
        under_way.spawn(sign_in(http.clone(), server.url("/token"), "carol"));
    }
    let ended = under_way.join_all().await;
    assert!(ended.iter().all(|(status, _)| *status == 200), "{ended:?}");
    assert!(ended.iter().flat_map(|(_, waits)| waits).all(|wait| wait == "1"), "nobody waits for a window: {ended:?}");
    for _ in 0..10 {
        assert_eq!(sign_in(http.clone(), server.url("/token"), "wrong").await.0, 400, "none of them was a failure");
    }
    let (status, waits) = sign_in(http, server.url("/token"), "carol").await;
    assert_eq!(status, 429, "ten failures are");
    assert!(waits[0].parse::<u64>().expect("seconds") > 1, "{waits:?}");
}

#[tokio::test]
async fn fault_f13_behind_a_trusted_proxy_failures_of_one_source_do_not_block_others() {
    let folder = crate::support::tempfile::TempDir::new().expect("a folder");
    let server = Server::start_in(folder, |command| {
        command.args(["--store", "memory:", "--trusted-proxies", "127.0.0.0/8"]);
    });
    let http = reqwest::Client::new();
    let sign_in = async |from: &str, password: &str| {
        let form = format!("grant_type=password&username=carol&password={password}");
        let request = http.post(server.url("/token")).header("authorization", SEED_CLIENT).body(form);
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").header("x-forwarded-for", from);
        request.send().await.expect("an answer").status().as_u16()
    };
    for _ in 0..10 {
        assert_eq!(sign_in("192.0.2.1", "wrong").await, 400);
    }
    assert_eq!(sign_in("192.0.2.1", "carol").await, 429, "the one who guesses waits");
    assert_eq!(sign_in("192.0.2.2", "carol").await, 200, "everybody else does not");
    assert_eq!(sign_in("192.0.2.1, 192.0.2.2", "carol").await, 200, "what a client writes itself does not count");
}
