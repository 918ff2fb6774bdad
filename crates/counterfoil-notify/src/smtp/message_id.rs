//! Makes the Message-ID of a mail. Mails with the same notices always get the same Message-ID. So if a mail is sent
//! twice, the recipient's mail program can recognise the second mail.

use lettre::message::Mailbox;
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// Returns `<32 hexadecimal digits.notice@the sender's domain>` (RFC 5322 §3.6.4). The digits are from a SHA-256 hash
/// of the realm, the person, and each notice's credential, expiry and stage. In the input of the hash, each text is
/// preceded by its length, so that two different mails never have the same input.
pub(super) fn of(from: &Mailbox, digest: &Digest<'_>) -> String {
    let mut hash = Sha256::new();
    hash.update(b"counterfoil/notice/v1\0");
    for text in [digest.realm().as_str(), digest.account().subject().as_str()] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    for notice in digest.notices() {
        hash.update(notice.id().as_bytes());
        hash.update(notice.expires_at().map_or(u64::MAX, |at| at.micros()).to_be_bytes());
        hash.update([notice.stage()]);
    }
    let digits: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("<{digits}.notice@{}>", from.email.domain())
}
