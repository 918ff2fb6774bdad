//! The table of settings. Only this file lists the settings.

/// Calls a macro with the table of settings, which has one row for each setting.
///
/// Each row contains the name of the variant of [`SettingName`](crate::settings::SettingName), the name in the API, the
/// name of the setter of [`SettingsUpdate`](crate::settings::SettingsUpdate), the unit, the smallest and the largest
/// number in that unit, and the field of [`Settings`](crate::settings::Settings) with its type.
#[doc(hidden)]
#[macro_export]
macro_rules! settings_table {
    ($callback:ident) => {
        $callback! {
            /// Whether personal access tokens can be created and used.
            PersonalAccessTokensEnabled, personal_access_tokens_enabled, with_personal_access_tokens_enabled,
                Switch, 0..=1, personal_access_tokens: bool;
            /// The lifetime of an access token, at most a day.
            AccessLifetimeSeconds, access_lifetime_seconds, with_access_lifetime_seconds,
                Seconds, 1..=86_400, access_lifetime: Duration;
            /// The inactivity time-out of refresh tokens, at most 366 days.
            RefreshInactivitySeconds, refresh_inactivity_seconds, with_refresh_inactivity_seconds,
                Seconds, 1..=366 * 86_400, refresh_inactivity: Duration;
            /// The absolute lifetime of a sign-in, at most 366 days.
            RefreshAbsoluteSeconds, refresh_absolute_seconds, with_refresh_absolute_seconds,
                Seconds, 1..=366 * 86_400, refresh_absolute: Duration;
            /// The longest lifetime of a personal access token in days, at most 3,660.
            PatMaxDays, pat_max_days, with_pat_max_days,
                Days, 1..=3_660, pat_max_days: u16;
            /// The default lifetime of a security code after its creation, reset or reactivation, at most 366 days.
            CodeLifetimeSeconds, code_lifetime_seconds, with_code_lifetime_seconds,
                Seconds, 1..=366 * 86_400, code_lifetime: Duration;
            /// How long before the expiry of a credential its advance notice is sent, at most 365 days. A change
            /// applies to an existing credential only after a notice worker has processed it
            /// ([`Counterfoil::rearm_notices`](crate::Counterfoil::rearm_notices)).
            NoticeLeadDays, notice_lead_days, with_notice_lead_days,
                Days, 1..=365, notice_lead: Duration;
        }
    };
}
