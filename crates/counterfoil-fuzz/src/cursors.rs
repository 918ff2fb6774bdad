//! The fuzz target for the cursors of lists. It checks that a list accepts only the cursors that it has made. A forged
//! cursor with a correct checksum must open only the list for which it was made.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::store::Cursor;
use sha2::{Digest as _, Sha256};

use crate::bytes::{choice, filled};
use crate::world::{World, in_world};

/// For each list: its path, its name in the cursor, and its owner. The owner is empty for a list of the whole realm.
const LISTS: [(&str, &str, &str); 4] = [
    ("/me/tokens", "tokens", "sue"),
    ("/users/sue/tokens", "tokens", "sue"),
    ("/clients", "clients", ""),
    ("/security-codes", "codes", ""),
];

/// Requests a page of a list with a cursor. The first byte of `data` chooses the list. The first byte also says whether
/// the rest is a whole cursor, or a sort key from which a forged cursor is made.
#[must_use]
pub fn cursors(data: &[u8]) -> bool {
    let (list, rest) = choice(data);
    let (path, name, owner) = LISTS[list % 4];
    if let Some(cursor) = std::str::from_utf8(rest).ok().and_then(|text| Some((text, text.parse::<Cursor>().ok()?))) {
        assert_eq!(cursor.1.to_string(), cursor.0, "one spelling");
    }
    in_world(|world| {
        let first = page(world, path, None).expect("the first page");
        let cursor = if list & 4 == 0 {
            filled(rest, &[("${cursor}", first.1.as_deref().unwrap_or_default())])
        } else {
            forged(name, owner, &String::from_utf8_lossy(rest)).into_bytes()
        };
        let taken = page(world, path, Some(&cursor));
        if let Some((ids, next)) = &taken {
            assert!(ids.len() <= 1, "{ids:?}");
            assert!(
                list & 4 != 0 || walk(world, path).contains(&String::from_utf8_lossy(&cursor).into_owned()),
                "not ours"
            );
            assert!(next.as_deref().is_none_or(|next| next.len() < 256), "{next:?}");
        }
        (taken.is_some(), false)
    })
}

/// Requests a page of a list. Returns the ids on the page and the next cursor. Returns `None` if the cursor is refused.
fn page(world: &World, path: &str, cursor: Option<&[u8]>) -> Option<(Vec<String>, Option<String>)> {
    let cursor: String = cursor.map_or_else(String::new, |cursor| {
        format!("&cursor={}", form_urlencoded::byte_serialize(cursor).collect::<String>())
    });
    // The cursor is too long for the address of a request.
    if cursor.len() > 8_192 {
        return None;
    }
    let answer = world.api("GET", &format!("{path}?limit=1{cursor}"), None);
    if answer.status.as_u16() == 422 {
        answer.assert_problem();
        assert_eq!(answer.json()["field"], "cursor", "{answer:?}");
        return None;
    }
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    let json = answer.json();
    let ids = json["items"].as_array().expect("items").iter().map(|item| item["id"].to_string()).collect();
    Some((ids, json["next"].as_str().map(str::to_owned)))
}

/// Follows a list to its end, and returns the cursors of all its pages.
fn walk(world: &World, path: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    while let Some((_, Some(next))) = page(world, path, all.last().map(String::as_bytes)) {
        assert!(all.len() < 16, "a walk ends");
        all.push(next);
    }
    all
}

/// Makes a cursor for the list `name` of `owner`, with the sort key `key` and a correct checksum.
fn forged(name: &str, owner: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    for field in ["counterfoil/cursor/v1", name, "default", owner, key] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field.as_bytes());
    }
    URL_SAFE_NO_PAD.encode([&hash.finalize()[..8], key.as_bytes()].concat())
}
