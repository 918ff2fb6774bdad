//! Lists every field of a record with its name. So a comparison of two records covers all fields, and a difference can
//! be reported by the field's name.

use counterfoil::store::{FamilyBody, FamilyDetails, FamilyParts, RecordParts, TokenRecord};

use crate::judge::differing;

/// Fields of a record or of a family: the name of each, and its value as text.
pub type Fields = Vec<(&'static str, String)>;

/// Returns every field of a record and of its family. The bytes of the digest and the nonce are shown.
#[must_use]
pub fn fields(record: &TokenRecord) -> Fields {
    let mut all = own_fields(record.record());
    all.extend(family_fields(record.family()));
    all
}

/// Returns the fields of the record itself, without those of its family. A test compares their names with
/// [`RecordParts::FIELDS`], so that no field is forgotten.
fn own_fields(own: &RecordParts) -> Fields {
    let RecordParts {
        id,
        realm,
        owner,
        kind,
        parent,
        generation,
        created_at,
        scope,
        label,
        description,
        digest,
        key_id,
        version,
        expires_at,
        expiry_set_at,
        gone_at,
        superseded,
        revoked,
        last_used_at,
        notice,
        noticed,
        shrunk,
        ..
    } = own;
    let nonce = superseded.and_then(|superseded| superseded.nonce);
    vec![
        ("id", id.to_string()),
        ("realm", format!("{:?}", realm.as_str())),
        ("owner", format!("{:?}", owner.as_str())),
        ("kind", kind.to_string()),
        ("parent", format!("{parent:?}")),
        ("generation", generation.to_string()),
        ("created_at", created_at.micros().to_string()),
        ("scope", format!("{:?}", scope.as_ref().map(ToString::to_string))),
        ("label", format!("{:?}", label.as_ref().map(ToString::to_string))),
        ("description", format!("{:?}", description.as_ref().map(ToString::to_string))),
        ("key_id", key_id.number().to_string()),
        ("version", version.number().to_string()),
        ("digest", hex(digest.as_bytes())),
        ("expires_at", format!("{expires_at:?}")),
        ("expiry_set_at", expiry_set_at.micros().to_string()),
        ("gone_at", format!("{gone_at:?}")),
        ("superseded", format!("{superseded:?}")),
        ("nonce", format!("{:?}", nonce.map(|nonce| (hex(&nonce.bytes), nonce.key_id.number())))),
        ("revoked", format!("{revoked:?}")),
        ("last_used_at", format!("{last_used_at:?}")),
        ("notice", format!("{notice:?}")),
        ("noticed", format!("{noticed:?}")),
        ("shrunk", shrunk.to_string()),
    ]
}

/// Returns the fields of the row of a family, without those of its records.
pub(crate) fn family_fields(family: &FamilyParts) -> Fields {
    let FamilyParts {
        id,
        realm,
        owner,
        kind,
        generation,
        body,
        details,
        live_until,
        gone_at,
        label_key,
        client,
        used_at,
        revoked,
        ..
    } = family;
    vec![
        ("family.id", format!("{id:?}")),
        ("family.realm", format!("{:?}", realm.as_str())),
        ("family.owner", format!("{:?}", owner.as_str())),
        ("family.kind", kind.to_string()),
        ("family.generation", generation.to_string()),
        ("family.body", format!("{body:?}")),
        ("family.details", details_text(details.as_deref())),
        ("family.live_until", format!("{live_until:?}")),
        ("family.gone_at", format!("{gone_at:?}")),
        ("family.label_key", format!("{:?}", label_key.as_ref().map(counterfoil::types::LabelKey::as_str))),
        ("family.client", format!("{client:?}")),
        ("family.used_at", used_at.micros().to_string()),
        ("family.revoked", format!("{revoked:?}")),
    ]
}

/// Returns the details of a family as JSON, because `Debug` of their parts shows no content.
pub(crate) fn details_text(details: Option<&FamilyDetails>) -> String {
    format!("{:?}", details.map(|details| FamilyBody::Alone.to_document(Some(details)).expect("details are JSON")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns every field of the record and of its family on one line of text.
#[must_use]
pub fn describe(record: &TokenRecord) -> String {
    fields(record).into_iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(" ")
}

/// Returns true if two records and their families are equal in every field.
#[must_use]
pub fn same(one: &TokenRecord, other: &TokenRecord) -> bool {
    differing(one, other).is_empty()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample::Person;

    #[test]
    fn every_field_of_a_record_and_of_its_family_is_compared() {
        let first = Person::new("default", "ann").pat();
        let record = own_fields(&RecordParts::from(first.records[0].clone()));
        let mut described: BTreeSet<&str> = record.iter().map(|(name, _)| *name).collect();
        assert!(described.remove("nonce"), "of `superseded`, which hides it");
        assert_eq!(described, RecordParts::FIELDS.iter().copied().collect());
        let family = family_fields(&FamilyParts::from(first.family));
        let described: BTreeSet<&str> = family.iter().filter_map(|(name, _)| name.strip_prefix("family.")).collect();
        assert_eq!(described, FamilyParts::FIELDS.iter().copied().collect());
    }
}
