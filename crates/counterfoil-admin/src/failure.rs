//! The reasons why a command fails, and the exit code of each.

use std::error::Error;

use counterfoil::{ManageError, Unavailable};
use counterfoil_copy::CopyError;
use counterfoil_stores::OpenError;

type Cause = Box<dyn Error + Send + Sync>;

/// The reason why a command failed. Each reason has its own exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A store, a file or the system failed.
    #[error("it failed")]
    Failed(#[source] Cause),
    /// The arguments are wrong. The exit code is 2, which is also the exit code of clap for wrong arguments.
    #[error("{0}")]
    Usage(String),
    /// The command changes or removes something, and the arguments contain neither `--yes` nor `--dry-run`.
    #[error("nothing was done: give --yes to go on, or --dry-run to see what would be done")]
    Unconfirmed,
    /// The credential, person, client or file in the arguments does not exist.
    #[error("not found: {0}")]
    NotFound(String),
    /// A check failed. Either the present state does not allow the command, or the command found an inconsistency.
    #[error("refused")]
    Refused(#[source] Cause),
}

impl Failure {
    /// Makes a [`Failure::Failed`] with this cause.
    pub(crate) fn failed(error: impl Into<Cause>) -> Self {
        Self::Failed(error.into())
    }

    /// Makes a [`Failure::Refused`] with this cause.
    pub(crate) fn refused(error: impl Into<Cause>) -> Self {
        Self::Refused(error.into())
    }

    /// Returns the exit code of the program: 1 failed, 2 usage, 3 not confirmed, 4 not found, 5 refused.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unconfirmed => 3,
            Self::NotFound(_) => 4,
            Self::Refused(_) => 5,
        }
    }

    /// Returns the message, followed by the messages of all causes.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        text
    }
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Unavailable(unavailable) => unavailable.into(),
            ManageError::NotFound => Self::NotFound("no such credential, client or person in this realm".into()),
            other => Self::refused(other),
        }
    }
}

impl From<Unavailable> for Failure {
    fn from(error: Unavailable) -> Self {
        match error {
            Unavailable::ForeignKeyRing { .. } => Self::refused(error),
            other => Self::failed(other),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Missing | OpenError::Outdated(_) => {
                Self::failed(format!("{error}; run `counterfoil-admin migrate`"))
            }
            other => Self::failed(other),
        }
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store { .. } => Self::failed(error),
            other => Self::refused(other),
        }
    }
}
