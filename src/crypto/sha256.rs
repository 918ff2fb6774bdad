//! SHA-256 and HMAC-SHA-256, for digests of credentials and for sub-keys.
//!
//! Hashing is the largest part of the cost of a verification. Realm, kind and key are known in advance, and they fill
//! whole blocks. So the hash state after these blocks is computed once, stored as eight words, and copied for each
//! hash. The rest of the input fits into one block.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

use crate::types::secret::{SecretBytes, wipe};

/// The state of SHA-256 between blocks.
pub(crate) type State = [u32; 8];

/// The initial state, before the first block (FIPS 180-4 §5.3.3).
const START: State =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// Returns the state of SHA-256 after `block`, the first block of a message.
pub(crate) fn primed(block: &[u8; 64]) -> State {
    absorbed(START, block)
}

/// Returns the state of SHA-256 after one more block. `state` is the state before this block.
pub(crate) fn absorbed(mut state: State, block: &[u8; 64]) -> State {
    compress256(&mut state, std::slice::from_ref(block));
    state
}

/// The two states of HMAC after the block of the key: inner and outer (RFC 2104).
pub(crate) fn keyed(key: &[u8; 32]) -> [State; 2] {
    [0x36, 0x5C].map(|pad| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        let state = primed(&block);
        wipe(&mut block);
        state
    })
}

/// The last block of a message. It is filled in place, so that there is no second copy of the secret to wipe.
///
/// The message has `N` bytes. At most 55 fit, because the first byte of the padding and the length follow in the same
/// block. The block is wiped on drop.
pub(crate) struct LastBlock<const N: usize>([u8; 64]);

impl<const N: usize> LastBlock<N> {
    pub(crate) fn new() -> Self {
        const { assert!(N <= 55) };
        let mut block = [0; 64];
        block[N] = 0x80;
        Self(block)
    }

    pub(crate) fn message(&mut self) -> &mut [u8] {
        &mut self.0[..N]
    }

    /// The hash of a message that ends with this block. `state` is the hash state after the first `blocks` blocks of
    /// the message. The call takes exactly one compression.
    pub(crate) fn finish(&mut self, mut state: State, blocks: u64) -> [u8; 32] {
        self.0[56..].copy_from_slice(&((64 * blocks + N as u64) * 8).to_be_bytes());
        compress256(&mut state, std::slice::from_ref(&self.0));
        let mut hash = [0; 32];
        hash.chunks_exact_mut(4).zip(state).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_be_bytes()));
        hash
    }
}

impl<const N: usize> Drop for LastBlock<N> {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Plain SHA-256 of the concatenated parts. The caller must make sure that two different lists of parts never have the
/// same concatenation.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// HMAC-SHA-256 of the concatenated parts. The result is a key or a secret.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> SecretBytes<32> {
    // RFC 2104 pads a short key with zeros to a block. The padded key gives the same HMAC, and a key of one block is
    // always accepted.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mac = Hmac::<Sha256>::new((&block).into());
    wipe(&mut block);
    let mut tag = parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes();
    let mut secret = SecretBytes::new([0; 32]);
    secret.expose_secret_mut().copy_from_slice(&tag);
    tag.as_mut_slice().zeroize();
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished<const N: usize>(state: State, blocks: u64, rest: &[u8; N]) -> [u8; 32] {
        let mut block = LastBlock::<N>::new();
        block.message().copy_from_slice(rest);
        block.finish(state, blocks)
    }

    #[test]
    fn one_compression_gives_what_the_whole_hash_gives() {
        let block: [u8; 64] = std::array::from_fn(|i| i as u8);
        let rest = [7u8; 49];
        assert_eq!(finished(primed(&block), 1, &rest), hash(&[&block, &rest]));
        assert_eq!(finished(START, 0, b""), hash(&[]));
        assert_eq!(finished(START, 0, &[9; 55]), hash(&[&[9; 55]]));
    }

    #[test]
    fn two_compressions_give_hmac() {
        let (key, block, rest) = ([3u8; 32], [5u8; 64], [7u8; 49]);
        let [inner, outer] = keyed(&key);
        let tag = finished(outer, 1, &finished(absorbed(inner, &block), 2, &rest));
        assert_eq!(&tag, hmac(&key, &[&block, &rest]).expose_secret());
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let tag = hmac(&key, &[b"what do ya want ", b"for nothing?"]);
        let hex: String = tag.expose_secret().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "test case 2, key padded");
    }
}
