//! Removes fractions of microseconds from a policy, so that every layer computes with the same durations.

use std::time::Duration;

use crate::policy::{
    AccessTokens, Allowance, ConsoleSessions, Gather, Notices, PersonalAccessTokens, Policy, RefreshTokens,
    SecurityCodes, Throttling, Uses,
};
use crate::types::duration::whole_micros;

impl Policy {
    /// The policy with each duration rounded down to whole microseconds. The result still satisfies the limits of
    /// [`Policy::check`].
    pub(crate) fn in_whole_micros(mut self) -> Self {
        for duration in self.durations() {
            *duration = Duration::from_micros(whole_micros(*duration));
        }
        self
    }

    /// Every duration of the policy. Each occurs once.
    pub(super) fn durations(&mut self) -> Vec<&mut Duration> {
        let PersonalAccessTokens { retention, max_overlap, .. } = &mut self.personal_access_tokens;
        let mut all = vec![retention, max_overlap];
        let AccessTokens { lifetime, max_lifetime, .. } = &mut self.access_tokens;
        all.extend([lifetime, max_lifetime]);
        let RefreshTokens { inactivity, max_inactivity, absolute, max_absolute, grace, .. } = &mut self.refresh_tokens;
        all.extend([inactivity, max_inactivity, absolute, max_absolute, grace]);
        let SecurityCodes { default_lifetime, max_default_lifetime, retention, .. } = &mut self.security_codes;
        all.extend([default_lifetime, max_default_lifetime, retention]);
        let ConsoleSessions { idle, absolute, fresh, .. } = &mut self.console_sessions;
        all.extend([idle, absolute, fresh]);
        let Notices { lead, more_leads, unsent_kept, gather, .. } = &mut self.notices;
        let Gather { ahead, gap, longest_wait } = gather;
        all.extend([lead, unsent_kept, ahead, gap, longest_wait]);
        all.extend(more_leads);
        let Uses { interval, .. } = &mut self.uses;
        all.push(interval);
        let Throttling { account, client, source, leaks } = &mut self.throttle;
        all.extend([account, client, source, leaks].map(|Allowance { window, .. }| window));
        all.extend([&mut self.settings_staleness, &mut self.verification_staleness]);
        all.extend([&mut self.tombstone, &mut self.clock_doubt]);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `Debug` form shows every duration of the policy, so this test finds a duration that [`Policy::durations`]
    /// omits.
    #[test]
    fn every_duration_of_a_policy_is_in_whole_microseconds() {
        let mut policy = Policy::default();
        policy.notices.more_leads = vec![Duration::from_secs(60)];
        let plain = format!("{policy:?}");
        policy
            .durations()
            .into_iter()
            .for_each(|duration| *duration = duration.saturating_add(Duration::from_nanos(7)));
        let shown = format!("{policy:?}");
        assert_eq!(format!("{:?}", policy.in_whole_micros()), plain);
        let durations = shown.split(|at: char| " ,}])".contains(at)).filter(|word| is_duration(word));
        let left: Vec<_> = durations.filter(|word| !word.contains(".000000007")).collect();
        assert!(left.is_empty(), "{left:?} in {shown}");
    }

    fn is_duration(word: &str) -> bool {
        word.trim_start_matches('[').strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok())
    }
}
