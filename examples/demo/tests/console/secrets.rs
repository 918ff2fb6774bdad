//! A secret is shown once: not in the page after it was left, nor by the buttons back and forward, in an address, a log, or what the browser keeps.

use crate::desk::{Commit, Desk, LANGUAGES, Reader, in_english};

fn make(desk: &Desk, page: &str) -> String {
    fill(desk, page);
    desk.browser.follow("#create button");
    let secret = desk.secret();
    assert!(secret.starts_with("cf") && secret.len() > 40, "{secret}");
    secret
}

fn fill(desk: &Desk, page: &str) {
    desk.goto(page);
    match page {
        "/console/tokens" => {
            desk.browser.fill("#create [name=label]", "once");
            desk.browser.fill("#create [name=days]", "7");
        }
        "/console/clients" => {
            desk.browser.fill("#create [name=display_name]", "once");
            desk.browser.tick("#create [name=grants][value=password]", true);
        }
        _ => desk.browser.click("#create [name=access][value=super_administrator]"),
    }
}

/// Not even in what scripts and the browser hold of the page.
fn shows(desk: &Desk, secret: &str) -> bool {
    let all = "return document.documentElement.outerHTML + location.href + document.referrer + document.title + JSON.stringify(history.state)\
         + JSON.stringify({...sessionStorage}) + JSON.stringify({...localStorage}) + window.name\
         + [...document.querySelectorAll('input, textarea')].map(field => field.value).join()\
         + performance.getEntries().map(entry => entry.name).join()";
    let all = desk.browser.script(all, &[]);
    let all = all.as_str().expect("text");
    assert!(all.len() > 50, "{all}");
    all.contains(secret)
}

#[test]
fn the_buttons_back_and_forward_bring_no_secret_back() {
    for reader in Reader::all(&LANGUAGES, Commit::Chromium) {
        let desk = Desk::new(reader, "");
        desk.sign_in("super@example.com", "super");
        for page in ["/console/tokens", "/console/codes", "/console/clients"] {
            for leave in [
                (|desk: &Desk| desk.browser.follow("#done")) as fn(&Desk),
                |desk| desk.goto("/console/profile"),
                |desk| desk.browser.follow("nav a[href=\"/console/profile\"]"),
            ] {
                let secret = make(&desk, page);
                assert!(shows(&desk, &secret), "the check itself sees it");
                leave(&desk);
                assert!(!shows(&desk, &secret), "{page}");
                desk.browser.back();
                assert!(!shows(&desk, &secret), "back: {page} at {}", desk.browser.url());
                desk.browser.back();
                assert!(!shows(&desk, &secret), "back and back: {page}");
                desk.browser.forward();
                assert!(!shows(&desk, &secret), "and forward: {page}");
                desk.browser.forward();
                assert!(!shows(&desk, &secret), "and forward again: {page}");
                desk.goto("/console/tokens");
                if let Some(id) = desk.row_if_any("once") {
                    assert_eq!(
                        desk.visitor().submit("/console/tokens", &format!("/console/tokens/{id}/delete"), &[]).status,
                        303
                    );
                }
            }
        }
    }
}

#[test]
fn without_scripts_the_buttons_back_and_forward_bring_no_secret_back() {
    in_english(Commit::Chromium, |desk| {
        desk.browser.run_scripts(false);
        desk.sign_in("ivan", "ivan");
        desk.browser.fill("#create [name=label]", "once");
        desk.browser.fill("#create [name=days]", "7");
        desk.browser.follow("#create button");
        let secret = desk.browser.text("#secret");
        assert!(secret.starts_with("cfp_"));
        desk.browser.follow("#done");
        desk.browser.back();
        assert!(!desk.browser.source().contains(&secret), "{}", desk.browser.source());
        desk.browser.forward();
        assert!(!desk.browser.source().contains(&secret));
    });
}

#[test]
fn a_reload_of_the_page_that_showed_a_secret_makes_no_other_one() {
    in_english(Commit::Chromium, |desk| {
        desk.sign_in("ivan", "ivan");
        let secret = make(desk, "/console/tokens");
        desk.browser.reload();
        assert!(!desk.browser.source().contains(&secret));
        desk.goto("/console/tokens");
        assert_eq!(desk.browser.count("tr[data-id]"), 1);
    });
}

/// Without scripts the browser sends the form again, as WebKit does with them.
#[test]
fn fault_a10_a_reload_without_scripts_says_that_it_was_done_and_makes_no_other_one() {
    in_english(Commit::Chromium, |desk| {
        desk.browser.run_scripts(false);
        desk.sign_in("super@example.com", "super");
        for page in ["/console/tokens", "/console/codes", "/console/clients"] {
            let before = {
                desk.goto(page);
                desk.browser.count("tr[data-id]")
            };
            fill(desk, page);
            desk.browser.follow("#create button");
            let secret = desk.browser.text("#secret");
            assert!(secret.starts_with("cf"), "{page}");
            desk.browser.reload();
            assert!(!desk.browser.source().contains(&secret) && !desk.browser.exists("#secret"), "{page}");
            assert_eq!(desk.browser.text("h1"), "This has already been done", "the form itself was sent again: {page}");
            desk.browser.follow("#back");
            assert_eq!(desk.browser.path(), page);
            assert_eq!(desk.browser.count("tr[data-id]"), before + 1, "{page}");
        }
    });
}

#[test]
fn a_secret_is_in_no_log_no_address_and_nothing_that_the_browser_keeps() {
    for reader in Reader::all(&["en"], Commit::BothBrowsers) {
        let desk = Desk::new(reader, "");
        desk.sign_in("super@example.com", "super");
        let secrets = ["/console/tokens", "/console/codes", "/console/clients"].map(|page| {
            let secret = make(&desk, page);
            assert!(!desk.browser.url().contains(&secret));
            desk.browser.follow("#done");
            secret
        });
        let session = desk.session().expect("a session");
        for page in ["tokens", "codes", "clients", "events", "profile", "users", "settings"] {
            desk.goto(&format!("/console/{page}"));
            for secret in &secrets {
                assert!(!shows(&desk, secret), "{page}");
            }
        }
        let log = desk.server.log();
        assert!(log.contains("counterfoil"), "the demo keeps a log: {log}");
        for secret in secrets.iter().chain([&session]) {
            assert!(!log.contains(secret.as_str()));
        }
        assert!(!log.contains("super\"") && !log.contains("csrf_token"));
        let Desk { browser, server, .. } = desk;
        let [tokens, codes, clients, visited] =
            browser.keep().files_with([&secrets[0], &secrets[1], &secrets[2], &server.url("/console/profile")]);
        assert!(!visited.is_empty(), "what a browser keeps is found");
        assert_eq!([tokens, codes, clients], [const { Vec::<std::path::PathBuf>::new() }; 3]);
    }
}
