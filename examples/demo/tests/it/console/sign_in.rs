//! Tests signing in and out in a browser.

use super::fixture::{Fixture, Reader, in_both, in_both_browsers};
use super::http_client::HttpClient;

#[test]
fn console_1_signing_in_leads_back_to_the_requested_page() {
    in_both_browsers(|fixture| {
        fixture.goto("/console/profile");
        assert!(fixture.browser.path().starts_with("/console/sign-in?next="), "{}", fixture.browser.path());
        fixture.speaks();
        fixture.try_to_sign_in("ivan", "ivan");
        assert_eq!(fixture.browser.path(), "/console/profile");
        assert_eq!(fixture.browser.attribute("nav a[aria-current=page]", "href").as_deref(), Some("/console/profile"));
        assert!(fixture.browser.text("header").contains("ivan"));
        fixture.speaks();
        fixture.goto("/console/");
        assert_eq!(fixture.browser.path(), "/console/tokens");
    });
}

#[test]
fn console_1_a_wrong_password_and_an_unknown_name_are_refused_alike_and_the_password_is_not_kept() {
    in_both(|fixture| {
        let mut said = Vec::new();
        for (name, password) in [("ivan", "wrong"), ("nobody", "ivan")] {
            fixture.goto("/console/sign-in");
            fixture.try_to_sign_in(name, password);
            assert_eq!(fixture.browser.attribute("#error", "role").as_deref(), Some("alert"));
            assert_eq!(fixture.browser.value("#sign-in [name=name]"), name);
            assert_eq!(fixture.browser.value("#sign-in [name=password]"), "");
            assert!(fixture.session().is_none());
            fixture.speaks();
            said.push(fixture.browser.text("#error"));
        }
        assert_eq!(said[0], said[1]);
        fixture.try_to_sign_in("ivan", "ivan");
        assert_eq!(fixture.browser.path(), "/console/tokens");
    });
}

#[test]
fn console_1_after_signing_out_the_back_button_shows_nothing() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        fixture.make_token("kept to myself", "1");
        let mut copy = fixture.client();
        assert_eq!(copy.get("/console/tokens").status, 200);
        fixture.sign_out();
        fixture.speaks();
        assert!(fixture.session().is_none());
        assert_eq!(copy.get("/console/tokens").status, 303, "the session itself has ended, not only its cookie");
        fixture.browser.back();
        assert!(!fixture.browser.source().contains("kept to myself"));
    });
}

#[test]
fn console_1_wrong_passwords_are_throttled_in_the_readers_language() {
    in_both(|fixture| {
        fixture.goto("/console/sign-in");
        let mut client = HttpClient::new(fixture.server.port);
        let seen: Vec<_> = (0..11).map(|_| client.sign_in("carol", "wrong").status).collect();
        assert_eq!(seen[..10], [403; 10]);
        assert_eq!(seen[10], 429);
        fixture.try_to_sign_in("carol", "carol");
        assert!(fixture.browser.exists("#error") && fixture.session().is_none(), "even the right one waits");
        fixture.speaks();
    });
}

#[test]
fn console_1_the_language_is_the_browsers_until_another_is_chosen_and_stays_chosen() {
    let fixture = Fixture::new(Reader { language: "ru", ..Reader::ENGLISH }, "");
    fixture.goto("/console/sign-in");
    fixture.speaks();
    fixture.sign_in("ivan", "ivan");
    fixture.goto("/console/profile");
    fixture.speaks();
    fixture.browser.follow("a[hreflang=en]");
    assert_eq!(fixture.browser.path(), "/console/profile", "back where it was asked for");
    let fixture = Fixture { language: "en", ..fixture };
    fixture.speaks();
    fixture.goto("/console/tokens");
    fixture.speaks();
    fixture.sign_out();
    fixture.goto("/console/sign-in");
    fixture.speaks();
    fixture.browser.follow("a[hreflang=ru]");
    let fixture = Fixture { language: "ru", ..fixture };
    fixture.speaks();
}

#[test]
fn next_leads_to_own_pages_alone() {
    let server = super::fixture::server("");
    for next in [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/api/v1/whoami",
        "/console/../api/v1/whoami",
        "/console/%2e%2e/api",
        "/consoleevil",
        "http:evil",
        "/console//evil\r\nX: y",
    ] {
        let mut client = HttpClient::new(server.port);
        let csrf = client.get(&format!("/console/sign-in?next={}", crate::support::escaped(next))).csrf();
        let fields = [("name", "ivan"), ("password", "ivan"), ("csrf_token", csrf.as_str()), ("next", next)];
        let reply = client.post("/console/sign-in", &fields);
        assert_eq!(reply.status, 303, "{next:?}");
        let location = reply.header("location");
        assert!(location.starts_with("/console/") && !location.contains(".."), "{next:?}: {location}");
        for way in ["language?to=ru&back=", "language?to=xx&back="] {
            let reply = client.get(&format!("/console/{way}{}", crate::support::escaped(next)));
            let location = reply.headers("location").first().copied().unwrap_or("/console/").to_owned();
            assert!(location.starts_with("/console/") && !location.contains(".."), "{next:?}: {location}");
        }
    }
}
