//! Tests the page with the credentials of all owners.

use super::fixture::in_both;

#[test]
fn sight_2_an_administrator_filters_the_credentials_of_all_owners() {
    in_both(|fixture| {
        fixture.sign_in("ivan", "ivan");
        fixture.make_token("nightly", "30");
        fixture.make_token("deploy", "30");
        fixture.hand_over("admin", "admin");
        fixture.browser.follow("nav a[href=\"/console/credentials\"]");
        assert!(fixture.row_if_any("nightly").is_some() && fixture.row_if_any("deploy").is_some());
        fixture.speaks();
        fixture.browser.fill("#filter [name=label]", "NIGHT");
        fixture.browser.follow("#filter button");
        assert!(fixture.row_if_any("nightly").is_some() && fixture.row_if_any("deploy").is_none());
        assert_eq!(fixture.browser.value("#filter [name=label]"), "NIGHT");
        fixture.browser.follow("#all");
        fixture.browser.fill("#filter [name=client]", "no client");
        fixture.browser.follow("#filter button");
        fixture.finds_fault_with("client");
        fixture.speaks();
    });
}
