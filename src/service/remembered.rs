//! Decides about a record that a cache has shown. The account also comes from the cache if it is there.

use crate::http_auth::refusal::Refusal;
use crate::record::decide::Rights;
use crate::record::facts::Facts;
use crate::record::phase::Phase;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::verification_reads::{Ticket, VerificationReads};
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

impl Service {
    /// Decides as [`Service::decided`] does, for a record in the phase `Live`. Also returns the ticket of the account
    /// if the cache has shown it.
    pub(crate) async fn decided_from_memory(
        &self,
        reads: &dyn VerificationReads,
        facts: &Facts,
        settings: &Settings,
        now: Timestamp,
        account: &mut Option<Account>,
    ) -> Result<(Result<Rights, Refusal>, Option<Ticket>), Unavailable> {
        let (mut closed_gate, mut ticket) = (None, None);
        if let Some(subject) = &facts.subject {
            if facts.kind == TokenKind::PersonalAccessToken {
                closed_gate = self.closed_gate_under(settings, subject, now).await?;
            }
            ticket = reads.try_account(&self.realm, subject, &mut |kept| *account = Some(kept.clone()));
            if ticket.is_none() {
                self.read_and_keep(reads, subject, now, account).await?;
            }
        }
        Ok((self.verdict(facts, Phase::Live, account.as_ref(), closed_gate, now).await?, ticket))
    }

    async fn read_and_keep(
        &self,
        reads: &dyn VerificationReads,
        subject: &SubjectId,
        now: Timestamp,
        account: &mut Option<Account>,
    ) -> Result<(), Unavailable> {
        // A service account comes from the settings, which have their own bound of staleness.
        let began = reads.begin().filter(|_| !subject.is_reserved());
        self.account_into(subject, now, account).await?;
        if let (Some(began), Some(account)) = (began, account) {
            reads.keep_account(began, &self.realm, account);
        }
        Ok(())
    }
}
