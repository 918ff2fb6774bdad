//! The memory of a record.

use std::process::Command;

use crate::figures::Bytes;
use crate::host::{self, Tokens};
use crate::names::{INTROSPECT, PREFIXED, SESSION_GUARD, TOWER_MEMORY, VERIFY};
use crate::peer::Texts;
use crate::peers::oauth_as::OAuthAs;
use crate::peers::ours::Service;
use crate::peers::prefixed_api_key::PrefixedKeys;
use crate::peers::session_guard::Guarded;
use crate::peers::tower_memory::TowerMemory;

/// The peers whose memory is measured.
const KEPT: [&str; 5] = [VERIFY, INTROSPECT, PREFIXED, TOWER_MEMORY, SESSION_GUARD];

/// Measures each peer in a process of its own, because the growth of a process equals the memory of the records only on
/// a fresh heap.
pub(crate) fn measure(records: usize) -> Vec<Bytes> {
    let one = |what: &&str| {
        let program = std::env::current_exe().expect("a program");
        let output =
            Command::new(program).args(["--bytes-of", what, &records.to_string()]).output().expect("a process");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
        eprintln!("{what}: {bytes} bytes a record");
        Bytes { what: (*what).to_owned(), records, bytes }
    };
    KEPT.iter().map(one).collect()
}

/// Fills the peer `what` with `records` records. Returns the growth of this process in bytes, divided by `records`.
pub(crate) fn bytes_of(what: &str, records: usize) -> usize {
    fn grown<T>(records: usize, fill: impl FnOnce() -> T) -> usize {
        let before = host::resident();
        let filled = fill();
        let grown = host::resident().saturating_sub(before);
        drop(filled);
        grown / records
    }
    // The buffer for the texts of the credentials is filled before the first reading of the memory, so the result does
    // not include it.
    let texts = |length| Texts::with_room_for(records, length);
    match what {
        VERIFY => {
            let tokens = Tokens::with_room_for(records);
            grown(records, || Service::filled(tokens, records, false))
        }
        INTROSPECT => {
            let texts = texts(43);
            grown(records, || OAuthAs::filled(texts, records))
        }
        PREFIXED => {
            let texts = texts(44);
            grown(records, || PrefixedKeys::filled(texts, records))
        }
        TOWER_MEMORY => {
            let texts = texts(22);
            grown(records, || TowerMemory::filled(texts, records))
        }
        SESSION_GUARD => {
            let texts = texts(43);
            grown(records, || Guarded::filled(texts, records))
        }
        _ => unreachable!("a peer with records"),
    }
}
