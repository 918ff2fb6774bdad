//! A directory in a file that all processes read. Each account has one byte, which says whether it is disabled.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
use counterfoil::{Account, Role, SubjectId};

pub struct FileDirectory(File);

/// The account that owns the token with this number.
pub fn owner(number: usize) -> Account {
    let name = format!("owner-{number}");
    Account::new(SubjectId::new(&name).expect("an id"), &name, Role::Member)
}

impl FileDirectory {
    pub fn open(folder: &Path) -> Self {
        let path = folder.join("disabled");
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
        Self(file.expect("a directory"))
    }

    pub fn disable(&self, number: usize) {
        self.0.write_all_at(&[1], number as u64).expect("written");
    }
}

#[async_trait]
impl Accounts for FileDirectory {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let number = subject.as_str().strip_prefix("owner-").and_then(|number| number.parse().ok());
        let Some(number) = number else { return Ok(None) };
        let mut byte = [0];
        // What was never written is beyond the end of the file, or zero.
        let _read = self.0.read_at(&mut byte, number as u64).expect("a file");
        Ok(Some(owner(number).with_disabled(byte[0] == 1)))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name))
    }
}
