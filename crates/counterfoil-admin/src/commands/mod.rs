//! The commands. Each file contains one command.

mod census;
mod copy;
mod inventory;
mod key_uses;
mod keys;
mod list;
mod policy;
mod policy_effects;
mod purge;
mod report_leaked;
mod revoke;
mod walk;

use counterfoil_stores::Migrated;

use crate::cli::{self, Cli, Command, Confirmation};
use crate::failure::Failure;
use crate::output::{Output, said};

pub(crate) async fn run(cli: &Cli) -> Result<Output, Failure> {
    match &cli.command {
        Command::List(what) => list::run(cli, what).await,
        Command::Show { id } => inventory::show(cli, id).await,
        Command::Revoke(what) => revoke::run(cli, what).await,
        Command::ReportLeaked(what) => report_leaked::run(cli, what).await,
        Command::Census => census::run(cli).await,
        Command::Migrate => migrate(cli).await,
        Command::Purge(what) => purge::run(cli, what).await,
        Command::Copy(copy) => copy::run(cli, copy).await,
        Command::Policy(cli::Policy::Report { preset }) => policy::run(cli, *preset),
        Command::Policy(cli::Policy::Effects(what)) => policy_effects::run(cli, what).await,
        Command::Keys(what) => keys::run(cli, what).await,
    }
}

async fn migrate(cli: &Cli) -> Result<Output, Failure> {
    let url = cli.url()?;
    if url.migrate().await.map_err(Failure::failed)? == Migrated::NothingToDo {
        // This kind of store has no schema. Opening the store updates the layout of its data.
        url.open(&cli.opening().changing().creating()).await?.close().await;
    }
    said(&format!("migrated 1 store of the kind {}", url.kind()));
    Ok(Output::Fields(vec![("migrated", "the schema is up to date".into())]))
}

impl Confirmation {
    /// Whether the command makes its change. True with `--yes`. False with `--dry-run`: the command then only shows
    /// what it would change. Without both, returns [`Failure::Unconfirmed`].
    pub(crate) const fn does(self) -> Result<bool, Failure> {
        match (self.yes, self.dry_run) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(Failure::Unconfirmed),
        }
    }
}
