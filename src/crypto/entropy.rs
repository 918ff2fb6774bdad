//! The source of random bytes. All other modules get random bytes only from here.

use std::sync::{Mutex, PoisonError};

use rand_core::TryCryptoRng;

/// The source of random bytes failed. Nothing was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source of random bytes failed")]
pub struct NoEntropy;

/// A source of random bytes that are suitable for secrets.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`NoEntropy`] if the source failed. Do not use the content of `bytes` in this case.
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

/// A source that uses a cryptographic generator of the `rand_core` family, protected by a lock.
#[derive(Debug)]
pub struct RngEntropy<R>(Mutex<R>);

impl<R: TryCryptoRng> RngEntropy<R> {
    /// Creates a source that takes all its bytes from `rng`.
    pub fn new(rng: R) -> Self {
        Self(Mutex::new(rng))
    }
}

impl<R: TryCryptoRng + Send + 'static> Entropy for RngEntropy<R> {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        // If another thread panicked while it held the lock, the generator is used nevertheless. Each call still gets
        // new bytes.
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.try_fill_bytes(bytes).map_err(|_| NoEntropy)
    }
}

/// A source of reproducible bytes for tests: a SHA-256 counter stream that starts from a seed.
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
