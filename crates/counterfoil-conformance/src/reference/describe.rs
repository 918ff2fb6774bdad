//! Every field of a record by name, so that two records are compared in full and a difference is told by field.

use counterfoil::store::{FamilyParts, RecordParts, TokenRecord};

/// Names of fields and their values as text.
pub type Fields = Vec<(&'static str, String)>;

/// Every field of a record and of its family, digest and nonce as bytes.
#[must_use]
pub fn fields(record: &TokenRecord) -> Fields {
    let mut all = own_fields(record.record());
    all.extend(family_fields(record.family()));
    all
}

fn own_fields(own: &RecordParts) -> Fields {
    let nonce = own.superseded.and_then(|superseded| superseded.nonce);
    vec![
        ("id", own.id.to_string()),
        ("realm", format!("{:?}", own.realm.as_str())),
        ("owner", format!("{:?}", own.owner.as_str())),
        ("kind", own.kind.to_string()),
        ("parent", format!("{:?}", own.parent)),
        ("generation", own.generation.to_string()),
        ("created_at", own.created_at.micros().to_string()),
        ("scope", format!("{:?}", own.scope.as_ref().map(ToString::to_string))),
        ("label", format!("{:?}", own.label.as_ref().map(ToString::to_string))),
        ("description", format!("{:?}", own.description.as_ref().map(ToString::to_string))),
        ("key_id", own.key_id.number().to_string()),
        ("version", own.version.number().to_string()),
        ("digest", hex(own.digest.as_bytes())),
        ("expires_at", format!("{:?}", own.expires_at)),
        ("expiry_set_at", own.expiry_set_at.micros().to_string()),
        ("gone_at", format!("{:?}", own.gone_at)),
        ("superseded", format!("{:?}", own.superseded)),
        ("nonce", format!("{:?}", nonce.map(|nonce| (hex(&nonce.bytes), nonce.key_id.number())))),
        ("revoked", format!("{:?}", own.revoked)),
        ("last_used_at", format!("{:?}", own.last_used_at)),
        ("notice", format!("{:?}", own.notice)),
        ("noticed", format!("{:?}", own.noticed)),
        ("shrunk", own.shrunk.to_string()),
    ]
}

fn family_fields(family: &FamilyParts) -> Fields {
    vec![
        ("family.id", format!("{:?}", family.id)),
        ("family.realm", format!("{:?}", family.realm.as_str())),
        ("family.owner", format!("{:?}", family.owner.as_str())),
        ("family.kind", family.kind.to_string()),
        ("family.generation", family.generation.to_string()),
        ("family.body", format!("{:?}", family.body)),
        ("family.live_until", format!("{:?}", family.live_until)),
        ("family.gone_at", format!("{:?}", family.gone_at)),
        ("family.label_key", format!("{:?}", family.label_key.as_ref().map(counterfoil::types::LabelKey::as_str))),
        ("family.client", format!("{:?}", family.client)),
        ("family.used_at", family.used_at.micros().to_string()),
        ("family.revoked", format!("{:?}", family.revoked)),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every field as one line.
#[must_use]
pub fn describe(record: &TokenRecord) -> String {
    fields(record).into_iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(" ")
}

/// Whether two records are equal in every field.
#[must_use]
pub fn same(one: &TokenRecord, other: &TokenRecord) -> bool {
    describe(one) == describe(other)
}
