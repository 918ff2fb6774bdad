//! The directory of the demo. It has six accounts with hashed passwords.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::types::{InvalidEmail, InvalidSubject};
use counterfoil::{Account, EmailAddress, Role, SubjectId};

use crate::passwords::{PasswordHash, Passwords};
use crate::profiles::ProfileStore;

/// An account of the directory, and the hash of its password.
struct Person {
    account: Account,
    password: PasswordHash,
}

/// The directory of the demo. To find an account by its name, upper and lower case are treated as equal. A name such as
/// `AD\bill.posters` has no separate domain: the backslash is an ordinary character of the name.
pub struct People {
    people: Vec<Person>,
    profiles: ProfileStore,
    passwords: Passwords,
    /// The hash with which a password is compared if the name is unknown. So the check of a password takes as long as
    /// for a known name.
    dummy_hash: PasswordHash,
}

/// The data of a demo account.
#[derive(Clone, Copy, Debug)]
pub struct DemoAccount {
    /// The name with which the person signs in.
    pub name: &'static str,
    /// The password in plain text. It is public: the demo prints it at the start.
    pub password: &'static str,
    /// The role of the account in the directory.
    pub role: Role,
    /// The id of the account. It never changes.
    pub subject: &'static str,
    /// The e-mail address to which notices are sent.
    pub email: &'static str,
    /// The value of the account's switch for personal access tokens in a new store.
    pub token_login: bool,
    /// The time zone that is used if the profile has none.
    pub zone: &'static str,
    /// The language in which notices are sent.
    pub language: &'static str,
}

const fn account(name: &'static str, password: &'static str, role: Role) -> DemoAccount {
    DemoAccount { name, password, role, subject: name, email: "", token_login: true, zone: "UTC", language: "en" }
}

/// The accounts of the demo.
pub const ACCOUNTS: [DemoAccount; 6] = [
    DemoAccount {
        subject: "<ID>6</ID><ServerID>1</ServerID><ServerGUID>cd877c4c-ca8f-4476-83fe-9a2cf107621c</ServerGUID>",
        email: "bill.posters@example.com",
        ..account("AD\\bill.posters", "blabla", Role::Member)
    },
    DemoAccount { email: "carol@example.com", ..account("carol", "carol", Role::Collaborator) },
    DemoAccount { email: "admin@example.com", ..account("admin", "admin", Role::Administrator) },
    DemoAccount { email: "super@example.com", ..account("super@example.com", "super", Role::SuperAdministrator) },
    DemoAccount {
        email: "ivan@example.com",
        zone: "Europe/Moscow",
        language: "ru",
        ..account("ivan", "ivan", Role::Member)
    },
    DemoAccount { email: "newbie@example.com", token_login: false, ..account("newbie", "newbie", Role::Member) },
];

/// Returns the time zone that a demo account has if its profile contains none. Returns `None` for any other account.
pub(crate) fn default_zone(subject: &SubjectId) -> Option<&'static str> {
    ACCOUNTS.iter().find(|account| account.subject == subject.as_str()).map(|account| account.zone)
}

/// The reason why the data of a demo account is invalid.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAccount {
    /// The subject is invalid.
    #[error(transparent)]
    Subject(#[from] InvalidSubject),
    /// The e-mail address is invalid.
    #[error(transparent)]
    Email(#[from] InvalidEmail),
    /// The password cannot be hashed.
    #[error(transparent)]
    Password(#[from] crate::passwords::HashError),
}

impl People {
    /// Makes a directory of all demo accounts.
    ///
    /// # Errors
    ///
    /// [`InvalidAccount`] if a demo account is invalid.
    pub fn new(profiles: ProfileStore) -> Result<Self, InvalidAccount> {
        let passwords = Passwords::new();
        let person = |demo: &DemoAccount| {
            let account = Account::new(SubjectId::new(demo.subject)?, demo.name, demo.role)
                .with_email(EmailAddress::new(demo.email)?)
                .with_zone(demo.zone)
                .with_language(demo.language);
            Ok(Person { account, password: passwords.hash(demo.password)? })
        };
        let people: Result<_, InvalidAccount> = ACCOUNTS.iter().map(person).collect();
        let dummy_hash = passwords.hash("a password that nobody has")?;
        Ok(Self { people: people?, profiles, passwords, dummy_hash })
    }

    /// Returns the number of password checks since the start. The bench `refusals` uses it to show that an unknown name
    /// costs a check too.
    #[must_use]
    pub fn verifications(&self) -> u64 {
        self.passwords.verifications()
    }

    /// Makes the account of a person. If the person's profile has a time zone, the account gets this time zone.
    /// Otherwise it keeps the time zone of the demo account.
    fn account_of(&self, person: &Person) -> Account {
        let account = person.account.clone();
        match self.profiles.zone(account.subject()) {
            Some(zone) => account.with_zone(&zone),
            None => account,
        }
    }

    fn named(&self, name: &str) -> Option<&Person> {
        let key = canonical(name);
        self.people.iter().find(|person| canonical(person.account.name()) == key)
    }
}

/// Returns the name in lower case, the form in which names are compared.
fn canonical(name: &str) -> String {
    name.to_lowercase()
}

#[async_trait]
impl Accounts for People {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let person = self.people.iter().find(|person| person.account.subject() == subject);
        Ok(person.map(|person| self.account_of(person)))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        let subject = self.named(name).map(|person| person.account.subject().clone());
        Ok(ResolvedName::new(canonical(name)).with_subject(subject))
    }
}

#[async_trait]
impl Logins for People {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let person = self.named(login.name);
        let hash = person.map_or(self.dummy_hash, |person| person.password);
        let matches = self.passwords.verify(login.password, hash).await?;
        Ok(person.filter(|_| matches).map(|person| self.account_of(person)))
    }
}

#[async_trait]
impl Search for People {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        let text = canonical(text);
        let matches = |person: &&Person| canonical(person.account.name()).contains(&text);
        let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        Ok(self.people.iter().filter(matches).take(most).map(|person| self.account_of(person)).collect())
    }
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("People").field("people", &self.people.len()).finish_non_exhaustive()
    }
}
