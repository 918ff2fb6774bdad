//! Service accounts: who makes and changes them, and with which rights they act.

use std::num::NonZeroU32;

use counterfoil::event::{EventKind, ServiceAccountAction};
use counterfoil::http_auth::{Gate, Refusal};
use counterfoil::operations::{Operation, Overlap, SignIn};
use counterfoil::service_account::*;
use counterfoil::settings::SettingName;
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil::types::{InvalidLabel, RecordId, RevocationReason};
use counterfoil::*;

use crate::support::*;

const ROLES: [Role; 4] = [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator];

impl World {
    fn machine(&self, by: &str, label: &str, role: Role) -> Result<ServiceAccountView, ManageError> {
        block_on(self.handle.create_service_account(&self.presenter(by), &NewServiceAccount::new(label, role)))
    }

    fn machine_token(&self, by: &Presenter, account: &ServiceAccountView) -> Result<IssuedCredential, ManageError> {
        let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
        block_on(self.handle.create_service_token(by, &account.id, &new))
    }

    fn change(
        &self,
        by: &str,
        account: &ServiceAccountView,
        change: ServiceAccountUpdate,
    ) -> Result<ServiceAccountView, ManageError> {
        block_on(self.handle.update_service_account(&self.presenter(by), &account.id, &change))
    }
}

fn update() -> ServiceAccountUpdate {
    ServiceAccountUpdate::default()
}

/// A presenter with an access token of this person that has this scope.
fn limited(world: &World, who: &str, text: &str) -> Presenter {
    let (client, subject) = (client_id("test.token"), subject(who));
    let sign_in = SignIn::new(&client, &subject).with_scope(scope(text));
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    world.as_token(granted.access_token.expose_secret())
}

#[test]
fn machine_1_an_account_is_made_shown_listed_and_owns_a_token() {
    let world = world();
    world.take_events();
    let notify = EmailAddress::new("ops@example.com").expect("an address");
    let new = NewServiceAccount::new("  Nightly  import ", Role::Member)
        .with_description("reads the warehouse")
        .with_scope(scope("demo:read"))
        .with_notify(notify.clone());
    let account = block_on(world.handle.create_service_account(&world.presenter("admin"), &new)).expect("made");
    assert_eq!(
        world.take_events(),
        [EventKind::ServiceAccount { id: account.id, action: ServiceAccountAction::Created }]
    );
    assert_eq!((account.label.as_str(), account.description.as_str()), ("Nightly  import", "reads the warehouse"));
    assert_eq!((account.role, account.disabled, account.created_at), (Role::Member, false, world.now()));
    assert_eq!((&account.scope, &account.notify), (&scope("demo:read"), &Some(notify)));
    assert_eq!((account.made_by.as_ref(), &account.subject), (Some(&subject("admin")), &account.id.subject()));
    let admin = world.presenter("admin");
    assert_eq!(block_on(world.handle.service_account(&admin, &account.id)).expect("there"), account);
    let listed = block_on(world.handle.list_service_accounts(&admin, None, limit(9))).expect("listed").items;
    assert_eq!(listed.first(), Some(&account));
    assert_eq!(listed.len(), 1);

    let issued = world.machine_token(&admin, &account).expect("made");
    let principal = world.verify(issued.token.expose_secret()).expect("works");
    assert!(principal.is_service_account() && principal.subject() == &account.subject);
    assert_eq!((principal.name(), principal.role()), ("Nightly  import", Role::Member));
    assert_eq!(principal.scope(), scope("demo:read").as_ref(), "the account's");
    assert!(!principal.manages_profiles());
    let listed = block_on(world.handle.list_service_tokens(&admin, &account.id, None, limit(9))).expect("listed");
    assert_eq!(listed.items.iter().map(|own| own.id).collect::<Vec<_>>(), [issued.view.id]);
    let seen = block_on(world.handle.service_token(&admin, &account.id, &issued.view.id)).expect("there");
    assert_eq!(seen.label, "runner");
}

#[test]
fn machine_1_it_acts_with_the_lesser_role_of_its_own_and_its_makers_whatever_both_are() {
    for own in ROLES.into_iter().filter(|role| *role != Role::Collaborator) {
        for makers in ROLES {
            let world = world_with(immediate(), |builder| builder);
            let account = world.machine("super", "build", own).expect("made");
            let token = world.machine_token(&world.presenter("super"), &account).expect("made");
            world.people.set_role(&subject("super"), makers);
            match world.verify(token.token.expose_secret()) {
                Ok(principal) => assert_eq!(principal.role(), own.min(makers)),
                Err(Denied::Refused(Refusal::OwnerIsCollaborator)) => assert_eq!(makers, Role::Collaborator),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

/// A policy under which each call reads the settings.
fn immediate() -> counterfoil::policy::Policy {
    let mut policy = open_policy();
    policy.settings_staleness = std::time::Duration::ZERO;
    policy
}

#[test]
fn machine_1_it_stops_with_its_maker_and_goes_on_when_somebody_takes_it_over() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let text = token.token.expose_secret();
    assert!(world.works(text));
    world.people.set_disabled(&subject("admin"), true);
    assert_eq!(world.reason(text), Refusal::AccountDisabled);
    world.people.set_disabled(&subject("admin"), false);
    assert!(world.works(text));
    world.people.remove(&subject("admin"));
    assert_eq!(world.reason(text), Refusal::AccountDisabled, "missing");
    let refused = world.machine_token(&world.presenter("super"), &account);
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::MayNotAct))), "{refused:?}");
    let adopted = world.change("super", &account, update().with_adopt(true)).expect("taken over");
    assert_eq!(adopted.made_by, Some(subject("super")));
    assert!(world.works(text));
    let hosts =
        block_on(world.handle.update_service_account(&Presenter::host(), &account.id, &update().with_adopt(true)));
    assert_eq!(hosts.expect("taken over").made_by, None);
    world.people.remove(&subject("super"));
    assert!(world.works(text), "the host answers for it");
}

/// A host sets `valid_since` when it gives a subject id to another person, and when a person ends everything that was
/// begun before.
#[test]
fn machine_1_it_stops_at_its_makers_valid_since_until_somebody_takes_it_over() {
    let mut lasting = immediate();
    lasting.service_accounts.follow_valid_since = false;
    for (policy, stops) in [(immediate(), true), (lasting, false)] {
        let world = world_with(policy, |builder| builder);
        let account = world.machine("admin", "build", Role::Member).expect("made");
        let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
        let text = token.token.expose_secret();
        let since = |at| assert!(world.people.update(world.account("admin").with_valid_since(at)));
        since(world.now());
        assert!(world.works(text), "equal is valid");
        world.pass(std::time::Duration::from_secs(1));
        since(world.now());
        assert_eq!(!world.works(text), stops);
        let refused = world.machine_token(&world.presenter("super"), &account);
        assert_eq!(matches!(refused, Err(ManageError::Conflict(Conflict::MayNotAct))), stops, "{refused:?}");
        world.change("admin", &account, update().with_label("renamed")).expect("changed");
        assert_eq!(!world.works(text), stops, "a change of the label takes nothing over");
        let adopted = world.change("admin", &account, update().with_adopt(true)).expect("taken over");
        assert_eq!(adopted.made_by, Some(subject("admin")));
        assert!(world.works(text));
    }
}

#[test]
fn machine_1_a_disabled_account_is_refused_at_once_and_works_again_when_enabled() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    world.take_events();
    for (disabled, action) in [(true, ServiceAccountAction::Disabled), (false, ServiceAccountAction::Enabled)] {
        let after = world.change("admin", &account, update().with_disabled(disabled)).expect("changed");
        assert_eq!(after.disabled, disabled);
        assert_eq!(world.take_events(), [EventKind::ServiceAccount { id: account.id, action }]);
        assert_eq!(world.works(token.token.expose_secret()), !disabled);
        let listed = block_on(world.handle.service_token(&world.presenter("admin"), &account.id, &token.view.id));
        let suspended = listed.expect("listed").status == counterfoil::operations::Status::Suspended;
        assert_eq!(suspended, disabled);
        world.change("admin", &account, update().with_disabled(disabled)).expect("no change");
        let told = world.take_events();
        assert!(!told.iter().any(|told| matches!(told, EventKind::ServiceAccount { .. })), "{told:?}");
    }
}

#[test]
fn machine_1_another_process_notices_a_change_within_the_staleness() {
    let world = world();
    let account = world.machine("admin", "build", Role::Administrator).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let other = world.elsewhere(|builder| builder);
    let text = token.token.expose_secret();
    assert!(other.works(text));
    world.change("admin", &account, update().with_disabled(true)).expect("disabled");
    assert!(!world.works(text), "in this process at once");
    assert!(other.works(text), "not yet read again");
    world.pass(std::time::Duration::from_secs(1));
    assert_eq!(other.reason(text), Refusal::AccountDisabled);
}

#[test]
fn machine_1_labels_are_unique_in_the_realm_and_the_number_is_bounded() {
    let mut policy = open_policy();
    policy.service_accounts.max = 2;
    let world = world_with(policy, |builder| builder);
    let first = world.machine("admin", "Straße", Role::Member).expect("made");
    for by in ["admin", "super"] {
        let taken = world.machine(by, "STRASSE", Role::Member);
        assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))), "{taken:?}");
    }
    let second = world.machine("admin", "other", Role::Member).expect("made");
    let full = world.machine("admin", "third", Role::Member);
    assert!(matches!(full, Err(ManageError::Conflict(Conflict::QuotaReached))), "{full:?}");
    let taken = world.change("admin", &second, update().with_label("strasse"));
    assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))), "{taken:?}");
    let renamed = world.change("admin", &first, update().with_label("STRASSE")).expect("its own label");
    assert_eq!(renamed.label, "STRASSE");
    block_on(world.handle.delete_service_account(&world.presenter("admin"), &second.id)).expect("deleted");
    world.machine("admin", "other", Role::Member).expect("room, and the label is free");
}

#[test]
fn machine_1_a_field_that_breaks_a_rule_is_named() {
    let world = world_with(
        {
            let mut policy = open_policy();
            policy.scopes = Some(counterfoil::types::KnownScopes::new(["demo:read"]).expect("tokens"));
            policy
        },
        |builder| builder,
    );
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let fields = [
        (NewServiceAccount::new("", Role::Member), Invalid::Label(InvalidLabel::Empty)),
        (NewServiceAccount::new("x", Role::Collaborator), Invalid::Role),
        (
            NewServiceAccount::new("x", Role::Member).with_scope(scope("other")),
            Invalid::ScopeUnknown { field: "scope" },
        ),
    ];
    for (new, fault) in fields {
        let refused = block_on(world.handle.create_service_account(&world.presenter("admin"), &new));
        assert!(matches!(&refused, Err(ManageError::Invalid(own)) if *own == fault), "{refused:?}");
    }
    let long = "x".repeat(usize::from(ServiceAccount::LABEL_MAX) + 1);
    world.machine("admin", &long[1..], Role::Member).expect("the longest label");
    for (change, field) in [
        (update().with_label(long.clone()), "label"),
        (update().with_description("x".repeat(501)), "description"),
        (update().with_role(Role::Collaborator), "role"),
        (update().with_scope(scope("other")), "scope"),
    ] {
        let refused = world.change("admin", &account, change);
        assert!(matches!(&refused, Err(ManageError::Invalid(own)) if own.field() == field), "{refused:?}");
    }
    let nobodys = ServiceAccountId::from_bytes([9; 16]);
    let admin = world.presenter("admin");
    let missing = block_on(world.handle.update_service_account(&admin, &nobodys, &update().with_label("")));
    assert!(matches!(missing, Err(ManageError::NotFound)), "before the fields");
}

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
    // To remove rights, no rank is needed.
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
fn machine_1_deleting_an_account_ends_its_credentials_and_stays_deleted() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let empty = world.machine("admin", "empty", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&admin, &account).expect("made");
    world.take_events();
    let delete = |of: &ServiceAccountView| block_on(world.handle.delete_service_account(&admin, &of.id));
    delete(&account).expect("deleted");
    let owner = account.subject.clone().into();
    assert_eq!(
        world.take_events(),
        [
            EventKind::OwnerRevoked { owner, kinds: None, families: 1 },
            EventKind::ServiceAccount { id: account.id, action: ServiceAccountAction::Deleted },
        ]
    );
    let reason = world.reason(token.token.expose_secret());
    assert!(matches!(reason, Refusal::Revoked { reason: RevocationReason::ByAdministrator, .. }), "{reason:?}");
    delete(&account).expect("again, while a deleted token is still stored");
    assert!(matches!(block_on(world.handle.service_account(&admin, &account.id)), Err(ManageError::NotFound)));
    assert!(matches!(world.machine_token(&admin, &account), Err(ManageError::NotFound)));
    delete(&empty).expect("deleted");
    assert!(matches!(delete(&empty), Err(ManageError::NotFound)), "it never had a token");
    // The tombstone lives 30 days, and a purge waits 30 more for the notice that nobody has sent.
    world.pass(days(61));
    let _purged = block_on(world.handle.purge(limit(500))).expect("purged");
    assert!(matches!(delete(&account), Err(ManageError::NotFound)));
}

/// Puts a token into the store after its account was removed, as a creation that began before the deletion can do.
#[test]
fn machine_1_a_second_deletion_ends_a_token_that_was_made_meanwhile() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let delete = || block_on(world.handle.delete_service_account(&admin, &account.id));
    let token = world.machine_token(&admin, &account).expect("made");
    world.set(|stored| assert!(stored.service_accounts.remove(&account.id).is_some(), "without an end of its tokens"));
    world.pass(std::time::Duration::from_secs(1));
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountMissing);
    delete().expect("there is something to end");
    let reason = world.reason(token.token.expose_secret());
    assert!(matches!(reason, Refusal::Revoked { .. }), "{reason:?}");
    delete().expect("again");
}

#[test]
fn machine_1_a_deletion_that_stops_halfway_leaves_the_account_disabled() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let faults = Faults::default();
    let broken = world.elsewhere(|builder| builder.store(FaultyStore::new(world.store.clone(), faults.clone())));
    faults.on("revoke", Failure::NotExecuted);
    let stopped = block_on(broken.handle.delete_service_account(&world.presenter("admin"), &account.id));
    assert!(matches!(stopped, Err(ManageError::Unavailable(_))), "{stopped:?}");
    world.pass(std::time::Duration::from_secs(1));
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountDisabled);
    block_on(world.handle.delete_service_account(&world.presenter("admin"), &account.id)).expect("the rest");
    assert!(!world.works(token.token.expose_secret()));
}

#[test]
fn machine_1_the_setting_closes_its_tokens_and_no_switch_does() {
    let mut policy = immediate();
    policy.personal_access_tokens.switch = counterfoil::policy::SwitchGate::DefaultOff;
    let world = world_with(policy, |builder| builder);
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&admin, &account).expect("an administrator made it, so it has no switch");
    assert!(world.works(token.token.expose_secret()));
    world.open_gate(false);
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::GateClosed { gate: Gate::Setting });
    let closed = world.machine_token(&admin, &account);
    assert!(matches!(closed, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))), "{closed:?}");
    let no_switch = block_on(world.handle.set_token_login(&admin, &account.subject, true));
    assert!(matches!(no_switch, Err(ManageError::NotFound)), "{no_switch:?}");
}

#[test]
fn machine_1_caps_and_labels_hold_for_each_account() {
    let mut policy = open_policy();
    policy.personal_access_tokens.max_live_per_owner = NonZeroU32::new(2);
    let world = world_with(policy, |builder| builder);
    let admin = world.presenter("admin");
    let make = |of: &ServiceAccountView, label: &str| {
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(1));
        block_on(world.handle.create_service_token(&admin, &of.id, &new))
    };
    let (one, two) = (world.machine("admin", "one", Role::Member), world.machine("admin", "two", Role::Member));
    let (one, two) = (one.expect("made"), two.expect("made"));
    make(&one, "a").expect("made");
    assert!(matches!(make(&one, "A"), Err(ManageError::Conflict(Conflict::LabelTaken))));
    make(&two, "a").expect("another owner");
    make(&one, "b").expect("made");
    assert!(matches!(make(&one, "c"), Err(ManageError::Conflict(Conflict::QuotaReached))));
    make(&two, "b").expect("another owner");
}

#[test]
fn machine_1_administrators_rotate_and_delete_its_tokens_and_it_cannot_renew_itself() {
    let world = world();
    let account = world.machine("admin", "build", Role::Administrator).expect("made");
    let other = world.machine("admin", "other", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&admin, &account).expect("made");
    let own = world.as_token(token.token.expose_secret());
    let id = token.view.id;
    for refused in [
        block_on(world.handle.rotate_personal_access_token(&own, &id, Overlap::Immediate)).map(drop),
        block_on(world.handle.update_personal_access_token(&own, &id, &relabelled("renamed"))).map(drop),
        world.machine_token(&own, &account).map(drop),
        block_on(world.handle.create_service_account(&own, &NewServiceAccount::new("x", Role::Member))).map(drop),
        block_on(world.handle.list_service_accounts(&own, None, limit(1))).map(drop),
    ] {
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{refused:?}");
    }
    let wrong = block_on(world.handle.rotate_service_token(&admin, &other.id, &id, Overlap::Immediate));
    assert!(matches!(wrong, Err(ManageError::NotFound)), "{wrong:?}");
    assert!(matches!(block_on(world.handle.delete_service_token(&admin, &other.id, &id)), Err(ManageError::NotFound)));
    let new = block_on(world.handle.rotate_service_token(&admin, &account.id, &id, Overlap::UntilFirstUse));
    let new = new.expect("replaced");
    assert_eq!((new.view.label.as_str(), new.view.expires_at), ("runner", token.view.expires_at));
    assert!(world.works(token.token.expose_secret()) && world.works(new.token.expose_secret()));
    assert!(!world.works(token.token.expose_secret()), "the first use has ended the old one");
    // What it may do with its own tokens: list and delete.
    let own = world.as_token(new.token.expose_secret());
    let listed = block_on(world.handle.list_personal_access_tokens(&own, None, limit(9))).expect("listed");
    assert_eq!(listed.items.len(), 1);
    block_on(world.handle.delete_personal_access_token(&own, &new.view.id)).expect("deleted");
    block_on(world.handle.delete_service_token(&admin, &account.id, &new.view.id)).expect("deleted already");
    let nobodys = RecordId::from_bytes([1; 16]);
    let missing = block_on(world.handle.delete_service_token(&admin, &account.id, &nobodys));
    assert!(matches!(missing, Err(ManageError::NotFound)));
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
fn machine_1_pages_hold_every_account_once_newest_first() {
    let world = world();
    let mut expected = Vec::new();
    for number in 0..7 {
        expected.insert(0, world.machine("admin", &format!("account {number}"), Role::Member).expect("made").id);
        if number % 3 == 0 {
            world.pass(std::time::Duration::from_secs(1));
        }
    }
    let admin = world.presenter("admin");
    let whole = block_on(world.handle.list_service_accounts(&admin, None, limit(100))).expect("listed");
    assert!(whole.next.is_none() && whole.items.is_sorted_by(|one, next| one.created_at >= next.created_at));
    for size in [1, 2, 3, 7] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page =
                block_on(world.handle.list_service_accounts(&admin, after.as_ref(), limit(size))).expect("listed");
            assert!(page.items.len() <= size as usize);
            read.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, whole.items);
    }
    let mut ids: Vec<_> = whole.items.iter().map(|account| account.id).collect();
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

#[test]
fn machine_1_two_nodes_that_make_one_label_make_one_account() {
    let world = world();
    let other = world.elsewhere(|builder| builder);
    let rounds = 20;
    for round in 0..rounds {
        let label = format!("round {round}");
        let made: usize = std::thread::scope(|threads| {
            let tries =
                [&world, &other].map(|node| threads.spawn(|| node.machine("admin", &label, Role::Member).is_ok()));
            tries.into_iter().map(|tried| usize::from(tried.join().expect("no panic"))).sum()
        });
        assert_eq!(made, 1, "{label}");
    }
    let admin = world.presenter("admin");
    let page = block_on(world.handle.list_service_accounts(&admin, None, limit(100))).expect("listed");
    assert_eq!(page.items.len(), rounds);
}

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
