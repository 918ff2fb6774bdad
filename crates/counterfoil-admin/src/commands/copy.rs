//! `copy`: copies all data to another store.

use std::sync::Arc;

use counterfoil::Realm;
use counterfoil::memory::MemoryStore;
use counterfoil_copy::{Copy, Report, Stores};
use counterfoil_stores::{AnyStore, OpenError};

use crate::cli::{Cli, CopyTo};
use crate::failure::Failure;
use crate::output::{Output, said};
use crate::store::url;

pub(super) async fn run(cli: &Cli, to: &CopyTo) -> Result<Output, Failure> {
    let does = !to.verify && to.confirmation.does()?;
    let target = url(to.to.as_deref(), to.to_file.as_deref(), "to")?;
    let source = cli.open().await?;
    // Only the copy itself creates or migrates the target. A dry run treats a missing target as an empty store.
    let opening = if does { cli.opening().changing().creating() } else { cli.opening() };
    let target = match target.open(&opening).await {
        Err(OpenError::Missing) if !to.verify => Ok(AnyStore::of(Arc::new(MemoryStore::default()))),
        opened => opened,
    };
    let target = match target {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error.into());
        }
    };
    let report = copy(to, &source, &target, does).await;
    source.close().await;
    target.close().await;
    let report = report?;
    let realms: Vec<serde_json::Value> = report.realms.iter().map(|realm| realm.as_str().into()).collect();
    let done = if to.verify {
        "equal"
    } else if does {
        let (families, records, clients) = (report.families, report.records, report.clients);
        let there = report.already_there;
        said(&format!(
            "copied {families} families ({there} were there already), {records} records, {clients} clients, {} settings",
            report.settings
        ));
        "copied"
    } else {
        "would copy"
    };
    Ok(Output::Fields(vec![
        ("result", done.into()),
        ("realms", realms.into()),
        ("families", report.families.into()),
        ("already_there", report.already_there.into()),
        ("records", report.records.into()),
        ("revoked_families", report.revoked_families.into()),
        ("shrunk_records", report.shrunk_records.into()),
        ("notices", report.notices.into()),
        ("labels", report.labels.into()),
        ("clients", report.clients.into()),
        ("retired_clients", report.retired_clients.into()),
        ("settings", report.settings.into()),
        ("aliases", report.aliases.into()),
        ("versions_behind", report.versions_behind.into()),
    ]))
}

async fn copy(to: &CopyTo, source: &AnyStore, target: &AnyStore, does: bool) -> Result<Report, Failure> {
    let mut copy = Copy::new(side(source), side(target));
    for realm in &to.with_realm {
        copy = copy.with_realm(Realm::new(realm).map_err(|invalid| Failure::Usage(invalid.to_string()))?);
    }
    let report = match (to.verify, does) {
        (true, _) => copy.verify().await,
        (false, true) => copy.run().await,
        (false, false) => copy.plan().await,
    };
    Ok(report?)
}

fn side(store: &AnyStore) -> Stores {
    let (tokens, families) = (store.tokens().clone(), store.families().clone());
    Stores::apart(tokens, families, store.clients().clone(), store.settings().clone())
        .with_aliases(store.aliases().clone())
}
