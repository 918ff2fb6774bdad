//! Tests the look and the accessibility of each page. The screens are a desktop with light colours, a desktop with dark
//! colours, and a phone. The screenshots are kept.

use std::path::Path;

use counterfoil_testkit::servers::{Engine, Screen};

use super::fixture::{Commit, Fixture, LANGUAGES, Reader, axe, file, in_full};

const SCREENS: [(&str, Screen); 3] = [("light", Screen::DESKTOP), ("dark", Screen::DARK), ("phone", Screen::PHONE)];

/// Takes a screenshot of the page that the browser shows. Adds the accessibility errors of the page to `wrong`.
fn judge(fixture: &Fixture, page: &str, turn: usize, wrong: &mut Vec<String>) {
    fixture.speaks();
    let screens = if in_full() { &SCREENS[..] } else { &SCREENS[turn % SCREENS.len()..][..1] };
    for &(look, screen) in screens {
        fixture.browser.show_on(screen);
        let name = format!("{page}-{look}-{}", fixture.language);
        if fixture.browser.engine() == Engine::Chromium {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../console-screenshots");
            fixture.browser.take_picture(&folder.join(format!("{name}.png")));
        }
        wrong.extend(fixture.browser.barriers(&axe()).iter().map(|barrier| format!("{name}: {barrier}")));
        let width = fixture.browser.page_width();
        if width > u64::from(screen.width) {
            wrong.push(format!("{name}: {width} pixels wide"));
        }
    }
    fixture.browser.show_on(Screen::DESKTOP);
    // The page for unknown paths has the status 404, which the browser reports.
    let complaints = fixture.browser.complaints();
    let serious = complaints.iter().filter(|complaint| page != "not-found" || !complaint.contains("/console/nowhere"));
    wrong.extend(serious.map(|complaint| format!("{page}: {complaint}")));
}

/// Opens all pages, some of them in several states.
fn every_page(fixture: &Fixture) {
    let mut wrong = Vec::new();
    // Each page gets the next screen size. The second language begins with another size than the first.
    let mut turn = usize::from(fixture.language == "ru");
    let mut judge = |page: &str| {
        judge(fixture, page, turn, &mut wrong);
        turn += 1;
    };
    let goto = |path: &str| fixture.goto(&format!("/console/{path}"));
    goto("sign-in");
    judge("sign-in");
    goto("sign-in?notice=kept&next=%2Ftokens");
    judge("sign-in-ended");
    goto("sign-in");
    fixture.try_to_sign_in("ivan", "wrong");
    judge("sign-in-refused");
    fixture.sign_in("ivan", "ivan");
    judge("tokens-empty");
    fixture.browser.fill("#create [name=label]", "a label of twenty-one");
    fixture.browser.fill("#create [name=days]", "0");
    fixture.browser.send_anyway("#create");
    judge("tokens-wrong");
    fixture.make_token("WWWWWWWWWWWWWWWWWWWW", "180");
    let used = fixture.make_token("nightly build", "3");
    assert_eq!(fixture.bearer(&used), 200);
    goto("tokens");
    judge("tokens");
    goto("tokens?q=nothing%20of%20that%20name&state=expired");
    judge("tokens-nothing");
    goto("tokens?label=from%20a%20link&days=30&rights=limited&scope=demo%3Aread");
    judge("tokens-proposed");
    goto("tokens");
    fixture.browser.follow(&fixture.in_row("nightly", "a.rotate"));
    judge("token-rotate");
    fixture.browser.choose("[name=overlap_seconds]", "3600");
    fixture.browser.follow("#confirm button");
    judge("token-secret");
    fixture.browser.click("#reveal");
    judge("token-secret-revealed");
    fixture.browser.follow("#done");
    judge("tokens-overlap");
    fixture.browser.follow(&fixture.in_row("WWW", "a.edit"));
    judge("token-edit");
    goto("tokens");
    fixture.browser.follow(&fixture.in_row("WWW", "a.delete"));
    judge("token-delete");
    fixture.browser.follow("#confirm button");
    judge("tokens-notice");
    goto("profile");
    judge("profile");
    fixture.browser.fill("[name=typed]", "Иван Ivanov");
    fixture.browser.follow("form[action$=\"/profile/signature\"] button:not([type=button])");
    judge("profile-signature");
    fixture.browser.click("[name=way][value=image]");
    fixture.browser.attach("[name=image]", &file(fixture, "no.png", b"no picture"));
    fixture.browser.send_anyway("form[action$=\"/profile/signature\"]");
    judge("profile-wrong");
    goto("users");
    judge("forbidden");
    goto("nowhere");
    judge("not-found");
    goto("profile");
    fixture.hand_over("carol", "carol");
    judge("tokens-collaborator");
    fixture.goto("/console/profile");
    fixture.hand_over("super@example.com", "super");
    administration(fixture, &mut judge);
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

fn administration(fixture: &Fixture, judge: &mut impl FnMut(&str)) {
    let goto = |path: &str| fixture.goto(&format!("/console/{path}"));
    goto("users");
    judge("users");
    goto("users?q=nobody");
    judge("users-nobody");
    goto("users?q=bill");
    fixture.browser.follow("tr[data-subject] a");
    judge("user-empty");
    goto("users?q=ivan");
    fixture.browser.follow("tr[data-subject] a");
    judge("user");
    goto("codes");
    judge("codes-empty");
    for (access, user, description) in [
        (
            "super_administrator",
            "",
            "An external program that reads everything every night, and has a long description",
        ),
        ("same_as_user", "ivan", ""),
    ] {
        goto("codes");
        fixture.browser.click(&format!("#create [value={access}]"));
        fixture.browser.fill("#create [name=user]", user);
        fixture.browser.fill("#create [name=description]", description);
        fixture.browser.follow("#create button");
    }
    judge("code-secret");
    goto("codes");
    judge("codes");
    fixture.browser.follow("tr[data-id] a.edit");
    judge("code-edit");
    goto("codes");
    fixture.browser.follow("tr[data-id] a.make-permanent");
    judge("code-make-permanent");
    goto("codes");
    fixture.browser.follow("tr[data-id] a.edit");
    fixture.browser.set("#edit [name=expires_at]", "2001-02-03T04:05");
    fixture.browser.send_anyway("#edit");
    judge("code-edit-wrong");
    goto("codes");
    fixture.browser.follow("tr[data-id] a.delete");
    judge("code-delete");
    goto("clients");
    judge("clients");
    fixture.browser.fill("#create [name=display_name]", "Night reports");
    fixture.browser.fill("#create [name=id]", "rotating");
    fixture.browser.send_anyway("#create");
    judge("clients-wrong");
    goto("clients");
    fixture.browser.follow("tr[data-id=rotating] a.edit");
    fixture.browser.click("[name=allowed][value=limited]");
    fixture.browser.tick("[name=scopes][value=\"demo:read\"]", true);
    judge("client-edit");
    fixture.browser.fill("#edit [name=display_name]", "");
    fixture.browser.send_anyway("#edit");
    judge("client-edit-wrong");
    goto("clients");
    fixture.browser.follow("tr[data-id=rotating] form.disable button");
    judge("clients-disabled");
    fixture.browser.follow("tr[data-id=\"test.token\"] a.secret");
    judge("client-replace");
    fixture.browser.follow("#confirm button");
    judge("client-secret");
    goto("clients");
    fixture.browser.follow("tr[data-id=machine] a.delete");
    judge("client-delete");
    goto("credentials");
    judge("credentials");
    service_accounts(fixture, judge);
    goto("events");
    judge("events");
    goto("settings");
    judge("settings");
    fixture.browser.fill("#settings [name=pat_max_days]", "0");
    fixture.browser.send_anyway("#settings");
    judge("settings-wrong");
    goto("settings");
    fixture.browser.tick("#settings [name=personal_access_tokens_enabled]", false);
    fixture.browser.follow("#settings button");
    judge("settings-notice");
    goto("tokens");
    judge("tokens-off");
}

fn service_accounts(fixture: &Fixture, judge: &mut impl FnMut(&str)) {
    let goto = |path: &str| fixture.goto(&format!("/console/{path}"));
    goto("service-accounts");
    judge("service-accounts-empty");
    fixture.browser.fill("#create [name=label]", "Nightly import of the warehouse, from the host in the cellar");
    fixture.browser.fill("#create [name=notify]", "ops@example.com");
    fixture.browser.follow("#create button");
    judge("service-account-empty");
    fixture.browser.send_anyway("#create");
    judge("service-account-wrong");
    goto("service-accounts");
    judge("service-accounts");
    fixture.browser.follow("tr[data-id] a");
    fixture.browser.fill("#create [name=label]", "runner");
    fixture.browser.fill("#create [name=days]", "30");
    fixture.browser.follow("#create button");
    judge("service-token-secret");
    goto("service-accounts");
    fixture.browser.follow("tr[data-id] a");
    judge("service-account");
    fixture.browser.follow("tr[data-id] a.rotate");
    judge("service-token-rotate");
    goto("service-accounts");
    fixture.browser.follow("tr[data-id] a");
    fixture.browser.follow("#edit");
    judge("service-account-edit");
    fixture.browser.fill("#edit [name=label]", "");
    fixture.browser.send_anyway("#edit");
    judge("service-account-edit-wrong");
    goto("service-accounts");
    fixture.browser.follow("tr[data-id] a");
    fixture.browser.follow("#switch button");
    judge("service-account-disabled");
    fixture.browser.follow("#delete");
    judge("service-account-delete");
}

#[test]
fn every_page_looks_right_and_is_for_everybody_in_english() {
    every_page(&Fixture::new(Reader::ENGLISH, ""));
}

#[test]
fn every_page_looks_right_and_is_for_everybody_in_russian() {
    every_page(&Fixture::new(Reader { language: "ru", ..Reader::ENGLISH }, ""));
}

#[test]
fn every_page_looks_right_and_is_for_everybody_in_firefox_too() {
    for reader in Reader::all(&LANGUAGES, Commit::BothBrowsers) {
        if reader.engine == Engine::Firefox {
            every_page(&Fixture::new(reader, ""));
        }
    }
}

/// The accessibility checker must find the errors of a page that was made with errors.
#[test]
fn the_checks_see_a_page_that_is_bad() {
    for reader in Reader::all(&["en"], Commit::BothBrowsers) {
        let fixture = Fixture::new(reader, "");
        fixture.goto("/console/sign-in");
        let spoil = "document.documentElement.removeAttribute('lang'); document.querySelectorAll('label').forEach(label => label.remove());\
             const wide = document.createElement('p'); wide.textContent = 'wide'; wide.style.minWidth = '2000px'; document.body.append(wide);\
             const script = document.createElement('script'); script.textContent = 'window.pwned = 1'; document.body.append(script)";
        let _none = fixture.browser.script(spoil, &[]);
        fixture.browser.show_on(Screen::PHONE);
        assert!(fixture.browser.page_width() > 360);
        let barriers = fixture.browser.barriers(&axe());
        for rule in ["html-has-lang", "label"] {
            assert!(barriers.iter().any(|barrier| barrier.starts_with(&format!("{rule}:"))), "{rule}: {barriers:?}");
        }
        assert!(
            fixture
                .browser
                .complaints()
                .iter()
                .any(|complaint| complaint.replace('-', " ").contains("Content Security Policy"))
        );
    }
}
