//! Changes clients, replaces their secrets, revokes their tokens, and deletes clients.

use std::time::Duration;

use super::{rules, secrets};
use crate::counterfoil::Counterfoil;
use crate::event::{ClientAction, EventKind};
use crate::service::Service;
use crate::service::authority::operations::{
    DeleteClient, DisableClient, RevokeClientTokens, RotateClientSecret, UpdateClient,
};
use crate::service::authority::{Permission, Permit};
use crate::service::changing::TURNS;
use crate::service::client_view::{ClientUpdate, ClientView, RegisteredClient};
use crate::service::error::{Conflict, Forbidden, ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::repeated_form::repeated;
use crate::store::client_store::ClientPut;
use crate::token::once::{OnceKey, same_number};
use crate::types::client::{ClientId, RefreshMode, Registration, VersionedRegistration};
use crate::types::duration::{days, whole_micros};
use crate::types::ids::RecordId;
use crate::types::scope::Scope;

/// The longest time that a replaced secret stays valid.
const OVERLAP_MOST: Duration = days(366);

impl Counterfoil {
    /// Changes the fields of a client that are set in `change`. If the change disables the client, all tokens of the
    /// client are refused. The change takes effect at the next call in this process, and within the policy's
    /// `settings_staleness` in other processes.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. If the change enables the client or gives it
    /// further rights, also in each of these cases:
    ///
    /// - The presenter has a lower role or a narrower scope than the client's service account.
    /// - The client is confidential, and the presenter's credential can be used only from some addresses.
    ///
    /// [`ManageError::NotFound`] if no client has this id. [`ManageError::Invalid`] for an invalid field, or for a
    /// scope beyond the presenter's own. [`ManageError::Unavailable`] if a store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has applied the whole change or nothing.
    pub async fn update_client(
        &self,
        by: &Presenter,
        id: &ClientId,
        change: ClientUpdate,
    ) -> Result<ClientView, ManageError> {
        if change.only_disables() {
            return disable(self.permit(by).await?, id).await;
        }
        edit(self.permit(by).await?, id, change).await
    }

    /// Gives a client a new secret. The newest previous secret stays valid for `overlap`. The overlap is rounded down
    /// to whole microseconds. Any other secret of the client ends now.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, has a lower role or a narrower scope than the
    /// client's service account, or has a credential that can be used only from some addresses.
    /// [`ManageError::NotFound`] if no client has this id. [`ManageError::Invalid`] if the client is public, the
    /// overlap is longer than 366 days, or the client's allowed scope is beyond the presenter's own.
    /// [`ManageError::Unavailable`] if a store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either replaced the secret or changed nothing. If the text of the new secret was lost,
    /// replace the secret again.
    pub async fn rotate_client_secret(
        &self,
        by: &Presenter,
        id: &ClientId,
        overlap: Duration,
    ) -> Result<RegisteredClient, ManageError> {
        rotate_secret(self.permit(by).await?, id, overlap, None).await
    }

    /// Revokes all tokens of a client with one write. The revocation takes effect at the next call in this process, and
    /// within the policy's `settings_staleness` in other processes.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no client has this
    /// id. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has revoked either all tokens or none.
    pub async fn revoke_client_tokens(&self, by: &Presenter, id: &ClientId) -> Result<(), ManageError> {
        revoke_tokens(self.permit(by).await?, id).await
    }

    /// Deletes a client. All its tokens become invalid. They stay invalid even if a client is registered later under
    /// the same id. The deletion takes effect at the next call in this process, and within the policy's
    /// `settings_staleness` in other processes.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no client has this
    /// id. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either deleted the client or changed nothing.
    pub async fn delete_client(&self, by: &Presenter, id: &ClientId) -> Result<(), ManageError> {
        delete(self.permit(by).await?, id).await
    }
}

/// Returns `NotFound` if no client has this id. `None` stands for a text that is not a valid client id.
pub(crate) async fn exists<O: Permission>(permit: &Permit<'_, O>, id: Option<&ClientId>) -> Result<(), ManageError> {
    let service = permit.service();
    let found = service.clients.client(&service.realm, id.ok_or(ManageError::NotFound)?).await?;
    found.map(|_| ()).ok_or(ManageError::NotFound)
}

async fn edit(
    permit: Permit<'_, UpdateClient>,
    id: &ClientId,
    change: ClientUpdate,
) -> Result<ClientView, ManageError> {
    let accounts = rules::Accounts::read(&permit).await?;
    let own_sources = permit.own_sources().await?;
    let (after, actions) = update(&permit, id, |registration| {
        let before = registration.clone();
        let actions = applied(&change, registration);
        let wider = widens(&before, registration);
        if wider {
            accounts.reached(&permit, registration.service_account.as_ref())?;
        }
        rules::check(registration)?;
        if wider {
            rules::within(&permit, registration)?;
            // The secret of a confidential client can be used from anywhere, and so can the additional rights of the
            // client. So a presenter that is restricted to some addresses may not grant these rights.
            if !registration.public && !own_sources.cover(None) {
                return Err(Forbidden::Outranked.into());
            }
        }
        accounts.named(change.service_account.as_ref().and_then(Option::as_ref))?;
        rules::known(&permit, change.allowed_scope.as_ref(), change.default_scope.as_ref())?;
        Ok(actions)
    })
    .await?;
    for action in actions {
        permit.tell(EventKind::Client { client: id.clone(), action });
    }
    Ok(ClientView::from(&after))
}

/// Disables a client without any other change. This removes rights, so it does not require that the password was
/// entered recently.
async fn disable(permit: Permit<'_, DisableClient>, id: &ClientId) -> Result<ClientView, ManageError> {
    let change = ClientUpdate { disabled: Some(true), ..ClientUpdate::default() };
    let (after, actions) = update(&permit, id, |registration| Ok(applied(&change, registration))).await?;
    for action in actions {
        permit.tell(EventKind::Client { client: id.clone(), action });
    }
    Ok(ClientView::from(&after))
}

/// Whether a change gives a client additional rights: a grant, a wider allowed scope, another default scope, the
/// enabled state, reuse of refresh tokens, or another service account.
fn widens(before: &Registration, after: &Registration) -> bool {
    let grants = after.grants.iter().any(|grant| !before.grants.contains(grant));
    // If refresh tokens are reused, the replay of a stolen refresh token can no longer be detected.
    let reuses = before.refresh_mode != RefreshMode::Reuse && after.refresh_mode == RefreshMode::Reuse;
    grants
        || reuses
        || (after.service_account.is_some() && before.service_account != after.service_account)
        || (before.disabled && !after.disabled)
        || Scope::widens(before.allowed_scope.as_ref(), after.allowed_scope.as_ref())
        || before.default_scope != after.default_scope
}

/// Makes sure that a submitted web form replaces a client's secret at most once. `key` identifies the form, and the id
/// of the new secret is derived from `key`. `beside` is the id of the newest secret at the time when the form was
/// shown, or `None` if the client had no secret then.
///
/// The stored id of the new secret shows that the form was already submitted. But a registration stores at most two
/// secrets, so after two further replacements this id is no longer stored. If the form is submitted again after that,
/// it is refused because `beside` is no longer the newest secret.
pub(crate) struct OnceSecret<'a> {
    pub(crate) key: &'a OnceKey,
    pub(crate) beside: Option<RecordId>,
}

impl OnceSecret<'_> {
    /// Derives the id of the new secret from the key of the submitted web form. If a stored secret already has this id,
    /// the error is `DoneAlready`. If a stored secret was created by the same form with other values, the error is
    /// `FormUsed`. If `self.beside` is not the client's newest secret, the form is outdated, and the error is
    /// `ChangedMeanwhile`.
    fn id(&self, service: &Service, registration: &Registration, overlap: Duration) -> Result<[u8; 16], Conflict> {
        let id = self.key.secret_id(&service.realm, &registration.client_id, &[&whole_micros(overlap).to_be_bytes()]);
        for own in &registration.secrets {
            if own.id == id || same_number(&own.id, &id) {
                return Err(repeated(own.id == id));
            }
        }
        let newest = registration.secrets.last().map(|newest| RecordId::from_bytes(newest.id));
        if newest == self.beside { Ok(id) } else { Err(Conflict::ChangedMeanwhile) }
    }
}

/// Adds a new secret to a client. The previous newest secret stays valid for `overlap`. `once` is `Some` if the request
/// comes from a web form.
pub(crate) async fn rotate_secret(
    permit: Permit<'_, RotateClientSecret>,
    id: &ClientId,
    overlap: Duration,
    once: Option<&OnceSecret<'_>>,
) -> Result<RegisteredClient, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let accounts = rules::Accounts::read(&permit).await?;
    // The new secret can be used from anywhere, so a presenter whose credential is restricted to some addresses may not
    // create it.
    permit.needs_sources(None).await?;
    let (after, shown) = update(&permit, id, |registration| {
        accounts.reached(&permit, registration.service_account.as_ref())?;
        if overlap > OVERLAP_MOST {
            return Err(Invalid::Overlap { most: OVERLAP_MOST.as_secs() }.into());
        }
        if registration.public {
            return Err(Invalid::PublicSecret.into());
        }
        rules::within(&permit, registration)?;
        let derived = once.map(|once| once.id(service, registration, overlap)).transpose()?;
        let (shown, stored) = secrets::drawn(service, id, derived, now)?;
        secrets::replace(&mut registration.secrets, stored, overlap, now);
        Ok(shown)
    })
    .await?;
    permit.tell(EventKind::Client { client: id.clone(), action: ClientAction::SecretReplaced });
    Ok(RegisteredClient { view: ClientView::from(&after), secret: Some(shown) })
}

/// Revokes all tokens of a client by raising the epoch in its registration. Tokens of a lower epoch are refused. This
/// takes one write for any number of tokens.
async fn revoke_tokens(permit: Permit<'_, RevokeClientTokens>, id: &ClientId) -> Result<(), ManageError> {
    update(&permit, id, |registration| {
        registration.epoch = registration.epoch.saturating_add(1);
        Ok(())
    })
    .await?;
    permit.tell(EventKind::Client { client: id.clone(), action: ClientAction::TokensRevoked });
    Ok(())
}

/// Deletes a client. Its internal id is never used again, so its tokens stay invalid if a client with the same public
/// id is registered.
async fn delete(permit: Permit<'_, DeleteClient>, id: &ClientId) -> Result<(), ManageError> {
    let (service, now) = (permit.service(), permit.now());
    for _ in 0..TURNS {
        let found = service.clients.client(&service.realm, id).await?.ok_or(ManageError::NotFound)?;
        if service.clients.remove_client(&service.realm, id, found.version).await? {
            service.snapshot.client_changed(id, None, now);
            permit.tell(EventKind::Client { client: id.clone(), action: ClientAction::Deleted });
            return Ok(());
        }
    }
    Err(Unavailable::Contended { operation: "delete client" }.into())
}

/// Reads the client's registration, changes it with `decide`, and writes it with a compare-and-swap on its version. If
/// another write came first, calls `decide` again with the newer registration.
async fn update<O: Permission, A>(
    permit: &Permit<'_, O>,
    id: &ClientId,
    mut decide: impl FnMut(&mut Registration) -> Result<A, ManageError>,
) -> Result<(Registration, A), ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let mut found = service.clients.client(&service.realm, id).await?.ok_or(ManageError::NotFound)?;
    for _ in 0..TURNS {
        let mut registration = found.registration;
        let answer = decide(&mut registration)?;
        match service.clients.put_client(&service.realm, Some(found.version), &registration).await? {
            ClientPut::Done(version) => {
                let written = VersionedRegistration { version, registration: registration.clone() };
                service.snapshot.client_changed(id, Some(written), now);
                return Ok((registration, answer));
            }
            ClientPut::Stale(Some(other)) => found = other,
            ClientPut::Stale(None) | ClientPut::Retired => return Err(ManageError::NotFound),
        }
    }
    Err(Unavailable::Contended { operation: "change client" }.into())
}

/// Applies the fields that are set in the update to the registration. Returns one entry for each event to emit, and
/// nothing for a field that keeps its value.
fn applied(change: &ClientUpdate, registration: &mut Registration) -> Vec<ClientAction> {
    let mut actions = Vec::new();
    if let Some(disabled) = change.disabled.filter(|&disabled| disabled != registration.disabled) {
        registration.disabled = disabled;
        actions.push(if disabled { ClientAction::Disabled } else { ClientAction::Enabled });
    }
    let before = registration.clone();
    if let Some(name) = &change.display_name {
        registration.display_name.clone_from(name);
    }
    if let Some(grants) = &change.grants {
        registration.grants = rules::grants(grants.clone());
    }
    if let Some(mode) = change.refresh_mode {
        registration.refresh_mode = mode;
    }
    if let Some(allowed) = &change.allowed_scope {
        registration.allowed_scope.clone_from(allowed);
    }
    if let Some(default) = &change.default_scope {
        registration.default_scope.clone_from(default);
    }
    if let Some(account) = change.service_account {
        registration.service_account = account;
    }
    let named = |of: &Registration| (of.display_name.clone(), of.grants.clone(), of.refresh_mode, of.service_account);
    let scopes = |of: &Registration| (of.allowed_scope.clone(), of.default_scope.clone());
    if named(&before) != named(registration) || scopes(&before) != scopes(registration) {
        actions.push(ClientAction::Changed);
    }
    actions
}
