//! Tests that the top of the page lists the errors of a form, gets the focus, and links to the fields (fault F3). Also
//! tests the labels of fields (faults F2 and F12).

use super::browser::{Browser, value};
use crate::support::world;

#[tokio::test]
async fn fault_f3_every_form_says_above_the_page_what_is_wrong_and_with_which_field() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/tokens", "label=turning&days=5&rights=all").await;
    let token = value(&sue.get("/tokens").await.text, "data-id=\"");
    sue.post("/codes", "access=super_administrator&description=one").await;
    let code = value(&sue.get("/codes").await.text, "data-id=\"");
    for (path, form, field) in [
        ("/tokens".to_owned(), "label=&days=5&rights=all", "label"),
        ("/tokens".to_owned(), "label=a&days=0&rights=all", "days"),
        (format!("/tokens/{token}/rotate"), "overlap_seconds=x", "overlap_seconds"),
        ("/codes".to_owned(), "access=same_as_user&user=nobody", "user"),
        (format!("/codes/{code}/edit"), "expires_at=2001-01-01T00:00", "expires_at"),
        ("/clients".to_owned(), "display_name=a&id=two+words&refresh_mode=rotate&allowed=all&default=all", "id"),
        ("/clients/app/edit".to_owned(), "display_name=&refresh_mode=rotate", "display_name"),
        ("/clients/app/secret".to_owned(), "overlap_seconds=x", "overlap_seconds"),
        ("/settings".to_owned(), "pat_max_days=0", "pat_max_days"),
    ] {
        let refused = sue.post(&path, form).await;
        assert_eq!(refused.status, 422, "{path}: {refused:?}");
        let (_, summary) =
            refused.text.split_once("<div id=\"error\"").unwrap_or_else(|| panic!("{path}: {refused:?}"));
        let (summary, after) = summary.split_once("</div>").expect("its end");
        assert!(summary.contains("role=\"alert\" tabindex=\"-1\" autofocus"), "{path}: {summary}");
        assert!(summary.contains(&format!("<a href=\"#{field}\">")), "{path}: {summary}");
        assert!(!refused.text.split("id=\"error\"").next().expect("before").contains("<form id=\"create\""), "{path}");
        assert!(
            after.contains(&format!("id=\"{field}-error\"")) && after.contains(&format!("id=\"{field}\"")),
            "{path}"
        );
        assert!(refused.text.contains("<title>There is a problem: "), "{path}");
        assert_eq!(refused.text.matches(" autofocus").count(), 1, "{path}");
    }
    let wrong = Browser::new(&world);
    let refused = wrong.sign_in("sue", "wrong").await;
    assert!(refused.text.contains("<div id=\"error\" class=\"alert\" role=\"alert\" tabindex=\"-1\" autofocus>"));
}

#[tokio::test]
async fn fault_f2_two_labels_that_look_alike_are_one() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    assert_eq!(bill.post("/tokens", "label=ci&days=5&rights=all").await.status, 200);
    let twin = bill.post("/tokens", "label=ci%EF%B8%8F&days=5&rights=all").await;
    assert!(twin.status == 409 && twin.text.contains("id=\"label-error\""), "{twin:?}");
    let nothing = bill.post("/tokens", "label=%EF%B8%8F%CD%8F&days=5&rights=all").await;
    assert!(nothing.status == 422 && nothing.text.contains("at least one visible character"), "{nothing:?}");
}

#[tokio::test]
async fn fault_f12_a_joiner_is_a_letters_own_and_elsewhere_the_text_names_it() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    for label in [
        "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}",
        "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
        "\u{915}\u{94D}\u{200D}\u{937}",
    ] {
        let label: String = form_urlencoded::byte_serialize(label.as_bytes()).collect();
        assert_eq!(bill.post("/tokens", &format!("label={label}&days=5&rights=all")).await.status, 200, "{label}");
    }
    let refused = bill.post("/tokens", "label=a%E2%80%8Db&days=5&rights=all").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("U+200D (zero width joiner)"), "{refused:?}");
    let (bearer, _) = world.sign_in("bill", None).await;
    let outcome =
        world.call("POST", "/me/tokens", &bearer, Some("{\"label\":\"a\\u200bb\",\"expires_in_days\":1}")).await;
    assert!(outcome.status == 422 && outcome.text.contains("U+200B"), "{outcome:?}");
}
