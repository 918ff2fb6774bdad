//! Signing in and out, as somebody at a browser does it.

use crate::desk::{Desk, Reader, in_both, in_both_browsers};
use crate::visitor::Visitor;

#[test]
fn console_1_somebody_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page() {
    in_both_browsers(|desk| {
        desk.goto("/console/profile");
        assert!(desk.browser.path().starts_with("/console/sign-in?next="), "{}", desk.browser.path());
        desk.speaks();
        desk.try_to_sign_in("ivan", "ivan");
        assert_eq!(desk.browser.path(), "/console/profile");
        assert_eq!(desk.browser.attribute("nav a[aria-current=page]", "href").as_deref(), Some("/console/profile"));
        assert!(desk.browser.text("header").contains("ivan"));
        desk.speaks();
        desk.goto("/console/");
        assert_eq!(desk.browser.path(), "/console/tokens");
    });
}

#[test]
fn console_1_a_wrong_password_and_an_unknown_name_are_refused_alike_and_the_password_is_not_kept() {
    in_both(|desk| {
        let mut said = Vec::new();
        for (name, password) in [("ivan", "wrong"), ("nobody", "ivan")] {
            desk.goto("/console/sign-in");
            desk.try_to_sign_in(name, password);
            assert_eq!(desk.browser.attribute("#error", "role").as_deref(), Some("alert"));
            assert_eq!(desk.browser.value("#sign-in [name=name]"), name);
            assert_eq!(desk.browser.value("#sign-in [name=password]"), "");
            assert!(desk.session().is_none());
            desk.speaks();
            said.push(desk.browser.text("#error"));
        }
        assert_eq!(said[0], said[1]);
        desk.try_to_sign_in("ivan", "ivan");
        assert_eq!(desk.browser.path(), "/console/tokens");
    });
}

#[test]
fn console_1_somebody_who_signed_out_is_out_and_the_button_back_shows_nothing() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        desk.make_token("kept to myself", "1");
        let mut copy = desk.visitor();
        assert_eq!(copy.get("/console/tokens").status, 200);
        desk.sign_out();
        desk.speaks();
        assert!(desk.session().is_none());
        assert_eq!(copy.get("/console/tokens").status, 303, "the session itself has ended, not only its cookie");
        desk.browser.back();
        assert!(!desk.browser.source().contains("kept to myself"));
    });
}

#[test]
fn console_1_wrong_passwords_are_throttled_in_the_readers_language() {
    in_both(|desk| {
        desk.goto("/console/sign-in");
        let mut visitor = Visitor::new(desk.server.port);
        let seen: Vec<_> = (0..11).map(|_| visitor.sign_in("carol", "wrong").status).collect();
        assert_eq!(seen[..10], [403; 10]);
        assert_eq!(seen[10], 429);
        desk.try_to_sign_in("carol", "carol");
        assert!(desk.browser.exists("#error") && desk.session().is_none(), "even the right one waits");
        desk.speaks();
    });
}

#[test]
fn console_1_the_language_is_the_browsers_until_another_is_chosen_and_stays_chosen() {
    let desk = Desk::new(Reader { language: "ru", ..Reader::ENGLISH }, "");
    desk.goto("/console/sign-in");
    desk.speaks();
    desk.sign_in("ivan", "ivan");
    desk.goto("/console/profile");
    desk.speaks();
    desk.browser.follow("a[hreflang=en]");
    assert_eq!(desk.browser.path(), "/console/profile", "back where it was asked for");
    let desk = Desk { language: "en", ..desk };
    desk.speaks();
    desk.goto("/console/tokens");
    desk.speaks();
    desk.sign_out();
    desk.goto("/console/sign-in");
    desk.speaks();
    desk.browser.follow("a[hreflang=ru]");
    let desk = Desk { language: "ru", ..desk };
    desk.speaks();
}

#[test]
fn next_leads_to_own_pages_alone() {
    let server = crate::desk::server("");
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
        let mut visitor = Visitor::new(server.port);
        let csrf = visitor.get(&format!("/console/sign-in?next={}", crate::support::escaped(next))).csrf();
        let fields = [("name", "ivan"), ("password", "ivan"), ("csrf_token", csrf.as_str()), ("next", next)];
        let reply = visitor.post("/console/sign-in", &fields);
        assert_eq!(reply.status, 303, "{next:?}");
        let location = reply.header("location");
        assert!(location.starts_with("/console/") && !location.contains(".."), "{next:?}: {location}");
        for way in ["language?to=ru&back=", "language?to=xx&back="] {
            let reply = visitor.get(&format!("/console/{way}{}", crate::support::escaped(next)));
            let location = reply.headers("location").first().copied().unwrap_or("/console/").to_owned();
            assert!(location.starts_with("/console/") && !location.contains(".."), "{next:?}: {location}");
        }
    }
}
