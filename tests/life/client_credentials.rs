//! Tests the grant `client_credentials` (RFC 6749 §4.4): the tokens of a client that acts as a service account.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::client::{ClientId, ClientUpdate, Grant, NewClient};
use counterfoil::event::{Actor, EventKind};
use counterfoil::http_auth::Refusal;
use counterfoil::policy::LiveCap;
use counterfoil::service_account::*;
use counterfoil::types::TokenKind;
use counterfoil::*;

use crate::support::*;

/// A scope as text, or none.
type Text = Option<&'static str>;

const ASK: (&str, &str) = ("grant_type", "client_credentials");

/// A world with a service account, and a client that gets the tokens of this account.
struct Machines {
    world: World,
    account: ServiceAccountView,
    client: ClientId,
}

fn machines(
    change: impl FnOnce(NewServiceAccount<'static>, NewClient) -> (NewServiceAccount<'static>, NewClient),
) -> Machines {
    machines_in(world(), change)
}

fn machines_in(
    world: World,
    change: impl FnOnce(NewServiceAccount<'static>, NewClient) -> (NewServiceAccount<'static>, NewClient),
) -> Machines {
    let new = NewClient::named("importer").with_id(client_id("importer")).with_grants(vec![Grant::ClientCredentials]);
    let (account, new) = change(NewServiceAccount::new("nightly import", Role::Administrator), new);
    let admin = world.presenter("admin");
    let account = block_on(world.handle.create_service_account(&admin, &account)).expect("made");
    let new = new.with_service_account(account.id);
    let client = block_on(world.handle.create_client(&admin, new)).expect("registered").view.id;
    Machines { world, account, client }
}

fn plain() -> Machines {
    machines(|account, client| (account, client))
}

impl Machines {
    fn ask(&self, more: &[(&str, &str)]) -> Reply {
        self.world.token_as(&self.client, &[&[ASK], more].concat())
    }

    fn update(&self, change: ServiceAccountUpdate) {
        let host = Presenter::host();
        block_on(self.world.handle.update_service_account(&host, &self.account.id, &change)).expect("changed");
    }

    fn update_client(&self, change: ClientUpdate) -> Result<counterfoil::client::ClientView, ManageError> {
        block_on(self.world.handle.update_client(&Presenter::host(), &self.client, change))
    }
}

#[test]
fn machine_2_the_access_token_is_the_service_accounts_and_there_is_no_refresh_token() {
    let machines = plain();
    machines.world.take_events();
    let reply = machines.ask(&[("username", "ignored"), ("password", "ignored"), ("refresh_token", "ignored")]);
    assert_eq!((reply.status, reply.text("token_type").as_str(), reply.number("expires_in")), (200, "bearer", 600));
    for absent in ["refresh_token", "scope", "user_name", "user_id", "is_read_only_web_user"] {
        assert!(!reply.has(absent), "{absent}: {}", reply.body);
    }
    assert_eq!(reply.text("as:client_id"), "importer");
    let principal = machines.world.verify(&reply.access()).expect("works");
    assert_eq!((principal.subject(), principal.name()), (&machines.account.subject, "nightly import"));
    assert_eq!((principal.role(), principal.kind()), (Role::Administrator, TokenKind::AccessToken));
    assert!(principal.is_service_account() && principal.scope().is_none());
    let issued = machines.world.sink.take().into_iter().find(|told| matches!(told.kind, EventKind::Issued { .. }));
    let issued = issued.expect("told");
    let owner = machines.account.subject.clone().into();
    assert_eq!(issued.kind, EventKind::Issued { kind: TokenKind::AccessToken, id: principal.credential_id(), owner });
    let by = Actor::Client { client: machines.client.clone(), subject: Some(machines.account.subject.clone()) };
    assert_eq!(issued.by, by);
    machines.world.pass(Duration::from_secs(600));
    assert!(matches!(machines.world.reason(&reply.access()), Refusal::Expired { .. }));
}

#[test]
fn machine_2_without_vendor_fields_the_answer_has_the_standards_members_only() {
    let mut policy = open_policy();
    policy.access_tokens.vendor_fields = false;
    let machines = machines_in(world_with(policy, |builder| builder), |account, client| (account, client));
    let body: serde_json::Value = serde_json::from_str(&machines.ask(&[]).body).expect("JSON");
    let members: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["access_token", "expires_in", "token_type"]);
}

#[test]
fn machine_2_no_client_has_the_grant_that_is_not_registered_for_it_with_an_account() {
    let machines = plain();
    let world = &machines.world;
    for (client, form) in [("test.token", [ASK].as_slice()), ("public-app", &[ASK])] {
        assert_eq!(world.token(client, form).error(), (400, "unauthorized_client".into()), "{client}");
    }
    let host = Presenter::host();
    let new = |name: &str| NewClient::named(name).with_grants(vec![Grant::ClientCredentials]);
    let id = machines.account.id;
    let nobodys = ServiceAccountId::from_bytes([9; 16]);
    for (new, fault) in [
        (new("none"), Invalid::ServiceAccountMissing),
        (new("public").with_public(true).with_service_account(id), Invalid::ServiceAccountPublic),
        (NewClient::named("public").with_public(true).with_service_account(id), Invalid::ServiceAccountPublic),
        (new("nobody's").with_service_account(nobodys), Invalid::ServiceAccount),
    ] {
        let refused = block_on(world.handle.create_client(&host, new));
        assert!(matches!(&refused, Err(ManageError::Invalid(own)) if *own == fault), "{refused:?}");
        assert_eq!(fault.field(), "service_account");
    }
    let without = machines.update_client(ClientUpdate::default().with_service_account(None));
    assert!(matches!(without, Err(ManageError::Invalid(Invalid::ServiceAccountMissing))), "{without:?}");
    machines.update_client(ClientUpdate::default().with_grants(Vec::new())).expect("the grant goes");
    assert_eq!(machines.ask(&[]).error(), (400, "unauthorized_client".into()));
    machines.update_client(ClientUpdate::default().with_service_account(None)).expect("then the account");
}

#[test]
fn machine_2_the_scope_is_the_clients_within_the_accounts() {
    let both = |account: Option<&'static str>, allowed: Option<&str>, default: Option<&str>| {
        let parse = |text: Option<&str>| text.map(|text| text.parse::<Scope>().expect("a scope"));
        machines(|new, client| {
            let client = client.with_allowed_scope(parse(allowed)).with_default_scope(parse(default));
            (new.with_scope(parse(account)), client)
        })
    };
    // Each row has the scope of the service account, the client's allowed scope, the client's default scope, the
    // requested scope, and the expected result: the granted scope, or a refusal.
    let rows: [([Text; 4], Result<Text, ()>); 11] = [
        ([None, None, None, None], Ok(None)),
        ([None, None, None, Some("a")], Ok(Some("a"))),
        ([Some("a b"), None, None, None], Ok(Some("a b"))),
        ([None, Some("a b"), None, None], Ok(Some("a b"))),
        ([Some("a b"), Some("b c"), None, None], Ok(Some("b"))),
        ([Some("a b"), Some("b c"), None, Some("b")], Ok(Some("b"))),
        ([Some("a b"), Some("b c"), None, Some("a")], Err(())),
        ([Some("a b"), Some("b c"), None, Some("b c")], Err(())),
        ([Some("a b"), Some("a b c"), Some("b c"), None], Ok(Some("b"))),
        ([Some("a"), Some("b"), None, None], Err(())),
        ([Some("a"), None, Some("b"), None], Err(())),
    ];
    for ([account, allowed, default, asked], expected) in rows {
        let machines = both(account, allowed, default);
        let form: Vec<_> = asked.map(|asked| ("scope", asked)).into_iter().collect();
        let reply = machines.ask(&form);
        let Ok(granted) = expected else {
            assert_eq!(reply.error(), (400, "invalid_scope".into()), "{account:?} {allowed:?} {asked:?}");
            continue;
        };
        assert_eq!(reply.status, 200, "{}", reply.body);
        let named = reply.has("scope").then(|| reply.text("scope"));
        assert_eq!(named.as_deref(), granted.filter(|_| asked != granted), "told where it is not the asked one");
        let principal = machines.world.verify(&reply.access()).expect("works");
        assert_eq!(principal.scope().map(Scope::as_str), granted);
    }
}

#[test]
fn machine_2_a_demanded_scope_can_be_the_accounts() {
    for (own, status) in [(None, 400), (Some("a"), 200)] {
        let mut policy = open_policy();
        policy.access_tokens.scope_demanded = true;
        let machines = machines_in(world_with(policy, |builder| builder), |account, client| {
            (account.with_scope(own.map(|own| own.parse::<Scope>().expect("a scope"))), client)
        });
        let reply = machines.ask(&[]);
        assert_eq!(reply.status, status, "{}", reply.body);
        assert!(status == 400 || machines.world.works(&reply.access()));
    }
}

#[test]
fn machine_2_an_account_that_may_not_act_gets_nothing_and_its_tokens_stop() {
    let text = "the client's service account may not act";
    let machines = plain();
    let world = &machines.world;
    let token = machines.ask(&[]).access();
    let stops = |why: &str| {
        world.take_events();
        let reply = machines.ask(&[]);
        assert_eq!(
            (reply.error(), reply.text("error_description").as_str()),
            ((400, "invalid_grant".into()), text),
            "{why}"
        );
        let client = machines.client.clone();
        assert!(world.take_events().contains(&EventKind::GrantRefused { client, error: "invalid_grant" }));
        assert!(!world.works(&token), "{why}");
    };
    machines.update(ServiceAccountUpdate::default().with_disabled(true));
    stops("disabled");
    machines.update(ServiceAccountUpdate::default().with_disabled(false));
    assert!(world.works(&token) && machines.ask(&[]).status == 200, "enabled again");
    world.people.set_disabled(&subject("admin"), true);
    stops("its maker is disabled");
    world.people.set_disabled(&subject("admin"), false);
    world.people.set_role(&subject("admin"), Role::Member);
    assert_eq!(world.verify(&token).expect("works").role(), Role::Member, "demoted with its maker");
    world.people.remove(&subject("admin"));
    stops("its maker is gone");
    machines.update(ServiceAccountUpdate::default().with_adopt(true));
    assert!(world.works(&token) && machines.ask(&[]).status == 200, "taken over by the host");
    block_on(world.handle.delete_service_account(&Presenter::host(), &machines.account.id)).expect("deleted");
    stops("deleted");
}

#[test]
fn machine_2_a_client_that_is_pointed_to_another_account_keeps_the_tokens_of_the_old_one() {
    let machines = plain();
    let world = &machines.world;
    let old = machines.ask(&[]).access();
    let new = NewServiceAccount::new("other", Role::Member);
    let other = block_on(world.handle.create_service_account(&world.presenter("admin"), &new)).expect("made");
    machines.update_client(ClientUpdate::default().with_service_account(other.id)).expect("changed");
    let new = machines.ask(&[]).access();
    assert_eq!(world.verify(&old).expect("works").subject(), &machines.account.subject);
    assert_eq!(world.verify(&new).expect("works").subject(), &other.subject);
    machines.update(ServiceAccountUpdate::default().with_disabled(true));
    assert!(!world.works(&old) && world.works(&new));
    block_on(world.handle.revoke_client_tokens(&Presenter::host(), &machines.client)).expect("revoked");
    assert!(!world.works(&new), "the client's epoch");
}

#[test]
fn machine_2_whoever_names_an_account_or_gets_its_clients_secret_has_at_least_its_role() {
    let world = world();
    let (admin, chief) = (world.presenter("admin"), world.presenter("super"));
    let new = NewServiceAccount::new("above", Role::SuperAdministrator);
    let above = block_on(world.handle.create_service_account(&chief, &new)).expect("made");
    let new = NewServiceAccount::new("own", Role::Administrator);
    let own = block_on(world.handle.create_service_account(&admin, &new)).expect("made");
    let new = |account: &ServiceAccountView| {
        NewClient::named("machine").with_grants(vec![Grant::ClientCredentials]).with_service_account(account.id)
    };
    let outranked = |outcome: Result<(), ManageError>| {
        assert!(matches!(outcome, Err(ManageError::Forbidden(Forbidden::Outranked))), "{outcome:?}");
    };
    outranked(block_on(world.handle.create_client(&admin, new(&above))).map(drop));
    let theirs = block_on(world.handle.create_client(&chief, new(&above))).expect("registered").view.id;
    let ours = block_on(world.handle.create_client(&admin, new(&own))).expect("registered").view.id;
    let change = |id, change| block_on(world.handle.update_client(&admin, id, change)).map(drop);
    outranked(change(&ours, ClientUpdate::default().with_service_account(above.id)));
    outranked(change(&theirs, ClientUpdate::default().with_grants(vec![Grant::ClientCredentials, Grant::Password])));
    outranked(block_on(world.handle.rotate_client_secret(&admin, &theirs, Duration::ZERO)).map(drop));
    change(&theirs, ClientUpdate::default().with_display_name("renamed")).expect("gives no right");
    change(&theirs, ClientUpdate::default().with_disabled(true)).expect("takes rights");
    outranked(change(&theirs, ClientUpdate::default().with_disabled(false)));
    block_on(world.handle.rotate_client_secret(&admin, &ours, Duration::ZERO)).expect("replaced");
}

#[test]
fn machine_2_the_number_of_live_tokens_is_bounded() {
    for evict in [true, false] {
        let mut policy = open_policy();
        policy.service_accounts.live_access_tokens = NonZeroU32::new(2).map(|limit| LiveCap { limit, evict });
        let machines = machines_in(world_with(policy, |builder| builder), |account, client| (account, client));
        let mut tokens = Vec::new();
        for _ in 0..2 {
            tokens.push(machines.ask(&[]).access());
            machines.world.pass(Duration::from_secs(1));
        }
        let third = machines.ask(&[]);
        if evict {
            assert!(machines.world.works(&third.access()) && machines.world.works(&tokens[1]));
        } else {
            assert_eq!(third.error(), (400, "invalid_grant".into()));
        }
        assert_eq!(machines.world.works(&tokens[0]), !evict);
    }
}

#[test]
fn machine_2_introspection_names_the_account_by_its_label() {
    let machines = plain();
    let world = &machines.world;
    let token = machines.ask(&[]).access();
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
    let admin = world.presenter("admin");
    let pat = block_on(world.handle.create_service_token(&admin, &machines.account.id, &new)).expect("made");
    let host = Presenter::host();
    let new = NewClient::named("resource").with_resource_server(true);
    let resource = block_on(world.handle.create_client(&host, new)).expect("registered");
    let secret = resource.secret.expect("confidential");
    let header = format!("Basic {}", secret.expose_api_key());
    for (text, kind) in [(token.as_str(), "access_token"), (pat.token.expose_secret(), "personal_access_token")] {
        let form = format!("token={text}");
        let reply = world.raw(Endpoint::Introspect, &[header.as_bytes()], FORM, form.as_bytes(), Some("10.0.0.1"));
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.text("sub"), machines.account.subject.as_str());
        assert_eq!((reply.text("username").as_str(), reply.text("kind").as_str()), ("nightly import", kind));
        assert_eq!(reply.text("role"), "administrator");
        assert_eq!(reply.has("client_id"), kind == "access_token");
    }
}

#[test]
fn machine_2_the_token_creates_renews_and_widens_nothing() {
    let machines = plain();
    let world = &machines.world;
    let by = world.as_token(&machines.ask(&[]).access());
    let new = NewPersonalAccessToken::new("own", Lifetime::Days(30));
    let own = block_on(world.handle.create_personal_access_token(&by, &new));
    assert!(matches!(own, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{own:?}");
    let client = block_on(world.handle.create_client(&by, NewClient::named("made")));
    assert!(matches!(client, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{client:?}");
    block_on(world.handle.list_users(&by, "", limit(1))).expect("an administrator's account may read");
}
