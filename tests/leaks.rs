//! Uses recognisable secrets in all operations of credentials. Checks that no `Debug` or `Display` text, event, error
//! or trace contains a part of a secret.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[path = "support/base.rs"]
mod base;
mod support;

use std::error::Error;
use std::fmt::{Debug, Display, Write as _};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use counterfoil::client::NewClient;
use counterfoil::event::{EventSink, TracingSink};
use counterfoil::http_auth::credentials;
use counterfoil::import::{ForeignCredential, ForeignScheme as _, Sanctum};
use counterfoil::oauth::OAuthRequest;
use counterfoil::operations::{NewAccess, Overlap};
use counterfoil::store::TokenStore;
use counterfoil::token::Prefixes;
use counterfoil::*;
use support::*;

/// Collects all texts that a host could show.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<String>>);

impl Seen {
    fn debug(&self, value: &dyn Debug) {
        writeln!(self.0.lock().expect("not poisoned"), "{value:?} {value:#?}").expect("written");
    }

    fn error(&self, error: &(dyn Error + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.debug(&error);
            self.display(&error);
            next = error.source();
        }
    }

    fn display(&self, value: &dyn Display) {
        writeln!(self.0.lock().expect("not poisoned"), "{value}").expect("written");
    }
}

impl tracing::Subscriber for Seen {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.debug(&span);
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        self.debug(&values);
    }
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        self.debug(&event);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// An event sink that collects each event, and also writes it to the log as the default sink does.
struct Both(Seen);

impl EventSink for Both {
    fn tell(&self, event: &event::Event) {
        self.0.debug(event);
        TracingSink.tell(event);
    }
}

/// Returns the secret part of a token: the letters after the prefix and the id, without the checksum.
fn secret_of(token: &str) -> String {
    token[token.len() - 49..token.len() - 6].to_owned()
}

/// Searches `seen` for any eight consecutive bytes of a secret: as plain text, in hex, in base64, and as decimal
/// numbers. Returns the first text that was found, or `None`.
fn leaks(seen: &str, secret: &str) -> Option<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let base64 = base64::engine::general_purpose::STANDARD_NO_PAD;
    let windows = secret.as_bytes().windows(8).flat_map(|window| {
        let text = String::from_utf8_lossy(window).into_owned();
        let in_base64 = base64.encode(window);
        [text, hex(window), in_base64[..10].to_owned(), format!("{window:?}").trim_matches(['[', ']']).to_owned()]
    });
    windows.into_iter().find(|window| seen.contains(window.as_str()))
}

#[test]
fn all_kinds_4_no_secret_shows_in_any_debug_display_event_error_or_trace() {
    let seen = Seen::default();
    let subscriber = seen.clone();
    let canaries = tracing::subscriber::with_default(subscriber, || story(&seen));
    assert!(canaries.len() >= 14, "{}", canaries.len());
    let seen = seen.0.lock().expect("not poisoned");
    assert!(seen.len() > 20_000, "the story was seen: {}", seen.len());
    for canary in &canaries {
        assert_eq!(leaks(&seen, canary), None, "a part of a secret shows");
    }
}

#[test]
fn a_leak_is_found_where_one_is_planted() {
    let secret = "k3JdkQ9sLmZ0aXbY7TqUeR5wVn1cHf8PoG2iDrCxBsA";
    for planted in [secret[5..20].to_owned(), secret.bytes().map(|byte| format!("{byte:02x}")).collect()] {
        assert!(leaks(&format!("some text {planted} and more"), secret).is_some());
    }
    assert!(leaks(&format!("{:?}", secret.as_bytes()), secret).is_some());
    assert_eq!(leaks("nothing here", secret), None);
}

/// Runs all operations and collects in `seen` what a host could show. Returns the secrets that were used.
fn story(seen: &Seen) -> Vec<String> {
    let store = Arc::<counterfoil::memory::MemoryStore>::default();
    let importing = store.clone();
    let world = world_on(open_policy(), store, |builder| {
        builder.events(Both(seen.clone())).alias_store(importing).import(Sanctum)
    });
    let mut canaries = vec!["xK9vQ2mZ7pLw4Tn".to_owned(), KEY.to_owned()];
    canaries
        .extend(world.secrets.iter().map(|(_, secret)| secret.clone()).filter(|s| s.len() > 49).map(|s| secret_of(&s)));
    world.people.set_password(&subject("bill"), "xK9vQ2mZ7pLw4Tn");
    // Signs in, refreshes, repeats each refresh, and replays an old refresh token.
    let form = "grant_type=password&username=AD%5Cbill.posters&password=xK9vQ2mZ7pLw4Tn&remember=true";
    let basic = world.basic("rotating");
    let answer = |form: &str| {
        let headers: [&[u8]; 1] = [basic.as_bytes()];
        let source = source_of(Some("10.0.0.1"));
        let request = OAuthRequest::new(form.as_bytes(), &source).with_authorization(&headers).with_content_type(FORM);
        match block_on(world.handle.token(request)) {
            Ok(answer) => {
                seen.debug(&answer);
                Reply::from(answer)
            }
            Err(error) => {
                seen.error(&error);
                Reply::from(oauth::Answer::from(error))
            }
        }
    };
    let refresh = |token: &str| answer(&format!("grant_type=refresh_token&refresh_token={token}"));
    let mut replies = vec![answer(form)];
    assert_eq!(replies[0].status, 200, "{}", replies[0].body);
    for _ in 0..3 {
        let last = replies.last().expect("one").refresh();
        replies.push(refresh(&last));
        replies.push(refresh(&last));
    }
    for reply in &replies {
        canaries.extend([secret_of(&reply.access()), secret_of(&reply.refresh())]);
    }
    let bearer = replies.last().expect("one").access();
    seen.debug(&credentials([format!("Bearer {bearer}").as_bytes()]));
    seen.debug(&world.verify(&bearer));
    seen.debug(&world.introspect("machine", &bearer).status);
    let record =
        block_on(world.store.get(&Prefixes::default().parse(&bearer).map(|token| *token.id()).expect("a token")));
    seen.debug(&record.expect("available").expect("there"));
    seen.debug(&Prefixes::default().parse(&bearer));
    refresh(&replies[0].refresh());
    answer(&form.replace("xK9vQ2mZ7pLw4Tn", "hJ3nB8sY5dQe1Rk"));
    canaries.push("hJ3nB8sY5dQe1Rk".into());
    answer("grant_type=password&username=hJ3nB8sY5dQe1Rk&password=hJ3nB8sY5dQe1Rk&remember=hJ3nB8sY5dQe1Rk");
    answer("grant_type=hJ3nB8sY5dQe1Rk&scope=hJ3nB8sY5dQe1Rk%22");
    // Uses, rotates, mistypes and deletes credentials that people create.
    let pat = world.pat("bill", "ci");
    let code = world.code(NewAccess::SameAsUser("ivan"));
    let rotated =
        block_on(world.handle.rotate_personal_access_token(&world.presenter("bill"), &pat.view.id, Overlap::Immediate));
    let rotated = rotated.expect("rotated");
    for issued in [&pat, &code, &rotated] {
        canaries.push(secret_of(issued.token.expose_secret()));
        seen.debug(issued);
        seen.debug(&world.verify(issued.token.expose_secret()));
    }
    let mut mistyped = rotated.token.expose_secret().to_owned();
    mistyped.pop();
    match world.verify(&mistyped) {
        Err(error) => seen.error(&error),
        Ok(_) => panic!("mistyped"),
    }
    world.delete("bill", &rotated.view.id).expect("deleted");
    match world.verify(rotated.token.expose_secret()) {
        Err(error) => seen.error(&error),
        Ok(_) => panic!("deleted"),
    }
    // Imports a token of another system. Verifies its text, the same text in lower case, and its digest.
    let (text, row) = (
        "17|kZ7mQ2bXw9Tn4LrVf6Hc1YpDs8GjEa3UoWiKxMvN",
        "c8af9e8df06d045cc2ba94732faa703a95c626aef9e3d130cde9f41b9f111315",
    );
    let (bill, presenter) = (subject("bill"), Presenter::host());
    let mut foreign = ForeignCredential::new("sanctum", row, &bill, "foreign");
    for _ in 0..2 {
        seen.debug(&foreign);
        seen.debug(&block_on(world.handle.import_credentials(&presenter, std::slice::from_ref(&foreign))));
        foreign.row = &row[1..];
    }
    seen.debug(&Sanctum.digest_of(text));
    seen.debug(&world.verify(text));
    let _ = block_on(world.handle.flush());
    seen.debug(&world.verify(&text.to_lowercase()));
    seen.debug(&world.verify(row));
    canaries.extend([text[3..].to_owned(), text[3..].to_lowercase(), row.to_owned()]);
    // Makes a client and a session, and prints the values that contain their secrets.
    let made = block_on(world.handle.create_client(&Presenter::host(), NewClient::named("canary"))).expect("made");
    seen.debug(&made);
    canaries.push(secret_of(made.secret.as_ref().expect("a secret").expose_secret()));
    let session = block_on(world.handle.open_session_for(&world.account("admin"))).expect("opened");
    seen.debug(&session);
    canaries.push(secret_of(session.token.expose_secret()));
    // Reports leaked secrets, over a network and as the host.
    let leaked = world.pat("helen", "leaked");
    let texts = || {
        [session.token.expose_secret(), leaked.token.expose_secret()].map(|text| Secret::from(text.to_owned())).into()
    };
    let report = block_on(world.handle.accept_leak_report(&source_of(Some("10.0.0.1")))).expect("counted");
    seen.debug(&report);
    seen.debug(&report.receive(texts()));
    seen.debug(&block_on(world.handle.work_leaks(limit(1))));
    seen.debug(&block_on(world.handle.report_leaked(&[leaked.token.expose_secret()])));
    for due in due(&world) {
        seen.debug(&claim(&world, &due));
    }
    canaries.push(secret_of(leaked.token.expose_secret()));
    let ring = ring();
    seen.debug(&ring);
    seen.debug(&ring.to_text());
    let text = ring.to_text();
    canaries.push(text.expose_secret().trim().split_once(':').expect("id and key").1.to_owned());
    seen.debug(&Secret::from("xK9vQ2mZ7pLw4Tn".to_owned()));
    seen.debug(&world.handle);
    seen.debug(&world.store);
    seen.debug(&world.people);
    let _ = block_on(world.handle.shutdown());
    canaries
}
