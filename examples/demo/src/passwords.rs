//! Passwords hashed with Argon2id (RFC 9106), a few at a time: each hash takes 19 MiB.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use counterfoil::Secret;
use tokio::sync::Semaphore;

/// How many hashes run at once; more wait.
const AT_ONCE: usize = 4;

/// What is kept of a password.
pub(crate) type Kept = Arc<str>;

/// Makes and tests hashes.
#[derive(Debug)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    tested: Arc<AtomicU64>,
    nobodys: Kept,
}

/// A hash could not be made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("password could not be hashed")]
pub struct Unhashed;

impl Passwords {
    /// With the hash of a password that nobody has, for names that nobody bears.
    ///
    /// # Errors
    ///
    /// [`Unhashed`].
    pub(crate) fn new() -> Result<Self, Unhashed> {
        Ok(Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            tested: Arc::default(),
            nobodys: hash("a password that nobody has")?,
        })
    }

    /// Whether that is the password: the same work where there is no hash to test against.
    ///
    /// # Errors
    ///
    /// [`Unhashed`], which is an outage and no refusal.
    pub(crate) async fn test(&self, password: &Secret, kept: Option<&Kept>) -> Result<bool, Unhashed> {
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.nobodys).clone();
        let password = Secret::from(password.expose_secret().to_owned());
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Unhashed)?;
        let tested = self.tested.clone();
        let fits = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            tested.fetch_add(1, Ordering::Relaxed);
            let kept = PasswordHash::new(&kept).map_err(|_| Unhashed)?;
            Ok(Argon2::default().verify_password(password.expose_secret().as_bytes(), &kept).is_ok())
        })
        .await
        .map_err(|_| Unhashed)??;
        Ok(fits && known)
    }

    /// How many passwords were hashed to test them.
    #[must_use]
    pub(crate) fn tested(&self) -> u64 {
        self.tested.load(Ordering::Relaxed)
    }
}

/// Hashes a password under a salt of its own.
///
/// # Errors
///
/// [`Unhashed`].
pub(crate) fn hash(password: &str) -> Result<Kept, Unhashed> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| Unhashed)?;
    Ok(hash.to_string().into())
}
