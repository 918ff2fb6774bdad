//! The Lua scripts. Each is in a file of its own. The hash of each is computed once.

use std::sync::LazyLock;

/// A script and its hash. If a server has already run the script, a call needs to send only the hash.
pub(crate) struct Script {
    pub(crate) text: &'static str,
    /// The names of the script's arguments. The first list has the arguments of every call. Each further list has the
    /// arguments that one kind of call adds. The values of records come last and have no names. A test compares the
    /// names with the script's text.
    #[cfg(test)]
    arguments: &'static [&'static [&'static str]],
    hash: LazyLock<redis::Script>,
}

impl Script {
    /// The SHA-1 of the text in hex, as `EVALSHA` takes it.
    pub(crate) fn hash(&self) -> &str {
        self.hash.get_hash()
    }
}

macro_rules! scripts {
    ($($name:ident($($argument:ident)* $(| $($own:ident)*)*): $text:expr;)*) => {
        $(
            pub(crate) static $name: Script = Script {
                text: $text,
                #[cfg(test)]
                arguments: &[&[$(stringify!($argument)),*] $(, &[$(stringify!($own)),*])*],
                hash: LazyLock::new(|| redis::Script::new($text)),
            };
        )*

        #[cfg(test)]
        static ALL: &[&Script] = &[$(&$name),*];
    };
}

/// Makes the text of a script that writes. The text begins with `needs.lua`, whose functions check before the first
/// write that all commands will succeed.
macro_rules! writes {
    ($file:literal) => {
        concat!(include_str!("needs.lua"), include_str!($file))
    };
}

/// Makes the text of a script about tokens. The text begins with the files that these scripts share.
macro_rules! token {
    ($file:literal) => {
        concat!(include_str!("needs.lua"), include_str!("lib.lua"), include_str!("step.lua"), include_str!($file))
    };
}

/// Makes the text of a script about tokens, but without `step.lua`. Before the first write, `step.lua` checks that the
/// commands of every step on a family will succeed. A script without `step.lua` must check its own commands, unless it
/// only reads.
macro_rules! bare_token {
    ($file:literal) => {
        concat!(include_str!("needs.lua"), include_str!("lib.lua"), include_str!($file))
    };
}

scripts! {
    FOUND(now limit ending pace since i e c label count): token!("found.lua");
    JOIN(now generation most whose count): token!("join.lua");
    ROTATE(
        step m now whose count most
        | expires slide_gone
        | expect successor nonce honoured gone labelled cap pace since successor_ends
    ): token!("rotate.lua");
    APPLY(
        m now expect what
        | label key description scope held identity
        | expires gone notice
        | digested
        | honoured gone
    ): token!("apply.lua");
    RESTORE(i g e r c label nonce count leader): token!("restore.lua");
    REVOKE_FAMILY(whose r found): token!("revoke_family.lua");
    REVOKE_ONE(m r gone): token!("revoke_one.lua");
    CLAIM(m held lease): token!("claim.lua");
    SETTLE(m held next sent most): token!("settle.lua");
    PURGE(now unsent windows left): bare_token!("purge.lua");
    HUSKS(now): bare_token!("husks.lua");
    STANDING(now left): bare_token!("standing.lua");
    UPGRADE(left): bare_token!("upgrade.lua");
    RIGHTS(): include_str!("rights.lua");
    RELABEL(old_field new_field old_key new_key): writes!("relabel.lua");
    RAISE(version): include_str!("raise.lua");
    TOUCH(): include_str!("touch.lua");
    PUT_CLIENT(id expect key document): writes!("put_client.lua");
    REMOVE_CLIENT(id expect): writes!("remove_client.lua");
    CLIENTS(first most): include_str!("clients.lua");
    PUT_SETTINGS(expect document): writes!("put_settings.lua");
    NOTE_UPKEEP(expect at): writes!("note_upkeep.lua");
    PUT_ALIAS(alias after expect new): writes!("put_alias.lua");
    REMOVE_ALIAS(alias after expect): include_str!("remove_alias.lua");
    ATTEMPT(step key noted now window limit unsettled): writes!("attempt.lua");
    PURGE_COUNTERS(now most): writes!("purge_counters.lua");
    NARROW(now what): token!("narrow.lua");
    BEGIN_LOG(identity): writes!("begin_log.lua");
    END_LOG(): writes!("end_log.lua");
    TRIM_LOG(stop most): writes!("trim_log.lua");
    LOWER(found version): include_str!("lower.lua");
}

#[cfg(test)]
mod tests {
    use counterfoil::Timestamp;
    use counterfoil::types::TokenKind;

    use super::ALL;
    use crate::keys::INDEXES;
    use crate::row::{self, BODY, NEVER, NONE, NOTICE, PARENT, WIDE};

    /// Returns the line of Lua that names the arguments. The first name gets the argument with the number `first`.
    fn head(first: usize, names: &[&str]) -> String {
        let last = first + names.len() - 1;
        match names {
            [name] => format!("local {name} = ARGV[{first}]"),
            names => format!("local {} = unpack(ARGV, {first}, {last})", names.join(", ")),
        }
    }

    #[test]
    fn the_scripts_name_the_indexes_in_the_order_in_which_their_keys_are_passed() {
        let letters: Vec<String> = INDEXES.iter().map(|index| index.letter().to_uppercase()).collect();
        let head = format!("local F, {} = unpack(KEYS, 1, {})", letters.join(", "), 1 + INDEXES.len());
        let first_lent = format!("for at = {}, #KEYS do", 2 + INDEXES.len());
        let lines: Vec<&str> = include_str!("lib.lua").lines().collect();
        assert!(lines.contains(&head.as_str()), "not in lib.lua: {head}");
        assert!(lines.iter().any(|line| line.starts_with(&first_lent)), "not in lib.lua: {first_lent}");
    }

    #[test]
    fn the_scripts_have_the_lengths_and_marks_of_the_rows() {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("ASCII");
        let (library, settle) = (include_str!("lib.lua"), include_str!("settle.lua"));
        for (script, line) in [
            (library, format!("local NONE, NEVER = '{}', '{}'", text(NONE), text(NEVER))),
            (library, format!("local ACCESS = '{}'", text(&row::kind(TokenKind::AccessToken)))),
            (library, format!("local WIDE = {WIDE}")),
            (library, format!("return #b == {BODY} or #b == {}", BODY + PARENT)),
            (settle, format!("for at = 1, #q, {NOTICE} do")),
            (settle, format!("if #q >= {NOTICE} * tonumber(most) then q = q:sub({}) end", NOTICE + 1)),
            (include_str!("attempt.lua"), format!("local LAST = {}", Timestamp::MAX.micros())),
        ] {
            assert!(script.lines().any(|own| own.trim() == line), "not in the script: {line}");
        }
    }

    /// Checks that each script names its arguments as [`Script`] lists them. Whether the callers pass the arguments in
    /// this order is covered by the tests of the store.
    #[test]
    fn every_argument_has_its_name_in_the_script() {
        for script in ALL {
            let shared = script.arguments[0].len();
            let lists = script.arguments.iter().enumerate().filter(|(_, names)| !names.is_empty());
            let heads = lists.map(|(list, names)| head(if list == 0 { 1 } else { shared + 1 }, names));
            let mut heads: Vec<String> = heads.collect();
            for line in script.text.lines().map(str::trim) {
                if let Some(known) = heads.iter().position(|head| head == line) {
                    heads.remove(known);
                } else {
                    let numbered = |call: &str| {
                        line.match_indices(call).any(|(at, _)| line[at + call.len()..].starts_with(char::is_numeric))
                    };
                    assert!(!numbered("ARGV[") && !numbered("unpack(ARGV, "), "arguments without names: {line}");
                }
            }
            assert!(heads.is_empty(), "not in the script: {heads:?}");
        }
    }
}
