//! Tests how pages show a token that the policy refuses because it lives too long (requirement LIFE 4).

use counterfoil::policy::{Existing, Policy};
use counterfoil::settings::SettingsUpdate;
use counterfoil::{NewPersonalAccessToken, Presenter};

use super::browser::Browser;
use crate::support::world_under;

#[tokio::test]
async fn life_4_pages_say_in_both_languages_that_the_policy_refuses_a_token() {
    let mut policy = Policy::default();
    policy.personal_access_tokens.existing = Existing::RefuseAtUse;
    let world = world_under(policy).await;
    let by = Presenter::signed_in(&world.people_account("bill"));
    for (label, days) in [("long", 100), ("short", 30)] {
        let new = NewPersonalAccessToken::for_days(label, days);
        world.counterfoil.create_personal_access_token(&by, &new).await.expect("a token");
    }
    let set = async |days| {
        let change = SettingsUpdate::default().with_pat_max_days(days);
        world.counterfoil.update_settings(&Presenter::host(), &change).await.expect("changed");
    };
    for (language, text) in [("en", "Refused: lives too long"), ("ru", "Отклоняется: срок слишком долгий")]
    {
        let (mut bill, mut adam) = (Browser::new(&world), Browser::new(&world));
        for browser in [&mut bill, &mut adam] {
            browser.headers.push(("accept-language", language));
        }
        assert!(bill.sign_in("bill", "bill").await.status.is_redirection());
        assert!(adam.sign_in("adam", "adam").await.status.is_redirection());
        for (days, count) in [(99, 1), (100, 0)] {
            set(days).await;
            let lists = [bill.get("/tokens").await, adam.get("/users/bill").await, adam.get("/credentials").await];
            for page in lists {
                let badge = format!("<span class=\"badge suspended\">{text}</span>");
                assert_eq!(page.text.matches(&badge).count(), count, "{language}, {days} days: {page:?}");
            }
        }
    }
}
