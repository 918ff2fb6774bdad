//! The compared libraries, each in one file.

pub(crate) mod argon2id;
pub(crate) mod floor;
pub(crate) mod jwt;
pub(crate) mod oauth_as;
pub(crate) mod our_sqlite;
pub(crate) mod ours;
pub(crate) mod paseto;
pub(crate) mod prefixed_api_key;
pub(crate) mod session_guard;
pub(crate) mod tower_memory;
pub(crate) mod tower_sqlite;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// The entry of a credential in a map, for a library without a store of its own.
pub(crate) struct Row {
    /// The hash that is stored instead of the secret.
    hash: String,
    owner: String,
    expires_at: SystemTime,
    revoked: bool,
}

impl Row {
    fn is_live(&self) -> bool {
        !self.revoked && SystemTime::now() < self.expires_at && !self.owner.is_empty()
    }
}

/// Returns `length` base62 letters, which differ at each call and are evenly distributed. They need not be secret.
fn random_text(length: usize) -> String {
    static STATE: AtomicU64 = AtomicU64::new(0);
    let letter = || {
        let mut state = STATE.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        state = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ state >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        char::from(letters[((state ^ state >> 31) % 62) as usize])
    };
    (0..length).map(|_| letter()).collect()
}
