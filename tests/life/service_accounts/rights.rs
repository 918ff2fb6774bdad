//! Tests that nobody gets further rights through a service account.

use counterfoil::http_auth::Refusal;
use counterfoil::operations::{Operation, Overlap, SignIn};
use counterfoil::service_account::*;
use counterfoil::*;

use super::{limited, update};
use crate::support::*;

#[test]
fn machine_1_nobody_makes_or_changes_an_account_above_the_own_role() {
    let world = world();
    let outranked = |outcome: Result<(), ManageError>| {
        assert!(matches!(outcome, Err(ManageError::Forbidden(Forbidden::Outranked))), "{outcome:?}");
    };
    outranked(world.machine("admin", "above", Role::SuperAdministrator).map(drop));
    let above = world.machine("super", "above", Role::SuperAdministrator).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&world.presenter("super"), &above).expect("made");
    outranked(world.machine_token(&admin, &above).map(drop));
    outranked(block_on(world.handle.authorize(&admin, Operation::CreateServiceToken(Some(&above.id)))));
    outranked(
        block_on(world.handle.rotate_service_token(&admin, &above.id, &token.view.id, Overlap::Immediate)).map(drop),
    );
    for change in [
        update().with_label("renamed"),
        update().with_role(Role::Member),
        update().with_adopt(true),
        update().with_disabled(false),
        update().with_disabled(true).with_description("x"),
    ] {
        outranked(world.change("admin", &above, change).map(drop));
    }
    let own = world.machine("admin", "own", Role::Administrator).expect("made");
    outranked(world.change("admin", &own, update().with_role(Role::SuperAdministrator)).map(drop));
    // Disabling and deleting only remove rights. So an administrator may do this even to an account with a higher role.
    world.change("admin", &above, update().with_disabled(true)).expect("disabled");
    block_on(world.handle.delete_service_token(&admin, &above.id, &token.view.id)).expect("deleted");
    block_on(world.handle.delete_service_account(&admin, &above.id)).expect("deleted");
}

#[test]
fn machine_1_nobody_makes_or_changes_an_account_beyond_the_own_scope() {
    let world = world();
    let outranked = |outcome: Result<(), ManageError>| {
        assert!(matches!(outcome, Err(ManageError::Forbidden(Forbidden::Outranked))), "{outcome:?}");
    };
    let by = limited(&world, "admin", "service-accounts:manage a b");
    let make = |new: &NewServiceAccount<'_>| block_on(world.handle.create_service_account(&by, new));
    let change = |of: &ServiceAccountView, change| block_on(world.handle.update_service_account(&by, &of.id, &change));
    outranked(make(&NewServiceAccount::new("x", Role::Member).with_scope(scope("a c"))).map(drop));
    let whole = make(&NewServiceAccount::new("whole", Role::Member)).expect("made");
    assert_eq!(whole.scope.as_ref(), by_scope(&world, "admin", "service-accounts:manage a b").as_ref());
    let narrow = make(&NewServiceAccount::new("narrow", Role::Member).with_scope(scope("a"))).expect("made");
    outranked(change(&narrow, update().with_scope(None)).map(drop));
    outranked(change(&narrow, update().with_scope(scope("c"))).map(drop));
    change(&narrow, update().with_scope(scope("b"))).expect("within");
    let all = world.machine("admin", "all", Role::Member).expect("made");
    outranked(change(&all, update().with_scope(scope("a"))).map(drop));
    outranked(world.machine_token(&by, &all).map(drop));
    let token = world.machine_token(&by, &narrow).expect("made");
    assert_eq!(token.view.scope, scope("b"), "the account's, because the presenter has one");
    let unscoped = world.machine_token(&world.presenter("admin"), &all).expect("made");
    assert_eq!(unscoped.view.scope, None);
}

fn by_scope(world: &World, who: &str, text: &str) -> Option<Scope> {
    let (client, subject) = (client_id("test.token"), subject(who));
    let sign_in = SignIn::new(&client, &subject).with_scope(scope(text));
    block_on(world.handle.open_sign_in(&sign_in)).expect("opened").scope
}

#[test]
fn machine_1_a_tokens_scope_lies_within_its_accounts_at_every_use() {
    let world = world();
    let new = NewServiceAccount::new("build", Role::Member).with_scope(scope("a b"));
    let account = block_on(world.handle.create_service_account(&world.presenter("admin"), &new)).expect("made");
    let admin = world.presenter("admin");
    let make = |label: &'static str, text: Option<&str>| {
        let scope = text.map(|text| text.parse::<Scope>().expect("a scope"));
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(30)).with_scope(scope);
        block_on(world.handle.create_service_token(&admin, &account.id, &new))
    };
    let beyond = make("beyond", Some("a c"));
    assert!(matches!(beyond, Err(ManageError::Invalid(Invalid::ScopeBeyondAccount))), "{beyond:?}");
    let (follows, own) = (make("follows", None).expect("made"), make("own", Some("b")).expect("made"));
    let held = |issued: &IssuedCredential| {
        world.verify(issued.token.expose_secret()).map(|principal| principal.scope().map(Scope::to_string))
    };
    assert_eq!((held(&follows).expect("ok").as_deref(), held(&own).expect("ok").as_deref()), (Some("a b"), Some("b")));
    world.change("admin", &account, update().with_scope(scope("a"))).expect("narrowed");
    assert_eq!(held(&follows).expect("ok").as_deref(), Some("a"));
    assert_eq!(world.reason(own.token.expose_secret()), Refusal::ScopeEmpty);
    world.change("admin", &account, update().with_scope(None)).expect("widened");
    assert_eq!((held(&follows).expect("ok"), held(&own).expect("ok").as_deref()), (None, Some("b")));
}

#[test]
fn machine_1_a_person_of_the_directory_with_a_reserved_id_has_no_rights() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let imposter = Account::new(account.subject.clone(), "imposter", Role::SuperAdministrator);
    world.people.insert(imposter.clone(), &["imposter"], "imposter");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let principal = world.verify(token.token.expose_secret()).expect("works");
    assert_eq!((principal.name(), principal.role()), ("build", Role::Member), "the library's own");
    let by = Presenter::signed_in(&imposter);
    let refused = block_on(world.handle.create_service_account(&by, &NewServiceAccount::new("x", Role::Member)));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{refused:?}");
    block_on(world.handle.delete_service_account(&world.presenter("admin"), &account.id)).expect("deleted");
    assert!(!world.works(token.token.expose_secret()));
}

#[test]
fn machine_1_the_scope_for_users_does_not_reach_service_accounts() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let (machine, id, handle) = (account.id.subject(), token.view.id, &world.handle);
    for by in [limited(&world, "admin", "users:manage"), world.presenter("super")] {
        let family = id.family();
        let refusals = [
            block_on(handle.revoke_all_of(&by, &machine)).err(),
            block_on(handle.revoke_kinds_of(&by, &machine, &[types::TokenKind::PersonalAccessToken])).err(),
            block_on(handle.list_sign_ins_of(&by, &machine, None, limit(1))).err(),
            block_on(handle.end_sign_in_of(&by, &machine, &family)).err(),
            block_on(handle.list_personal_access_tokens_of(&by, &machine, None, limit(1))).err(),
            block_on(handle.personal_access_token_of(&by, &machine, &id)).err(),
            block_on(handle.delete_personal_access_token_of(&by, &machine, &id)).err(),
        ];
        for (number, refusal) in refusals.iter().enumerate() {
            assert!(matches!(refusal, Some(ManageError::NotFound)), "{number}: {refusal:?}");
        }
        for operation in [
            operations::Operation::RevokeAllOf(Some(&machine)),
            operations::Operation::ListSignInsOf(Some(&machine)),
            operations::Operation::EndSignInOf(&machine, &family),
            operations::Operation::ListTokensOf(Some(&machine)),
            operations::Operation::DeleteTokenOf(&machine, &id),
        ] {
            let refused = block_on(handle.authorize(&by, operation));
            assert!(matches!(refused, Err(ManageError::NotFound)), "{refused:?}");
        }
    }
    assert!(world.works(token.token.expose_secret()), "nothing was done");
    assert_eq!(block_on(handle.revoke_all_of(&Presenter::host(), &machine)).expect("the host"), 1);
    assert!(!world.works(token.token.expose_secret()));
}
