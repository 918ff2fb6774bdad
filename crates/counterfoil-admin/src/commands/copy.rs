//! `copy`: copies all data to another store.

use counterfoil::Realm;
use counterfoil_copy::{Copy, Report, Stores};
use counterfoil_stores::AnyStore;

use crate::cli::{Cli, CopyTo};
use crate::failure::Failure;
use crate::output::Output;
use crate::store::url;

pub(super) async fn run(cli: &Cli, to: &CopyTo) -> Result<Output, Failure> {
    let does = !to.verify && to.confirmation.does()?;
    let target = url(to.to.as_deref(), to.to_file.as_deref(), "to")?;
    let source = cli.open().await?;
    // A comparison must not create a file. A dry run creates it, because it checks the target in the state that a copy
    // would find.
    let opening = if to.verify { cli.opening() } else { cli.opening().creating() };
    let target = target.open(&opening).await.map_err(Failure::failed)?;
    let report = copy(to, &source, &target, does).await;
    source.close().await;
    target.close().await;
    let report = report?;
    let realms: Vec<serde_json::Value> = report.realms.iter().map(|realm| realm.as_str().into()).collect();
    let done = if to.verify {
        "equal"
    } else if does {
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
}
