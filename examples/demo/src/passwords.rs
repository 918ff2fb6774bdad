//! Hashes passwords with Argon2id (RFC 9106). Each hash needs a buffer of 19 MiB. Only a few hashes are computed at the
//! same time, and their buffers are reused. Otherwise many threads would allocate and free such buffers, and the
//! allocator would return little of the memory to the system.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Argon2, Block};
use counterfoil::Secret;
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

/// The maximum number of hashes that are computed at the same time. Other calls wait.
const MAX_CONCURRENT: usize = 4;

/// The hash of a password, and its salt.
#[derive(Clone, Copy)]
pub(crate) struct PasswordHash {
    salt: [u8; 16],
    digest: [u8; 32],
}

/// Computes and verifies hashes of passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    buffers: Arc<Mutex<Vec<Vec<Block>>>>,
    verifications: Arc<AtomicU64>,
}

/// The hash of a password could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("password could not be hashed")]
pub struct HashError;

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(MAX_CONCURRENT)),
            buffers: Arc::default(),
            verifications: Arc::default(),
        }
    }

    /// Hashes a password with a new random salt.
    pub(crate) fn hash(&self, password: &str) -> Result<PasswordHash, HashError> {
        let mut salt = [0; 16];
        SystemEntropy.fill(&mut salt).map_err(|_| HashError)?;
        Ok(PasswordHash { salt, digest: self.digest(password, &salt)? })
    }

    /// Whether a password matches the hash.
    pub(crate) async fn verify(&self, password: &Secret, hash: PasswordHash) -> Result<bool, HashError> {
        let password = Secret::from(password.expose_secret().to_owned());
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| HashError)?;
        let own = self.clone();
        let digest = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            own.verifications.fetch_add(1, Ordering::Relaxed);
            own.digest(password.expose_secret(), &hash.salt)
        });
        let digest = digest.await.map_err(|_| HashError)??;
        Ok(digest.ct_eq(&hash.digest).into())
    }

    /// Returns the number of password checks so far.
    pub(crate) fn verifications(&self) -> u64 {
        self.verifications.load(Ordering::Relaxed)
    }

    fn digest(&self, password: &str, salt: &[u8]) -> Result<[u8; 32], HashError> {
        let argon2 = Argon2::default();
        let free = self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = free.unwrap_or_else(|| vec![Block::default(); argon2.params().block_count()]);
        let mut digest = [0; 32];
        let hashed = argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut digest, &mut buffer);
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        hashed.map(|()| digest).map_err(|_| HashError)
    }
}
