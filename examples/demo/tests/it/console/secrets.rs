//! Tests that a secret is shown once. After the user has left the page with the secret, no page contains the secret,
//! even if the user goes back and forward. No address, no log and no storage of the browser contains it.

use super::fixture::{Commit, Fixture, LANGUAGES, Reader, in_english};

fn make(fixture: &Fixture, page: &str) -> String {
    fill(fixture, page);
    fixture.browser.follow("#create button");
    let secret = fixture.secret();
    assert!(secret.starts_with("cf") && secret.len() > 40, "{secret}");
    secret
}

fn fill(fixture: &Fixture, page: &str) {
    fixture.goto(page);
    match page {
        "/console/tokens" => {
            fixture.browser.fill("#create [name=label]", "once");
            fixture.browser.fill("#create [name=days]", "7");
        }
        "/console/clients" => {
            fixture.browser.fill("#create [name=display_name]", "once");
            fixture.browser.tick("#create [name=grants][value=password]", true);
        }
        _ => fixture.browser.click("#create [name=access][value=super_administrator]"),
    }
}

/// Whether the secret is in the page, in the history state, or in the storage of the browser.
fn shows(fixture: &Fixture, secret: &str) -> bool {
    let all = "return document.documentElement.outerHTML + location.href + document.referrer + document.title + JSON.stringify(history.state)\
         + JSON.stringify({...sessionStorage}) + JSON.stringify({...localStorage}) + window.name\
         + [...document.querySelectorAll('input, textarea')].map(field => field.value).join()\
         + performance.getEntries().map(entry => entry.name).join()";
    let all = fixture.browser.script(all, &[]);
    let all = all.as_str().expect("text");
    assert!(all.len() > 50, "{all}");
    all.contains(secret)
}

#[test]
fn the_buttons_back_and_forward_bring_no_secret_back() {
    for reader in Reader::all(&LANGUAGES, Commit::Chromium) {
        let fixture = Fixture::new(reader, "");
        fixture.sign_in("super@example.com", "super");
        for page in ["/console/tokens", "/console/codes", "/console/clients"] {
            for leave in [
                (|fixture: &Fixture| fixture.browser.follow("#done")) as fn(&Fixture),
                |fixture| fixture.goto("/console/profile"),
                |fixture| fixture.browser.follow("nav a[href=\"/console/profile\"]"),
            ] {
                let secret = make(&fixture, page);
                assert!(shows(&fixture, &secret), "the check itself sees it");
                leave(&fixture);
                assert!(!shows(&fixture, &secret), "{page}");
                fixture.browser.back();
                assert!(!shows(&fixture, &secret), "back: {page} at {}", fixture.browser.url());
                fixture.browser.back();
                assert!(!shows(&fixture, &secret), "back and back: {page}");
                fixture.browser.forward();
                assert!(!shows(&fixture, &secret), "and forward: {page}");
                fixture.browser.forward();
                assert!(!shows(&fixture, &secret), "and forward again: {page}");
                fixture.goto("/console/tokens");
                if let Some(id) = fixture.row_if_any("once") {
                    assert_eq!(
                        fixture.client().submit("/console/tokens", &format!("/console/tokens/{id}/delete"), &[]).status,
                        303
                    );
                }
            }
        }
    }
}

#[test]
fn without_scripts_the_buttons_back_and_forward_bring_no_secret_back() {
    in_english(Commit::Chromium, |fixture| {
        fixture.browser.run_scripts(false);
        fixture.sign_in("ivan", "ivan");
        fixture.browser.fill("#create [name=label]", "once");
        fixture.browser.fill("#create [name=days]", "7");
        fixture.browser.follow("#create button");
        let secret = fixture.browser.text("#secret");
        assert!(secret.starts_with("cfp_"));
        fixture.browser.follow("#done");
        fixture.browser.back();
        assert!(!fixture.browser.source().contains(&secret), "{}", fixture.browser.source());
        fixture.browser.forward();
        assert!(!fixture.browser.source().contains(&secret));
    });
}

#[test]
fn a_reload_of_the_page_that_showed_a_secret_makes_no_other_one() {
    in_english(Commit::Chromium, |fixture| {
        fixture.sign_in("ivan", "ivan");
        let secret = make(fixture, "/console/tokens");
        fixture.browser.reload();
        assert!(!fixture.browser.source().contains(&secret));
        fixture.goto("/console/tokens");
        assert_eq!(fixture.browser.count("tr[data-id]"), 1);
    });
}

/// Checks that a reload of the page with a new secret creates nothing and does not show the secret again. When the user
/// reloads a page that a form produced, a browser without scripts sends the form again. WebKit does so even with
/// scripts.
#[test]
fn fault_a10_a_reload_without_scripts_says_that_it_was_done_and_makes_no_other_one() {
    in_english(Commit::Chromium, |fixture| {
        fixture.browser.run_scripts(false);
        fixture.sign_in("super@example.com", "super");
        for page in ["/console/tokens", "/console/codes", "/console/clients"] {
            let before = {
                fixture.goto(page);
                fixture.browser.count("tr[data-id]")
            };
            fill(fixture, page);
            fixture.browser.follow("#create button");
            let secret = fixture.browser.text("#secret");
            assert!(secret.starts_with("cf"), "{page}");
            fixture.browser.reload();
            assert!(!fixture.browser.source().contains(&secret) && !fixture.browser.exists("#secret"), "{page}");
            assert_eq!(
                fixture.browser.text("h1"),
                "This has already been done",
                "the form itself was sent again: {page}"
            );
            fixture.browser.follow("#back");
            assert_eq!(fixture.browser.path(), page);
            assert_eq!(fixture.browser.count("tr[data-id]"), before + 1, "{page}");
        }
    });
}

#[test]
fn a_secret_is_in_no_log_no_address_and_nothing_that_the_browser_keeps() {
    for reader in Reader::all(&["en"], Commit::BothBrowsers) {
        let fixture = Fixture::new(reader, "");
        fixture.sign_in("super@example.com", "super");
        let secrets = ["/console/tokens", "/console/codes", "/console/clients"].map(|page| {
            let secret = make(&fixture, page);
            assert!(!fixture.browser.url().contains(&secret));
            fixture.browser.follow("#done");
            secret
        });
        let session = fixture.session().expect("a session");
        for page in ["tokens", "credentials", "codes", "clients", "events", "profile", "users", "settings"] {
            fixture.goto(&format!("/console/{page}"));
            for secret in &secrets {
                assert!(!shows(&fixture, secret), "{page}");
            }
        }
        let log = fixture.server.log();
        assert!(log.contains("counterfoil"), "the demo keeps a log: {log}");
        for secret in secrets.iter().chain([&session]) {
            assert!(!log.contains(secret.as_str()));
        }
        assert!(!log.contains("super\"") && !log.contains("csrf_token"));
        let Fixture { browser, server, .. } = fixture;
        let [tokens, codes, clients, visited] =
            browser.keep().files_with([&secrets[0], &secrets[1], &secrets[2], &server.url("/console/profile")]);
        assert!(!visited.is_empty(), "what a browser keeps is found");
        assert_eq!([tokens, codes, clients], [const { Vec::<std::path::PathBuf>::new() }; 3]);
    }
}
