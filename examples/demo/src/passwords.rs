//! Passwords hashed with Argon2id (RFC 9106), a few at a time, in memory that is kept: a hash takes 19 MiB, and an allocator that gets as much
//! back on one thread after the other returns little of it to the system.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Argon2, Block};
use counterfoil::Secret;
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

/// How many hashes run at once; more wait.
const AT_ONCE: usize = 4;

/// What is kept of a password.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    salt: [u8; 16],
    digest: [u8; 32],
}

/// Makes and tests hashes.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    rooms: Arc<Mutex<Vec<Vec<Block>>>>,
    tested: Arc<AtomicU64>,
}

/// A hash could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("password could not be hashed")]
pub struct Unhashed;

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), rooms: Arc::default(), tested: Arc::default() }
    }

    /// Hashes a password under a salt of its own.
    pub(crate) fn keep(&self, password: &str) -> Result<Kept, Unhashed> {
        let mut salt = [0; 16];
        SystemEntropy.fill(&mut salt).map_err(|_| Unhashed)?;
        Ok(Kept { salt, digest: self.digest(password, &salt)? })
    }

    /// Whether that is the password.
    pub(crate) async fn test(&self, password: &Secret, kept: Kept) -> Result<bool, Unhashed> {
        let password = Secret::from(password.expose_secret().to_owned());
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Unhashed)?;
        let own = self.clone();
        let digest = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            own.tested.fetch_add(1, Ordering::Relaxed);
            own.digest(password.expose_secret(), &kept.salt)
        });
        let digest = digest.await.map_err(|_| Unhashed)??;
        Ok(digest.ct_eq(&kept.digest).into())
    }

    /// How many passwords were hashed to test them.
    pub(crate) fn tested(&self) -> u64 {
        self.tested.load(Ordering::Relaxed)
    }

    fn digest(&self, password: &str, salt: &[u8]) -> Result<[u8; 32], Unhashed> {
        let argon2 = Argon2::default();
        let free = self.rooms.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut room = free.unwrap_or_else(|| vec![Block::default(); argon2.params().block_count()]);
        let mut digest = [0; 32];
        let hashed = argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut digest, &mut room);
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner).push(room);
        hashed.map(|()| digest).map_err(|_| Unhashed)
    }
}
