//! Decodes single fields of records and families.

use counterfoil::client::ClientKey;
use counterfoil::store::{Corrupt, Digest, FamilyBody, FamilyDetails, Nonce, NoticeMark, Revoked, StoreError};
use counterfoil::types::{KeyId, OwnerId, RecordId, RevocationReason, TokenKind};
use counterfoil::{Realm, Timestamp};
use redis::Value;

use super::{BODY, NEVER, NONE, NOTICE};

/// Returns the bytes of a value. Returns `None` for nil and for values of other types.
pub(crate) fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.as_bytes()),
        _ => None,
    }
}

/// Decodes a number in decimal digits. Returns `None` for any other text. Does not use `parse` alone, because `parse`
/// also accepts a leading `+`.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

/// Decodes a number in the form in which `HINCRBY` writes it. Returns `None` for any other text, for example one with
/// leading zeros.
pub(super) fn counted(text: &[u8]) -> Option<u64> {
    number(text).filter(|_| text == b"0" || !text.starts_with(b"0"))
}

pub(super) fn instant(text: &[u8]) -> Option<Timestamp> {
    <&[u8; 16]>::try_from(text).ok().and_then(|text| number(text)).and_then(Timestamp::from_micros)
}

/// Decodes an instant that may be missing. Returns `Some(None)` if it is missing, and `None` if the text is corrupt.
pub(super) fn maybe_instant(text: &[u8]) -> Option<Option<Timestamp>> {
    if text == NONE { Some(None) } else { instant(text).map(Some) }
}

/// Decodes a value that consists of one instant.
pub(crate) fn instant_of(value: &[u8]) -> Result<Timestamp, StoreError> {
    instant(value).ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "instant" }))
}

/// Decodes the expiry in an index entry. A record without an expiry has the text [`NEVER`] in its entry, so that it
/// sorts after every instant. For this text, returns [`Timestamp::MAX`].
pub(crate) fn end_of(value: &[u8]) -> Result<Timestamp, StoreError> {
    if value == NEVER { Ok(Timestamp::MAX) } else { instant_of(value) }
}

/// The decoded contents of the field `b` of a record.
pub(super) struct Body {
    pub(super) shrunk: bool,
    pub(super) kind: TokenKind,
    pub(super) generation: u64,
    pub(super) created_at: Timestamp,
    pub(super) key_id: KeyId,
    pub(super) digest: Digest,
    pub(super) parent: Option<RecordId>,
}

pub(super) fn body_of(text: &[u8]) -> Option<Body> {
    let (fixed, parent) = text.split_at_checked(BODY)?;
    let parent = if parent.is_empty() { None } else { Some(RecordId::from_bytes(parent.try_into().ok()?)) };
    Some(Body {
        shrunk: match fixed.first()? {
            b'f' => false,
            b's' => true,
            _ => return None,
        },
        kind: kind_of(fixed.get(1..4)?)?,
        generation: number(fixed.get(4..24)?)?,
        created_at: instant(fixed.get(24..40)?)?,
        key_id: KeyId::new(number(fixed.get(40..50)?)?.try_into().ok()?),
        digest: Digest::from_bytes(fixed.get(50..BODY)?.try_into().ok()?),
        parent,
    })
}

fn kind_of(text: &[u8]) -> Option<TokenKind> {
    TokenKind::from_byte(number(text)?.try_into().ok()?)
}

pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The decoded contents of the field `i` of a family.
pub(super) struct Identity {
    pub(super) kind: TokenKind,
    pub(super) realm: Realm,
    pub(super) owner: OwnerId,
    pub(super) body: FamilyBody,
    pub(super) details: Option<Box<FamilyDetails>>,
    /// The length of the field without its last value, which is the document of the body and the details.
    pub(super) head: usize,
}

pub(super) fn identity_of(identity: &[u8]) -> Option<Identity> {
    let length = |at| number(identity.get(at..at + 3)?).and_then(|length| usize::try_from(length).ok());
    let (realm, rest) = identity.get(9..)?.split_at_checked(length(3)?)?;
    let (owner, document) = rest.split_at_checked(length(6)?)?;
    let (body, details) = FamilyBody::from_document(text(document)?).ok()?;
    Some(Identity {
        kind: kind_of(identity.get(..3)?)?,
        realm: Realm::new(text(realm)?).ok()?,
        owner: OwnerId::from_stored(text(owner)?).ok()?,
        body,
        details,
        head: identity.len() - document.len(),
    })
}

/// Decodes `live_until`, `gone_at` and `used_at`. Returns `None` if the text is corrupt. In the result, `used_at` is
/// `None` for a family of layout 1, which does not store it.
pub(super) fn ends_of(text: &[u8]) -> Option<(Option<Timestamp>, Option<Timestamp>, Option<Timestamp>)> {
    let (live, rest) = text.split_at_checked(16)?;
    let (gone, used) = rest.split_at_checked(16)?;
    let used = if used.is_empty() { None } else { Some(instant(used)?) };
    Some((maybe_instant(live)?, maybe_instant(gone)?, used))
}

/// Splits the field `x` into the texts of `expires_at`, `expiry_set_at` and `gone_at`. Returns `None` if the length is
/// wrong. Does not decode the texts.
pub(super) fn record_ends_of(text: &[u8]) -> Option<[[u8; 16]; 3]> {
    let (ends, []) = text.as_chunks::<16>() else { return None };
    ends.try_into().ok()
}

pub(super) fn client_of(key: &[u8]) -> Option<ClientKey> {
    key.try_into().ok().map(ClientKey::from_bytes)
}

/// Returns the client of a sign-in, which the family's body contains. Returns `None` for other families.
pub(super) fn client_within(body: &FamilyBody) -> Option<ClientKey> {
    if let FamilyBody::SignIn { client, .. } = body { Some(*client) } else { None }
}

/// Decodes a family of layout 1 from its fields `i` and `e`. Returns the client that the upgrade must add to the
/// family, or `Some(None)` if the family has no client. Returns `None` if the family has a newer layout or does not
/// decode.
pub(crate) fn lacking(identity: &[u8], ends: &[u8]) -> Option<Option<ClientKey>> {
    let identity = identity_of(identity)?;
    matches!(ends_of(ends)?, (_, _, None)).then(|| client_within(&identity.body))
}

/// Decodes the scope, the label and the description of a record. Each of them can be missing. Returns `None` if the
/// whole text is corrupt.
pub(super) fn texts_of(texts: &[u8]) -> Option<[Option<&str>; 3]> {
    let mut rest = texts;
    let mut pieces = [None; 3];
    for piece in &mut pieces {
        rest = match rest.split_first()? {
            (b'-', behind) => behind,
            (b'+', behind) => {
                let (length, behind) = behind.split_at_checked(6)?;
                let (own, behind) = behind.split_at_checked(number(length)?.try_into().ok()?)?;
                *piece = Some(text(own)?);
                behind
            }
            _ => return None,
        };
    }
    // A text with trailing bytes is corrupt.
    rest.is_empty().then_some(pieces)
}

pub(super) fn stamp(text: &[u8]) -> Option<(Timestamp, u8)> {
    let (at, number_of) = <&[u8; NOTICE]>::try_from(text).ok()?.split_at(16);
    Some((instant(at)?, number(number_of)?.try_into().ok()?))
}

pub(super) fn notice_of(text: &[u8]) -> Option<NoticeMark> {
    stamp(text).map(|(at, stage)| NoticeMark { at, stage })
}

pub(super) fn revoked(text: &[u8]) -> Option<Revoked> {
    let (at, why) = stamp(text)?;
    Some(Revoked { at, reason: RevocationReason::from_byte(why)? })
}

pub(super) fn noticed_of(text: &[u8]) -> Option<Vec<(Timestamp, u8)>> {
    text.chunks(NOTICE).map(stamp).collect()
}

pub(super) fn nonce_of(text: &[u8]) -> Option<Nonce> {
    let (bytes, key) = text.split_first_chunk()?;
    let key: &[u8; 10] = key.try_into().ok()?;
    Some(Nonce { bytes: *bytes, key_id: KeyId::new(number(key)?.try_into().ok()?) })
}
