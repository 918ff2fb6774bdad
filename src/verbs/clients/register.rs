//! Registering a client, with a secret that is drawn or with one that it has already.

use super::{TURNS, rules, secrets};
use crate::desk::Desk;
use crate::desk::authority::Permit;
use crate::desk::authority::operations::RegisterClient;
use crate::desk::client_view::{ClientView, NewClient, NewClientSecret, RegisteredClient};
use crate::desk::error::{Conflict, Invalid, ManageError, Unavailable};
use crate::instruments::event::{ClientAction, What};
use crate::ports::client_store::ClientPut;
use crate::text::draw::draw_secret;
use crate::text::once::OnceKey;
use crate::words::client::{ClientId, ClientKey, Registration, StoredSecret, VersionedRegistration};
use crate::words::secret::Secret;

/// Letters of an id that is drawn: 95 bits, so that nobody gets another's.
const ID_LETTERS: usize = 16;

/// Registers a client with a secret that is drawn; a public one has none.
pub(crate) async fn create(
    permit: Permit<'_, RegisterClient>,
    new: NewClient,
    once: Option<&OnceKey>,
) -> Result<RegisteredClient, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let drawn = |id: &ClientId| {
        let drawn = secrets::drawn(desk, id, None, now)?;
        Ok((Some(drawn.0), Some(drawn.1)))
    };
    match new.public {
        true => register(&permit, new, once, |_| Ok((None, None))).await,
        false => register(&permit, new, once, drawn).await,
    }
}

/// Registers a confidential client with the secret that it has already.
pub(crate) async fn import(
    permit: Permit<'_, RegisterClient>,
    new: NewClient,
    secret: &Secret,
    weak: bool,
) -> Result<ClientView, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    if new.public {
        return Err(Invalid::PublicSecret.into());
    }
    secrets::importable(secret, weak)?;
    let kept = |_: &ClientId| Ok((None, Some(secrets::imported(desk, secret, now)?)));
    Ok(register(&permit, new, None, kept).await?.view)
}

/// Both halves of a secret, where there is one.
type Halves = (Option<NewClientSecret>, Option<StoredSecret>);

async fn register(
    permit: &Permit<'_, RegisterClient>,
    new: NewClient,
    once: Option<&OnceKey>,
    secret: impl Fn(&ClientId) -> Result<Halves, Unavailable>,
) -> Result<RegisteredClient, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let given = new.id.clone();
    for _ in 0..TURNS {
        let derived = || once.and_then(|once| once.client_id(&desk.realm, ID_LETTERS));
        let client_id = match given.clone().or_else(derived) {
            Some(id) => id,
            None => drawn_id(desk)?,
        };
        let mut registration = registration(permit, &new, client_id, once)?;
        rules::check(&registration)?;
        let (shown, kept) = secret(&registration.client_id)?;
        registration.secrets.extend(kept);
        match desk.clients.put_client(&desk.realm, None, &registration).await? {
            ClientPut::Done(version) => {
                let view = ClientView::from(&registration);
                let written = VersionedRegistration { version, registration };
                desk.snapshot.client_changed(&view.id, Some(written), now);
                let what = What::Client { client: view.id.clone(), action: ClientAction::Created };
                permit.tell(what);
                return Ok(RegisteredClient { view, secret: shown });
            }
            ClientPut::Stale(Some(there)) if once.is_some() && there.registration.key == registration.key => {
                let same = is_alike(&there.registration, &registration);
                return Err(if same { Conflict::DoneAlready } else { Conflict::FormUsed }.into());
            }
            ClientPut::Retired if once.is_some() => return Err(Conflict::FormUsed.into()),
            ClientPut::Stale(Some(_)) if given.is_some() => return Err(Conflict::ClientIdTaken.into()),
            // An id or a key that is drawn anew will be free.
            ClientPut::Stale(_) | ClientPut::Retired => {}
        }
    }
    Err(Unavailable::Contended { verb: "register" }.into())
}

fn registration(
    permit: &Permit<'_, RegisterClient>,
    new: &NewClient,
    client_id: ClientId,
    once: Option<&OnceKey>,
) -> Result<Registration, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let key = match once {
        Some(once) => once.client_key(&desk.realm),
        None => {
            let mut key = [0; 16];
            desk.entropy.fill(&mut key)?;
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
        unknown: crate::words::unknown::UnknownFields::default(),
    })
}

/// Whether two registrations were asked for with the same fields.
fn is_alike(there: &Registration, asked: &Registration) -> bool {
    let texts = |of: &Registration| (of.display_name.clone(), of.grants.clone());
    let scopes = |of: &Registration| (of.allowed_scope.clone(), of.default_scope.clone());
    let kinds = |of: &Registration| (of.public, of.refresh_mode, of.resource_server);
    texts(there) == texts(asked) && scopes(there) == scopes(asked) && kinds(there) == kinds(asked)
}

fn drawn_id(desk: &Desk) -> Result<ClientId, ManageError> {
    let letters = draw_secret(&*desk.entropy)?;
    let id: String = letters.expose_secret().iter().take(ID_LETTERS).map(|&letter| char::from(letter)).collect();
    Ok(id.parse().map_err(Invalid::from)?)
}
