//! Finds the record that matches the secret of a presented token.

use std::hint::black_box;

use crate::crypto::digest::Digest;
use crate::http_auth::refusal::Refusal;
use crate::record::token_record::{Joined, TokenRecord};
use crate::service::Service;
use crate::store::error::StoreError;
use crate::token::presented::PresentedToken;
use crate::types::ids::KeyId;

/// A record whose secret was presented. Only [`Service::matched`] creates one.
pub(crate) struct Matched {
    pub(crate) record: TokenRecord,
    /// The digest under the newest key, if the digest of the record is under an older key.
    pub(crate) fresher: Option<(Digest, KeyId)>,
}

impl Service {
    /// Looks up the id and verifies the secret in constant time. An unknown id costs as much work as a wrong secret.
    /// The digest under the newest key is computed before the store is read. So the processor can hash while it waits
    /// for memory.
    pub(crate) async fn matched(&self, presented: &PresentedToken) -> Result<Result<Matched, Refusal>, StoreError> {
        let (kind, id, secret) = (presented.kind(), presented.id(), presented.secret());
        let (newest, newest_key) = self.digester.token(kind, id, secret);
        let Some(record) = self.store.get(id).await? else {
            // An existing record costs one copy and one comparison more, so this does the same work.
            let blank = black_box(Joined::BLANK).to_record();
            black_box(newest.ct_eq(&blank.record().digest));
            return Ok(Err(Refusal::Unknown));
        };
        let (stored, key) = (record.record().digest, record.record().key_id);
        // The digest under the newest key is already computed, so this refusal costs as much work as the others.
        if !self.digester.is_usable(key) && key == KeyId::NONE {
            return Ok(Err(Refusal::Unkeyed));
        }
        let proved = if key == newest_key {
            newest.ct_eq(&stored)
        } else {
            let under = self.digester.token_under(key, kind, id, secret);
            under.is_some_and(|digest| digest.ct_eq(&stored))
        };
        // The digest is bound to realm and kind, so realm and kind can differ only if a row was moved. The host gets a
        // separate reason for each.
        if record.record().realm != self.realm {
            return Ok(Err(Refusal::WrongRealm));
        }
        if !proved {
            return Ok(Err(Refusal::WrongSecret));
        }
        if record.record().kind != kind {
            return Ok(Err(Refusal::WrongKind { kind: record.record().kind }));
        }
        let fresher = (key != newest_key).then_some((newest, newest_key));
        Ok(Ok(Matched { record, fresher }))
    }
}
