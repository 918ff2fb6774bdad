//! The key from which the secrets of rotated refresh tokens are derived.

use crate::crypto::key_ring::KeyRing;
use crate::types::ids::KeyId;
use crate::types::secret::SecretBytes;

/// The key from which the secrets of successors are derived (docs/design.md, "Families and rotation").
#[derive(Debug)]
pub(crate) struct RotationKey(SecretBytes<32>);

impl RotationKey {
    pub(crate) fn new(sub_key: SecretBytes<32>) -> Self {
        Self(sub_key)
    }

    /// The newest rotation key, and its number. The number is stored with the nonce of the derivation.
    pub(crate) fn current(ring: Option<&KeyRing>) -> (KeyId, Self) {
        ring.and_then(|ring| Some((ring.newest(), ring.rotation_key(ring.newest())?)))
            .unwrap_or_else(|| (KeyId::NONE, Self::public_constant()))
    }

    /// The rotation key with the stored number. `None` if the key is no longer in the ring. The caller must already
    /// have called [`Digester::is_usable`](crate::crypto::digest::Digester::is_usable).
    pub(crate) fn under(ring: Option<&KeyRing>, id: KeyId) -> Option<Self> {
        if id == KeyId::NONE { Some(Self::public_constant()) } else { ring?.rotation_key(id) }
    }

    /// The rotation key of hosts without a key ring. It is a public constant. So an attacker who has an old refresh
    /// token *and* its nonce from a dump can derive the successor. See SECURITY.md.
    pub(crate) fn public_constant() -> Self {
        Self(SecretBytes::new(*b"counterfoil: public rotation key"))
    }

    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}
