//! The demo's people: a directory of six, with passwords as a real one keeps them.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::directory::{Directory, DirectoryError, Login, ResolvedName};
use counterfoil::types::{InvalidEmail, InvalidSubject};
use counterfoil::{Account, EmailAddress, Role, SubjectId};

use crate::passwords::{Kept, Passwords};
use crate::profiles::ProfileBook;

/// Who is there.
struct Person {
    account: Account,
    password: Kept,
}

/// The demo's directory. A name is one in any case; a backslash is a character like any other.
pub struct People {
    people: Vec<Person>,
    profiles: ProfileBook,
    passwords: Passwords,
    /// The hash of a password that nobody has, for names that nobody bears.
    nobodys: Kept,
}

/// One of the demo's accounts as it is printed.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What one signs in by.
    pub name: &'static str,
    /// The password: a demo's.
    pub password: &'static str,
    /// The role.
    pub role: Role,
    /// The immutable id.
    pub subject: &'static str,
    /// Where notices go.
    pub email: &'static str,
    /// Whether the account's tokens authenticate.
    pub token_login: bool,
    /// The time zone, until its profile has another.
    pub zone: &'static str,
    /// The language of its notices.
    pub language: &'static str,
}

const fn known(name: &'static str, password: &'static str, role: Role) -> Known {
    Known { name, password, role, subject: name, email: "", token_login: true, zone: "UTC", language: "en" }
}

/// Everybody.
pub const EVERYBODY: [Known; 6] = [
    Known {
        subject: "<ID>6</ID><ServerID>1</ServerID><ServerGUID>cd877c4c-ca8f-4476-83fe-9a2cf107621c</ServerGUID>",
        email: "bill.posters@example.com",
        ..known("AD\\bill.posters", "blabla", Role::Member)
    },
    Known { email: "carol@example.com", ..known("carol", "carol", Role::Collaborator) },
    Known { email: "admin@example.com", ..known("admin", "admin", Role::Administrator) },
    Known { email: "super@example.com", ..known("super@example.com", "super", Role::SuperAdministrator) },
    Known { email: "ivan@example.com", zone: "Europe/Moscow", language: "ru", ..known("ivan", "ivan", Role::Member) },
    Known { email: "newbie@example.com", token_login: false, ..known("newbie", "newbie", Role::Member) },
];

/// The time zone that somebody has until the profile has another.
pub(crate) fn home(subject: &SubjectId) -> Option<&'static str> {
    EVERYBODY.iter().find(|known| known.subject == subject.as_str()).map(|known| known.zone)
}

/// An account that is none.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPerson {
    /// Its subject.
    #[error(transparent)]
    Subject(#[from] InvalidSubject),
    /// Its address.
    #[error(transparent)]
    Email(#[from] InvalidEmail),
    /// Its password.
    #[error(transparent)]
    Password(#[from] crate::passwords::Unhashed),
}

impl People {
    /// Everybody, with a hash of each password, in the time zones of their profiles.
    ///
    /// # Errors
    ///
    /// [`InvalidPerson`].
    pub fn new(profiles: ProfileBook) -> Result<Self, InvalidPerson> {
        let passwords = Passwords::new();
        let person = |known: &Known| {
            let account = Account::new(SubjectId::new(known.subject)?, known.name, known.role)
                .with_email(EmailAddress::new(known.email)?)
                .with_zone(known.zone)
                .with_language(known.language);
            Ok(Person { account, password: passwords.keep(known.password)? })
        };
        let people: Result<_, InvalidPerson> = EVERYBODY.iter().map(person).collect();
        let nobodys = passwords.keep("a password that nobody has")?;
        Ok(Self { people: people?, profiles, passwords, nobodys })
    }

    /// How many passwords were hashed to test them.
    #[must_use]
    pub fn tested(&self) -> u64 {
        self.passwords.tested()
    }

    /// Somebody's account as it is now.
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

/// One key for all spellings of a name.
fn canonical(name: &str) -> String {
    name.to_lowercase()
}

#[async_trait]
impl Directory for People {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let person = self.named(login.name);
        let kept = person.map_or(self.nobodys, |person| person.password);
        let fits = self.passwords.test(login.password, kept).await;
        let fits = fits.map_err(|unhashed| DirectoryError(Some(unhashed.into())))?;
        Ok(person.filter(|_| fits).map(|person| self.account_of(person)))
    }

    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let person = self.people.iter().find(|person| person.account.subject() == subject);
        Ok(person.map(|person| self.account_of(person)))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        let subject = self.named(name).map(|person| person.account.subject().clone());
        Ok(ResolvedName { key: canonical(name), subject })
    }

    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        let text = canonical(text);
        let fits = |person: &&Person| canonical(person.account.name()).contains(&text);
        let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        Ok(self.people.iter().filter(fits).take(most).map(|person| self.account_of(person)).collect())
    }
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("People").field("people", &self.people.len()).finish_non_exhaustive()
    }
}
