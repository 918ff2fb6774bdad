//! Finds the record that matches the secret of a presented token.

use std::hint::black_box;

use crate::crypto::digest::Digest;
use crate::http_auth::refusal::Refusal;
use crate::record::record_ref::RecordRef;
use crate::record::token_record::{Joined, TokenRecord};
use crate::service::Service;
use crate::store::alias_store::Alias;
use crate::store::error::StoreError;
use crate::token::presented::PresentedToken;
use crate::types::ids::KeyId;

/// A record whose secret matches the presented token. Only [`Service::matched`] and [`Service::matched_foreign`] create
/// a value of this type.
pub(crate) struct Matched {
    pub(crate) record: TokenRecord,
    /// The digest that should replace the digest of the record, if there is one.
    pub(crate) fresher: Option<Fresher>,
}

/// A digest under the newest key, for a record whose digest or alias is under an older key, or whose digest is a
/// foreign digest.
pub(crate) struct Fresher {
    pub(crate) digest: Digest,
    pub(crate) key: KeyId,
    /// For an imported record that was found by an alias under an older key: that alias, and the alias under the newest
    /// key.
    pub(crate) alias: Option<Box<(Alias, Alias)>>,
}

/// A presented token with the digest of its secret under the newest key.
pub(crate) struct Claim<'a> {
    presented: &'a PresentedToken,
    newest: (Digest, KeyId),
}

impl Service {
    pub(crate) fn claim<'a>(&self, presented: &'a PresentedToken) -> Claim<'a> {
        let newest = self.digester.token(presented.kind(), presented.id(), presented.secret());
        Claim { presented, newest }
    }

    /// Finds the record with the presented id, and verifies the secret in constant time. An unknown id costs as much
    /// work as a wrong secret.
    pub(crate) async fn matched(&self, presented: &PresentedToken) -> Result<Result<Matched, Refusal>, StoreError> {
        let claim = self.claim(presented);
        let Some(record) = self.store.get(presented.id()).await? else {
            // The verification of an existing record makes one more copy and one more comparison. The same work is done
            // here for an unknown id.
            let blank = black_box(Joined::BLANK).to_record();
            let _ = black_box(self.proved(&claim, blank.view()));
            return Ok(Err(Refusal::Unknown));
        };
        Ok(self.proved(&claim, record.view()).map(|fresher| Matched { record, fresher }))
    }

    /// Compares the secret of a presented token with the digest of the record that has the presented id. Returns a
    /// digest under the newest key if the secret matches under an older key.
    #[inline]
    pub(crate) fn proved(&self, claim: &Claim<'_>, record: RecordRef<'_>) -> Result<Option<Fresher>, Refusal> {
        let Claim { presented, newest: (newest, newest_key) } = claim;
        let (stored, key) = (record.digest(), record.key_id());
        // A row without a key is refused before its digest is compared. The refusal reveals nothing about the secret,
        // because it depends only on the stored key id. It saves only the comparison of 32 bytes, because the digest
        // under the newest key was computed before.
        if !self.digester.is_usable(key) && key == KeyId::NONE {
            return Err(Refusal::Unkeyed);
        }
        let proved = if key == *newest_key {
            newest.ct_eq(&stored)
        } else {
            let under = self.digester.token_under(key, presented.kind(), presented.id(), presented.secret());
            under.is_some_and(|digest| digest.ct_eq(&stored))
        };
        // The digest depends on realm and kind. So if the secret matches, but the realm or the kind does not, the row
        // was moved. The host gets a separate reason for each case.
        if record.realm() != self.realm.as_str() {
            return Err(Refusal::WrongRealm);
        }
        if !proved {
            return Err(Refusal::WrongSecret);
        }
        if record.kind() != presented.kind() {
            return Err(Refusal::WrongKind { kind: record.kind() });
        }
        Ok((key != *newest_key).then_some(Fresher { digest: *newest, key: *newest_key, alias: None }))
    }
}
