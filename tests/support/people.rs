//! The accounts in the host's directory, and presenters for them.

use counterfoil::directory::Accounts as _;
use counterfoil::memory::MemoryDirectory;
use counterfoil::{Account, EmailAddress, Presenter, Role, SubjectId};

use super::{World, block_on};

pub fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("an id")
}

/// Makes the directory of the host. The password of each person is the same text as the subject. Only bill has another
/// password: his name and his password are those of the example in 12d Synergy's documentation.
pub fn people() -> MemoryDirectory {
    let people = MemoryDirectory::default();
    for (id, name, role, password) in [
        ("bill", "AD\\bill.posters", Role::Member, "blabla"),
        ("carol", "carol", Role::Collaborator, "carol"),
        ("ivan", "ivan", Role::Member, "ivan"),
        ("helen", "helen", Role::Member, "helen"),
        ("admin", "admin", Role::Administrator, "admin"),
        ("super", "super@example.com", Role::SuperAdministrator, "super"),
    ] {
        let email = EmailAddress::new(&format!("{id}@example.com")).expect("an address");
        let account = Account::new(subject(id), name, role).with_email(email).with_zone("Europe/Moscow");
        people.insert(account.with_profile_management(id == "helen"), &[name], password);
    }
    people
}

impl World {
    pub fn account(&self, id: &str) -> Account {
        block_on(self.people.account(&subject(id))).expect("available").expect("an account")
    }

    /// Returns the presenter for a person who has signed in.
    pub fn presenter(&self, id: &str) -> Presenter {
        Presenter::signed_in(&self.account(id))
    }
}
