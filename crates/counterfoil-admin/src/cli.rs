//! The command-line arguments. No argument contains a secret: URLs with a password, and key rings, come from files or
//! standard input.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str =
    "Exit codes: 0 done; 1 a store or a file failed; 2 wrong arguments; 3 not confirmed; 4 not found; 5 refused";

/// Administers a counterfoil store with the rights of the operator. Anyone who can read and write the store can use it
#[derive(Parser)]
#[command(
    name = "counterfoil-admin",
    version,
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    /// The URL of the store, without a password: sqlite://PATH, postgres://…, redis://…,
    /// redis-cluster://HOST:PORT,HOST:PORT or redb://PATH
    #[arg(long, global = true, value_name = "URL", conflicts_with = "store_file")]
    pub(crate) store: Option<String>,
    /// A file that contains the URL of the store, possibly with a password. It must not be readable by anyone but its
    /// owner. Use - for standard input
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) store_file: Option<PathBuf>,
    /// The realm that the command works on
    #[arg(long, global = true, default_value = "default")]
    pub(crate) realm: String,
    /// A JSON file with the service's policy, in the format of `policy report --json`. Without it, the library's
    /// default policy applies
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Prints JSON instead of a table
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Accepts a Redis server that has no append-only file
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
    /// Shows one credential of any kind
    Show {
        /// The credential's id: the 22 letters after the prefix of the token. Never pass the token itself
        id: String,
    },
    /// Revokes credentials permanently
    #[command(subcommand)]
    Revoke(Revoke),
    /// Ends the credentials whose secrets were found in a public place. The upkeep of a running service then sends a
    /// notice to each owner. Reads one text on each line
    ReportLeaked(ReportLeaked),
    /// Counts the digests that were computed with each key: in all records of the store, and in the client secrets of
    /// the realm
    Census,
    /// Creates the schema of the store, or updates it to the newest version
    Migrate,
    /// Removes records that are past their retention, in all realms, by the clock of this machine. The upkeep of a
    /// running service does the same
    Purge(Purge),
    /// Copies all data to another store, or continues an interrupted copy. Compares both stores at the end. Stop the
    /// service first
    Copy(CopyTo),
    /// Prints and checks a policy, or reports what a new policy does to existing credentials
    #[command(subcommand)]
    Policy(Policy),
    /// Creates, changes and checks key ring files
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
    /// The sign-ins and console sessions of a person
    SignIns {
        /// The person's subject id
        #[arg(long)]
        subject: String,
    },
    /// The security codes, including expired ones
    Codes,
    /// The clients
    Clients,
    /// The service accounts
    ServiceAccounts,
    /// The credentials of all owners: personal access tokens, access and refresh tokens, security codes and sessions
    Credentials(Inventory),
}

/// The filter of `list credentials`. A credential must fit all given options.
#[derive(Args)]
pub(crate) struct Inventory {
    /// Only this kind: personal_access_token, access_token, refresh_token, security_code or console_session
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only the credentials of this person, and the security codes that this person created or that act as this person
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) owner: Option<String>,
    /// Only the tokens of sign-ins through this client
    #[arg(long)]
    pub(crate) client: Option<String>,
    /// Only the credentials whose expiry is earlier than this instant, in RFC 3339
    #[arg(long, value_name = "INSTANT")]
    pub(crate) expiring_before: Option<String>,
    /// Only the credentials that were neither created nor used at this instant or later, in RFC 3339
    #[arg(long, value_name = "INSTANT")]
    pub(crate) unused_since: Option<String>,
    /// Only the credentials whose label begins with this text, without regard to case
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Prints CSV, page by page. A cell that begins like a formula gets a leading apostrophe
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Subcommand)]
pub(crate) enum Revoke {
    /// One credential of any kind together with its family: a token with its rotations, or a sign-in with all its
    /// tokens
    Credential {
        /// The credential's id: the 22 letters after the prefix of the token. Never pass the token itself
        id: String,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// All credentials of a person, and the security codes that this person made or that act as this person
    Subject {
        /// The person's subject id
        subject: String,
        /// Only credentials of this kind: personal_access_token, access_token, refresh_token, security_code or
        /// console_session. Can be repeated. access_token and refresh_token both mean the sign-ins
        #[arg(long, value_name = "KIND")]
        kind: Vec<String>,
        /// Also disables the service accounts that this person made
        #[arg(long)]
        disable_service_accounts: bool,
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

#[derive(Args)]
pub(crate) struct ReportLeaked {
    /// The file with the texts, one on each line. Use - for standard input. Never pass a text as an argument
    pub(crate) file: PathBuf,
    /// The file of the service's key ring. Needed if the service has a key ring: without the ring, the secret in a text
    /// cannot be verified
    #[arg(long, value_name = "FILE")]
    pub(crate) key_ring: Option<PathBuf>,
    /// The prefixes of the service's tokens, if the service has prefixes of its own:
    /// personal_access_token=acme,access_token=… The first prefix of a kind is its current one, and further ones are
    /// old ones. Without this option the tool does not recognise the tokens of such a service
    #[arg(long, value_name = "KIND=PREFIX,…", value_delimiter = ',')]
    pub(crate) prefixes: Vec<String>,
    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

#[derive(Args, Clone, Copy)]
pub(crate) struct Confirmation {
    /// Confirms the change
    #[arg(long)]
    pub(crate) yes: bool,
    /// Shows what would change, and changes nothing
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Purge {
    /// Purges even if this machine's clock is more than a day ahead of the store's last upkeep, or if no upkeep ever
    /// ran
    #[arg(long)]
    pub(crate) trust_clock: bool,
    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

/// The realms that `keys check` and `keys rotate` read, in addition to the realm of --realm and to all realms with
/// credentials.
#[derive(Args)]
pub(crate) struct Realms {
    /// Also reads the clients and settings of this realm. Needed for a realm that has no credentials, because the store
    /// does not list such a realm. Can be repeated
    #[arg(long, value_name = "REALM")]
    pub(crate) with_realm: Vec<String>,
}

#[derive(Args)]
pub(crate) struct CopyTo {
    /// The URL of the target store, without a password. The target must be empty or contain a part of this copy
    #[arg(long, value_name = "URL", required_unless_present = "to_file", conflicts_with = "to_file")]
    pub(crate) to: Option<String>,
    /// A file that contains the URL of the target, possibly with a password. It must not be readable by anyone but its
    /// owner. Use - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) to_file: Option<PathBuf>,
    /// Also copies the clients and settings of this realm. Needed for a realm that has no credentials, because the
    /// store does not list such a realm. Can be repeated
    #[arg(long, value_name = "REALM")]
    pub(crate) with_realm: Vec<String>,
    /// Only compares the two stores. Writes nothing
    #[arg(long, conflicts_with_all = ["yes", "dry_run"])]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) confirmation: Confirmation,
}

#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Prints the policy from --policy, or a preset, and checks its limits. With --json, the output is a policy file
    Report {
        /// The preset to print instead of the policy from --policy
        #[arg(long)]
        preset: Option<Preset>,
    },
    /// Reports which existing credentials a new policy refuses, shortens or lengthens, by owner. Compares the new
    /// policy with the policy from --policy, and reads the stored settings. Changes nothing
    Effects(Effects),
}

/// The new policy of `policy effects`, and the form of the report. The options from --max-days on change the policy
/// that the options before them name.
#[derive(Args)]
pub(crate) struct Effects {
    /// A JSON file with the new policy. Without it and --preset, the new policy is the one from --policy
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    pub(crate) new: Option<PathBuf>,
    /// The preset that is the new policy
    #[arg(long)]
    pub(crate) preset: Option<Preset>,
    /// The longest lifetime of a personal access token, in days. It also limits the stored setting pat_max_days
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_days: Option<u16>,
    /// Whether a personal access token may be permanent
    #[arg(long, value_name = "true|false", action = clap::ArgAction::Set)]
    pub(crate) permanent: Option<bool>,
    /// What happens to existing personal access tokens that live longer than the new policy allows
    #[arg(long)]
    pub(crate) existing: Option<Existing>,
    /// Prints one row for each credential instead of one for each owner
    #[arg(long)]
    pub(crate) credentials: bool,
    /// Prints CSV, page by page. A cell that begins like a formula gets a leading apostrophe
    #[arg(long)]
    pub(crate) csv: bool,
}

/// The rule of a policy for existing credentials.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Existing {
    Grandfather,
    RefuseAtUse,
    Clamp,
}

/// A policy preset of the library.
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
    /// Creates a new file with mode 0600 that contains a new key ring
    Make {
        /// The file to create
        file: PathBuf,
    },
    /// Adds a new key to a ring as its newest key. Distribute the file to all nodes before you start a node with it
    Add {
        /// The key ring file
        file: PathBuf,
        #[command(flatten)]
        confirmation: Confirmation,
    },
    /// Checks whether a ring belongs to the store and contains every key that stored digests need. Changes nothing
    Check {
        /// The key ring file
        file: PathBuf,
        #[command(flatten)]
        realms: Realms,
    },
    /// Adds a new key, and removes the keys that no digest in the store uses
    Rotate {
        /// The key ring file
        file: PathBuf,
        #[command(flatten)]
        realms: Realms,
        /// Confirms that each realm of the store has credentials or is named by --realm or --with-realm. Needed to
        /// remove a key, because the client secrets of any other realm might need this key
        #[arg(long)]
        all_realms: bool,
        #[command(flatten)]
        confirmation: Confirmation,
    },
}
