//! Makes presenters of every kind for the table of operations. Each presenter is made with the library's own calls.

use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::operations::{NewAccess, NewSecurityCode, SignIn};
use counterfoil::service_account::{NewServiceAccount, ServiceAccountView};
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// The columns of the table of operations, one for each of five people. A column is the pair of its name and the
/// subject id of the person.
pub(super) const PEOPLE: [(&str, &str); 5] = [
    ("collaborator", "carol"),
    ("member", "ivan"),
    ("manager", "helen"),
    ("administrator", "admin"),
    ("super", "super"),
];

/// The presenters of one kind, one for each person. They are a row in the table of operations.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// One presenter of this kind for each of [`PEOPLE`]. `None` if the person cannot get a presenter of this kind.
    pub(super) of: [Option<Presented>; 5],
}

pub(super) struct Presented {
    pub(super) by: Presenter,
    pub(super) credential: Option<RecordId>,
}

impl From<&Principal> for Presented {
    fn from(principal: &Principal) -> Self {
        Self { by: Presenter::from(principal), credential: Some(principal.credential_id()) }
    }
}

/// Makes a world without limits on numbers of credentials. So only missing rights can cause a refusal.
pub(super) fn unhindered() -> World {
    let mut policy = open_policy();
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = None;
    policy.security_codes.creations_per_hour = None;
    policy.refresh_tokens.live_per_owner_and_client = None;
    policy.console_sessions.live_per_owner = None;
    policy.personal_access_tokens.made_by_administrators = true;
    policy.personal_access_tokens.extendable = true;
    policy.service_accounts.max = 1_000;
    let world = bare_world(policy);
    let store = world.store.clone();
    let world = world.elsewhere(|builder| builder.alias_store(store).import(counterfoil::import::Sanctum));
    let any = NewClient::named("any").with_id(client());
    block_on(world.handle.create_client(&Presenter::host(), any)).expect("registered");
    world
}

fn client() -> ClientId {
    "any".parse().expect("an id")
}

/// Makes the presenters of all kinds. One of the kinds is an access token with the scope `scope`.
pub(super) fn all(world: &World, scope: &str) -> Vec<Kind> {
    let stale = each(|who| Some(session(world, who)));
    world.pass(minutes(10));
    vec![
        Kind { name: "signed in by the host", of: each(|who| Some(signed_in(world, who))) },
        Kind { name: "session, password proved lately", of: each(|who| Some(session(world, who))) },
        Kind { name: "session, password proved long ago", of: stale },
        Kind { name: "access token without scope", of: each(|who| Some(access(world, who, None))) },
        Kind { name: "access token with that scope", of: each(|who| Some(access(world, who, Some(scope)))) },
        Kind { name: "access token with another scope", of: each(|who| Some(access(world, who, Some("other")))) },
        Kind { name: "personal access token", of: each(|who| pat(world, who)) },
        Kind {
            name: "code with a super administrator's rights",
            of: only_super(code(world, NewAccess::SuperAdministrator)),
        },
        Kind {
            name: "code as a super administrator",
            of: only_super(code(world, NewAccess::SameAsUser("super@example.com"))),
        },
        Kind { name: "personal access token of a service account", of: each(|who| machine_pat(world, who)) },
        Kind { name: "access token of a service account", of: each(|who| machine_access(world, who)) },
        Kind { name: "session of another realm", of: each(|who| Some(foreign(world, who))) },
    ]
}

fn each(make: impl Fn(&str) -> Option<Presented>) -> [Option<Presented>; 5] {
    PEOPLE.map(|(_, who)| make(who))
}

fn only_super(presented: Presented) -> [Option<Presented>; 5] {
    [None, None, None, None, Some(presented)]
}

fn signed_in(world: &World, who: &str) -> Presented {
    Presented { by: world.presenter(who), credential: None }
}

fn session(world: &World, who: &str) -> Presented {
    let opened = block_on(world.handle.open_session_for(&world.account(who))).expect("opened");
    let principal = block_on(world.handle.verify_session(opened.token.expose_secret())).expect("live");
    Presented::from(&principal)
}

pub(super) fn access(world: &World, who: &str, scope: Option<&str>) -> Presented {
    let (client, subject) = (client(), subject(who));
    let scope = scope.map(|scope| scope.parse().expect("a scope"));
    let sign_in = SignIn::new(&client, &subject).with_scope(scope);
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    Presented::from(&block_on(world.handle.verify(granted.access_token.expose_secret())).expect("live"))
}

/// Makes a presenter with a personal access token of this person. Returns `None` for a collaborator, who cannot create
/// one.
pub(super) fn pat(world: &World, who: &str) -> Option<Presented> {
    let new = NewPersonalAccessToken::new("presented", Lifetime::Days(1));
    let issued = block_on(world.handle.create_personal_access_token(&world.presenter(who), &new)).ok()?;
    Some(Presented::from(&block_on(world.handle.verify(issued.token.expose_secret())).expect("live")))
}

pub(super) fn code(world: &World, access: NewAccess<'_>) -> Presented {
    let new = NewSecurityCode::new(access);
    let issued = block_on(world.handle.create_security_code(&world.presenter("super"), &new)).expect("made");
    Presented::from(&block_on(world.handle.verify(issued.token.expose_secret())).expect("live"))
}

pub(super) fn foreign(world: &World, who: &str) -> Presented {
    let realm = Realm::new("other").expect("a realm");
    session(&world.elsewhere(|builder| builder.realm(realm)), who)
}

/// Makes a service account of the host with the role of this person. Returns `None` for a collaborator, because a
/// service account cannot have this role. Also returns `None` for a person who manages profiles, because this right is
/// not a role.
fn machine(world: &World, who: &str) -> Option<ServiceAccountView> {
    let account = world.account(who);
    let label = format!("presented by {who}");
    let host = Presenter::host();
    let there = block_on(world.handle.list_service_accounts(&host, None, limit(1_000))).expect("listed").items;
    let there = there.into_iter().find(|there| there.label == label);
    let new = NewServiceAccount::new(&label, account.role());
    let made = || block_on(world.handle.create_service_account(&host, &new)).ok();
    if account.manages_profiles() { None } else { there.or_else(made) }
}

/// Makes a presenter with a personal access token of a service account that has the role of this person.
fn machine_pat(world: &World, who: &str) -> Option<Presented> {
    let account = machine(world, who)?;
    let new = NewPersonalAccessToken::new("presented", Lifetime::Days(1));
    let issued = block_on(world.handle.create_service_token(&Presenter::host(), &account.id, &new)).expect("made");
    Some(Presented::from(&block_on(world.handle.verify(issued.token.expose_secret())).expect("live")))
}

/// Makes a presenter with an access token of the grant `client_credentials`.
fn machine_access(world: &World, who: &str) -> Option<Presented> {
    let account = machine(world, who)?;
    let new = NewClient::named("machine").with_grants(vec![Grant::ClientCredentials]);
    let new = new.with_service_account(account.id);
    let client = block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered").view.id;
    let reply = world.token_as(&client, &[("grant_type", "client_credentials")]);
    Some(Presented::from(&block_on(world.handle.verify(&reply.access())).expect("live")))
}
