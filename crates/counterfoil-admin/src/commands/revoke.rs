//! `revoke`: revokes credentials. It calls the core library, so that the library's events are emitted.

use counterfoil::client::ClientId;
use counterfoil::store::{Access, FamilyBody, FamilyParts, Transfer};
use counterfoil::types::{OwnerId, RecordId, TokenKind};
use counterfoil::{Counterfoil, Presenter, Realm, SubjectId};
use counterfoil_stores::AnyStore;
use serde_json::Value;

use crate::cli::{Cli, Revoke};
use crate::commands::walk::each_family;
use crate::failure::Failure;
use crate::output::{Output, said};

pub(super) async fn run(cli: &Cli, what: &Revoke) -> Result<Output, Failure> {
    let does = match what {
        Revoke::Credential { confirmation, .. }
        | Revoke::Subject { confirmation, .. }
        | Revoke::Client { confirmation, .. } => confirmation.does()?,
    };
    let store = cli.open().await?;
    let ended = if does { revoke(cli, &store, what).await } else { look(cli, &store, what).await };
    store.close().await;
    ended
}

pub(super) fn record_id(id: &str) -> Result<RecordId, Failure> {
    id.parse().map_err(|_| {
        Failure::Usage("an id is the 22 letters behind a token's prefix; never give the token itself".into())
    })
}

pub(super) fn subject_id(subject: &str) -> Result<SubjectId, Failure> {
    SubjectId::new(subject).map_err(|invalid| Failure::Usage(invalid.to_string()))
}

pub(super) fn client_id(client: &str) -> Result<ClientId, Failure> {
    client.parse().map_err(|_| Failure::Usage("not a client id".into()))
}

/// Makes the revocation. Reads only the rows that the core library needs, because a damaged row elsewhere must not
/// prevent a revocation.
async fn revoke(cli: &Cli, store: &AnyStore, what: &Revoke) -> Result<Output, Failure> {
    let (counterfoil, host) = (cli.handle(store)?, Presenter::host());
    let revoked: Value = match what {
        Revoke::Credential { id, .. } => credential(&counterfoil, store, &record_id(id)?).await?.into(),
        Revoke::Subject { subject, kind, disable_service_accounts, .. } => {
            return subject_revoked(&counterfoil, subject, kind, *disable_service_accounts).await;
        }
        Revoke::Client { client, .. } => {
            counterfoil.revoke_client_tokens(&host, &client_id(client)?).await?;
            "all tokens of the client".into()
        }
    };
    let counted = revoked.as_u64().map_or("all tokens of the client".into(), |families| format!("{families} families"));
    said(&format!("revoked {counted}"));
    Ok(Output::Fields(vec![("revoked", revoked)]))
}

/// Revokes the credentials of a person. The result names the service accounts that the person made, because they keep
/// their credentials.
async fn subject_revoked(
    counterfoil: &Counterfoil,
    subject: &str,
    kinds: &[String],
    disables: bool,
) -> Result<Output, Failure> {
    let (subject, host) = (subject_id(subject)?, Presenter::host());
    let revoked = match kinds {
        [] => counterfoil.revoke_all_of(&host, &subject).await?,
        kinds => counterfoil.revoke_kinds_of(&host, &subject, &token_kinds(kinds)?).await?,
    };
    let disabled = if disables { counterfoil.disable_service_accounts_made_by(&host, &subject).await? } else { 0 };
    let made = counterfoil.service_accounts_made_by(&host, &subject).await?;
    let left: Vec<Value> = made.iter().filter(|made| !made.disabled).map(|made| made.id.to_string().into()).collect();
    if revoked == 0 && disabled == 0 {
        return Err(Failure::NotFound("nothing of this person in this realm is valid".into()));
    }
    said(&format!("revoked {revoked} families"));
    if !left.is_empty() {
        said(&format!("{} service accounts that this person made still work: disable them", left.len()));
    }
    Ok(Output::Fields(vec![
        ("revoked", revoked.into()),
        ("disabled_service_accounts", disabled.into()),
        ("service_accounts_left", left.into()),
    ]))
}

/// Parses the names of kinds. Client secrets are not accepted, because no person has one.
fn token_kinds(names: &[String]) -> Result<Vec<TokenKind>, Failure> {
    let kind = |name: &String| {
        TokenKind::ALL.into_iter().find(|kind| kind.as_str() == name && *kind != TokenKind::ClientSecret)
    };
    let kinds = names.iter().map(kind).collect::<Option<Vec<_>>>();
    kinds.ok_or_else(|| {
        Failure::Usage(
            "a kind is personal_access_token, access_token, refresh_token, security_code or console_session".into(),
        )
    })
}

/// Whether a family belongs to this person and is of one of these kinds. A security code belongs to the person who
/// created it and to the person as whom it acts. An empty list of kinds means all kinds.
fn is_persons(family: &FamilyParts, subject: &SubjectId, kinds: &[TokenKind]) -> bool {
    let sign_in = [TokenKind::RefreshToken, TokenKind::AccessToken];
    let is_kind = |kind: &TokenKind| *kind == family.kind || (sign_in.contains(kind) && sign_in.contains(&family.kind));
    let is_own = match &family.body {
        FamilyBody::Code { created_by, access, .. } => {
            created_by == subject || matches!(access, Access::SameAsUser(acts) if acts == subject)
        }
        _ => family.owner == OwnerId::from(subject),
    };
    is_own && (kinds.is_empty() || kinds.iter().any(is_kind))
}

/// Revokes the family of a credential. Returns the number of revoked families: 1, or 0 if it was already revoked.
async fn credential(counterfoil: &Counterfoil, store: &AnyStore, id: &RecordId) -> Result<u64, Failure> {
    let before = store.tokens().get(id).await;
    counterfoil.revoke_family_of(id).await?;
    let was_revoked = matches!(before, Ok(Some(record)) if record.family().revoked.is_some());
    Ok(u64::from(!was_revoked))
}

/// Counts what would be revoked, for `--dry-run`.
async fn look(cli: &Cli, store: &AnyStore, what: &Revoke) -> Result<Output, Failure> {
    let realm = cli.realm()?;
    let (families, corrupt) = match what {
        Revoke::Credential { id, .. } => {
            let found = store.tokens().get(&record_id(id)?).await.map_err(Failure::failed)?;
            let found = found.filter(|record| record.record().realm == realm);
            let record = found.ok_or_else(|| Failure::NotFound("no such credential in this realm".into()))?;
            (u64::from(record.family().revoked.is_none()), 0)
        }
        Revoke::Subject { subject, kind, .. } => {
            let (subject, kinds) = (subject_id(subject)?, token_kinds(kind)?);
            count(&**store.families(), &realm, |family| is_persons(family, &subject, &kinds)).await?
        }
        Revoke::Client { client, .. } => {
            let found = store.clients().client(&realm, &client_id(client)?).await.map_err(Failure::failed)?;
            let key = found.ok_or_else(|| Failure::NotFound("no such client in this realm".into()))?.registration.key;
            count(&**store.families(), &realm, |family| family.client == Some(key)).await?
        }
    };
    Ok(Output::Fields(vec![("would_revoke", families.into()), ("corrupt", corrupt.into())]))
}

/// Counts the families of the realm that are not revoked and for which `fits` returns true. The second number counts
/// the families of the store that were skipped because one of their rows cannot be decoded.
async fn count(
    store: &dyn Transfer,
    realm: &Realm,
    fits: impl Fn(&FamilyParts) -> bool,
) -> Result<(u64, u64), Failure> {
    let mut families = 0;
    let corrupt = each_family(store, |whole| {
        let family = whole.family();
        families += u64::from(family.revoked.is_none() && family.realm == *realm && fits(family));
    })
    .await?;
    Ok((families, corrupt))
}
