//! The layout: every key, and what is under it.
//!
//! A key is `<prefix>:{<shard>}:<letter>`, the shard in two hex digits as the cluster's hash tag: a record's shard is the first byte of its id, which follows
//! from realm and owner, so whatever one step touches lies in one slot, and every key of it can be declared.
//!
//! | key | type | holds |
//! |---|---|---|
//! | `f:<family, 10 bytes>` | hash | a family and all its members, below |
//! | `l` | hash | labels: realm ␀ owner ␀ label key → family, its `gone_at` |
//! | `s` | zset by text | standing families: realm ␀ owner ␀ kind, `-` or `+` and client, `live_until`, `used_at`, family |
//! | `o` | zset by text | records that are listed: realm ␀ owner ␀ kind, `created_at`, id |
//! | `k` | zset by text | the same: realm ␀ kind, id |
//! | `d` | zset by text | notices: `notice.at`, id |
//! | `g`, `h` | zset by score | `gone_at` → id of the records without and with a notice |
//! | `w` | zset by score | `honoured_until` → id of the superseded that are not shrunk |
//! | `y` | zset by text | access tokens that are not revoked by themselves: family, `expires_at`, the member's six bytes |
//! | `c` | hash | census: key id → records |
//! | `t`, `u` | zset by score | the tombstone's end → revoked family; in `u` those of which only members with a notice are left |
//! | `cd:<realm>`, `ci:<realm>`, `cu:<realm>` | hash, zset by text, set | registrations with their versions, their ids in order, internal ids ever used |
//! | `p:<realm>` | hash | settings: `v` version, `d` document |
//! | `q` | hash | `a` the instant of the last upkeep, of the whole store: under the tag `{00}` alone |
//! | `a`, `b` | hash, zset by score | throttle counters: key → the window's end, failures, attempts under way; and from when on it has no meaning → key |
//! | `n`, `m` | hash, zset by score | the counters of an older version, without attempts under way: removed by the next purge |
//! | `z` | string | written before WAIT, so that it waits for everything before it, and by the probe; nobody reads it |
//!
//! Fields of a family: `i` kind, realm, owner, body; `g` generation; `e` `live_until`, `gone_at`, `used_at`; `c`
//! client, where it has one; `k` label key; `r` revoked at, why, the tombstone's end; `o` the one nonce and whose it
//! is; `n` members; `h<generation>` its superseded members. Fields of a member, each with its six bytes behind: `b`
//! flag, kind, generation, `created_at`, key id, digest, parent; `t` scope, label, description; `v` version; `x`
//! `expires_at`, `expiry_set_at`, `gone_at`; `n` notice; `q` notices sent; `s` superseded at, `honoured_until`,
//! successor; `r` revoked at, why; `u` last used. Instants are 16 decimal digits, or as many dashes for none.
//!
//! `<prefix>:layout` names the version of all this. Version 1 had no `y`, no `c`, and no `used_at` in `e`; a family's
//! place in `s` had neither client nor use. 2 stands while an upgrade from 1 is under way (`upgrade.rs`). Version 3 had
//! other label keys; 4 stands while they are made anew (`labels.rs`).

use counterfoil::Realm;
use counterfoil::types::FamilyId;

/// The layout that this version of the crate writes.
pub(crate) const LAYOUT: u64 = 5;
/// Stands while an upgrade from 1 is under way: a version of the crate that writes layout 1 does not open.
pub(crate) const UPGRADING: u64 = 2;
/// Stands while label keys are made anew: families are as they are to be, and a version of the crate that compares labels otherwise does not
/// open.
pub(crate) const RELABELLING: u64 = 4;

/// The letters of a shard's indexes, in the order in which the scripts take them.
const INDEXES: [&str; 12] = ["l", "s", "o", "k", "d", "g", "h", "w", "c", "t", "u", "y"];

/// A key.
pub(crate) type Key = Vec<u8>;

/// An index that is read outside of scripts.
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
}

/// Names keys.
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

    /// A family and its members.
    pub(crate) fn family(&self, family: &FamilyId) -> Key {
        let mut key = self.of(family.shard(), "f:");
        key.extend_from_slice(family.as_bytes());
        key
    }

    /// What the keys of families match, as SCAN takes it.
    pub(crate) fn families_pattern(&self) -> String {
        let escaped = self.prefix.chars().flat_map(|letter| {
            let plain = letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
            (!plain).then_some('\\').into_iter().chain([letter])
        });
        format!("{}:{{??}}:f:*", escaped.collect::<String>())
    }

    /// The family whose key that is.
    pub(crate) fn family_of(&self, key: &[u8]) -> Option<FamilyId> {
        let family = FamilyId::from_bytes(*key.last_chunk()?);
        (self.family(&family) == key).then_some(family)
    }

    /// What a script of the tokens declares: the family, and its shard's indexes.
    pub(crate) fn step(&self, family: &FamilyId) -> Vec<Key> {
        let mut keys = Vec::with_capacity(1 + INDEXES.len());
        keys.push(self.family(family));
        keys.extend(INDEXES.iter().map(|letter| self.of(family.shard(), letter)));
        keys
    }

    pub(crate) fn index(&self, shard: u8, index: Index) -> Key {
        self.of(
            shard,
            match index {
                Index::Labels => "l",
                Index::Standing => "s",
                Index::Owners => "o",
                Index::Kinds => "k",
                Index::Due => "d",
                Index::Gone => "g",
                Index::Unsent => "h",
                Index::Windows => "w",
                Index::Census => "c",
                Index::Tombs => "t",
                Index::UnsentTombs => "u",
            },
        )
    }

    /// Documents, ids in order, internal ids ever used.
    pub(crate) fn clients(&self, realm: &Realm) -> Vec<Key> {
        ["cd:", "ci:", "cu:"].iter().map(|kind| self.realm(kind, realm)).collect()
    }

    pub(crate) fn settings(&self, realm: &Realm) -> Key {
        self.realm("p:", realm)
    }

    /// The last upkeep.
    pub(crate) fn upkeep(&self) -> Key {
        self.of(0, "q")
    }

    fn realm(&self, kind: &str, realm: &Realm) -> Key {
        let shard = counterfoil::token::shard(realm, &counterfoil::types::OwnerId::realm());
        self.of(shard, &format!("{kind}{}", realm.as_str()))
    }

    /// Counters, and keys by when they have no meaning any more.
    pub(crate) fn counters(&self, shard: u8) -> [Key; 2] {
        [self.of(shard, "a"), self.of(shard, "b")]
    }

    /// Where an older version had its counters.
    pub(crate) fn old_counters(&self, shard: u8) -> [Key; 2] {
        [self.of(shard, "n"), self.of(shard, "m")]
    }

    /// What is written before WAIT.
    pub(crate) fn barrier(&self, shard: u8) -> Key {
        self.of(shard, "z")
    }
}
