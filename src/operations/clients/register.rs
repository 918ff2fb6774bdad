//! Registers clients.

use super::{TURNS, rules, secrets};
use crate::counterfoil::Counterfoil;
use crate::event::{ClientAction, EventKind};
use crate::service::Service;
use crate::service::authority::Permit;
use crate::service::authority::operations::CreateClient;
use crate::service::client_view::{ClientView, NewClient, NewClientSecret, RegisteredClient};
use crate::service::error::{Conflict, ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::store::client_store::ClientPut;
use crate::token::draw::draw_secret;
use crate::token::once::OnceKey;
use crate::types::client::{ClientId, ClientKey, Registration, StoredSecret, VersionedRegistration};
use crate::types::secret::Secret;

/// The length of a random id, in characters: 95 bits, so that ids do not collide.
const ID_LETTERS: usize = 16;

/// A secret as it is shown and as it is stored. Either may be absent.
type Halves = (Option<NewClientSecret>, Option<StoredSecret>);

impl Counterfoil {
    /// Registers a client. Its secret is only in this result.
    ///
    /// # Errors
    ///
    /// [`ManageError`]: an invalid field is `Invalid`, a taken id `Conflict`.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has registered the client or has not. Replace the secret if its text was lost.
    pub async fn create_client(&self, by: &Presenter, new: NewClient) -> Result<RegisteredClient, ManageError> {
        create(self.permit(by).await?, new, None).await
    }

    /// Registers a confidential client with its existing secret. The secret must be machine-made, with at least 22
    /// characters, all of `[A-Za-z0-9._~+/=-]`. `weak` accepts any other secret that fits into a header.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::create_client`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call has registered the client or has not.
    pub async fn import_client(
        &self,
        by: &Presenter,
        new: NewClient,
        secret: &Secret,
        weak: bool,
    ) -> Result<ClientView, ManageError> {
        import(self.permit(by).await?, new, secret, weak).await
    }
}

/// Registers a client with a random secret, or without a secret if the client is public.
pub(crate) async fn create(
    permit: Permit<'_, CreateClient>,
    new: NewClient,
    once: Option<&OnceKey>,
) -> Result<RegisteredClient, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let drawn = |id: &ClientId| {
        let drawn = secrets::drawn(service, id, None, now)?;
        Ok((Some(drawn.0), Some(drawn.1)))
    };
    match new.public {
        true => register(&permit, new, once, |_| Ok((None, None))).await,
        false => register(&permit, new, once, drawn).await,
    }
}

/// Registers a confidential client with its existing secret.
async fn import(
    permit: Permit<'_, CreateClient>,
    new: NewClient,
    secret: &Secret,
    weak: bool,
) -> Result<ClientView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    if new.public {
        return Err(Invalid::PublicSecret.into());
    }
    secrets::importable(secret, weak)?;
    let kept = |_: &ClientId| Ok((None, Some(secrets::imported(service, secret, now)?)));
    Ok(register(&permit, new, None, kept).await?.view)
}

async fn register(
    permit: &Permit<'_, CreateClient>,
    new: NewClient,
    once: Option<&OnceKey>,
    secret: impl Fn(&ClientId) -> Result<Halves, Unavailable>,
) -> Result<RegisteredClient, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let given = new.id.clone();
    for _ in 0..TURNS {
        let derived = || once.and_then(|once| once.client_id(&service.realm, ID_LETTERS));
        let client_id = match given.clone().or_else(derived) {
            Some(id) => id,
            None => drawn_id(service)?,
        };
        let mut registration = registration(permit, &new, client_id, once)?;
        rules::check(&registration)?;
        let (shown, kept) = secret(&registration.client_id)?;
        registration.secrets.extend(kept);
        match service.clients.put_client(&service.realm, None, &registration).await? {
            ClientPut::Done(version) => {
                let view = ClientView::from(&registration);
                let written = VersionedRegistration { version, registration };
                service.snapshot.client_changed(&view.id, Some(written), now);
                let what = EventKind::Client { client: view.id.clone(), action: ClientAction::Created };
                permit.tell(what);
                return Ok(RegisteredClient { view, secret: shown });
            }
            ClientPut::Stale(Some(there)) if once.is_some() && there.registration.key == registration.key => {
                let same = is_alike(&there.registration, &registration);
                return Err(if same { Conflict::DoneAlready } else { Conflict::FormUsed }.into());
            }
            ClientPut::Retired if once.is_some() => return Err(Conflict::FormUsed.into()),
            ClientPut::Stale(Some(_)) if given.is_some() => return Err(Conflict::ClientIdTaken.into()),
            // A collision: the next random id or key will be free.
            ClientPut::Stale(_) | ClientPut::Retired => {}
        }
    }
    Err(Unavailable::Contended { operation: "register" }.into())
}

fn registration(
    permit: &Permit<'_, CreateClient>,
    new: &NewClient,
    client_id: ClientId,
    once: Option<&OnceKey>,
) -> Result<Registration, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let key = match once {
        Some(once) => once.client_key(&service.realm),
        None => {
            let mut key = [0; 16];
            service.entropy.fill(&mut key)?;
            ClientKey::from_bytes(key)
        }
    };
    let allowed_scope = permit.narrowed(new.allowed_scope.clone(), "scopes")?;
    let default_scope = new.default_scope.clone();
    rules::known(permit, None, Some(&default_scope))?;
    Ok(Registration {
        client_id,
        key,
        display_name: new.display_name.clone(),
        secrets: Vec::new(),
        grants: rules::grants(new.grants.clone()),
        allowed_scope,
        default_scope,
        public: new.public,
        refresh_mode: new.refresh_mode,
        resource_server: new.resource_server,
        disabled: false,
        epoch: 0,
        created_at: now,
        unknown: crate::types::unknown::UnknownFields::default(),
    })
}

/// Whether two registrations have the same requested fields.
fn is_alike(there: &Registration, asked: &Registration) -> bool {
    let texts = |of: &Registration| (of.display_name.clone(), of.grants.clone());
    let scopes = |of: &Registration| (of.allowed_scope.clone(), of.default_scope.clone());
    let kinds = |of: &Registration| (of.public, of.refresh_mode, of.resource_server);
    texts(there) == texts(asked) && scopes(there) == scopes(asked) && kinds(there) == kinds(asked)
}

fn drawn_id(service: &Service) -> Result<ClientId, ManageError> {
    let letters = draw_secret(&*service.entropy)?;
    let id: String = letters.expose_secret().iter().take(ID_LETTERS).map(|&letter| char::from(letter)).collect();
    Ok(id.parse().map_err(Invalid::from)?)
}
