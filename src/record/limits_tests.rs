//! Tests of the ceilings for existing credentials: at the boundary, for permanent credentials, and for other kinds.

use std::time::Duration;

use crate::http_auth::refusal::Refusal;
use crate::policy::{Existing, Policy};
use crate::record::decide::{Standing, decide};
use crate::record::expiry::effective_expiry;
use crate::record::facts::{Facts, Origin};
use crate::record::family_body::{Access, FamilyBody};
use crate::record::limits::{Ceiling, Ceilings, Limits};
use crate::record::phase::{Phase, phase};
use crate::record::samples::{account, around, at, record, settings, sign_in, subject, t0};
use crate::record::token_record::TokenRecord;
use crate::types::duration::days;
use crate::types::kind::TokenKind;
use crate::types::role::Role;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// A token whose expiry was set at `at(60)`, a minute after its creation.
fn token(expires_at: Option<Timestamp>) -> TokenRecord {
    record(TokenKind::PersonalAccessToken, FamilyBody::Alone, expires_at, |record, _| {
        record.expiry_set_at = at(60);
    })
}

fn ninety() -> Settings {
    Settings { pat_max_days: 90, ..settings() }
}

fn decided(token: &TokenRecord, limits: Limits<'_>, now: Timestamp) -> Result<Role, Refusal> {
    let account = account(Role::Member);
    let standing = Standing {
        account: Some(&account),
        client: None,
        closed_gate: None,
        scope_demanded: false,
        known_scopes: None,
    };
    let facts = Facts::of(token.view(), limits, Origin::NotAsked);
    decide(&facts, phase(token.view(), limits, now), standing).map(|rights| rights.role)
}

fn with(settings: &Settings, existing: Existing, permanent: bool) -> Limits<'_> {
    let mut policy = Policy::default();
    (policy.personal_access_tokens.existing, policy.personal_access_tokens.permanent) = (existing, permanent);
    Limits { settings, ceilings: Ceilings::of(&policy) }
}

#[test]
fn life_4_a_life_is_counted_from_its_last_setting_and_exactly_at_the_ceiling_is_within() {
    let (settings, end) = (ninety(), at(60).plus_capped(days(90)));
    let [before, exact, after] = around(end);
    for (expires_at, is_over) in [(before, false), (exact, false), (after, true)] {
        let token = token(Some(expires_at));
        let refusing = with(&settings, Existing::RefuseAtUse, false);
        let verdict = if is_over { Err(Refusal::OverCeiling) } else { Ok(Role::Member) };
        assert_eq!(decided(&token, refusing, at(61)), verdict);
        assert_eq!(effective_expiry(token.view(), refusing), Some(expires_at), "it keeps its expiry");
        let clamping = with(&settings, Existing::Clamp, false);
        let shortened = if is_over { exact } else { expires_at };
        assert_eq!(effective_expiry(token.view(), clamping), Some(shortened));
        assert_eq!(decided(&token, clamping, shortened.minus(Duration::from_micros(1))), Ok(Role::Member));
        assert_eq!(decided(&token, clamping, shortened), Err(Refusal::Expired { at: shortened }));
        let kept = with(&settings, Existing::Grandfather, false);
        assert_eq!(decided(&token, kept, at(61)), Ok(Role::Member));
        assert_eq!(effective_expiry(token.view(), kept), Some(expires_at));
    }
}

#[test]
fn life_4_a_permanent_token_is_touched_only_where_permanent_is_not_allowed() {
    let (settings, token) = (ninety(), token(None));
    let end = at(60).plus_capped(days(90));
    for (existing, permanent, verdict, expiry) in [
        (Existing::Grandfather, false, Ok(Role::Member), None),
        (Existing::RefuseAtUse, true, Ok(Role::Member), None),
        (Existing::RefuseAtUse, false, Err(Refusal::OverCeiling), None),
        (Existing::Clamp, true, Ok(Role::Member), None),
        (Existing::Clamp, false, Ok(Role::Member), Some(end)),
    ] {
        let limits = with(&settings, existing, permanent);
        assert_eq!(decided(&token, limits, at(61)), verdict, "{existing:?} {permanent}");
        assert_eq!(effective_expiry(token.view(), limits), expiry, "{existing:?} {permanent}");
    }
    let clamping = with(&settings, Existing::Clamp, false);
    assert_eq!(phase(token.view(), clamping, end), Phase::Expired { at: end, until: None }, "it is kept");
}

#[test]
fn life_4_no_other_kind_has_a_ceiling() {
    let settings = Settings { pat_max_days: 1, ..settings() };
    let code = FamilyBody::Code { created_by: subject("super"), access: Access::SuperAdministrator, named: None };
    let session = FamilyBody::Session { authenticated_at: t0(), absolute_end: Timestamp::MAX };
    let long = Some(t0().plus_capped(days(30)));
    for (kind, body, end) in [
        (TokenKind::SecurityCode, code, None),
        (TokenKind::ConsoleSession, session, long),
        (TokenKind::AccessToken, sign_in(true, Timestamp::MAX), long),
    ] {
        let record = record(kind, body, end, |_, _| {});
        for existing in [Existing::RefuseAtUse, Existing::Clamp] {
            let limits = with(&settings, existing, false);
            assert!(!limits.refuses(record.view()));
            assert_eq!(effective_expiry(record.view(), limits), end);
        }
    }
}

#[test]
fn life_4_a_ceiling_beyond_the_last_instant_cuts_nothing_and_a_clock_that_was_put_back_adds_nothing() {
    let settings = Settings { pat_max_days: 3_660, ..settings() };
    let late = Timestamp::MAX.minus(days(1));
    let long = record(TokenKind::PersonalAccessToken, FamilyBody::Alone, Some(Timestamp::MAX), |record, _| {
        record.expiry_set_at = late;
    });
    let clamping = with(&settings, Existing::Clamp, false);
    assert_eq!(effective_expiry(long.view(), clamping), Some(Timestamp::MAX));
    let backwards = record(TokenKind::PersonalAccessToken, FamilyBody::Alone, Some(at(5)), |record, _| {
        record.expiry_set_at = at(60);
    });
    assert_eq!(effective_expiry(backwards.view(), clamping), Some(at(5)));
    assert!(!with(&settings, Existing::RefuseAtUse, false).refuses(backwards.view()));
}

#[test]
fn life_4_a_ceiling_is_read_as_it_was_written() {
    let settings = ninety();
    for (permanent, text) in [(false, "90"), (true, "90,permanent")] {
        let ceiling = with(&settings, Existing::Clamp, permanent).clamp(TokenKind::PersonalAccessToken);
        let ceiling = ceiling.expect("shortens");
        assert_eq!(ceiling.to_string(), text);
        assert_eq!(text.parse(), Ok(ceiling));
    }
    for text in ["", "permanent", ",permanent", "90,", "90,forever", "65536", "-1"] {
        assert_eq!(text.parse::<Ceiling>(), Err(()), "{text}");
    }
}
