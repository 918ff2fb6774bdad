//! Tests operations on personal access tokens in a database of an earlier version.

use counterfoil::http_auth::Refusal;
use counterfoil::operations::{Overlap, TokenUpdate};
use counterfoil::token::OnceKey;
use counterfoil::types::{KeyId, RevocationReason};
use counterfoil::{Conflict, Lifetime, ManageError, NewPersonalAccessToken};
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{DAY, MINUTE, by, end, subject};
use std::time::Duration;

use crate::support::Upgraded;

pub(crate) async fn are_rotated_renamed_and_deleted(kind: Kind) {
    let all = Upgraded::new(kind).await;
    rotated(&all).await;
    labels_are_held(&all).await;
    deleted(&all).await;
    rekeyed(&all).await;
}

async fn rotated(all: &Upgraded) {
    let (service, ann) = (&all.host.service, by("ann"));
    let before = all.accepted("pat plain").await;
    let rotated = service.rotate_personal_access_token(&ann, &all.texts.id("pat plain"), Overlap::Immediate).await;
    let rotated = rotated.expect("rotated");
    assert_eq!(all.refused("pat plain").await, Refusal::Replaced);
    let after = all.verify(rotated.token.expose_secret()).await.expect("accepted");
    assert_eq!(
        (after.label(), after.scope(), after.expires_at()),
        (before.label(), before.scope(), before.expires_at())
    );

    // The scene rotated the token `overlap` seven minutes before the end of the scene, with an overlap of two days.
    let over = end().minus(7 * MINUTE).plus_capped(2 * DAY);
    let old = all.texts.get("pat overlap, old");
    assert!(service.at(over.minus(Duration::from_micros(1))).verify(old).await.is_ok());
    assert!(service.at(over).verify(old).await.is_err());
    let again = service.rotate_personal_access_token(&ann, &all.texts.id("pat overlap, new"), Overlap::For(DAY)).await;
    let again = again.expect("rotated");
    assert_eq!(all.refused("pat overlap, old").await, Refusal::Replaced, "one overlap at a time");
    all.accepted("pat overlap, new").await;
    all.verify(again.token.expose_secret()).await.expect("accepted");

    all.accepted("pat first use, old").await;
    all.accepted("pat first use, new").await;
    assert_eq!(all.refused("pat first use, old").await, Refusal::Replaced);
    for name in ["pat chain 1", "pat chain 3", "pat at once, old"] {
        let id = all.texts.id(name);
        let answer = service.rotate_personal_access_token(&ann, &id, Overlap::Immediate).await;
        assert!(answer.is_err(), "{name}: {answer:?}");
    }
}

async fn labels_are_held(all: &Upgraded) {
    let (service, ann) = (&all.host.service, by("ann"));
    let create = async |label: &str| {
        service.create_personal_access_token(&ann, &NewPersonalAccessToken::new(label, Lifetime::Days(5))).await
    };
    for held in ["CI", "ci", "expired", "chain", "new name", "für immer \u{2602}", "overlap"] {
        let answer = create(held).await;
        assert!(matches!(answer, Err(ManageError::Conflict(Conflict::LabelTaken))), "{held}: {answer:?}");
    }
    let renamed = all.texts.id("pat renamed");
    let answer =
        service.update_personal_access_token(&ann, &renamed, &TokenUpdate::default().with_label("expired")).await;
    assert!(matches!(answer, Err(ManageError::Conflict(Conflict::LabelTaken))), "{answer:?}");
    let expired = all.texts.id("pat expired");
    service
        .update_personal_access_token(&ann, &expired, &TokenUpdate::default().with_label("long expired"))
        .await
        .expect("renamed");
    let view = service
        .update_personal_access_token(&ann, &renamed, &TokenUpdate::default().with_label("expired"))
        .await
        .expect("the label is free");
    assert_eq!(view.label, "expired");
    for free in ["old name", "new name", "deleted", "taken away"] {
        create(free).await.expect(free);
    }
    let once = service.once(OnceKey::new(&renamed, &[7; 16]));
    let form = NewPersonalAccessToken::new("form", Lifetime::Days(30));
    let answer = once.create_personal_access_token(&ann, &form).await;
    assert!(matches!(answer, Err(ManageError::Conflict(Conflict::DoneAlready))), "{answer:?}");
}

async fn deleted(all: &Upgraded) {
    let service = &all.host.service;
    let revoked = |refusal| match refusal {
        Refusal::Revoked { reason, .. } => Some(reason),
        _ => None,
    };
    service.delete_personal_access_token(&by("ann"), &all.texts.id("pat permanent")).await.expect("deleted");
    assert_eq!(revoked(all.refused("pat permanent").await), Some(RevocationReason::ByOwner));
    let due = all.texts.id("pat due");
    service.delete_personal_access_token_of(&by("ada"), &subject("ann"), &due).await.expect("deleted");
    assert_eq!(revoked(all.refused("pat due").await), Some(RevocationReason::ByAdministrator));
    let foreign = service.delete_personal_access_token(&by("pat"), &all.texts.id("pat used")).await;
    assert!(matches!(foreign, Err(ManageError::NotFound)), "{foreign:?}");
    assert!(service.revoke_all_of(&by("ada"), &subject("pat")).await.expect("revoked") >= 4);
    assert!(revoked(all.refused("pat pending").await).is_some());
}

/// Checks that the next use of a token replaces its digest under the first key by a digest under the newest key.
async fn rekeyed(all: &Upgraded) {
    let first_key = async || {
        let keys = all.host.service.key_census().await.expect("an answer");
        keys.iter().find(|key| key.key == KeyId::new(1)).map_or(0, |key| key.records)
    };
    let before = first_key().await;
    all.accepted("pat first key").await;
    assert!(all.host.service.flush().await.error.is_none());
    assert_eq!(first_key().await, before - 1);
    all.accepted("pat first key").await;
    all.host.other.verify(all.texts.get("pat other realm")).await.expect("accepted in its realm");
}
