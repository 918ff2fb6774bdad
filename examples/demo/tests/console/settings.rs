//! The system's settings.

use crate::desk::in_both;

#[test]
fn console_1_each_setting_is_changed_and_holds() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        desk.goto("/console/settings");
        desk.speaks();
        let changes = [
            ("access_lifetime_seconds", "120"),
            ("refresh_inactivity_seconds", "7200"),
            ("refresh_absolute_seconds", "86400"),
            ("pat_max_days", "30"),
            ("code_lifetime_seconds", "3600"),
            ("notice_lead_days", "3"),
        ];
        for (name, value) in changes {
            desk.browser.fill(&format!("#settings [name={name}]"), value);
            if name.ends_with("_seconds") {
                desk.browser.choose(&format!("#settings [name={name}_unit]"), "1");
            }
        }
        desk.browser.tick("#settings [name=personal_access_tokens_enabled]", false);
        desk.browser.follow("#settings button");
        assert!(desk.browser.is_shown("#notice"));
        desk.speaks();
        let kept = |with: bool| {
            desk.goto("/console/settings");
            let shown = [("2", "60"), ("2", "3600"), ("1", "86400"), ("30", ""), ("1", "3600"), ("3", "")];
            for ((name, _), (number, unit)) in changes.into_iter().zip(shown) {
                assert_eq!(desk.browser.value(&format!("#settings [name={name}]")), number, "{name}");
                if !unit.is_empty() {
                    assert_eq!(desk.browser.value(&format!("#settings [name={name}_unit]")), unit, "{name}");
                }
            }
            assert_eq!(desk.browser.exists("#settings [name=personal_access_tokens_enabled]:checked"), with);
        };
        kept(false);
        desk.browser.tick("#settings [name=personal_access_tokens_enabled]", true);
        desk.browser.follow("#settings button");
        kept(true);
        desk.goto("/console/tokens");
        desk.browser.fill("#create [name=label]", "longer");
        desk.browser.fill("#create [name=days]", "31");
        desk.browser.send_anyway("#create");
        assert!(desk.browser.text("#days-error").contains("30"));
    });
}

#[test]
fn console_1_a_setting_that_is_out_of_its_bounds_is_refused_beside_its_field_and_nothing_changes() {
    in_both(|desk| {
        desk.sign_in("admin", "admin");
        for (name, value) in [
            ("access_lifetime_seconds", "0"),
            ("refresh_inactivity_seconds", ""),
            ("refresh_absolute_seconds", "-1"),
            ("pat_max_days", "999999999999"),
            ("code_lifetime_seconds", "0"),
            ("notice_lead_days", "-2"),
        ] {
            desk.goto("/console/settings");
            let before = desk.browser.value("#settings [name=notice_lead_days]");
            desk.browser.fill("#settings [name=notice_lead_days]", "5");
            desk.browser.fill(&format!("#settings [name={name}]"), value);
            desk.browser.send_anyway("#settings");
            desk.finds_fault_with(name);
            desk.goto("/console/settings");
            assert_eq!(desk.browser.value("#settings [name=notice_lead_days]"), before, "{name}");
        }
    });
}
