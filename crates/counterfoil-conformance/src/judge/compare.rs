//! Finds the fields in which two records differ.

use counterfoil::store::{FamilyParts, Nonce, RecordParts, TokenRecord};

use crate::reference::details_text;

/// Compares `is`, the record that a store returned, with `must`, the expected record. Returns one line with both values
/// for each field that differs.
pub(crate) fn differing(is: &TokenRecord, must: &TokenRecord) -> Vec<String> {
    let mut lines = record(is.record(), must.record());
    lines.extend(family_differing(is.family(), must.family()));
    lines
}

/// Compares two records like [`differing`]. One or both of the records may be absent.
pub(crate) fn differing_options(is: Option<&TokenRecord>, must: Option<&TokenRecord>) -> Vec<String> {
    match (is, must) {
        (None, None) => Vec::new(),
        (Some(is), Some(must)) => differing(is, must),
        (Some(_), None) => vec!["is there, must not be".into()],
        (None, Some(_)) => vec!["is not there, must be".into()],
    }
}

/// Compares two rows of families like [`differing_options`].
pub(crate) fn differing_families(is: Option<&FamilyParts>, must: Option<&FamilyParts>) -> Vec<String> {
    match (is, must) {
        (None, None) => Vec::new(),
        (Some(is), Some(must)) => family_differing(is, must),
        (Some(_), None) => vec!["is listed, must not be".into()],
        (None, Some(_)) => vec!["is not listed, must be".into()],
    }
}

/// Compares two values field by field. The macro compares the fields that are listed before `except`. The caller
/// compares the fields that are listed after `except`. If a field of the type `$parts` is in neither list, the code
/// does not compile.
macro_rules! differing_fields {
    ($prefix:literal, $parts:ident, $is:ident, $must:ident, $($field:ident)*, except $($other:ident)*) => {{
        const NAMED: &[&str] = &[$(stringify!($field),)* $(stringify!($other),)*];
        const { assert!(NAMED.len() == $parts::FIELDS.len(), "a field is compared nowhere") };
        let mut lines = Vec::new();
        $(if $is.$field != $must.$field {
            let (is, must) = (&$is.$field, &$must.$field);
            lines.push(format!(concat!($prefix, stringify!($field), " is {:?}, must be {:?}"), is, must));
        })*
        lines
    }};
}

fn record(is: &RecordParts, must: &RecordParts) -> Vec<String> {
    let mut lines = differing_fields!("", RecordParts, is, must,
        id realm owner kind parent generation created_at scope label description key_id version expires_at
        expiry_set_at gone_at superseded revoked last_used_at notice noticed shrunk, except digest);
    if is.digest.as_bytes() != must.digest.as_bytes() {
        lines.push("digest is another".into());
    }
    // The bytes of a nonce are compared but not printed.
    let nonce = |record: &RecordParts| record.superseded.and_then(|superseded| superseded.nonce);
    let bytes = |nonce: Option<Nonce>| nonce.map(|nonce| nonce.bytes);
    if bytes(nonce(is)) != bytes(nonce(must)) {
        lines.push("nonce is another".into());
    }
    lines
}

/// Compares two rows of families, like [`differing`].
pub(crate) fn family_differing(is: &FamilyParts, must: &FamilyParts) -> Vec<String> {
    if is == must {
        return Vec::new();
    }
    let mut lines = differing_fields!("family's ", FamilyParts, is, must,
        id realm owner kind generation body live_until gone_at label_key client used_at revoked, except details);
    if is.details != must.details {
        let [is, must] = [is, must].map(|family| details_text(family.details.as_deref()));
        lines.push(format!("family's details is {is}, must be {must}"));
    }
    lines
}
