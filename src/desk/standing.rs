//! What the pure decision needs to know of people and clients, gathered; then the decision.

use crate::counterfoil::decide::{Standing, account_of, decide};
use crate::counterfoil::family::FamilyBody;
use crate::counterfoil::phase::{Phase, phase};
use crate::counterfoil::record::TokenRecord;
use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::desk::view::Listed;
use crate::instruments::refusal::{Gate, Refusal};
use crate::words::account::Account;
use crate::words::kind::TokenKind;
use crate::words::role::Role;
use crate::words::settings::Settings;
use crate::words::time::Ts;

/// A record as it stands at one instant.
pub(crate) struct Judged {
    pub(crate) phase: Phase,
    pub(crate) settings: Settings,
    /// The account whose rights the record carries, where the directory was asked and knows it.
    pub(crate) account: Option<Account>,
    /// Whether it authenticates, and with which role.
    pub(crate) verdict: Result<Role, Refusal>,
}

impl Desk {
    /// Judges a record: phase first, and people and clients only where the phase lets it live.
    pub(crate) async fn judge(&self, record: &TokenRecord, now: Ts) -> Result<Judged, Unavailable> {
        let subject = account_of(record);
        let gated = record.record().kind == TokenKind::PersonalAccessToken;
        let (settings, closed_gate) = self.settings_and_gate(subject.as_ref().filter(|_| gated), now).await?;
        let phase = phase(record, &settings, now);
        if !matches!(phase, Phase::Live | Phase::Overlap { .. }) {
            let standing = Standing { account: None, client: None, closed_gate, scope_demanded: false };
            let verdict = decide(record, phase, standing);
            return Ok(Judged { phase, settings, account: None, verdict });
        }
        let account = match &subject {
            Some(subject) => self.directory.account(subject).await?,
            None => None,
        };
        let verdict = self.verdict(record, phase, account.as_ref(), closed_gate, now).await?;
        Ok(Judged { phase, settings, account, verdict })
    }

    async fn verdict(
        &self,
        record: &TokenRecord,
        phase: Phase,
        account: Option<&Account>,
        closed_gate: Option<Gate>,
        now: Ts,
    ) -> Result<Result<Role, Refusal>, Unavailable> {
        let scope_demanded = match record.record().kind {
            TokenKind::PersonalAccessToken => self.policy.personal_access_tokens.scope_demanded,
            TokenKind::AccessToken => self.policy.access_tokens.scope_demanded,
            _ => false,
        };
        let standing = Standing { account, client: None, closed_gate, scope_demanded };
        match record.body() {
            FamilyBody::SignIn { client_id, .. } => {
                self.with_client(client_id, now, |client| {
                    let client = client.map(|client| &client.registration);
                    decide(record, phase, Standing { client, ..standing })
                })
                .await
            }
            _ => Ok(decide(record, phase, standing)),
        }
    }

    /// What is shown of a record as it stands; `None`: it is not shown.
    pub(crate) async fn listed(&self, record: &TokenRecord, now: Ts) -> Result<Option<Listed>, Unavailable> {
        let judged = self.judge(record, now).await?;
        let last_used_at = self.uses.overlaid(record.record().id, record.record().last_used_at);
        Ok(Listed::of(record, judged.phase, judged.verdict, &judged.settings, last_used_at, now))
    }
}
