//! Makes sure that a credential cannot be used from more addresses than the credential with which it is created or
//! changed. Otherwise a stolen credential could be exchanged, at an allowed address, for a credential that can be used
//! from anywhere.

use super::{Permission, Permit};
use crate::record::token_record::TokenRecord;
use crate::service::error::{Forbidden, ManageError};
use crate::service::invalid::Invalid;
use crate::types::networks::Networks;

/// The addresses from which the presented credential can be used. `None` means from anywhere.
pub(crate) struct OwnSources(Option<Networks>);

impl OwnSources {
    /// Returns the addresses from which a new credential can be used. These are the requested addresses, which must lie
    /// within those of the presented credential. If the request names no addresses, the new credential gets those of
    /// the presented credential.
    pub(crate) fn narrowed(&self, asked: Option<Networks>) -> Result<Option<Networks>, Invalid> {
        match (&self.0, asked) {
            (own, None) => Ok(own.clone()),
            (_, asked) if self.cover(asked.as_ref()) => Ok(asked),
            _ => Err(Invalid::SourcesBeyond),
        }
    }

    /// Whether a credential with these allowed sources can be used only where the presented credential can be used.
    pub(crate) fn cover(&self, allowed: Option<&Networks>) -> bool {
        !Networks::widens(self.0.as_ref(), allowed)
    }
}

impl<O: Permission> Permit<'_, O> {
    /// The addresses from which the presented credential can be used, as the store has them now. The store is read only
    /// if the credential was restricted when it was verified. Returns [`Forbidden::Outranked`] if the record of the
    /// credential has been purged since then.
    pub(crate) async fn own_sources(&self) -> Result<OwnSources, ManageError> {
        let Some(id) = self.by.restricted_credential() else { return Ok(OwnSources(None)) };
        let record = self.service.store.get(&id).await?.ok_or(Forbidden::Outranked)?;
        Ok(OwnSources(allowed_sources(&record).cloned()))
    }

    /// Checks that a credential with these allowed sources can be used only where the presented credential can be used.
    /// `None` stands for every address.
    pub(crate) async fn needs_sources(&self, allowed: Option<&Networks>) -> Result<(), ManageError> {
        if self.own_sources().await?.cover(allowed) { Ok(()) } else { Err(Forbidden::Outranked.into()) }
    }

    /// Checks that a credential has no more rights than the presenter: its scope and its allowed sources lie within
    /// those of the presenter. An operation that renews the credential needs this check.
    pub(crate) async fn needs_reach(&self, record: &TokenRecord) -> Result<(), ManageError> {
        self.needs_scope(record.record().scope.as_ref())?;
        self.needs_sources(allowed_sources(record)).await
    }
}

/// The addresses from which a credential can be used. `None` means from anywhere.
pub(crate) fn allowed_sources(record: &TokenRecord) -> Option<&Networks> {
    record.view().details().and_then(|details| details.allowed_sources.as_ref())
}
