//! `revoke`: revokes credentials through the core, which reports the events.

use counterfoil::client::ClientId;
use counterfoil::store::{FamilyParts, Transfer};
use counterfoil::types::{OwnerId, RecordId};
use counterfoil::{Presenter, SubjectId};
use counterfoil_stores::AnyStore;

use crate::cli::{Cli, Revoke};
use crate::commands::purge::each_family;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(cli: &Cli, what: &Revoke) -> Result<Output, Failure> {
    let does = match what {
        Revoke::Credential { confirmation, .. }
        | Revoke::Subject { confirmation, .. }
        | Revoke::Client { confirmation, .. } => confirmation.does()?,
    };
    let store = cli.open().await?;
    let families = revoke(cli, &store, what, does).await;
    store.close().await;
    let name = if does { "revoked" } else { "would_revoke" };
    Ok(Output::Fields(vec![(name, families?.into())]))
}

/// Returns the number of families that were revoked. In a dry run: the number that would be revoked.
async fn revoke(cli: &Cli, store: &AnyStore, what: &Revoke, does: bool) -> Result<u64, Failure> {
    let (counterfoil, host, realm) = (cli.handle(store)?, Presenter::host(), cli.realm()?);
    match what {
        Revoke::Credential { id, .. } => {
            let id: RecordId = id.parse().map_err(|_| {
                Failure::Usage("an id is the 22 letters behind a token's prefix; never give the token itself".into())
            })?;
            if does {
                counterfoil.revoke_family_of(&id).await?;
                return Ok(1);
            }
            let found = store.tokens().get(&id).await.map_err(Failure::failed)?;
            let found = found.filter(|record| record.record().realm == realm);
            let record = found.ok_or_else(|| Failure::NotFound("no such credential in this realm".into()))?;
            Ok(u64::from(record.revoked().is_none()))
        }
        Revoke::Subject { subject, .. } => {
            let subject = SubjectId::new(subject).map_err(|invalid| Failure::Usage(invalid.to_string()))?;
            if does {
                return Ok(counterfoil.revoke_all_of(&host, &subject).await?);
            }
            let owner = OwnerId::from(&subject);
            count(&**store.families(), |family| family.realm == realm && family.owner == owner).await
        }
        Revoke::Client { client, .. } => {
            let id: ClientId = client.parse().map_err(|_| Failure::Usage("not a client id".into()))?;
            let found = store.clients().client(&realm, &id).await.map_err(Failure::failed)?;
            let key = found.ok_or_else(|| Failure::NotFound("no such client in this realm".into()))?.registration.key;
            let families =
                count(&**store.families(), |family| family.realm == realm && family.client == Some(key)).await?;
            if does {
                counterfoil.revoke_client_tokens(&host, &id).await?;
            }
            Ok(families)
        }
    }
}

/// Counts the families that are not revoked and for which `fits` returns true.
async fn count(store: &dyn Transfer, fits: impl Fn(&FamilyParts) -> bool) -> Result<u64, Failure> {
    let mut families = 0;
    each_family(store, |whole| {
        families += u64::from(whole.family().revoked.is_none() && fits(whole.family()));
    })
    .await?;
    Ok(families)
}
