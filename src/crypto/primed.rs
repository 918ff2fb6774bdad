//! Hash states that have already processed realm, kind and key.
//!
//! A verification that starts from one of these states hashes only one block. Without a key, this takes one compression
//! of SHA-256. With a key, it takes two.

use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::crypto::sha256::{self, LastBlock, State};
use crate::types::realm::Realm;
use crate::types::secret::SecretBytes;

/// The length of the array of hash states, whose index is a kind byte. The kind bytes are 1 to 6 for the kinds of
/// tokens, and 7 to 9 for imported secrets and tokens. The other states are unused. They make the length a power of
/// two, so that an index is computed without a division.
const KINDS: usize = 16;

/// One hash state for each kind byte. Without a key, it is a state of SHA-256. With a key, it is a state of the inner
/// hash of HMAC-SHA-256.
///
/// The states are wiped on drop. With the states of a key, an attacker can do the same as with the key itself.
pub(crate) struct Primed {
    kinds: [State; KINDS],
    outer: Option<State>,
}

impl Primed {
    /// Computes the states for hashes without a key. The state of a kind byte is the state of SHA-256 after it has
    /// processed the realm's block for this kind byte.
    pub(crate) fn plain(realm: &Realm) -> Self {
        Self { kinds: blocks(realm).map(|block| sha256::primed(&block)), outer: None }
    }

    /// Computes the states for hashes with a key. The state of a kind byte is the state of the inner hash of
    /// HMAC-SHA-256 after it has processed the key's block and then the realm's block for this kind byte.
    pub(crate) fn under(key: &SecretBytes<32>, realm: &Realm) -> Self {
        let [inner, outer] = sha256::keyed(key.expose_secret());
        Self { kinds: blocks(realm).map(|block| sha256::absorbed(inner, &block)), outer: Some(outer) }
    }

    /// Hashes two concatenated parts: the realm's block for the kind byte `kind`, and the message. With a key, the hash
    /// is an HMAC.
    pub(crate) fn hash<const N: usize>(&self, kind: u8, message: &mut LastBlock<N>) -> [u8; 32] {
        let state = self.kinds[usize::from(kind) % KINDS];
        let Some(outer) = self.outer else { return message.finish(state, 1) };
        // Two blocks precede the message: the block of the key and the block of the realm.
        let mut inner = LastBlock::<32>::new();
        inner.message().copy_from_slice(&message.finish(state, 2));
        inner.finish(outer, 1)
    }
}

impl Drop for Primed {
    fn drop(&mut self) {
        self.kinds.zeroize();
        self.outer.zeroize();
    }
}

impl ZeroizeOnDrop for Primed {}

/// Builds the block `counterfoil/v1\0` ‖ kind byte ‖ SHA-256(realm name) ‖ zeros, for each kind byte.
fn blocks(realm: &Realm) -> [[u8; 64]; KINDS] {
    let name = sha256::hash(&[realm.as_str().as_bytes()]);
    std::array::from_fn(|kind| {
        let mut block = [0; 64];
        block[..15].copy_from_slice(b"counterfoil/v1\0");
        block[15] = kind as u8;
        block[16..48].copy_from_slice(&name);
        block
    })
}
