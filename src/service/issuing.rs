//! Inserts credentials that a person creates: personal access tokens and security codes.

use std::num::NonZeroU32;

use crate::event::{EventKind, Limit};
use crate::record::family::NewFamily;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::record::notice::{Expiring, arm};
use crate::record::record_parts::NewRecord;
use crate::service::Service;
use crate::service::authority::{Permission, Permit};
use crate::service::bounds::{hour_after, hourly, refusing_cap};
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::service::minting::{DRAWS, Entry, Minted};
use crate::service::repeated_form::repeated;
use crate::service::view::{CredentialView, IssuedCredential, MadeFor, client_of, ends_soon, live_status};
use crate::store::insert::{InsertInto, Inserted};
use crate::token::once::OnceKey;
use crate::types::description::Description;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::{Label, LabelKey};
use crate::types::scope::Scope;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// A credential to create, before its secret is drawn.
pub(crate) struct Draft {
    pub(crate) kind: TokenKind,
    /// The id, if it is derived from a submitted form. `None` if a random id is to be drawn.
    pub(crate) id: Option<RecordId>,
    pub(crate) owner: OwnerId,
    pub(crate) body: FamilyBody,
    pub(crate) details: Option<Box<FamilyDetails>>,
    pub(crate) cap: Option<NonZeroU32>,
    pub(crate) pace: Option<NonZeroU32>,
    pub(crate) label: Option<Label>,
    pub(crate) label_key: Option<LabelKey>,
    pub(crate) description: Option<Description>,
    pub(crate) scope: Option<Scope>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Derives the id of a new credential from the once-key of a submitted form and from the form's fields. `None` if the
/// request has no once-key.
pub(crate) fn derived(
    service: &Service,
    once: Option<&OnceKey>,
    owner: &OwnerId,
    kind: TokenKind,
    fields: &[&str],
) -> Option<RecordId> {
    let fields: Vec<_> = fields.iter().map(|field| field.as_bytes()).collect();
    Some(once?.first_id(&service.realm, owner, kind, &fields))
}

pub(crate) async fn insert<O: Permission>(
    permit: &Permit<'_, O>,
    draft: Draft,
    settings: &Settings,
) -> Result<IssuedCredential, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    for _ in 0..DRAWS {
        let minted = match draft.id {
            Some(id) => service.mint_drawn(draft.kind, id)?,
            None => service.mint_first(draft.kind, &draft.owner)?,
        };
        let record = counterfoil(service, &minted, &draft, settings, now);
        let family = NewFamily {
            id: minted.id.family(),
            realm: service.realm.clone(),
            owner: draft.owner.clone(),
            kind: draft.kind,
            body: draft.body.clone(),
            details: draft.details.clone(),
            live_until: draft.expires_at,
            gone_at: record.gone_at,
            label_key: draft.label_key.clone(),
            client: None,
            used_at: now,
        };
        let listed = listed(&record, &draft, settings, now);
        let cap = draft.cap.map(refusing_cap);
        let home = InsertInto::Found { family: &family, cap, pace: hourly(draft.pace, now) };
        match service.insert(home, &[record], now).await? {
            Inserted::Done => {
                let what = EventKind::Issued { kind: draft.kind, id: minted.id, owner: draft.owner };
                permit.tell(what);
                return Ok(IssuedCredential { token: minted.token, view: listed });
            }
            Inserted::LabelTaken(_) => return Err(Conflict::LabelTaken.into()),
            Inserted::OwnerFull => return Err(Conflict::QuotaReached.into()),
            Inserted::PaceReached { oldest } => {
                let limit = Limit::CreationsPerHour(draft.kind);
                permit.tell(EventKind::LimitReached { limit, owner: draft.owner });
                return Err(ManageError::SlowDown { until: hour_after(oldest) });
            }
            Inserted::IdTaken(_) if draft.id.is_some() => return Err(used(service, &minted.id).await?.into()),
            Inserted::IdTaken(_)
            | Inserted::MadeRoom(_)
            | Inserted::FamilyMoved
            | Inserted::FamilyEnded
            | Inserted::FamilyFull { .. } => {}
        }
    }
    Err(Unavailable::Contended { operation: "issue" }.into())
}

/// The conflict to report after the store refused the id of a new credential because the same form was submitted
/// before. `id` is derived from the form. Its family part depends on the form's key, and its last bytes also depend on
/// the form's fields. If the store has a record with exactly this id, the earlier submission had the same fields
/// ([`Conflict::DoneAlready`]). If it has only another record of this family, the fields were different
/// ([`Conflict::FormUsed`]).
async fn used(service: &Service, id: &RecordId) -> Result<Conflict, Unavailable> {
    let there = service.store.get(id).await?;
    Ok(repeated(there.is_some()))
}

fn counterfoil(service: &Service, minted: &Minted, draft: &Draft, settings: &Settings, now: Timestamp) -> NewRecord {
    let life = Expiring { expires_at: draft.expires_at, expiry_set_at: now, noticed: &[] };
    let entry = Entry {
        owner: draft.owner.clone(),
        parent: None,
        generation: 0,
        created_at: now,
        scope: draft.scope.clone(),
        label: draft.label.clone(),
        description: draft.description.clone(),
        expires_at: draft.expires_at,
        gone_at: draft.expires_at.map(|expires_at| service.policy.gone_after_expiry(draft.kind, expires_at)),
        notice: arm(&service.schedule(draft.kind, settings), life, 0, now),
    };
    service.counterfoil(minted, entry)
}

/// The view of a credential that was just issued. Its status is never [`Status::Suspended`].
fn listed(record: &NewRecord, draft: &Draft, settings: &Settings, now: Timestamp) -> CredentialView {
    let made = MadeFor::of(&draft.body);
    let details = draft.details.as_deref();
    CredentialView {
        id: record.id,
        kind: record.kind,
        owner: record.owner.subject(),
        client: client_of(&draft.body),
        label: record.label.as_ref().map(|label| label.as_str().to_owned()).unwrap_or_default(),
        description: record.description.as_ref().map(|text| text.as_str().to_owned()),
        created_at: now,
        expires_at: record.expires_at,
        expiry_set_at: now,
        last_used_at: None,
        status: live_status(record.expires_at, settings, now),
        over_ceiling: false,
        replaced: false,
        ends_soon: ends_soon(record.expires_at, now, settings, now),
        scope: record.scope.clone(),
        access: made.access,
        named: made.named,
        created_by: made.created_by,
        allowed_sources: details.and_then(|details| details.allowed_sources.clone()),
        metadata: details.and_then(|details| details.metadata.clone()),
    }
}
