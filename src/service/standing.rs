//! Reads the account and the client of a record, and decides whether the record authenticates.

use std::collections::BTreeMap;

use crate::http_auth::refusal::{Gate, Refusal};
use crate::record::decide::{Rights, Standing, decide};
use crate::record::facts::{Facts, FactsBody, Origin};
use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::view::CredentialView;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The decision about a record at one instant.
pub(crate) struct Judged {
    pub(crate) phase: Phase,
    pub(crate) settings: Settings,
    /// The account whose rights the record has. `None` if the directory was not read or has no such account.
    pub(crate) account: Option<Account>,
    /// The rights of the record if it authenticates, or the reason why it is refused.
    pub(crate) verdict: Result<Rights, Refusal>,
}

impl Service {
    /// Decides whether a record authenticates. The account and the client are read only if the phase of the record
    /// allows its use. For example, they are not read for an expired record.
    pub(crate) async fn judge(&self, record: &TokenRecord, now: Timestamp) -> Result<Judged, Unavailable> {
        let (settings, _) = self.settings_and_gate(None, now).await?;
        let (view, limits) = (record.view(), self.limits(&settings));
        let (facts, phase) = (Facts::of(view, limits, Origin::NotAsked), phase(view, limits, now));
        let (account, verdict) = self.decided(&facts, phase, &settings, now).await?;
        Ok(Judged { phase, settings, account, verdict })
    }

    /// Decides about the facts of a record in that phase. Returns the account whose rights the record has, and the
    /// decision. The account is `None` if the phase forbids every use, or if the directory has no such account.
    pub(crate) async fn decided(
        &self,
        facts: &Facts,
        phase: Phase,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<(Option<Account>, Result<Rights, Refusal>), Unavailable> {
        if !lives(phase) {
            return Ok((None, decide(facts, phase, NOBODY)));
        }
        let gated = facts.subject.as_ref().filter(|_| facts.kind == TokenKind::PersonalAccessToken);
        let closed_gate = match gated {
            Some(subject) => self.closed_gate_under(settings, subject, now).await?,
            None => None,
        };
        let account = match &facts.subject {
            Some(subject) => self.account_for(subject, now).await?,
            None => None,
        };
        let verdict = self.verdict(facts, phase, account.as_ref(), closed_gate, now).await?;
        Ok((account, verdict))
    }

    async fn verdict(
        &self,
        facts: &Facts,
        phase: Phase,
        account: Option<&Account>,
        closed_gate: Option<Gate>,
        now: Timestamp,
    ) -> Result<Result<Rights, Refusal>, Unavailable> {
        let scope_demanded = match facts.kind {
            TokenKind::PersonalAccessToken => self.policy.personal_access_tokens.scope_demanded,
            TokenKind::AccessToken => self.policy.access_tokens.scope_demanded,
            _ => false,
        };
        let known_scopes = self.policy.scopes.as_ref();
        let standing = Standing { account, client: None, closed_gate, scope_demanded, known_scopes };
        match &facts.body {
            FactsBody::SignIn { client_id, .. } => {
                self.with_client(client_id, now, |client| {
                    let client = client.map(|client| &client.registration);
                    decide(facts, phase, Standing { client, ..standing })
                })
                .await
            }
            _ => Ok(decide(facts, phase, standing)),
        }
    }

    /// Returns the view of a record. `None` if lists do not show the record, for example because it is revoked.
    pub(crate) async fn listed(
        &self,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Result<Option<CredentialView>, Unavailable> {
        let judged = self.judge(record, now).await?;
        let last_used_at = self.uses.overlaid(record.record().id, record.record().last_used_at);
        Ok(CredentialView::of(record, judged.phase, judged.verdict.is_ok(), &judged.settings, last_used_at, now))
    }
}

/// Decides about several records at one instant. The settings and each account are read only once for all of them.
pub(crate) struct Judging<'a> {
    service: &'a Service,
    now: Timestamp,
    settings: Settings,
    people: BTreeMap<SubjectId, (Option<Account>, Option<Gate>)>,
}

impl Service {
    /// Starts to decide about several records.
    pub(crate) async fn judging(&self, now: Timestamp) -> Result<Judging<'_>, Unavailable> {
        let (settings, _) = self.settings_and_gate(None, now).await?;
        Ok(Judging { service: self, now, settings, people: BTreeMap::new() })
    }
}

impl Judging<'_> {
    /// Returns the view of a record. `None` if lists do not show the record. It gives the same result as
    /// [`Service::listed`].
    pub(crate) async fn listed(&mut self, record: &TokenRecord) -> Result<Option<CredentialView>, Unavailable> {
        let (view, limits) = (record.view(), self.service.limits(&self.settings));
        let (facts, phase) = (Facts::of(view, limits, Origin::NotAsked), phase(view, limits, self.now));
        let verdict = match &facts.subject {
            Some(subject) if lives(phase) => {
                let (service, now) = (self.service, self.now);
                let (account, closed_gate) = self.person(subject.clone()).await?;
                service.verdict(&facts, phase, account.as_ref(), *closed_gate, now).await?
            }
            _ => decide(&facts, phase, NOBODY),
        };
        let last_used_at = self.service.uses.overlaid(record.record().id, record.record().last_used_at);
        Ok(CredentialView::of(record, phase, verdict.is_ok(), &self.settings, last_used_at, self.now))
    }

    async fn person(&mut self, subject: SubjectId) -> Result<&(Option<Account>, Option<Gate>), Unavailable> {
        if !self.people.contains_key(&subject) {
            let account = self.service.account_for(&subject, self.now).await?;
            let closed_gate = self.service.closed_gate(&subject, self.now).await?;
            self.people.insert(subject.clone(), (account, closed_gate));
        }
        Ok(self.people.entry(subject).or_default())
    }
}

/// A placeholder for the account and the client of a record that is refused because of its phase, so that they need not
/// be read.
const NOBODY: Standing<'_> =
    Standing { account: None, client: None, closed_gate: None, scope_demanded: false, known_scopes: None };

/// Whether a record in this phase can authenticate. The decision then depends on the account and the client.
const fn lives(phase: Phase) -> bool {
    matches!(phase, Phase::Live | Phase::Overlap { .. })
}
