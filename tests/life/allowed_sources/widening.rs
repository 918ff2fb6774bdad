//! Tests a presenter whose credential has allowed sources. Such a presenter must not give rights to a credential that
//! can be used from other addresses.

use counterfoil::client::{ClientUpdate, ClientView};
use counterfoil::service_account::{NewServiceAccount, ServiceAccountUpdate, ServiceAccountView};
use counterfoil::settings::{SettingName, SettingUnit, SettingsUpdate};
use counterfoil::store::{Applied, Change, FamilyDetails, TokenStore as _};
use counterfoil::*;

use super::{INSIDE, OUTSIDE, at, office, restricted_access};
use crate::support::*;

fn is_outranked<T>(outcome: &Result<T, ManageError>) -> bool {
    matches!(outcome, Err(ManageError::Forbidden(Forbidden::Outranked)))
}

fn change_client(world: &World, by: &Presenter, id: &str, change: ClientUpdate) -> Result<ClientView, ManageError> {
    block_on(world.handle.update_client(by, &client_id(id), change))
}

#[test]
fn sight_6_a_restricted_presenter_widens_no_client_with_a_secret() {
    let world = world();
    let (by, host) = (restricted_access(&world, "admin"), Presenter::host());
    let off = ClientUpdate::default().with_disabled(true);
    let on = ClientUpdate::default().with_disabled(false);
    change_client(&world, &by, "machine", off.clone()).expect("this removes rights");
    assert!(is_outranked(&change_client(&world, &by, "machine", on.clone())), "its secret works everywhere");
    change_client(&world, &host, "machine", on.clone()).expect("the host");
    let narrow: Scope = "demo:read".parse().expect("a scope");
    let scope = |scope: Option<Scope>| ClientUpdate::default().with_allowed_scope(scope);
    change_client(&world, &by, "machine", scope(Some(narrow))).expect("this removes rights");
    assert!(is_outranked(&change_client(&world, &by, "machine", scope(None))));
    change_client(&world, &by, "machine", ClientUpdate::default().with_display_name("other")).expect("the same rights");
    change_client(&world, &by, "public-app", off).expect("this removes rights");
    change_client(&world, &by, "public-app", on).expect("a public client has no secret");
}

#[test]
fn sight_6_a_restricted_presenter_widens_no_service_account() {
    let world = world();
    let (by, host) = (restricted_access(&world, "admin"), Presenter::host());
    let narrow: Scope = "demo:read".parse().expect("a scope");
    let new = NewServiceAccount::new("build", Role::Member).with_scope(narrow.clone());
    let account = block_on(world.handle.create_service_account(&host, &new)).expect("made");
    let update = ServiceAccountUpdate::default;
    let change = |by: &Presenter, change: &ServiceAccountUpdate| -> Result<ServiceAccountView, ManageError> {
        block_on(world.handle.update_service_account(by, &account.id, change))
    };
    for wider in [
        update().with_adopt(true),
        update().with_role(Role::Administrator),
        update().with_scope(None),
        update().with_scope(Some("demo:read demo:write".parse().expect("a scope"))),
    ] {
        assert!(is_outranked(&change(&by, &wider)), "{wider:?}");
    }
    change(&by, &update().with_label("renamed").with_disabled(true)).expect("fewer rights");
    assert!(is_outranked(&change(&by, &update().with_disabled(false))), "its tokens work everywhere");
    assert!(!change(&host, &update().with_disabled(false)).expect("the host").disabled);
    let after = change(&by, &update().with_scope(Some(narrow))).expect("the same rights");
    assert_eq!((after.role, after.made_by), (Role::Member, None));
}

#[test]
fn sight_6_a_restricted_presenter_opens_no_gate() {
    let world = world();
    let by = restricted_access(&world, "admin");
    let switch = |allowed| block_on(world.handle.set_token_login(&by, &subject("ivan"), allowed));
    assert!(switch(true).expect("it was on").token_login_allowed);
    assert!(!switch(false).expect("this removes rights").token_login_allowed);
    assert!(is_outranked(&switch(true)), "ivan's tokens work everywhere");
    let set = |on| {
        let change = SettingsUpdate::default().with_personal_access_tokens_enabled(on);
        block_on(world.handle.update_settings(&by, &change))
    };
    set(true).expect("it was on");
    set(false).expect("this removes rights");
    assert!(is_outranked(&set(true)), "all tokens work everywhere");
    let lead = SettingsUpdate::default().with_notice_lead_days(3);
    block_on(world.handle.update_settings(&by, &lead)).expect("another setting");
}

#[test]
fn sight_6_a_restricted_presenter_lets_no_credential_live_longer() {
    let world = world();
    let by = restricted_access(&world, "admin");
    let lives = SettingName::ALL.iter().filter(|name| name.unit() != SettingUnit::Switch);
    for &name in lives.filter(|&&name| name != SettingName::NoticeLeadDays) {
        let set_by = |by: &Presenter, number| {
            let mut change = SettingsUpdate::default();
            change.set(name, number);
            block_on(world.handle.update_settings(by, &change))
        };
        let set = |number| set_by(&by, number);
        let before = block_on(world.handle.settings(&by)).expect("read").number(name);
        set(before).expect("it is the same");
        set(before - 1).expect("this removes rights");
        assert!(is_outranked(&set(before)), "{name:?}");
        set_by(&Presenter::host(), before).expect("the host");
    }
}

/// A host can write allowed sources into a stored session itself. When the password is entered again, the new session
/// must have the same allowed sources.
#[test]
fn sight_6_a_restricted_session_stays_restricted_when_the_password_is_entered_again() {
    let world = world();
    let (password, inside) = (Secret::from("ivan".to_owned()), at(INSIDE));
    let login = directory::Login::new("ivan", &password);
    let old = block_on(world.handle.open_session(&login, &inside)).expect("opened");
    let id = old.principal.credential_id();
    let version = block_on(world.store.get(&id)).expect("available").expect("stored").record().version;
    let details = Some(FamilyDetails::new().with_allowed_sources(office()).kept());
    let restrict = Change::Edit { label: None, description: None, scope: None, details };
    let done = block_on(world.store.apply(&id, version, &restrict, world.now())).expect("available");
    assert!(matches!(done, Applied::Done(_)));
    let verify = |text: &str, source| block_on(world.handle.from_source(&at(source)).verify_session(text));
    let signed_in = verify(old.token.expose_secret(), INSIDE).expect("inside");
    let new = block_on(world.handle.reauthenticate(&signed_in, &login, &inside)).expect("proved");
    verify(new.token.expose_secret(), INSIDE).expect("inside");
    verify(new.token.expose_secret(), OUTSIDE).expect_err("outside");
    let by = Presenter::from(&new.principal);
    let made = NewPersonalAccessToken::for_days("pat", 1);
    let made = block_on(world.handle.create_personal_access_token(&by, &made)).expect("a token");
    assert_eq!(made.view.allowed_sources, Some(office()));
    world.pass(days(100));
    let _purged = block_on(world.handle.purge(limit(1_000))).expect("purged");
    let refused = block_on(world.handle.reauthenticate(&signed_in, &login, &inside));
    assert!(matches!(refused, Err(operations::LoginError::Refused)), "its list is no longer known: {refused:?}");
}
