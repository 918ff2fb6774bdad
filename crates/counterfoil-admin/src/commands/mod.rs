//! The commands, one file each.

mod census;
mod copy;
mod key_uses;
mod keys;
mod list;
mod policy;
mod purge;
mod revoke;
mod walk;

use counterfoil_stores::Migrated;

use crate::cli::{Cli, Command, Confirmation};
use crate::failure::Failure;
use crate::output::{Output, said};

/// Runs a command.
pub(crate) async fn run(cli: &Cli) -> Result<Output, Failure> {
    match &cli.command {
        Command::List(what) => list::run(cli, what).await,
        Command::Revoke(what) => revoke::run(cli, what).await,
        Command::Census => census::run(cli).await,
        Command::Migrate => {
            let url = cli.url()?;
            let migrated = url.migrate_with(&cli.opening()).await.map_err(Failure::failed)?;
            let told = match migrated {
                Migrated::UpToDate => "the schema is up to date",
                Migrated::NothingToDo => "this kind of store needs no migration",
            };
            said(&format!("migrated 1 store, {}: {told}", url.kind()));
            Ok(Output::Fields(vec![("migrated", told.into())]))
        }
        Command::Purge(what) => purge::run(cli, what).await,
        Command::Copy(copy) => copy::run(cli, copy).await,
        Command::Policy(what) => policy::run(cli, what),
        Command::Keys(what) => keys::run(cli, what).await,
    }
}

impl Confirmation {
    /// Whether to do it (true) or to show it (false).
    pub(crate) const fn does(self) -> Result<bool, Failure> {
        match (self.yes, self.dry_run) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(Failure::Unconfirmed),
        }
    }
}
