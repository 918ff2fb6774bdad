//! Tests that no secret is in the log of a service that logs its tokens by mistake.

use std::io;
use std::sync::{Arc, Mutex};

use counterfoil::http_auth::credentials;
use counterfoil::testing::{self, TestService};
use counterfoil_redact::{RedactingMakeWriter, Redactor};
use tracing::{Level, debug, error, info, info_span, trace, warn};
use tracing_subscriber::fmt::MakeWriter;

/// A writer that keeps all written bytes in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("UTF-8")
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Issues tokens, uses them, and logs them in many different ways. Returns the texts of the tokens.
fn story(service: &TestService) -> Vec<String> {
    let mut tokens = Vec::new();
    futures_executor::block_on(async {
        for (name, scope) in [("ivan", "projects:read"), ("ivan", "projects:write")] {
            let issued = service.personal_access_token(name, scope).await;
            let token = issued.token.expose_secret().to_owned();
            let span = info_span!("request", uri = format!("/projects?access_token={token}"), header = ?token.as_str());
            let _inside = span.enter();
            info!("Authorization: Bearer {token}");
            debug!(token, "a field");
            trace!(?token, "with Debug");
            warn!(headers = ?[("authorization", format!("Bearer {token}"))], "in a list");
            error!(body = %format!("{{\"token\":\"{token}\",\"next\":\"{token}\"}}"), "in JSON");
            trace!("день{token}день");
            trace!("{}{token}", "a long line ".repeat(20_000));
            trace!(principal = ?service.verify(&token).await, "what the library says");
            trace!(grammar = ?credentials([format!("Bearer {token}").as_bytes()]));
            assert!(service.verify(&token[..token.len() - 1]).await.is_err());
            tokens.push(token);
        }
    });
    tokens
}

/// Returns eight consecutive letters of the token's secret that are in the log, or `None` if there are none.
fn leak<'a>(log: &str, token: &'a str) -> Option<&'a str> {
    let secret = &token[token.len() - 49..token.len() - 6];
    (0..=secret.len() - 8).map(|at| &secret[at..at + 8]).find(|window| log.contains(window))
}

/// Returns the log that [`story`] writes through the given kind of `fmt` layer.
macro_rules! log_of {
    ($format:ident, $make_writer:expr) => {{
        let lines = Lines::default();
        let writer = $make_writer(lines.clone());
        let log = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(writer).with_ansi(false);
        let log = log.with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL).$format().finish();
        let tokens = tracing::subscriber::with_default(log, || story(&testing::service()));
        (lines.text(), tokens)
    }};
}

fn check(plain: (String, Vec<String>), redacted: (String, Vec<String>)) {
    let (log, tokens) = plain;
    for token in &tokens {
        assert!(leak(&log, token).is_some(), "without the redactor the secret is in the log");
    }
    let (log, tokens) = redacted;
    for token in &tokens {
        assert_eq!(leak(&log, token), None);
        assert!(log.matches(&format!("{}[redacted]", &token[..26])).count() > 10, "the id is there");
    }
}

fn as_it_is(lines: Lines) -> Lines {
    lines
}

fn redacting(lines: Lines) -> RedactingMakeWriter<Lines> {
    RedactingMakeWriter::new(lines, Redactor::default())
}

#[test]
fn life_5_no_secret_of_a_token_is_in_a_log_that_is_redacted_whatever_is_logged() {
    check(log_of!(compact, as_it_is), log_of!(compact, redacting));
    check(log_of!(without_time, as_it_is), log_of!(without_time, redacting));
    let redacted = log_of!(json, redacting);
    for line in redacted.0.lines() {
        let _line: serde_json::Value = serde_json::from_str(line).expect("still JSON");
    }
    check(log_of!(json, as_it_is), redacted);
}

#[test]
fn life_5_a_writer_for_some_levels_only_is_asked_for_each_line() {
    use tracing_subscriber::fmt::writer::MakeWriterExt as _;
    let lines = Lines::default();
    let writer = RedactingMakeWriter::new(lines.clone().with_max_level(Level::WARN), Redactor::default());
    let log = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(writer).with_ansi(false).finish();
    tracing::subscriber::with_default(log, || {
        info!("not written");
        warn!("written");
    });
    assert!(lines.text().contains("written") && !lines.text().contains("not written"));
}
