//! Writes the record of an imported token, under the first label that is free.

use super::Importing;
use super::valid::{Valid, cut};
use crate::crypto::digest::Digest;
use crate::record::family::NewFamily;
use crate::record::family_body::FamilyBody;
use crate::record::notice::{Expiring, arm};
use crate::record::record_parts::NewRecord;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::store::insert::{InsertInto, Inserted};
use crate::types::ids::{KeyId, OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The largest number that is appended to a label that is taken.
const LAST_NUMBER: u32 = 1_000;

/// The result of writing a record under the id that an alias contains.
pub(super) enum Written {
    Done(Label),
    /// Another call has written the record of the same token under this id.
    Same,
    /// Another credential has the id.
    IdTaken,
    LabelTaken,
}

impl Importing<'_> {
    pub(super) async fn write(
        &mut self,
        valid: &Valid<'_>,
        owner: &OwnerId,
        id: RecordId,
        key: KeyId,
    ) -> Result<Written, ManageError> {
        let (service, now) = (self.permit.service(), self.permit.now());
        let rules = &service.policy.personal_access_tokens;
        let (scheme, digest) = (valid.scheme.name(), valid.digest.as_bytes());
        let digest = service.digester.of_foreign_digest(key, &id, scheme, digest);
        let digest = digest.ok_or(Unavailable::NotGiven { part: "key_ring" })?;
        let label_of = (valid.owner.clone(), valid.label.key());
        let mut number = self.numbers.get(&label_of).copied().unwrap_or(1);
        while number <= LAST_NUMBER {
            let suffix = if number == 1 { String::new() } else { format!(" ({number})") };
            // If no valid label with this suffix can be built, the label counts as taken.
            let Ok(label) = cut(valid.label.as_str(), rules.label_max, &suffix) else { break };
            let record = record(service, valid, owner, &label, (id, digest, key), &self.settings, now);
            let family = NewFamily {
                id: id.family(),
                realm: service.realm.clone(),
                owner: owner.clone(),
                kind: TokenKind::PersonalAccessToken,
                body: FamilyBody::Alone,
                details: valid.details.clone(),
                live_until: record.expires_at,
                gone_at: record.gone_at,
                label_key: rules.unique_labels.then(|| label.key()),
                client: None,
                used_at: now,
            };
            let home = InsertInto::Found { family: &family, cap: None, pace: None };
            match service.insert(home, &[record], now).await? {
                Inserted::LabelTaken(_) => number += 1,
                Inserted::Done | Inserted::MadeRoom(_) => {
                    self.numbers.insert(label_of, number);
                    return Ok(Written::Done(label));
                }
                Inserted::IdTaken(_) => {
                    let there = service.store.get(&id).await?;
                    // The digest is not compared: the record of the other call can have a new digest already. It is
                    // enough to compare the owner, because two credentials of one owner never get the same id by
                    // chance.
                    let is_same =
                        |there: &TokenRecord| there.record().realm == service.realm && there.record().owner == *owner;
                    return Ok(if there.as_ref().is_some_and(is_same) { Written::Same } else { Written::IdTaken });
                }
                Inserted::FamilyEnded
                | Inserted::FamilyMoved
                | Inserted::OwnerFull
                | Inserted::PaceReached { .. }
                | Inserted::FamilyFull { .. } => return Ok(Written::IdTaken),
            }
        }
        Ok(Written::LabelTaken)
    }
}

fn record(
    service: &Service,
    valid: &Valid<'_>,
    owner: &OwnerId,
    label: &Label,
    (id, digest, key_id): (RecordId, Digest, KeyId),
    settings: &Settings,
    now: Timestamp,
) -> NewRecord {
    let kind = TokenKind::PersonalAccessToken;
    let expires_at = service.limits(settings).applied_to(kind, valid.expires_at, valid.created_at);
    let life = Expiring { expires_at, expiry_set_at: valid.created_at, noticed: &[] };
    NewRecord {
        id,
        realm: service.realm.clone(),
        owner: owner.clone(),
        kind,
        parent: None,
        generation: 0,
        created_at: valid.created_at,
        scope: valid.scope.clone(),
        label: Some(label.clone()),
        description: None,
        digest,
        key_id,
        expires_at: valid.expires_at,
        gone_at: valid.expires_at.map(|expires_at| service.policy.gone_after_expiry(kind, expires_at)),
        notice: arm(&service.schedule(kind, settings), life, 0, now),
    }
}
