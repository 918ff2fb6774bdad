//! Creates personal access tokens, puts them into every state, and sends some of their notices.

use std::time::Duration;

use counterfoil::notice::{DueNotice, Outcome};
use counterfoil::operations::{Overlap, TokenUpdate};
use counterfoil::token::OnceKey;
use counterfoil::{Counterfoil, IssuedCredential, Lifetime, NewPersonalAccessToken, Presenter};

use super::{MANY, Texts, by_in_other_realm};
use crate::host::{DAY, HOUR, Host, MINUTE, by, end, start, subject};

const LEASE: Duration = Duration::from_secs(300);

async fn create(
    service: &Counterfoil,
    by: &Presenter,
    label: &str,
    lifetime: Lifetime,
    scope: Option<&str>,
) -> IssuedCredential {
    let scope = scope.map(|scope| scope.parse().expect("a scope"));
    let new = NewPersonalAccessToken::new(label, lifetime).with_scope(scope);
    service.create_personal_access_token(by, &new).await.expect("created")
}

async fn rotate(host: &Host, issued: &IssuedCredential, overlap: Overlap) -> IssuedCredential {
    host.service.rotate_personal_access_token(&by("ann"), &issued.view.id, overlap).await.expect("rotated")
}

fn text(issued: &IssuedCredential) -> &str {
    issued.token.expose_secret()
}

/// Creates tokens that live for 180 days, and a token of the other realm. Deletes one of the tokens early, so that a
/// later purge of the scene removes it.
pub(super) async fn under_the_first_key(host: &Host, texts: &mut Texts) {
    let long = create(&host.service, &by("ann"), "first key", Lifetime::Days(180), Some("demo:read")).await;
    texts.put("pat first key", text(&long));
    let used = create(&host.service, &by("pat"), "first key, used", Lifetime::Days(180), None).await;
    texts.put("pat first key, used", text(&used));
    let purged = create(&host.service, &by("gus"), "purged", Lifetime::Days(180), None).await;
    texts.put("pat purged", text(&purged));
    host.service.delete_personal_access_token(&by("gus"), &purged.view.id).await.expect("deleted");
    let other = create(&host.other, &by_in_other_realm("ann"), "other realm", Lifetime::Permanent, None).await;
    texts.put("pat other realm", text(&other));
}

/// Creates one token that expires before the end of the scene, and some that expire at most about ten days after it.
/// Sends some of their notices. Also creates two tokens of Bob, which are revoked one day before the end of the scene.
pub(super) async fn with_notices(host: &Host, texts: &mut Texts) {
    let tokens = [
        ("expired", 20, "ann"),
        ("reminded", 35, "ann"),
        ("due", 36, "ann"),
        ("leased", 36, "pat"),
        ("failed", 36, "pat"),
        ("pending", 40, "pat"),
        ("taken, one", 90, "bob"),
        ("taken, two", 90, "bob"),
    ];
    for (name, days, owner) in tokens {
        host.clock.advance(MINUTE);
        let issued = create(&host.service, &by(owner), name, Lifetime::Days(days), None).await;
        texts.put(&format!("pat {name}"), text(&issued));
    }
    // The token `expired` has three notices: a week before its expiry, a day before it, and when it has expired.
    for day in [44, 50, 51] {
        host.clock.set(start().plus_capped(day * DAY));
        assert_eq!(send(host, &["expired"]).await, 1, "day {day}");
    }
    host.clock.set(start().plus_capped(Duration::from_secs(58 * 86_400 + 3_600)));
    assert_eq!(send(host, &["reminded"]).await, 1);
    host.clock.set(end().minus(DAY));
    assert_eq!(host.service.revoke_all_of(&by("ada"), &subject("bob")).await.expect("revoked"), 2);
}

async fn due(host: &Host, label: &str) -> Option<DueNotice> {
    let page = host.service.due_notices(None, MANY).await.expect("a page");
    assert!(page.next.is_none());
    for due in page.items {
        let whom = due.addressee().expect("a person");
        // A deleted token cannot be read, so its notice is skipped.
        let Ok(view) = host.service.personal_access_token_of(&by("ada"), whom, &due.id()).await else { continue };
        if view.label == label {
            return Some(due);
        }
    }
    None
}

/// Sends the due notice of each token with one of these labels. Skips a token that has no due notice. Returns the
/// number of sent notices.
async fn send(host: &Host, labels: &[&str]) -> usize {
    let mut sent = 0;
    for label in labels {
        let Some(due) = due(host, label).await else { continue };
        let claim = host.service.claim_notice(&due, LEASE).await.expect("an answer");
        let Some(claimed) = claim.won() else { continue };
        assert!(host.service.settle_notice(claimed, Outcome::Sent).await.expect("settled"));
        sent += 1;
    }
    sent
}

/// Claims two due notices. Reports for the first one that sending it failed. Does not report anything for the second
/// one, so its claim still holds at the end of the scene.
pub(super) async fn claimed(host: &Host) {
    let failed = due(host, "failed").await.expect("it is due");
    let claimed = host.service.claim_notice(&failed, LEASE).await.expect("an answer").won().expect("won");
    let retry_at = end().plus_capped(2 * HOUR);
    assert!(host.service.settle_notice(claimed, Outcome::Failed { retry_at }).await.expect("settled"));
    let leased = due(host, "leased").await.expect("it is due");
    let claim = host.service.claim_notice(&leased, LEASE).await.expect("an answer");
    assert!(claim.won().is_some(), "and nobody settles it");
}

/// Creates tokens. Rotates, deletes, renames or uses some of them.
pub(super) async fn in_every_state(host: &Host, texts: &mut Texts) {
    let (service, ann) = (&host.service, by("ann"));
    let new = async |label: &str| create(service, &ann, label, Lifetime::Days(30), None).await;
    let plain = create(service, &ann, "CI", Lifetime::Days(30), Some("demo:read")).await;
    texts.put("pat plain", text(&plain));
    let permanent = create(service, &ann, "für immer \u{2602}", Lifetime::Permanent, None).await;
    texts.put("pat permanent", text(&permanent));

    let deleted = new("deleted").await;
    texts.put("pat deleted", text(&deleted));
    service.delete_personal_access_token(&ann, &deleted.view.id).await.expect("deleted");
    let taken = new("taken away").await;
    texts.put("pat taken away", text(&taken));
    let removed = service.delete_personal_access_token_of(&by("ada"), &subject("ann"), &taken.view.id).await;
    removed.expect("deleted");

    let overlaps = [
        ("at once", Overlap::Immediate),
        ("overlap", Overlap::For(2 * DAY)),
        ("overlap over", Overlap::For(MINUTE)),
        ("first use", Overlap::UntilFirstUse),
        ("first use, used", Overlap::UntilFirstUse),
    ];
    for (label, overlap) in overlaps {
        let old = new(label).await;
        texts.put(&format!("pat {label}, old"), text(&old));
        texts.put(&format!("pat {label}, new"), text(&rotate(host, &old, overlap).await));
    }
    service.verify(texts.get("pat first use, used, new")).await.expect("the use that ends the old one");
    let mut last = new("chain").await;
    for number in 1..=3 {
        texts.put(&format!("pat chain {number}"), text(&last));
        last = rotate(host, &last, Overlap::Immediate).await;
    }
    texts.put("pat chain 4", text(&last));

    let renamed = new("old name").await;
    texts.put("pat renamed", text(&renamed));
    service
        .update_personal_access_token(&ann, &renamed.view.id, &TokenUpdate::default().with_label("new name"))
        .await
        .expect("renamed");
    let once = OnceKey::new(&renamed.view.id, &[7; 16]);
    let form = NewPersonalAccessToken::new("form", Lifetime::Days(30));
    let form = service.once(once).create_personal_access_token(&ann, &form).await.expect("created");
    texts.put("pat form", text(&form));
    let used = new("used").await;
    texts.put("pat used", text(&used));
    for used in [text(&used), texts.get("pat first key, used")] {
        service.verify(used).await.expect("accepted");
    }
    let disabled = create(service, &by("dis"), "disabled owner", Lifetime::Days(30), None).await;
    texts.put("pat disabled owner", text(&disabled));
}
