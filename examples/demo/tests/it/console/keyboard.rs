//! Tests that the console can be used with the keyboard alone.

use serde_json::Value;

use super::fixture::{Fixture, in_both, in_both_browsers};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// A script that describes the focused element: its tag, id and name, whether the focus is visible, whether the element
/// is in the window, and whether the element has a name for screen readers.
const FOCUS: &str = "const one = document.activeElement; const look = getComputedStyle(one); const box = one.getBoundingClientRect();\
     const named = (one.innerText || one.ariaLabel || one.title || (one.labels && [...one.labels].map(label => label.innerText).join()) || '').trim();\
     return {tag: one.tagName, id: one.id, name: one.name || '', named: named !== '',\
       marked: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2 || look.boxShadow !== 'none',\
       seen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0}";

fn focus(fixture: &Fixture) -> Value {
    fixture.browser.script(FOCUS, &[])
}

/// Presses Tab until the element with this id or name has the focus.
fn tab_to(fixture: &Fixture, id_or_name: &str) {
    for _ in 0..60 {
        fixture.browser.press(TAB);
        let focus = focus(fixture);
        if focus["id"] == id_or_name || focus["name"] == id_or_name {
            return;
        }
    }
    panic!("the tabulator never comes to {id_or_name}");
}

#[test]
fn console_1_signing_in_and_creating_and_revoking_a_token_work_by_keyboard() {
    in_both_browsers(|fixture| {
        fixture.goto("/console/sign-in");
        assert_eq!(focus(fixture)["name"], "name", "one can type at once");
        fixture.browser.press("ivan");
        tab_to(fixture, "password");
        fixture.browser.press(&format!("ivan{ENTER}"));
        fixture.browser.wait_for("#create");
        tab_to(fixture, "label");
        fixture.browser.press("by keys");
        tab_to(fixture, "days");
        fixture.browser.press(&format!("7{ENTER}"));
        fixture.browser.wait_for("#reveal");
        tab_to(fixture, "reveal");
        fixture.browser.press(" ");
        assert!(fixture.browser.text("#secret").starts_with("cfp_"));
        tab_to(fixture, "done");
        fixture.browser.press(ENTER);
        fixture.browser.wait_for("#tokens");
        let delete = fixture.in_row("by keys", "a.delete");
        for _ in 0..60 {
            fixture.browser.press(TAB);
            if fixture.browser.exists(&format!("{delete}:focus")) {
                break;
            }
        }
        fixture.browser.press(ENTER);
        fixture.browser.wait_for("#confirm");
        for _ in 0..60 {
            fixture.browser.press(TAB);
            if fixture.browser.exists("#confirm button:focus") {
                break;
            }
        }
        fixture.browser.press(ENTER);
        fixture.browser.wait_for("#empty");
    });
}

#[test]
fn each_stop_of_the_tabulator_has_a_name_and_can_be_seen() {
    in_both(|fixture| {
        fixture.sign_in("super@example.com", "super");
        fixture.make_token("stop", "7");
        for page in ["tokens", "profile", "users", "credentials", "codes", "clients", "settings", "events"] {
            fixture.goto(&format!("/console/{page}"));
            let mut stops = 0;
            loop {
                fixture.browser.press(TAB);
                let focus = focus(fixture);
                // This is the end of the tab order. The focus has returned to the page.
                if focus["tag"] == "BODY" || stops > 200 {
                    break;
                }
                if stops == 0 {
                    assert_eq!(
                        fixture.browser.attribute(":focus", "href").as_deref(),
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
