//! Tests the page of settings.

use super::fixture::in_both;

#[test]
fn console_1_each_setting_is_changed_and_holds() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        fixture.goto("/console/settings");
        fixture.speaks();
        let changes = [
            ("access_lifetime_seconds", "120"),
            ("refresh_inactivity_seconds", "7200"),
            ("refresh_absolute_seconds", "86400"),
            ("pat_max_days", "30"),
            ("code_lifetime_seconds", "3600"),
            ("notice_lead_days", "3"),
        ];
        for (name, value) in changes {
            fixture.browser.fill(&format!("#settings [name={name}]"), value);
            if name.ends_with("_seconds") {
                fixture.browser.choose(&format!("#settings [name={name}_unit]"), "1");
            }
        }
        fixture.browser.tick("#settings [name=personal_access_tokens_enabled]", false);
        fixture.browser.follow("#settings button");
        assert!(fixture.browser.is_shown("#notice"));
        fixture.speaks();
        let kept = |with: bool| {
            fixture.goto("/console/settings");
            let shown = [("2", "60"), ("2", "3600"), ("1", "86400"), ("30", ""), ("1", "3600"), ("3", "")];
            for ((name, _), (number, unit)) in changes.into_iter().zip(shown) {
                assert_eq!(fixture.browser.value(&format!("#settings [name={name}]")), number, "{name}");
                if !unit.is_empty() {
                    assert_eq!(fixture.browser.value(&format!("#settings [name={name}_unit]")), unit, "{name}");
                }
            }
            assert_eq!(fixture.browser.exists("#settings [name=personal_access_tokens_enabled]:checked"), with);
        };
        kept(false);
        fixture.browser.tick("#settings [name=personal_access_tokens_enabled]", true);
        fixture.browser.follow("#settings button");
        kept(true);
        fixture.goto("/console/tokens");
        fixture.browser.fill("#create [name=label]", "longer");
        fixture.browser.fill("#create [name=days]", "31");
        fixture.browser.send_anyway("#create");
        assert!(fixture.browser.text("#days-error").contains("30"));
    });
}

#[test]
fn console_1_a_setting_that_is_out_of_its_bounds_is_refused_beside_its_field_and_nothing_changes() {
    in_both(|fixture| {
        fixture.sign_in("admin", "admin");
        for (name, value) in [
            ("access_lifetime_seconds", "0"),
            ("refresh_inactivity_seconds", ""),
            ("refresh_absolute_seconds", "-1"),
            ("pat_max_days", "999999999999"),
            ("code_lifetime_seconds", "0"),
            ("notice_lead_days", "-2"),
        ] {
            fixture.goto("/console/settings");
            let before = fixture.browser.value("#settings [name=notice_lead_days]");
            fixture.browser.fill("#settings [name=notice_lead_days]", "5");
            fixture.browser.fill(&format!("#settings [name={name}]"), value);
            fixture.browser.send_anyway("#settings");
            fixture.finds_fault_with(name);
            fixture.goto("/console/settings");
            assert_eq!(fixture.browser.value("#settings [name=notice_lead_days]"), before, "{name}");
        }
    });
}
