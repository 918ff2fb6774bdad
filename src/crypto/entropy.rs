//! The source of random bytes. All other files get their random bytes from it.

use std::sync::{Mutex, PoisonError};

use rand_core::TryCryptoRng;

/// The source of random bytes failed, so nothing was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source of random bytes failed")]
pub struct NoEntropy;

/// A source of random bytes fit for secrets.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`NoEntropy`] if the source failed. The content of `bytes` must then not be used.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The random generator of the operating system.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_types, reason = "this is where random numbers come from")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        use getrandom::SysRng;
        use rand_core::TryRng as _;
        SysRng.try_fill_bytes(bytes).map_err(|_| NoEntropy)
    }
}

/// Uses a cryptographic generator of the `rand_core` family as the source, behind a lock.
#[derive(Debug)]
pub struct RngEntropy<R>(Mutex<R>);

impl<R: TryCryptoRng> RngEntropy<R> {
    /// Wraps the generator.
    pub fn new(rng: R) -> Self {
        Self(Mutex::new(rng))
    }
}

impl<R: TryCryptoRng + Send + 'static> Entropy for RngEntropy<R> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        // The generator stays usable after a panic in another thread.
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.try_fill_bytes(bytes).map_err(|_| NoEntropy)
    }
}

/// Bytes derived from a seed: a SHA-256 counter stream, for reproducible tests.
#[cfg(any(test, feature = "test-util"))]
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: std::sync::atomic::AtomicU64,
}

#[cfg(any(test, feature = "test-util"))]
impl SeededEntropy {
    /// Creates a stream from the seed. Each seed gives a different stream.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: std::sync::atomic::AtomicU64::new(0) }
    }
}

#[cfg(any(test, feature = "test-util"))]
impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        use sha2::{Digest, Sha256};
        for chunk in bytes.chunks_mut(32) {
            let count = self.drawn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let block =
                Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(count.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}
