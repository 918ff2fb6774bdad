//! Sends malformed and hostile HTTP over raw sockets. Checks that each case in `testdata/http` gets the expected status
//! and error code. No status may be 5xx, and no header of a response may repeat a hostile part of the request.

use crate::support::{Server, project, text, wire};
use serde_json::Value;

/// A text that is in every hostile part of a case. The status line and the headers of a response must not contain it.
const CANARY: &str = "zqxcanary";

struct Case {
    group: String,
    name: String,
    bytes: Vec<u8>,
    status: u16,
    error: String,
}

/// Reads the cases. Replaces each placeholder in them by its value in `known`.
fn cases(known: &[(&str, String)]) -> Vec<Case> {
    let mut cases = Vec::new();
    let folder = std::fs::read_dir(project().join("testdata/http")).expect("the corpus");
    let mut files: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")) {
        for line in std::fs::read_to_string(file).expect("a file").lines() {
            let case: Value = serde_json::from_str(line).expect("JSON");
            let mut sent: String = case["send"].as_array().expect("chunks").iter().map(chunk).collect();
            for (name, value) in known {
                sent = sent.replace(name, value);
            }
            let length = sent.split_once("\r\n\r\n").map_or(0, |(_, body)| body.chars().count());
            let sent = sent.replace("${length}", &length.to_string());
            cases.push(Case {
                group: file.file_stem().expect("a name").to_string_lossy().into_owned(),
                name: text(&case, "name"),
                bytes: sent.chars().map(|letter| u8::try_from(letter).expect("Latin-1")).collect(),
                status: case["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("a status"),
                error: text(&case, "error"),
            });
        }
    }
    cases
}

fn chunk(chunk: &Value) -> String {
    match chunk {
        Value::String(text) => text.clone(),
        repeated => text(repeated, "repeat").repeat(repeated["times"].as_u64().expect("a count") as usize),
    }
}

/// Returns the error code of a response. It is in the challenge (RFC 6750), in the body (RFC 6749), or at the end of a
/// problem's `type`. Returns an empty text for a response below 400.
fn error_of(answer: &wire::Answer) -> String {
    if answer.status < 400 {
        return String::new();
    }
    let challenge = answer.head.lines().find(|line| line.starts_with("www-authenticate: Bearer "));
    let code = challenge.and_then(|line| line.split("error=\"").nth(1)).and_then(|rest| rest.split('"').next());
    if let Some(code) = code {
        return code.to_owned();
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let kind = body["type"].as_str().and_then(|kind| kind.rsplit(':').next());
    match (body["error"].as_str(), kind) {
        (Some(error), _) => error.to_owned(),
        // If a request has no credential, the challenge contains no error code (RFC 6750 §3).
        (None, Some("unauthenticated") | None) => String::new(),
        (None, Some(kind)) => kind.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_to_i6_every_case_of_the_corpus_has_its_status_and_code() {
    let server = Server::start("memory:");
    let ivan = server.sign_in("ivan", "ivan").await;
    let known = [
        ("${access}", text(&ivan, "access_token")),
        ("${refresh}", text(&ivan, "refresh_token")),
        ("${super}", server.access("super@example.com", "super").await),
    ];
    let cases = cases(&known);
    assert!(cases.len() >= 500, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let answer = wire::send(server.port, &case.bytes);
        let error = error_of(&answer);
        let context = format!("{}: {}: {} {error:?}", case.group, case.name, answer.status);
        if (answer.status, &error) != (case.status, &case.error) {
            wrong.push(format!("{context}, expected {} {:?}", case.status, case.error));
        }
        if answer.status >= 500 || answer.head.contains(CANARY) {
            wrong.push(format!("{context}: {}", answer.head));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let (status, _) = server.call("GET", "/readyz", "", None).await;
    assert_eq!(status, 200, "it lives on");
    assert!(!server.log().contains("panicked"), "{}", server.log());
    println!("{} cases", cases.len());
}
