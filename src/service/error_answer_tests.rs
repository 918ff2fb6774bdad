use std::collections::BTreeSet;

use super::*;
use crate::http_auth::refusal::Refusal;
use crate::service::error::{Denied, Unavailable};
use crate::service::invalid::Invalid;
use crate::store::throttle::ThrottleKey;
use crate::types::role::Role;
use crate::types::time::Timestamp;

const FORBIDDEN: [Forbidden; 11] = [
    Forbidden::Realm,
    Forbidden::StaleSession,
    Forbidden::CredentialKind,
    Forbidden::Scope { scope: "demo:read" },
    Forbidden::Role { needed: Role::Member },
    Forbidden::ProfileManagement,
    Forbidden::NoPerson,
    Forbidden::Gate { gate: Gate::Setting },
    Forbidden::Gate { gate: Gate::Switch },
    Forbidden::Outranked,
    Forbidden::Collaborator,
];

const CONFLICTS: [Conflict; 13] = [
    Conflict::LabelTaken,
    Conflict::ClientIdTaken,
    Conflict::QuotaReached,
    Conflict::ChangedMeanwhile,
    Conflict::Expired,
    Conflict::NotExpired,
    Conflict::Replaced,
    Conflict::Suspended,
    Conflict::NotApplicable { gate: Gate::Setting },
    Conflict::NotAllowed,
    Conflict::MayNotAct,
    Conflict::DoneAlready,
    Conflict::FormUsed,
];

fn errors() -> Vec<ManageError> {
    let mut errors = vec![
        ManageError::NotFound,
        ManageError::Invalid(Invalid::DisplayName),
        ManageError::SlowDown { until: Timestamp::EPOCH },
        ManageError::Unavailable(Unavailable::Clock),
        ManageError::Unavailable(Unavailable::NotGiven { part: "search" }),
    ];
    errors.extend(FORBIDDEN.map(ManageError::Forbidden));
    errors.extend(CONFLICTS.map(ManageError::Conflict));
    errors
}

#[test]
fn host_2_every_management_error_has_a_status_and_a_name_of_its_own() {
    let names: BTreeSet<_> = errors().iter().map(ManageError::name).collect();
    assert_eq!(names.len(), errors().len(), "{names:?}");
    for error in errors() {
        let of_words = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(of_words(error.name()), "{}", error.name());
        assert!(!error.title().is_empty() && !error.title().contains(['"', '\\']), "{}", error.title());
        let expected = match &error {
            ManageError::Forbidden(_) => 403,
            ManageError::NotFound => 404,
            ManageError::Conflict(_) => 409,
            ManageError::Invalid(_) => 422,
            ManageError::SlowDown { .. } => 429,
            ManageError::Unavailable(Unavailable::NotGiven { .. }) => 501,
            ManageError::Unavailable(_) => 503,
        };
        assert_eq!(error.status(), expected, "{}", error.name());
    }
}

#[test]
fn host_2_the_field_at_fault_is_named_and_a_wait_is_in_whole_seconds() {
    let field = |error: ManageError| error.field();
    assert_eq!(field(ManageError::Invalid(Invalid::Days { most: 180 })), Some("expires_in_days"));
    assert_eq!(field(ManageError::Conflict(Conflict::LabelTaken)), Some("label"));
    let not_applicable = |gate| ManageError::Conflict(Conflict::NotApplicable { gate });
    assert_eq!(field(not_applicable(Gate::Switch)), Some("token_login_allowed"));
    assert_eq!(field(not_applicable(Gate::Setting)), Some("personal_access_tokens_enabled"));
    assert_eq!(field(ManageError::NotFound), None);
    let micros = |micros| Timestamp::from_micros(micros).expect("in range");
    let slow = ManageError::SlowDown { until: micros(2_000_001) };
    for (now, seconds) in [(0, 3), (1, 2), (2_000_000, 1), (2_000_001, 1), (9_000_000, 1)] {
        assert_eq!(slow.retry_after(micros(now)), Some(seconds), "{now}");
    }
    assert_eq!(ManageError::Unavailable(Unavailable::Clock).retry_after(micros(0)), Some(2));
    let not_given = Unavailable::NotGiven { part: "search" };
    assert_eq!(ManageError::Unavailable(not_given).retry_after(micros(0)), None);
    assert_eq!(ManageError::NotFound.retry_after(micros(0)), None);
}

#[test]
fn host_2_only_a_scope_that_is_missing_is_answered_with_a_challenge() {
    let realm = Realm::default();
    for error in errors() {
        let expected = matches!(error, ManageError::Forbidden(Forbidden::Scope { .. }))
            .then(|| "Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"demo:read\"".to_owned());
        assert_eq!(error.www_authenticate(&realm), expected, "{}", error.name());
    }
    let empty = Challenge::denied(Denied::Refused(Refusal::ScopeEmpty), &realm);
    let expected = "Bearer realm=\"default\", error=\"insufficient_scope\"";
    assert_eq!((empty.status(), empty.www_authenticate().as_deref()), (403, Some(expected)));
}

#[test]
fn host_2_a_login_during_back_off_is_429_with_the_seconds_to_wait() {
    let parts_of = |error: LoginError| {
        let challenge = Challenge::login(error, &Realm::default(), Timestamp::EPOCH);
        (challenge.status(), challenge.name(), challenge.www_authenticate(), challenge.retry_after())
    };
    let until = Timestamp::from_micros(90_000_000).expect("in range");
    assert_eq!(parts_of(LoginError::SlowDown { until }), (429, "slow-down", None, Some(90)));
    let key = ThrottleKey::from_bytes([0; 32]);
    assert_eq!(parts_of(LoginError::Busy { key }), (429, "busy", None, Some(1)));
    assert_eq!(parts_of(LoginError::Unavailable(Unavailable::Clock)), (503, "unavailable", None, Some(2)));
    let not_given = Unavailable::NotGiven { part: "logins" };
    assert_eq!(parts_of(LoginError::Unavailable(not_given)), (501, "not-offered", None, None));
    assert_eq!(parts_of(LoginError::TooManySessions), (409, "too-many-sessions", None, None));
    let bare = Some("Bearer realm=\"default\"".to_owned());
    assert_eq!(parts_of(LoginError::Refused), (401, "login-refused", bare, None));
}
