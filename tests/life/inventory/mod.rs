//! Tests the inventory of all credentials, and one credential by its id (requirements SIGHT 2 and SIGHT 3).

pub(crate) mod counting;
mod filters;
mod limits;
mod one;
mod pages;
mod rights;

use counterfoil::operations::{CredentialCursor, CredentialFilter, CredentialPage, Granted, NewAccess, SignIn};
use counterfoil::types::{RecordId, TokenKind};
use counterfoil::{CredentialView, ManageError, Presenter};

use crate::support::*;

/// Makes a world without limits on numbers of credentials. The service in it keeps no copy of settings and clients:
/// each operation reads them from the store.
fn unlimited() -> World {
    let mut policy = open_policy();
    policy.settings_staleness = std::time::Duration::ZERO;
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = None;
    bare_world(policy)
}

/// Makes a world with credentials of each kind: two tokens of Ivan and one of Bill, a sign-in and a session of Ivan,
/// and a code.
fn stocked() -> World {
    let world = unlimited();
    world.pat("ivan", "Nightly build");
    world.pass(minutes(1));
    world.pat("ivan", "deploy");
    world.pat("bill", "nightly tests");
    sign_in(&world, "ivan", "tool");
    block_on(world.handle.open_session_for(&world.account("ivan"))).expect("opened");
    world.code(NewAccess::SameAsUser("ivan"));
    world
}

/// Opens a sign-in through this client, which is registered first if it is new.
fn sign_in(world: &World, person: &str, client: &str) -> Granted {
    let id = client_id(client);
    let new = new_client(client);
    let _already = block_on(world.handle.create_client(&Presenter::host(), new));
    let person = subject(person);
    block_on(world.handle.open_sign_in(&SignIn::new(&id, &person))).expect("opened")
}

fn page(
    world: &World,
    filter: &CredentialFilter,
    after: Option<&CredentialCursor>,
    most: u32,
) -> Result<CredentialPage, ManageError> {
    block_on(world.handle.list_credentials(&Presenter::host(), filter, after, limit(most)))
}

/// Reads all pages of the inventory, and returns their items.
fn walk(world: &World, filter: &CredentialFilter, most: u32) -> Vec<CredentialView> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = page(world, filter, after.as_ref(), most).expect("a page");
        assert!(page.items.len() <= most as usize);
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

fn ids(found: &[CredentialView]) -> Vec<RecordId> {
    found.iter().map(|found| found.id).collect()
}

/// The labels of all credentials that match the filter, in alphabetical order.
fn labels(world: &World, filter: &CredentialFilter) -> Vec<String> {
    let mut labels: Vec<String> = walk(world, filter, 100).into_iter().map(|found| found.label).collect();
    labels.sort();
    labels
}

fn kinds(world: &World, filter: &CredentialFilter) -> Vec<TokenKind> {
    walk(world, filter, 100).iter().map(|found| found.kind).collect()
}
