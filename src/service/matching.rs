//! Finds the record that matches the secret of a presented token.

use std::hint::black_box;

use crate::crypto::digest::Digest;
use crate::http_auth::refusal::Refusal;
use crate::record::token_record::{Joined, TokenRecord};
use crate::service::Service;
use crate::store::alias_store::Alias;
use crate::store::error::StoreError;
use crate::token::presented::PresentedToken;
use crate::types::ids::KeyId;

/// A record whose secret matches the presented token. Only [`Service::matched`] creates a value of this type.
pub(crate) struct Matched {
    pub(crate) record: TokenRecord,
    /// The digest that should replace the digest of the record, if there is one.
    pub(crate) fresher: Option<Fresher>,
}

/// A digest under the newest key, for a record whose digest is under an older key or is a foreign digest.
pub(crate) struct Fresher {
    pub(crate) digest: Digest,
    pub(crate) key: KeyId,
    /// For an imported record that was found by an alias under an older key: that alias, and the alias under the newest
    /// key.
    pub(crate) alias: Option<Box<(Alias, Alias)>>,
}

impl Service {
    /// Finds the record with the presented id, and verifies the secret in constant time. An unknown id costs as much
    /// work as a wrong secret. The digest under the newest key is computed before the store is read, so that the
    /// processor hashes while it waits for memory.
    pub(crate) async fn matched(&self, presented: &PresentedToken) -> Result<Result<Matched, Refusal>, StoreError> {
        let (kind, id, secret) = (presented.kind(), presented.id(), presented.secret());
        let (newest, newest_key) = self.digester.token(kind, id, secret);
        let Some(record) = self.store.get(id).await? else {
            // The verification of an existing record makes one more copy and one more comparison. The same work is done
            // here for an unknown id.
            let blank = black_box(Joined::BLANK).to_record();
            black_box(newest.ct_eq(&blank.record().digest));
            return Ok(Err(Refusal::Unknown));
        };
        let (stored, key) = (record.record().digest, record.record().key_id);
        // The digest under the newest key was already computed, so this refusal saves only the comparison of 32 bytes.
        // It depends on the stored key, not on the secret.
        if !self.digester.is_usable(key) && key == KeyId::NONE {
            return Ok(Err(Refusal::Unkeyed));
        }
        let proved = if key == newest_key {
            newest.ct_eq(&stored)
        } else {
            let under = self.digester.token_under(key, kind, id, secret);
            under.is_some_and(|digest| digest.ct_eq(&stored))
        };
        // The digest depends on realm and kind, so a matching record has a different realm or kind only if its row was
        // moved. The host gets a separate reason for each case.
        if record.record().realm != self.realm {
            return Ok(Err(Refusal::WrongRealm));
        }
        if !proved {
            return Ok(Err(Refusal::WrongSecret));
        }
        if record.record().kind != kind {
            return Ok(Err(Refusal::WrongKind { kind: record.record().kind }));
        }
        let fresher = (key != newest_key).then_some(Fresher { digest: newest, key: newest_key, alias: None });
        Ok(Ok(Matched { record, fresher }))
    }
}
