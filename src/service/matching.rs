//! From a presented token to the record whose secret it holds.

use std::hint::black_box;

use crate::crypto::digest::Digest;
use crate::http_auth::refusal::Refusal;
use crate::record::token_record::{Joined, TokenRecord};
use crate::service::Service;
use crate::store::error::StoreError;
use crate::token::presented::PresentedToken;
use crate::types::ids::KeyId;

/// A record whose secret was presented. Only [`Service::matched`] makes one.
pub(crate) struct Matched {
    pub(crate) record: TokenRecord,
    /// The digest under the newest key, where the record still bears an older one.
    pub(crate) fresher: Option<(Digest, KeyId)>,
}

impl Service {
    /// Looks the id up and proves the secret, in constant time. An unknown id and a wrong secret do the same work: the digest under the
    /// newest key is taken before the store is asked, which also lets the processor hash while it waits for memory.
    pub(crate) async fn matched(&self, presented: &PresentedToken) -> Result<Result<Matched, Refusal>, StoreError> {
        let (kind, id, secret) = (presented.kind(), presented.id(), presented.secret());
        let (newest, newest_key) = self.digester.token(kind, id, secret);
        let Some(record) = self.store.get(id).await? else {
            // What a record that is there costs besides: a copy of it and one comparison.
            let blank = black_box(Joined::BLANK).to_record();
            black_box(newest.ct_eq(&blank.record().digest));
            return Ok(Err(Refusal::Unknown));
        };
        let (stored, key) = (record.record().digest, record.record().key_id);
        // The newest digest was taken already, so this refusal did the same work.
        if !self.digester.is_usable(key) && key == KeyId::NONE {
            return Ok(Err(Refusal::Unkeyed));
        }
        let proved = if key == newest_key {
            newest.ct_eq(&stored)
        } else {
            let under = self.digester.token_under(key, kind, id, secret);
            under.is_some_and(|digest| digest.ct_eq(&stored))
        };
        // The digest is bound to realm and kind, so these two can differ only where a row was moved; they are told apart for the host.
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
