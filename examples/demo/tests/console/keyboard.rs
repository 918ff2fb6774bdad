//! The console by keys alone.

use serde_json::Value;

use crate::desk::{Desk, in_both, in_both_browsers};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// What has the focus, whether it can be seen to have it, and its name for a screen reader.
const FOCUS: &str = "const one = document.activeElement; const look = getComputedStyle(one); const box = one.getBoundingClientRect();\
     const named = (one.innerText || one.ariaLabel || one.title || (one.labels && [...one.labels].map(label => label.innerText).join()) || '').trim();\
     return {tag: one.tagName, id: one.id, name: one.name || '', named: named !== '',\
       marked: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2 || look.boxShadow !== 'none',\
       seen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0}";

fn focus(desk: &Desk) -> Value {
    desk.browser.script(FOCUS, &[])
}

/// Goes on with the tabulator until something has the focus.
fn tab_to(desk: &Desk, id_or_name: &str) {
    for _ in 0..60 {
        desk.browser.press(TAB);
        let focus = focus(desk);
        if focus["id"] == id_or_name || focus["name"] == id_or_name {
            return;
        }
    }
    panic!("the tabulator never comes to {id_or_name}");
}

#[test]
fn console_1_somebody_signs_in_makes_a_token_and_revokes_it_by_keys_alone() {
    in_both_browsers(|desk| {
        desk.goto("/console/sign-in");
        assert_eq!(focus(desk)["name"], "name", "one can type at once");
        desk.browser.press("ivan");
        tab_to(desk, "password");
        desk.browser.press(&format!("ivan{ENTER}"));
        desk.browser.wait_for("#create");
        tab_to(desk, "label");
        desk.browser.press("by keys");
        tab_to(desk, "days");
        desk.browser.press(&format!("7{ENTER}"));
        desk.browser.wait_for("#reveal");
        tab_to(desk, "reveal");
        desk.browser.press(" ");
        assert!(desk.browser.text("#secret").starts_with("cfp_"));
        tab_to(desk, "done");
        desk.browser.press(ENTER);
        desk.browser.wait_for("#tokens");
        let delete = desk.in_row("by keys", "a.delete");
        for _ in 0..60 {
            desk.browser.press(TAB);
            if desk.browser.exists(&format!("{delete}:focus")) {
                break;
            }
        }
        desk.browser.press(ENTER);
        desk.browser.wait_for("#confirm");
        for _ in 0..60 {
            desk.browser.press(TAB);
            if desk.browser.exists("#confirm button:focus") {
                break;
            }
        }
        desk.browser.press(ENTER);
        desk.browser.wait_for("#empty");
    });
}

#[test]
fn each_stop_of_the_tabulator_has_a_name_and_can_be_seen() {
    in_both(|desk| {
        desk.sign_in("super@example.com", "super");
        desk.make_token("stop", "7");
        for page in ["tokens", "profile", "users", "codes", "clients", "settings", "events"] {
            desk.goto(&format!("/console/{page}"));
            let mut stops = 0;
            loop {
                desk.browser.press(TAB);
                let focus = focus(desk);
                // The end: back to the page as a whole.
                if focus["tag"] == "BODY" || stops > 200 {
                    break;
                }
                if stops == 0 {
                    assert_eq!(
                        desk.browser.attribute(":focus", "href").as_deref(),
                        Some("#content"),
                        "first a way past the navigation"
                    );
                }
                for what in ["named", "marked", "seen"] {
                    assert_eq!(focus[what], true, "{page}: {what}: {focus}");
                }
                stops += 1;
            }
            assert!((8..200).contains(&stops), "{page}: {stops} stops");
        }
    });
}
