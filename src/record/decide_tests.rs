//! Tests of the decision whether a record authenticates. Each reason for a refusal has its own tests. Property tests
//! check rules that hold for all records and accounts.

use proptest::prelude::*;

use crate::http_auth::refusal::{Gate, Refusal};
use crate::record::decide::{self, Standing};
use crate::record::facts::{self, Facts, Origin};
use crate::record::family_body::{Access, FamilyBody};
use crate::record::phase::Phase;
use crate::record::samples::{account, at, client, limits, record, settings, sign_in, subject};
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::client::{ClientKey, Grant, Registration};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::revocation_reason::RevocationReason;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::service_account_id::ServiceAccountId;

const ROLES: [Role; 4] = [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator];

fn standing<'a>(account: Option<&'a Account>, client: Option<&'a Registration>) -> Standing<'a> {
    Standing { account, client, closed_gate: None, scope_demanded: false, known_scopes: None }
}

/// Calls [`decide::decide`], and keeps only the role of the returned rights.
fn decide(record: &TokenRecord, phase: Phase, standing: Standing<'_>) -> Result<Role, Refusal> {
    let facts = Facts::of(record.view(), limits(&settings()), Origin::NotAsked);
    decide::decide(&facts, phase, standing).map(|rights| rights.role)
}

fn account_of(record: &TokenRecord) -> Option<SubjectId> {
    facts::account_of(record.view())
}

fn pat() -> TokenRecord {
    record(TokenKind::PersonalAccessToken, FamilyBody::Alone, None, |_, _| {})
}

fn code(access: Access) -> TokenRecord {
    record(
        TokenKind::SecurityCode,
        FamilyBody::Code { created_by: subject("maker"), access, named: None },
        None,
        |_, _| {},
    )
}

fn access_token() -> TokenRecord {
    record(TokenKind::AccessToken, sign_in(true, at(9_999)), Some(at(600)), |_, _| {})
}

#[test]
fn a_phase_that_is_over_refuses_whoever_stands_there() {
    let owner = account(Role::SuperAdministrator);
    let standing = standing(Some(&owner), None);
    let revoked = Revoked { at: at(1), reason: RevocationReason::ByOwner };
    for (phase, refusal) in [
        (Phase::Rotated { retry_until: None }, Refusal::Replaced),
        (Phase::Rotated { retry_until: Some(at(9)) }, Refusal::Replaced),
        (Phase::Expired { at: at(1), until: None }, Refusal::Expired { at: at(1) }),
        (Phase::Revoked(revoked), Refusal::Revoked { at: at(1), reason: RevocationReason::ByOwner }),
        (Phase::Purgeable, Refusal::Unknown),
    ] {
        assert_eq!(decide(&pat(), phase, standing), Err(refusal));
    }
    assert_eq!(decide(&pat(), Phase::Overlap { until: None }, standing), Ok(Role::SuperAdministrator));
}

#[test]
fn syn_pat_2_a_personal_access_token_needs_its_owner_enabled_and_no_collaborator() {
    for role in ROLES {
        let owner = account(role);
        let verdict = decide(&pat(), Phase::Live, standing(Some(&owner), None));
        let expected = if role == Role::Collaborator { Err(Refusal::OwnerIsCollaborator) } else { Ok(role) };
        assert_eq!(verdict, expected);
        let disabled = owner.with_disabled(true);
        assert_eq!(decide(&pat(), Phase::Live, standing(Some(&disabled), None)), Err(Refusal::AccountDisabled));
    }
    assert_eq!(decide(&pat(), Phase::Live, standing(None, None)), Err(Refusal::AccountMissing));
}

#[test]
fn a2_token_1_a_closed_gate_refuses_personal_access_tokens_and_nothing_else() {
    let owner = account(Role::Member);
    for gate in [Gate::Setting, Gate::Switch] {
        let closed = Standing { closed_gate: Some(gate), ..standing(Some(&owner), None) };
        assert_eq!(decide(&pat(), Phase::Live, closed), Err(Refusal::GateClosed { gate }));
        let registered = client();
        let closed = Standing { client: Some(&registered), ..closed };
        assert_eq!(decide(&access_token(), Phase::Live, closed), Ok(Role::Member));
    }
}

#[test]
fn syn_token_8_a_demanded_scope_refuses_a_credential_without_one() {
    let owner = account(Role::Member);
    let demanded = Standing { scope_demanded: true, ..standing(Some(&owner), None) };
    assert_eq!(decide(&pat(), Phase::Live, demanded), Err(Refusal::ScopeDemanded));
    let scoped = record(TokenKind::PersonalAccessToken, FamilyBody::Alone, None, |record, _| {
        record.scope = "demo:read".parse().ok();
    });
    assert_eq!(decide(&scoped, Phase::Live, demanded), Ok(Role::Member));
}

#[test]
fn syn_token_11_a_client_that_is_missing_disabled_or_anew_and_a_removed_grant_refuse() {
    let owner = account(Role::Member);
    let (token, refresh) = (access_token(), record(TokenKind::RefreshToken, sign_in(true, at(9_999)), None, |_, _| {}));
    let judged =
        |record: &TokenRecord, client: &Registration| decide(record, Phase::Live, standing(Some(&owner), Some(client)));
    assert_eq!(judged(&token, &client()), Ok(Role::Member));
    assert_eq!(decide(&token, Phase::Live, standing(Some(&owner), None)), Err(Refusal::ClientMissing));
    let anew = Registration { key: ClientKey::from_bytes([8; 16]), ..client() };
    assert_eq!(judged(&token, &anew), Err(Refusal::ClientMissing), "made again under the same id");
    let disabled = Registration { disabled: true, ..client() };
    assert_eq!(judged(&token, &disabled), Err(Refusal::ClientDisabled));
    for epoch in [2, 4] {
        let raised = Registration { epoch, ..client() };
        assert_eq!(judged(&token, &raised), Err(Refusal::ClientEpoch));
    }
    let no_password = Registration { grants: vec![Grant::RefreshToken], ..client() };
    assert_eq!(judged(&token, &no_password), Err(Refusal::GrantRemoved));
    let no_refresh = Registration { grants: vec![Grant::Password], ..client() };
    assert_eq!(judged(&token, &no_refresh), Ok(Role::Member), "an access token asks for no refresh grant");
    assert_eq!(judged(&refresh, &no_refresh), Err(Refusal::GrantRemoved));
    assert_eq!(judged(&refresh, &client()), Ok(Role::Member));
}

#[test]
fn syn_token_13_a_family_that_the_host_opened_needs_no_password_grant() {
    let owner = account(Role::Member);
    let mut body = sign_in(true, at(9_999));
    if let FamilyBody::SignIn { grant, .. } = &mut body {
        *grant = None;
    }
    let token = record(TokenKind::AccessToken, body, None, |_, _| {});
    let registered = Registration { grants: vec![], ..client() };
    assert_eq!(decide(&token, Phase::Live, standing(Some(&owner), Some(&registered))), Ok(Role::Member));
}

#[test]
fn ao_code_2_a_super_administrator_code_works_while_its_creator_is_one() {
    let code = code(Access::SuperAdministrator);
    assert_eq!(account_of(&code), Some(subject("maker")));
    for role in ROLES {
        let maker = account(role);
        let verdict = decide(&code, Phase::Live, standing(Some(&maker), None));
        let expected =
            if role == Role::SuperAdministrator { Ok(Role::SuperAdministrator) } else { Err(Refusal::CreatorLostRole) };
        assert_eq!(verdict, expected);
    }
}

#[test]
fn ao_code_2_a_same_as_user_code_has_at_most_a_members_rights() {
    let code = code(Access::SameAsUser(subject("named")));
    assert_eq!(account_of(&code), Some(subject("named")));
    for role in ROLES {
        let named = account(role);
        assert_eq!(decide(&code, Phase::Live, standing(Some(&named), None)), Ok(role.min(Role::Member)));
    }
}

#[test]
fn the_account_of_any_other_credential_is_its_owner() {
    assert_eq!(account_of(&pat()), Some(subject("owner")));
    assert_eq!(account_of(&access_token()), Some(subject("owner")));
}

proptest! {
    /// No credential authenticates without an enabled account. No credential has more rights than its account's role.
    /// For a security code with a super administrator's rights, the account is that of the creator.
    #[test]
    fn nothing_authenticates_beyond_its_account(kind in 0usize..4, role in 0usize..4, disabled: bool, present: bool, gate: bool) {
        let registered = client();
        let record = match kind {
            0 => pat(),
            1 => access_token(),
            2 => code(Access::SuperAdministrator),
            _ => code(Access::SameAsUser(subject("named"))),
        };
        let owner = account(ROLES[role]).with_disabled(disabled);
        let standing = Standing {
            account: present.then_some(&owner),
            client: Some(&registered),
            closed_gate: gate.then_some(Gate::Switch),
            scope_demanded: false,
            known_scopes: None,
        };
        match decide(&record, Phase::Live, standing) {
            Ok(effective) => {
                prop_assert!(present && !disabled);
                prop_assert!(effective <= owner.role());
            }
            Err(refusal) => prop_assert!(refusal.is_suspension(), "{refusal:?} can pass by itself"),
        }
    }
}

fn machine(role: Role, widest: Option<&str>) -> Account {
    let label = Label::new("build", 100).expect("a label");
    let widest = widest.map(|scope| scope.parse().expect("a scope"));
    Account::of_service_account(ServiceAccountId::from_bytes([7; 16]), &label, role, widest)
}

fn machine_token(client: &Registration, scope: Option<&str>) -> TokenRecord {
    let body = match sign_in(false, at(9_999)) {
        FamilyBody::SignIn { client_id, epoch, remember, opened_at, absolute_end, .. } => FamilyBody::SignIn {
            client: client.key,
            client_id,
            epoch,
            grant: Some(Grant::ClientCredentials),
            remember,
            opened_at,
            absolute_end,
        },
        body => body,
    };
    record(TokenKind::AccessToken, body, Some(at(600)), |record, _| {
        record.scope = scope.map(|scope| scope.parse().expect("a scope"));
    })
}

#[test]
fn machine_1_a_service_account_owns_tokens_and_nothing_of_a_person() {
    for role in ROLES {
        let owner = machine(role, None);
        let verdict = decide(&pat(), Phase::Live, standing(Some(&owner), None));
        let expected = if role == Role::Collaborator { Err(Refusal::OwnerIsCollaborator) } else { Ok(role) };
        assert_eq!(verdict, expected);
        let disabled = owner.clone().with_disabled(true);
        assert_eq!(decide(&pat(), Phase::Live, standing(Some(&disabled), None)), Err(Refusal::AccountDisabled));
        let session = FamilyBody::Session { authenticated_at: at(1), absolute_end: at(9_999) };
        let session = record(TokenKind::ConsoleSession, session, Some(at(600)), |_, _| {});
        let app = client();
        let codes = [Access::SuperAdministrator, Access::SameAsUser(subject("owner"))].map(code);
        for never in codes.iter().chain([&session, &access_token()]) {
            let standing = standing(Some(&owner), Some(&app));
            assert_eq!(decide(never, Phase::Live, standing), Err(Refusal::AccountMissing));
        }
    }
}

#[test]
fn machine_2_an_access_token_needs_its_client_to_keep_the_grant() {
    let mut app = client();
    app.grants = vec![Grant::ClientCredentials];
    let (token, owner) = (machine_token(&app, None), machine(Role::Administrator, None));
    assert_eq!(decide(&token, Phase::Live, standing(Some(&owner), Some(&app))), Ok(Role::Administrator));
    app.service_account = Some(ServiceAccountId::from_bytes([8; 16]));
    let verdict = decide(&token, Phase::Live, standing(Some(&owner), Some(&app)));
    assert_eq!(verdict, Ok(Role::Administrator), "the account at the time of the grant goes on");
    app.grants = vec![Grant::Password, Grant::RefreshToken];
    assert_eq!(decide(&token, Phase::Live, standing(Some(&owner), Some(&app))), Err(Refusal::GrantRemoved));
    assert_eq!(decide(&token, Phase::Live, standing(Some(&owner), None)), Err(Refusal::ClientMissing));
}

fn some_scope() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(proptest::sample::subsequence(vec!["a", "b", "c"], 1..=3).prop_map(|scope| scope.join(" ")))
}

proptest! {
    #[test]
    fn machine_1_the_scope_lies_within_the_tokens_the_accounts_and_the_clients(
        own in some_scope(), widest in some_scope(), allowed in some_scope(),
    ) {
        let mut app = client();
        app.grants = vec![Grant::ClientCredentials];
        app.allowed_scope = allowed.as_ref().map(|scope| scope.parse().expect("a scope"));
        let owner = machine(Role::Member, widest.as_deref());
        let token = machine_token(&app, own.as_deref());
        let bounds = [own, widest, allowed].map(|bound| bound.map(|bound| bound.parse::<Scope>().expect("a scope")));
        let common = |token: &str| bounds.iter().flatten().all(|bound| bound.contains(token));
        let expected: Vec<_> = ["a", "b", "c"].into_iter().filter(|token| common(token)).collect();
        let unbounded = bounds.iter().all(Option::is_none);
        let facts = Facts::of(token.view(), limits(&settings()), Origin::NotAsked);
        match decide::decide(&facts, Phase::Live, standing(Some(&owner), Some(&app))) {
            Ok(rights) => match rights.scope(facts.scope.as_ref()) {
                None => prop_assert!(unbounded),
                Some(scope) => prop_assert_eq!(scope.tokens().collect::<Vec<_>>(), expected),
            },
            Err(refusal) => {
                prop_assert_eq!(refusal, Refusal::ScopeEmpty);
                prop_assert!(expected.is_empty() && !unbounded);
            }
        }
    }
}
