//! Tests that the pages and the API refuse the same contradictory inputs, and that no field of a form is ignored (fault
//! A9).

use super::browser::{Browser, secret};
use crate::support::{World, world};

#[tokio::test]
async fn fault_a9_a_super_administrators_code_names_no_user_on_the_page_as_in_the_api() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let (bearer, _) = world.sign_in("sue", None).await;
    for (form, body, field) in [
        ("access=super_administrator&user=bill", "{\"access\":\"super_administrator\",\"user\":\"bill\"}", "user"),
        ("access=same_as_user&user=", "{\"access\":\"same_as_user\"}", "user"),
        ("access=same_as_user&user=+", "{\"access\":\"same_as_user\"}", "user"),
        ("access=same_as_user&user=nobody", "{\"access\":\"same_as_user\",\"user\":\"nobody\"}", "user"),
        ("access=all&user=", "{\"access\":\"all\"}", "access"),
        ("user=bill", "{\"user\":\"bill\"}", "access"),
    ] {
        let page = sue.post("/codes", &format!("{form}&description=kept+words")).await;
        assert_eq!(page.status, 422, "{form}: {page:?}");
        assert!(page.text.contains(&format!("id=\"{field}-error\"")), "{form}: {page:?}");
        assert!(page.text.contains("kept words</textarea>"), "what was typed is kept: {form}");
        let outcome = world.call("POST", "/security-codes", &bearer, Some(body)).await.outcome();
        assert_eq!(outcome, (422, "invalid-field".to_owned(), Some(field.to_owned())), "{body}");
    }
    assert!(sue.get("/codes").await.text.contains("id=\"empty\""), "none was made");
    let made = sue.post("/codes", "access=super_administrator&user=&description=").await;
    assert!(secret(&made.text).starts_with("cfs_"), "an empty field is none: {made:?}");
}

#[tokio::test]
async fn fault_a9_a_client_that_contradicts_itself_is_refused_on_the_page_as_in_the_api() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let (bearer, _) = world.sign_in("adam", None).await;
    for (form, body, field) in [
        ("refresh_mode=reuse&public=true", "\"refresh_mode\":\"reuse\",\"public\":true", "refresh_mode"),
        (
            "refresh_mode=rotate&public=true&resource_server=true",
            "\"public\":true,\"resource_server\":true",
            "resource_server",
        ),
        ("refresh_mode=rotate&grants=password&grants=implicit", "\"grants\":[\"password\",\"implicit\"]", "grants"),
        ("refresh_mode=keep", "\"refresh_mode\":\"keep\"", "refresh_mode"),
        ("refresh_mode=rotate&public=yes", "\"public\":\"yes\"", "public"),
    ] {
        let page = adam.post("/clients", &format!("display_name=kept&allowed=all&default=all&{form}")).await;
        assert_eq!(page.status, 422, "{form}: {page:?}");
        assert!(page.text.contains(&format!("id=\"{field}-error\"")), "{form}: {page:?}");
        assert!(page.text.contains("value=\"kept\""), "{form}");
        let body = format!("{{\"display_name\":\"kept\",{body}}}");
        let outcome = world.call("POST", "/clients", &bearer, Some(&body)).await.outcome();
        assert_eq!((outcome.0, outcome.2.as_deref()), (422, Some(field)), "{body}");
    }
    assert!(!adam.get("/clients").await.text.contains("kept"), "none was registered");
}

#[tokio::test]
async fn fault_a9_every_form_refuses_a_repeated_or_unknown_field() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/tokens", "label=own&days=5&rights=all").await;
    sue.post("/codes", "access=super_administrator&description=own").await;
    let id = |page: &str| super::browser::value(page, "data-id=\"");
    let token = id(&sue.get("/tokens").await.text);
    let code = id(&sue.get("/codes").await.text);
    drop(world.sink.take());
    let numbers = "pat_max_days=90&notice_lead_days=7&code_lifetime_seconds=86400&access_lifetime_seconds=600\
                   &refresh_inactivity_seconds=86400&refresh_absolute_seconds=2592000";
    for (path, form) in [
        ("/tokens".to_owned(), "label=a&days=1&days=2".to_owned()),
        ("/tokens".to_owned(), "label=a&days=1&scope=all".to_owned()),
        (format!("/tokens/{token}/rotate"), "overlap_seconds=0&overlap_seconds=3600".to_owned()),
        (format!("/tokens/{token}/renew"), "days=1&days=2".to_owned()),
        (format!("/tokens/{token}/renew"), "days=1&permanent=maybe".to_owned()),
        (format!("/tokens/{token}/extend"), "days=1&overlap_seconds=0".to_owned()),
        (format!("/tokens/{token}/edit"), "label=a&label=b".to_owned()),
        (format!("/tokens/{token}/edit"), "label=a&days=1".to_owned()),
        ("/codes".to_owned(), "access=super_administrator&user=bill&user=adam".to_owned()),
        ("/codes".to_owned(), "access=super_administrator&description=a&description=b".to_owned()),
        ("/codes".to_owned(), "access=super_administrator&expires_at=2030-01-01T00:00".to_owned()),
        (
            format!("/codes/{code}/edit"),
            "expires_at=2030-01-01T00:00&expires_at=2031-01-01T00:00&description=".to_owned(),
        ),
        (format!("/codes/{code}/edit"), "expires_at=&description=b".to_owned()),
        ("/clients".to_owned(), "display_name=a&refresh_mode=rotate&id=b&id=c".to_owned()),
        ("/clients".to_owned(), "display_name=a&refresh_mode=rotate&public=true&public=true".to_owned()),
        ("/clients/app/secret".to_owned(), "overlap_seconds=0&overlap_seconds=3600".to_owned()),
        ("/settings".to_owned(), format!("{numbers}&pat_max_days=91")),
        ("/settings".to_owned(), format!("{numbers}&personal_access_tokens_enabled=maybe")),
    ] {
        let refused = sue.post(&path, &form).await;
        assert_eq!(refused.status, 422, "{path} {form}: {refused:?}");
        let says = refused.text.contains("-error\"") || refused.text.contains("id=\"error\"");
        assert!(says, "{path} {form}: {refused:?}");
    }
    assert_eq!(world.sink.take(), [], "nothing was done");
}

#[tokio::test]
async fn fault_a9_a_field_that_is_missing_leaves_a_code_as_it_is() {
    let world: World = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/codes", "access=super_administrator&description=first").await;
    let id = super::browser::value(&sue.get("/codes").await.text, "data-id=\"");
    let path = format!("/codes/{id}/edit");
    assert_eq!(sue.post(&path, "expires_at=2030-01-01T00:00").await.status, 303);
    assert!(sue.get("/codes").await.text.contains("first"));
}
