//! Tests that the demo sends the notices that are due.

use counterfoil_testkit::servers;
use serde_json::json;

use crate::support::Server;
use crate::support::tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn notice_1_a_due_notice_is_logged_once() {
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("policy.toml"), "[notices]\nlead = 86399\n").expect("written");
    let server = Server::start_in(folder, |command| {
        command.env("COUNTERFOIL_STORE", "memory:").env("COUNTERFOIL_POLICY", "policy.toml");
    });
    let ivan = server.access("ivan", "ivan").await;
    for label in ["one", "two"] {
        let new = json!({"label": label, "expires_in_days": 1});
        assert_eq!(server.call("POST", "/api/v1/me/tokens", &ivan, Some(new)).await.0, 201);
    }
    // Both notices are due a second after the creation of the tokens. The worker runs every five seconds.
    let mut output = String::new();
    for _ in 0..40 {
        output =
            server.log().lines().filter(|line| line.contains("counterfoil::notice")).collect::<Vec<_>>().join("\n");
        if output.contains("one") && output.contains("two") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let line = |label: &str| format!("* персональный токен «{label}»");
    assert_eq!((output.matches(&line("one")).count(), output.matches(&line("two")).count()), (1, 1), "{output}");
    assert!(output.contains("MSK") && !output.contains("ivan@example.com"));
    assert!(output.contains(&server.url("/console/tokens")), "fault_e4: it links to the page");
}

#[tokio::test(flavor = "multi_thread")]
async fn notice_1_what_is_due_goes_out_by_mail_where_there_is_a_server_for_it() {
    let mail = servers::Smtp::start();
    let folder = TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("policy.toml"), "[notices]\nlead = 86399\n").expect("written");
    let server = Server::start_in(folder, |command| {
        command.args(["--store", "memory:", "--policy", "policy.toml", "--smtp", &mail.url()]);
    });
    let ivan = server.access("ivan", "ivan").await;
    let new = Some(json!({"label": "nightly", "expires_in_days": 1}));
    assert_eq!(server.call("POST", "/api/v1/me/tokens", &ivan, new).await.0, 201);
    let mut taken = Vec::new();
    for _ in 0..40 {
        taken = mail.taken();
        if !taken.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let [mail] = &taken[..] else { panic!("one mail: {taken:?}") };
    assert_eq!(mail.to, ["ivan@example.com"]);
    let page = server.url("/console/tokens");
    let parts = decoded(&mail.data);
    assert!(parts.len() == 2 && parts.iter().all(|part| part.contains(&page)), "fault_e4: both link to it: {parts:?}");
    assert!(parts.iter().all(|part| part.contains("/renew")), "life_1: both link to the renewal: {parts:?}");
}

/// Returns the decoded text of each Base64 part of a mail.
fn decoded(mail: &str) -> Vec<String> {
    use base64::Engine as _;
    let parts = mail.split("Content-Transfer-Encoding: base64").skip(1);
    let text = |part: &str| {
        let body = part.split("--").next().expect("a part");
        let letters: String = body.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(letters).expect("base64");
        String::from_utf8(bytes).expect("text")
    };
    parts.map(text).collect()
}
