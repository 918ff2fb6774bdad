//! Registered clients, as an administrator handles them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::desk::{Desk, in_both};
use crate::visitor::Visitor;

fn register(desk: &Desk, name: &str, id: &str, ticks: &[&str], mode: &str) {
    desk.goto("/console/clients");
    desk.browser.fill("#create [name=display_name]", name);
    desk.browser.fill("#create [name=id]", id);
    for (css, what) in [
        ("[name=grants][value=password]", "password"),
        ("[name=grants][value=refresh_token]", "refresh_token"),
        ("[name=public]", "public"),
        ("[name=resource_server]", "resource_server"),
    ] {
        desk.browser.tick(&format!("#create {css}"), ticks.contains(&what));
    }
    desk.browser.choose("#create [name=refresh_mode]", mode);
    assert!(!desk.browser.exists("#create [name=password]"), "the password was given a moment ago");
    desk.browser.send_anyway("#create");
}

/// What Ivan's sign-in at the token endpoint is answered where the client authenticates with that API key.
fn sign_in_with(desk: &Desk, api_key: &str) -> u16 {
    let basic = format!("Basic {api_key}");
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];
    Visitor::new(desk.server.port).post_with("/token", &[("Authorization", &basic)], &form).status
}

fn key(id: &str, secret: &str) -> String {
    STANDARD.encode(format!("{id}:{secret}"))
}

#[test]
fn console_1_a_client_is_registered_and_its_api_key_copied_once() {
    in_both(|desk| {
        desk.browser.open_clipboard();
        desk.sign_in("admin", "admin");
        desk.goto("/console/clients");
        assert_eq!(desk.browser.count("#clients tr[data-id]"), 4);
        desk.speaks();
        register(desk, "Night reports", "reports", &["password", "refresh_token"], "reuse");
        desk.speaks();
        let secret = desk.secret();
        assert!(secret.starts_with("cfc_"));
        assert!(!desk.browser.text("#api-key").contains(&key("reports", &secret)), "masked");
        desk.browser.click("#copy-api-key");
        desk.browser.wait("the copy", |browser| !browser.clipboard().is_empty());
        assert_eq!(desk.browser.clipboard(), key("reports", &secret));
        assert_eq!(sign_in_with(desk, &desk.browser.clipboard()), 200);
        desk.browser.follow("#done");
        assert_eq!(desk.browser.path(), "/console/clients");
        assert!(desk.browser.text("tr[data-id=reports]").contains("Night reports"));
        assert!(!desk.browser.source().contains(&secret));
    });
}

#[test]
fn console_1_a_client_without_an_id_gets_one_and_a_public_one_has_no_secret() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        register(desk, "Named by us", "", &["password"], "rotate");
        let secret = desk.secret();
        desk.browser.follow("#done");
        assert_eq!(sign_in_with(desk, &key(&desk.row("Named by us"), &secret)), 200);
        let name = desk.word("In the open", "В открытую");
        register(desk, name, "open", &["password", "refresh_token", "public"], "rotate");
        assert!(!desk.browser.exists("#secret") && !desk.browser.exists("#api-key"));
        desk.speaks();
        desk.goto("/console/clients");
        assert!(!desk.browser.exists("tr[data-id=open] a.secret"));
        register(desk, "Asks about tokens", "asks", &["resource_server"], "rotate");
        assert!(desk.secret().starts_with("cfc_"));
        desk.browser.follow("#done");
        desk.speaks();
    });
}

#[test]
fn console_1_what_is_wrong_with_a_client_stands_beside_its_field() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        for (name, id, ticks, mode, field) in [
            ("", "", &["password"][..], "rotate", "display_name"),
            ("Taken", "rotating", &["password"], "rotate", "id"),
            ("Wrong", "two words", &["password"], "rotate", "id"),
            ("Public", "p", &["password", "refresh_token", "public"], "reuse", "refresh_mode"),
        ] {
            register(desk, name, id, ticks, mode);
            desk.finds_fault_with(field);
            assert_eq!(desk.browser.value("#create [name=display_name]"), name);
            assert_eq!(desk.browser.value("#create [name=id]"), id);
        }
        desk.goto("/console/clients");
        assert_eq!(desk.browser.count("#clients tr[data-id]"), 4);
    });
}

#[test]
fn console_1_a_client_is_disabled_and_enabled() {
    in_both(|desk| {
        let known = key("rotating", "rotating-secret-for-the-demo-only");
        assert_eq!(sign_in_with(desk, &known), 200);
        desk.sign_in("admin", "admin");
        desk.goto("/console/clients");
        desk.browser.follow("tr[data-id=rotating] form.disable button");
        assert!(desk.browser.is_shown("#notice"));
        desk.speaks();
        assert_eq!(sign_in_with(desk, &known), 401);
        desk.browser.follow("tr[data-id=rotating] form.enable button");
        assert!(desk.browser.is_shown("#notice") && desk.browser.exists("tr[data-id=rotating] form.disable"));
        desk.speaks();
        assert_eq!(sign_in_with(desk, &known), 200);
    });
}

#[test]
fn console_1_a_clients_secret_is_replaced_at_once_or_with_an_overlap() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        let first = key("rotating", "rotating-secret-for-the-demo-only");
        let replace = |overlap: &str| {
            desk.goto("/console/clients");
            desk.browser.follow("tr[data-id=rotating] a.secret");
            desk.speaks();
            desk.browser.choose("#confirm [name=overlap_seconds]", overlap);
            desk.browser.follow("#confirm button");
            desk.speaks();
            let secret = desk.secret();
            desk.browser.follow("#done");
            key("rotating", &secret)
        };
        let second = replace("3600");
        assert_eq!((sign_in_with(desk, &first), sign_in_with(desk, &second)), (200, 200));
        let third = replace("0");
        assert_eq!([&first, &second, &third].map(|key| sign_in_with(desk, key)), [401, 401, 200]);
    });
}

#[test]
fn console_1_a_client_is_deleted_after_a_confirmation() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        desk.goto("/console/clients");
        desk.browser.follow("tr[data-id=machine] a.delete");
        assert!(desk.browser.text("main").contains("machine"));
        desk.speaks();
        desk.browser.follow("#cancel");
        assert!(desk.browser.exists("tr[data-id=machine]"));
        desk.browser.follow("tr[data-id=machine] a.delete");
        desk.browser.follow("#confirm button");
        assert!(desk.browser.is_shown("#notice") && !desk.browser.exists("tr[data-id=machine]"));
        desk.speaks();
    });
}
