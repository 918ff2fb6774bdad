//! The layout of the stored data: every key and its contents.
//!
//! A key is `<prefix>:{<shard>}:<letter>`. The shard is two hex digits, and is the hash tag for a cluster. The shard of
//! a record is the first byte of its id, which is computed from the realm and the owner. So all keys of one script are
//! in one slot, and the script can declare them.
//!
//! A family is everything that descends from one issued credential. Its records are its members. A record can be purged
//! when its `gone_at` is reached. A revoked family can be purged when its tombstone ends. A rotation supersedes a
//! record, and `honoured_until` is the end of the retry window. After it, a purge shrinks the superseded record.
//!
//! In the table, "zset" is a sorted set. The members of a "zset by text" all have the score 0 and are ordered byte by
//! byte. The score of a "zset by score" is the instant before the arrow. `␀` is a zero byte.
//!
//! | key | type | contents |
//! |---|---|---|
//! | `f:<family, 10 bytes>` | hash | a family and all its members; the fields are listed below |
//! | `l` | hash | labels: realm ␀ owner ␀ label key → family, its `gone_at` |
//! | `s` | zset by text | families that are not revoked: realm ␀ owner ␀ kind, `-` or `+` and client, `live_until`, `used_at`, family |
//! | `o` | zset by text | the records in lists: realm ␀ owner ␀ kind, `created_at`, id |
//! | `k` | zset by text | the same records: realm ␀ kind, id |
//! | `d` | zset by text | notices: `notice.at`, id |
//! | `g`, `h` | zset by score | `gone_at` → id: `g` has records without a notice, `h` has records with a notice |
//! | `w` | zset by score | `honoured_until` → id of superseded records that are not shrunk yet |
//! | `y` | zset by text | access tokens that are not revoked individually: family, `expires_at`, the member's six bytes |
//! | `c` | hash | the number of records for each key id |
//! | `j` | hash | the narrowing log, if it is on: `e` newest number, `l` newest removed number, `i` identity; number → instant, step |
//! | `t`, `u` | zset by score | the tombstone's end → revoked family; in `u` the families whose remaining members all have a notice |
//! | `cd:<realm>`, `ci:<realm>`, `cu:<realm>` | hash, zset by text, set | client registrations with their versions; their ids in order; all internal ids ever used |
//! | `p:<realm>` | hash | settings: `v` version, `d` document |
//! | `q` | hash | `a` the instant of the last upkeep; one key for the whole store, with the tag `{00}` |
//! | `i` | zset by text | aliases of imported tokens: alias, id of the record, instant of the entry; the shard is the first byte of the alias |
//! | `a`, `b` | hash, zset by score | throttle counters: key → the window's end, failures, attempts in progress; and expiry → key |
//! | `n`, `m` | hash, zset by score | the counters of an older version, without attempts in progress; the next purge removes them |
//! | `z` | string | written by the probe; also before each WAIT, so that WAIT covers all earlier writes; never read |
//!
//! The hash of a family contains these fields:
//!
//! | field | contents |
//! |---|---|
//! | `i` | kind, realm, owner, and one document with the body and the details |
//! | `g` | generation |
//! | `e` | `live_until`, `gone_at`, `used_at` |
//! | `c` | client; missing if the family has none |
//! | `k` | label key |
//! | `r` | if the family is revoked: the instant, the reason, and the end of the tombstone |
//! | `o` | the member that has a nonce, and the nonce |
//! | `n` | number of members |
//! | `h<generation>` | the superseded members of this generation |
//!
//! For each member, the same hash contains these fields. In the name of a field, the letter is followed by the member's
//! six bytes.
//!
//! | letter | contents |
//! |---|---|
//! | `b` | flag, kind, generation, `created_at`, key id, digest, parent |
//! | `t` | scope, label, description |
//! | `v` | version |
//! | `x` | `expires_at`, `expiry_set_at`, `gone_at` |
//! | `n` | notice |
//! | `q` | notices that were sent |
//! | `s` | if the member is superseded: the instant, `honoured_until`, and the successor |
//! | `r` | if the member is revoked: the instant and the reason |
//! | `u` | last use |
//!
//! An instant is written in 16 decimal digits. A missing instant is written as 16 dashes.
//!
//! `<prefix>:layout` contains the version of the layout. The tables above describe version 5. The other versions are:
//!
//! - Version 1 has no `y`, no `c`, and no `used_at` in `e`. An entry in `s` contains neither the client nor the last
//!   use.
//! - Version 2 marks an upgrade from version 1 that is in progress (`upgrade.rs`).
//! - Version 3 computes label keys by older rules.
//! - Version 4 marks a recomputation of label keys that is in progress (`labels.rs`).
//! - Version 6 is version 5 with a log of narrowing steps.

use counterfoil::Realm;
use counterfoil::types::FamilyId;

/// The version of the layout that this version of the crate writes.
pub(crate) const LAYOUT: u64 = 5;
/// The version of the layout while the log of narrowing steps is on. Versions of the crate that write no steps refuse
/// to open the store.
pub(crate) const LOGGED: u64 = 6;
/// The version of the layout during an upgrade from version 1. Versions of the crate that write layout 1 refuse to open
/// the store from then on.
pub(crate) const UPGRADING: u64 = 2;
/// The version of the layout while label keys are recomputed. The data already has the form of [`LAYOUT`] in all other
/// respects. Versions of the crate that compute label keys by the older rules refuse to open the store from then on.
pub(crate) const RELABELLING: u64 = 4;

/// The indexes of one shard. Scripts take the keys of the indexes in this order.
pub(crate) const INDEXES: [Index; 13] = [
    Index::Labels,
    Index::Standing,
    Index::Owners,
    Index::Kinds,
    Index::Due,
    Index::Gone,
    Index::Unsent,
    Index::Windows,
    Index::Census,
    Index::Tombs,
    Index::UnsentTombs,
    Index::Access,
    Index::Log,
];

pub(crate) type Key = Vec<u8>;

/// An index of one shard.
#[derive(Clone, Copy)]
pub(crate) enum Index {
    Labels,
    Standing,
    Owners,
    Kinds,
    Due,
    Gone,
    Unsent,
    Windows,
    Census,
    Tombs,
    UnsentTombs,
    Access,
    Log,
}

impl Index {
    /// The letter at the end of the index's key. `scripts/lib.lua` names the index by the same letter in upper case.
    pub(crate) const fn letter(self) -> &'static str {
        match self {
            Self::Labels => "l",
            Self::Standing => "s",
            Self::Owners => "o",
            Self::Kinds => "k",
            Self::Due => "d",
            Self::Gone => "g",
            Self::Unsent => "h",
            Self::Windows => "w",
            Self::Census => "c",
            Self::Tombs => "t",
            Self::UnsentTombs => "u",
            Self::Access => "y",
            Self::Log => "j",
        }
    }
}

/// Makes the keys of a store.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    pub(crate) fn layout(&self) -> Key {
        format!("{}:layout", self.prefix).into_bytes()
    }

    fn of(&self, shard: u8, rest: &str) -> Key {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut key = Vec::with_capacity(self.prefix.len() + rest.len() + 18);
        key.extend_from_slice(self.prefix.as_bytes());
        key.extend_from_slice(b":{");
        key.push(HEX[usize::from(shard >> 4)]);
        key.push(HEX[usize::from(shard & 15)]);
        key.extend_from_slice(b"}:");
        key.extend_from_slice(rest.as_bytes());
        key
    }

    /// The key of a family, which contains the family and all its members.
    pub(crate) fn family(&self, family: &FamilyId) -> Key {
        let mut key = self.of(family.shard(), "f:");
        key.extend_from_slice(family.as_bytes());
        key
    }

    /// The pattern that makes `SCAN` return the keys of families.
    pub(crate) fn families_pattern(&self) -> String {
        let escaped = self.prefix.chars().flat_map(|letter| {
            let plain = letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
            (!plain).then_some('\\').into_iter().chain([letter])
        });
        format!("{}:{{??}}:f:*", escaped.collect::<String>())
    }

    /// The family that has this key. `None` if the key is not the key of a family.
    pub(crate) fn family_of(&self, key: &[u8]) -> Option<FamilyId> {
        let family = FamilyId::from_bytes(*key.last_chunk()?);
        (self.family(&family) == key).then_some(family)
    }

    /// The keys that a script about tokens declares: the key of the family, and the keys of its shard's indexes.
    pub(crate) fn step(&self, family: &FamilyId) -> Vec<Key> {
        let mut keys = Vec::with_capacity(1 + INDEXES.len());
        keys.push(self.family(family));
        keys.extend(INDEXES.iter().map(|index| self.index(family.shard(), *index)));
        keys
    }

    pub(crate) fn index(&self, shard: u8, index: Index) -> Key {
        self.of(shard, index.letter())
    }

    /// The keys of a realm's client registrations: the documents, the ids in order, and all internal ids ever used.
    pub(crate) fn clients(&self, realm: &Realm) -> Vec<Key> {
        ["cd:", "ci:", "cu:"].iter().map(|kind| self.realm(kind, realm)).collect()
    }

    pub(crate) fn settings(&self, realm: &Realm) -> Key {
        self.realm("p:", realm)
    }

    /// The key of the hash with the instant of the last upkeep. The whole store has one such hash.
    pub(crate) fn upkeep(&self) -> Key {
        self.of(0, "q")
    }

    fn realm(&self, kind: &str, realm: &Realm) -> Key {
        let shard = counterfoil::token::shard(realm, &counterfoil::types::OwnerId::realm());
        self.of(shard, &format!("{kind}{}", realm.as_str()))
    }

    /// The key of the aliases whose first byte is `shard`.
    pub(crate) fn aliases(&self, shard: u8) -> Key {
        self.of(shard, "i")
    }

    /// The key of a shard's counters, and the key of the index that orders these counters by expiry.
    pub(crate) fn counters(&self, shard: u8) -> [Key; 2] {
        [self.of(shard, "a"), self.of(shard, "b")]
    }

    /// The keys of a shard's counters and of their index by expiry, as an older version of the crate stored them.
    pub(crate) fn old_counters(&self, shard: u8) -> [Key; 2] {
        [self.of(shard, "n"), self.of(shard, "m")]
    }

    /// The key that is written before `WAIT`, so that `WAIT` covers all earlier writes too.
    pub(crate) fn barrier(&self, shard: u8) -> Key {
        self.of(shard, "z")
    }
}
