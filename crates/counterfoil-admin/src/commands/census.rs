//! `census`: counts the digests that were computed with each key.

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(cli: &Cli) -> Result<Output, Failure> {
    let store = cli.open().await?;
    let uses = cli.handle(&store)?.key_census().await;
    store.close().await;
    let row = |used: counterfoil::operations::KeyUse| {
        vec![used.key.number().into(), used.records.into(), used.client_secrets.into()]
    };
    Ok(Output::Table(vec!["key", "records", "client_secrets"], uses?.into_iter().map(row).collect()))
}
