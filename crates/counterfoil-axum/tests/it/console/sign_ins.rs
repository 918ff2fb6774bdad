//! Tests the pages about sign-ins, and the pages that end everything of a user or of a client (requirements SIGHT 1 and
//! LIFE 3).

use counterfoil::operations::{NewAccess, NewSecurityCode, SignIn};
use counterfoil::policy::Policy;
use counterfoil::service_account::NewServiceAccount;
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter, Role};

use super::browser::{Browser, value};
use crate::support::{World, subject, world, world_under};

fn rows(page: &str) -> usize {
    let Some((_, table)) = page.split_once("<table id=\"sign-ins\"") else { return 0 };
    table.split("</table>").next().unwrap_or_default().matches("<tr role=\"row\" data-id=").count()
}

async fn app(world: &World, owner: &str) -> String {
    let (client, owner) = ("app".parse().expect("an id"), subject(owner));
    let granted = world.counterfoil.open_sign_in(&SignIn::new(&client, &owner)).await.expect("opened");
    granted.access_token.expose_secret().to_owned()
}

/// Returns the page of the browser's own sign-ins.
async fn own(browser: &Browser) -> String {
    let page = browser.get("/sign-ins").await;
    assert_eq!(page.status, 200, "{page:?}");
    page.text
}

#[tokio::test]
async fn sight_1_an_owner_sees_sign_ins_with_device_and_this_device_and_ends_them() {
    let mut policy = Policy::default();
    policy.remember_source = true;
    let world = world_under(policy).await;
    let mut phone = Browser::new(&world);
    phone.headers.push(("user-agent", "Phone <b>1.0"));
    phone.sign_in("bill", "bill").await;
    let bill = Browser::signed_in(&world, "bill").await;
    let token = app(&world, "bill").await;
    app(&world, "carol").await;
    let page = own(&bill).await;
    assert_eq!((rows(&page), page.matches("This device").count()), (3, 1), "{page}");
    assert!(page.contains("Phone &#60;b&#62;1.0") && page.contains("Not known") && page.contains("Console session"));
    assert!(page.contains("aria-current=\"page\">Sign-ins</a>"));
    let end = page.split("href=\"/console/sign-ins/").filter_map(|rest| rest.split_once("/end\"")).map(|(id, _)| id);
    let ids: Vec<&str> = end.collect();
    assert_eq!(ids.len(), 2, "the one in use has no link");
    let path = format!("/sign-ins/{}/end", ids[0]);
    assert!(bill.get(&path).await.text.contains("All its tokens are refused at once."));
    for _ in 0..2 {
        let ended = bill.post(&path, "").await;
        assert_eq!(ended.header("location"), Some("/console/sign-ins?notice=ended"), "sent twice: {ended:?}");
    }
    assert_eq!(rows(&own(&bill).await), 2);
    let others = bill.post("/sign-ins/end-others", "").await;
    assert_eq!(others.header("location"), Some("/console/sign-ins?notice=others-ended"));
    assert!(bill.get("/sign-ins?notice=others-ended").await.text.contains("All other sign-ins are ended."));
    assert_eq!(rows(&own(&bill).await), 1);
    assert!(world.counterfoil.verify(&token).await.is_err());
    assert_eq!(phone.get("/sign-ins").await.status, 303, "it must sign in again");
}

#[tokio::test]
async fn sight_1_the_page_is_in_russian_too() {
    let world = world().await;
    let mut bill = Browser::signed_in(&world, "bill").await;
    bill.headers.push(("accept-language", "ru"));
    let page = own(&bill).await;
    assert!(page.contains("Входы") && page.contains("Это устройство") && page.contains("Завершить все остальные"));
}

#[tokio::test]
async fn life_3_an_administrator_sees_everything_of_a_user_and_one_button_ends_it() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let token = app(&world, "bill").await;
    let by = Presenter::signed_in(&world.people_account("bill"));
    let new = NewPersonalAccessToken::new("nightly", Lifetime::Days(30));
    let pat = world.counterfoil.create_personal_access_token(&by, &new).await.expect("a token");
    let sue = Presenter::signed_in(&world.people_account("sue"));
    let new = NewSecurityCode::new(NewAccess::SameAsUser("bill")).with_description("a code as bill");
    let code = world.counterfoil.create_security_code(&sue, &new).await.expect("a code");

    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/users/bill").await.text;
    assert!(page.contains("nightly") && rows(&page) == 2 && page.contains("id=\"revoke-all\""), "{page}");
    assert!(!page.contains("a code as bill"), "only super administrators see codes");
    let of_sue = Browser::signed_in(&world, "sue").await.get("/users/bill").await.text;
    assert!(of_sue.contains("a code as bill"), "{of_sue}");
    let asked = adam.get("/users/bill/revoke").await.text;
    assert!(asked.contains("This cannot be undone.") && !asked.contains("type=\"checkbox\""), "no service accounts");
    let done = adam.post("/users/bill/revoke", "").await;
    assert_eq!(done.header("location"), Some("/console/users/bill?notice=all-ended"), "{done:?}");
    for text in [token.as_str(), pat.token.expose_secret(), code.token.expose_secret()] {
        assert!(world.counterfoil.verify(text).await.is_err());
    }
    assert_eq!(bill.get("/tokens").await.status, 303);
    let page = adam.get("/users/bill?notice=all-ended").await.text;
    assert!(rows(&page) == 0 && page.contains("All credentials of this user are ended."), "{page}");
}

#[tokio::test]
async fn life_3_an_administrator_ends_one_sign_in_of_a_user_who_has_left() {
    let world = world().await;
    let token = app(&world, "bill").await;
    world.people.remove(&subject("bill"));
    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/users/bill").await.text;
    assert!(page.contains("id=\"left\"") && rows(&page) == 1, "{page}");
    let id = value(page.split_once("<table id=\"sign-ins\"").expect("a table").1, "data-id=\"");
    assert_eq!(rows(&adam.get("/users/bill/sign-ins").await.text), 1);
    assert!(adam.get(&format!("/users/bill/sign-ins/{id}/end")).await.text.contains(&id));
    let ended = adam.post(&format!("/users/bill/sign-ins/{id}/end"), "").await;
    assert_eq!(ended.header("location"), Some("/console/users/bill?notice=ended"));
    assert!(world.counterfoil.verify(&token).await.is_err());
    let mia = Browser::signed_in(&world, "mia").await;
    for path in ["/users/bill/sign-ins", "/users/bill/revoke"] {
        assert_eq!(mia.get(path).await.status, 403, "{path}");
    }
    for path in [format!("/users/bill/sign-ins/{id}/end"), "/users/bill/revoke".to_owned()] {
        assert_eq!(mia.post(&path, "").await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn life_3_the_page_names_the_service_accounts_and_disables_them_only_if_the_box_is_ticked() {
    let world = world().await;
    let adam = Presenter::signed_in(&world.people_account("adam"));
    let new = NewServiceAccount::new("nightly import", Role::Member);
    let made = world.counterfoil.create_service_account(&adam, &new).await.expect("made");
    let sue = Browser::signed_in(&world, "sue").await;
    assert!(sue.get("/users/adam").await.text.contains("nightly import"));
    let asked = sue.get("/users/adam/revoke").await.text;
    assert!(asked.contains("nightly import") && asked.contains("type=\"checkbox\""), "{asked}");
    let is_disabled =
        async || world.counterfoil.service_account(&Presenter::host(), &made.id).await.expect("there").disabled;
    sue.post("/users/adam/revoke", "").await;
    assert!(!is_disabled().await, "nothing is disabled without the tick");
    sue.post("/users/adam/revoke", "disable_service_accounts=true").await;
    assert!(is_disabled().await);
    assert_eq!(sue.post("/users/adam/revoke", "disable_service_accounts=no").await.status, 404);
    let own = sue.post("/users/sue/revoke", "").await;
    assert_eq!(own.header("location"), Some("/console/sign-in?notice=signed-out"));
    assert_eq!(sue.get("/tokens").await.status, 303);
}

#[tokio::test]
async fn life_3_an_administrator_ends_everything_of_a_client() {
    let world = world().await;
    let token = app(&world, "bill").await;
    let adam = Browser::signed_in(&world, "adam").await;
    assert!(adam.get("/clients").await.text.contains("href=\"/console/clients/app/revoke?back="));
    assert!(adam.get("/clients/app/revoke").await.text.contains("The client itself stays."));
    let done = adam.post("/clients/app/revoke", "back=/clients").await;
    assert_eq!(done.header("location"), Some("/console/clients?notice=revoked"), "{done:?}");
    assert!(adam.get("/clients?notice=revoked").await.text.contains("All tokens of the client are ended."));
    assert!(world.counterfoil.verify(&token).await.is_err());
}
