//! Tests how a client names and authenticates itself, and which error it gets if it does this wrongly (RFC 6749 §2.3,
//! §5.2).

use crate::support::*;
use counterfoil::event::EventKind;
use counterfoil::oauth::ClientFault;

const PASSWORD: &str = "grant_type=password&username=ivan&password=ivan";
/// The `Authorization` header for the client `public-app` and an empty secret. Some clients without a secret send this.
const OPEN: &str = "Basic cHVibGljLWFwcDo=";

fn ask(world: &World, headers: &[&str], form: &str) -> Reply {
    let headers: Vec<&[u8]> = headers.iter().map(|header| header.as_bytes()).collect();
    world.raw(Endpoint::Token, &headers, FORM, form.as_bytes(), Some("192.0.2.1"))
}

#[test]
fn fault_c1_a_client_named_in_the_form_is_refused_without_a_challenge() {
    let world = world();
    for id in ["rotating", "nobody", "public-app", "no id\u{1}"] {
        for endpoint in [Endpoint::Token, Endpoint::Revoke, Endpoint::Introspect] {
            let form = format!("{PASSWORD}&token=x&client_id={}&client_secret=wrong", id.replace(' ', "+"));
            let reply = world.raw(endpoint, &[], FORM, form.as_bytes(), None);
            assert_eq!(reply.error(), (400, "invalid_client".into()), "{endpoint:?} {id}");
            assert_eq!(reply.header("www-authenticate"), None, "{endpoint:?} {id}");
        }
    }
    let confidential = ask(&world, &[], &format!("{PASSWORD}&client_id=rotating"));
    assert_eq!((confidential.error(), confidential.header("www-authenticate")), ((400, "invalid_client".into()), None));
}

#[test]
fn fault_c1_who_tried_basic_or_names_nobody_is_challenged() {
    let world = world();
    for header in ["Basic bm9ib2R5Ong=", "Basic cm90YXRpbmc6d3Jvbmc=", "Basic !", "Basic Og==", "Basic"] {
        for form in [PASSWORD.to_owned(), format!("{PASSWORD}&client_secret=")] {
            let reply = ask(&world, &[header], &form);
            assert_eq!(reply.error(), (401, "invalid_client".into()), "{header}");
            assert!(
                reply.header("www-authenticate").is_some_and(|description| description.starts_with("Basic realm=")),
                "{header}"
            );
        }
    }
    let nobody = ask(&world, &[], PASSWORD);
    assert_eq!((nobody.status, nobody.header("www-authenticate").is_some()), (401, true));
}

#[test]
fn fault_c2_another_scheme_beside_a_client_that_is_named_is_as_if_absent() {
    let world = world();
    let named = format!("{PASSWORD}&client_id=public-app");
    for other in ["Bearer old", "Negotiate YTpi", "", "Bearer", "Digest a=\"b\""] {
        assert_eq!(ask(&world, &[other], &named).status, 200, "{other:?}");
        assert_eq!(ask(&world, &[other, &world.basic("rotating")], PASSWORD).status, 200, "{other:?}");
        let wrong = ask(&world, &[other], &format!("{PASSWORD}&client_id=rotating&client_secret=x"));
        assert_eq!((wrong.status, wrong.header("www-authenticate")), (400, None), "{other:?}");
        let revoked = world.raw(Endpoint::Revoke, &[other.as_bytes()], FORM, b"token=x&client_id=public-app", None);
        assert_eq!(revoked.status, 200, "{other:?}");
    }
    let twice = ask(&world, &[&world.basic("rotating"), &world.basic("rotating")], PASSWORD);
    assert_eq!(twice.error(), (400, "invalid_request".into()));
    assert_eq!(twice.text("error_description"), "Authorization: Basic stands twice");
}

#[test]
fn fault_c3_a_public_client_may_send_an_empty_secret_by_basic_or_by_form() {
    let world = world();
    let named = |more: &str| format!("{PASSWORD}&client_id=public-app{more}");
    for (headers, form) in [
        (vec![OPEN], PASSWORD.to_owned()),
        (vec![OPEN], named("")),
        (vec![OPEN], named("&client_secret=")),
        (vec![], named("&client_secret=")),
        (vec![], named("")),
    ] {
        let reply = ask(&world, &headers, &form);
        assert_eq!(reply.status, 200, "{headers:?} {form}: {}", reply.body);
        let again = format!("grant_type=refresh_token&refresh_token={}", reply.refresh());
        let form = form.replace(PASSWORD, &again);
        assert_eq!(ask(&world, &headers, &form).status, 200, "{headers:?} {form}");
    }
    let other = ask(&world, &[OPEN], &format!("{PASSWORD}&client_id=rotating"));
    assert_eq!(other.error(), (400, "invalid_request".into()), "another client");
    let confidential = ask(&world, &["Basic cm90YXRpbmc6"], PASSWORD);
    assert_eq!(confidential.error(), (401, "invalid_client".into()), "a confidential client needs its secret");
    let asked = world.raw(Endpoint::Introspect, &[OPEN.as_bytes()], FORM, b"token=x", None);
    assert_eq!((asked.status, asked.header("www-authenticate").is_some()), (401, true));
}

#[test]
fn fault_b6_wrong_secrets_of_others_do_not_throttle_a_public_client_that_sends_none() {
    let world = world();
    let first = ask(&world, &[OPEN], PASSWORD).refresh();
    let (mut wrong, mut waits) = (0, 0);
    for _ in 0..150 {
        match ask(&world, &["Basic cHVibGljLWFwcDp4"], PASSWORD).status {
            401 => wrong += 1,
            429 => waits += 1,
            other => panic!("{other}"),
        }
    }
    assert!(wrong >= 100 && waits > 0, "{wrong} wrong, {waits} waited");
    let mut token = first;
    for at in 0..20 {
        let reply = ask(&world, &[OPEN], &format!("grant_type=refresh_token&refresh_token={token}"));
        assert_eq!(reply.status, 200, "{at}: {}", reply.body);
        token = reply.refresh();
    }
}

#[test]
fn fault_c4_the_description_names_the_cause_and_the_parameter() {
    let world = world();
    let basic = world.basic("rotating");
    let description = |form: &str| ask(&world, &[&basic], form).text("error_description");
    for (form, expected) in [
        ("", "parameter grant_type is missing"),
        ("grant_type=password&username=ivan", "parameter password is missing"),
        ("grant_type=password&password=ivan", "parameter username is missing"),
        ("grant_type=refresh_token", "parameter refresh_token is missing"),
        ("grant_type=password&grant_type=password", "parameter grant_type is repeated"),
        ("zqx=1&zqx=2", "a parameter is repeated"),
        ("grant_type=%zz", "parameter grant_type cannot be decoded"),
        ("zqx=%zz", "the form cannot be decoded"),
        ("grant_type=implicit", "parameter grant_type names a grant that is not supported here"),
        (&format!("{PASSWORD}&remember=1"), "parameter remember has a value that it cannot have"),
        (&format!("{PASSWORD}&scope=%22"), "parameter scope is malformed"),
        (
            "grant_type=refresh_token&refresh_token=x",
            "parameter refresh_token is not a valid refresh token of this client",
        ),
        ("grant_type=password&username=ivan&password=x", "the user name or the password is not valid"),
        ("grant_type=password&username=nobody&password=x", "the user name or the password is not valid"),
    ] {
        assert_eq!(description(form), expected, "{form}");
    }
    let typed = |media: Option<&[u8]>| world.raw(Endpoint::Token, &[], media, b"", None).text("error_description");
    assert_eq!(typed(None), "the content type must be application/x-www-form-urlencoded");
    assert!(ask(&world, &[], "").text("error_description").starts_with("no client is named"));
}

#[test]
fn fault_c4_a_refused_client_and_a_refused_grant_are_events_with_their_reason() {
    let world = world();
    world.take_events();
    ask(&world, &["Basic !"], PASSWORD);
    ask(&world, &[], &format!("{PASSWORD}&client_id=rotating&client_secret=x"));
    ask(&world, &[&world.basic("rotating")], "grant_type=implicit");
    let refused = |client: Option<&str>, reason| EventKind::ClientRefused { client: client.map(client_id), reason };
    assert_eq!(
        world.take_events(),
        [
            refused(None, ClientFault::Malformed),
            refused(Some("rotating"), ClientFault::Secret),
            EventKind::GrantRefused { client: client_id("rotating"), error: "unsupported_grant_type" },
        ]
    );
}

#[test]
fn fault_c7_remember_is_read_in_any_case() {
    let world = world();
    for (remember, status) in
        [("true", 200), ("True", 200), ("TRUE", 200), ("False", 200), ("FALSE", 200), ("1", 400), ("yes", 400)]
    {
        let reply = ask(&world, &[&world.basic("rotating")], &format!("{PASSWORD}&remember={remember}"));
        assert_eq!(reply.status, status, "{remember}");
    }
}

#[test]
fn fault_c8_an_outage_says_when_to_come_back() {
    let world = world();
    world.people.set_unavailable(true);
    let reply = ask(&world, &[&world.basic("rotating")], PASSWORD);
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("2")));
}
