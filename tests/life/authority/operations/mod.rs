//! All operations of the table `testdata/authority/operations.txt`. Each is called as a host calls it, with a target
//! that exists.

mod clients;
mod security_codes;
mod service_accounts;
mod settings;
mod sign_ins;
mod tokens;
mod users;

use std::sync::atomic::{AtomicU32, Ordering};

use counterfoil::operations::{Overlap, Rotation, TokenUpdate};
use counterfoil::service_account::ServiceAccountId;
use counterfoil::types::{FamilyId, Networks, RecordId};
use counterfoil::*;

use crate::authority::presenters::Presented;
use crate::support::*;

/// An operation. The table of operations has a group of rows for it, one for each kind of presenter.
pub(in crate::authority) struct Operation {
    pub(in crate::authority) name: &'static str,
    /// The scope that the operation needs.
    pub(in crate::authority) scope: &'static str,
    pub(in crate::authority) run: fn(&World, &Presented) -> Result<(), ManageError>,
}

/// All operations, in the order of the table.
pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    let subjects = [
        tokens::ALL,
        sign_ins::ALL,
        users::ALL,
        service_accounts::ALL,
        security_codes::ALL,
        clients::ALL,
        settings::ALL,
    ];
    subjects.into_iter().flatten()
}

/// Checks that several calls of one operation had the same outcome, and returns this outcome.
fn same<const N: usize>(outcomes: [Result<(), ManageError>; N]) -> Result<(), ManageError> {
    let text_of = |outcome: &Result<(), ManageError>| format!("{outcome:?}");
    assert!(outcomes.iter().all(|outcome| text_of(outcome) == text_of(&outcomes[0])), "{outcomes:?}");
    outcomes.into_iter().next().expect("at least one")
}

/// A rotation with a new lifetime.
fn renewal() -> Rotation {
    Rotation::new(Overlap::Immediate).with_lifetime(Lifetime::Days(2))
}

fn unused_label() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("made {}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn token(world: &World, owner: &str, scope: Option<&str>) -> RecordId {
    let account = world.account(owner);
    // A collaborator cannot create a token, so the owner has the role of a member while the token is created.
    world.people.set_role(&subject(owner), account.role().max(Role::Member));
    let label = unused_label();
    let scope = scope.map(|scope| scope.parse().expect("a scope"));
    let new = NewPersonalAccessToken::new(&label, Lifetime::Days(1)).with_scope(scope);
    let issued = block_on(world.handle.create_personal_access_token(&Presenter::signed_in(&account), &new));
    world.people.set_role(&subject(owner), account.role());
    issued.expect("made").view.id
}

fn office() -> Networks {
    Networks::new(["192.0.2.0/24"]).expect("a block")
}

/// Lets a token be used only from one network.
fn restricted() -> TokenUpdate<'static> {
    TokenUpdate::default().with_allowed_sources(office())
}

/// Lets a person's token be used only from the office. The tested operation then removes this restriction.
fn restrict(world: &World, id: &RecordId) {
    let owner = world.stored(id).expect("stored").record().owner.subject().expect("a person's");
    if let Some(account) = ServiceAccountId::of_subject(&owner) {
        let host = Presenter::host();
        block_on(world.handle.update_service_token(&host, &account, id, &restricted())).expect("set");
    } else {
        let by = world.presenter(owner.as_str());
        block_on(world.handle.update_personal_access_token(&by, id, &restricted())).expect("set");
    }
}

/// Opens a session of this person, and returns its id. A service account cannot have a session, so for a service
/// account this returns an id that no session has.
fn sign_in_of(world: &World, owner: &str) -> FamilyId {
    if subject(owner).is_reserved() {
        return FamilyId::from_bytes([1; 10]);
    }
    let opened = block_on(world.handle.open_session_for(&world.account(owner))).expect("opened");
    opened.principal.credential_id().family()
}
