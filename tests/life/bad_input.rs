//! Tests that every input from outside gets a response. No text, header or file must make the library panic or report
//! an internal error.
//!
//! The inputs are generated from a fixed seed, so that a failure can be reproduced.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use counterfoil::http_auth::{Credentials, credentials};
use counterfoil::oauth::Answer;
use counterfoil::policy::Policy;
use counterfoil::store::Cursor;
use counterfoil::types::{Description, Label, RecordId, Source};
use counterfoil::*;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::support::*;

const CASES: u32 = 2_000;

/// Checks `holds` for inputs that are generated from a fixed seed.
fn always<S: Strategy>(inputs: S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(failure) = runner.run(&inputs, holds) {
        panic!("{failure}");
    }
}

/// Generates any text. Some texts are long, and some contain characters that parsers often mishandle.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z0-9_]{0,90}",
        "[ \t\r\n\0%&=;+:\\\\\"']{0,40}",
        "[\u{300}-\u{36f}\u{fb2c}\u{fdfa}\u{200b}\u{202e}\u{2800}\u{1f600}a ]{0,300}",
        ("\\PC{1,4}", 0usize..3_000).prop_map(|(piece, times)| piece.repeat(times)),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), text().prop_map(String::into_bytes)]
}

/// One way to damage a valid input.
#[derive(Clone, Debug)]
enum Damage {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
    Twice,
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        let at = any::<prop::sample::Index>;
        prop_oneof![
            (at(), any::<u8>()).prop_map(|(at, byte)| Self::Replace(at, byte)),
            (at(), any::<u8>()).prop_map(|(at, byte)| Self::Insert(at, byte)),
            at().prop_map(Self::Remove),
            at().prop_map(Self::Cut),
            Just(Self::Twice),
        ]
    }

    fn to(&self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        match self {
            Self::Replace(at, byte) => bytes[at.index(good.len())] = *byte,
            Self::Insert(at, byte) => bytes.insert(at.index(good.len() + 1), *byte),
            Self::Remove(at) => drop(bytes.remove(at.index(good.len()))),
            Self::Cut(at) => bytes.truncate(at.index(good.len())),
            Self::Twice => bytes.extend_from_slice(good),
        }
        bytes
    }
}

/// Generates the body of a request. It is a correctly encoded form with any names and values, a damaged form, or any
/// bytes.
fn body() -> impl Strategy<Value = Vec<u8>> {
    const NAMES: [&str; 10] = [
        "grant_type",
        "username",
        "password",
        "remember",
        "mfa_key",
        "machine_key",
        "refresh_token",
        "scope",
        "client_id",
        "x",
    ];
    let value =
        prop_oneof![Just("password".to_owned()), Just("refresh_token".to_owned()), Just("ivan".to_owned()), text()];
    let pairs = proptest::collection::vec((prop::sample::select(&NAMES[..]), value), 0..8);
    let good: &[u8] = b"grant_type=password&username=AD%5Cbill.posters&password=blabla&remember=true&mfa_key=";
    prop_oneof![
        bytes(),
        pairs.prop_map(|pairs| form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
            .into_bytes()),
        Damage::any().prop_map(move |damage| damage.to(good)),
    ]
}

fn headers() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let header = prop_oneof![
        5 => Just(SEED.to_vec()),
        1 => Damage::any().prop_map(|damage| damage.to(SEED)),
        1 => bytes(),
        1 => bytes().prop_map(|bytes| [b"Bearer ", &bytes[..]].concat()),
    ];
    prop_oneof![6 => header.clone().prop_map(|header| vec![header]), 1 => proptest::collection::vec(header, 0..4)]
}

fn content_type() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![8 => Just(FORM.map(<[u8]>::to_vec)), 1 => proptest::option::of(bytes())]
}

/// Checks that the status is one that the endpoints use, and that the response must not be cached. An error response
/// must contain only characters that RFC 6749 allows.
fn is_answered(reply: &Reply) -> Result<(), TestCaseError> {
    prop_assert!([200, 400, 401, 413, 429].contains(&reply.status), "{} {}", reply.status, reply.body);
    prop_assert_eq!(reply.header("cache-control"), Some("no-store"));
    if reply.status != 200 {
        let safe = |byte: u8| matches!(byte, 0x20..=0x7E) && byte != b'\\';
        prop_assert!(reply.body.bytes().all(safe), "{}", reply.body);
    }
    Ok(())
}

#[test]
fn t19_whatever_is_sent_to_the_endpoints_is_answered_without_a_panic_and_without_a_5xx() {
    let (world, seen) = (world(), RefCell::new(BTreeSet::new()));
    let endpoint =
        prop_oneof![4 => Just(Endpoint::Token), 1 => Just(Endpoint::Revoke), 1 => Just(Endpoint::Introspect)];
    let inputs = (endpoint, headers(), content_type(), body(), proptest::option::of("[0-9.]{0,15}"));
    always(inputs, |(endpoint, headers, content_type, body, source)| {
        // After a minute, failures of this case no longer block the next case.
        world.pass(minutes(1));
        let headers: Vec<&[u8]> = headers.iter().map(Vec::as_slice).collect();
        let reply = world.raw(endpoint, &headers, content_type.as_deref(), &body, source.as_deref());
        seen.borrow_mut().insert(reply.status);
        is_answered(&reply)
    });
    assert!(seen.into_inner().is_superset(&[200, 400, 401, 413].into()), "the cases reach every kind of answer");
    assert_eq!(world.log_in("test.token", "true").status, 200, "and the endpoint goes on");
}

#[test]
fn t13_a_text_that_is_no_live_token_is_refused_whatever_it_is() {
    let world = world();
    let token = world.pat("bill", "ci");
    let good = token.token.expose_secret();
    let inputs = prop_oneof![
        1 => text(),
        1 => text().prop_map(|text| format!("cfp_{text}")),
        3 => Damage::any().prop_map({
            let good = good.to_owned();
            move |damage| String::from_utf8_lossy(&damage.to(good.as_bytes())).into_owned()
        }),
    ];
    always(inputs, |text| {
        match world.verify(&text) {
            Ok(_) => prop_assert_eq!(text, good),
            Err(Denied::Refused(_)) => prop_assert_ne!(text, good),
            Err(Denied::Unavailable(error)) => prop_assert!(false, "{}", error),
        }
        Ok(())
    });
    assert!(world.works(good));
}

#[test]
fn t19_an_authorization_header_is_one_bearer_token_or_nothing() {
    always(headers(), |headers| {
        let read = credentials(headers.iter().map(Vec::as_slice));
        match (&headers[..], read) {
            ([], read) => prop_assert!(matches!(read, Ok(Credentials::Absent))),
            ([header], Ok(Credentials::Bearer(token))) => {
                prop_assert_eq!(&header[b"Bearer ".len()..], token.expose_secret().as_bytes());
            }
            ([_], Ok(Credentials::OtherScheme) | Err(_)) => (),
            ([_], Ok(Credentials::Absent)) => prop_assert!(false, "a header is there"),
            (_, read) => prop_assert!(read.is_err(), "two headers"),
        }
        Ok(())
    });
}

#[test]
fn t19_an_id_and_a_cursor_have_one_spelling() {
    let id = RecordId::from_bytes([0xA7; 16]);
    let cursor = Cursor { at: start(), id };
    let damaged = |good: String| {
        Damage::any().prop_map(move |damage| String::from_utf8_lossy(&damage.to(good.as_bytes())).into_owned())
    };
    let shaped = prop_oneof!["[0-9A-Za-z]{22}", "[0-9A-Za-z_-]{32}"];
    always(prop_oneof![text(), shaped, damaged(id.to_string()), damaged(cursor.to_string())], |text| {
        if let Ok(id) = text.parse::<RecordId>() {
            prop_assert_eq!(id.to_string(), text.clone());
        }
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string(), text);
        }
        Ok(())
    });
}

#[test]
fn t13_labels_and_descriptions_keep_their_limits_whatever_is_typed() {
    always((text(), any::<u16>()), |(text, most)| {
        if let Ok(label) = Label::new(&text, most) {
            prop_assert!(label.as_str().chars().count() <= usize::from(most));
            prop_assert_eq!(Label::new(label.as_str(), most), Ok(label.clone()), "normal already");
            prop_assert!(!label.key().as_str().is_empty());
        }
        if let Ok(description) = Description::new(&text) {
            prop_assert!(description.as_str().chars().count() <= Description::MAX);
            prop_assert_eq!(Description::new(description.as_str()), Ok(description.clone()), "normal already");
        }
        Ok(())
    });
}

fn number() -> impl Strategy<Value = Value> {
    let edges = [0, 1, 10, 59, 60, 61, 255, 3_600, 65_536, 86_400, 9_007_199_254, 9_007_199_255, u64::MAX];
    prop_oneof![3 => prop::sample::select(edges.to_vec()), 1 => 0..100_000u64, 1 => any::<u64>()].prop_map(Value::from)
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        number(),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
        proptest::collection::vec(number(), 0..3).prop_map(Value::from),
        Just(Value::Null),
    ]
}

/// Generates a new value for the value `old` in a policy. Most new values have the same type as the old one.
fn instead_of(old: &Value) -> BoxedStrategy<Value> {
    let gates = vec!["not_asked", "required", "default_on", "default_off"];
    let alike = match old {
        Value::Number(_) => number().boxed(),
        Value::Bool(_) => any::<bool>().prop_map(Value::from).boxed(),
        Value::String(_) => prop::sample::select(gates).prop_map(Value::from).boxed(),
        _ => anything().boxed(),
    };
    prop_oneof![6 => alike, 1 => anything()].boxed()
}

/// Generates the text of a policy file. It is a valid policy in which one to three values were replaced, or any text.
fn policy_file() -> impl Strategy<Value = String> {
    let policy = serde_json::to_value(open_policy()).expect("a document");
    let mut places = Vec::new();
    for (section, value) in policy.as_object().expect("sections") {
        match value.as_object() {
            Some(fields) => places.extend(fields.iter().map(|(name, old)| (format!("/{section}/{name}"), old.clone()))),
            None => places.push((format!("/{section}"), value.clone())),
        }
    }
    let change = prop::sample::select(places).prop_flat_map(|(place, old)| (Just(place), instead_of(&old)));
    let changed = proptest::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut policy = policy.clone();
        for (place, value) in changes {
            *policy.pointer_mut(&place).expect("there") = value;
        }
        policy.to_string()
    });
    prop_oneof![8 => changed, 1 => text()]
}

#[test]
fn t13_a_policy_file_is_refused_or_can_be_lived_by() {
    let (world, lived_by, made) = (world(), Cell::new(0), Cell::new(0));
    always(policy_file(), |file| {
        let Ok(policy) = serde_json::from_str::<Policy>(&file) else { return Ok(()) };
        let checked = policy.check().is_ok();
        let built = Counterfoil::builder()
            .policy(policy)
            .key_ring(ring())
            .clock(world.clock.clone())
            .store(world.store.clone())
            .directory(world.people.clone() as std::sync::Arc<dyn directory::Directory>)
            .events(world.sink.clone())
            .build();
        prop_assert_eq!(checked, built.is_ok());
        let Ok(handle) = built else { return Ok(()) };
        lived_by.set(lived_by.get() + 1);
        // The number of creations in an hour is limited, so time must pass.
        world.pass(minutes(2));
        let new = NewPersonalAccessToken::new("ci", Lifetime::Days(1));
        if let Ok(issued) = block_on(handle.create_personal_access_token(&world.presenter("ivan"), &new)) {
            prop_assert!(block_on(handle.verify(issued.token.expose_secret())).is_ok());
            made.set(made.get() + 1);
            let deleted = block_on(handle.delete_personal_access_token(&world.presenter("ivan"), &issued.view.id));
            prop_assert!(deleted.is_ok(), "{:?}", deleted);
        }
        let body = b"grant_type=password&username=ivan&password=ivan&remember=true";
        let request = oauth::OAuthRequest::new(body, &Source::Unknown)
            .with_authorization(const { &[SEED] })
            .with_content_type(FORM);
        let reply = Reply::from(block_on(handle.token(request)).unwrap_or_else(Answer::from));
        is_answered(&reply)
    });
    let (lived_by, made) = (lived_by.get(), made.get());
    assert!(lived_by > CASES / 5 && made > CASES / 10, "{lived_by} were lived by, {made} tokens made");
}
