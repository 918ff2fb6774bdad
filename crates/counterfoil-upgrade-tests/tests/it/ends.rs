//! Tests that all credentials in a database of an earlier version can be ended and then purged.

use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};
use counterfoil_upgrade_tests::compare::difference;
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{DAY, by, end, subject};
use counterfoil_upgrade_tests::list;
use counterfoil_upgrade_tests::scene::by_in_other_realm;
use serde_json::Value;

use crate::support::{LIST, MANY, Upgraded};

pub(crate) async fn all_can_be_ended_and_purged(kind: Kind) {
    let all = Upgraded::new(kind).await;
    let handles = [&all.host.service, &all.host.other];
    for handle in handles {
        for name in ["ann", "bob", "cap", "cid", "dis", "gus", "pat", "ada"] {
            handle.revoke_all_of(&Presenter::host(), &subject(name)).await.expect("revoked");
        }
        let codes = handle.list_security_codes(&Presenter::host(), true, None, MANY).await.expect("a page");
        for code in codes.items {
            handle.delete_security_code(&Presenter::host(), &code.id).await.expect("deleted");
        }
    }
    let ended = list::contents(&all.store).await;
    let families = ended["families"].as_array().expect("an array");
    assert_eq!(families.len(), LIST["contents"]["families"].as_array().expect("an array").len());
    for family in families {
        assert_ne!(family["family"]["revoked"], Value::Null, "{family}");
        assert_eq!(family["family"]["label_key"], Value::Null, "its label is free");
    }
    for name in ["pat plain", "pat first key", "code plain", "sign-in public, access"] {
        all.refused(name).await;
    }
    // A year later, no ended credential has to be kept.
    all.host.clock.set(end().plus_capped(365 * DAY));
    for handle in handles {
        while handle.purge(MANY).await.expect("purged").more {}
    }
    let left = list::contents(&all.store).await;
    assert_eq!(left["families"], Value::Array(Vec::new()));
    assert_eq!(difference(&LIST["contents"]["clients"], &left["clients"]), None);
    let new = NewPersonalAccessToken::new("CI", Lifetime::Days(5));
    for (handle, by) in [(&all.host.service, by("ann")), (&all.host.other, by_in_other_realm("ann"))] {
        let issued = handle.create_personal_access_token(&by, &new).await.expect("created");
        assert!(handle.verify(issued.token.expose_secret()).await.is_ok());
    }
}
