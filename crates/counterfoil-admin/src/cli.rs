//! The arguments. No argument holds a secret: URLs with a password and key rings come from files or standard input.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str =
    "Exit codes: 0 done; 1 a store or a file failed; 2 wrong arguments; 3 not confirmed; 4 not found; 5 refused";

/// Administers a store of counterfoil. It acts as the operator: whoever may read and write the store may use it
#[derive(Parser)]
#[command(
    name = "counterfoil-admin",
    version,
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    /// sqlite://PATH, postgres://…, redis://…, redis-cluster://HOST:PORT,HOST:PORT or redb://PATH, without a password
    #[arg(long, global = true, value_name = "URL", conflicts_with = "store_file")]
    pub(crate) store: Option<String>,
    /// A file with the URL, which may contain a password, readable by its owner alone; - for standard input
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) store_file: Option<PathBuf>,
    /// The realm
    #[arg(long, global = true, default_value = "default")]
    pub(crate) realm: String,
    /// The service's policy, as JSON; `policy report --json` prints one. Default: the library's default policy
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Prints JSON instead of a table
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Accepts a Redis server without an append-only file
    #[arg(long, global = true)]
    pub(crate) volatile: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Lists credentials or clients of the realm
    #[command(subcommand)]
    List(List),
    /// Ends credentials, for good
    #[command(subcommand)]
    Revoke(Revoke),
    /// Counts the digests under each key: all records of the store, and the secrets of the realm's clients
    Census,
    /// Creates the schema of the store or brings it up to date
    Migrate,
    /// Removes what is past its retention, in all realms, by this machine's clock. Upkeep of a running service does the
    /// same
    Purge(Purge),
    /// Copies everything into another store, or continues such a copy, and compares both stores at the end. Stop the
    /// service first
    Copy(CopyTo),
    /// Reports a policy
    #[command(subcommand)]
    Policy(Policy),
    /// Makes, changes and checks key rings in files
    #[command(subcommand)]
    Keys(Keys),
}

#[derive(Subcommand)]
pub(crate) enum List {
    /// The personal access tokens of a person
    Tokens {
        /// The person's subject id
        #[arg(long)]
        subject: String,
    },
    /// The security codes, expired ones too
    Codes,
    /// The clients
    Clients,
}

#[derive(Subcommand)]
pub(crate) enum Revoke {
    /// One credential of any kind with its family: a token with its rotations, a sign-in with all its tokens
    Credential {
        /// The id: the 22 letters behind the prefix of a token. Never give the token itself
        id: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Everything of a person
    Subject {
        /// The person's subject id
        subject: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// All tokens of a client
    Client {
        /// The client id
        client: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}

#[derive(Args, Clone, Copy)]
pub(crate) struct Confirmation {
    /// Does it
    #[arg(long)]
    pub(crate) yes: bool,
    /// Shows what would be done, and does nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Purge {
    /// Removes although this machine's clock is more than a day after the store's last upkeep, or there was none
    #[arg(long)]
    pub(crate) trust_clock: bool,
    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

/// Realms beside that of --realm and those with credentials.
#[derive(Args)]
pub(crate) struct Realms {
    /// A realm without credentials whose clients and settings count too. May be repeated
    #[arg(long, value_name = "REALM")]
    pub(crate) with_realm: Vec<String>,
}

#[derive(Args)]
pub(crate) struct CopyTo {
    /// The store to fill, which must be empty or hold a part of this copy; without a password
    #[arg(long, value_name = "URL", required_unless_present = "to_file", conflicts_with = "to_file")]
    pub(crate) to: Option<String>,
    /// A file with that URL, which may contain a password, readable by its owner alone; - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) to_file: Option<PathBuf>,
    /// A realm without credentials whose clients and settings are copied too. May be repeated
    #[arg(long, value_name = "REALM")]
    pub(crate) with_realm: Vec<String>,
    /// Compares the stores, and writes nothing
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Prints the policy of --policy, or a preset, and checks its limits. With --json it is a policy file
    Report {
        /// A preset instead of --policy
        #[arg(long)]
        preset: Option<Preset>,
    },
}

/// A preset of the library.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Preset {
    Default,
    Open,
    Synergy,
    A2nta,
    Aodocs,
    Aal2,
}

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Makes a new key ring in a new file, with mode 0600
    Make {
        /// The file
        file: PathBuf,
    },
    /// Adds a key, the newest, to a ring. Give the file to every node before the first one starts with it
    Add {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Says whether a ring belongs to the store, and whether a key is missing. Changes nothing
    Check {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        realms: Realms,
    },
    /// Adds a key and removes the keys that no digest of the store uses any more
    Rotate {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        realms: Realms,
        /// Says that the realms with credentials, --realm and --with-realm are all realms of the store. Needed to remove
        /// a key: the secrets of another realm's clients may be under it
        #[arg(long)]
        all_realms: bool,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}
