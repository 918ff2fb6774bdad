//! Security codes, as a super administrator handles them.

use crate::desk::{Commit, Desk, LANGUAGES, Reader, in_both};
use crate::visitor::Visitor;

fn create(desk: &Desk, access: &str, user: &str, description: &str) {
    desk.goto("/console/codes");
    desk.browser.click(&format!("#create [name=access][value={access}]"));
    desk.browser.fill("#create [name=user]", user);
    desk.browser.fill("#create [name=description]", description);
    assert!(!desk.browser.exists("#create [name=password]"), "the password was given a moment ago");
    desk.browser.send_anyway("#create");
}

fn make(desk: &Desk, description: &str) -> String {
    create(desk, "super_administrator", "", description);
    let code = desk.secret();
    desk.browser.follow("#done");
    code
}

/// In how much time it expires, as people say it.
fn expires(desk: &Desk, description: &str) -> String {
    desk.browser.text(&desk.in_row(description, "td:nth-child(5) .ago"))
}

#[test]
fn console_1_a_code_of_each_access_level_is_created_shown_once_and_works() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        desk.goto("/console/codes");
        assert!(desk.browser.is_shown("#empty"));
        desk.speaks();
        create(desk, "super_administrator", "", "for everything");
        assert!(!desk.browser.text("#secret").contains("cfs_"));
        desk.speaks();
        let high = desk.secret();
        assert!(high.starts_with("cfs_"));
        desk.browser.follow("#done");
        create(desk, "same_as_user", "ivan", "as Ivan");
        let low = desk.secret();
        desk.browser.follow("#done");
        desk.speaks();
        assert!(desk.browser.text(&desk.in_row("as Ivan", "")).contains("ivan"));
        let mut visitor = Visitor::new(desk.server.port);
        assert!(visitor.bearer("/api/v1/whoami", &high).body.contains("\"role\":\"super_administrator\""));
        let who = visitor.bearer("/api/v1/whoami", &low).body;
        assert!(who.contains("\"name\":\"ivan\"") && who.contains("\"role\":\"member\""), "{who}");
    });
}

#[test]
fn console_1_a_code_is_copied_by_its_button() {
    in_both(|desk| {
        desk.browser.open_clipboard();
        desk.sign_in("super@example.com", "super");
        create(desk, "super_administrator", "", "");
        desk.browser.click("#copy");
        desk.browser.wait("the copy", |browser| browser.clipboard().starts_with("cfs_"));
        assert_eq!(desk.bearer(&desk.browser.clipboard()), 200);
        desk.browser.follow("#done");
        assert_eq!(desk.browser.count("#codes tr[data-id]"), 1, "one without a description");
        desk.speaks();
    });
}

#[test]
fn console_1_what_is_wrong_with_a_code_stands_beside_its_field() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        create(desk, "same_as_user", "", "nobody");
        desk.finds_fault_with("user");
        create(desk, "same_as_user", "no such person", "kept");
        desk.finds_fault_with("user");
        assert_eq!(desk.browser.value("#create [name=description]"), "kept");
        desk.browser.set("#create [name=description]", &"x".repeat(501));
        desk.browser.fill("#create [name=user]", "ivan");
        desk.browser.send_anyway("#create");
        desk.finds_fault_with("description");
        desk.goto("/console/codes");
        assert!(desk.browser.is_shown("#empty"));
        make(desk, "to be edited");
        desk.browser.follow(&desk.in_row("to be edited", "a.edit"));
        desk.browser.set("#edit [name=expires_at]", "2001-02-03T04:05");
        desk.browser.send_anyway("#edit");
        desk.finds_fault_with("expires_at");
    });
}

#[test]
fn console_1_a_codes_expiry_and_description_are_edited_in_the_readers_time_zone() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        let zone = [("zone", "Asia/Tokyo")];
        assert_eq!(desk.visitor().submit("/console/profile", "/console/profile/zone", &zone).status, 303);
        let code = make(desk, "first words");
        desk.browser.follow(&desk.in_row("first words", "a.edit"));
        desk.speaks();
        assert_eq!(desk.browser.value("#edit [name=description]"), "first words");
        assert!(desk.browser.value("#edit [name=expires_at]").starts_with("20"), "the expiry that stands");
        desk.browser.set("#edit [name=expires_at]", "2099-12-31T23:45");
        desk.browser.fill("#edit [name=description]", "other words");
        desk.browser.follow("#edit button");
        assert!(desk.browser.is_shown("#notice"));
        desk.speaks();
        let css = desk.in_row("other words", "td:nth-child(5) time");
        assert_eq!(desk.browser.attribute(&css, "datetime").as_deref(), Some("2099-12-31T14:45:00Z"));
        assert!(
            desk.browser.attribute(&css, "title").is_some_and(|exact| exact.contains("23:45") && exact.contains("JST"))
        );
        assert!(desk.row_if_any("first words").is_none());
        assert_eq!(desk.bearer(&code), 200);
        desk.browser.follow(&desk.in_row("other words", "a.edit"));
        desk.browser.fill("#edit [name=description]", "words alone");
        desk.browser.follow("#edit button");
        let css = desk.in_row("words alone", "td:nth-child(5) time");
        assert_eq!(desk.browser.attribute(&css, "datetime").as_deref(), Some("2099-12-31T14:45:00Z"), "left as it was");
    });
}

#[test]
fn console_1_a_code_is_made_permanent_reset_and_deleted() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        let code = make(desk, "long-lived");
        let day = expires(desk, "long-lived");
        desk.browser.follow(&desk.in_row("long-lived", "a.make-permanent"));
        desk.speaks();
        desk.browser.follow("#confirm button");
        assert!(desk.browser.is_shown("#notice"));
        desk.speaks();
        assert!(!desk.browser.exists(&desk.in_row("long-lived", "td:nth-child(5) time")));
        assert!(!desk.browser.exists(&desk.in_row("long-lived", "a.make-permanent")));
        desk.browser.follow(&desk.in_row("long-lived", "a.reset"));
        desk.speaks();
        desk.browser.follow("#confirm button");
        assert_eq!(expires(desk, "long-lived"), day);
        assert_eq!(desk.bearer(&code), 200);
        desk.speaks();
        desk.browser.follow(&desk.in_row("long-lived", "a.delete"));
        desk.speaks();
        desk.browser.follow("#cancel");
        assert_eq!(desk.bearer(&code), 200);
        desk.browser.follow(&desk.in_row("long-lived", "a.delete"));
        desk.browser.follow("#confirm button");
        assert!(desk.browser.is_shown("#notice") && desk.browser.is_shown("#empty"));
        assert_eq!(desk.bearer(&code), 401);
    });
}

/// The demo's clock is the real one, so the code's life is a second.
#[test]
fn console_1_an_expired_code_is_greyed_and_reactivated() {
    for reader in Reader::all(&LANGUAGES, Commit::Chromium) {
        let desk = Desk::new(reader, "[security_codes]\ndefault_lifetime = 1\n");
        desk.sign_in("super@example.com", "super");
        let code = make(&desk, "short-lived");
        desk.browser.wait("the code's expiry", |browser| {
            browser.reload();
            browser.exists("tr.expired[data-id]")
        });
        assert_eq!(desk.bearer(&code), 401);
        assert!(!desk.browser.exists("tr.expired a.reset, tr.expired a.make-permanent"));
        desk.speaks();
        desk.goto("/console/settings");
        desk.browser.fill("#settings [name=code_lifetime_seconds]", "3600");
        desk.browser.follow("#settings button");
        desk.goto("/console/codes");
        desk.browser.follow("tr.expired a.reactivate");
        desk.browser.follow("#confirm button");
        assert!(desk.browser.is_shown("#notice") && !desk.browser.exists("tr.expired"));
        desk.speaks();
        assert_eq!(desk.bearer(&code), 200, "the same secret");
        desk.is_quiet();
    }
}
