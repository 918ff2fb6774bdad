//! Tests the session cookie: its attributes, its use, and its end.

use super::fixture::{Commit, in_english, server};
use super::http_client::{HttpClient, SESSION, full_name};

#[test]
fn the_sessions_cookie_is_kept_from_scripts_and_from_other_sites() {
    let server = server("");
    let mut client = HttpClient::new(server.port);
    let reply = client.sign_in("ivan", "ivan");
    let cookies = reply.headers("set-cookie");
    let session = cookies.iter().find(|cookie| cookie.starts_with("counterfoil-session-")).expect("a session");
    let mut attributes: Vec<_> = session.split("; ").skip(1).map(str::to_ascii_lowercase).collect();
    attributes.sort();
    assert_eq!(
        attributes,
        ["httponly", "path=/", "samesite=lax"],
        "plain http on the loopback: neither Secure nor a life of its own"
    );
    for cookie in cookies {
        assert!(
            cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
                && !cookie.to_ascii_lowercase().contains("domain"),
            "{cookie}"
        );
    }
}

#[test]
fn a_browser_holds_the_session_where_no_script_reads_it() {
    in_english(Commit::BothBrowsers, |fixture| {
        fixture.sign_in("ivan", "ivan");
        let cookie = fixture
            .browser
            .cookies()
            .into_iter()
            .find(|cookie| cookie["name"] == full_name(fixture.server.port, SESSION))
            .expect("a session");
        assert_eq!(
            (&cookie["httpOnly"], &cookie["sameSite"], &cookie["path"]),
            (&true.into(), &"Lax".into(), &"/".into())
        );
        assert!(cookie.get("expiry").is_none(), "it ends with the browser");
        let seen = fixture.browser.script(
            "return document.cookie + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})",
            &[],
        );
        assert!(
            !seen.as_str().expect("text").contains("cfk_") && !seen.as_str().expect("text").contains("session"),
            "{seen}"
        );
        assert!(!fixture.browser.source().contains(cookie["value"].as_str().expect("a value")));
    });
}

/// Checks that signing in opens a new session. If an attacker has set a session cookie before, that cookie is useless
/// afterwards. This prevents session fixation.
#[test]
fn signing_in_makes_a_new_session_whatever_cookie_was_there() {
    in_english(Commit::Chromium, |fixture| {
        let own = HttpClient::signed_in(fixture.server.port, "carol", "carol");
        for planted in [own.cookie(SESSION).expect("a session"), "cfk_planted", "x"] {
            fixture.goto("/console/sign-in");
            fixture.browser.plant_cookie(&full_name(fixture.server.port, SESSION), planted);
            fixture.goto("/console/sign-in?next=/tokens");
            if fixture.browser.exists("#sign-in") {
                fixture.try_to_sign_in("ivan", "ivan");
            } else {
                fixture.hand_over("ivan", "ivan");
            }
            let session = fixture.session().expect("a session");
            assert_ne!(session, planted);
            let mut attacker = HttpClient::new(fixture.server.port);
            attacker.carry(SESSION, planted);
            assert!(!attacker.get("/console/tokens").body.contains("ivan"), "{planted}");
            fixture.sign_out();
        }
    });
}

#[test]
fn what_the_sign_in_form_was_bound_to_is_not_what_the_session_is() {
    let server = server("");
    let mut client = HttpClient::new(server.port);
    let before = client.get("/console/sign-in");
    let visits: Vec<_> = before.headers("set-cookie").iter().map(|cookie| (*cookie).to_owned()).collect();
    assert!(!visits.is_empty(), "the form is bound to something");
    client.sign_in("ivan", "ivan");
    let session = client.cookie(SESSION).expect("a session").to_owned();
    assert!(!visits.iter().any(|cookie| cookie.contains(&session)));
    let mut again = HttpClient::new(server.port);
    again.carry(SESSION, &session);
    again.sign_in("ivan", "ivan");
    assert_ne!(again.cookie(SESSION).expect("a session"), session, "each sign-in has its own");
}

#[test]
fn signing_in_over_a_session_ends_that_one() {
    let server = server("");
    let mut client = HttpClient::signed_in(server.port, "ivan", "ivan");
    let first = client.cookie(SESSION).expect("a session").to_owned();
    assert_eq!(client.sign_in("carol", "carol").status, 303);
    assert_ne!(client.cookie(SESSION), Some(first.as_str()));
    let mut old = HttpClient::new(server.port);
    old.carry(SESSION, &first);
    assert_eq!(old.get("/console/tokens").status, 303);
}

#[test]
fn a_session_is_no_bearer_and_a_bearer_no_session() {
    let server = server("");
    let mut client = HttpClient::signed_in(server.port, "ivan", "ivan");
    let session = client.cookie(SESSION).expect("a session").to_owned();
    for path in ["/api/v1/whoami", "/api/v1/me/tokens"] {
        let reply = HttpClient::new(server.port).bearer(path, &session);
        assert_eq!(reply.status, 401, "{path}");
        assert!(reply.header("www-authenticate").contains("invalid_token"), "{path}");
    }
    let made = client.submit("/console/tokens", "/console/tokens", &[("label", "a"), ("days", "1"), ("rights", "all")]);
    let token = made
        .between("id=\"secret\"", "</")
        .first()
        .and_then(|part| part.rsplit('>').next())
        .expect("a token")
        .to_owned();
    assert_eq!(HttpClient::new(server.port).bearer("/api/v1/whoami", &token).status, 200, "{token}");
    let mut intruder = HttpClient::new(server.port);
    intruder.carry(SESSION, &token);
    assert_eq!(intruder.get("/console/tokens").status, 303);
    assert_eq!(
        HttpClient::new(server.port).bearer("/console/tokens", &token).status,
        303,
        "pages read no Authorization"
    );
}

#[test]
fn a_session_dies_at_sign_out_and_with_its_owners_account_it_shows_nothing() {
    let server = server("");
    let mut client = HttpClient::signed_in(server.port, "ivan", "ivan");
    let session = client.cookie(SESSION).expect("a session").to_owned();
    let out = client.submit("/console/tokens", "/console/sign-out", &[]);
    assert_eq!(out.status, 303);
    let cleared = out.headers("set-cookie").iter().any(|cookie| {
        cookie.starts_with(&format!("{}=;", full_name(server.port, SESSION))) && cookie.contains("Max-Age=0")
    });
    assert!(cleared, "{}", out.head);
    let mut old = HttpClient::new(server.port);
    old.carry(SESSION, &session);
    for path in ["/console/tokens", "/console/profile", "/console/profile/signature"] {
        assert_eq!(old.get(path).status, 303, "{path}");
    }
    let mut twice = HttpClient::signed_in(server.port, "ivan", "ivan");
    let value = twice.cookie(SESSION).expect("a session").to_owned();
    let name = full_name(server.port, SESSION);
    let cookies = format!("{name}={value}; {name}={session}");
    let doubled = HttpClient::new(server.port).get_with("/console/tokens", &[("Cookie", &cookies)]);
    assert_eq!(doubled.status, 303, "two cookies of the name: one is somebody else's");
    assert_eq!(twice.get("/console/tokens").status, 200);
}
