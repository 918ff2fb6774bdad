//! Stores the profiles of the demo, which are time zones and signatures. They are kept in memory. If the demo's store
//! outlives the process, they are also written to a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use counterfoil::SubjectId;
use counterfoil_axum::console::{Profile, Profiles, ProfilesError, Signature};
use tokio::sync::Mutex;

use crate::accounts::default_zone;
use crate::error::StartError;
use crate::profile_file;

/// The profile of each account.
pub(crate) type ProfileMap = BTreeMap<SubjectId, Profile>;

/// Stores the profiles of the demo. Clones share the profiles. No other process may write to the file.
#[derive(Clone, Default)]
pub struct ProfileStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// All profiles. If there is a file, it contains the same profiles.
    profiles: RwLock<ProfileMap>,
    file: Option<PathBuf>,
    /// Locked during a change, so that no concurrent change is lost.
    write_lock: Arc<Mutex<()>>,
}

impl ProfileStore {
    /// Reads the profiles from a file. If the file does not exist, there are no profiles yet, and the first change
    /// creates it. If `file` is `None`, the profiles are lost when the process ends.
    ///
    /// # Errors
    ///
    /// [`StartError::Profiles`] if the file cannot be read or is damaged.
    pub fn open(file: Option<PathBuf>) -> Result<Self, StartError> {
        let profiles = file.as_deref().map(read_file).transpose()?.unwrap_or_default();
        Ok(Self(Arc::new(Inner { profiles: RwLock::new(profiles), file, ..Inner::default() })))
    }

    /// Returns the time zone in the profile of an account, or `None` if the profile has no time zone.
    #[must_use]
    pub fn zone(&self, subject: &SubjectId) -> Option<String> {
        self.0.read(|profiles| profiles.get(subject).and_then(|profile| profile.zone.clone()))
    }

    /// Changes the profile of an account. The change completes even if the caller drops the future.
    async fn change(
        &self,
        subject: &SubjectId,
        change: impl FnOnce(&mut Profile) + Send + 'static,
    ) -> Result<(), ProfilesError> {
        let permit = self.0.write_lock.clone().lock_owned().await;
        let (inner, subject) = (self.0.clone(), subject.clone());
        let changed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            inner.change(subject, change)
        });
        let written = changed.await.map_err(|ended| ProfilesError(ended.into()))?;
        written.map_err(|error| ProfilesError(error.into()))
    }
}

impl Inner {
    fn read<T>(&self, of: impl FnOnce(&ProfileMap) -> T) -> T {
        of(&self.profiles.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the profile of an account. Writes the file before it changes the profiles in memory. In the other order,
    /// a page could show a change that a crash then loses.
    fn change(&self, subject: SubjectId, change: impl FnOnce(&mut Profile)) -> std::io::Result<()> {
        let mut profiles = self.read(ProfileMap::clone);
        change(profiles.entry(subject).or_default());
        if let Some(file) = &self.file {
            profile_file::write(file, &profiles)?;
        }
        *self.profiles.write().unwrap_or_else(PoisonError::into_inner) = profiles;
        Ok(())
    }
}

fn read_file(path: &Path) -> Result<ProfileMap, StartError> {
    let invalid = |what: &dyn std::fmt::Display| StartError::Profiles { path: path.to_owned(), what: what.to_string() };
    match std::fs::read(path) {
        Ok(text) => profile_file::parse(&text).map_err(|error| invalid(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ProfileMap::new()),
        Err(error) => Err(invalid(&error)),
    }
}

#[async_trait]
impl Profiles for ProfileStore {
    async fn profile(&self, subject: &SubjectId) -> Result<Profile, ProfilesError> {
        let mut profile = self.0.read(|profiles| profiles.get(subject).cloned().unwrap_or_default());
        profile.zone = profile.zone.or_else(|| default_zone(subject).map(str::to_owned));
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

impl std::fmt::Debug for ProfileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProfileStore").field("file", &self.0.file).finish_non_exhaustive()
    }
}
