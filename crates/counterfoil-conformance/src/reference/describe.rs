//! Every field of a record as one line, so that two records are compared in full and a difference can be read.

use std::fmt::Write as _;

use counterfoil::store::TokenRecord;

/// Every field, digest and nonce as bytes.
#[must_use]
pub fn describe(record: &TokenRecord) -> String {
    let (own, family) = (record.record(), record.family());
    let mut text = format!(
        "{:?} realm {} owner {:?} kind {} parent {:?} generation {} created {} scope {:?} label {:?} description {:?} key {} version {}",
        own.id,
        own.realm,
        own.owner.as_str(),
        own.kind,
        own.parent,
        own.generation,
        own.created_at.micros(),
        own.scope.as_ref().map(ToString::to_string),
        own.label.as_ref().map(ToString::to_string),
        own.description.as_ref().map(ToString::to_string),
        own.key_id.number(),
        own.version.number(),
    );
    let digest = own.digest.as_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let nonce = own.superseded.and_then(|superseded| superseded.nonce).map(|nonce| (nonce.bytes, nonce.key_id));
    let written = write!(
        text,
        " digest {digest} expires {:?} set {} gone {:?} superseded {:?} nonce {nonce:?} revoked {:?} used {:?} notice {:?} noticed {:?} shrunk {} \
         family {:?}",
        own.expires_at,
        own.expiry_set_at.micros(),
        own.gone_at,
        own.superseded,
        own.revoked,
        own.last_used_at,
        own.notice,
        own.noticed,
        own.shrunk,
        family,
    );
    written.map_or_else(|error| error.to_string(), |()| text)
}

/// Whether two records are equal in every field.
#[must_use]
pub fn same(one: &TokenRecord, other: &TokenRecord) -> bool {
    describe(one) == describe(other)
}
