//! The key from which the secrets of rotated refresh tokens are derived.

use crate::crypto::key_ring::KeyRing;
use crate::types::ids::KeyId;
use crate::types::secret::SecretBytes;

/// The key from which the secret of a refresh token's successor is derived (docs/design.md, "Families and rotation").
#[derive(Debug)]
pub(crate) struct RotationKey(SecretBytes<32>);

impl RotationKey {
    pub(crate) fn new(sub_key: SecretBytes<32>) -> Self {
        Self(sub_key)
    }

    /// The rotation key of the newest key in the ring, with its number. The number is stored together with the random
    /// nonce of the derivation. Without a ring, returns [`RotationKey::public_constant`] and [`KeyId::NONE`].
    pub(crate) fn current(ring: Option<&KeyRing>) -> (KeyId, Self) {
        ring.and_then(|ring| Some((ring.newest(), ring.rotation_key(ring.newest())?)))
            .unwrap_or_else(|| (KeyId::NONE, Self::public_constant()))
    }

    /// The rotation key with the stored number. `None` if the key is no longer in the ring. For [`KeyId::NONE`],
    /// returns [`RotationKey::public_constant`], even if there is a ring. So the caller must first check
    /// [`Digester::is_usable`](crate::crypto::digest::Digester::is_usable): it says whether the host accepts
    /// [`KeyId::NONE`].
    pub(crate) fn under(ring: Option<&KeyRing>, id: KeyId) -> Option<Self> {
        if id == KeyId::NONE { Some(Self::public_constant()) } else { ring?.rotation_key(id) }
    }

    /// The rotation key of hosts without a key ring. It is a public constant. So an attacker who has an old refresh
    /// token *and* its nonce from a dump can derive the token that replaced it. See SECURITY.md.
    pub(crate) fn public_constant() -> Self {
        Self(SecretBytes::new(*b"counterfoil: public rotation key"))
    }

    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}
