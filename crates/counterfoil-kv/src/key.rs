//! The keys of rows and index entries. A key begins with a letter for the kind of entry. The other parts of the key
//! follow.
//!
//! Each text is preceded by its length, so that two different triples of realm, owner and label never have the same
//! key. Numbers are big-endian, so that keys have the order of the numbers. For an order with the newest first, a key
//! contains the complement of the number.

use counterfoil::client::{ClientId, ClientKey};
use counterfoil::store::{Alias, ThrottleKey};
use counterfoil::types::{FamilyId, LabelKey, OwnerId, RecordId, TokenKind};
use counterfoil::{Realm, Timestamp};

use crate::engine::Key;

/// The expiry in the key of an entry that never expires. It sorts after every instant.
const NO_END: u64 = u64::MAX;

/// The key of the layout version of this database.
pub(crate) const LAYOUT: &[u8] = b"!";

/// A key under construction.
#[derive(Clone)]
pub(crate) struct Build(Key);

impl Build {
    fn of(letter: u8) -> Self {
        let mut key = Vec::with_capacity(64);
        key.push(letter);
        Self(key)
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.bytes(&length.to_be_bytes()).bytes(text.as_bytes())
    }

    pub(crate) fn number(self, number: u64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(crate) fn instant(self, at: Timestamp) -> Self {
        self.number(at.micros())
    }

    pub(crate) fn newest_first(self, at: Timestamp, id: &RecordId) -> Self {
        let mut id = *id.as_bytes();
        id.iter_mut().for_each(|byte| *byte = !*byte);
        self.number(!at.micros()).bytes(&id)
    }

    pub(crate) fn id(self, id: &RecordId) -> Self {
        self.bytes(id.as_bytes())
    }

    pub(crate) fn family(self, family: &FamilyId) -> Self {
        self.bytes(family.as_bytes())
    }

    pub(crate) fn end(self, at: Option<Timestamp>) -> Self {
        self.number(at.map_or(NO_END, Timestamp::micros))
    }

    pub(crate) fn client(self, client: Option<&ClientKey>) -> Self {
        match client {
            None => self.bytes(&[0]),
            Some(client) => self.bytes(&[1]).bytes(client.as_bytes()),
        }
    }

    pub(crate) fn kind(self, kind: TokenKind) -> Self {
        self.bytes(&[kind.byte()])
    }

    pub(crate) fn key(self) -> Key {
        self.0
    }

    /// The first key after all keys with this prefix. It always exists, because every key begins with a byte below 255.
    pub(crate) fn end_of_prefix(self) -> Key {
        let mut key = self.0;
        while let Some(last) = key.pop() {
            if let Some(next) = last.checked_add(1) {
                key.push(next);
                break;
            }
        }
        key
    }
}

/// The smallest key that is greater than `key`.
pub(crate) fn after(mut key: Key) -> Key {
    key.push(0);
    key
}

/// The key of a family's row. The keys of the family's members begin with this key, so the members are stored next to
/// the family.
pub(crate) fn family(family: &FamilyId) -> Key {
    Build::of(b'r').family(family).key()
}

/// The key of a record's row.
pub(crate) fn record(id: &RecordId) -> Key {
    Build::of(b'r').id(id).key()
}

/// The prefix of all rows of families and records.
pub(crate) fn rows() -> Build {
    Build::of(b'r')
}

/// The prefix that the keys of a family and its members share. The family's row comes first.
pub(crate) fn members(family: &FamilyId) -> Build {
    Build::of(b'r').family(family)
}

/// Returns the record id at the end of the key of a record or of an index entry. Returns `None` for the key of a
/// family.
pub(crate) fn last_id(key: &[u8]) -> Option<RecordId> {
    key.last_chunk::<16>().filter(|_| key.len() >= 17).map(|id| RecordId::from_bytes(*id))
}

/// Like [`last_id`], for an index with the newest record first. The keys of such an index contain the complement of the
/// id.
pub(crate) fn last_id_newest_first(key: &[u8]) -> Option<RecordId> {
    let mut id = *key.last_chunk::<16>()?;
    id.iter_mut().for_each(|byte| *byte = !*byte);
    Some(RecordId::from_bytes(id))
}

/// Returns the family id at the end of the key of an index entry.
pub(crate) fn last_family(key: &[u8]) -> Option<FamilyId> {
    key.last_chunk::<10>().map(|id| FamilyId::from_bytes(*id))
}

/// The key of an owner's row.
pub(crate) fn owner(realm: &Realm, owner: &OwnerId) -> Key {
    Build::of(b'n').text(realm.as_str()).text(owner.as_str()).key()
}

/// The key of the row that contains the id of the family with this label.
pub(crate) fn label(realm: &Realm, owner: &OwnerId, label: &LabelKey) -> Key {
    Build::of(b'l').text(realm.as_str()).text(owner.as_str()).text(label.as_str()).key()
}

/// The prefix of the index of an owner's records of one kind, newest first.
pub(crate) fn listed(realm: &Realm, owner: &OwnerId, kind: TokenKind) -> Build {
    Build::of(b'o').text(realm.as_str()).text(owner.as_str()).kind(kind)
}

/// The prefix of the index of a realm's records of one kind.
pub(crate) fn of_kind(realm: &Realm, kind: TokenKind) -> Build {
    Build::of(b'k').text(realm.as_str()).kind(kind)
}

/// The prefix of the index of an owner's families that are not revoked.
pub(crate) fn standing(realm: &Realm, owner: &OwnerId) -> Build {
    Build::of(b's').text(realm.as_str()).text(owner.as_str())
}

/// The prefix of the index of a family's access tokens that are not individually revoked. The index is ordered by
/// expiry.
pub(crate) fn access(family: &FamilyId) -> Build {
    Build::of(b'a').family(family)
}

/// The prefix of the index of a family's superseded members of one kind and generation. A rotation supersedes a member
/// when it replaces it by a successor.
pub(crate) fn superseded(family: &FamilyId, kind: TokenKind, generation: u64) -> Build {
    Build::of(b'c').family(family).kind(kind).number(generation)
}

/// The prefix of the index of records by `notice.at`, the instant at which the record's next notice is due.
pub(crate) fn due() -> Build {
    Build::of(b'd')
}

/// The prefix of an index of records by `gone_at`, the instant from which a purge removes them. If `unsent` is true,
/// this is the index of the records with a notice that was not sent yet. Otherwise it is the index of all other
/// records.
pub(crate) fn gone(unsent: bool) -> Build {
    Build::of(if unsent { b'u' } else { b'g' })
}

/// The prefix of an index of revoked families by `gone_at`. From this instant, a purge removes the members. If `unsent`
/// is true, this is the index of the families in which every remaining member waits for a notice to be sent. Otherwise
/// it is the index of all other revoked families.
pub(crate) fn ended(unsent: bool) -> Build {
    Build::of(if unsent { b'y' } else { b'x' })
}

/// The prefix of the index of superseded records by `honoured_until`, the end of their retry window. After the window,
/// a purge shrinks the record to what the detection of replays needs, and removes it from this index.
pub(crate) fn window() -> Build {
    Build::of(b'w')
}

/// The prefix of the registrations of a realm's clients.
pub(crate) fn clients(realm: &Realm) -> Build {
    Build::of(b'C').text(realm.as_str())
}

/// The key of a client's registration. The client id is at the end without its length, so that pages are ordered by
/// client id.
pub(crate) fn client(realm: &Realm, id: &ClientId) -> Key {
    clients(realm).bytes(id.as_str().as_bytes()).key()
}

/// The key of the row with the last version of a removed registration.
pub(crate) fn last_version(realm: &Realm, id: &ClientId) -> Key {
    Build::of(b'V').text(realm.as_str()).text(id.as_str()).key()
}

/// The key that marks the internal id of a client as used, so that no other registration can use it.
pub(crate) fn used(realm: &Realm, client: &ClientKey) -> Key {
    Build::of(b'K').text(realm.as_str()).bytes(client.as_bytes()).key()
}

/// The key of a realm's settings.
pub(crate) fn settings(realm: &Realm) -> Key {
    Build::of(b'S').text(realm.as_str()).key()
}

/// The key of the row with the time of the last maintenance run.
pub(crate) fn upkeep() -> Key {
    Build::of(b'U').key()
}

/// The prefix of the aliases of imported tokens.
pub(crate) fn aliases() -> Build {
    Build::of(b'I')
}

/// The key of an alias.
pub(crate) fn alias(alias: &Alias) -> Key {
    aliases().bytes(alias.as_bytes()).key()
}

/// Returns the alias in the key of its row. `None` if the key is not the key of an alias.
pub(crate) fn alias_of(key: &[u8]) -> Option<Alias> {
    key.get(1..)?.try_into().ok().map(Alias::from_bytes)
}

/// The key of a throttle counter.
pub(crate) fn counter(counter: &ThrottleKey) -> Key {
    Build::of(b'T').bytes(counter.as_bytes()).key()
}

/// The prefix of the index of counters by expiry.
pub(crate) fn counter_ends() -> Build {
    Build::of(b'E')
}

/// The key of one entry in the index of counters by expiry.
pub(crate) fn counter_end(at: Timestamp, counter: &ThrottleKey) -> Key {
    counter_ends().instant(at).bytes(counter.as_bytes()).key()
}

/// Returns the counter to which an index entry belongs. `key` is the key of an entry that [`counter_end`] has made.
pub(crate) fn last_counter(key: &[u8]) -> Option<ThrottleKey> {
    key.last_chunk::<32>().map(|counter| ThrottleKey::from_bytes(*counter))
}

#[cfg(test)]
#[path = "key_tests.rs"]
mod tests;
