//! Rows: how records and families are written as fields, and what fields decode to.

use counterfoil::client::ClientKey;
use counterfoil::store::{
    Corrupt, Digest, FamilyBody, FamilyParts, NewFamily, NewRecord, Nonce, NoticeMark, RecordParts, Revoked,
    StoreError, Superseded, TokenRecord,
};
use counterfoil::types::{
    Description, FamilyId, KeyId, Label, LabelKey, OwnerId, RecordId, RevocationReason, TokenKind, Version,
};
use counterfoil::{Realm, Scope, Timestamp};
use redis::Value;

/// No instant.
const NONE: &[u8; 16] = b"----------------";
/// Later than every instant.
const NEVER: &[u8; 16] = b"9999999999999999";
/// How many bytes a sent notice takes: the expiry, and the stage in three digits.
pub(crate) const NOTICE: usize = 19;
/// `b` up to where the parent begins.
const BODY: usize = 82;
/// How many values [`FAMILY_FIELDS`] and [`MEMBER_FIELDS`] are together.
const FIELDS: usize = FAMILY_FIELDS.len() + MEMBER_FIELDS.len();

/// The fields of a family, in the order in which every read asks for them.
pub(crate) const FAMILY_FIELDS: [&[u8; 1]; 7] = [b"i", b"g", b"e", b"k", b"r", b"o", b"c"];
/// The fields of a member behind them, each with the member's six bytes.
pub(crate) const MEMBER_FIELDS: [u8; 9] = *b"btvxnqsru";

/// What is written: the bytes of a field or an argument.
pub(crate) type Bytes = Vec<u8>;

/// An instant.
pub(crate) fn time(at: Timestamp) -> [u8; 16] {
    digits(at.micros())
}

/// An instant, or none.
pub(crate) fn maybe(at: Option<Timestamp>) -> [u8; 16] {
    at.map_or(*NONE, time)
}

/// A number in N digits; of a longer one the last digits.
fn digits<const N: usize>(mut number: u64) -> [u8; N] {
    let mut text = [b'0'; N];
    for digit in text.iter_mut().rev() {
        // A remainder by ten fits a byte.
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
    text
}

/// A notice.
pub(crate) fn notice(mark: NoticeMark) -> Bytes {
    stamped(mark.at, mark.stage)
}

/// An instant and a small number.
pub(crate) fn stamped(at: Timestamp, number: u8) -> Bytes {
    [&time(at)[..], &digits::<3>(u64::from(number))].concat()
}

/// `r` of a family: when and why it was revoked, and the end of its tombstone.
pub(crate) fn ended(revoked: Revoked, gone_at: Timestamp) -> Bytes {
    [stamped(revoked.at, revoked.reason.byte()).as_slice(), &time(gone_at)].concat()
}

/// `x` of a record.
fn ends(expires_at: Option<Timestamp>, set_at: Timestamp, gone_at: Option<Timestamp>) -> Bytes {
    [maybe(expires_at), time(set_at), maybe(gone_at)].concat()
}

/// A family's ends: `e` without the use.
pub(crate) fn family_ends(live_until: Option<Timestamp>, gone_at: Option<Timestamp>) -> Bytes {
    [maybe(live_until), maybe(gone_at)].concat()
}

/// Key and digest, as `b` holds them.
pub(crate) fn digested(key: KeyId, digest: &Digest) -> Bytes {
    [&digits::<10>(u64::from(key.number()))[..], digest.as_bytes()].concat()
}

/// A piece of `t`.
pub(crate) fn piece(text: Option<&str>) -> Bytes {
    text.map_or_else(|| b"-".to_vec(), |text| format!("+{:06}{text}", text.len()).into_bytes())
}

/// The nonce as `o` holds it behind its member.
pub(crate) fn nonce(nonce: Option<Nonce>) -> Bytes {
    nonce.map_or_else(Vec::new, |nonce| [&nonce.bytes[..], &digits::<10>(u64::from(nonce.key_id.number()))].concat())
}

/// A kind.
pub(crate) fn kind(kind: TokenKind) -> [u8; 3] {
    digits(u64::from(kind.byte()))
}

/// Realm and owner, as the indexes begin with them.
pub(crate) fn whose(realm: &Realm, owner: &OwnerId) -> Bytes {
    [realm.as_str().as_bytes(), b"\0", owner.as_str().as_bytes(), b"\0"].concat()
}

/// A new record's values, in the order in which the scripts take them.
pub(crate) fn added(new: &NewRecord) -> [Bytes; 5] {
    let mut body = Vec::with_capacity(BODY + 16);
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

/// `i`: what never changes of a family.
pub(crate) fn identity(family: &NewFamily) -> Result<Bytes, StoreError> {
    let body = family.body.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
    let (realm, owner) = (family.realm.as_str(), family.owner.as_str());
    let mut text = kind(family.kind).to_vec();
    text.extend_from_slice(format!("{:03}{:03}{realm}{owner}{body}", realm.len(), owner.len()).as_bytes());
    Ok(text)
}

/// The bytes of a value; `None` for nil and for what are no bytes.
pub(crate) fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.as_bytes()),
        _ => None,
    }
}

/// A number that is written in digits. `parse` alone would take a sign.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| digits)?.parse().ok()
}

/// A number as `HINCRBY` writes it.
fn counted(text: &[u8]) -> Option<u64> {
    number(text).filter(|_| text == b"0" || !text.starts_with(b"0"))
}

fn instant(text: &[u8]) -> Option<Timestamp> {
    <&[u8; 16]>::try_from(text).ok().and_then(|text| number(text)).and_then(Timestamp::from_micros)
}

/// `Some(None)` for no instant.
fn maybe_instant(text: &[u8]) -> Option<Option<Timestamp>> {
    if text == NONE { Some(None) } else { instant(text).map(Some) }
}

/// An instant standing alone.
pub(crate) fn instant_of(value: &[u8]) -> Result<Timestamp, StoreError> {
    instant(value).ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "instant" }))
}

/// An instant as the indexes have it, where no end is later than every instant.
pub(crate) fn end_of(value: &[u8]) -> Result<Timestamp, StoreError> {
    if value == NEVER { Ok(Timestamp::MAX) } else { instant_of(value) }
}

/// The fields of one read, by their letters.
struct Row<'a> {
    values: &'a [Value],
}

fn column<T>(name: &'static str, value: Option<T>) -> Result<T, Corrupt> {
    value.ok_or(Corrupt::Column { column: name })
}

/// A field that the core adds does not compile here until it is written and read.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 12, "a field is not stored");

impl<'a> Row<'a> {
    fn field(&self, at: usize) -> Option<&'a [u8]> {
        self.values.get(at).and_then(bytes)
    }

    fn family(&self, id: FamilyId) -> Result<FamilyParts, Corrupt> {
        let identity = column("i", self.field(0))?;
        let (kind, realm, owner, body) = column("i", identity_of(identity))?;
        let (live_until, mut gone_at, used_at) = column("e", self.field(2).and_then(ends_of))?;
        // A node of an older version that was not stopped writes no use and no client.
        let (used_at, client) = match used_at {
            Some(used_at) => (used_at, self.field(6).map(|key| column("c", client_of(key))).transpose()?),
            None => (column("x", self.set_at())?, client_within(&body)),
        };
        let revoked = match self.field(4) {
            None => None,
            Some(text) => {
                let (own, tomb) = column("r", text.split_at_checked(NOTICE))?;
                gone_at = Some(column("r", instant(tomb))?);
                Some(column("r", revoked(own))?)
            }
        };
        let mut family = FamilyParts::new(id, realm, owner, kind, body, used_at);
        family.generation = column("g", self.field(1).and_then(counted))?;
        family.live_until = live_until;
        family.gone_at = gone_at;
        family.label_key = self.field(3).map(|key| column("k", text(key))).transpose()?.map(LabelKey::from_stored);
        family.client = client;
        family.revoked = revoked;
        Ok(family)
    }

    /// When the record's expiry was set, of the family's newest member at the latest when it was last used.
    fn set_at(&self) -> Option<Timestamp> {
        self.field(10)?.get(16..32).and_then(instant)
    }

    fn record(&self, id: &RecordId, family: &FamilyParts) -> Result<RecordParts, Corrupt> {
        let body = column("b", self.field(7).and_then(body_of))?;
        let [scope, label, description] = column("t", self.field(8).and_then(texts_of))?;
        let [expires, set, gone] = column("x", self.field(10).and_then(record_ends_of))?;
        let notice = self.field(11).map(|text| column("n", notice_of(text))).transpose()?;
        let revoked = self.field(14).map(|text| column("r", revoked(text))).transpose()?;
        let mut record = RecordParts::new(
            *id,
            family.realm.clone(),
            family.owner.clone(),
            body.kind,
            body.digest,
            body.key_id,
            body.created_at,
        );
        record.parent = body.parent;
        record.generation = body.generation;
        record.scope = scope.map(|text| column("scope", text.parse().ok())).transpose()?;
        record.label = label.map(|text| column("label", Label::from_stored(text).ok())).transpose()?;
        record.description = description.map(|text| column("description", Description::new(text).ok())).transpose()?;
        record.version = Version::new(column("v", self.field(9).and_then(counted))?);
        record.expires_at = column("x", maybe_instant(&expires))?;
        record.expiry_set_at = column("x", instant(&set))?;
        record.gone_at = column("x", maybe_instant(&gone))?;
        record.superseded = self.superseded(id)?;
        record.revoked = revoked;
        record.last_used_at = self.field(15).map(|text| column("u", instant(text))).transpose()?;
        record.notice = notice;
        record.noticed = column("q", noticed_of(self.field(12).unwrap_or_default()))?;
        record.shrunk = body.shrunk;
        Ok(record)
    }

    fn superseded(&self, id: &RecordId) -> Result<Option<Superseded>, Corrupt> {
        let Some(text) = self.field(13) else { return Ok(None) };
        let (at, rest) = column("s", text.split_at_checked(16))?;
        let (honoured, successor) = column("s", rest.split_at_checked(16))?;
        let nonce = match self.field(5).and_then(|nonce| nonce.strip_prefix(&id.member())) {
            None => None,
            Some(own) => Some(column("o", nonce_of(own))?),
        };
        Ok(Some(
            Superseded::new(column("s", instant(at))?, RecordId::from_bytes(column("s", successor.try_into().ok())?))
                .with_nonce(nonce)
                .with_honoured_until(column("s", maybe_instant(honoured))?),
        ))
    }
}

/// What `b` holds.
struct Body {
    shrunk: bool,
    kind: TokenKind,
    generation: u64,
    created_at: Timestamp,
    key_id: KeyId,
    digest: Digest,
    parent: Option<RecordId>,
}

fn body_of(text: &[u8]) -> Option<Body> {
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

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn identity_of(identity: &[u8]) -> Option<(TokenKind, Realm, OwnerId, FamilyBody)> {
    let length = |at| number(identity.get(at..at + 3)?).and_then(|length| usize::try_from(length).ok());
    let (realm, rest) = identity.get(9..)?.split_at_checked(length(3)?)?;
    let (owner, body) = rest.split_at_checked(length(6)?)?;
    Some((
        kind_of(identity.get(..3)?)?,
        Realm::new(text(realm)?).ok()?,
        OwnerId::from_stored(text(owner)?).ok()?,
        FamilyBody::from_document(text(body)?).ok()?,
    ))
}

/// `live_until`, `gone_at` and, but for what layout 1 wrote, `used_at`.
fn ends_of(text: &[u8]) -> Option<(Option<Timestamp>, Option<Timestamp>, Option<Timestamp>)> {
    let (live, rest) = text.split_at_checked(16)?;
    let (gone, used) = rest.split_at_checked(16)?;
    let used = if used.is_empty() { None } else { Some(instant(used)?) };
    Some((maybe_instant(live)?, maybe_instant(gone)?, used))
}

/// `expires_at`, `expiry_set_at` and `gone_at`, not yet read.
fn record_ends_of(text: &[u8]) -> Option<[[u8; 16]; 3]> {
    let (ends, []) = text.as_chunks::<16>() else { return None };
    ends.try_into().ok()
}

fn client_of(key: &[u8]) -> Option<ClientKey> {
    key.try_into().ok().map(ClientKey::from_bytes)
}

/// The client that a family's body names.
fn client_within(body: &FamilyBody) -> Option<ClientKey> {
    if let FamilyBody::SignIn { client, .. } = body { Some(*client) } else { None }
}

/// What layout 1 lacked of a family, out of `i` and `e`: its client, if any. `None` where nothing is lacking, or the
/// family does not decode.
pub(crate) fn lacking(identity: &[u8], ends: &[u8]) -> Option<Option<ClientKey>> {
    let (_, _, _, body) = identity_of(identity)?;
    matches!(ends_of(ends)?, (_, _, None)).then(|| client_within(&body))
}

/// Scope, label, description.
fn texts_of(texts: &[u8]) -> Option<[Option<&str>; 3]> {
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
    // Trailing bytes are corrupt.
    rest.is_empty().then_some(pieces)
}

fn stamp(text: &[u8]) -> Option<(Timestamp, u8)> {
    let (at, number_of) = <&[u8; NOTICE]>::try_from(text).ok()?.split_at(16);
    Some((instant(at)?, number(number_of)?.try_into().ok()?))
}

fn notice_of(text: &[u8]) -> Option<NoticeMark> {
    stamp(text).map(|(at, stage)| NoticeMark { at, stage })
}

fn revoked(text: &[u8]) -> Option<Revoked> {
    let (at, why) = stamp(text)?;
    Some(Revoked { at, reason: RevocationReason::from_byte(why)? })
}

fn noticed_of(text: &[u8]) -> Option<Vec<(Timestamp, u8)>> {
    text.chunks(NOTICE).map(stamp).collect()
}

fn nonce_of(text: &[u8]) -> Option<Nonce> {
    let (bytes, key) = text.split_first_chunk()?;
    let key: &[u8; 10] = key.try_into().ok()?;
    Some(Nonce { bytes: *bytes, key_id: KeyId::new(number(key)?.try_into().ok()?) })
}

/// The record of that id from its fields; `None` if it does not exist.
pub(crate) fn record(id: &RecordId, values: &[Value]) -> Result<Option<TokenRecord>, StoreError> {
    let row = Row { values };
    if values.len() != FIELDS {
        return Err(StoreError::corrupt(Some(*id), Corrupt::Column { column: "fields" }));
    }
    if row.field(7).is_none() {
        return Ok(None);
    }
    let joined = row.family(id.family()).and_then(|family| {
        let own = row.record(id, &family)?;
        TokenRecord::from_parts(own, family)
    });
    joined.map(Some).map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A credential without scope may do all that its owner may.
    #[test]
    fn a_damaged_mark_of_a_text_is_no_text_that_is_missing() {
        assert_eq!(texts_of(b"+000003a b-+000001x"), Some([Some("a b"), None, Some("x")]));
        assert_eq!(texts_of(b"---"), Some([None; 3]));
        for damaged in [&b"*000003a b--"[..], b"1--", b"--", b"----", b"+00003a b--", b"++00003a b--", b"---+000001x"] {
            assert_eq!(texts_of(damaged), None, "{damaged:?}");
        }
    }

    #[test]
    fn numbers_and_instants_have_one_spelling() {
        for (text, expected) in [(&b"0"[..], Some(0)), (b"10", Some(10)), (b"+1", None), (b"01", None), (b"", None)] {
            assert_eq!(counted(text), expected, "{text:?}");
        }
        assert_eq!(instant(b"0000000000000001"), Timestamp::from_micros(1));
        for other in [&b"+000000000000001"[..], b"1", b"00000000000000001", b""] {
            assert_eq!(instant(other), None, "{other:?}");
        }
        assert_eq!(
            noticed_of(b"0000000000000001002"),
            Some(vec![(Timestamp::from_micros(1).unwrap_or(Timestamp::MAX), 2)])
        );
        assert_eq!((noticed_of(b"00000000000000012"), stamp(b"00000000000000010002")), (None, None));
    }

    #[test]
    fn instants_are_sixteen_digits_that_order_as_the_instants_do() {
        assert_eq!(&time(Timestamp::EPOCH), b"0000000000000000");
        assert_eq!(&time(Timestamp::MAX), b"9007199254740991");
        assert_eq!(maybe_instant(&maybe(None)), Some(None));
        assert_eq!(maybe_instant(&maybe(Some(Timestamp::MAX))), Some(Some(Timestamp::MAX)));
        assert_eq!(instant(b"9007199254740992"), None, "no instant");
        assert_eq!(
            instant(b"+000000000000001"),
            None,
            "scripts compare the text, in which a sign is less than any digit"
        );
    }

    #[test]
    fn texts_come_back_and_a_cut_one_does_not() {
        let texts = [piece(Some("a b")), piece(None), piece(Some("\u{436}"))].concat();
        assert_eq!(texts, "+000003a b-+000002\u{436}".as_bytes());
        assert_eq!(texts_of(&texts), Some([Some("a b"), None, Some("\u{436}")]));
        for cut in 0..texts.len() {
            assert_eq!(texts_of(&texts[..cut]), None, "{cut}");
        }
    }
}
