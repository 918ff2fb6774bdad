//! A load test over loopback. Workers use, refresh and revoke access tokens, refresh tokens, personal access tokens and
//! security codes at the same time. Every result is checked. The memory of the server must not grow. The duration and
//! the number of requests are limited.

#![allow(clippy::disallowed_methods, reason = "how long a load lasts is measured by the wall clock")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Server, escaped, text};
use counterfoil_conformance::{Scale, scale};
use serde_json::{Value, json};

/// The number of workers that sign in at the same time.
const WORKERS: usize = 8;
/// The maximum number of requests in a second. So the test is the same on machines of different speed.
const REQUESTS_A_SECOND: u64 = 20_000;
const ROTATING: &str = "Basic cm90YXRpbmc6cm90YXRpbmctc2VjcmV0LWZvci10aGUtZGVtby1vbmx5";
/// The maximum growth of the server's memory, in KiB. The growth is measured from the end of the first third of the run
/// to the end of the run.
const GROWTH: u64 = 16 * 1024;

/// The state that all workers share.
struct Load {
    base: String,
    until: Instant,
    most: u64,
    sent: AtomicU64,
    verdicts: AtomicU64,
    super_access: String,
}

/// A client that signs in repeatedly over one connection and uses the tokens.
struct Worker {
    load: Arc<Load>,
    http: reqwest::Client,
    number: usize,
    cycle: u64,
}

impl Worker {
    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.load.sent.fetch_add(1, Ordering::Relaxed);
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let body = response.text().await.expect("a body");
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    async fn form(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let request = self.http.post(format!("{}{path}", self.load.base)).header("authorization", ROTATING);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"));
        self.send(request).await
    }

    async fn api(&self, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}/api/v1{path}", self.load.base));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json").body(body.to_string());
        self.send(request).await
    }

    /// Sends a request with this access token, personal access token or security code. Checks that the status is
    /// `expected`.
    async fn verdict(&self, token: &str, expected: u16, why: &str) {
        let request = self.http.get(format!("{}/api/v1/whoami", self.load.base));
        let (status, answer) = self.send(request.header("authorization", format!("Bearer {token}"))).await;
        assert_eq!(status, expected, "{why}: {answer}");
        self.load.verdicts.fetch_add(1, Ordering::Relaxed);
    }

    async fn refresh(&self, token: &str, expected: u16, why: &str) -> Value {
        let (status, answer) = self.form("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
        assert_eq!(status, expected, "{why}: {answer}");
        self.load.verdicts.fetch_add(1, Ordering::Relaxed);
        answer
    }

    async fn one_sign_in(&self) {
        let (name, password) = [("ivan", "ivan"), ("admin", "admin"), ("AD\\bill.posters", "blabla")][self.number % 3];
        let login = [("grant_type", "password"), ("username", name), ("password", password), ("remember", "true")];
        let (status, mut tokens) = self.form("/token", &login).await;
        assert_eq!(status, 200, "{tokens}");
        let (mut access, mut refreshed) = (Vec::new(), Vec::new());
        for round in 0..6 {
            access.push(text(&tokens, "access_token"));
            let refresh = text(&tokens, "refresh_token");
            self.verdict(access.last().expect("one"), 200, "an access token").await;
            tokens = self.refresh(&refresh, 200, "the newest refresh token").await;
            if round % 2 == 0 {
                let again = self.refresh(&refresh, 200, "a retry within the window").await;
                assert_eq!(again["refresh_token"], tokens["refresh_token"], "a retry is answered alike");
            }
            refreshed.push(refresh);
            self.verdict(&access[0], 200, "an older access token").await;
            self.verdict(&refreshed[0], 401, "a refresh token where an access token is asked for").await;
        }
        self.personal_access_token(&access[0]).await;
        self.security_code().await;
        self.end(&tokens, &access, &refreshed).await;
    }

    async fn personal_access_token(&self, access: &str) {
        let new = json!({"label": format!("w{}-{}", self.number, self.cycle), "expires_in_days": 1});
        let (status, made) = self.api("POST", "/me/tokens", access, new).await;
        assert_eq!(status, 201, "{made}");
        let old = text(&made, "token");
        for _ in 0..5 {
            self.verdict(&old, 200, "a personal access token").await;
        }
        let (status, next) =
            self.api("POST", &format!("/me/tokens/{}/rotate", text(&made, "id")), access, json!({})).await;
        assert_eq!(status, 201, "{next}");
        self.verdict(&old, 401, "a personal access token that was replaced").await;
        self.verdict(&text(&next, "token"), 200, "its successor").await;
        let (status, _) = self.api("DELETE", &format!("/me/tokens/{}", text(&next, "id")), access, json!({})).await;
        assert_eq!(status, 204);
        self.verdict(&text(&next, "token"), 401, "a personal access token that was deleted").await;
    }

    async fn security_code(&self) {
        let by = &self.load.super_access;
        let new = json!({"access": "same_as_user", "user": "ivan"});
        let (status, made) = self.api("POST", "/security-codes", by, new).await;
        assert_eq!(status, 201, "{made}");
        let code = text(&made, "code");
        for _ in 0..5 {
            self.verdict(&code, 200, "a security code").await;
        }
        let (status, _) = self.api("DELETE", &format!("/security-codes/{}", text(&made, "id")), by, json!({})).await;
        assert_eq!(status, 204);
        self.verdict(&code, 401, "a security code that was deleted").await;
    }

    /// Ends the sign-in to which the tokens belong, and checks that none of them works afterwards. In every second
    /// cycle, revokes the newest refresh token. In the other cycles, replays the oldest refresh token.
    async fn end(&self, tokens: &Value, access: &[String], refreshed: &[String]) {
        let newest = text(tokens, "refresh_token");
        if self.cycle.is_multiple_of(2) {
            let (status, _) = self.form("/revoke", &[("token", &newest)]).await;
            assert_eq!(status, 200);
        } else {
            self.refresh(&refreshed[0], 400, "a replay").await;
        }
        self.refresh(&newest, 400, "the newest of a family that has ended").await;
        for token in access {
            self.verdict(token, 401, "an access token of a family that has ended").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn_token_7_under_load_no_verdict_is_wrong_and_the_memory_stays() {
    let seconds = if scale() == Scale::SOAK { 600 } else { 15 };
    let folder = crate::support::tempfile::TempDir::new().expect("a folder");
    // An access token is valid for an hour, so the creator of the codes needs to sign in only once.
    std::fs::write(folder.path().join("policy.toml"), "[access_tokens]\nlifetime = 3600\n").expect("written");
    let server = Server::start_in(folder, |command| {
        command.env("COUNTERFOIL_POLICY", "policy.toml").env("RUST_LOG", "warn,counterfoil=error");
    });
    let length = Duration::from_secs(seconds);
    let began = Instant::now();
    let load = Arc::new(Load {
        base: server.url(""),
        until: began + length,
        most: seconds * REQUESTS_A_SECOND,
        sent: AtomicU64::new(0),
        verdicts: AtomicU64::new(0),
        super_access: server.access("super@example.com", "super").await,
    });
    let workers: Vec<_> = (0..WORKERS)
        .map(|number| {
            let mut worker = Worker { load: load.clone(), http: reqwest::Client::new(), number, cycle: 0 };
            tokio::spawn(async move {
                while Instant::now() < worker.load.until && worker.load.sent.load(Ordering::Relaxed) < worker.load.most
                {
                    worker.one_sign_in().await;
                    worker.cycle += 1;
                }
                worker.cycle
            })
        })
        .collect();
    tokio::time::sleep(length / 3).await;
    let warm = server.resident();
    let mut families = 0;
    for worker in workers {
        families += worker.await.expect("no wrong verdict");
    }
    let took = began.elapsed().as_secs_f64();
    let (end, sent) = (server.resident(), load.sent.load(Ordering::Relaxed));
    println!(
        "{families} sign-ins, {sent} requests in {took:.0} s ({:.0} a second), {} verdicts, none wrong; resident {warm} KiB after a third, {end} KiB at the end",
        sent as f64 / took,
        load.verdicts.load(Ordering::Relaxed),
    );
    assert!(families > 0 && sent > 100, "there was a load");
    assert!(end <= warm + GROWTH, "the memory grew from {warm} to {end} KiB");
    assert!(!server.log().contains("panicked"));
}
