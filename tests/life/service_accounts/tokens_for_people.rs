//! Tests tokens that an administrator creates for a person.

use counterfoil::event::EventKind;
use counterfoil::http_auth::Gate;
use counterfoil::settings::SettingName;
use counterfoil::*;

use super::{immediate, limited};
use crate::support::*;

#[test]
fn machine_3_a_token_for_a_person_is_made_only_where_the_policy_allows_it() {
    let new = NewPersonalAccessToken::new("for ivan", Lifetime::Days(30));
    let world = world();
    let make = |world: &World, by: &Presenter, whom: &str| {
        block_on(world.handle.create_personal_access_token_for(by, &subject(whom), &new))
    };
    let refused = make(&world, &world.presenter("admin"), "ivan");
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::NotAllowed))), "{refused:?}");
    assert!(!open_policy().personal_access_tokens.made_by_administrators, "the default");

    let mut policy = immediate();
    policy.personal_access_tokens.made_by_administrators = true;
    let world = world_with(policy, |builder| builder);
    world.take_events();
    let admin = world.presenter("admin");
    let issued = make(&world, &admin, "ivan").expect("made");
    let told = world.sink.take();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told.by.subject(), Some(&subject("admin")), "the actor");
    let owner = subject("ivan").into();
    assert_eq!(told.kind, EventKind::Issued { kind: issued.view.kind, id: issued.view.id, owner });
    assert_eq!(world.verify(issued.token.expose_secret()).expect("works").subject(), &subject("ivan"));
    let ivan = world.presenter("ivan");
    let own = block_on(world.handle.list_personal_access_tokens(&ivan, None, limit(9))).expect("listed");
    assert_eq!(own.items.len(), 1, "the person sees it");

    let above = make(&world, &admin, "super");
    assert!(matches!(above, Err(ManageError::Forbidden(Forbidden::Outranked))), "{above:?}");
    let collaborator = make(&world, &admin, "carol");
    assert!(matches!(collaborator, Err(ManageError::Forbidden(Forbidden::Collaborator))), "{collaborator:?}");
    let account = world.machine("admin", "build", Role::Member).expect("made");
    for nobody in ["nobody", account.subject.as_str()] {
        assert!(matches!(make(&world, &admin, nobody), Err(ManageError::NotFound)), "{nobody}");
    }
    let own = make(&world, &ivan, "bill");
    assert!(matches!(own, Err(ManageError::Forbidden(Forbidden::Role { .. }))), "{own:?}");
    world.people.set_disabled(&subject("bill"), true);
    assert!(matches!(make(&world, &admin, "bill"), Err(ManageError::NotFound)));
    world.set(|stored| {
        stored.switches.insert(subject("helen"), false);
    });
    let closed = make(&world, &admin, "helen");
    assert!(matches!(closed, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Switch }))), "{closed:?}");
    world.set_number(SettingName::PersonalAccessTokensEnabled, 0);
    let closed = make(&world, &admin, "ivan");
    assert!(matches!(closed, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))), "{closed:?}");
}

#[test]
fn machine_3_the_token_has_at_most_the_administrators_scope() {
    let mut policy = open_policy();
    policy.personal_access_tokens.made_by_administrators = true;
    let world = world_with(policy, |builder| builder);
    let by = limited(&world, "admin", "users:manage a");
    let make = |label: &'static str, text: Option<&str>| {
        let scope = text.map(|text| text.parse::<Scope>().expect("a scope"));
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(30)).with_scope(scope);
        block_on(world.handle.create_personal_access_token_for(&by, &subject("ivan"), &new))
    };
    let beyond = make("beyond", Some("a b"));
    assert!(matches!(beyond, Err(ManageError::Invalid(Invalid::ScopeBeyond { .. }))), "{beyond:?}");
    assert_eq!(make("own", None).expect("made").view.scope, scope("users:manage a"));
    assert_eq!(make("less", Some("a")).expect("made").view.scope, scope("a"));
}
