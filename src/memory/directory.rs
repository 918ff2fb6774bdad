//! A directory in memory, for tests and examples.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::people::{People, Proofs, canonical, digest};
use crate::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use crate::types::account::Account;
use crate::types::hash::IdState;
use crate::types::ids::SubjectId;
use crate::types::role::Role;

/// A directory for tests and examples. **Not for production**: it stores a salted SHA-256 of each password, which an
/// attacker can guess fast, and its content is lost when the process ends. A production directory stores Argon2id
/// hashes (RFC 9106).
///
/// Two names are equal if their Unicode lowercase is equal. A backslash is an ordinary character.
///
/// ```
/// use counterfoil::memory::MemoryDirectory;
/// use counterfoil::{Account, Role, SubjectId};
///
/// let directory = MemoryDirectory::default();
/// let bill = Account::new(SubjectId::new("7").expect("an id"), "Bill Posters", Role::Member);
/// directory.insert(bill, &["AD\\bill.posters", "bill@example.com"], "blabla");
/// ```
#[derive(Default)]
pub struct MemoryDirectory {
    /// Every verification reads this map without a lock, and copies an account without changing a shared reference
    /// count. The hasher need not resist collision attacks, because the host chooses the subjects.
    accounts: papaya::HashMap<SubjectId, Account, IdState>,
    people: Mutex<People>,
    hashes: AtomicU64,
    unavailable: AtomicBool,
}

impl MemoryDirectory {
    /// Adds an account with its sign-in names and its password. If the subject already has an account, that account is
    /// replaced with all its names and secrets. If another account has one of the names, that other account loses the
    /// name.
    pub fn insert(&self, account: Account, names: &[&str], password: &str) {
        let subject = account.subject().clone();
        let password = digest(subject.as_str(), password);
        let mut people = self.people();
        people.proofs.insert(subject.clone(), Proofs { password, ..Proofs::default() });
        people.name(&subject, names);
        self.accounts.pin().insert(subject, account);
    }

    /// Adds a member with that id and name, who signs in with that name, and returns the account. See
    /// [`MemoryDirectory::insert`] for other roles and further names.
    ///
    /// ```
    /// use counterfoil::Role;
    /// use counterfoil::memory::MemoryDirectory;
    ///
    /// let ann = MemoryDirectory::default().insert_member(7, "ann", "a password");
    /// assert_eq!((ann.subject().as_str(), ann.name(), ann.role()), ("7", "ann", Role::Member));
    /// ```
    pub fn insert_member(&self, id: impl Into<SubjectId>, name: &str, password: &str) -> Account {
        let account = Account::new(id.into(), name, Role::Member);
        self.insert(account.clone(), &[name], password);
        account
    }

    /// Replaces an account's data, such as role, display name and e-mail address. Its sign-in names and secrets stay.
    /// Returns false if the subject has no account.
    pub fn update(&self, account: Account) -> bool {
        // While this thread holds the lock, no other thread can remove the account between the check and the
        // replacement.
        let people = self.people();
        let known = people.proofs.contains_key(account.subject());
        if known {
            self.accounts.pin().insert(account.subject().clone(), account);
        }
        known
    }

    /// Sets an account's role. Returns false if there is no such account.
    pub fn set_role(&self, subject: &SubjectId, role: Role) -> bool {
        self.edit(subject, |account| account.with_role(role))
    }

    /// Disables or enables an account. Returns false if there is no such account.
    pub fn set_disabled(&self, subject: &SubjectId, disabled: bool) -> bool {
        self.edit(subject, |account| account.with_disabled(disabled))
    }

    /// Sets an account's password. Returns false if there is no such account.
    pub fn set_password(&self, subject: &SubjectId, password: &str) -> bool {
        let password = digest(subject.as_str(), password);
        self.people().prove(subject, |proofs| proofs.password = password)
    }

    /// Sets the second factor that each login must contain. `None` removes the requirement. Returns false if there is
    /// no such account.
    pub fn require_mfa_key(&self, subject: &SubjectId, key: Option<&str>) -> bool {
        let key = key.map(|key| digest(subject.as_str(), key));
        self.people().prove(subject, |proofs| proofs.mfa_key = key)
    }

    /// Sets the machine key that each login must contain. `None` removes the requirement. Returns false if there is no
    /// such account.
    pub fn require_machine_key(&self, subject: &SubjectId, key: Option<&str>) -> bool {
        let key = key.map(|key| digest(subject.as_str(), key));
        self.people().prove(subject, |proofs| proofs.machine_key = key)
    }

    /// Replaces all sign-in names of an account. Returns false if there is no such account.
    pub fn rename(&self, subject: &SubjectId, names: &[&str]) -> bool {
        let mut people = self.people();
        let known = people.proofs.contains_key(subject);
        if known {
            people.name(subject, names);
        }
        known
    }

    /// Removes an account and frees its names. Returns false if there is no such account.
    pub fn remove(&self, subject: &SubjectId) -> bool {
        let mut people = self.people();
        people.name(subject, &[]);
        self.accounts.pin().remove(subject);
        people.proofs.remove(subject).is_some()
    }

    /// If `unavailable` is true, makes every later call of [`Accounts`], [`Logins`] and [`Search`] report that the
    /// directory is not reachable. `false` makes these calls succeed again.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.unavailable.store(unavailable, Ordering::SeqCst);
    }

    /// The number of secrets that logins have hashed so far. Tests use it to compare the work of two logins.
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::SeqCst)
    }

    fn edit(&self, subject: &SubjectId, change: impl FnOnce(Account) -> Account) -> bool {
        let _alone = self.people();
        let accounts = self.accounts.pin();
        let Some(account) = accounts.get(subject).cloned() else { return false };
        accounts.insert(subject.clone(), change(account));
        true
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reachable(&self) -> Result<(), DirectoryError> {
        if self.unavailable.load(Ordering::SeqCst) { Err("set unavailable".into()) } else { Ok(()) }
    }
}

impl fmt::Debug for MemoryDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDirectory").finish_non_exhaustive()
    }
}

#[async_trait]
impl Accounts for MemoryDirectory {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.reachable()?;
        Ok(self.accounts.pin().get(subject).cloned())
    }

    #[inline]
    fn try_account(&self, subject: &SubjectId, look: &mut dyn FnMut(Option<&Account>)) -> bool {
        let reachable = self.reachable().is_ok();
        if reachable {
            look(self.accounts.pin().get(subject));
        }
        reachable
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        self.reachable()?;
        let key = canonical(name);
        let subject = self.people().names.get(&key).cloned();
        Ok(ResolvedName { key, subject })
    }
}

#[async_trait]
impl Logins for MemoryDirectory {
    /// Returns the account of a correct login, even a disabled account. The core then refuses the disabled account.
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        self.reachable()?;
        let key = canonical(login.name);
        let (subject, kept) = {
            let people = self.people();
            let subject = people.names.get(&key).cloned();
            let kept = subject.as_ref().and_then(|subject| people.proofs.get(subject).cloned());
            (subject, kept.unwrap_or_default())
        };
        // For an unknown name, the default `Proofs` are the dummy. Their password digest is zeros, which no password
        // has, so the login is refused.
        let (proved, hashes) = kept.shown_by(login, subject.as_ref().map_or("nobody", SubjectId::as_str));
        self.hashes.fetch_add(hashes, Ordering::SeqCst);
        let subject = subject.filter(|_| proved);
        Ok(subject.and_then(|subject| self.accounts.pin().get(&subject).cloned()))
    }
}

#[async_trait]
impl Search for MemoryDirectory {
    /// Searches for the text in sign-in names and display names. Upper and lower case are equal. The result is sorted
    /// by subject.
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        self.reachable()?;
        let text = canonical(text);
        let people = self.people();
        let accounts = self.accounts.pin();
        let named =
            |subject: &SubjectId| people.names.iter().any(|(name, bearer)| bearer == subject && name.contains(&text));
        let found = people.proofs.keys().filter_map(|subject| accounts.get(subject));
        let found = found.filter(|account| canonical(account.name()).contains(&text) || named(account.subject()));
        Ok(found.take(usize::try_from(limit.get()).unwrap_or(usize::MAX)).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;
    use crate::types::secret::Secret;

    fn subject(id: &str) -> SubjectId {
        SubjectId::new(id).expect("a subject")
    }

    fn bill() -> MemoryDirectory {
        let directory = MemoryDirectory::default();
        directory.insert(Account::new(subject("7"), "Bill", Role::Member), &["AD\\bill.posters"], "blabla");
        directory
    }

    fn sign_in(directory: &MemoryDirectory, name: &str, password: &str, mfa: Option<&str>) -> Option<Account> {
        let (password, mfa) = (Secret::from(password.to_owned()), mfa.map(|mfa| Secret::from(mfa.to_owned())));
        let login = Login { name, password: &password, mfa_key: mfa.as_ref(), machine_key: None };
        block_on(directory.authenticate(&login)).expect("reachable")
    }

    #[test]
    fn every_spelling_of_a_name_is_one_name_and_a_backslash_is_data() {
        let directory = bill();
        for name in ["AD\\bill.posters", "ad\\BILL.POSTERS"] {
            assert!(sign_in(&directory, name, "blabla", None).is_some(), "{name}");
            let resolved = block_on(directory.resolve(name)).expect("reachable");
            assert_eq!(resolved.key, "ad\\bill.posters");
            assert_eq!(resolved.subject, Some(subject("7")));
        }
        for name in ["ADbill.posters", "AD\\\\bill.posters", "bill.posters", " AD\\bill.posters"] {
            assert!(sign_in(&directory, name, "blabla", None).is_none(), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_costs_what_a_wrong_password_costs() {
        let directory = bill();
        let mut work = Vec::new();
        for (name, password) in [("AD\\bill.posters", "blabla"), ("AD\\bill.posters", "x"), ("nobody", "blabla")] {
            let before = directory.hashes();
            assert_eq!(sign_in(&directory, name, password, None).is_some(), password == "blabla" && name != "nobody");
            work.push(directory.hashes() - before);
        }
        assert_eq!(work, [3, 3, 3]);
    }

    #[test]
    fn a_required_key_must_be_shown() {
        let directory = bill();
        assert!(directory.require_mfa_key(&subject("7"), Some("")), "even an empty one must be shown");
        assert!(sign_in(&directory, "ad\\bill.posters", "blabla", None).is_none());
        assert!(sign_in(&directory, "ad\\bill.posters", "blabla", Some("")).is_some());
        assert!(directory.require_mfa_key(&subject("7"), Some("123456")));
        assert!(sign_in(&directory, "ad\\bill.posters", "blabla", Some("123457")).is_none());
        assert!(sign_in(&directory, "ad\\bill.posters", "blabla", Some("123456")).is_some());
        assert!(sign_in(&directory, "ad\\bill.posters", "x", Some("123456")).is_none());
        assert!(directory.require_machine_key(&subject("7"), Some("m")));
        assert!(sign_in(&directory, "ad\\bill.posters", "blabla", Some("123456")).is_none());
    }

    #[test]
    fn changes_show_at_once() {
        let directory = bill();
        let account = |id| block_on(directory.account(&subject(id))).expect("reachable");
        assert!(directory.set_role(&subject("7"), Role::Administrator));
        assert_eq!(account("7").map(|account| account.role()), Some(Role::Administrator));
        assert!(directory.set_disabled(&subject("7"), true));
        assert!(account("7").is_some_and(|account| account.is_disabled()));
        assert!(directory.set_password(&subject("7"), "new"));
        assert!(directory.rename(&subject("7"), &["will"]));
        assert!(sign_in(&directory, "ad\\bill.posters", "new", None).is_none());
        assert!(sign_in(&directory, "WILL", "new", None).is_some());
        let bills = block_on(directory.find("BIL", NonZeroU32::MIN)).expect("reachable");
        assert_eq!(bills.len(), 1);
        assert!(directory.remove(&subject("7")) && !directory.remove(&subject("7")));
        assert!(account("7").is_none() && !directory.set_role(&subject("7"), Role::Member));
        assert!(!directory.update(Account::new(subject("7"), "Bill", Role::Member)), "a removed one stays away");
    }

    #[test]
    fn an_outage_is_an_error_and_no_answer() {
        let directory = bill();
        directory.set_unavailable(true);
        assert!(block_on(directory.account(&subject("7"))).is_err());
        assert!(block_on(directory.resolve("will")).is_err());
        assert!(block_on(directory.find("", NonZeroU32::MIN)).is_err());
        directory.set_unavailable(false);
        assert!(block_on(directory.account(&subject("7"))).is_ok_and(|account| account.is_some()));
    }
}
