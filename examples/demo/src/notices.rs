//! One run of the notice worker: claimed, told to the log in one digest an owner, settled.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use counterfoil::notice::{ClaimedNotice, NoticeText, Outcome};
use counterfoil::{Counterfoil, Span, Unavailable};
use counterfoil_axum::Rfc3339;

/// Outlasts the transport, which is the log.
const LEASE: Span = Span::minutes(5);
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// Tells everything that is due; how many notices that were.
///
/// # Errors
///
/// The store or the directory: what was claimed and not told is due again when its lease has run out.
pub(crate) async fn run(foil: &Counterfoil) -> Result<usize, Unavailable> {
    let mut by_owner: BTreeMap<String, Vec<ClaimedNotice>> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = foil.due_notices(after.as_ref(), PAGE).await?;
        for due in &page.items {
            if let Some(claimed) = foil.claim_notice(due, LEASE).await? {
                by_owner.entry(claimed.account().subject().to_string()).or_default().push(claimed);
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut told = 0;
    for digest in by_owner.into_values() {
        tell(&digest);
        for claimed in digest {
            foil.settle_notice(claimed, Outcome::Sent).await?;
            told += 1;
        }
    }
    Ok(told)
}

fn tell(digest: &[ClaimedNotice]) {
    let Some(first) = digest.first() else { return };
    let line = |claimed: &ClaimedNotice| {
        let what = match claimed.text() {
            NoticeText::ExpiresIn(_) => "expires",
            NoticeText::Expired => "expired",
        };
        let at = serde_json::to_string(&Rfc3339(claimed.expires_at())).unwrap_or_default();
        format!("{} ({}) {what} {}", claimed.label(), claimed.id(), at.trim_matches('"'))
    };
    let lines: Vec<String> = digest.iter().map(line).collect();
    let account = first.account();
    tracing::info!(
        target: "counterfoil::notice",
        to = first.to().as_str(),
        zone = account.zone(),
        language = account.language(),
        tokens = ?lines,
        "make a new token, or rotate this one, before it ends",
    );
}
