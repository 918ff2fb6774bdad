//! Tests the pages of security codes, as a super administrator uses them.

use super::fixture::{Commit, Fixture, LANGUAGES, Reader, in_both};
use super::http_client::HttpClient;

fn create(fixture: &Fixture, access: &str, user: &str, description: &str) {
    fixture.goto("/console/codes");
    fixture.browser.click(&format!("#create [name=access][value={access}]"));
    fixture.browser.fill("#create [name=user]", user);
    fixture.browser.fill("#create [name=description]", description);
    assert!(!fixture.browser.exists("#create [name=password]"), "the password was given a moment ago");
    fixture.browser.send_anyway("#create");
}

fn make(fixture: &Fixture, description: &str) -> String {
    create(fixture, "super_administrator", "", description);
    let code = fixture.secret();
    fixture.browser.follow("#done");
    code
}

/// Returns the time until the expiry of the code with this description, as the page shows it.
fn expires(fixture: &Fixture, description: &str) -> String {
    fixture.browser.text(&fixture.in_row(description, "td:nth-child(5) .ago"))
}

#[test]
fn console_1_a_code_of_each_access_level_is_created_shown_once_and_works() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        fixture.goto("/console/codes");
        assert!(fixture.browser.is_shown("#empty"));
        fixture.speaks();
        create(fixture, "super_administrator", "", "for everything");
        assert!(!fixture.browser.text("#secret").contains("cfs_"));
        fixture.speaks();
        let high = fixture.secret();
        assert!(high.starts_with("cfs_"));
        fixture.browser.follow("#done");
        create(fixture, "same_as_user", "ivan", "as Ivan");
        let low = fixture.secret();
        fixture.browser.follow("#done");
        fixture.speaks();
        assert!(fixture.browser.text(&fixture.in_row("as Ivan", "")).contains("ivan"));
        let mut client = HttpClient::new(fixture.server.port);
        assert!(client.bearer("/api/v1/whoami", &high).body.contains("\"role\":\"super_administrator\""));
        let who = client.bearer("/api/v1/whoami", &low).body;
        assert!(who.contains("\"name\":\"ivan\"") && who.contains("\"role\":\"member\""), "{who}");
    });
}

#[test]
fn console_1_a_code_is_copied_by_its_button() {
    in_both(|fixture| {
        fixture.browser.open_clipboard();
        fixture.sign_in("super@example.com", "super");
        create(fixture, "super_administrator", "", "");
        fixture.browser.click("#copy");
        fixture.browser.wait("the copy", |browser| browser.clipboard().starts_with("cfs_"));
        assert_eq!(fixture.bearer(&fixture.browser.clipboard()), 200);
        fixture.browser.follow("#done");
        assert_eq!(fixture.browser.count("#codes tr[data-id]"), 1, "one without a description");
        fixture.speaks();
    });
}

#[test]
fn console_1_an_error_of_a_code_is_shown_at_its_field() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        create(fixture, "same_as_user", "", "nobody");
        fixture.finds_fault_with("user");
        create(fixture, "same_as_user", "no such person", "kept");
        fixture.finds_fault_with("user");
        assert_eq!(fixture.browser.value("#create [name=description]"), "kept");
        fixture.browser.set("#create [name=description]", &"x".repeat(501));
        fixture.browser.fill("#create [name=user]", "ivan");
        fixture.browser.send_anyway("#create");
        fixture.finds_fault_with("description");
        fixture.goto("/console/codes");
        assert!(fixture.browser.is_shown("#empty"));
        make(fixture, "to be edited");
        fixture.browser.follow(&fixture.in_row("to be edited", "a.edit"));
        fixture.browser.set("#edit [name=expires_at]", "2001-02-03T04:05");
        fixture.browser.send_anyway("#edit");
        fixture.finds_fault_with("expires_at");
    });
}

#[test]
fn console_1_a_codes_expiry_and_description_are_edited_in_the_readers_time_zone() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        let zone = [("zone", "Asia/Tokyo")];
        assert_eq!(fixture.client().submit("/console/profile", "/console/profile/zone", &zone).status, 303);
        let code = make(fixture, "first words");
        fixture.browser.follow(&fixture.in_row("first words", "a.edit"));
        fixture.speaks();
        assert_eq!(fixture.browser.value("#edit [name=description]"), "first words");
        assert!(fixture.browser.value("#edit [name=expires_at]").starts_with("20"), "the expiry that stands");
        fixture.browser.set("#edit [name=expires_at]", "2099-12-31T23:45");
        fixture.browser.fill("#edit [name=description]", "other words");
        fixture.browser.follow("#edit button");
        assert!(fixture.browser.is_shown("#notice"));
        fixture.speaks();
        let css = fixture.in_row("other words", "td:nth-child(5) time");
        assert_eq!(fixture.browser.attribute(&css, "datetime").as_deref(), Some("2099-12-31T14:45:00Z"));
        assert!(
            fixture
                .browser
                .attribute(&css, "title")
                .is_some_and(|exact| exact.contains("23:45") && exact.contains("JST"))
        );
        assert!(fixture.row_if_any("first words").is_none());
        assert_eq!(fixture.bearer(&code), 200);
        fixture.browser.follow(&fixture.in_row("other words", "a.edit"));
        fixture.browser.fill("#edit [name=description]", "words alone");
        fixture.browser.follow("#edit button");
        let css = fixture.in_row("words alone", "td:nth-child(5) time");
        assert_eq!(
            fixture.browser.attribute(&css, "datetime").as_deref(),
            Some("2099-12-31T14:45:00Z"),
            "left as it was"
        );
    });
}

#[test]
fn console_1_a_code_is_made_permanent_reset_and_deleted() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        let code = make(fixture, "long-lived");
        let day = expires(fixture, "long-lived");
        fixture.browser.follow(&fixture.in_row("long-lived", "a.make-permanent"));
        fixture.speaks();
        fixture.browser.follow("#confirm button");
        assert!(fixture.browser.is_shown("#notice"));
        fixture.speaks();
        assert!(!fixture.browser.exists(&fixture.in_row("long-lived", "td:nth-child(5) time")));
        assert!(!fixture.browser.exists(&fixture.in_row("long-lived", "a.make-permanent")));
        fixture.browser.follow(&fixture.in_row("long-lived", "a.reset"));
        fixture.speaks();
        fixture.browser.follow("#confirm button");
        assert_eq!(expires(fixture, "long-lived"), day);
        assert_eq!(fixture.bearer(&code), 200);
        fixture.speaks();
        fixture.browser.follow(&fixture.in_row("long-lived", "a.delete"));
        fixture.speaks();
        fixture.browser.follow("#cancel");
        assert_eq!(fixture.bearer(&code), 200);
        fixture.browser.follow(&fixture.in_row("long-lived", "a.delete"));
        fixture.browser.follow("#confirm button");
        assert!(fixture.browser.is_shown("#notice") && fixture.browser.is_shown("#empty"));
        assert_eq!(fixture.bearer(&code), 401);
    });
}

/// Checks that an expired code is shown in grey and can be reactivated. The demo uses the real clock, so the code in
/// this test expires after one second.
#[test]
fn console_1_an_expired_code_is_greyed_and_reactivated() {
    for reader in Reader::all(&LANGUAGES, Commit::Chromium) {
        let fixture = Fixture::new(reader, "[security_codes]\ndefault_lifetime = 1\n");
        fixture.sign_in("super@example.com", "super");
        let code = make(&fixture, "short-lived");
        fixture.browser.wait("the code's expiry", |browser| {
            browser.reload();
            browser.exists("tr.expired[data-id]")
        });
        assert_eq!(fixture.bearer(&code), 401);
        assert!(!fixture.browser.exists("tr.expired a.reset, tr.expired a.make-permanent"));
        fixture.speaks();
        fixture.goto("/console/settings");
        fixture.browser.fill("#settings [name=code_lifetime_seconds]", "3600");
        fixture.browser.follow("#settings button");
        fixture.goto("/console/codes");
        fixture.browser.follow("tr.expired a.reactivate");
        fixture.browser.follow("#confirm button");
        assert!(fixture.browser.is_shown("#notice") && !fixture.browser.exists("tr.expired"));
        fixture.speaks();
        assert_eq!(fixture.bearer(&code), 200, "the same secret");
        fixture.is_quiet();
    }
}
