//! The names and login secrets of the directory in memory.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::directory::Login;
use crate::types::ids::SubjectId;
use crate::types::secret::Secret;

#[derive(Default)]
pub(super) struct People {
    pub(super) proofs: BTreeMap<SubjectId, Proofs>,
    pub(super) names: HashMap<String, SubjectId>,
}

/// The secrets that a login must contain. A secret that is `None` is not required.
#[derive(Clone, Default)]
pub(super) struct Proofs {
    pub(super) password: [u8; 32],
    pub(super) mfa_key: Option<[u8; 32]>,
    pub(super) machine_key: Option<[u8; 32]>,
}

impl People {
    /// Replaces all names of an account. If another account has one of the names, that account loses the name.
    pub(super) fn name(&mut self, subject: &SubjectId, names: &[&str]) {
        self.names.retain(|_, bearer| bearer != subject);
        self.names.extend(names.iter().map(|name| (canonical(name), subject.clone())));
    }

    /// Changes the secrets that a login of that account must contain. Returns false if there is no such account.
    pub(super) fn prove(&mut self, subject: &SubjectId, change: impl FnOnce(&mut Proofs)) -> bool {
        self.proofs.get_mut(subject).map(change).is_some()
    }
}

impl Proofs {
    /// Returns whether a login contains all required secrets, and how many secrets were hashed for this. Every login
    /// costs three hashes and three comparisons, even for an unknown name. So its duration reveals neither whether a
    /// name exists nor which secrets are required.
    pub(super) fn shown_by(&self, login: &Login<'_>, salt: &str) -> (bool, u64) {
        let mut hashes = 0;
        let mut one = |kept: Option<[u8; 32]>, shown: Option<&Secret>| {
            hashes += 1;
            let digest = digest(salt, shown.map_or("", Secret::expose_secret));
            let fits = kept.unwrap_or_default().ct_eq(&digest) & Choice::from(u8::from(shown.is_some()));
            fits | Choice::from(u8::from(kept.is_none()))
        };
        let proved = one(Some(self.password), Some(login.password))
            & one(self.mfa_key, login.mfa_key)
            & one(self.machine_key, login.machine_key);
        (proved.into(), hashes)
    }
}

/// The canonical form of a name. All spellings of the name have the same canonical form.
pub(super) fn canonical(name: &str) -> String {
    name.to_lowercase()
}

/// The salted digest of a secret. The salt is the subject, which is different for each person and needs no random
/// bytes. The length of the salt is hashed first, so that the boundary between salt and secret is unambiguous.
pub(super) fn digest(salt: &str, secret: &str) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"counterfoil memory directory");
    hash.update(u64::try_from(salt.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(salt);
    hash.update(secret);
    hash.finalize().into()
}
