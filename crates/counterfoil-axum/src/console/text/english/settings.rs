//! The texts of the page of system settings.

use crate::console::text::settings::{SettingLabels, SettingsTexts};
use crate::console::time::Unit;

pub(super) const SETTINGS: SettingsTexts = SettingsTexts {
    title: "System settings",
    labels: SettingLabels {
        personal_access_tokens_enabled: "Creation and authentication of personal access tokens",
        access_lifetime_seconds: "Lifetime of an access token",
        refresh_inactivity_seconds: "Inactivity time-out of a refresh token",
        refresh_absolute_seconds: "Maximum length of a sign-in",
        pat_max_days: "Maximum lifetime of a personal access token, in days",
        code_lifetime_seconds: "Lifetime of a security code",
        notice_lead_days: "Days before expiry when a notice is sent",
    },
    unit,
    unit_label: "Unit",
    exactly,
};

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "seconds",
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::Days => "days",
        Unit::Months => "months",
        Unit::Years => "years",
    }
}

fn exactly(duration: &str) -> String {
    format!("The value in use is exactly {duration}.")
}
