//! Tests personal access tokens, as their owners and administrators use them (requirements SYN-PAT and A2-TOKEN).

use std::time::Duration;

use counterfoil::http_auth::{Gate, Refusal};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::settings::SettingsUpdate;
use counterfoil::types::{Label, RecordId, TokenKind};
use counterfoil::*;

use crate::support::*;

fn create_for_days(world: &World, days: i64) -> Result<IssuedCredential, ManageError> {
    world.create("bill", &format!("days {}", days % 1_000), days)
}

#[test]
fn syn_pat_1_the_setting_governs_creation_and_authentication() {
    let world = world();
    let token = world.pat("bill", "ci");
    world.allow_tokens(false);
    let closed = Refusal::GateClosed { gate: Gate::Setting };
    assert_eq!(world.reason(token.token.expose_secret()), closed, "from the next call of this process");
    let forbidden = |outcome: Result<(), ManageError>| {
        matches!(outcome, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting })))
    };
    assert!(forbidden(world.create("bill", "another", 1).map(drop)));
    assert!(forbidden(world.delete("bill", &token.view.id)));
    world.allow_tokens(true);
    assert!(world.works(token.token.expose_secret()), "unexpired tokens work again");
    world.allow_tokens(false);
    world.delete_of("admin", "bill", &token.view.id).expect("administrators can still delete");
}

#[test]
fn syn_pat_1_a_missing_setting_counts_as_off_where_the_policy_asks_for_it() {
    let mut policy = open_policy();
    policy.personal_access_tokens.setting = SettingGate::Required;
    let world = world_with(policy, |builder| builder);
    assert!(matches!(create_for_days(&world, 1), Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))));
}

#[test]
fn syn_pat_1_a_change_made_elsewhere_holds_within_the_staleness() {
    let here = world();
    let token = here.pat("bill", "ci");
    here.elsewhere(|builder| builder).allow_tokens(false);
    here.pass(Duration::from_secs(1));
    assert!(!here.works(token.token.expose_secret()), "one second later the change is seen");
}

#[test]
fn syn_pat_1_a_settings_store_that_fails_is_unavailable() {
    use counterfoil::store::{SettingsStore, StoreError};
    struct Failing;
    macro_rules! failing {
        ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
            #[async_trait::async_trait]
            impl SettingsStore for Failing {
                $(async fn $name(&self $(, _: $kind)*) -> Result<$answer, StoreError> {
                    Err(StoreError::unavailable(stringify!($name)))
                })*
            }
        };
    }
    counterfoil::methods_of!(SettingsStore => failing);
    let here = world();
    let token = here.pat("bill", "ci");
    let there = here.elsewhere(|builder| builder.settings_store(std::sync::Arc::new(Failing)));
    assert!(matches!(there.verify(token.token.expose_secret()), Err(Denied::Unavailable(_))));
    assert!(matches!(create_for_days(&there, 1), Err(ManageError::Unavailable(_))));
}

#[test]
fn syn_pat_2_a_collaborator_cannot_create_one() {
    let world = world();
    let refused = world.create("carol", "ci", 1);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Collaborator))));
}

#[test]
fn syn_pat_2_a_demoted_owners_tokens_stop_and_come_back_with_the_role() {
    let world = world();
    let (first, second) = (world.pat("bill", "one"), world.pat("bill", "two"));
    world.people.set_role(&subject("bill"), Role::Collaborator);
    assert_eq!(world.reason(first.token.expose_secret()), Refusal::OwnerIsCollaborator);
    world.delete("bill", &second.view.id).expect("deleting stays allowed");
    world.people.set_role(&subject("bill"), Role::Member);
    assert!(world.works(first.token.expose_secret()));
}

#[test]
fn syn_pat_2_a_disabled_or_deleted_owner_is_refused_and_a_new_person_with_the_name_gets_nothing() {
    let world = world();
    let token = world.pat("bill", "ci");
    world.people.set_disabled(&subject("bill"), true);
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountDisabled);
    world.people.remove(&subject("bill"));
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountMissing);
    let newcomer = Account::new(subject("bill-2"), "AD\\bill.posters", Role::Member);
    world.people.insert(newcomer, &["AD\\bill.posters"], "blabla");
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountMissing);
    let foreign = world.delete("bill-2", &token.view.id);
    assert!(matches!(foreign, Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_3_days_are_whole_numbers_from_1_to_180() {
    let world = world();
    for (count, fits) in
        [(0, false), (1, true), (180, true), (181, false), (-1, false), (i64::MIN, false), (i64::MAX, false)]
    {
        match create_for_days(&world, count) {
            Ok(issued) => {
                assert!(fits, "{count}");
                let life = days(u16::try_from(count).expect("small"));
                assert_eq!(issued.view.expires_at, world.now().plus(life), "a day is 86,400 s");
            }
            Err(ManageError::Invalid(invalid)) => {
                assert!(!fits, "{count}");
                assert_eq!(invalid.field(), "expires_in_days");
                assert_eq!(invalid.to_string(), "expires_in_days must be a whole number from 1 to 180");
            }
            Err(other) => panic!("{count}: {other}"),
        }
    }
}

#[test]
fn syn_pat_3_the_ceiling_is_the_settings() {
    let world = world();
    let change = SettingsUpdate::default().with_pat_max_days(10);
    block_on(world.handle.update_settings(&world.presenter("admin"), &change)).expect("changed");
    assert!(create_for_days(&world, 10).is_ok());
    assert!(matches!(create_for_days(&world, 11), Err(ManageError::Invalid(Invalid::Days { most: 10 }))));
}

#[test]
fn syn_pat_4_the_secret_is_in_the_answer_and_nowhere_else() {
    let world = world();
    let issued = world.pat("bill", "ci");
    let text = issued.token.expose_secret().to_owned();
    let secret = &text[4 + 22..4 + 22 + 43];
    assert!(text.starts_with("cfp_") && text.len() == 4 + 71);
    let principal = world.verify(&text).expect("it works");
    let seen = format!("{issued:?} {principal:?} {:?} {:?}", world.sink.take(), world.store);
    assert!(!seen.contains(secret) && !seen.contains(&text));
}

#[test]
fn syn_pat_6_deleting_twice_succeeds_for_30_days_and_then_nothing_is_there() {
    let world = world();
    let token = world.pat("bill", "ci");
    let delete = || world.delete("bill", &token.view.id);
    delete().expect("deleted");
    assert!(matches!(world.reason(token.token.expose_secret()), Refusal::Revoked { .. }));
    world.pass(just_under(days(30)));
    delete().expect("the tombstone stands");
    world.pass(micro());
    assert!(matches!(delete(), Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_6_a_foreign_id_and_an_unknown_one_are_alike() {
    let world = world();
    let token = world.pat("bill", "ci");
    let delete = |id: &RecordId| world.delete("ivan", id);
    let foreign = delete(&token.view.id).map_err(|error| error.to_string());
    let unknown = delete(&RecordId::from_bytes([9; 16])).map_err(|error| error.to_string());
    assert_eq!(foreign, unknown);
    assert_eq!(foreign, Err("not found".into()));
    assert!(world.works(token.token.expose_secret()));
    let of_user = world.delete_of("admin", "ivan", &token.view.id);
    assert!(matches!(of_user, Err(ManageError::NotFound)), "bill's token is none of ivan's");
    let by_member = world.delete_of("ivan", "bill", &token.view.id);
    assert!(matches!(by_member, Err(ManageError::Forbidden(_))));
}

#[test]
fn syn_pat_8_the_token_works_as_its_owner_until_it_expires() {
    let world = world();
    let issued = world.create("bill", "ci", 1).expect("a token");
    let principal = world.verify(issued.token.expose_secret()).expect("it works");
    assert_eq!(principal.subject(), &subject("bill"));
    assert_eq!(principal.name(), "AD\\bill.posters");
    assert_eq!((principal.role(), principal.kind()), (Role::Member, TokenKind::PersonalAccessToken));
    assert_eq!(principal.label().map(Label::as_str), Some("ci"));
    assert_eq!(principal.expires_at(), issued.view.expires_at);
    assert_eq!(principal.actor(), None);
    let end = issued.view.expires_at.expect("an end");
    world.clock.set(just_before(end));
    assert!(world.works(issued.token.expose_secret()));
    world.clock.set(end);
    assert_eq!(world.reason(issued.token.expose_secret()), Refusal::Expired { at: end });
}

#[test]
fn syn_pat_9_an_owner_has_at_most_so_many_live_ones() {
    let mut policy = open_policy();
    policy.personal_access_tokens.max_live_per_owner = std::num::NonZeroU32::new(2);
    let world = world_with(policy, |builder| builder);
    let first = world.create("bill", "one", 1).expect("a token");
    world.create("bill", "two", 2).expect("a token");
    assert!(matches!(create_for_days(&world, 3), Err(ManageError::Conflict(Conflict::QuotaReached))));
    world.create("ivan", "one", 1).expect("another owner has a quota of his own");
    world.clock.set(first.view.expires_at.expect("an end"));
    world.create("bill", "three", 1).expect("an expired one does not count");
}

#[test]
fn a2_token_2_a_label_freed_by_revocation_can_be_used_again() {
    let world = world();
    let token = world.pat("bill", "Telegram");
    let taken = world.create("bill", "  TELEGRAM ", 1);
    assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))));
    world.pat("ivan", "Telegram");
    world.delete("bill", &token.view.id).expect("deleted");
    world.pat("bill", "telegram");
}

#[test]
fn a2_token_2_an_expired_token_holds_its_label_until_its_retention_is_over() {
    let world = world();
    let token = world.create("bill", "Telegram", 1).expect("a token");
    let end = token.view.expires_at.expect("an end");
    let gone = end.plus(days(30)).expect("in range");
    world.clock.set(just_before(gone));
    assert!(matches!(world.create("bill", "telegram", 1), Err(ManageError::Conflict(Conflict::LabelTaken))));
    world.clock.set(gone);
    world.create("bill", "telegram", 1).expect("whether a purge ran or not");
}

#[test]
fn a2_token_2_a_label_of_20_characters_fits_and_21_do_not() {
    let world = world();
    assert!(world.create("bill", &"x".repeat(20), 1).is_ok());
    let long = world.create("bill", &"y".repeat(21), 1);
    let Err(ManageError::Invalid(invalid)) = long else { panic!("{long:?}") };
    assert_eq!((invalid.field(), invalid.to_string()), ("label", "label must have at most 20 characters".into()));
}

#[test]
fn a2_token_5_a_permanent_token_needs_a_policy_that_allows_it() {
    let permanent = NewPersonalAccessToken::new("ci", Lifetime::Permanent);
    let hardened = world();
    let create =
        |world: &World| block_on(world.handle.create_personal_access_token(&world.presenter("bill"), &permanent));
    assert!(matches!(create(&hardened), Err(ManageError::Invalid(Invalid::Permanent))));
    let a2nta = world_with(Policy::a2nta(), |builder| builder);
    a2nta.allow_token_login("admin", "bill", true).expect("allowed");
    let made = create(&a2nta).expect("a token");
    assert_eq!(made.view.expires_at, None);
    a2nta.clock.set(Timestamp::MAX);
    assert!(a2nta.works(made.token.expose_secret()));
}

#[test]
fn a2_token_1_the_switch_gates_each_account() {
    let world = world_with(Policy::a2nta(), |builder| builder);
    let create = || world.create("bill", "ci", 1);
    let gate = Gate::Switch;
    assert!(matches!(create(), Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Switch }))));
    let switch =
        |by: &str, allowed| block_on(world.handle.set_token_login(&world.presenter(by), &subject("bill"), allowed));
    assert!(matches!(switch("ivan", true), Err(ManageError::Forbidden(_))));
    switch("admin", true).expect("allowed");
    let token = create().expect("a token");
    switch("admin", false).expect("closed");
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::GateClosed { gate });
    let own = world.delete("bill", &token.view.id);
    assert!(matches!(own, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Switch }))));
    world.delete_of("admin", "bill", &token.view.id).expect("administrators delete");
}

#[test]
fn all_kinds_9_a_token_makes_no_credential_and_a_new_scope_lies_within_the_presenters() {
    let world = world();
    let token = world.pat("bill", "ci");
    let principal = world.verify(token.token.expose_secret()).expect("it works");
    let new = |scope| NewPersonalAccessToken::new("more", Lifetime::Days(1)).with_scope(scope);
    let presenter = Presenter::from(&principal);
    let by_token = block_on(world.handle.create_personal_access_token(&presenter, &new(None)));
    assert!(matches!(by_token, Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    let reply = world.token(
        "rotating",
        &[
            ("grant_type", "password"),
            ("username", "ivan"),
            ("password", "ivan"),
            ("scope", "credentials:write demo:read"),
        ],
    );
    let by = Presenter::from(&world.verify(&reply.access()).expect("it works"));
    let create = |asked| block_on(world.handle.create_personal_access_token(&by, &new(asked)));
    assert!(matches!(create(scope("demo:write")), Err(ManageError::Invalid(Invalid::ScopeBeyond { field: "scope" }))));
    let made = create(None).expect("a token");
    assert_eq!(made.view.scope, scope("credentials:write demo:read"), "left out, it is the presenter's");
}
