//! The index entries of a record or of a family. The row of the record or family alone determines its entries. The step
//! that writes the row also writes the entries.

use counterfoil::store::{FamilyParts, RecordParts};
use counterfoil::types::TokenKind;

use crate::engine::{Key, Value};
use crate::key;

/// The key and the value of an index entry.
pub(crate) type Entry = (Key, Value);

pub(crate) fn of_record(record: &RecordParts) -> Vec<Entry> {
    let (id, family) = (&record.id, record.id.family());
    let mut entries: Vec<Entry> = Vec::with_capacity(6);
    let mut enter = |key: Key| entries.push((key, Value::new()));
    if !record.shrunk {
        let listed = key::listed(&record.realm, &record.owner, record.kind);
        enter(listed.newest_first(record.created_at, id).key());
        enter(key::of_kind(&record.realm, record.kind).id(id).key());
    }
    if let Some(notice) = record.notice {
        enter(key::due().instant(notice.at).id(id).key());
    }
    if let Some(gone_at) = record.gone_at {
        enter(key::gone(record.notice.is_some()).instant(gone_at).id(id).key());
    }
    if record.kind == TokenKind::AccessToken && record.revoked.is_none() {
        enter(key::access(&family).end(record.expires_at).id(id).key());
    }
    if let Some(superseded) = &record.superseded {
        if let Some(honoured_until) = superseded.honoured_until.filter(|_| !record.shrunk) {
            enter(key::window().instant(honoured_until).id(id).key());
        }
        let chain = key::superseded(&family, record.kind, record.generation).id(id).key();
        entries.push((chain, superseded.at.micros().to_be_bytes().to_vec()));
    }
    entries
}

pub(crate) fn of_family(family: &FamilyParts) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(2);
    if let Some(label) = &family.label_key {
        entries.push((key::label(&family.realm, &family.owner, label), family.id.as_bytes().to_vec()));
    }
    match family.revoked {
        None => {
            let standing = key::standing(&family.realm, &family.owner).kind(family.kind);
            let standing = standing.client(family.client.as_ref()).end(family.live_until).family(&family.id);
            entries.push((standing.key(), family.used_at.micros().to_be_bytes().to_vec()));
        }
        Some(_) => {
            let ended = |gone_at| key::ended(false).instant(gone_at).family(&family.id).key();
            entries.extend(family.gone_at.map(|gone_at| (ended(gone_at), Value::new())));
        }
    }
    entries
}
