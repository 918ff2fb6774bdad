//! A verification with the cache of the host ([`VerificationReads`]). It can only accept.

use crate::counterfoil::Counterfoil;
use crate::operations::verify::note_use;
use crate::record::decide::Rights;
use crate::record::facts::{Facts, FactsBody, Origin, Restriction};
use crate::record::phase::{Phase, phase};
use crate::record::record_ref::RecordRef;
use crate::store::verification_reads::VerificationReads;
use crate::token::presented::PresentedToken;
use crate::types::account::{Account, Identity};
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// Verifies a token from memory. `None` in every case but acceptance: the caller then asks the store. In this case,
/// nothing was noted and no event was emitted.
pub(super) async fn from_memory(
    counterfoil: &Counterfoil,
    reads: &dyn VerificationReads,
    presented: &PresentedToken,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Option<Principal> {
    let service = &*counterfoil.service;
    let settings = match service.settings_at_once(now) {
        Some(settings) => settings,
        None => service.settings_and_gate(None, now).await.ok()?.0,
    };
    let (limits, origin) = (service.limits(&settings), Origin::Request(source));
    let (mut facts, mut seen) = (Facts::BLANK, None);
    let mut look = |record: Option<RecordRef<'_>>| {
        let Some(view) = record else { return };
        if let Ok(fresher) = service.proved(&service.claim(presented), view) {
            facts.fill(view, limits, origin);
            seen = Some((phase(view, limits, now), fresher));
        }
    };
    let ticket = reads.try_read(presented.id(), &mut look)?;
    let (Phase::Live, fresher) = seen? else { return None };
    // The first use of a personal access token ends the token that it replaced, which is a write.
    if facts.kind == TokenKind::PersonalAccessToken && facts.last_used_at.is_none() && facts.parent.is_some() {
        return None;
    }
    let (mut identity, mut account_ticket) = (None, None);
    let decided = match service.decided_at_once(&facts, Phase::Live, &settings, &mut identity) {
        Some(decided) => decided,
        None => {
            let mut account = None;
            let decided = service.decided_from_memory(reads, &facts, &settings, now, &mut account).await;
            identity = account.map(Account::into_identity);
            let decided = decided.ok()?;
            account_ticket = decided.1;
            decided.0
        }
    };
    let (rights, identity) = (decided.ok()?, identity?);
    // Nothing after this line waits.
    if !reads.holds(ticket) || !account_ticket.is_none_or(|ticket| reads.holds(ticket)) {
        return None;
    }
    note_use(service, &facts, fresher, now);
    Some(principal!(service, facts, rights, identity, source))
}
