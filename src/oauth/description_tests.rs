use std::collections::BTreeSet;

use super::*;
use crate::http_auth::refusal::Refusal;
use crate::oauth::error::OAuthError;
use crate::oauth::form::PARAMETERS;
use crate::service::error::Unavailable;
use crate::store::throttle::ThrottleKey;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

const CLIENT_FAULTS: [ClientFault; 10] = [
    ClientFault::Missing,
    ClientFault::Malformed,
    ClientFault::HeaderTwice,
    ClientFault::HeaderAndForm,
    ClientFault::OtherId,
    ClientFault::Public,
    ClientFault::Unknown,
    ClientFault::Disabled,
    ClientFault::PublicSecret,
    ClientFault::Secret,
];

/// The reasons whose texts the tests check. A reason that contains the name of an OAuth parameter is listed once for
/// each parameter.
fn causes() -> Vec<Reason> {
    let invalid_scope = "\"".parse::<Scope>().expect_err("no scope token");
    let mut causes = vec![
        Reason::Method,
        Reason::GrantUnknown,
        Reason::NoLogins,
        Reason::GrantNotRegistered,
        Reason::Login,
        Reason::Token(Refusal::Unknown),
        Reason::ForeignClient,
        Reason::ServiceAccount,
        Reason::QuotaReached,
        Reason::Scope(invalid_scope),
        Reason::ScopeBeyond,
        Reason::ScopeDemanded,
        Reason::Throttled { until: Timestamp::EPOCH },
        Reason::Busy { key: ThrottleKey::from_bytes([0; 32]) },
        Reason::Unavailable(Unavailable::Clock),
    ];
    causes.extend(CLIENT_FAULTS.map(|fault| Reason::Client(ClientRefusal::InvalidClient { fault, by_form: true })));
    let form = [FormFault::TooLarge, FormFault::MediaType, FormFault::TooSlow, FormFault::Broken];
    causes.extend(form.map(Reason::Form));
    for name in PARAMETERS.into_iter().map(Some).chain([None]) {
        causes.extend([FormFault::Undecodable { name }, FormFault::Repeated { name }].map(Reason::Form));
    }
    causes.extend(PARAMETERS.into_iter().flat_map(|name| [Reason::Missing { name }, Reason::Value { name }]));
    causes
}

#[test]
fn syn_token_10_texts_are_of_the_standards_letters() {
    let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    for cause in causes() {
        let error = OAuthError::new(OAuthErrorCode::InvalidRequest, cause);
        let text = error.description();
        assert!(!text.is_empty() && text.bytes().all(allowed), "{text}");
    }
}

#[test]
fn fault_c4_each_cause_has_a_text_of_its_own_and_names_the_parameter_at_fault() {
    let texts: Vec<_> = causes().iter().map(|cause| description(OAuthErrorCode::InvalidRequest, Some(cause))).collect();
    let distinct: BTreeSet<_> = texts.iter().collect();
    // Three texts occur more than once. Four client faults have one text, because the caller must not distinguish them.
    // `Throttled`, `Busy` and `Unavailable` have one text, because the caller cannot fix the cause. `GrantUnknown` and
    // `NoLogins` have one text, because only the host can act on the difference.
    assert_eq!(distinct.len(), texts.len() - 6, "{texts:#?}");
    for name in PARAMETERS {
        for cause in [
            Reason::Missing { name },
            Reason::Value { name },
            Reason::Form(FormFault::Repeated { name: Some(name) }),
            Reason::Form(FormFault::Undecodable { name: Some(name) }),
        ] {
            let text = description(OAuthErrorCode::InvalidRequest, Some(&cause));
            assert!(text.starts_with(&format!("parameter {name} ")), "{text}");
        }
    }
}

#[test]
fn t6_a_client_that_is_unknown_disabled_public_or_wrong_is_told_the_same() {
    let alike = [ClientFault::Unknown, ClientFault::Disabled, ClientFault::PublicSecret, ClientFault::Secret];
    assert_eq!(alike.map(of_client), ["client authentication failed"; 4]);
}
