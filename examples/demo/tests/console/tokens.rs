//! A person's own tokens.

use crate::desk::{Desk, in_both, in_both_browsers};
use crate::visitor::Visitor;

fn create(desk: &Desk, label: &str, days: &str) {
    desk.goto("/console/tokens");
    desk.browser.fill("#create [name=label]", label);
    desk.browser.fill("#create [name=days]", days);
    desk.browser.send_anyway("#create");
}

#[test]
fn console_1_a_token_is_created_masked_revealed_once_and_listed_with_its_last_access() {
    in_both_browsers(|desk| {
        desk.sign_in("ivan", "ivan");
        assert!(desk.browser.is_shown("#empty") && !desk.browser.exists("#tokens"));
        desk.speaks();
        create(desk, "nightly build", "7");
        assert!(!desk.browser.text("#secret").contains("cfp_"), "masked at first");
        assert!(desk.browser.is_shown("#secret-warning"));
        desk.speaks();
        let token = desk.secret();
        assert!(token.starts_with("cfp_") && token.len() > 40, "{token}");
        desk.browser.follow("#done");
        assert_eq!(desk.browser.path(), "/console/tokens");
        desk.speaks();
        let row = desk.browser.text(&desk.in_row("nightly build", ""));
        assert!(row.contains(desk.word("Never", "Доступ не выполнялся")), "{row}");
        assert_eq!(desk.browser.count("#tokens tbody time"), 2, "created and expires");
        for name in ["title", "datetime"] {
            assert!(desk.browser.attribute("#tokens tbody time", name).is_some_and(|exact| exact.contains("20")));
        }
        assert_eq!(desk.bearer(&token), 200);
        desk.browser.reload();
        assert_eq!(desk.browser.count("#tokens tbody time"), 3, "and last access");
        assert!(!desk.browser.text("#tokens").contains(desk.word("Never", "Доступ не выполнялся")));
    });
}

#[test]
fn console_1_a_token_is_copied_by_its_button_and_is_gone_from_the_page_then() {
    in_both(|desk| {
        desk.browser.open_clipboard();
        desk.sign_in("ivan", "ivan");
        create(desk, "copied", "1");
        desk.browser.click("#copy");
        desk.browser.wait("the copy", |browser| browser.clipboard().starts_with("cfp_"));
        let token = desk.browser.clipboard();
        assert_eq!(desk.bearer(&token), 200);
        desk.browser.wait("the token to go", |browser| !browser.source().contains(&token));
        desk.speaks();
    });
}

#[test]
fn console_1_everything_of_a_token_works_without_scripts() {
    in_both(|desk| {
        desk.browser.run_scripts(false);
        desk.sign_in("ivan", "ivan");
        create(desk, "no script", "1");
        let token = desk.browser.text("#secret");
        assert_eq!(desk.bearer(&token), 200, "{token}");
        assert!(!desk.browser.is_shown("#reveal") && !desk.browser.is_shown("#copy"), "no button that does nothing");
        desk.browser.follow("#done");
        desk.browser.follow(&desk.in_row("no script", "a.rotate"));
        desk.browser.follow("#confirm button");
        let next = desk.browser.text("#secret");
        assert_eq!(desk.bearer(&next), 200, "{next}");
        desk.browser.follow("#done");
        desk.browser.follow(&desk.in_row("no script", "a.delete"));
        desk.browser.follow("#confirm button");
        assert!(desk.browser.is_shown("#notice"));
        assert_eq!(desk.bearer(&next), 401);
    });
}

#[test]
fn console_1_what_is_wrong_with_a_new_token_stands_beside_its_field() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        for (label, days, field) in [
            ("", "7", "label"),
            ("   ", "7", "label"),
            ("a label of twenty-one", "7", "label"),
            ("fine", "0", "days"),
            ("fine", "181", "days"),
            ("fine", "-1", "days"),
            ("fine", "", "days"),
        ] {
            create(desk, label, days);
            desk.finds_fault_with(field);
            assert_eq!(desk.browser.value("#create [name=label]"), label, "what was typed is kept");
            assert!(!desk.browser.exists("#secret"));
        }
        assert!(desk.browser.text("#days-error").contains(char::is_alphabetic));
        create(desk, "fine", "181");
        assert!(desk.browser.text("#days-error").contains("180"), "the limit is named");
        desk.make_token("fine", "7");
        create(desk, " FINE ", "7");
        desk.finds_fault_with("label");
        desk.goto("/console/tokens");
        assert_eq!(desk.browser.count("tr[data-id]"), 1);
    });
}

#[test]
fn console_1_a_form_that_no_browser_sends_has_the_status_of_its_fault() {
    let server = crate::desk::server("");
    let mut visitor = Visitor::signed_in(server.port, "ivan", "ivan");
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
        let reply = visitor.submit(page, page, &[("label", label), ("days", days)]);
        assert_eq!(reply.status, status, "{label:?} {days:?}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let missing = visitor.submit(page, page, &[]);
    assert_eq!(missing.status, 422);
    let twice = visitor.submit(page, page, &[("label", "b"), ("label", "c"), ("days", "1")]);
    assert_eq!(twice.status, 422);
    assert_eq!(visitor.get(page).ids().len(), 1);
}

#[test]
fn console_1_a_token_is_revoked_after_a_confirmation_that_can_be_cancelled() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        let (one, other) = (desk.make_token("one", "7"), desk.make_token("other", "7"));
        desk.browser.follow(&desk.in_row("one", "a.delete"));
        assert!(desk.browser.text("main").contains("one"), "it says which");
        desk.speaks();
        desk.browser.follow("#cancel");
        assert_eq!((desk.bearer(&one), desk.browser.count("tr[data-id]")), (200, 2));
        desk.browser.follow(&desk.in_row("one", "a.delete"));
        desk.browser.follow("#confirm button");
        assert_eq!(desk.browser.path().split('?').next(), Some("/console/tokens"));
        assert_eq!(desk.browser.attribute("#notice", "role").as_deref(), Some("status"));
        desk.speaks();
        assert_eq!((desk.bearer(&one), desk.bearer(&other)), (401, 200));
        assert!(desk.row_if_any("one").is_none());
        desk.browser.reload();
        assert!(desk.row_if_any("other").is_some());
        desk.make_token("one", "7");
    });
}

#[test]
fn console_1_a_token_is_replaced_at_once_or_with_an_overlap() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        let first = desk.make_token("turning", "7");
        desk.browser.follow(&desk.in_row("turning", "a.rotate"));
        desk.speaks();
        desk.browser.choose("#confirm [name=overlap_seconds]", "3600");
        desk.browser.follow("#confirm button");
        let second = desk.secret();
        desk.speaks();
        assert_ne!(first, second);
        assert_eq!((desk.bearer(&first), desk.bearer(&second)), (200, 200), "both, for an hour");
        desk.browser.follow("#done");
        assert_eq!(desk.browser.texts("td.label").iter().filter(|label| label.contains("turning")).count(), 2);
        desk.make_token("at once", "7");
        desk.browser.follow(&desk.in_row("at once", "a.rotate"));
        desk.browser.choose("#confirm [name=overlap_seconds]", "0");
        desk.browser.follow("#confirm button");
        let last = desk.secret();
        desk.browser.follow("#done");
        assert_eq!(desk.bearer(&last), 200);
        assert_eq!(desk.browser.texts("td.label").iter().filter(|label| label.contains("at once")).count(), 1);
    });
}

#[test]
fn console_1_where_tokens_are_switched_off_their_owner_sees_neither_tab_nor_list() {
    in_both(|desk| {
        desk.sign_in("ivan", "ivan");
        let token = desk.make_token("kept", "7");
        assert!(desk.browser.exists("nav a[href=\"/console/tokens\"]"));
        switch(desk, false);
        desk.goto("/console/tokens");
        assert!(desk.browser.is_shown("#off"));
        assert!(!desk.browser.exists("#tokens") && !desk.browser.exists("#create"));
        assert!(!desk.browser.exists("nav a[href=\"/console/tokens\"]"));
        desk.speaks();
        assert_eq!(desk.bearer(&token), 401);
        switch(desk, true);
        desk.goto("/console/tokens");
        assert!(desk.row_if_any("kept").is_some());
        assert_eq!(desk.bearer(&token), 200);
    });
}

/// An administrator switches, elsewhere.
fn switch(desk: &Desk, on: bool) {
    let mut admin = Visitor::signed_in(desk.server.port, "admin", "admin");
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
fn console_1_somebody_who_may_not_have_tokens_is_told_why() {
    in_both(|desk| {
        desk.goto("/console/sign-in?next=/profile");
        desk.try_to_sign_in("newbie", "newbie");
        assert!(!desk.browser.exists("nav a[href=\"/console/tokens\"]"), "token login is not allowed for the account");
        desk.goto("/console/tokens");
        assert!(desk.browser.is_shown("#off") && !desk.browser.exists("#create"));
        desk.speaks();
        let newbie = desk.browser.text("#off");
        desk.hand_over("carol", "carol");
        assert!(desk.browser.is_shown("#off") && !desk.browser.exists("#create"), "a collaborator");
        desk.speaks();
        assert_ne!(desk.browser.text("#off"), newbie);
    });
}

#[test]
fn console_1_somebody_elses_token_is_not_found() {
    let server = crate::desk::server("");
    let mut ivan = Visitor::signed_in(server.port, "ivan", "ivan");
    ivan.submit("/console/tokens", "/console/tokens", &[("label", "mine"), ("days", "1")]);
    let id = ivan.get("/console/tokens").ids().remove(0);
    let mut bill = Visitor::signed_in(server.port, "AD\\bill.posters", "blabla");
    for verb in ["delete", "rotate"] {
        for id in [id.as_str(), "unknown", "0", "%00", "..%2f.."] {
            let path = format!("/console/tokens/{id}/{verb}");
            assert_eq!(bill.get(&path).status, 404, "{path}");
            assert_eq!(bill.submit("/console/tokens", &path, &[("overlap_seconds", "0")]).status, 404, "{path}");
        }
    }
    assert_eq!(ivan.get("/console/tokens").ids(), [id]);
}
