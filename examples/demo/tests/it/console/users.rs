//! Tests the pages about the tokens of other users. Also tests the per-user setting "token login".

use super::fixture::in_both;
use super::http_client::HttpClient;

#[test]
fn console_1_an_administrator_finds_a_user_and_sees_and_revokes_that_users_token() {
    in_both(|fixture| {
        fixture.sign_in("AD\\bill.posters", "blabla");
        let (one, other) = (fixture.make_token("one", "7"), fixture.make_token("other", "7"));
        fixture.hand_over("admin", "admin");
        fixture.goto("/console/users");
        assert_eq!(fixture.browser.count("tr[data-subject]"), 6);
        fixture.speaks();
        fixture.browser.fill("#find [name=q]", "bill");
        fixture.browser.follow("#find button");
        assert_eq!(fixture.browser.count("tr[data-subject]"), 1);
        assert_eq!(fixture.browser.value("#find [name=q]"), "bill");
        fixture.browser.follow("tr[data-subject] a");
        // Bill's subject id looks like XML elements. The page must show it as text.
        assert!(fixture.browser.text("main").contains("<ID>6</ID><ServerID>1</ServerID>"));
        assert!(!fixture.browser.exists("serverid"));
        fixture.speaks();
        assert_eq!(fixture.browser.count("#tokens tr[data-id]"), 2);
        assert!(!fixture.browser.exists("#tokens a.rotate"), "a secret is its owner's");
        fixture.browser.follow(&fixture.in_row("one", "a.delete"));
        assert!(fixture.browser.text("main").contains("one"));
        fixture.speaks();
        fixture.browser.follow("#confirm button");
        assert!(fixture.browser.is_shown("#notice") && fixture.browser.path().starts_with("/console/users/"));
        assert!(fixture.row_if_any("one").is_none() && fixture.row_if_any("other").is_some());
        assert_eq!((fixture.bearer(&one), fixture.bearer(&other)), (401, 200));
    });
}

#[test]
fn console_1_a_search_without_results_says_what_to_do() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        fixture.goto("/console/users?q=nobody%20at%20all");
        assert!(fixture.browser.is_shown("#empty") && !fixture.browser.exists("#users"));
        fixture.speaks();
        fixture.goto("/console/users/nobody");
        assert!(!fixture.browser.exists("#token-login"));
        fixture.speaks();
        let complaints = fixture.browser.complaints();
        assert!(complaints.iter().all(|complaint| complaint.contains("a status of 404 ")), "{complaints:?}");
    });
}

#[test]
fn console_1_token_login_is_allowed_and_stopped_for_an_account() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        fixture.goto("/console/users?q=newbie");
        fixture.browser.follow("tr[data-subject] a");
        fixture.browser.follow("#token-login button");
        assert!(fixture.browser.is_shown("#notice"));
        fixture.speaks();
        fixture.hand_over("newbie", "newbie");
        let token = fixture.make_token("allowed", "7");
        assert_eq!(fixture.bearer(&token), 200);
        fixture.hand_over("admin", "admin");
        fixture.goto("/console/users?q=newbie");
        fixture.browser.follow("tr[data-subject] a");
        fixture.browser.follow("#token-login button");
        assert_eq!(fixture.bearer(&token), 401);
        assert_eq!(fixture.browser.count("#tokens tr[data-id]"), 1, "an administrator sees it all the same");
        let mut newbie = HttpClient::signed_in(fixture.server.port, "newbie", "newbie");
        assert!(newbie.get("/console/tokens").body.contains("id=\"off\""));
    });
}

#[test]
fn pages_of_administrators_are_closed_to_others_and_not_in_their_navigation() {
    let server = super::fixture::server("");
    let all = ["users", "users/ivan", "credentials", "codes", "clients", "settings", "events"];
    for (name, password, open) in [
        ("ivan", "ivan", &[][..]),
        ("carol", "carol", &[]),
        ("admin", "admin", &["users", "users/ivan", "credentials", "clients", "settings", "events"]),
        ("super@example.com", "super", &all),
    ] {
        let mut client = HttpClient::signed_in(server.port, name, password);
        let nav = client.get("/console/profile").between("<nav", "</nav>").remove(0);
        for page in all {
            let path = format!("/console/{page}");
            let expected = if !open.contains(&page) {
                403
            } else if page == "users/ivan" {
                404
            } else {
                200
            };
            let status = client.get(&path).status;
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
