//! What the pure decision needs to know of people and clients, gathered; then the decision.

use std::collections::BTreeMap;

use crate::counterfoil::decide::{Rights, Standing, account_of, decide};
use crate::counterfoil::family::FamilyBody;
use crate::counterfoil::phase::{Phase, phase};
use crate::counterfoil::record::TokenRecord;
use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::desk::view::Listed;
use crate::instruments::refusal::{Gate, Refusal};
use crate::words::account::Account;
use crate::words::ids::SubjectId;
use crate::words::kind::TokenKind;
use crate::words::settings::Settings;
use crate::words::time::Ts;

/// A record as it stands at one instant.
pub(crate) struct Judged {
    pub(crate) phase: Phase,
    pub(crate) settings: Settings,
    /// The account whose rights the record carries, where the directory was asked and knows it.
    pub(crate) account: Option<Account>,
    /// Whether it authenticates, and with which rights.
    pub(crate) verdict: Result<Rights, Refusal>,
}

impl Desk {
    /// Judges a record: phase first, and people and clients only where the phase lets it live.
    pub(crate) async fn judge(&self, record: &TokenRecord, now: Ts) -> Result<Judged, Unavailable> {
        let subject = account_of(record);
        let gated = record.record().kind == TokenKind::PersonalAccessToken;
        let (settings, closed_gate) = self.settings_and_gate(subject.filter(|_| gated), now).await?;
        let phase = phase(record, &settings, now);
        if !lives(phase) {
            return Ok(Judged { phase, settings, account: None, verdict: decide(record, phase, NOBODY) });
        }
        let account = match subject {
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
    ) -> Result<Result<Rights, Refusal>, Unavailable> {
        let scope_demanded = match record.record().kind {
            TokenKind::PersonalAccessToken => self.policy.personal_access_tokens.scope_demanded,
            TokenKind::AccessToken => self.policy.access_tokens.scope_demanded,
            _ => false,
        };
        let known_scopes = self.policy.scopes.as_ref();
        let standing = Standing { account, client: None, closed_gate, scope_demanded, known_scopes };
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
        Ok(Listed::of(record, judged.phase, judged.verdict.is_ok(), &judged.settings, last_used_at, now))
    }
}

/// Records judged one after the other at one instant: settings are read once, and each person once, however many records are theirs.
pub(crate) struct Judging<'a> {
    desk: &'a Desk,
    now: Ts,
    settings: Settings,
    people: BTreeMap<SubjectId, (Option<Account>, Option<Gate>)>,
}

impl Desk {
    /// Begins to judge many records.
    pub(crate) async fn judging(&self, now: Ts) -> Result<Judging<'_>, Unavailable> {
        let (settings, _) = self.settings_and_gate(None, now).await?;
        Ok(Judging { desk: self, now, settings, people: BTreeMap::new() })
    }
}

impl Judging<'_> {
    /// As [`Desk::listed`].
    pub(crate) async fn listed(&mut self, record: &TokenRecord) -> Result<Option<Listed>, Unavailable> {
        let phase = phase(record, &self.settings, self.now);
        let verdict = match account_of(record) {
            Some(subject) if lives(phase) => {
                let (desk, now) = (self.desk, self.now);
                let (account, closed_gate) = self.person(subject.clone()).await?;
                desk.verdict(record, phase, account.as_ref(), *closed_gate, now).await?
            }
            _ => decide(record, phase, NOBODY),
        };
        let last_used_at = self.desk.uses.overlaid(record.record().id, record.record().last_used_at);
        Ok(Listed::of(record, phase, verdict.is_ok(), &self.settings, last_used_at, self.now))
    }

    async fn person(&mut self, subject: SubjectId) -> Result<&(Option<Account>, Option<Gate>), Unavailable> {
        if !self.people.contains_key(&subject) {
            let account = self.desk.directory.account(&subject).await?;
            let closed_gate = self.desk.closed_gate(&subject, self.now).await?;
            self.people.insert(subject.clone(), (account, closed_gate));
        }
        Ok(self.people.entry(subject).or_default())
    }
}

/// The standing of a record whose phase has decided already.
const NOBODY: Standing<'_> =
    Standing { account: None, client: None, closed_gate: None, scope_demanded: false, known_scopes: None };

/// Whether people and clients have a say.
const fn lives(phase: Phase) -> bool {
    matches!(phase, Phase::Live | Phase::Overlap { .. })
}
