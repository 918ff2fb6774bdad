//! The key of rotation.

use crate::crypto::key_ring::KeyRing;
use crate::types::ids::KeyId;
use crate::types::secret::SecretBytes;

/// What the secrets of successors are derived under (docs/design.md, "Families and rotation").
#[derive(Debug)]
pub(crate) struct RotationKey(SecretBytes<32>);

impl RotationKey {
    pub(crate) fn new(sub_key: SecretBytes<32>) -> Self {
        Self(sub_key)
    }

    /// The key to rotate with now, and the number to keep beside the nonce.
    pub(crate) fn current(ring: Option<&KeyRing>) -> (KeyId, Self) {
        ring.and_then(|ring| Some((ring.newest(), ring.rotation_key(ring.newest())?)))
            .unwrap_or_else(|| (KeyId::NONE, Self::public_constant()))
    }

    /// The key of the number that was kept; `None` where it has left the ring. The caller has asked
    /// [`Digester::is_usable`](crate::crypto::digest::Digester::is_usable) first.
    pub(crate) fn under(ring: Option<&KeyRing>, id: KeyId) -> Option<Self> {
        if id == KeyId::NONE { Some(Self::public_constant()) } else { ring?.rotation_key(id) }
    }

    /// For hosts without a key ring. It is public, here: whoever has an old refresh token *and* its nonce from a dump derives
    /// the successor. SECURITY.md says what that means.
    pub(crate) fn public_constant() -> Self {
        Self(SecretBytes::new(*b"counterfoil: public rotation key"))
    }

    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}
