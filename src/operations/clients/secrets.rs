//! Generates, imports and replaces the secrets of a client.

use std::time::Duration;

use crate::service::Service;
use crate::service::client_auth::{SLOTS, is_live};
use crate::service::client_view::NewClientSecret;
use crate::service::error::Unavailable;
use crate::service::invalid::Invalid;
use crate::token::draw::draw_secret;
use crate::types::client::{ClientId, SecretForm, StoredSecret};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// The length of the shortest strong secret, in characters. 22 base62 characters have 131 bits, and 22 hexadecimal
/// digits have 88 bits. An attacker may be able to guess a shorter secret.
const STRONG: usize = 22;
/// The longest accepted secret, in bytes. Real secrets are far shorter.
const LONGEST: usize = 1_024;

/// A new random secret, as text for the client and as digest for the store. If the request comes from a web form, `id`
/// is the secret's id, which is derived from the form's key. `None` means a random id.
pub(super) fn drawn(
    service: &Service,
    client: &ClientId,
    id: Option<[u8; 16]>,
    now: Timestamp,
) -> Result<(NewClientSecret, StoredSecret), Unavailable> {
    let id = match id {
        Some(id) => id,
        None => {
            let mut id = [0; 16];
            service.entropy.fill(&mut id)?;
            id
        }
    };
    let secret = draw_secret(&*service.entropy)?;
    let minted = service.mint(TokenKind::ClientSecret, RecordId::from_bytes(id), &secret);
    let stored = StoredSecret {
        id,
        form: SecretForm::Generated,
        digest: *minted.digest.as_bytes(),
        key_id: minted.key_id,
        created_at: now,
        expires_at: None,
        unknown: crate::types::unknown::UnknownFields::default(),
    };
    Ok((NewClientSecret::new(client, minted.token.expose_secret()), stored))
}

pub(super) fn imported(service: &Service, secret: &Secret, now: Timestamp) -> Result<StoredSecret, Unavailable> {
    let mut id = [0; 16];
    service.entropy.fill(&mut id)?;
    let (digest, key_id) = service.digester.imported(&id, secret.expose_secret().as_bytes());
    let form = SecretForm::Imported;
    Ok(StoredSecret {
        id,
        form,
        digest: *digest.as_bytes(),
        key_id,
        created_at: now,
        expires_at: None,
        unknown: crate::types::unknown::UnknownFields::default(),
    })
}

/// Checks that a secret can be imported: a client can send it in a header, and it is strong. If `weak` is true, it need
/// not be strong.
pub(super) fn importable(secret: &Secret, weak: bool) -> Result<(), Invalid> {
    let text = secret.expose_secret();
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte);
    let strong = text.len() >= STRONG && text.bytes().all(safe);
    let sendable = (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
    if sendable && (strong || weak) { Ok(()) } else { Err(Invalid::WeakSecret) }
}

/// Adds the new secret of a client. The newest previous secret stays valid for `overlap`, but never longer than before.
/// All other secrets end now, so at most two secrets are live.
pub(super) fn replace(secrets: &mut Vec<StoredSecret>, new: StoredSecret, overlap: Duration, now: Timestamp) {
    let end = now.plus_capped(overlap);
    secrets.retain(|slot| is_live(slot, now));
    secrets.drain(..secrets.len().saturating_sub(SLOTS - 1));
    for slot in secrets.iter_mut() {
        // If the secret already has an earlier end, it keeps that end, so an overlap is never extended.
        slot.expires_at = Some(slot.expires_at.map_or(end, |set| set.min(end)));
    }
    secrets.retain(|slot| is_live(slot, now));
    secrets.push(new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ids::KeyId;

    fn slot(id: u8) -> StoredSecret {
        StoredSecret {
            id: [id; 16],
            form: SecretForm::Generated,
            digest: [id; 32],
            key_id: KeyId::NONE,
            created_at: Timestamp::EPOCH,
            expires_at: None,
            unknown: crate::types::unknown::UnknownFields::default(),
        }
    }

    fn ids(secrets: &[StoredSecret]) -> Vec<(u8, Option<u64>)> {
        secrets.iter().map(|slot| (slot.id[0], slot.expires_at.map(Timestamp::seconds))).collect()
    }

    #[test]
    fn syn_token_2_two_secrets_are_live_at_most_and_the_older_ends_with_the_overlap() {
        let mut secrets = vec![slot(1)];
        replace(&mut secrets, slot(2), Duration::from_secs(10), Timestamp::EPOCH);
        assert_eq!(ids(&secrets), [(1, Some(10)), (2, None)]);
        replace(&mut secrets, slot(3), Duration::from_secs(20), Timestamp::EPOCH);
        assert_eq!(ids(&secrets), [(2, Some(20)), (3, None)], "the newest two stay");
        replace(&mut secrets, slot(4), Duration::ZERO, Timestamp::EPOCH);
        assert_eq!(ids(&secrets), [(4, None)], "without overlap the new one is alone");
        let later = Timestamp::EPOCH.plus_capped(Duration::from_secs(1));
        secrets[0].expires_at = Some(later);
        replace(&mut secrets, slot(5), Duration::from_secs(9), Timestamp::EPOCH);
        assert_eq!(ids(&secrets), [(4, Some(1)), (5, None)], "an end that was set is not moved on");
        replace(&mut secrets, slot(6), Duration::from_secs(9), later);
        assert_eq!(ids(&secrets), [(5, Some(10)), (6, None)], "an ended one goes");
    }

    #[test]
    fn syn_token_2_the_seeds_secret_is_importable_and_a_guessable_one_only_as_weak() {
        let judge = |text: &str, weak| importable(&Secret::from(text.to_owned()), weak).is_ok();
        assert!(judge("a7d849366d224f8eb521ccf696925627", false));
        for guessable in ["x", "hunter2", &"x".repeat(21), "with blanks in it, and long"] {
            assert!(!judge(guessable, false) && judge(guessable, true), "{guessable}");
        }
        for never in ["", "a\nb", &"x".repeat(1_025)] {
            assert!(!judge(never, true));
        }
    }
}
