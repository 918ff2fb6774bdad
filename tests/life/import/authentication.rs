//! Tests that imported tokens are accepted under their own texts.

use std::sync::Arc;

use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::import::ForeignCredential;
use counterfoil::types::{Source, TokenKind};
use counterfoil::*;

use super::{all_schemes, ids, import, importing, live_tokens, tokens};
use crate::support::*;

#[test]
fn life_6_tokens_of_sanctum_and_knox_go_on_working_under_their_own_texts() {
    let (world, bill) = (importing(), subject("bill"));
    let tokens = tokens();
    assert_eq!(tokens.len(), 8);
    let rows: Vec<_> =
        tokens.iter().map(|[scheme, _, row]| ForeignCredential::new(scheme, row, &bill, "Telegram")).collect();
    assert!(
        tokens.iter().all(|[_, text, _]| matches!(world.reason(text), Refusal::Unknown)),
        "nothing is imported yet"
    );
    world.take_events();
    let outcomes = import(&world.handle, &rows);
    let ids = ids(&outcomes);
    let events = world.take_events();
    for (id, ([scheme, text, row], event)) in ids.iter().zip(tokens.iter().zip(&events)) {
        let owner = bill.clone().into();
        let scheme_of = |event: &EventKind| match event {
            EventKind::Imported { scheme, .. } => *scheme,
            other => panic!("{other:?}"),
        };
        assert_eq!(*event, EventKind::Imported { id: *id, owner, scheme: scheme_of(event) });
        assert_eq!(scheme_of(event), *scheme);
        let principal = world.verify(text).expect("an imported token");
        assert_eq!((principal.credential_id(), principal.name()), (*id, "AD\\bill.posters"));
        assert_eq!(principal.kind(), TokenKind::PersonalAccessToken);
        // The contents of a row are not accepted as a token. So a dump of the other system's table gives no access.
        assert!(matches!(world.reason(row), Refusal::Malformed | Refusal::Unknown), "{row}");
        assert!(matches!(world.reason(&format!("1|{row}")), Refusal::Malformed | Refusal::Unknown));
        assert_eq!(id.shard(), token::shard(&Realm::default(), &bill.clone().into()), "the shard of its owner");
    }
    assert_eq!(live_tokens(&world, "bill"), tokens.len());
    world.delete("bill", &ids[0]).expect("deleted like others");
    assert!(matches!(world.reason(tokens[0][1]), Refusal::Revoked { .. }));
}

#[test]
fn life_6_the_headers_of_the_other_systems_are_accepted_only_by_a_host_that_imports() {
    let (world, bill) = (importing(), subject("bill"));
    for [scheme, text, row] in tokens() {
        import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
        let of = if scheme == "sanctum" { "Bearer" } else { "Token" };
        let header = format!("{of} {text}");
        let sent = |world: &World, headers: &[&str]| {
            let headers: Vec<_> = headers.iter().map(|header| header.as_bytes()).collect();
            block_on(world.handle.authenticate(headers, &Source::Unknown)).map_err(|challenge| challenge.status())
        };
        assert_eq!(sent(&world, &[&header]).expect("authenticated").name(), "AD\\bill.posters");
        assert_eq!(sent(&world, &[&header, &header]).err(), Some(400), "one header");
        assert_eq!(sent(&world, &[&format!("{header} x")]).err(), Some(400), "one text");
        assert_eq!(sent(&world, &[&format!("Digest {text}")]).err(), Some(401), "another scheme");
        let other = world.elsewhere(|builder| builder);
        assert_eq!(sent(&other, &[&header]).err(), Some(if scheme == "sanctum" { 400 } else { 401 }));
    }
}

#[test]
fn life_6_a_resource_server_learns_about_an_imported_token() {
    let store = Arc::new(Base::default());
    let world = world_on(open_policy(), store.clone(), all_schemes(store));
    let (bill, [scheme, text, row]) = (subject("bill"), tokens()[0]);
    assert_eq!(world.introspect("machine", text).body, r#"{"active":false}"#, "not imported yet");
    let one = ForeignCredential::new(scheme, row, &bill, "Telegram").with_scope(scope("projects:read"));
    let id = ids(&import(&world.handle, &[one]))[0];
    let told = world.introspect("machine", text).body;
    assert!(told.contains(r#""active":true"#) && told.contains("projects:read"), "{told}");
    assert_eq!(world.introspect("machine", row).body, r#"{"active":false}"#, "a digest is no token");
    world.delete("bill", &id).expect("deleted");
    assert_eq!(world.introspect("machine", text).body, r#"{"active":false}"#);
}
