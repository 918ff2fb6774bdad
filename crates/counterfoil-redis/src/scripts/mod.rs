//! The scripts: one file each, hashed once.

use std::sync::LazyLock;

/// A script and the name by which a server that has seen it knows it.
pub(crate) struct Script {
    /// Its text.
    pub(crate) text: &'static str,
    hash: LazyLock<redis::Script>,
}

impl Script {
    /// SHA-1 of the text, in hex: what EVALSHA names.
    pub(crate) fn hash(&self) -> &str {
        self.hash.get_hash()
    }
}

macro_rules! scripts {
    ($($name:ident: $text:expr;)*) => {$(
        pub(crate) static $name: Script = Script { text: $text, hash: LazyLock::new(|| redis::Script::new($text)) };
    )*};
}

/// A script that writes: what it needs is tried before all else.
macro_rules! writes {
    ($file:literal) => {
        concat!(include_str!("needs.lua"), include_str!($file))
    };
}

/// A script of the tokens, behind what all of them share.
macro_rules! token {
    ($file:literal) => {
        concat!(include_str!("needs.lua"), include_str!("lib.lua"), include_str!("step.lua"), include_str!($file))
    };
}

/// A script of the tokens that tries what it needs by itself, or writes nothing.
macro_rules! bare_token {
    ($file:literal) => {
        concat!(include_str!("needs.lua"), include_str!("lib.lua"), include_str!($file))
    };
}

scripts! {
    FOUND: token!("found.lua");
    JOIN: token!("join.lua");
    ROTATE: token!("rotate.lua");
    APPLY: token!("apply.lua");
    REVOKE_FAMILY: token!("revoke_family.lua");
    REVOKE_ONE: token!("revoke_one.lua");
    CLAIM: token!("claim.lua");
    SETTLE: token!("settle.lua");
    PURGE: bare_token!("purge.lua");
    HUSKS: bare_token!("husks.lua");
    STANDING: bare_token!("standing.lua");
    UPGRADE: bare_token!("upgrade.lua");
    RIGHTS: include_str!("rights.lua");
    RELABEL: writes!("relabel.lua");
    RAISE: include_str!("raise.lua");
    TOUCH: include_str!("touch.lua");
    PUT_CLIENT: writes!("put_client.lua");
    REMOVE_CLIENT: writes!("remove_client.lua");
    CLIENTS: include_str!("clients.lua");
    PUT_SETTINGS: writes!("put_settings.lua");
    NOTE_UPKEEP: writes!("note_upkeep.lua");
    ATTEMPT: writes!("attempt.lua");
    PURGE_COUNTERS: writes!("purge_counters.lua");
}
