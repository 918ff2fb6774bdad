//! Encodes records and families as fields.

use counterfoil::store::{
    Digest, FamilyBody, FamilyDetails, FamilyParts, NewFamily, NewRecord, Nonce, NoticeMark, RecordParts, Revoked,
    StoreError, Superseded,
};
use counterfoil::types::{Description, KeyId, Label, OwnerId, TokenKind};
use counterfoil::{Realm, Scope, Timestamp};

use super::fields::identity_of;
use super::{BODY, Bytes, NONE, PARENT, WIDE};

pub(crate) fn time(at: Timestamp) -> [u8; 16] {
    digits(at.micros())
}

/// Encodes an instant that may be missing.
pub(crate) fn maybe(at: Option<Timestamp>) -> [u8; 16] {
    at.map_or(*NONE, time)
}

/// Encodes a number in N digits, with leading zeros. If the number is longer, only its last N digits are encoded.
fn digits<const N: usize>(mut number: u64) -> [u8; N] {
    let mut text = [b'0'; N];
    for digit in text.iter_mut().rev() {
        // The remainder of a division by ten fits in a byte.
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
    text
}

pub(crate) fn notice(mark: NoticeMark) -> Bytes {
    stamped(mark.at, mark.stage)
}

/// Encodes an instant and a small number, such as the stage of a notice or the reason of a revocation.
pub(crate) fn stamped(at: Timestamp, number: u8) -> Bytes {
    [&time(at)[..], &digits::<3>(u64::from(number))].concat()
}

/// Encodes the field `r` of a revoked family: the instant and the reason of the revocation, and the end of the
/// tombstone. The family is purged from the tombstone's end on.
pub(crate) fn ended(revoked: Revoked, gone_at: Timestamp) -> Bytes {
    [stamped(revoked.at, revoked.reason.byte()).as_slice(), &time(gone_at)].concat()
}

/// Encodes the field `x` of a record: the expiry, the instant at which the expiry was set, and the `gone_at`.
fn ends(expires_at: Option<Timestamp>, set_at: Timestamp, gone_at: Option<Timestamp>) -> Bytes {
    [maybe(expires_at), time(set_at), maybe(gone_at)].concat()
}

/// Encodes `live_until` and `gone_at`, which are the field `e` of a family without `used_at`.
pub(crate) fn family_ends(live_until: Option<Timestamp>, gone_at: Option<Timestamp>) -> Bytes {
    [maybe(live_until), maybe(gone_at)].concat()
}

/// Encodes a key id and a digest in the form of the field `b`.
pub(crate) fn digested(key: KeyId, digest: &Digest) -> Bytes {
    [&digits::<10>(u64::from(key.number()))[..], digest.as_bytes()].concat()
}

/// Encodes one of the three texts in the field `t`: the scope, the label or the description.
pub(crate) fn piece(text: Option<&str>) -> Bytes {
    text.map_or_else(|| b"-".to_vec(), |text| format!("+{:06}{text}", text.len()).into_bytes())
}

/// Encodes a nonce as the second part of the field `o` of a family. The first part is the member that has the nonce.
pub(crate) fn nonce(nonce: Option<Nonce>) -> Bytes {
    nonce.map_or_else(Vec::new, |nonce| [&nonce.bytes[..], &digits::<10>(u64::from(nonce.key_id.number()))].concat())
}

pub(crate) fn kind(kind: TokenKind) -> [u8; 3] {
    digits(u64::from(kind.byte()))
}

/// Encodes a realm and an owner as the beginning of an index entry.
pub(crate) fn whose(realm: &Realm, owner: &OwnerId) -> Bytes {
    [realm.as_str().as_bytes(), b"\0", owner.as_str().as_bytes(), b"\0"].concat()
}

/// Encodes a new record. The values have the order in which the scripts take them.
pub(crate) fn added(new: &NewRecord) -> [Bytes; WIDE] {
    let mut body = Vec::with_capacity(BODY + PARENT);
    body.push(b'f');
    body.extend_from_slice(&kind(new.kind));
    body.extend_from_slice(&digits::<20>(new.generation));
    body.extend_from_slice(&time(new.created_at));
    body.extend_from_slice(&digested(new.key_id, &new.digest));
    if let Some(parent) = &new.parent {
        body.extend_from_slice(parent.as_bytes());
    }
    let texts = [
        piece(new.scope.as_ref().map(Scope::as_str)),
        piece(new.label.as_ref().map(Label::as_str)),
        piece(new.description.as_ref().map(Description::as_str)),
    ];
    [
        new.id.member().to_vec(),
        body,
        texts.concat(),
        ends(new.expires_at, new.created_at, new.gone_at),
        new.notice.map(notice).unwrap_or_default(),
    ]
}

/// Encodes a restored record. The values have the order in which the script takes them.
pub(crate) fn restored(record: &RecordParts) -> [Bytes; 10] {
    let new = NewRecord::new(
        record.id,
        record.realm.clone(),
        record.owner.clone(),
        record.kind,
        record.digest,
        record.key_id,
        record.created_at,
    )
    .with_parent(record.parent)
    .with_generation(record.generation)
    .with_scope(record.scope.clone())
    .with_label(record.label.clone())
    .with_description(record.description.clone())
    .with_notice(record.notice);
    let [member, mut body, texts, _, noticed] = added(&new);
    if let Some(flag) = body.first_mut().filter(|_| record.shrunk) {
        *flag = b's';
    }
    [
        member,
        body,
        texts,
        record.version.number().to_string().into_bytes(),
        ends(record.expires_at, record.expiry_set_at, record.gone_at),
        noticed,
        record.noticed.iter().flat_map(|(at, stage)| stamped(*at, *stage)).collect(),
        record.superseded.map(superseded).unwrap_or_default(),
        record.revoked.map(|revoked| stamped(revoked.at, revoked.reason.byte())).unwrap_or_default(),
        record.last_used_at.map(|at| time(at).to_vec()).unwrap_or_default(),
    ]
}

/// Encodes the field `s` of a superseded record: when it was replaced, until when it is accepted, and its successor.
fn superseded(superseded: Superseded) -> Bytes {
    [&time(superseded.at)[..], &maybe(superseded.honoured_until), superseded.successor.as_bytes()].concat()
}

/// Encodes the field `i` of a restored family: the kind, the realm and the owner, and the document of the body and the
/// details.
pub(crate) fn identity_of_parts(family: &FamilyParts) -> Result<Bytes, StoreError> {
    let FamilyParts { kind, realm, owner, body, details, .. } = family;
    Ok(identity_text(*kind, realm, owner, &document(body, details.as_deref())?))
}

/// Encodes the field `i` of a new family.
pub(crate) fn identity(family: &NewFamily) -> Result<Bytes, StoreError> {
    let NewFamily { kind, realm, owner, body, details, .. } = family;
    Ok(identity_text(*kind, realm, owner, &document(body, details.as_deref())?))
}

/// Returns the field `i` of a family with other details. Everything else in the field never changes. Returns `None` if
/// the field does not decode.
pub(crate) fn with_details(identity: &[u8], details: Option<&FamilyDetails>) -> Result<Option<Bytes>, StoreError> {
    let Some(held) = identity_of(identity) else { return Ok(None) };
    let document = document(&held.body, details)?;
    Ok(identity.get(..held.head).map(|head| [head, document.as_bytes()].concat()))
}

fn document(body: &FamilyBody, details: Option<&FamilyDetails>) -> Result<String, StoreError> {
    body.to_document(details).map_err(|invalid| StoreError::corrupt(None, invalid))
}

fn identity_text(of: TokenKind, realm: &Realm, owner: &OwnerId, document: &str) -> Bytes {
    let (realm, owner) = (realm.as_str(), owner.as_str());
    let lengths = format!("{:03}{:03}", realm.len(), owner.len());
    [&kind(of)[..], lengths.as_bytes(), realm.as_bytes(), owner.as_bytes(), document.as_bytes()].concat()
}
