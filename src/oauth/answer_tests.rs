use std::time::Duration;

use super::*;
use crate::http_auth::client_fault::ClientFault;
use crate::service::client_auth::ClientRefusal;
use crate::types::client::ClientKey;
use crate::types::duration::{hours, minutes};
use crate::types::realm::Realm;

fn client() -> Registration {
    Registration {
        client_id: "test.token".parse().expect("an id"),
        key: ClientKey::from_bytes([1; 16]),
        display_name: "angularApp".into(),
        secrets: Vec::new(),
        grants: Vec::new(),
        allowed_scope: None,
        default_scope: None,
        public: false,
        refresh_mode: Default::default(),
        resource_server: false,
        disabled: false,
        epoch: 0,
        created_at: Timestamp::EPOCH,
        service_account: None,
        unknown: crate::types::unknown::UnknownFields::default(),
    }
}

fn bill() -> Account {
    Account::new(SubjectId::new("6").expect("an id"), "AD\\bill.posters", Role::Member)
}

/// Thu, 22 Dec 2022 23:14:42 GMT. The example in 12d Synergy's documentation has this instant.
fn issued() -> Timestamp {
    Timestamp::from_micros(1_671_750_882_000_000).expect("in range")
}

fn answer(account: &Account, later: Duration) -> Answer {
    answer_with(account, later, true)
}

fn answer_with(account: &Account, later: Duration, vendor_fields: bool) -> Answer {
    let parts = TokenParts {
        access_token: "cfa_1",
        refresh_token: Some("cfr_1"),
        issued_at: issued(),
        expires_at: issued().plus_capped(minutes(10)),
        scope: None,
        account,
        client: &client(),
        vendor_fields,
    };
    token_answer(&parts, issued().plus_capped(later))
}

#[test]
fn syn_token_4_the_answer_is_the_seeds_but_for_its_raw_backslash() {
    let guid = "<ID>6</ID><ServerID>1</ServerID>";
    let answer = answer(&bill().with_claim("user_id", guid), Duration::from_micros(1));
    let seed = format!(
        r#"{{"access_token":"cfa_1","token_type":"bearer","expires_in":599,"refresh_token":"cfr_1","user_name":"AD\\bill.posters","user_id":"{guid}","as:client_id":"angularApp","is_read_only_web_user":"false",".issued":"Thu, 22 Dec 2022 23:14:42 GMT",".expires":"Thu, 22 Dec 2022 23:24:42 GMT"}}"#
    );
    assert_eq!(answer.expose_secret(), seed);
    assert_eq!(answer.status(), 200);
}

#[test]
fn syn_token_4_without_vendor_fields_the_answer_has_the_standard_and_the_hosts_own_members() {
    let bill = bill().with_claim("user_id", "6").with_claim("team", "a").with_claim("user_name", "no standard name");
    let answer = answer_with(&bill, Duration::ZERO, false);
    let members = r#"{"access_token":"cfa_1","token_type":"bearer","expires_in":600,"refresh_token":"cfr_1","team":"a","user_id":"6"}"#;
    assert_eq!(answer.expose_secret(), members);
}

#[test]
fn syn_token_4_expires_in_is_rounded_down_and_never_negative() {
    let left = |later: Duration| {
        let body: serde_json::Value = serde_json::from_str(answer(&bill(), later).expose_secret()).expect("JSON");
        body["expires_in"].as_u64()
    };
    assert_eq!(left(Duration::ZERO), Some(600));
    assert_eq!(left(Duration::from_micros(599_999_999)), Some(0));
    assert_eq!(left(hours(1)), Some(0));
}

#[test]
fn syn_token_4_a_read_only_user_is_exactly_a_collaborator_and_the_id_falls_back_to_the_subject() {
    for role in [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator] {
        let answer = answer(&bill().with_role(role), Duration::ZERO);
        let body: serde_json::Value = serde_json::from_str(answer.expose_secret()).expect("JSON");
        assert_eq!(body["is_read_only_web_user"], if role == Role::Collaborator { "true" } else { "false" });
        assert_eq!(body["user_id"], "6");
    }
}

#[test]
fn syn_token_4_a_claim_cannot_stand_in_for_a_standard_member() {
    let account = STANDARD.iter().fold(bill(), |account, name| account.with_claim(name, "forged"));
    let answer = answer(&account.with_claim("team", "posters"), Duration::ZERO);
    assert!(!answer.expose_secret().contains("forged"), "{}", answer.expose_secret());
    assert!(answer.expose_secret().contains(r#""team":"posters""#));
}

#[test]
fn syn_token_9_inactive_says_nothing_else() {
    assert_eq!(introspection_answer(None).expose_secret(), r#"{"active":false}"#);
    let subject = SubjectId::new("6").expect("an id");
    let active = Active {
        kind: TokenKind::PersonalAccessToken,
        scope: None,
        client_id: None,
        username: "ivan",
        subject: &subject,
        issued_at: issued(),
        expires_at: None,
        role: Role::Member,
        actor: None,
    };
    assert_eq!(
        introspection_answer(Some(&active)).expose_secret(),
        r#"{"active":true,"username":"ivan","token_type":"bearer","iat":1671750882,"sub":"6","kind":"personal_access_token","role":"member"}"#
    );
    let actor = SubjectId::new("super \"1\"").expect("an id");
    let code = Active { kind: TokenKind::SecurityCode, actor: Some(&actor), ..active };
    let written = introspection_answer(Some(&code));
    assert!(
        written.expose_secret().ends_with(r#""role":"member","act":{"sub":"super \"1\""}}"#),
        "{}",
        written.expose_secret()
    );
    let refresh = introspection_answer(Some(&Active { kind: TokenKind::RefreshToken, ..code }));
    assert!(!refresh.expose_secret().contains("token_type"), "{}", refresh.expose_secret());
    assert_eq!(empty_answer(200).expose_secret(), "{}");
}

#[test]
fn syn_token_10_every_answer_forbids_caching_errors_included() {
    let refused = OAuthError::of_client(
        ClientRefusal::InvalidClient { fault: ClientFault::Unknown, by_form: false },
        &Realm::new("a\"b\\c").expect("a realm"),
        issued(),
    );
    for answer in [answer(&bill(), Duration::ZERO), introspection_answer(None), empty_answer(200), refused.into()] {
        let headers: Vec<_> = answer.headers().collect();
        for wanted in [("cache-control", "no-store"), ("pragma", "no-cache"), ("content-type", "application/json")] {
            assert!(headers.contains(&wanted), "{headers:?}");
        }
        if answer.status() == 401 {
            assert!(headers.contains(&("www-authenticate", r#"Basic realm="a\"b\\c""#)), "{headers:?}");
            assert!(answer.expose_secret().starts_with(r#"{"error":"invalid_client","error_description":""#));
        }
    }
}

#[test]
fn syn_token_4_an_answer_does_not_show_its_body() {
    let answer = answer(&bill(), Duration::ZERO);
    assert!(!format!("{answer:?}").contains("cfa_1"), "{answer:?}");
}
