//! Ids that are derived from a number in a web form. If the form is submitted again, the same id is derived, and the
//! store already has a record with this id.

use crate::crypto::sha256;
use crate::token::draw::shard;
use crate::types::base62::ALPHABET;
use crate::types::client::{ClientId, ClientKey};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;

/// The purpose that is hashed together with the session and the number to make an [`OnceKey`]. Each use of the hash has
/// its own text, so two uses never hash the same input (domain separation).
const KEY: &[u8] = b"counterfoil/once/v1";
const FIRST: &[u8] = b"counterfoil/once/first/v1";
const MEMBER: &[u8] = b"counterfoil/once/member/v1";
const CLIENT_KEY: &[u8] = b"counterfoil/once/client-key/v1";
const CLIENT_ID: &[u8] = b"counterfoil/once/client-id/v1";
const SECRET: &[u8] = b"counterfoil/once/secret/v1";

/// The number of bytes of an id that do not depend on the content of the form's fields. They depend on the [`OnceKey`],
/// and on the realm and the owner or client for which the id is made. The other bytes also depend on the content of the
/// fields. So two submissions with the same number can be distinguished: if the content is the same too, the whole id
/// is equal, and otherwise only these bytes are.
const NUMBER_BYTES: usize = 10;

/// A key that makes a web form take effect only once. It depends on a number in the form and on the session in which
/// the form was shown. The id of the new credential is derived from this key. If the form is submitted again, the
/// derived id is already taken, so the store refuses a second credential.
///
/// For each form that is shown, draw a random number of at least 16 bytes and include it in the form. Neither the
/// number nor the derived id needs to be kept secret. The id is part of the new credential's text, but does not reveal
/// the number.
///
/// ```
/// use counterfoil::token::OnceKey;
/// use counterfoil::types::RecordId;
///
/// let session = RecordId::from_bytes([7; 16]);
/// assert_eq!(OnceKey::new(&session, &[1; 16]), OnceKey::new(&session, &[1; 16]));
/// assert_ne!(OnceKey::new(&session, &[1; 16]), OnceKey::new(&session, &[2; 16]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OnceKey([u8; 32]);

impl OnceKey {
    /// The key of a web form. `number` is the random number in the form. `session` is the session in which the form was
    /// shown.
    #[must_use]
    pub fn new(session: &RecordId, number: &[u8]) -> Self {
        Self(sha256::hash(&[KEY, session.as_bytes(), number]))
    }

    /// The id of a new family's first credential. The family bytes are derived from the key, realm, owner and kind. The
    /// member bytes also depend on the form's fields.
    pub(crate) fn first_id(&self, realm: &Realm, owner: &OwnerId, kind: TokenKind, fields: &[&[u8]]) -> RecordId {
        let place = [realm.as_str().as_bytes(), owner.as_str().as_bytes(), kind.as_str().as_bytes()];
        let mut id = self.split(FIRST, &place, fields);
        id[0] = shard(realm, owner);
        RecordId::from_bytes(id)
    }

    /// The id of the token that replaces the token `parent` in a rotation.
    pub(crate) fn successor_id(&self, parent: &RecordId, fields: &[&[u8]]) -> RecordId {
        let hash = self.hash(MEMBER, &[&[parent.as_bytes().as_slice()], fields].concat());
        let mut member = [0; 6];
        member.copy_from_slice(&hash[..6]);
        RecordId::of(parent.family(), member)
    }

    /// The internal id of a new client registration. It does not depend on the form's fields.
    pub(crate) fn client_key(&self, realm: &Realm) -> ClientKey {
        let hash = self.hash(CLIENT_KEY, &[realm.as_str().as_bytes()]);
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        ClientKey::from_bytes(key)
    }

    /// The public id of a new client registration whose form contains no id. It does not depend on the form's fields,
    /// so a second submission gives the same id.
    pub(crate) fn client_id(&self, realm: &Realm, letters: usize) -> Option<ClientId> {
        let hash = self.hash(CLIENT_ID, &[realm.as_str().as_bytes()]);
        // 256 is not a multiple of 62, so some letters are slightly more likely. This reduces 95 random bits by less
        // than two.
        let id: String = hash.iter().take(letters).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])).collect();
        id.parse().ok()
    }

    /// The id of a client's new secret. The first [`NUMBER_BYTES`] bytes do not depend on the form's fields. The other
    /// bytes also depend on the fields.
    pub(crate) fn secret_id(&self, realm: &Realm, client: &ClientId, fields: &[&[u8]]) -> [u8; 16] {
        self.split(SECRET, &[realm.as_str().as_bytes(), client.as_str().as_bytes()], fields)
    }

    fn split(&self, purpose: &[u8], place: &[&[u8]], fields: &[&[u8]]) -> [u8; 16] {
        let mut id = [0; 16];
        let (number, rest) = id.split_at_mut(NUMBER_BYTES);
        number.copy_from_slice(&self.hash(purpose, place)[..NUMBER_BYTES]);
        let hash = self.hash(purpose, &[place, &[&[0xff]], fields].concat());
        rest.copy_from_slice(&hash[NUMBER_BYTES..16]);
        id
    }

    /// Hashes the purpose, the key and the parts. Every part is preceded by its length, so different lists of parts
    /// always have different encodings.
    fn hash(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        let mut input = Vec::new();
        for part in [&[purpose, self.0.as_slice()], parts].concat() {
            input.extend_from_slice(&(part.len() as u64).to_be_bytes());
            input.extend_from_slice(part);
        }
        sha256::hash(&[&input])
    }
}

/// Whether two ids of client secrets are derived from web forms with the same number.
pub(crate) fn same_number(one: &[u8; 16], other: &[u8; 16]) -> bool {
    one[..NUMBER_BYTES] == other[..NUMBER_BYTES]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ids::SubjectId;

    fn key(session: u8, number: u8) -> OnceKey {
        OnceKey::new(&RecordId::from_bytes([session; 16]), &[number; 16])
    }

    fn first(key: OnceKey, kind: TokenKind, fields: &[&[u8]]) -> RecordId {
        let owner = SubjectId::new("7").expect("an id").into();
        key.first_id(&Realm::default(), &owner, kind, fields)
    }

    #[test]
    fn fault_a10_a_familys_id_follows_from_session_and_number_and_its_first_members_from_the_fields_too() {
        let kind = TokenKind::PersonalAccessToken;
        let own = first(key(1, 1), kind, &[b"label", b"7"]);
        assert_eq!(own, first(key(1, 1), kind, &[b"label", b"7"]));
        assert_eq!(own.shard(), shard(&Realm::default(), &SubjectId::new("7").expect("an id").into()));
        let other_fields = first(key(1, 1), kind, &[b"labe", b"l7"]);
        assert_eq!(own.family(), other_fields.family(), "the number is the family's");
        assert_ne!(own, other_fields, "lengths stand before the fields");
        for other in [first(key(2, 1), kind, &[b"label", b"7"]), first(key(1, 2), kind, &[b"label", b"7"])] {
            assert_ne!(own.family(), other.family());
        }
        assert_ne!(own.family(), first(key(1, 1), TokenKind::SecurityCode, &[b"label", b"7"]).family());
    }

    #[test]
    fn fault_a10_a_secrets_id_tells_the_number_from_the_fields() {
        let (realm, client): (_, ClientId) = (Realm::default(), "app".parse().expect("an id"));
        let own = key(1, 1).secret_id(&realm, &client, &[b"0"]);
        let other = key(1, 1).secret_id(&realm, &client, &[b"1"]);
        assert!(own != other && same_number(&own, &other));
        assert!(!same_number(&own, &key(1, 2).secret_id(&realm, &client, &[b"0"])));
        assert!(!same_number(&own, &key(1, 1).secret_id(&realm, &"app2".parse().expect("an id"), &[b"0"])));
    }

    #[test]
    fn fault_a10_a_drawn_client_id_is_one() {
        let id = key(1, 1).client_id(&Realm::default(), 16).expect("an id");
        assert_eq!(id.as_str().len(), 16);
    }
}
