//! Finds the record that matches the text of an imported token.

use std::sync::{Arc, Mutex};

use crate::crypto::digest::Digest;
use crate::http_auth::refusal::Refusal;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::alias_walk::Walk;
use crate::service::matching::{Fresher, Matched};
use crate::service::watched::Watched;
use crate::store::alias_store::{Alias, AliasEntry, AliasPut, AliasStore};
use crate::store::error::StoreError;
use crate::token::foreign::{ForeignDigest, ForeignScheme, TEXT_MAX};
use crate::types::ids::{KeyId, RecordId};
use crate::types::kind::TokenKind;

/// The schemes of imported tokens, the store of their aliases, and the position of the walk that removes aliases.
pub(crate) struct Imports {
    pub(crate) schemes: Vec<Arc<dyn ForeignScheme>>,
    pub(crate) aliases: Watched<dyn AliasStore>,
    pub(crate) walk: Mutex<Walk>,
}

impl Imports {
    /// Returns the scheme with that name. `None` if the host has set no such scheme in the builder.
    pub(crate) fn scheme(&self, name: &str) -> Option<&dyn ForeignScheme> {
        self.schemes.iter().find(|scheme| scheme.name() == name).map(|scheme| &**scheme)
    }
}

/// A presented text that has the form of a token of one scheme, with its look-up keys.
struct Candidate<'a> {
    scheme: &'a dyn ForeignScheme,
    text: &'a str,
    digest: ForeignDigest,
    /// The look-up keys of the record: one alias under each key of the key ring, the newest key first.
    aliases: Vec<(KeyId, Alias)>,
}

/// Two digests of a presented text ([`Candidate`]), computed for one record under one key. The text matches the record
/// if the stored digest of the record equals one of them.
struct Pair {
    /// Computed from the scheme's digest of the text. An imported record has this digest until its first use.
    of_digest: Digest,
    /// Computed from the text itself. An imported record has this digest after its first use.
    of_text: Digest,
}

/// The result for a text that matches no imported token: the id of the record to which the text's alias leads, and the
/// reason why the text is refused. The id is `None` if no alias of the text leads to a record.
pub(crate) type Mismatch = (Option<RecordId>, Refusal);

impl Service {
    /// The aliases under which the record of a foreign digest can be stored: one for each key of the key ring, with the
    /// id of this key. The newest key comes first.
    pub(crate) fn aliases_of(&self, scheme: &dyn ForeignScheme, digest: &ForeignDigest) -> Vec<(KeyId, Alias)> {
        let aliases = self.digester.aliases(scheme.name(), digest.as_bytes());
        aliases.into_iter().map(|(key, alias)| (key, Alias::from_bytes(alias))).collect()
    }

    /// Finds the record of an imported token by a text that is not a token of this library. Compares the stored digest
    /// in constant time. For a text whose alias is unknown, as many digests are computed as for a known text whose
    /// record has a digest under the newest key.
    pub(crate) async fn matched_foreign(&self, text: &str) -> Result<Result<Matched, Mismatch>, StoreError> {
        let Some(imports) = &self.imports else { return Ok(Err((None, Refusal::Malformed))) };
        if text.len() > TEXT_MAX {
            return Ok(Err((None, Refusal::Malformed)));
        }
        let schemes = imports.schemes.iter().map(|scheme| &**scheme);
        let candidates: Vec<_> = schemes.filter_map(|scheme| self.candidate(scheme, text)).collect();
        let Some(first) = candidates.first() else { return Ok(Err((None, Refusal::Malformed))) };
        for candidate in &candidates {
            for (key, alias) in &candidate.aliases {
                let Some(entry) = imports.aliases.alias(alias).await? else { continue };
                if let Some(record) = self.store.get(&entry.id).await? {
                    return Ok(self.compared(candidate, record, *alias, *key));
                }
            }
        }
        // Computes the digests that would be computed for a known text, so that the duration does not reveal whether
        // the text is known.
        let blank = RecordId::from_bytes([0; 16]);
        std::hint::black_box(self.pair(first, &blank, self.digester.current_key()));
        Ok(Err((None, Refusal::Unknown)))
    }

    fn candidate<'a>(&self, scheme: &'a dyn ForeignScheme, text: &'a str) -> Option<Candidate<'a>> {
        let digest = scheme.digest_of(text)?;
        Some(Candidate { scheme, text, aliases: self.aliases_of(scheme, &digest), digest })
    }

    /// Compares a record with the text of a candidate. `alias` led to the record, and was computed under `alias_key`.
    fn compared(
        &self,
        candidate: &Candidate<'_>,
        record: TokenRecord,
        alias: Alias,
        alias_key: KeyId,
    ) -> Result<Matched, Mismatch> {
        let (id, key, stored) = (record.record().id, record.record().key_id, record.record().digest);
        let refuse = |reason| Err((Some(id), reason));
        let newest_key = self.digester.current_key();
        let newest = self.pair(candidate, &id, newest_key);
        let under = if key == newest_key { None } else { self.pair(candidate, &id, key) };
        let Some(newest) = newest else { return refuse(Refusal::Unkeyed) };
        let compare = under.as_ref().or((key == newest_key).then_some(&newest));
        let Some(Pair { of_digest, of_text }) = compare else { return refuse(Refusal::WrongSecret) };
        let (by_digest, by_text) = (of_digest.ct_eq(&stored), of_text.ct_eq(&stored));
        if record.record().realm != self.realm {
            return refuse(Refusal::WrongRealm);
        }
        if !(by_digest | by_text) {
            return refuse(Refusal::WrongSecret);
        }
        if record.record().kind != TokenKind::PersonalAccessToken {
            return refuse(Refusal::WrongKind { kind: record.record().kind });
        }
        let is_stale = by_digest || key != newest_key;
        let moved =
            (alias_key != newest_key).then(|| candidate.aliases.first().map(|(_, newest)| Box::new((alias, *newest))));
        let fresher = (is_stale || alias_key != newest_key).then_some(Fresher {
            digest: newest.of_text,
            key: newest_key,
            alias: moved.flatten(),
        });
        Ok(Matched { record, fresher })
    }

    fn pair(&self, candidate: &Candidate<'_>, id: &RecordId, key: KeyId) -> Option<Pair> {
        let name = candidate.scheme.name();
        let text = candidate.scheme.decisive(candidate.text);
        let of_digest = self.digester.of_foreign_digest(key, id, name, candidate.digest.as_bytes())?;
        Some(Pair { of_digest, of_text: self.digester.of_foreign_text(key, id, name, text.as_bytes())? })
    }

    /// Writes the alias `to` of an imported record. The alias was computed under the newest key. Returns false if
    /// another record has this alias, or if the store failed. The caller must then leave the record's digest unchanged.
    pub(crate) async fn write_moved_alias(&self, to: &Alias, entry: AliasEntry) -> bool {
        let Some(imports) = &self.imports else { return false };
        match imports.aliases.put_alias(to, &entry, None).await {
            Ok(AliasPut::Done) => true,
            Ok(AliasPut::Taken(there)) => there.id == entry.id,
            Ok(AliasPut::Missing) | Err(_) => false,
        }
    }

    /// Removes the alias `from` of an imported record. The alias was computed under an older key, and the record has
    /// got an alias under the newest key instead. If the store fails, the older alias stays until the record is purged.
    pub(crate) async fn remove_moved_alias(&self, from: &Alias, id: &RecordId) {
        if let Some(imports) = &self.imports {
            let _kept = imports.aliases.remove_alias(from, id).await;
        }
    }
}
