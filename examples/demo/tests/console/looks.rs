//! How each page looks, and whether everybody can use it: on a desk by day and by night, and in a hand. The pictures are kept to be looked at.

use std::path::Path;

use counterfoil_testkit::servers::{Engine, Screen};

use crate::desk::{Commit, Desk, LANGUAGES, Reader, axe, file, in_full};

const SCREENS: [(&str, Screen); 3] = [("light", Screen::DESKTOP), ("dark", Screen::DARK), ("phone", Screen::PHONE)];

/// Takes the pictures of the page that is open, and collects what is wrong with it.
fn judge(desk: &Desk, page: &str, turn: usize, wrong: &mut Vec<String>) {
    desk.speaks();
    let screens = if in_full() { &SCREENS[..] } else { &SCREENS[turn % SCREENS.len()..][..1] };
    for &(look, screen) in screens {
        desk.browser.show_on(screen);
        let name = format!("{page}-{look}-{}", desk.language);
        if desk.browser.engine() == Engine::Chromium {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../console-screenshots");
            desk.browser.take_picture(&folder.join(format!("{name}.png")));
        }
        wrong.extend(desk.browser.barriers(&axe()).iter().map(|barrier| format!("{name}: {barrier}")));
        let width = desk.browser.page_width();
        if width > u64::from(screen.width) {
            wrong.push(format!("{name}: {width} pixels wide"));
        }
    }
    desk.browser.show_on(Screen::DESKTOP);
    // The page that is not there is 404 itself, and says nothing of anything else that was not found.
    let complaints = desk.browser.complaints();
    let serious = complaints.iter().filter(|complaint| page != "not-found" || !complaint.contains("/console/nowhere"));
    wrong.extend(serious.map(|complaint| format!("{page}: {complaint}")));
}

/// Every page there is, some of them in more than one state.
fn every_page(desk: &Desk) {
    let mut wrong = Vec::new();
    // One screen after the other, and in the other language the next one.
    let mut turn = usize::from(desk.language == "ru");
    let mut judge = |page: &str| {
        judge(desk, page, turn, &mut wrong);
        turn += 1;
    };
    let goto = |path: &str| desk.goto(&format!("/console/{path}"));
    goto("sign-in");
    judge("sign-in");
    goto("sign-in?notice=kept&next=%2Ftokens");
    judge("sign-in-ended");
    goto("sign-in");
    desk.try_to_sign_in("ivan", "wrong");
    judge("sign-in-refused");
    desk.sign_in("ivan", "ivan");
    judge("tokens-empty");
    desk.browser.fill("#create [name=label]", "a label of twenty-one");
    desk.browser.fill("#create [name=days]", "0");
    desk.browser.send_anyway("#create");
    judge("tokens-wrong");
    desk.make_token("WWWWWWWWWWWWWWWWWWWW", "180");
    let used = desk.make_token("nightly build", "3");
    assert_eq!(desk.bearer(&used), 200);
    goto("tokens");
    judge("tokens");
    goto("tokens?q=nothing%20of%20that%20name&state=expired");
    judge("tokens-nothing");
    goto("tokens?label=from%20a%20link&days=30&rights=limited&scope=demo%3Aread");
    judge("tokens-proposed");
    goto("tokens");
    desk.browser.follow(&desk.in_row("nightly", "a.rotate"));
    judge("token-rotate");
    desk.browser.choose("[name=overlap_seconds]", "3600");
    desk.browser.follow("#confirm button");
    judge("token-secret");
    desk.browser.click("#reveal");
    judge("token-secret-revealed");
    desk.browser.follow("#done");
    judge("tokens-overlap");
    desk.browser.follow(&desk.in_row("WWW", "a.delete"));
    judge("token-delete");
    desk.browser.follow("#confirm button");
    judge("tokens-notice");
    goto("profile");
    judge("profile");
    desk.browser.fill("[name=typed]", "Иван Ivanov");
    desk.browser.follow("form[action$=\"/profile/signature\"] button:not([type=button])");
    judge("profile-signature");
    desk.browser.click("[name=way][value=image]");
    desk.browser.attach("[name=image]", &file(desk, "no.png", b"no picture"));
    desk.browser.send_anyway("form[action$=\"/profile/signature\"]");
    judge("profile-wrong");
    goto("users");
    judge("forbidden");
    goto("nowhere");
    judge("not-found");
    goto("profile");
    desk.hand_over("carol", "carol");
    judge("tokens-collaborator");
    desk.goto("/console/profile");
    desk.hand_over("super@example.com", "super");
    administration(desk, &mut judge);
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

fn administration(desk: &Desk, judge: &mut impl FnMut(&str)) {
    let goto = |path: &str| desk.goto(&format!("/console/{path}"));
    goto("users");
    judge("users");
    goto("users?q=nobody");
    judge("users-nobody");
    goto("users?q=bill");
    desk.browser.follow("tr[data-subject] a");
    judge("user-empty");
    goto("users?q=ivan");
    desk.browser.follow("tr[data-subject] a");
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
        desk.browser.click(&format!("#create [value={access}]"));
        desk.browser.fill("#create [name=user]", user);
        desk.browser.fill("#create [name=description]", description);
        desk.browser.follow("#create button");
    }
    judge("code-secret");
    goto("codes");
    judge("codes");
    desk.browser.follow("tr[data-id] a.edit");
    judge("code-edit");
    goto("codes");
    desk.browser.follow("tr[data-id] a.make-permanent");
    judge("code-make-permanent");
    goto("codes");
    desk.browser.follow("tr[data-id] a.edit");
    desk.browser.set("#edit [name=expires_at]", "2001-02-03T04:05");
    desk.browser.send_anyway("#edit");
    judge("code-edit-wrong");
    goto("codes");
    desk.browser.follow("tr[data-id] a.delete");
    judge("code-delete");
    goto("clients");
    judge("clients");
    desk.browser.fill("#create [name=display_name]", "Night reports");
    desk.browser.fill("#create [name=id]", "rotating");
    desk.browser.send_anyway("#create");
    judge("clients-wrong");
    goto("clients");
    desk.browser.follow("tr[data-id=rotating] a.edit");
    desk.browser.click("[name=allowed][value=limited]");
    desk.browser.tick("[name=scopes][value=\"demo:read\"]", true);
    judge("client-edit");
    desk.browser.fill("#edit [name=display_name]", "");
    desk.browser.send_anyway("#edit");
    judge("client-edit-wrong");
    goto("clients");
    desk.browser.follow("tr[data-id=rotating] form.disable button");
    judge("clients-disabled");
    desk.browser.follow("tr[data-id=\"test.token\"] a.secret");
    judge("client-replace");
    desk.browser.follow("#confirm button");
    judge("client-secret");
    goto("clients");
    desk.browser.follow("tr[data-id=machine] a.delete");
    judge("client-delete");
    goto("events");
    judge("events");
    goto("settings");
    judge("settings");
    desk.browser.fill("#settings [name=pat_max_days]", "0");
    desk.browser.send_anyway("#settings");
    judge("settings-wrong");
    goto("settings");
    desk.browser.tick("#settings [name=personal_access_tokens_enabled]", false);
    desk.browser.follow("#settings button");
    judge("settings-notice");
    goto("tokens");
    judge("tokens-off");
}

#[test]
fn every_page_looks_right_and_is_for_everybody_in_english() {
    every_page(&Desk::new(Reader::ENGLISH, ""));
}

#[test]
fn every_page_looks_right_and_is_for_everybody_in_russian() {
    every_page(&Desk::new(Reader { language: "ru", ..Reader::ENGLISH }, ""));
}

#[test]
fn every_page_looks_right_and_is_for_everybody_in_firefox_too() {
    for reader in Reader::all(&LANGUAGES, Commit::BothBrowsers) {
        if reader.engine == Engine::Firefox {
            every_page(&Desk::new(reader, ""));
        }
    }
}

/// A checker that finds nothing on a bad page would prove nothing on good ones.
#[test]
fn the_checks_see_a_page_that_is_bad() {
    for reader in Reader::all(&["en"], Commit::BothBrowsers) {
        let desk = Desk::new(reader, "");
        desk.goto("/console/sign-in");
        let spoil = "document.documentElement.removeAttribute('lang'); document.querySelectorAll('label').forEach(label => label.remove());\
             const wide = document.createElement('p'); wide.textContent = 'wide'; wide.style.minWidth = '2000px'; document.body.append(wide);\
             const script = document.createElement('script'); script.textContent = 'window.pwned = 1'; document.body.append(script)";
        let _none = desk.browser.script(spoil, &[]);
        desk.browser.show_on(Screen::PHONE);
        assert!(desk.browser.page_width() > 360);
        let barriers = desk.browser.barriers(&axe());
        for rule in ["html-has-lang", "label"] {
            assert!(barriers.iter().any(|barrier| barrier.starts_with(&format!("{rule}:"))), "{rule}: {barriers:?}");
        }
        assert!(
            desk.browser
                .complaints()
                .iter()
                .any(|complaint| complaint.replace('-', " ").contains("Content Security Policy"))
        );
    }
}
