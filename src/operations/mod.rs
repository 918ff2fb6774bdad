//! The arguments and results of the operations of [`Counterfoil`](crate::Counterfoil). The operations themselves are
//! its methods.

pub(crate) mod authenticate;
pub(crate) mod authorize;
pub(crate) mod clients;
pub(crate) mod credentials;
pub(crate) mod from_source;
pub(crate) mod import;
pub(crate) mod leaks;
pub(crate) mod logins;
pub(crate) mod maintenance;
pub(crate) mod notices;
pub(crate) mod once;
pub(crate) mod personal_access_tokens;
pub(crate) mod policy_report;
pub(crate) mod revocation;
pub(crate) mod security_codes;
pub(crate) mod service_accounts;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sign_ins;
pub(crate) mod users;
pub(crate) mod verify;

pub use authorize::Operation;
pub use credentials::cursor::CredentialCursor;
pub use credentials::filter::CredentialFilter;
pub use credentials::list::CredentialPage;
pub use from_source::FromSource;
pub use leaks::intake::LeakReport;
pub use leaks::outcome::LeakOutcome;
pub use maintenance::keys::{DropKeyError, KeyUse};
pub use maintenance::purge::purgeable;
pub use maintenance::start::StartError;
pub use personal_access_tokens::create::TokenLimits;
pub use personal_access_tokens::rotation::{Overlap, Rotation};
pub use personal_access_tokens::update::TokenUpdate;
pub use policy_report::by_owner::{PolicyReport, TouchedOwner};
pub use policy_report::touched::{PolicyReportPage, Reach, TouchedCounts, TouchedCredential};
pub use security_codes::create::{NewAccess, NewSecurityCode};
pub use security_codes::update::CodeUpdate;
pub use sessions::open::OpenedSession;
pub use sign_ins::open::{OpenError, SignIn};

pub use crate::service::clock_trust::is_clock_trusted;
pub use crate::service::granting::Granted;
pub use crate::service::key_checks::{ForeignKeyRing, check_key_ring};
pub use crate::service::login::LoginError;
pub use crate::service::page_limit::LARGEST_PAGE;
pub use crate::service::queue::Place;
pub use crate::service::sign_in_view::SignInView;
pub use crate::service::uses::Flushed;
pub use crate::service::view::Status;
pub use once::Once;
