//! Tests three things that only a real browser shows: the focus after an error (fault F3), the cookies of two demos on
//! one host (fault F6), and the fields for a token's scope (fault F9).

use super::fixture::{Commit, in_both, in_english, server};

#[test]
fn fault_f3_the_focus_is_on_what_is_wrong_with_scripts_and_without() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        for scripts in [true, false] {
            fixture.browser.run_scripts(scripts);
            for (page, form, field) in [("tokens", "create", "label"), ("clients", "create", "display_name")] {
                fixture.goto(&format!("/console/{page}"));
                fixture.browser.send_anyway(&format!("#{form}"));
                assert!(fixture.browser.exists("#error:focus"), "{page}, scripts {scripts}");
                fixture.browser.click(&format!("#error a[href=\"#{field}\"]"));
                assert!(fixture.browser.exists(&format!("#{field}:focus")), "{page}, scripts {scripts}");
                fixture.finds_fault_with(field);
            }
        }
    });
}

#[test]
fn fault_f6_two_demos_on_one_host_do_not_sign_each_other_out() {
    in_english(Commit::Chromium, |fixture| {
        let other = server("");
        fixture.sign_in("ivan", "ivan");
        fixture.browser.goto(&other.url("/console/sign-in"));
        fixture.try_to_sign_in("carol", "carol");
        assert!(fixture.browser.text("header").contains("carol"));
        fixture.goto("/console/tokens");
        assert!(fixture.browser.text("header").contains("ivan"), "still signed in at the first");
        fixture.browser.goto(&other.url("/console/profile"));
        assert!(fixture.browser.text("header").contains("carol"));
    });
}

#[test]
fn fault_f9_a_token_is_limited_by_ticks_and_the_ticks_are_out_of_the_way_otherwise() {
    in_both(|fixture| {
        fixture.browser.run_scripts(false);
        fixture.sign_in("ivan", "ivan");
        assert!(!fixture.browser.is_shown("[name=scope][value=\"demo:read\"]"));
        fixture.browser.fill("#create [name=label]", "narrow");
        fixture.browser.fill("#create [name=days]", "7");
        fixture.browser.click("#create [name=rights][value=limited]");
        assert!(fixture.browser.is_shown("[name=scope][value=\"demo:read\"]"));
        fixture.browser.click("[name=scope][value=\"demo:read\"]");
        fixture.browser.follow("#create button");
        fixture.browser.follow("#done");
        assert_eq!(fixture.browser.texts("#tokens .scopes code"), ["demo:read"]);
        fixture.speaks();
    });
}
