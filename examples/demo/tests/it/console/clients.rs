//! Tests the pages of clients, as an administrator uses them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fixture::{Fixture, in_both};
use super::http_client::HttpClient;

fn register(fixture: &Fixture, name: &str, id: &str, ticks: &[&str], mode: &str) {
    fixture.goto("/console/clients");
    fixture.browser.fill("#create [name=display_name]", name);
    fixture.browser.fill("#create [name=id]", id);
    for (css, what) in [
        ("[name=grants][value=password]", "password"),
        ("[name=grants][value=refresh_token]", "refresh_token"),
        ("[name=public]", "public"),
        ("[name=resource_server]", "resource_server"),
    ] {
        fixture.browser.tick(&format!("#create {css}"), ticks.contains(&what));
    }
    fixture.browser.choose("#create [name=refresh_mode]", mode);
    assert!(!fixture.browser.exists("#create [name=password]"), "the password was given a moment ago");
    fixture.browser.send_anyway("#create");
}

/// Signs ivan in at the token endpoint. `api_key` contains the id and the secret of the client. Returns the status.
fn sign_in_with(fixture: &Fixture, api_key: &str) -> u16 {
    let basic = format!("Basic {api_key}");
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];
    HttpClient::new(fixture.server.port).post_with("/token", &[("Authorization", &basic)], &form).status
}

fn key(id: &str, secret: &str) -> String {
    STANDARD.encode(format!("{id}:{secret}"))
}

#[test]
fn console_1_a_client_is_registered_and_its_api_key_copied_once() {
    in_both(|fixture| {
        fixture.browser.open_clipboard();
        fixture.sign_in("admin", "admin");
        fixture.goto("/console/clients");
        assert_eq!(fixture.browser.count("#clients tr[data-id]"), 4);
        fixture.speaks();
        register(fixture, "Night reports", "reports", &["password", "refresh_token"], "reuse");
        fixture.speaks();
        let secret = fixture.secret();
        assert!(secret.starts_with("cfc_"));
        assert!(!fixture.browser.text("#api-key").contains(&key("reports", &secret)), "masked");
        fixture.browser.click("#copy-api-key");
        fixture.browser.wait("the copy", |browser| !browser.clipboard().is_empty());
        assert_eq!(fixture.browser.clipboard(), key("reports", &secret));
        assert_eq!(sign_in_with(fixture, &fixture.browser.clipboard()), 200);
        fixture.browser.follow("#done");
        assert_eq!(fixture.browser.path(), "/console/clients");
        assert!(fixture.browser.text("tr[data-id=reports]").contains("Night reports"));
        assert!(!fixture.browser.source().contains(&secret));
    });
}

#[test]
fn console_1_a_client_without_an_id_gets_one_and_a_public_one_has_no_secret() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        register(fixture, "Named by us", "", &["password"], "rotate");
        let secret = fixture.secret();
        fixture.browser.follow("#done");
        assert_eq!(sign_in_with(fixture, &key(&fixture.row("Named by us"), &secret)), 200);
        let name = fixture.word("In the open", "В открытую");
        register(fixture, name, "open", &["password", "refresh_token", "public"], "rotate");
        assert!(!fixture.browser.exists("#secret") && !fixture.browser.exists("#api-key"));
        fixture.speaks();
        fixture.goto("/console/clients");
        assert!(!fixture.browser.exists("tr[data-id=open] a.secret"));
        register(fixture, "Asks about tokens", "asks", &["resource_server"], "rotate");
        assert!(fixture.secret().starts_with("cfc_"));
        fixture.browser.follow("#done");
        fixture.speaks();
    });
}

#[test]
fn console_1_an_error_of_a_client_is_shown_at_its_field() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        for (name, id, ticks, mode, field) in [
            ("", "", &["password"][..], "rotate", "display_name"),
            ("Taken", "rotating", &["password"], "rotate", "id"),
            ("Wrong", "two words", &["password"], "rotate", "id"),
            ("Public", "p", &["password", "refresh_token", "public"], "reuse", "refresh_mode"),
        ] {
            register(fixture, name, id, ticks, mode);
            fixture.finds_fault_with(field);
            assert_eq!(fixture.browser.value("#create [name=display_name]"), name);
            assert_eq!(fixture.browser.value("#create [name=id]"), id);
        }
        fixture.goto("/console/clients");
        assert_eq!(fixture.browser.count("#clients tr[data-id]"), 4);
    });
}

#[test]
fn console_1_a_client_is_disabled_and_enabled() {
    in_both(|fixture| {
        let known = key("rotating", "rotating-secret-for-the-demo-only");
        assert_eq!(sign_in_with(fixture, &known), 200);
        fixture.sign_in("admin", "admin");
        fixture.goto("/console/clients");
        fixture.browser.follow("tr[data-id=rotating] form.disable button");
        assert!(fixture.browser.is_shown("#notice"));
        fixture.speaks();
        assert_eq!(sign_in_with(fixture, &known), 401);
        fixture.browser.follow("tr[data-id=rotating] form.enable button");
        assert!(fixture.browser.is_shown("#notice") && fixture.browser.exists("tr[data-id=rotating] form.disable"));
        fixture.speaks();
        assert_eq!(sign_in_with(fixture, &known), 200);
    });
}

#[test]
fn console_1_a_clients_secret_is_replaced_at_once_or_with_an_overlap() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        let first = key("rotating", "rotating-secret-for-the-demo-only");
        let replace = |overlap: &str| {
            fixture.goto("/console/clients");
            fixture.browser.follow("tr[data-id=rotating] a.secret");
            fixture.speaks();
            fixture.browser.choose("#confirm [name=overlap_seconds]", overlap);
            fixture.browser.follow("#confirm button");
            fixture.speaks();
            let secret = fixture.secret();
            fixture.browser.follow("#done");
            key("rotating", &secret)
        };
        let second = replace("3600");
        assert_eq!((sign_in_with(fixture, &first), sign_in_with(fixture, &second)), (200, 200));
        let third = replace("0");
        assert_eq!([&first, &second, &third].map(|key| sign_in_with(fixture, key)), [401, 401, 200]);
    });
}

#[test]
fn console_1_a_client_is_deleted_after_a_confirmation() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        fixture.goto("/console/clients");
        fixture.browser.follow("tr[data-id=machine] a.delete");
        assert!(fixture.browser.text("main").contains("machine"));
        fixture.speaks();
        fixture.browser.follow("#cancel");
        assert!(fixture.browser.exists("tr[data-id=machine]"));
        fixture.browser.follow("tr[data-id=machine] a.delete");
        fixture.browser.follow("#confirm button");
        assert!(fixture.browser.is_shown("#notice") && !fixture.browser.exists("tr[data-id=machine]"));
        fixture.speaks();
    });
}
