//! The kinds of stores that the tests run on.

use std::sync::LazyLock;

/// The environment variable that contains the name of the kind. Without it, the kind is SQLite.
pub(crate) const VARIABLE: &str = "COUNTERFOIL_LIFE_STORE";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    Redis,
    Valkey,
    Redb,
    Fjall,
}

/// The kind that all tests of this process run on.
pub(crate) static KIND: LazyLock<Kind> = LazyLock::new(|| match std::env::var(VARIABLE) {
    Ok(name) => Kind::named(&name).unwrap_or_else(|| panic!("{VARIABLE} names no kind of store")),
    Err(std::env::VarError::NotPresent) => Kind::Sqlite,
    Err(error) => panic!("{VARIABLE}: {error}"),
});

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Sqlite, Self::Postgres, Self::Redis, Self::Valkey, Self::Redb, Self::Fjall];

    /// The value of [`VARIABLE`] for this kind.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Valkey => "valkey",
            Self::Redb => "redb",
            Self::Fjall => "fjall",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
