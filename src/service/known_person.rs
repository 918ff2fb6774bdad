//! Determines whether a subject exists in the directory or in the store.

use crate::service::authority::{Permission, Permit};
use crate::service::ending::has_codes;
use crate::service::error::ManageError;
use crate::service::finding::owns_anything;
use crate::types::ids::SubjectId;
use crate::types::settings::StoredSettings;

/// Checks that the subject is not reserved for service accounts. Otherwise returns `NotFound`. An operation on a person
/// must not affect the credentials of service accounts, which have separate operations and a separate scope token. If
/// the presenter is the host, every valid subject id is accepted.
pub(crate) fn is_person<O: Permission>(permit: &Permit<'_, O>, subject: &SubjectId) -> Result<(), ManageError> {
    if permit.is_host() || !subject.is_reserved() { Ok(()) } else { Err(ManageError::NotFound) }
}

/// Checks that the subject is that of a person ([`is_person`]) who exists in the directory or in the store. Otherwise
/// returns `NotFound`. A person exists in the store if the person owns a credential in any state, has made a service
/// account or a security code, or is the person whose rights a code has. If the presenter is the host, every valid
/// subject id is accepted. If the requested id is not valid, the argument `subject` is `None`, and the result is
/// `NotFound`.
pub(crate) async fn known_person<O: Permission>(
    permit: &Permit<'_, O>,
    subject: Option<&SubjectId>,
) -> Result<(), ManageError> {
    let (service, subject) = (permit.service(), subject.ok_or(ManageError::NotFound)?);
    is_person(permit, subject)?;
    let is_known = permit.is_host()
        || service.directory.account(subject).await?.is_some()
        || owns_anything(service, &subject.into()).await?
        || has_codes(service, subject).await?
        || service.with_settings(permit.now(), |view| has_made(&view.stored, subject)).await?;
    if is_known { Ok(()) } else { Err(ManageError::NotFound) }
}

fn has_made(stored: &StoredSettings, subject: &SubjectId) -> bool {
    stored.service_accounts.values().any(|account| account.made_by.as_ref() == Some(subject))
}
