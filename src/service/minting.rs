//! Creates credentials that are not stored yet: their ids, secrets, digests and records.

use crate::crypto::digest::Digest;
use crate::crypto::entropy::NoEntropy;
use crate::record::record_parts::NewRecord;
use crate::record::state::NoticeMark;
use crate::service::Service;
use crate::store::error::StoreError;
use crate::store::insert::{InsertInto, Inserted};
use crate::token::draw::{draw_id, draw_member, draw_secret};
use crate::token::issued::IssuedToken;
use crate::types::description::Description;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::scope::Scope;
use crate::types::secret::TokenSecret;
use crate::types::time::Timestamp;

/// The largest number of random ids that are tried for a new credential. If each of them is already taken, the
/// operation fails. An id has six random bytes if it is for an existing family, and fifteen if it is for a new family.
pub(crate) const DRAWS: usize = 8;

/// A new credential that is not stored yet. Contains its token and its digest.
pub(crate) struct Minted {
    pub(crate) token: IssuedToken,
    pub(crate) id: RecordId,
    pub(crate) kind: TokenKind,
    pub(crate) digest: Digest,
    pub(crate) key_id: KeyId,
}

/// The fields of a record to insert, except id and digest.
pub(crate) struct Entry {
    pub(crate) owner: OwnerId,
    pub(crate) parent: Option<RecordId>,
    pub(crate) generation: u64,
    pub(crate) created_at: Timestamp,
    pub(crate) scope: Option<Scope>,
    pub(crate) label: Option<Label>,
    pub(crate) description: Option<Description>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) gone_at: Option<Timestamp>,
    pub(crate) notice: Option<NoticeMark>,
}

impl Service {
    /// Creates a credential with a random id and a random secret, for a new family.
    pub(crate) fn mint_first(&self, kind: TokenKind, owner: &OwnerId) -> Result<Minted, NoEntropy> {
        let id = draw_id(&self.realm, owner, &*self.entropy)?;
        let secret = draw_secret(&*self.entropy)?;
        Ok(self.mint(kind, id, &secret))
    }

    /// Creates a credential with the given id and a random secret.
    pub(crate) fn mint_drawn(&self, kind: TokenKind, id: RecordId) -> Result<Minted, NoEntropy> {
        let secret = draw_secret(&*self.entropy)?;
        Ok(self.mint(kind, id, &secret))
    }

    /// Creates a credential with a random id and a random secret, for an existing family.
    pub(crate) fn mint_member(&self, kind: TokenKind, family: FamilyId) -> Result<Minted, NoEntropy> {
        let id = draw_member(family, &*self.entropy)?;
        let secret = draw_secret(&*self.entropy)?;
        Ok(self.mint(kind, id, &secret))
    }

    /// Creates a credential with the given id and secret.
    pub(crate) fn mint(&self, kind: TokenKind, id: RecordId, secret: &TokenSecret) -> Minted {
        let (digest, key_id) = self.digester.token(kind, &id, secret);
        Minted { token: self.prefixes.render(kind, &id, secret), id, kind, digest, key_id }
    }

    /// Returns the record of a new credential, to be inserted.
    pub(crate) fn counterfoil(&self, minted: &Minted, entry: Entry) -> NewRecord {
        let Entry { owner, parent, generation, created_at, scope, label, description, expires_at, gone_at, notice } =
            entry;
        NewRecord {
            id: minted.id,
            realm: self.realm.clone(),
            owner,
            kind: minted.kind,
            parent,
            generation,
            created_at,
            scope,
            label,
            description,
            digest: minted.digest,
            key_id: minted.key_id,
            expires_at,
            gone_at,
            notice,
        }
    }

    /// Inserts records. If the store fails and says that a retry might succeed, tries once more. If the second try
    /// returns `IdTaken` and the stored digest is the same, the first try has succeeded. The result of the first try is
    /// then read from the store.
    pub(crate) async fn insert(
        &self,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        match self.store.insert(home, new, now).await {
            Err(StoreError::Unavailable { retry: true, .. }) => {}
            outcome => return outcome,
        }
        let again = self.store.insert(home, new, now).await?;
        let Inserted::IdTaken(id) = again else { return Ok(again) };
        let Some(own) = new.iter().find(|record| record.id == id) else { return Ok(again) };
        let there = self.store.get(&id).await?;
        let is_own = there.is_some_and(|there| there.record().digest.same_bytes(&own.digest));
        Ok(if is_own { self.result_of_lost_insert(home).await } else { again })
    }
}
