//! The commands. Each file contains one command.

mod census;
mod copy;
mod keys;
mod list;
mod policy;
mod purge;
mod revoke;

use counterfoil_stores::Migrated;

use crate::cli::{Cli, Command, Confirmation};
use crate::failure::Failure;
use crate::output::Output;

/// Runs a command.
pub(crate) async fn run(cli: &Cli) -> Result<Output, Failure> {
    match &cli.command {
        Command::List(what) => list::run(cli, what).await,
        Command::Revoke(what) => revoke::run(cli, what).await,
        Command::Census => census::run(cli).await,
        Command::Migrate => {
            let migrated = cli.url()?.migrate().await.map_err(Failure::failed)?;
            let said = match migrated {
                Migrated::UpToDate => "the schema is up to date",
                Migrated::NothingToDo => "this kind of store needs no migration",
            };
            Ok(Output::Fields(vec![("migrated", said.into())]))
        }
        Command::Purge(confirmation) => purge::run(cli, *confirmation).await,
        Command::Copy(copy) => copy::run(cli, copy).await,
        Command::Policy(what) => policy::run(cli, what),
        Command::Keys(what) => keys::run(cli, what).await,
    }
}

impl Confirmation {
    /// Returns true if the command must make its change, and false if it must only show the change.
    pub(crate) const fn does(self) -> Result<bool, Failure> {
        match (self.yes, self.dry_run) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(Failure::Unconfirmed),
        }
    }
}
