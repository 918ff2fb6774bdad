//! A hand-written verification with the lowest possible cost. The bench compares `verify` with it.

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use counterfoil::Role;

use crate::host::{Tokens, owner_of};

/// A record with its id, its digest and the fields that decide whether it is valid. It fills one cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Row {
    id: u128,
    digest: [u64; 4],
    expires_at: u32,
    /// The state of the record: `LIVE` for a valid record, and 0 if there is no record.
    state: u32,
    owner: u32,
}

const LIVE: u32 = 1;

/// An account. It fills one cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Person {
    role: Role,
    disabled: bool,
    name: [u8; 40],
}

pub(crate) struct Floor {
    rows: Vec<Row>,
    people: Vec<Person>,
}

/// The base62 value of each byte, or 0xFF if the byte is not a base62 character.
const VALUES: [u8; 256] = {
    let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut values = [0xFF; 256];
    let mut at = 0;
    while at < 62 {
        values[letters[at] as usize] = at as u8;
        at += 1;
    }
    values
};

impl Floor {
    pub(crate) fn of(tokens: &Tokens) -> Self {
        let none = Row { id: 0, digest: [0; 4], expires_at: 0, state: 0, owner: 0 };
        let mut rows = vec![none; (tokens.len() * 2).next_power_of_two()];
        let mask = rows.len() - 1;
        for at in 0..tokens.len() {
            let (id, secret) = parts(tokens.get(at)).expect("a token");
            let mut place = id as usize & mask;
            while rows[place].state != 0 {
                place = (place + 1) & mask;
            }
            let row = Row { id, digest: digest(secret), expires_at: u32::MAX, state: LIVE, owner: tokens.owner(at) };
            rows[place] = row;
        }
        let person = Person { role: Role::Member, disabled: false, name: [b'x'; 40] };
        Self { rows, people: vec![person; owner_of(tokens.len()) as usize + 1] }
    }

    #[inline(never)]
    pub(crate) fn authenticate(&self, text: &str) -> Option<(u32, Role)> {
        let (id, secret) = parts(text)?;
        let mask = self.rows.len() - 1;
        let mut place = id as usize & mask;
        while self.rows[place].id != id {
            if self.rows[place].state == 0 {
                break;
            }
            place = (place + 1) & mask;
        }
        let row = &self.rows[place];
        let own = digest(secret);
        let differs = (0..4).fold(0, |differs, word| differs | (own[word] ^ row.digest[word]));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs() as u32;
        if black_box(differs) != 0 || row.state != LIVE || now >= row.expires_at {
            return None;
        }
        let person = self.people.get(row.owner as usize)?;
        (!person.disabled && person.name[0] != 0).then_some((row.owner, person.role))
    }
}

/// Checks the prefix, the checksum and the alphabet of a token. Returns the id and the secret, or `None` if a check
/// fails.
#[inline]
fn parts(text: &str) -> Option<(u128, &[u8; 43])> {
    let text: &[u8; 75] = text.as_bytes().try_into().ok()?;
    let (prefix, rest) = text.split_first_chunk::<4>()?;
    let (body, check) = rest.split_first_chunk::<65>()?;
    let (id, secret) = body.split_first_chunk::<22>()?;
    if prefix != b"cfp_" {
        return None;
    }
    let (check, foreign) = number(check);
    if foreign || check != u64::from(crc32fast::hash(body)) {
        return None;
    }
    let (high, foreign_high) = number(&id[..10]);
    let (middle, foreign_middle) = number(&id[10..20]);
    let (low, foreign_low) = number(&id[20..]);
    let foreign = secret.iter().fold(0, |all, &letter| all | VALUES[usize::from(letter)]) & 0xC0 != 0;
    if foreign | foreign_high | foreign_middle | foreign_low {
        return None;
    }
    let middle = u128::from(high).checked_mul(62u128.pow(10))?.checked_add(u128::from(middle))?;
    Some((middle.checked_mul(62 * 62)?.checked_add(u128::from(low))?, secret.first_chunk()?))
}

/// Decodes at most ten base62 letters. Also returns whether one of them is not a base62 letter.
#[inline]
fn number(letters: &[u8]) -> (u64, bool) {
    let mut seen = 0;
    let number = letters.iter().fold(0u64, |number, &letter| {
        let value = VALUES[usize::from(letter)];
        seen |= value;
        number.wrapping_mul(62).wrapping_add(u64::from(value))
    });
    (number, seen & 0xC0 != 0)
}

/// Returns the SHA-256 digest of a secret. The 43 bytes of a secret fit into one block.
#[inline]
fn digest(secret: &[u8; 43]) -> [u64; 4] {
    let mut state =
        [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
    let mut block = [0; 64];
    block[..43].copy_from_slice(secret);
    block[43] = 0x80;
    block[62..].copy_from_slice(&(43u16 * 8).to_be_bytes());
    sha2::block_api::compress256(&mut state, &[block]);
    std::array::from_fn(|at| u64::from(state[2 * at]) << 32 | u64::from(state[2 * at + 1]))
}
