//! The demo's own profiles: time zones and signatures, in memory, and in a file where the store outlives the process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use counterfoil::SubjectId;
use counterfoil_axum::console::{Profile, Profiles, ProfilesError, Signature};
use tokio::sync::Mutex;

use crate::error::StartError;
use crate::people::home;
use crate::profile_file;

/// What is kept of everybody.
pub(crate) type Kept = BTreeMap<SubjectId, Profile>;

/// The demo's profiles. Clones share them; no other process may write to their file.
#[derive(Clone, Default)]
pub struct ProfileBook(Arc<Book>);

#[derive(Default)]
struct Book {
    /// What is in the file, or is all there is without one.
    kept: RwLock<Kept>,
    file: Option<PathBuf>,
    /// Held from the reading of `kept` to its replacement, so that of two changes at once neither is lost.
    writing: Arc<Mutex<()>>,
}

impl ProfileBook {
    /// The profiles of that file, which is made when the first of them changes. Without a file they live as long as the process.
    ///
    /// # Errors
    ///
    /// [`StartError::Profiles`] where the file cannot be read, or is damaged.
    pub fn open(file: Option<PathBuf>) -> Result<Self, StartError> {
        let kept = file.as_deref().map(opened).transpose()?.unwrap_or_default();
        Ok(Self(Arc::new(Book { kept: RwLock::new(kept), file, ..Book::default() })))
    }

    /// The time zone that somebody has set.
    #[must_use]
    pub fn zone(&self, subject: &SubjectId) -> Option<String> {
        self.0.read(|kept| kept.get(subject).and_then(|profile| profile.zone.clone()))
    }

    /// Once begun it goes to its end, even where nobody waits for it any more.
    async fn change(
        &self,
        subject: &SubjectId,
        change: impl FnOnce(&mut Profile) + Send + 'static,
    ) -> Result<(), ProfilesError> {
        let turn = self.0.writing.clone().lock_owned().await;
        let (book, subject) = (self.0.clone(), subject.clone());
        let changed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            book.change(subject, change)
        });
        let written = changed.await.map_err(|ended| ProfilesError(ended.into()))?;
        written.map_err(|error| ProfilesError(error.into()))
    }
}

impl Book {
    fn read<T>(&self, of: impl FnOnce(&Kept) -> T) -> T {
        of(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// In the file first: what is shown is what a restart shows.
    fn change(&self, subject: SubjectId, change: impl FnOnce(&mut Profile)) -> std::io::Result<()> {
        let mut kept = self.read(Kept::clone);
        change(kept.entry(subject).or_default());
        if let Some(file) = &self.file {
            profile_file::write(file, &kept)?;
        }
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(())
    }
}

fn opened(path: &Path) -> Result<Kept, StartError> {
    let wrong = |what: &dyn std::fmt::Display| StartError::Profiles { path: path.to_owned(), what: what.to_string() };
    match std::fs::read(path) {
        Ok(text) => profile_file::parse(&text).map_err(|damaged| wrong(&damaged)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Kept::new()),
        Err(error) => Err(wrong(&error)),
    }
}

#[async_trait]
impl Profiles for ProfileBook {
    async fn profile(&self, subject: &SubjectId) -> Result<Profile, ProfilesError> {
        let mut profile = self.0.read(|kept| kept.get(subject).cloned().unwrap_or_default());
        profile.zone = profile.zone.or_else(|| home(subject).map(str::to_owned));
        Ok(profile)
    }

    async fn set_zone(&self, subject: &SubjectId, zone: &str) -> Result<(), ProfilesError> {
        let zone = zone.to_owned();
        self.change(subject, |profile| profile.zone = Some(zone)).await
    }

    async fn set_signature(&self, subject: &SubjectId, signature: Option<Signature>) -> Result<(), ProfilesError> {
        self.change(subject, |profile| profile.signature = signature).await
    }
}

impl std::fmt::Debug for ProfileBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProfileBook").field("file", &self.0.file).finish_non_exhaustive()
    }
}
