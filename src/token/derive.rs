//! Derives the refresh token that replaces a used refresh token (docs/design.md, "Families and rotation"). A retry
//! derives the same token again, so the secret of the new token is not stored.
//!
//! The new token is derived from the secret of the old token (the parent), a nonce that is stored for the retry window,
//! and a key that is not in the store. So a second presentation of the parent within the window gives the same new
//! token. With a key ring, an attacker who has an old token and a dump with every nonce can derive nothing.

use crate::crypto::rotation_key::RotationKey;
use crate::crypto::sha256;
use crate::types::base62;
use crate::types::ids::{FamilyId, RecordId};
use crate::types::realm::Realm;
use crate::types::secret::{SecretBytes, TokenSecret};

/// The purpose that [`Rotation::mac`] includes when it derives the secret of a new refresh token. Each of the three
/// derivations has its own text as purpose, so two derivations never have the same input (domain separation). Each text
/// ends in NUL and contains no other NUL, so no text is a prefix of another.
const SECRET: &[u8] = b"counterfoil/rotate/v1\0";
const ACCESS_ID: &[u8] = b"counterfoil/rotate/access-id/v1\0";
const ACCESS_SECRET: &[u8] = b"counterfoil/rotate/access/v1\0";

/// One rotation of a family: a refresh token (the parent) is replaced by a new refresh token (the successor).
pub(crate) struct Rotation<'a> {
    pub(crate) realm: &'a Realm,
    pub(crate) family: FamilyId,
    /// The generation of the new refresh token. [`Rotation::mac`] includes it, so each generation of a family has other
    /// values.
    pub(crate) generation: u64,
    pub(crate) nonce: &'a [u8; 32],
    pub(crate) parent_secret: &'a TokenSecret,
    pub(crate) key: &'a RotationKey,
}

impl Rotation<'_> {
    /// The secret of the new refresh token, whose id is `successor`.
    pub(crate) fn secret(&self, successor: &RecordId) -> TokenSecret {
        base62::encode_secret(self.mac(SECRET, successor).expose_secret())
    }

    /// The id of the access token that is issued together with the successor. It consists of the id of the family and
    /// six derived bytes.
    pub(crate) fn access_id(&self, successor: &RecordId) -> RecordId {
        let mac = self.mac(ACCESS_ID, successor);
        let mut member = [0; 6];
        member.copy_from_slice(&mac.expose_secret()[..6]);
        RecordId::of(self.family, member)
    }

    /// The secret of the access token with the id `access_id`.
    pub(crate) fn access_secret(&self, access_id: &RecordId) -> TokenSecret {
        base62::encode_secret(self.mac(ACCESS_SECRET, access_id).expose_secret())
    }

    /// Computes a MAC of the purpose, the fields of the rotation and the id. Every part has a fixed length or is
    /// preceded by its length, so different inputs always have different encodings.
    fn mac(&self, purpose: &[u8], id: &RecordId) -> SecretBytes<32> {
        let realm = self.realm.as_str().as_bytes();
        sha256::hmac(
            self.key.expose_secret(),
            &[
                purpose,
                &(realm.len() as u64).to_be_bytes(),
                realm,
                self.family.as_bytes(),
                &self.generation.to_be_bytes(),
                id.as_bytes(),
                self.nonce,
                self.parent_secret.expose_secret(),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::key_ring::KeyRing;
    use crate::types::ids::KeyId;

    const SUCCESSOR: RecordId = RecordId::from_bytes([0x33; 16]);

    fn key(byte: u8) -> RotationKey {
        let ring = KeyRing::new([(KeyId::new(1), SecretBytes::new([byte; 32]))]).expect("a ring");
        RotationKey::current(Some(&ring)).1
    }

    /// Everything that one rotation derives, as text: the secret of the successor, the member bytes of the access
    /// token's id, and the secret of the access token.
    fn derived(rotation: &Rotation<'_>, successor: &RecordId) -> [String; 3] {
        let text = |secret: TokenSecret| String::from_utf8_lossy(secret.expose_secret()).into_owned();
        let access = rotation.access_id(successor);
        let member = access.member().iter().map(|byte| format!("{byte:02x}")).collect();
        [text(rotation.secret(successor)), member, text(rotation.access_secret(&access))]
    }

    struct Inputs {
        realm: Realm,
        family: FamilyId,
        generation: u64,
        nonce: [u8; 32],
        parent: [u8; 43],
        key: RotationKey,
        successor: RecordId,
    }

    fn inputs() -> Inputs {
        Inputs {
            realm: Realm::default(),
            family: SUCCESSOR.family(),
            generation: 7,
            nonce: [0x44; 32],
            parent: [b'p'; 43],
            key: key(0x55),
            successor: SUCCESSOR,
        }
    }

    fn with(change: impl FnOnce(&mut Inputs)) -> [String; 3] {
        let mut inputs = inputs();
        change(&mut inputs);
        let parent = SecretBytes::new(inputs.parent);
        let rotation = Rotation {
            realm: &inputs.realm,
            family: inputs.family,
            generation: inputs.generation,
            nonce: &inputs.nonce,
            parent_secret: &parent,
            key: &inputs.key,
        };
        derived(&rotation, &inputs.successor)
    }

    #[test]
    fn syn_token_6_the_same_step_derives_the_same_answer() {
        assert_eq!(with(|_| ()), with(|_| ()));
        let [secret, member, access] = with(|_| ());
        // `testdata/token/v1/generate.py` computes these values independently.
        assert_eq!(secret, "lNSSui78G0odzAcBq4kvuRgu1osLwCxaVDqVvjulk0D");
        assert_eq!(member, "6fcc3aa13354");
        assert_eq!(access, "MvwwBPEGdTITmFY943wHsP25MveZszTi8U1gsYYkZch");
    }

    #[test]
    fn syn_token_6_any_one_field_changes_all_that_is_derived() {
        let original = with(|_| ());
        let changed = [
            with(|inputs| inputs.realm = Realm::new("defaulu").expect("a realm")),
            with(|inputs| inputs.family = FamilyId::from_bytes([0x34; 10])),
            with(|inputs| inputs.generation = 8),
            with(|inputs| inputs.nonce[31] ^= 1),
            with(|inputs| inputs.parent[42] = b'q'),
            with(|inputs| inputs.key = key(0x56)),
            with(|inputs| inputs.successor = RecordId::of(SUCCESSOR.family(), [0x34; 6])),
        ];
        for (at, changed) in changed.iter().enumerate() {
            assert!(original.iter().zip(changed).all(|(a, b)| a != b), "field {at}");
        }
        assert_ne!(original[0], original[2], "the two secrets of one answer");
    }

    #[test]
    fn t1_a_dump_with_an_old_token_and_its_nonce_derives_nothing_without_the_key() {
        let honest = with(|_| ());
        for guess in [RotationKey::public_constant(), key(0), key(0xFF)] {
            let stolen = with(|inputs| inputs.key = guess);
            assert!(honest.iter().zip(&stolen).all(|(a, b)| a != b));
        }
        // Without a key ring, the same attacker can derive every value. So the comparison above can fail.
        let honest = with(|inputs| inputs.key = RotationKey::current(None).1);
        let stolen = with(|inputs| inputs.key = RotationKey::public_constant());
        assert_eq!(honest, stolen);
    }

    #[test]
    fn purposes_are_not_each_others_beginnings() {
        let purposes = [SECRET, ACCESS_ID, ACCESS_SECRET];
        for (at, one) in purposes.iter().enumerate() {
            assert_eq!(one.iter().filter(|&&byte| byte == 0).count(), 1);
            assert_eq!(one.last(), Some(&0));
            assert!(purposes.iter().enumerate().all(|(other, text)| other == at || !text.starts_with(one)));
        }
    }

    #[test]
    fn a_derived_access_token_is_of_the_family() {
        let inputs = inputs();
        let parent = SecretBytes::new(inputs.parent);
        let Inputs { realm, family, generation, nonce, key, successor, .. } = &inputs;
        let rotation = Rotation { realm, family: *family, generation: *generation, nonce, parent_secret: &parent, key };
        assert_eq!(rotation.access_id(successor).family(), *family);
        assert!(rotation.secret(successor).expose_secret().iter().all(u8::is_ascii_alphanumeric));
    }
}
