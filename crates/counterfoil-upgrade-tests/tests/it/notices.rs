//! Tests the notices about credentials in a database of an earlier version.

use std::time::Duration;

use counterfoil::notice::Outcome;
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{HOUR, Host, MINUTE, end};

use crate::support::{MANY, Upgraded};

const LEASE: Duration = Duration::from_secs(300);

pub(crate) async fn are_sent_once(kind: Kind) {
    let all = Upgraded::new(kind).await;
    let sent = sent(&all.host).await;
    for label in ["due", "expired"] {
        assert!(sent.iter().any(|sent| sent == label), "{label}: {sent:?}");
    }
    assert!(!sent.iter().any(|sent| matches!(sent.as_str(), "leased" | "failed" | "pending" | "reminded")), "{sent:?}");
    assert!(self::sent(&all.host).await.is_empty(), "once");

    // The scene claimed the notice of `leased` a minute before the end of the scene, and reported no outcome. The
    // notice is due again when the lease of this claim ends.
    let returned = end().minus(MINUTE).plus_capped(LEASE);
    all.host.clock.set(returned.minus(Duration::from_micros(1)));
    assert!(self::sent(&all.host).await.is_empty());
    all.host.clock.set(returned);
    assert_eq!(self::sent(&all.host).await, ["leased"]);
    all.host.clock.set(end().plus_capped(2 * HOUR));
    assert_eq!(self::sent(&all.host).await, ["failed"], "tried again");
    all.host.clock.set(end().plus_capped(6 * 24 * HOUR));
    let later = self::sent(&all.host).await;
    for label in ["pending", "reminded", "due", "leased", "failed"] {
        assert!(later.iter().any(|sent| sent == label), "{label}: {later:?}");
    }
}

/// Sends what is due. Returns the labels, or the descriptions of security codes.
async fn sent(host: &Host) -> Vec<String> {
    let page = host.service.due_notices(None, MANY).await.expect("a page");
    let mut sent = Vec::new();
    for due in page.items {
        if let Some(claimed) = host.service.claim_notice(&due, LEASE).await.expect("an answer").won() {
            sent.push(claimed.label().to_owned());
            assert!(host.service.settle_notice(claimed, Outcome::Sent).await.expect("settled"));
        }
    }
    sent
}
