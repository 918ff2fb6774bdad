//! Changing a registration: each change is one write over the version it was decided on.

use super::{TURNS, rules, secrets};
use crate::desk::Desk;
use crate::desk::client_view::{ClientChange, ClientView, RegisteredClient};
use crate::desk::error::{Forbidden, Invalid, ManageError, Unavailable};
use crate::desk::presenter::Presenter;
use crate::instruments::event::{ClientAction, What};
use crate::ports::client_store::ClientPut;
use crate::words::client::{ClientId, Registration, VersionedRegistration};
use crate::words::time::{Span, Ts};

/// The longest time that a replaced secret goes on.
const OVERLAP_MOST: Span = Span::days(366);

/// Whether somebody may change that client, which is there; `None` is an id that no client can have.
pub(crate) async fn may(desk: &Desk, by: &Presenter, id: Option<&ClientId>) -> Result<(), ManageError> {
    rules::may_change(by)?;
    let found = desk.clients.client(&desk.realm, id.ok_or(ManageError::NotFound)?).await?;
    found.map(|_| ()).ok_or(ManageError::NotFound)
}

/// Whether somebody may remove a client.
pub(crate) fn may_delete(by: &Presenter) -> Result<(), Forbidden> {
    rules::may_manage(by)
}

/// Changes what is named.
pub(crate) async fn change(
    desk: &Desk,
    by: &Presenter,
    id: &ClientId,
    change: ClientChange,
    now: Ts,
) -> Result<ClientView, ManageError> {
    rules::may_change(by)?;
    let (after, actions) = update(desk, id, now, |registration| {
        if change.grants.is_some() {
            rules::within(by, registration)?;
        }
        let actions = applied(&change, registration);
        rules::check(registration)?;
        Ok(actions)
    })
    .await?;
    for action in actions {
        desk.tell(now, by.subject(), What::Client { client: id.clone(), action });
    }
    Ok(ClientView::from(&after))
}

/// Gives a new secret; the one before goes on for `overlap`.
pub(crate) async fn replace_secret(
    desk: &Desk,
    by: &Presenter,
    id: &ClientId,
    overlap: Span,
    now: Ts,
) -> Result<RegisteredClient, ManageError> {
    rules::may_change(by)?;
    let (after, shown) = update(desk, id, now, |registration| {
        if overlap > OVERLAP_MOST {
            return Err(Invalid::Overlap { most: OVERLAP_MOST.whole_seconds() }.into());
        }
        if registration.public {
            return Err(Invalid::PublicSecret.into());
        }
        rules::within(by, registration)?;
        let (shown, stored) = secrets::drawn(desk, id, now)?;
        secrets::replace(&mut registration.secrets, stored, overlap, now);
        Ok(shown)
    })
    .await?;
    desk.tell(now, by.subject(), What::Client { client: id.clone(), action: ClientAction::SecretReplaced });
    Ok(RegisteredClient { view: ClientView::from(&after), secret: Some(shown) })
}

/// Revokes all tokens of a client by raising its epoch: one write, however many there are.
pub(crate) async fn revoke_tokens(desk: &Desk, by: &Presenter, id: &ClientId, now: Ts) -> Result<(), ManageError> {
    rules::may_change(by)?;
    update(desk, id, now, |registration| {
        registration.epoch = registration.epoch.saturating_add(1);
        Ok(())
    })
    .await?;
    desk.tell(now, by.subject(), What::Client { client: id.clone(), action: ClientAction::TokensRevoked });
    Ok(())
}

/// Removes a client. Its internal id never returns, so one registered under the same name revives nothing.
pub(crate) async fn delete(desk: &Desk, by: &Presenter, id: &ClientId, now: Ts) -> Result<(), ManageError> {
    rules::may_manage(by)?;
    for _ in 0..TURNS {
        let found = desk.clients.client(&desk.realm, id).await?.ok_or(ManageError::NotFound)?;
        if desk.clients.remove_client(&desk.realm, id, found.version).await? {
            desk.snapshot.client_changed(id, None, now);
            desk.tell(now, by.subject(), What::Client { client: id.clone(), action: ClientAction::Deleted });
            return Ok(());
        }
    }
    Err(Unavailable::Contended { verb: "delete client" }.into())
}

/// Decides a change on what stands there and writes it over exactly that; a lost race decides again on what it brought back.
async fn update<A>(
    desk: &Desk,
    id: &ClientId,
    now: Ts,
    mut decide: impl FnMut(&mut Registration) -> Result<A, ManageError>,
) -> Result<(Registration, A), ManageError> {
    let mut found = desk.clients.client(&desk.realm, id).await?.ok_or(ManageError::NotFound)?;
    for _ in 0..TURNS {
        let mut registration = found.registration;
        let answer = decide(&mut registration)?;
        match desk.clients.put_client(&desk.realm, Some(found.version), &registration).await? {
            ClientPut::Done(version) => {
                let written = VersionedRegistration { version, registration: registration.clone() };
                desk.snapshot.client_changed(id, Some(written), now);
                return Ok((registration, answer));
            }
            ClientPut::Stale(Some(other)) => found = other,
            ClientPut::Stale(None) | ClientPut::Retired => return Err(ManageError::NotFound),
        }
    }
    Err(Unavailable::Contended { verb: "change client" }.into())
}

/// Applies what is named and says what that did.
fn applied(change: &ClientChange, registration: &mut Registration) -> Vec<ClientAction> {
    let mut actions = Vec::new();
    if let Some(disabled) = change.disabled.filter(|&disabled| disabled != registration.disabled) {
        registration.disabled = disabled;
        actions.push(if disabled { ClientAction::Disabled } else { ClientAction::Enabled });
    }
    let before = (registration.display_name.clone(), registration.grants.clone(), registration.refresh_mode);
    if let Some(name) = &change.display_name {
        registration.display_name.clone_from(name);
    }
    if let Some(grants) = &change.grants {
        registration.grants = rules::grants(grants.clone());
    }
    if let Some(mode) = change.refresh_mode {
        registration.refresh_mode = mode;
    }
    if before != (registration.display_name.clone(), registration.grants.clone(), registration.refresh_mode) {
        actions.push(ClientAction::Changed);
    }
    actions
}
