//! Changes the metadata that the host attached to a credential.

use super::get::may_see;
use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::service::authority::Permit;
use crate::service::authority::operations::SetMetadata;
use crate::service::authority::sources::allowed_sources;
use crate::service::changing::Changed;
use crate::service::error::{Conflict, ManageError};
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::change::Change;
use crate::store::transition::leads;
use crate::types::ids::RecordId;
use crate::types::metadata::Metadata;

impl Counterfoil {
    /// Changes the metadata of a credential. `None` removes the metadata. A host can use metadata to decide what a
    /// caller may do. So only the host's own code, and super administrators with the scope `users:manage`, may change
    /// them. No HTTP endpoint of this project offers this operation.
    ///
    /// The metadata belong to the family: a rotation keeps them, and each access token of a sign-in has the metadata of
    /// the sign-in. So the id must be that of the newest credential of the family. For a sign-in with refresh tokens,
    /// this is the newest refresh token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or if the credential can be used from more
    /// addresses than the presented credential. [`ManageError::NotFound`] if the credential does not exist, belongs to
    /// another realm, is revoked, or is past its retention. [`ManageError::NotFound`] also for a security code that the
    /// presenter may not see. [`ManageError::Conflict`] if the credential is not the newest of its family
    /// ([`Conflict::Replaced`]). [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either changed the metadata or nothing.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// let metadata: counterfoil::types::Metadata = r#"{"ticket":4711}"#.parse()?;
    /// let new = NewPersonalAccessToken::new("reports", Lifetime::Days(30)).with_metadata(metadata);
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let principal = counterfoil.verify(issued.token.expose_secret()).await?;
    /// assert_eq!(principal.metadata().map(|metadata| metadata.as_str()), Some(r#"{"ticket":4711}"#));
    ///
    /// counterfoil.update_metadata(&Presenter::host(), &issued.view.id, None).await?;
    /// assert_eq!(counterfoil.verify(issued.token.expose_secret()).await?.metadata(), None);
    /// # Ok(()) }) }
    /// ```
    pub async fn update_metadata(
        &self,
        by: &Presenter,
        id: &RecordId,
        metadata: Option<&Metadata>,
    ) -> Result<CredentialView, ManageError> {
        update(self.permit(by).await?, id, metadata).await
    }
}

async fn update(
    permit: Permit<'_, SetMetadata>,
    id: &RecordId,
    metadata: Option<&Metadata>,
) -> Result<CredentialView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let record = may_see(&permit, id).await?;
    permit.needs_sources(allowed_sources(&record)).await?;
    let judging = service.judging(now).await?;
    let plan = |record: &TokenRecord| {
        match judging.phase(record) {
            Phase::Revoked(_) | Phase::Purgeable => return Err(ManageError::NotFound),
            _ if !leads(record.record(), record.family()) => return Err(Conflict::Replaced.into()),
            _ => {}
        }
        let details = record.view().details().cloned().unwrap_or_default();
        if details.metadata.as_ref() == metadata {
            return Ok(None);
        }
        let details = Some(details.with_metadata(metadata.cloned()).kept());
        Ok(Some(Change::Edit { label: None, description: None, scope: None, details }))
    };
    match service.change("change of metadata", record, now, plan).await? {
        Changed::Done(written) => {
            permit.tell(EventKind::Changed { id: *id, action: Action::MetadataSet });
            service.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => service.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::ChangedMeanwhile.into()),
        Changed::Missing => Err(ManageError::NotFound),
    }
}
