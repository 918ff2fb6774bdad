//! Tests that a packed record contains exactly what was packed.

use std::sync::Arc;

use proptest::prelude::*;

use crate::crypto::digest::Digest;
use crate::record::family::{FamilyParts, NewFamily};
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::record::packed::{Home, Packed, Shared};
use crate::record::record_parts::RecordParts;
use crate::record::record_ref::RecordRef;
use crate::record::samples::{at, sign_in, subject};
use crate::record::state::{Nonce, NoticeMark, Revoked, Superseded};
use crate::types::client::ClientKey;
use crate::types::description::Description;
use crate::types::ids::{KeyId, OwnerId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::{Label, LabelKey};
use crate::types::metadata::Metadata;
use crate::types::realm::Realm;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// The fields of a record as a text. Unlike the `Debug` form, the text contains the digest and the nonce.
fn told(record: &RecordParts) -> String {
    let nonce = record.superseded.and_then(|superseded| superseded.nonce).map(|nonce| nonce.bytes);
    format!("{record:?} {:?} {nonce:?}", record.digest.as_bytes())
}

/// The values that the methods of a view return, as a text.
fn shown(view: RecordRef<'_>) -> String {
    let (id, who) = (view.id(), (view.realm(), view.owner(), view.person(), view.kind(), view.family_kind()));
    let numbers = (view.generation(), view.family_generation(), view.version(), view.key_id(), view.parent());
    let times = (view.created_at(), view.expires_at(), view.expiry_set_at(), view.gone_at(), view.last_used_at());
    let states = (view.superseded(), view.revoked(), view.is_shrunk(), view.noticed(), *view.digest().as_bytes());
    let texts = (view.scope(), view.copied_scope(), view.label(), view.copied_label(), view.body(), view.details());
    format!("{id:?} {who:?} {numbers:?} {times:?} {states:?} {texts:?} {view:?}")
}

/// Takes the bits of a number one after the other.
struct Bits(u64);

impl Bits {
    fn next(&mut self) -> bool {
        let bit = self.0 & 1 == 1;
        self.0 >>= 1;
        bit
    }

    fn option<T>(&mut self, value: impl FnOnce() -> T) -> Option<T> {
        self.next().then(value)
    }

    fn large(&mut self, small: u32) -> u64 {
        if self.next() && self.next() { u64::MAX - u64::from(small) } else { u64::from(small) }
    }
}

#[derive(Debug, Clone)]
struct Input {
    bits: u64,
    bytes: [u8; 32],
    owner: String,
    label: String,
    numbers: [u32; 4],
    stage: u8,
    kind: usize,
}

fn input() -> impl Strategy<Value = Input> {
    let texts = ("[a-zA-Zж0-9@.-]{1,60}", "[a-zA-ZжЖßfi 0-9]{0,30}x");
    (any::<u64>(), any::<[u8; 32]>(), texts, any::<[u32; 4]>(), any::<u8>(), 0..6usize).prop_map(
        |(bits, bytes, (owner, label), numbers, stage, kind)| Input { bits, bytes, owner, label, numbers, stage, kind },
    )
}

/// A record and a family that belong together.
fn parts(input: &Input) -> (RecordParts, FamilyParts) {
    let (mut bits, [first, second, version, generation]) = (Bits(input.bits), input.numbers);
    let (early, late) = (at(first.min(second)), at(first.max(second)));
    let mut id = [0; 16];
    id.copy_from_slice(&input.bytes[..16]);
    let id = RecordId::from_bytes(id);
    let realm = if bits.next() { Realm::new("example.com").expect("a realm") } else { Realm::default() };
    let owner = if bits.next() { OwnerId::realm() } else { OwnerId::from(subject(&input.owner)) };
    let kind = TokenKind::ALL[input.kind];
    let digest = Digest::from_bytes(input.bytes);
    let mut record = RecordParts::new(id, realm.clone(), owner.clone(), kind, digest, KeyId::new(version), early);
    record.version = Version::new(bits.large(version));
    record.generation = bits.large(generation).min(u64::MAX - 1);
    record.label = bits.option(|| Label::new(&input.label, 100).expect("a label"));
    record.scope = bits.option(|| "demo:read demo:write".parse().expect("a scope"));
    record.expires_at = bits.option(|| late);
    record.gone_at = bits.option(|| late);
    record.last_used_at = bits.option(|| Timestamp::MAX);
    record.notice =
        bits.option(|| NoticeMark { at: if first == second { Timestamp::MAX } else { late }, stage: input.stage });
    let family = NewFamily::new(id.family(), realm, owner, kind, FamilyBody::Alone, early);
    let mut family = FamilyParts::from(family);
    (family.live_until, family.gone_at, family.generation) = (record.expires_at, record.gone_at, record.generation);
    if bits.next() {
        family.label_key = record.label.as_ref().map(Label::key);
    }
    if bits.next() {
        return (record, family);
    }
    record.parent = bits.option(|| RecordId::from_bytes([4; 16]));
    record.description = bits.option(|| Description::new("what for").expect("a description"));
    if bits.next() {
        let nonce = bits.option(|| Nonce { bytes: input.bytes, key_id: KeyId::new(3) });
        record.superseded =
            Some(Superseded { nonce, honoured_until: bits.option(|| late), ..Superseded::new(early, id) });
        family.generation += 1;
        record.shrunk = bits.next();
    }
    record.revoked = bits.option(|| Revoked { at: late, reason: RevocationReason::ByOwner });
    if bits.next() {
        record.noticed = vec![(late, input.stage), (early, 0)];
    }
    if bits.next() {
        record.expiry_set_at = late;
    }
    if bits.next() {
        family.revoked = Some(Revoked { at: early, reason: RevocationReason::ByClient });
        family.gone_at = Some(Timestamp::MAX);
    }
    if bits.next() {
        family.body = sign_in(bits.next(), late);
        family.client = Some(ClientKey::from_bytes([7; 16]));
    }
    if bits.next() {
        family.details = FamilyDetails::new().with_metadata("{}".parse::<Metadata>().expect("metadata")).kept();
    }
    family.label_key = bits.option(|| LabelKey::from_stored("another key")).or(family.label_key);
    family.live_until = bits.option(|| late).or(family.live_until);
    family.used_at = if bits.next() { late } else { early };
    (record, family)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_packed_record_shows_and_returns_what_was_packed(input in input(), step: u64) {
        let (record, family) = parts(&input);
        let whole = shown(RecordRef::whole(&record, &family));
        let id = record.id;
        let alone = Packed::alone(record.clone(), family.clone(), Arc::new);
        prop_assert_eq!(told(&alone.record(&id)), told(&record));
        prop_assert_eq!(alone.family(&id), Some(family.clone()));
        prop_assert_eq!((alone.step(), alone.key_id()), (None, record.key_id));
        prop_assert_eq!(&shown(alone.view(&id).expect("alone")), &whole);
        let member = Packed::member(record.clone(), step, Arc::new);
        prop_assert_eq!(told(&member.record(&id)), told(&record));
        prop_assert_eq!((member.step(), member.family(&id)), (Some(step), None));
        prop_assert!(member.view(&id).is_none());
        prop_assert_eq!(shown(member.view_with(&id, &family).expect("they belong together")), whole);
    }

    #[test]
    fn a_packed_record_is_never_shown_with_the_row_of_another_family(input in input()) {
        let (record, family) = parts(&input);
        let id = record.id;
        let mut others = [family.clone(), family.clone(), family.clone(), family];
        others[0].id = RecordId::from_bytes([0xEE; 16]).family();
        others[1].owner = OwnerId::from(subject("another"));
        others[2].realm = Realm::new("another").expect("a realm");
        others[3].generation = record.generation.wrapping_sub(1);
        if record.generation == 0 {
            others[3].id = others[0].id;
        }
        let packed = Packed::member(record, 1, Arc::new);
        for other in &others {
            prop_assert!(packed.view_with(&id, other).is_err());
        }
    }
}

/// The usual records of a personal access token need no box for rare fields.
#[test]
fn a_personal_access_token_with_a_label_needs_no_box() {
    let (id, owner) = (RecordId::from_bytes([1; 16]), OwnerId::from(subject("user 12345")));
    let (kind, digest) = (TokenKind::PersonalAccessToken, Digest::from_bytes([2; 32]));
    for text in ["deploy to staging", "Deploy To Staging", "Токен"] {
        let mut record = RecordParts::new(id, Realm::default(), owner.clone(), kind, digest, KeyId::new(1), at(0));
        let label = Label::new(text, 100).expect("a label");
        let mut family = FamilyParts::new(id.family(), Realm::default(), owner.clone(), kind, FamilyBody::Alone, at(0));
        family.label_key = Some(label.key());
        record.label = Some(label);
        let shares = |_: Shared| panic!("neither a realm nor a scope");
        assert!(Packed::alone(record.clone(), family.clone(), shares).rest.is_none(), "{text}");
        family.label_key = None;
        assert!(Packed::alone(record, family, shares).rest.is_none(), "{text} is not unique");
    }
}

#[test]
fn a_revoked_family_is_in_the_box() {
    let (id, owner) = (RecordId::from_bytes([1; 16]), OwnerId::realm());
    let (kind, digest) = (TokenKind::SecurityCode, Digest::from_bytes([2; 32]));
    let record = RecordParts::new(id, Realm::default(), owner.clone(), kind, digest, KeyId::NONE, at(0));
    let mut family = FamilyParts::new(id.family(), Realm::default(), owner, kind, FamilyBody::Alone, at(0));
    family.revoked = Some(Revoked { at: at(1), reason: RevocationReason::ByOwner });
    let packed = Packed::alone(record, family, Arc::new);
    assert!(matches!(packed.rest.as_deref().map(|rest| &rest.home), Some(Home::Own(_))));
}
