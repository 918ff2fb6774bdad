//! Faults that only a browser shows: where the focus is, and what two services of one host do to each other's cookies.

use crate::desk::{Commit, in_both, in_english, server};

#[test]
fn fault_f3_the_focus_is_on_what_is_wrong_with_scripts_and_without() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        for scripts in [true, false] {
            desk.browser.run_scripts(scripts);
            for (page, form, field) in [("tokens", "create", "label"), ("clients", "create", "display_name")] {
                desk.goto(&format!("/console/{page}"));
                desk.browser.send_anyway(&format!("#{form}"));
                assert!(desk.browser.exists("#error:focus"), "{page}, scripts {scripts}");
                desk.browser.click(&format!("#error a[href=\"#{field}\"]"));
                assert!(desk.browser.exists(&format!("#{field}:focus")), "{page}, scripts {scripts}");
                desk.finds_fault_with(field);
            }
        }
    });
}

#[test]
fn fault_f6_two_demos_on_one_host_do_not_sign_each_other_out() {
    in_english(Commit::Chromium, |desk| {
        let other = server("");
        desk.sign_in("ivan", "ivan");
        desk.browser.goto(&other.url("/console/sign-in"));
        desk.try_to_sign_in("carol", "carol");
        assert!(desk.browser.text("header").contains("carol"));
        desk.goto("/console/tokens");
        assert!(desk.browser.text("header").contains("ivan"), "still signed in at the first");
        desk.browser.goto(&other.url("/console/profile"));
        assert!(desk.browser.text("header").contains("carol"));
    });
}

#[test]
fn fault_f9_a_token_is_limited_by_ticks_and_the_ticks_are_out_of_the_way_otherwise() {
    in_both(|desk| {
        desk.browser.run_scripts(false);
        desk.sign_in("ivan", "ivan");
        assert!(!desk.browser.is_shown("[name=scope][value=\"demo:read\"]"));
        desk.browser.fill("#create [name=label]", "narrow");
        desk.browser.fill("#create [name=days]", "7");
        desk.browser.click("#create [name=rights][value=limited]");
        assert!(desk.browser.is_shown("[name=scope][value=\"demo:read\"]"));
        desk.browser.click("[name=scope][value=\"demo:read\"]");
        desk.browser.follow("#create button");
        desk.browser.follow("#done");
        assert_eq!(desk.browser.texts("#tokens .scopes code"), ["demo:read"]);
        desk.speaks();
    });
}
