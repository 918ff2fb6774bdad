//! Tests from which sources a credential can be used. From any other source, the refusal must reveal nothing else about
//! the credential.

use proptest::prelude::*;

use crate::http_auth::refusal::{Gate, Refusal};
use crate::record::decide::{Standing, decide};
use crate::record::facts::{Facts, Origin, Restriction};
use crate::record::family_body::{Access, FamilyBody};
use crate::record::family_details::FamilyDetails;
use crate::record::phase::Phase;
use crate::record::samples::{account, at, client, limits, record, settings, sign_in, subject};
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::kind::TokenKind;
use crate::types::metadata::Metadata;
use crate::types::networks::Networks;
use crate::types::revocation_reason::RevocationReason;
use crate::types::role::Role;
use crate::types::source::SourceName;

fn standing(account: &Account) -> Standing<'_> {
    Standing { account: Some(account), client: None, closed_gate: None, scope_demanded: false, known_scopes: None }
}

fn pat() -> TokenRecord {
    record(TokenKind::PersonalAccessToken, FamilyBody::Alone, None, |_, _| {})
}

/// A personal access token that can be used from `192.0.2.0/24` and `2001:db8::/64`.
fn restricted(body: FamilyBody, kind: TokenKind) -> TokenRecord {
    let allowed = Networks::new(["192.0.2.0/24", "2001:db8::/64"]).expect("blocks");
    record(kind, body, None, |_, family| {
        family.details = FamilyDetails::new().with_allowed_sources(allowed).kept();
    })
}

fn facts_from(record: &TokenRecord, source: Option<&str>) -> Facts {
    let source = source.map(|source| SourceName::new(source).expect("a source"));
    Facts::of(record.view(), limits(&settings()), Origin::Request(source.as_ref()))
}

#[test]
fn sight_6_a_source_is_allowed_exactly_within_the_blocks() {
    let (token, owner) = (restricted(FamilyBody::Alone, TokenKind::PersonalAccessToken), account(Role::Member));
    for (source, allowed) in [
        (Some("192.0.2.0"), true),
        (Some("192.0.2.255"), true),
        (Some("192.0.2.7:41234"), true),
        (Some("::ffff:192.0.2.7"), true),
        (Some("[::ffff:192.0.2.255]:443"), true),
        (Some("2001:db8::"), true),
        (Some("2001:db8::ffff:ffff:ffff:ffff"), true),
        (Some("192.0.1.255"), false),
        (Some("192.0.3.0"), false),
        (Some("::ffff:192.0.3.0"), false),
        // The IPv4-compatible form is not the same address as `192.0.2.7` (RFC 4291 §2.5.5.1).
        (Some("::192.0.2.7"), false),
        (Some("2001:db8:0:1::"), false),
        (Some("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"), false),
        (Some("gateway-7"), false),
        (Some("192.0.2.7.example"), false),
        (None, false),
    ] {
        let verdict = decide(&facts_from(&token, source), Phase::Live, standing(&owner));
        let expected = if allowed { Ok(Role::Member) } else { Err(Refusal::SourceNotAllowed) };
        assert_eq!(verdict.map(|rights| rights.role), expected, "{source:?}");
        assert!(decide(&facts_from(&pat(), source), Phase::Live, standing(&owner)).is_ok());
    }
    let facts = Facts::of(token.view(), limits(&settings()), Origin::NotAsked);
    assert!(decide(&facts, Phase::Live, standing(&owner)).is_ok(), "nobody uses it");
}

#[test]
fn sight_6_metadata_alone_restrict_nothing() {
    let metadata: Metadata = r#"{"a":1}"#.parse().expect("metadata");
    let token = record(TokenKind::PersonalAccessToken, FamilyBody::Alone, None, |_, family| {
        family.details = FamilyDetails::new().with_metadata(metadata.clone()).kept();
    });
    let facts = facts_from(&token, None);
    assert_eq!((facts.restriction, facts.metadata), (Restriction::None, Some(metadata)));
    let mut facts = facts_from(&token, None);
    facts.fill(pat().view(), limits(&settings()), Origin::NotAsked);
    assert_eq!((facts.restriction, facts.metadata), (Restriction::None, None), "nothing of another record is left");
}

proptest! {
    /// A request from a source that is not allowed is always refused for the same reason. The other properties of the
    /// credential make no difference.
    #[test]
    fn sight_6_a_source_that_is_not_allowed_reveals_nothing_else(
        kind in 0usize..5, phase in 0usize..6, role in 0usize..4, disabled: bool, present: bool, gate: bool,
        demanded: bool, known: bool, address: u32,
    ) {
        let (body, kind) = match kind {
            0 => (FamilyBody::Alone, TokenKind::PersonalAccessToken),
            1 => (sign_in(true, at(9_999)), TokenKind::AccessToken),
            2 => (sign_in(true, at(9_999)), TokenKind::RefreshToken),
            3 => (
                FamilyBody::Code { created_by: subject("maker"), access: Access::SuperAdministrator, named: None },
                TokenKind::SecurityCode,
            ),
            _ => (FamilyBody::Session { authenticated_at: at(1), absolute_end: at(9_999) }, TokenKind::ConsoleSession),
        };
        let phase = match phase {
            0 => Phase::Live,
            1 => Phase::Overlap { until: None },
            2 => Phase::Rotated { retry_until: Some(at(9)) },
            3 => Phase::Expired { at: at(1), until: None },
            4 => Phase::Revoked(Revoked { at: at(1), reason: RevocationReason::ByOwner }),
            _ => Phase::Purgeable,
        };
        let (record, registered) = (restricted(body, kind), client());
        let role = [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator][role];
        let owner = account(role).with_disabled(disabled);
        let standing = Standing {
            account: present.then_some(&owner),
            client: known.then_some(&registered),
            closed_gate: gate.then_some(Gate::Setting),
            scope_demanded: demanded,
            known_scopes: None,
        };
        let source = SourceName::from(std::net::IpAddr::from(address.to_be_bytes()));
        let facts = Facts::of(record.view(), limits(&settings()), Origin::Request(Some(&source)));
        let decided = decide(&facts, phase, standing);
        if address >> 8 == 0x00c0_0002 {
            prop_assert_ne!(decided, Err(Refusal::SourceNotAllowed));
        } else {
            prop_assert_eq!(decided, Err(Refusal::SourceNotAllowed));
        }
        let allowed = SourceName::new("192.0.2.9").expect("a source");
        let facts = Facts::of(record.view(), limits(&settings()), Origin::Request(Some(&allowed)));
        let asked_of_nobody = Facts::of(record.view(), limits(&settings()), Origin::NotAsked);
        prop_assert_eq!(decide(&facts, phase, standing), decide(&asked_of_nobody, phase, standing));
    }
}
