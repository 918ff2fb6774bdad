//! Fixtures for the tests in this folder.

use std::num::NonZeroU32;
use std::time::Duration;

use futures_executor::block_on;

use super::store::MemoryStore;
use crate::crypto::digest::Digest;
use crate::record::family::NewFamily;
use crate::record::family_body::FamilyBody;
use crate::record::record_parts::NewRecord;
use crate::record::record_ref::RecordRef;
use crate::record::state::{Nonce, NoticeMark, Revoked};
use crate::record::token_record::TokenRecord;
use crate::store::change::{ParentUpdate, Revoke, Rotated};
use crate::store::insert::{Cap, InsertInto, Inserted, WhenFull};
use crate::store::listing::Progress;
use crate::store::token_store::TokenStore;
use crate::token::draw::shard;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, SubjectId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::realm::Realm;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

pub(super) const MANY: NonZeroU32 = NonZeroU32::MAX;
pub(super) const EXPIRY: u32 = 1_000;
pub(super) const GONE: u32 = 2_000;

pub(super) fn at(seconds: u32) -> Timestamp {
    Timestamp::EPOCH.plus(Duration::from_secs(u64::from(seconds))).expect("in range")
}

pub(super) fn some(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).expect("not zero")
}

pub(super) fn owner() -> OwnerId {
    SubjectId::new("7").expect("a subject").into()
}

/// A cap that allows an owner at most `limit` live families, and refuses a further family.
pub(super) fn refuse(limit: u32) -> Option<Cap> {
    Some(Cap { limit: some(limit), when_full: WhenFull::Refuse })
}

pub(super) fn family_id(family: u16) -> FamilyId {
    let mut bytes = [9; 10];
    bytes[0] = shard(&Realm::default(), &owner());
    bytes[8..].copy_from_slice(&family.to_be_bytes());
    FamilyId::from_bytes(bytes)
}

pub(super) fn id(family: u16, member: u32) -> RecordId {
    let [a, b, c, d] = member.to_be_bytes();
    RecordId::of(family_id(family), [0, 0, a, b, c, d])
}

pub(super) fn family(family: u16) -> NewFamily {
    NewFamily {
        id: family_id(family),
        realm: Realm::default(),
        owner: owner(),
        kind: TokenKind::PersonalAccessToken,
        body: FamilyBody::Alone,
        details: None,
        live_until: Some(at(EXPIRY)),
        gone_at: Some(at(GONE)),
        label_key: None,
        client: None,
        used_at: at(0),
    }
}

pub(super) fn labelled(number: u16, label: &str) -> NewFamily {
    NewFamily { label_key: Some(Label::new(label, 20).expect("a label").key()), ..family(number) }
}

/// A personal access token of the family with the number `family`. Its creation time is `at(family)`: `family` seconds
/// after 1970.
pub(super) fn record(family: u16, member: u32, generation: u64) -> NewRecord {
    NewRecord {
        id: id(family, member),
        realm: Realm::default(),
        owner: owner(),
        kind: TokenKind::PersonalAccessToken,
        parent: None,
        generation,
        created_at: at(u32::from(family)),
        scope: None,
        label: None,
        description: None,
        digest: Digest::from_bytes([1; 32]),
        key_id: KeyId::new(1),
        expires_at: Some(at(EXPIRY)),
        gone_at: Some(at(GONE)),
        notice: None,
    }
}

pub(super) fn mark(seconds: u32, stage: u8) -> NoticeMark {
    NoticeMark { at: at(seconds), stage }
}

pub(super) fn insert(store: &MemoryStore, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Inserted {
    block_on(store.insert(home, new, now)).expect("in memory")
}

pub(super) fn found(store: &MemoryStore, number: u16) {
    found_as(store, &family(number), &[record(number, 0, 0)]);
}

pub(super) fn found_as(store: &MemoryStore, family: &NewFamily, new: &[NewRecord]) {
    assert_eq!(insert(store, InsertInto::Found { family, cap: None, pace: None }, new, at(0)), Inserted::Done);
}

pub(super) fn get(store: &MemoryStore, id: RecordId) -> Option<TokenRecord> {
    block_on(store.get(&id)).expect("never corrupt")
}

/// Calls `try_read`. Returns `None` if it returned `false`, `Some(None)` if there is no such record, and otherwise the
/// record. Also checks that `try_read` has called `look` exactly once if it returned `true`, and not at all if it
/// returned `false`.
pub(super) fn shown(store: &MemoryStore, id: RecordId) -> Option<Option<TokenRecord>> {
    let (mut calls, mut seen) = (0, None);
    let answer = store.try_read(&id, &mut |record| {
        calls += 1;
        seen = record.map(RecordRef::to_record);
    });
    assert_eq!(calls, u32::from(answer));
    answer.then_some(seen)
}

pub(super) fn read(store: &MemoryStore, id: RecordId) -> TokenRecord {
    get(store, id).expect("there")
}

pub(super) fn supersede(expect: u64, successor: RecordId) -> ParentUpdate {
    ParentUpdate::Supersede {
        expect: Version::new(expect),
        successor,
        nonce: Some(Nonce { bytes: [3; 32], key_id: KeyId::new(1) }),
        honoured_until: Some(at(60)),
        gone_at: Some(at(GONE)),
        labelled: false,
        cap: None,
        pace: None,
        access_cap: None,
    }
}

/// Rotates the member with the number `generation` of the family with the number `family`. In these tests, the number
/// of a member is also its generation.
pub(super) fn rotate(store: &MemoryStore, family: u16, generation: u32) -> Rotated {
    let next = record(family, generation + 1, u64::from(generation) + 1);
    let step = supersede(0, next.id);
    block_on(store.rotate(&id(family, generation), &step, &[next], at(50))).expect("in memory")
}

pub(super) fn revoke(store: &MemoryStore, what: Revoke<'_>, seconds: u32, limit: NonZeroU32) -> Progress {
    let revoked = Revoked { at: at(seconds), reason: RevocationReason::ByOwner };
    block_on(store.revoke(what, revoked, at(3_000), limit)).expect("in memory")
}

pub(super) fn revoke_family(store: &MemoryStore, family: u16, seconds: u32) -> Progress {
    let what = Revoke::Family { realm: &Realm::default(), owner: &owner(), family: family_id(family) };
    revoke(store, what, seconds, MANY)
}

pub(super) fn purge(store: &MemoryStore, now: u32, windows_before: u32, limit: u32) -> Progress {
    block_on(store.purge(at(now), at(0), at(windows_before), some(limit))).expect("in memory")
}
