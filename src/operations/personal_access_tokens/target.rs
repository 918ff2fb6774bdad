//! The token that an operation changes or replaces.

use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::{Permission, Permit};
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The owner of the token that an operation changes, with the settings and the instant that every attempt of the
/// operation uses.
pub(crate) struct Target<'a> {
    pub(crate) service: &'a Service,
    pub(crate) owner: OwnerId,
    pub(crate) settings: Settings,
    pub(crate) now: Timestamp,
}

/// The state of a token that was neither deleted nor replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// The token has not expired.
    Running,
    /// The token has expired and is still kept.
    Expired,
}

impl<'a> Target<'a> {
    pub(crate) async fn of<O: Permission>(permit: &Permit<'a, O>, owner: OwnerId) -> Result<Self, Unavailable> {
        let (service, now) = (permit.service(), permit.now());
        let (settings, _) = service.settings_and_gate(None, now).await?;
        Ok(Self { service, owner, settings, now })
    }

    /// Reads a token of the owner. The error for a deleted token and for another owner's token is the same as for an
    /// unknown id. `None` stands for a text that is not a valid id.
    pub(crate) async fn read(&self, id: Option<&RecordId>) -> Result<TokenRecord, ManageError> {
        let found = self.service.store.get(id.ok_or(ManageError::NotFound)?).await?.ok_or(ManageError::NotFound)?;
        match self.life(&found) {
            Err(missing @ ManageError::NotFound) => Err(missing),
            _ => Ok(found),
        }
    }

    /// Determines whether a token has expired. Returns an error if the token is deleted, past its retention, replaced,
    /// or not a token of the owner.
    pub(crate) fn life(&self, record: &TokenRecord) -> Result<Life, ManageError> {
        let own = record.record();
        if own.realm != self.service.realm || own.owner != self.owner || own.kind != TokenKind::PersonalAccessToken {
            return Err(ManageError::NotFound);
        }
        match phase(record.view(), self.service.limits(&self.settings), self.now) {
            Phase::Revoked(_) | Phase::Purgeable => Err(ManageError::NotFound),
            _ if own.superseded.is_some() => Err(Conflict::Replaced.into()),
            Phase::Expired { .. } => Ok(Life::Expired),
            Phase::Live | Phase::Overlap { .. } | Phase::Rotated { .. } => Ok(Life::Running),
        }
    }
}
