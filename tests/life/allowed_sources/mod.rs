//! Tests credentials that can be used only from some addresses, their allowed sources (requirement SIGHT 6). Tries
//! every way of use from an allowed address, from another address, and from an unknown source. Also tests changes of
//! the allowed sources.

mod changes;
mod codes;
mod introspection;
mod lists;
mod races;
mod refresh;
mod verification;
mod widening;

use counterfoil::http_auth::Refusal;
use counterfoil::operations::{SignIn, TokenUpdate};
use counterfoil::types::{Networks, RecordId, Source};
use counterfoil::*;

use crate::support::*;

const INSIDE: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

fn networks<'a>(blocks: impl IntoIterator<Item = &'a str>) -> Networks {
    Networks::new(blocks).expect("blocks")
}

fn office() -> Networks {
    networks(["192.0.2.0/24"])
}

fn at(source: &str) -> Source {
    source.parse().expect("a source")
}

/// Sources from which a credential with the allowed sources [`office`] is refused.
fn elsewhere() -> [Source; 4] {
    [at(OUTSIDE), at("2001:db8::7"), at("gateway-7"), Source::Unknown]
}

fn restricted_pat(world: &World, label: &str) -> IssuedCredential {
    let new = NewPersonalAccessToken::new(label, Lifetime::Days(30)).with_allowed_sources(office());
    block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("a token")
}

fn refusal(world: &World, token: &str, source: &Source) -> Option<Refusal> {
    match block_on(world.handle.from_source(source).verify(token)) {
        Ok(_) => None,
        Err(Denied::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

fn works_at(world: &World, token: &str, source: &str) -> bool {
    refusal(world, token, &at(source)).is_none()
}

fn set(
    world: &World,
    by: &Presenter,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    let change = TokenUpdate::default().with_allowed_sources(allowed.cloned());
    block_on(world.handle.update_personal_access_token(by, id, &change))
}

fn session(world: &World, id: &str) -> Presenter {
    let opened = block_on(world.handle.open_session_for(&world.account(id))).expect("opened");
    Presenter::from(&opened.principal)
}

/// The presenter of an access token. The sign-in of the token can be used only from the office.
fn restricted_access(world: &World, id: &str) -> Presenter {
    let (client, subject) = (client_id("rotating"), subject(id));
    let sign_in = SignIn::new(&client, &subject).with_allowed_sources(office());
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    let inside = at(INSIDE);
    let principal = block_on(world.handle.from_source(&inside).verify(granted.access_token.expose_secret()));
    Presenter::from(&principal.expect("inside"))
}
