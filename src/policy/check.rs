//! Checks a policy once, when the handle is built.

use std::time::Duration;

use crate::policy::{Leaks, Policy};
use crate::types::duration::{days, minutes};
use crate::types::label::Label;
use crate::types::service_account::ServiceAccount;
use crate::types::settings::SettingName;

/// The error for a policy that contradicts itself or exceeds a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("policy: {field} must be {rule}")]
#[non_exhaustive]
pub struct InvalidPolicy {
    /// The name of the invalid field with its section, such as `access_tokens.lifetime`.
    pub field: &'static str,
    /// The rule that the value of this field breaks.
    pub rule: &'static str,
}

/// The largest number that the table of settings allows for the setting `name`.
const fn most(name: SettingName) -> u64 {
    name.range().1
}

/// The longest duration that the table of settings allows for the setting `name`.
fn longest(name: SettingName) -> Duration {
    Duration::from_secs(most(name) * name.unit().seconds().unwrap_or(1))
}

impl Policy {
    /// Checks that every field of the policy is within its limits.
    ///
    /// # Errors
    ///
    /// [`InvalidPolicy`] with the first field that breaks a limit, and with that limit.
    pub fn check(&self) -> Result<(), InvalidPolicy> {
        let tokens = &self.personal_access_tokens;
        let (access, refresh, codes) = (&self.access_tokens, &self.refresh_tokens, &self.security_codes);
        let year = days(366);
        let within = |duration: Duration, least: Duration, most: Duration| (least..=most).contains(&duration);
        let second = Duration::from_secs(1);
        let rules = [
            (
                (1..=most(SettingName::PatMaxDays)).contains(&tokens.max_days_ceiling.into()),
                "personal_access_tokens.max_days_ceiling",
                "1 to 3660",
            ),
            (
                (1..=tokens.max_days_ceiling).contains(&tokens.max_days),
                "personal_access_tokens.max_days",
                "1 to personal_access_tokens.max_days_ceiling",
            ),
            ((1..=Label::MAX).contains(&tokens.label_max), "personal_access_tokens.label_max", "1 to 255"),
            (tokens.retention <= year, "personal_access_tokens.retention", "at most 366 days"),
            (tokens.max_overlap <= year, "personal_access_tokens.max_overlap", "at most 366 days"),
            (
                within(access.max_lifetime, second, longest(SettingName::AccessLifetimeSeconds)),
                "access_tokens.max_lifetime",
                "1 s to 1 day",
            ),
            (
                within(access.lifetime, second, access.max_lifetime),
                "access_tokens.lifetime",
                "1 s to access_tokens.max_lifetime",
            ),
            (
                within(refresh.max_inactivity, second, longest(SettingName::RefreshInactivitySeconds)),
                "refresh_tokens.max_inactivity",
                "1 s to 366 days",
            ),
            (
                within(refresh.inactivity, second, refresh.max_inactivity),
                "refresh_tokens.inactivity",
                "1 s to refresh_tokens.max_inactivity",
            ),
            (
                within(refresh.max_absolute, second, longest(SettingName::RefreshAbsoluteSeconds)),
                "refresh_tokens.max_absolute",
                "1 s to 366 days",
            ),
            (
                within(refresh.absolute, second, refresh.max_absolute),
                "refresh_tokens.absolute",
                "1 s to refresh_tokens.max_absolute",
            ),
            (refresh.grace <= Duration::from_secs(60), "refresh_tokens.grace", "0 to 60 s"),
            (
                within(codes.max_default_lifetime, second, longest(SettingName::CodeLifetimeSeconds)),
                "security_codes.max_default_lifetime",
                "1 s to 366 days",
            ),
            (
                within(codes.default_lifetime, second, codes.max_default_lifetime),
                "security_codes.default_lifetime",
                "1 s to security_codes.max_default_lifetime",
            ),
            (codes.retention <= year, "security_codes.retention", "at most 366 days"),
            (within(self.console_sessions.idle, second, days(1)), "console_sessions.idle", "1 s to 1 day"),
            (self.console_sessions.fresh <= year, "console_sessions.fresh", "at most 366 days"),
            (within(self.console_sessions.absolute, second, days(30)), "console_sessions.absolute", "1 s to 30 days"),
            (self.service_accounts.max <= ServiceAccount::MOST, "service_accounts.max", "0 to 1000"),
            (
                within(self.notices.lead, second, longest(SettingName::NoticeLeadDays)),
                "notices.lead",
                "1 s to 365 days",
            ),
            (self.notices.more_leads.len() <= 6, "notices.more_leads", "at most 6 further thresholds"),
            (
                self.notices.more_leads.iter().all(|lead| *lead <= days(3_660)),
                "notices.more_leads",
                "at most 3660 days each",
            ),
            (self.notices.unsent_kept <= days(30), "notices.unsent_kept", "at most 30 days"),
            (within(self.uses.interval, second, days(1)), "uses.interval", "1 s to 1 day"),
            (self.notices.gather.ahead <= days(7), "notices.gather.ahead", "at most 7 days"),
            (self.notices.gather.longest_wait <= days(1), "notices.gather.longest_wait", "at most 1 day"),
            (
                self.notices.gather.gap <= self.notices.gather.longest_wait,
                "notices.gather.gap",
                "at most notices.gather.longest_wait",
            ),
            (self.uses.buffered >= 1, "uses.buffered", "at least 1"),
            (within(self.throttle.account.window, second, days(1)), "throttle.account.window", "1 s to 1 day"),
            (within(self.throttle.client.window, second, days(1)), "throttle.client.window", "1 s to 1 day"),
            (within(self.throttle.source.window, second, days(1)), "throttle.source.window", "1 s to 1 day"),
            (within(self.throttle.leaks.window, second, days(1)), "throttle.leaks.window", "1 s to 1 day"),
            ((Leaks::LEAST_QUEUED..=Leaks::MOST_QUEUED).contains(&self.leaks.queued), "leaks.queued", "100 to 100000"),
            (self.settings_staleness <= minutes(5), "settings_staleness", "at most 300 s"),
            (self.verification_staleness <= minutes(1), "verification_staleness", "at most 60 s"),
            (
                self.clock_doubt == Duration::ZERO || within(self.clock_doubt, minutes(20), days(1)),
                "clock_doubt",
                "20 minutes to 1 day, or 0 in tests",
            ),
            (within(self.tombstone, days(1), year), "tombstone", "1 to 366 days"),
        ];
        match rules.into_iter().find(|(holds, _, _)| !holds) {
            Some((_, field, rule)) => Err(InvalidPolicy { field, rule }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::duration::LONGEST;

    #[test]
    fn all_kinds_8_every_preset_keeps_its_limits() {
        let products = [Policy::synergy(), Policy::a2nta(), Policy::aodocs(), Policy::aal2()];
        for policy in [Policy::default(), Policy::open()].into_iter().chain(products) {
            assert_eq!(policy.check(), Ok(()));
        }
    }

    type Field = (&'static str, &'static str, fn(&mut Policy) -> &mut Duration);

    /// The durations of a policy: the name of the field, its limit, and access to its value.
    const FIELDS: [Field; 27] = [
        ("personal_access_tokens.retention", "at most 366 days", |it| &mut it.personal_access_tokens.retention),
        ("personal_access_tokens.max_overlap", "at most 366 days", |it| &mut it.personal_access_tokens.max_overlap),
        ("access_tokens.max_lifetime", "1 s to 1 day", |it| &mut it.access_tokens.max_lifetime),
        ("access_tokens.lifetime", "1 s to access_tokens.max_lifetime", |it| &mut it.access_tokens.lifetime),
        ("refresh_tokens.max_inactivity", "1 s to 366 days", |it| &mut it.refresh_tokens.max_inactivity),
        ("refresh_tokens.inactivity", "1 s to refresh_tokens.max_inactivity", |it| &mut it.refresh_tokens.inactivity),
        ("refresh_tokens.max_absolute", "1 s to 366 days", |it| &mut it.refresh_tokens.max_absolute),
        ("refresh_tokens.absolute", "1 s to refresh_tokens.max_absolute", |it| &mut it.refresh_tokens.absolute),
        ("refresh_tokens.grace", "0 to 60 s", |it| &mut it.refresh_tokens.grace),
        ("security_codes.max_default_lifetime", "1 s to 366 days", |it| &mut it.security_codes.max_default_lifetime),
        ("security_codes.default_lifetime", "1 s to security_codes.max_default_lifetime", |it| {
            &mut it.security_codes.default_lifetime
        }),
        ("security_codes.retention", "at most 366 days", |it| &mut it.security_codes.retention),
        ("console_sessions.idle", "1 s to 1 day", |it| &mut it.console_sessions.idle),
        ("console_sessions.absolute", "1 s to 30 days", |it| &mut it.console_sessions.absolute),
        ("console_sessions.fresh", "at most 366 days", |it| &mut it.console_sessions.fresh),
        ("notices.lead", "1 s to 365 days", |it| &mut it.notices.lead),
        ("notices.more_leads", "at most 3660 days each", |it| &mut it.notices.more_leads[0]),
        ("notices.unsent_kept", "at most 30 days", |it| &mut it.notices.unsent_kept),
        ("notices.gather.ahead", "at most 7 days", |it| &mut it.notices.gather.ahead),
        ("notices.gather.longest_wait", "at most 1 day", |it| &mut it.notices.gather.longest_wait),
        ("notices.gather.gap", "at most notices.gather.longest_wait", |it| &mut it.notices.gather.gap),
        ("uses.interval", "1 s to 1 day", |it| &mut it.uses.interval),
        ("throttle.account.window", "1 s to 1 day", |it| &mut it.throttle.account.window),
        ("settings_staleness", "at most 300 s", |it| &mut it.settings_staleness),
        ("verification_staleness", "at most 60 s", |it| &mut it.verification_staleness),
        ("clock_doubt", "20 minutes to 1 day, or 0 in tests", |it| &mut it.clock_doubt),
        ("tombstone", "1 to 366 days", |it| &mut it.tombstone),
    ];
    const WINDOWS: [Field; 3] = [
        ("throttle.client.window", "1 s to 1 day", |it| &mut it.throttle.client.window),
        ("throttle.source.window", "1 s to 1 day", |it| &mut it.throttle.source.window),
        ("throttle.leaks.window", "1 s to 1 day", |it| &mut it.throttle.leaks.window),
    ];

    fn with(of: fn(&mut Policy) -> &mut Duration, duration: Duration) -> Policy {
        let mut policy = Policy::default();
        policy.notices.more_leads = vec![Duration::ZERO];
        policy.notices.gather.gap = Duration::ZERO;
        *of(&mut policy) = duration;
        policy
    }

    #[test]
    fn all_kinds_8_a_duration_of_any_length_is_within_its_limits_or_refused_by_name() {
        assert_eq!(FIELDS.len() + WINDOWS.len(), with(|it| &mut it.tombstone, days(1)).durations().len());
        let long = [LONGEST, LONGEST + Duration::from_micros(1), Duration::from_secs(u64::MAX), Duration::MAX];
        for (field, rule, of) in FIELDS.into_iter().chain(WINDOWS) {
            for duration in long {
                assert_eq!(with(of, duration).check(), Err(InvalidPolicy { field, rule }), "{duration:?}");
            }
            let short = with(of, Duration::from_nanos(999));
            match short.check() {
                Ok(()) => assert_eq!(*of(&mut short.in_whole_micros()), Duration::ZERO, "{field}"),
                Err(refused) => assert!(refused == InvalidPolicy { field, rule } && !rule.starts_with("at"), "{field}"),
            }
        }
    }

    #[test]
    fn syn_token_6_a_grace_window_of_more_than_60_seconds_is_refused() {
        let mut policy = Policy::default();
        for (seconds, fits) in [(0, true), (60, true), (61, false)] {
            policy.refresh_tokens.grace = Duration::from_secs(seconds);
            assert_eq!(policy.check().is_ok(), fits);
        }
        assert_eq!(policy.check().map_err(|error| error.field), Err("refresh_tokens.grace"));
    }

    #[test]
    fn machine_1_a_realm_has_at_most_1000_service_accounts() {
        let mut policy = Policy::default();
        for (most, fits) in [(0, true), (1_000, true), (1_001, false)] {
            policy.service_accounts.max = most;
            assert_eq!(policy.check().is_ok(), fits);
        }
        assert_eq!(policy.check().map_err(|error| error.field), Err("service_accounts.max"));
    }

    #[test]
    fn all_kinds_8_a_policy_is_read_from_a_file_and_an_unknown_key_is_refused() {
        let read = |text: &str| serde_json::from_str::<Policy>(text);
        let policy = read(r#"{"access_tokens": {"lifetime": 60}}"#).expect("a policy");
        assert_eq!(policy.access_tokens.lifetime, Duration::from_secs(60));
        assert_eq!(policy.refresh_tokens, Policy::default().refresh_tokens);
        assert!(read(r#"{"acess_tokens": {}}"#).is_err());
        assert!(read(r#"{"access_tokens": {"lifetime": -1}}"#).is_err());
    }
}
