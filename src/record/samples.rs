//! Sample records for the tests of this module's decisions.

use std::time::Duration;

use crate::crypto::digest::Digest;
use crate::policy::Policy;
use crate::record::family::{FamilyParts, NewFamily};
use crate::record::family_body::FamilyBody;
use crate::record::limits::{Ceilings, Limits};
use crate::record::record_parts::{NewRecord, RecordParts};
use crate::record::state::{Nonce, Superseded};
use crate::record::token_record::TokenRecord;
use crate::types::account::Account;
use crate::types::client::{ClientId, ClientKey, Grant, RefreshMode, Registration};
use crate::types::duration::days;
use crate::types::ids::{KeyId, OwnerId, RecordId, SubjectId};
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::role::Role;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

pub(crate) fn t0() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).expect("in range")
}

pub(crate) fn at(seconds: u32) -> Timestamp {
    t0().plus(Duration::from_secs(u64::from(seconds))).expect("in range")
}

/// Three instants: one microsecond before `instant`, `instant` itself, and one microsecond after it.
pub(crate) fn around(instant: Timestamp) -> [Timestamp; 3] {
    let micro = Duration::from_micros(1);
    [instant.minus(micro), instant, instant.plus(micro).expect("in range")]
}

pub(crate) fn settings() -> Settings {
    Policy::synergy().settings()
}

pub(crate) fn limits(settings: &Settings) -> Limits<'_> {
    Limits { settings, ceilings: Ceilings::GRANDFATHER }
}

pub(crate) fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("an id")
}

pub(crate) fn account(role: Role) -> Account {
    Account::new(subject("owner"), "Owner", role)
}

pub(crate) fn client() -> Registration {
    Registration {
        client_id: "app".parse::<ClientId>().expect("an id"),
        key: ClientKey::from_bytes([7; 16]),
        display_name: "App".into(),
        secrets: Vec::new(),
        grants: vec![Grant::Password, Grant::RefreshToken],
        allowed_scope: None,
        default_scope: None,
        public: false,
        refresh_mode: RefreshMode::Rotate,
        resource_server: false,
        disabled: false,
        epoch: 3,
        created_at: t0(),
        service_account: None,
        unknown: crate::types::unknown::UnknownFields::default(),
    }
}

pub(crate) fn sign_in(remember: bool, absolute_end: Timestamp) -> FamilyBody {
    let client = client();
    FamilyBody::SignIn {
        client: client.key,
        client_id: client.client_id,
        epoch: client.epoch,
        grant: Some(Grant::Password),
        remember,
        opened_at: t0(),
        absolute_end,
    }
}

/// A record that was created at `t0` and is the only member of its family. A test can change its fields.
pub(crate) fn record(
    kind: TokenKind,
    body: FamilyBody,
    expires_at: Option<Timestamp>,
    change: impl FnOnce(&mut RecordParts, &mut FamilyParts),
) -> TokenRecord {
    let id = RecordId::from_bytes([5; 16]);
    let owner = if matches!(body, FamilyBody::Code { .. }) { OwnerId::realm() } else { subject("owner").into() };
    let gone_at = expires_at.map(|expires_at| expires_at.plus_capped(days(7)));
    let mut record = RecordParts::from(NewRecord {
        id,
        realm: Realm::default(),
        owner: owner.clone(),
        kind,
        parent: None,
        generation: 0,
        created_at: t0(),
        scope: None,
        label: None,
        description: None,
        digest: Digest::from_bytes([1; 32]),
        key_id: KeyId::NONE,
        expires_at,
        gone_at,
        notice: None,
    });
    let mut family = FamilyParts::from(NewFamily {
        id: id.family(),
        realm: Realm::default(),
        owner,
        kind,
        body,
        details: None,
        live_until: expires_at,
        gone_at,
        label_key: None,
        client: None,
        used_at: Timestamp::EPOCH,
    });
    change(&mut record, &mut family);
    TokenRecord::from_parts(record, family).expect("the parts belong together")
}

/// The state of a record that was replaced at `when`. The old token is accepted until `honoured_until`.
pub(crate) fn superseded(when: Timestamp, honoured_until: Option<Timestamp>) -> Superseded {
    Superseded {
        at: when,
        successor: RecordId::from_bytes([6; 16]),
        nonce: Some(Nonce { bytes: [0; 32], key_id: KeyId::NONE }),
        honoured_until,
    }
}
