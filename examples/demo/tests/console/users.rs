//! Other people's tokens and switches, as administrators see them.

use crate::desk::in_both;
use crate::visitor::Visitor;

#[test]
fn console_1_an_administrator_finds_a_user_and_sees_and_revokes_that_users_token() {
    in_both(|desk| {
        desk.sign_in("AD\\bill.posters", "blabla");
        let (one, other) = (desk.make_token("one", "7"), desk.make_token("other", "7"));
        desk.hand_over("admin", "admin");
        desk.goto("/console/users");
        assert_eq!(desk.browser.count("tr[data-subject]"), 6);
        desk.speaks();
        desk.browser.fill("#find [name=q]", "bill");
        desk.browser.follow("#find button");
        assert_eq!(desk.browser.count("tr[data-subject]"), 1);
        assert_eq!(desk.browser.value("#find [name=q]"), "bill");
        desk.browser.follow("tr[data-subject] a");
        // The subject is text that looks like elements.
        assert!(desk.browser.text("main").contains("<ID>6</ID><ServerID>1</ServerID>"));
        assert!(!desk.browser.exists("serverid"));
        desk.speaks();
        assert_eq!(desk.browser.count("#tokens tr[data-id]"), 2);
        assert!(!desk.browser.exists("#tokens a.rotate"), "a secret is its owner's");
        desk.browser.follow(&desk.in_row("one", "a.delete"));
        assert!(desk.browser.text("main").contains("one"));
        desk.speaks();
        desk.browser.follow("#confirm button");
        assert!(desk.browser.is_shown("#notice") && desk.browser.path().starts_with("/console/users/"));
        assert!(desk.row_if_any("one").is_none() && desk.row_if_any("other").is_some());
        assert_eq!((desk.bearer(&one), desk.bearer(&other)), (401, 200));
    });
}

#[test]
fn console_1_nobody_of_such_a_name_is_an_answer_that_says_what_to_do() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        desk.goto("/console/users?q=nobody%20at%20all");
        assert!(desk.browser.is_shown("#empty") && !desk.browser.exists("#users"));
        desk.speaks();
        desk.goto("/console/users/nobody");
        assert!(!desk.browser.exists("#token-login"));
        desk.speaks();
        let complaints = desk.browser.complaints();
        assert!(complaints.iter().all(|complaint| complaint.contains("a status of 404 ")), "{complaints:?}");
    });
}

#[test]
fn console_1_token_login_is_allowed_and_stopped_for_an_account() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        desk.goto("/console/users?q=newbie");
        desk.browser.follow("tr[data-subject] a");
        desk.browser.follow("#token-login button");
        assert!(desk.browser.is_shown("#notice"));
        desk.speaks();
        desk.hand_over("newbie", "newbie");
        let token = desk.make_token("allowed", "7");
        assert_eq!(desk.bearer(&token), 200);
        desk.hand_over("admin", "admin");
        desk.goto("/console/users?q=newbie");
        desk.browser.follow("tr[data-subject] a");
        desk.browser.follow("#token-login button");
        assert_eq!(desk.bearer(&token), 401);
        assert_eq!(desk.browser.count("#tokens tr[data-id]"), 1, "an administrator sees it all the same");
        let mut newbie = Visitor::signed_in(desk.server.port, "newbie", "newbie");
        assert!(newbie.get("/console/tokens").body.contains("id=\"off\""));
    });
}

#[test]
fn pages_of_administrators_are_closed_to_others_and_not_in_their_navigation() {
    let server = crate::desk::server("");
    let all = ["users", "users/ivan", "codes", "clients", "settings", "events"];
    for (name, password, open) in [
        ("ivan", "ivan", &[][..]),
        ("carol", "carol", &[]),
        ("admin", "admin", &["users", "users/ivan", "clients", "settings", "events"]),
        ("super@example.com", "super", &all),
    ] {
        let mut visitor = Visitor::signed_in(server.port, name, password);
        let nav = visitor.get("/console/profile").between("<nav", "</nav>").remove(0);
        for page in all {
            let path = format!("/console/{page}");
            let expected = if !open.contains(&page) {
                403
            } else if page == "users/ivan" {
                404
            } else {
                200
            };
            let status = visitor.get(&path).status;
            assert!(
                status == expected || (page == "users/ivan" && status == 200 && open.contains(&page)),
                "{name} {path}: {status}"
            );
            if !page.contains('/') {
                assert_eq!(nav.contains(&format!("href=\"{path}\"")), open.contains(&page), "{name} {path}");
            }
        }
    }
}
