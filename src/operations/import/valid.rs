//! Checks the fields of a token of another system.

use super::{ForeignCredential, Importing};
use crate::record::family_details::FamilyDetails;
use crate::service::error::ManageError;
use crate::service::invalid::Invalid;
use crate::token::foreign::{ForeignDigest, ForeignScheme};
use crate::types::ids::SubjectId;
use crate::types::label::Label;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// The valid fields of a token of another system.
pub(super) struct Valid<'a> {
    pub(super) scheme: &'a dyn ForeignScheme,
    pub(super) digest: ForeignDigest,
    pub(super) owner: &'a SubjectId,
    pub(super) label: Label,
    pub(super) scope: Option<Scope>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    pub(super) details: Option<Box<FamilyDetails>>,
}

impl Importing<'_> {
    pub(super) async fn valid<'a>(
        &mut self,
        credential: &'a ForeignCredential<'_>,
    ) -> Result<Result<Valid<'a>, Invalid>, ManageError>
    where
        Self: 'a,
    {
        let (service, now) = (self.permit.service(), self.permit.now());
        let rules = &service.policy.personal_access_tokens;
        let Some(scheme) = self.imports.scheme(credential.scheme) else { return Ok(Err(Invalid::Scheme)) };
        let Some(digest) = scheme.digest_from_row(credential.row) else { return Ok(Err(Invalid::ForeignRow)) };
        let label = match cut(credential.label, rules.label_max, "") {
            Ok(label) => label,
            Err(invalid) => return Ok(Err(invalid)),
        };
        let scope = credential.scope.clone();
        match (&scope, &service.policy.scopes) {
            (None, _) if rules.scope_demanded => return Ok(Err(Invalid::ScopeDemanded)),
            (Some(scope), Some(known)) if !known.knows(scope) => {
                return Ok(Err(Invalid::ScopeUnknown { field: "scope" }));
            }
            _ => {}
        }
        if credential.expires_at.is_some_and(|expires_at| now.reached(expires_at)) {
            return Ok(Err(Invalid::ExpiresAt));
        }
        if !self.has_account(credential.owner).await? {
            return Ok(Err(Invalid::Owner));
        }
        let created_at = credential.created_at.unwrap_or(now).min(now);
        let (owner, expires_at) = (credential.owner, credential.expires_at);
        let details = FamilyDetails::new()
            .with_allowed_sources(credential.allowed_sources.clone())
            .with_metadata(credential.metadata.clone())
            .kept();
        Ok(Ok(Valid { scheme, digest, owner, label, scope, expires_at, created_at, details }))
    }

    async fn has_account(&mut self, owner: &SubjectId) -> Result<bool, ManageError> {
        if let Some(known) = self.known.get(owner) {
            return Ok(*known);
        }
        let known = self.permit.service().directory.account(owner).await?.is_some();
        self.known.insert(owner.clone(), known);
        Ok(known)
    }
}

/// Builds a label of at most `most` characters from `text` and `suffix`. If both do not fit, `text` is cut.
pub(super) fn cut(text: &str, most: u16, suffix: &str) -> Result<Label, Invalid> {
    let room = usize::from(most).saturating_sub(suffix.chars().count());
    let whole = Label::new(text, Label::MAX);
    let text = whole.as_ref().map_or(text, Label::as_str);
    let end = text.char_indices().nth(room).map_or(text.len(), |(end, _)| end);
    Ok(Label::new(&format!("{}{suffix}", text[..end].trim_end()), most)?)
}
