//! Tests the pages about the viewer's own tokens.

use super::fixture::{Fixture, in_both, in_both_browsers};
use super::http_client::HttpClient;

fn create(fixture: &Fixture, label: &str, days: &str) {
    fixture.goto("/console/tokens");
    fixture.browser.fill("#create [name=label]", label);
    fixture.browser.fill("#create [name=days]", days);
    fixture.browser.send_anyway("#create");
}

#[test]
fn console_1_a_token_is_created_masked_revealed_once_and_listed_with_its_last_access() {
    in_both_browsers(|fixture| {
        fixture.sign_in("ivan", "ivan");
        assert!(fixture.browser.is_shown("#empty") && !fixture.browser.exists("#tokens"));
        fixture.speaks();
        create(fixture, "nightly build", "7");
        assert!(!fixture.browser.text("#secret").contains("cfp_"), "masked at first");
        assert!(fixture.browser.is_shown("#secret-warning"));
        fixture.speaks();
        let token = fixture.secret();
        assert!(token.starts_with("cfp_") && token.len() > 40, "{token}");
        fixture.browser.follow("#done");
        assert_eq!(fixture.browser.path(), "/console/tokens");
        fixture.speaks();
        let row = fixture.browser.text(&fixture.in_row("nightly build", ""));
        assert!(row.contains(fixture.word("Never", "Доступ не выполнялся")), "{row}");
        assert_eq!(fixture.browser.count("#tokens tbody time"), 2, "created and expires");
        for name in ["title", "datetime"] {
            assert!(fixture.browser.attribute("#tokens tbody time", name).is_some_and(|exact| exact.contains("20")));
        }
        assert_eq!(fixture.bearer(&token), 200);
        fixture.browser.reload();
        assert_eq!(fixture.browser.count("#tokens tbody time"), 3, "and last access");
        assert!(!fixture.browser.text("#tokens").contains(fixture.word("Never", "Доступ не выполнялся")));
    });
}

#[test]
fn console_1_a_token_is_copied_by_its_button_and_is_gone_from_the_page_then() {
    in_both(|fixture| {
        fixture.browser.open_clipboard();
        fixture.sign_in("ivan", "ivan");
        create(fixture, "copied", "1");
        fixture.browser.click("#copy");
        fixture.browser.wait("the copy", |browser| browser.clipboard().starts_with("cfp_"));
        let token = fixture.browser.clipboard();
        assert_eq!(fixture.bearer(&token), 200);
        fixture.browser.wait("the token to go", |browser| !browser.source().contains(&token));
        fixture.speaks();
    });
}

#[test]
fn console_1_everything_of_a_token_works_without_scripts() {
    in_both(|fixture| {
        fixture.browser.run_scripts(false);
        fixture.sign_in("ivan", "ivan");
        create(fixture, "no script", "1");
        let token = fixture.browser.text("#secret");
        assert_eq!(fixture.bearer(&token), 200, "{token}");
        assert!(
            !fixture.browser.is_shown("#reveal") && !fixture.browser.is_shown("#copy"),
            "no button that does nothing"
        );
        fixture.browser.follow("#done");
        fixture.browser.follow(&fixture.in_row("no script", "a.rotate"));
        fixture.browser.follow("#confirm button");
        let next = fixture.browser.text("#secret");
        assert_eq!(fixture.bearer(&next), 200, "{next}");
        fixture.browser.follow("#done");
        fixture.browser.follow(&fixture.in_row("no script", "a.delete"));
        fixture.browser.follow("#confirm button");
        assert!(fixture.browser.is_shown("#notice"));
        assert_eq!(fixture.bearer(&next), 401);
    });
}

#[test]
fn console_1_an_error_of_a_new_token_is_shown_at_its_field() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        for (label, days, field) in [
            ("", "7", "label"),
            ("   ", "7", "label"),
            ("a label of twenty-one", "7", "label"),
            ("fine", "0", "days"),
            ("fine", "181", "days"),
            ("fine", "-1", "days"),
            ("fine", "", "days"),
        ] {
            create(fixture, label, days);
            fixture.finds_fault_with(field);
            assert_eq!(fixture.browser.value("#create [name=label]"), label, "what was typed is kept");
            assert!(!fixture.browser.exists("#secret"));
        }
        assert!(fixture.browser.text("#days-error").contains(char::is_alphabetic));
        create(fixture, "fine", "181");
        assert!(fixture.browser.text("#days-error").contains("180"), "the limit is named");
        fixture.make_token("fine", "7");
        create(fixture, " FINE ", "7");
        fixture.finds_fault_with("label");
        fixture.goto("/console/tokens");
        assert_eq!(fixture.browser.count("tr[data-id]"), 1);
    });
}

#[test]
fn console_1_a_form_that_no_browser_sends_has_the_status_of_its_fault() {
    let server = super::fixture::server("");
    let mut client = HttpClient::signed_in(server.port, "ivan", "ivan");
    let page = "/console/tokens";
    for (label, days, status) in [
        ("a", "1.5", 422),
        ("a", "x", 422),
        ("a", "99999999999999999999", 422),
        ("a", "١", 422),
        ("a\u{7}", "1", 422),
        ("a\u{202e}b", "1", 422),
        ("\u{200b}", "1", 422),
        ("a", "1", 200),
        ("A", "1", 409),
    ] {
        let reply = client.submit(page, page, &[("label", label), ("days", days), ("rights", "all")]);
        assert_eq!(reply.status, status, "{label:?} {days:?}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let missing = client.submit(page, page, &[]);
    assert_eq!(missing.status, 422);
    let twice = client.submit(page, page, &[("label", "b"), ("label", "c"), ("days", "1"), ("rights", "all")]);
    assert_eq!(twice.status, 422);
    assert_eq!(client.get(page).ids().len(), 1);
}

#[test]
fn console_1_a_token_is_revoked_after_a_confirmation_that_can_be_cancelled() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        let (one, other) = (fixture.make_token("one", "7"), fixture.make_token("other", "7"));
        fixture.browser.follow(&fixture.in_row("one", "a.delete"));
        assert!(fixture.browser.text("main").contains("one"), "it says which");
        fixture.speaks();
        fixture.browser.follow("#cancel");
        assert_eq!((fixture.bearer(&one), fixture.browser.count("tr[data-id]")), (200, 2));
        fixture.browser.follow(&fixture.in_row("one", "a.delete"));
        fixture.browser.follow("#confirm button");
        assert_eq!(fixture.browser.path().split('?').next(), Some("/console/tokens"));
        assert_eq!(fixture.browser.attribute("#notice", "role").as_deref(), Some("status"));
        fixture.speaks();
        assert_eq!((fixture.bearer(&one), fixture.bearer(&other)), (401, 200));
        assert!(fixture.row_if_any("one").is_none());
        fixture.browser.reload();
        assert!(fixture.row_if_any("other").is_some());
        fixture.make_token("one", "7");
    });
}

#[test]
fn console_1_a_token_is_replaced_at_once_or_with_an_overlap() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        let first = fixture.make_token("turning", "7");
        fixture.browser.follow(&fixture.in_row("turning", "a.rotate"));
        fixture.speaks();
        fixture.browser.choose("#confirm [name=overlap_seconds]", "3600");
        fixture.browser.follow("#confirm button");
        let second = fixture.secret();
        fixture.speaks();
        assert_ne!(first, second);
        assert_eq!((fixture.bearer(&first), fixture.bearer(&second)), (200, 200), "both, for an hour");
        fixture.browser.follow("#done");
        assert_eq!(fixture.browser.texts("td.label").iter().filter(|label| label.contains("turning")).count(), 2);
        fixture.make_token("at once", "7");
        fixture.browser.follow(&fixture.in_row("at once", "a.rotate"));
        fixture.browser.choose("#confirm [name=overlap_seconds]", "0");
        fixture.browser.follow("#confirm button");
        let last = fixture.secret();
        fixture.browser.follow("#done");
        assert_eq!(fixture.bearer(&last), 200);
        assert_eq!(fixture.browser.texts("td.label").iter().filter(|label| label.contains("at once")).count(), 1);
    });
}

#[test]
fn console_1_where_tokens_are_switched_off_their_owner_sees_neither_tab_nor_list() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        let token = fixture.make_token("kept", "7");
        assert!(fixture.browser.exists("nav a[href=\"/console/tokens\"]"));
        switch(fixture, false);
        fixture.goto("/console/tokens");
        assert!(fixture.browser.is_shown("#off"));
        assert!(!fixture.browser.exists("#tokens") && !fixture.browser.exists("#create"));
        assert!(!fixture.browser.exists("nav a[href=\"/console/tokens\"]"));
        fixture.speaks();
        assert_eq!(fixture.bearer(&token), 401);
        switch(fixture, true);
        fixture.goto("/console/tokens");
        assert!(fixture.row_if_any("kept").is_some());
        assert_eq!(fixture.bearer(&token), 200);
    });
}

/// Turns the setting for personal access tokens on or off, as an administrator in another session.
fn switch(fixture: &Fixture, on: bool) {
    let mut admin = HttpClient::signed_in(fixture.server.port, "admin", "admin");
    let page = admin.get("/console/settings");
    let mut fields = Vec::new();
    assert!(page.body.contains("name=\"personal_access_tokens_enabled\""), "{}", page.body);
    for name in ["personal_access_tokens_enabled_was", "access_lifetime_seconds", "pat_max_days"] {
        let value = page.between(&format!("name=\"{name}\" value=\""), "\"").remove(0);
        fields.push((name, value));
    }
    let _numbers = fields.split_off(1);
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if on {
        fields.push(("personal_access_tokens_enabled", "true"));
    }
    assert_eq!(admin.submit("/console/settings", "/console/settings", &fields).status, 303);
}

#[test]
fn console_1_an_account_without_the_right_to_tokens_sees_the_reason() {
    in_both(|fixture| {
        fixture.goto("/console/sign-in?next=/profile");
        fixture.try_to_sign_in("newbie", "newbie");
        assert!(
            !fixture.browser.exists("nav a[href=\"/console/tokens\"]"),
            "token login is not allowed for the account"
        );
        fixture.goto("/console/tokens");
        assert!(fixture.browser.is_shown("#off") && !fixture.browser.exists("#create"));
        fixture.speaks();
        let newbie = fixture.browser.text("#off");
        fixture.hand_over("carol", "carol");
        assert!(fixture.browser.is_shown("#off") && !fixture.browser.exists("#create"), "a collaborator");
        fixture.speaks();
        assert_ne!(fixture.browser.text("#off"), newbie);
    });
}

#[test]
fn console_1_another_owners_token_is_not_found() {
    let server = super::fixture::server("");
    let mut ivan = HttpClient::signed_in(server.port, "ivan", "ivan");
    ivan.submit("/console/tokens", "/console/tokens", &[("label", "mine"), ("days", "1"), ("rights", "all")]);
    let id = ivan.get("/console/tokens").ids().remove(0);
    let mut bill = HttpClient::signed_in(server.port, "AD\\bill.posters", "blabla");
    for action in ["delete", "rotate"] {
        for id in [id.as_str(), "unknown", "0", "%00", "..%2f.."] {
            let path = format!("/console/tokens/{id}/{action}");
            assert_eq!(bill.get(&path).status, 404, "{path}");
            assert_eq!(bill.submit("/console/tokens", &path, &[("overlap_seconds", "0")]).status, 404, "{path}");
        }
    }
    assert_eq!(ivan.get("/console/tokens").ids(), [id]);
}
