//! Reads the account and the client of a record, and decides whether the record authenticates.

use std::collections::BTreeMap;

use crate::http_auth::refusal::{Gate, Refusal};
use crate::record::decide::{Rights, Standing, decide, entitled};
use crate::record::facts::{Facts, FactsBody, Origin, Restriction, account_of, began_at};
use crate::record::family::FamilyParts;
use crate::record::limits::Limits;
use crate::record::phase::{Phase, phase};
use crate::record::sign_in;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::view::{CredentialView, Status, live_status};
use crate::types::account::{Account, Identity};
use crate::types::client::{ClientId, ClientKey, Registration, VersionedRegistration};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::metadata::Metadata;
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
    /// Whether the record can be used only from some addresses.
    pub(crate) is_restricted: bool,
    pub(crate) metadata: Option<Metadata>,
}

impl Service {
    /// Decides whether a record authenticates in a request from `origin`. The account and the client are read only if
    /// the source of the request and the phase of the record allow its use. For example, they are not read for an
    /// expired record.
    pub(crate) async fn judge(
        &self,
        record: &TokenRecord,
        origin: Origin<'_>,
        now: Timestamp,
    ) -> Result<Judged, Unavailable> {
        let (settings, _) = self.settings_and_gate(None, now).await?;
        let (view, limits) = (record.view(), self.limits(&settings));
        let (facts, phase) = (Facts::of(view, limits, origin), phase(view, limits, now));
        let mut account = None;
        let verdict = self.decided(&facts, phase, &settings, now, &mut account).await?;
        let is_restricted = facts.restriction != Restriction::None;
        Ok(Judged { phase, settings, account, verdict, is_restricted, metadata: facts.metadata })
    }

    /// Decides whether the record with these `facts` and this `phase` authenticates. The caller passes `None` in
    /// `account`. This function sets it to the account whose rights the record has. `account` stays `None` if the
    /// source or the phase forbids the use, or if there is no such account.
    #[inline]
    pub(crate) async fn decided(
        &self,
        facts: &Facts,
        phase: Phase,
        settings: &Settings,
        now: Timestamp,
        account: &mut Option<Account>,
    ) -> Result<Result<Rights, Refusal>, Unavailable> {
        if !lives(phase) || facts.restriction == Restriction::Unmet {
            return Ok(decide(facts, phase, NOBODY));
        }
        let mut closed_gate = None;
        if let Some(subject) = &facts.subject {
            if facts.kind == TokenKind::PersonalAccessToken {
                closed_gate = self.closed_gate_under(settings, subject, now).await?;
            }
            self.account_into(subject, now, account).await?;
        }
        self.verdict(facts, phase, account.as_ref(), closed_gate, now).await
    }

    /// Decides as [`Service::decided`] does, but only if everything that the decision needs is in memory. Otherwise
    /// returns `None`. Sets `identity` if the record authenticates.
    #[inline]
    pub(crate) fn decided_at_once(
        &self,
        facts: &Facts,
        phase: Phase,
        settings: &Settings,
        identity: &mut Option<Identity>,
    ) -> Option<Result<Rights, Refusal>> {
        if !lives(phase) || facts.restriction == Restriction::Unmet {
            return Some(decide(facts, phase, NOBODY));
        }
        let subject = facts.subject.as_ref().filter(|_| !matches!(facts.body, FactsBody::SignIn { .. }))?;
        let closed_gate = match facts.kind {
            TokenKind::PersonalAccessToken => self.closed_gate_at_once(settings)?,
            _ => None,
        };
        let mut decided = None;
        let mut look = |account: Option<&Account>| {
            let verdict = decide(facts, phase, self.standing(facts, account, closed_gate));
            *identity = account.filter(|_| verdict.is_ok()).map(Account::identity);
            decided = Some(verdict);
        };
        self.directory.try_account(subject, &mut look).then_some(())?;
        decided
    }

    #[inline]
    pub(super) async fn verdict(
        &self,
        facts: &Facts,
        phase: Phase,
        account: Option<&Account>,
        closed_gate: Option<Gate>,
        now: Timestamp,
    ) -> Result<Result<Rights, Refusal>, Unavailable> {
        let standing = self.standing(facts, account, closed_gate);
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

    /// Collects what the decision needs besides the facts of the record. The field `client` is `None`: a caller that
    /// needs the client sets this field.
    fn standing<'a>(&'a self, facts: &Facts, account: Option<&'a Account>, closed_gate: Option<Gate>) -> Standing<'a> {
        let scope_demanded = match facts.kind {
            TokenKind::PersonalAccessToken => self.policy.personal_access_tokens.scope_demanded,
            TokenKind::AccessToken => self.policy.access_tokens.scope_demanded,
            _ => false,
        };
        let known_scopes = self.policy.scopes.as_ref();
        Standing { account, client: None, closed_gate, scope_demanded, known_scopes }
    }

    /// Whether a record is void because it began before the `valid_since` of the account whose rights it has. A record
    /// in any phase can be void.
    pub(crate) async fn is_void(&self, record: &TokenRecord, now: Timestamp) -> Result<bool, Unavailable> {
        let Some(subject) = account_of(record.view()) else { return Ok(false) };
        let account = self.account_for(&subject, now).await?;
        let entitled = entitled(account, Some(began_at(record.view())));
        Ok(matches!(entitled, Err(Refusal::BeforeValidSince { .. })))
    }

    /// Returns the view of a record. `None` if lists do not show the record, for example because it is revoked.
    pub(crate) async fn listed(
        &self,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Result<Option<CredentialView>, Unavailable> {
        let judged = self.judge(record, Origin::NotAsked, now).await?;
        let last_used_at = self.uses.overlaid(record.record().id, record.record().last_used_at);
        let limits = self.limits(&judged.settings);
        Ok(CredentialView::of(record, judged.phase, judged.verdict.is_ok(), limits, last_used_at, now))
    }
}

/// Decides for several records whether they authenticate at the instant `now`. The settings, each account and each
/// client are read only once for all of these records.
pub(crate) struct Judging<'a> {
    service: &'a Service,
    now: Timestamp,
    settings: Settings,
    people: BTreeMap<SubjectId, (Option<Account>, Option<Gate>)>,
    clients: BTreeMap<ClientId, Option<Registration>>,
}

impl Service {
    /// Returns a value that decides for several records whether they authenticate at the instant `now`. Reads only the
    /// settings. Accounts and clients are read later, when a record needs them.
    pub(crate) async fn judging(&self, now: Timestamp) -> Result<Judging<'_>, Unavailable> {
        let (settings, _) = self.settings_and_gate(None, now).await?;
        Ok(Judging { service: self, now, settings, people: BTreeMap::new(), clients: BTreeMap::new() })
    }
}

impl Judging<'_> {
    /// The phase of a record at the instant of this value, under its settings.
    pub(crate) fn phase(&self, record: &TokenRecord) -> Phase {
        phase(record.view(), self.limits(), self.now)
    }

    /// The limits by which the records are judged. The settings in them were read when this value was created.
    pub(crate) fn limits(&self) -> Limits<'_> {
        self.service.limits(&self.settings)
    }

    /// The last use of a record, including a use that this process has not written yet.
    pub(crate) fn last_used_at(&self, record: &TokenRecord) -> Option<Timestamp> {
        self.service.uses.overlaid(record.record().id, record.record().last_used_at)
    }

    /// The number of accounts that this value has read so far.
    pub(crate) fn accounts(&self) -> usize {
        self.people.len()
    }

    /// Whether a decision about the record needs an account that was not read yet.
    pub(crate) fn needs_account(&self, record: &TokenRecord) -> bool {
        let subject = account_of(record.view()).filter(|_| lives(self.phase(record)));
        subject.is_some_and(|subject| !self.people.contains_key(&subject))
    }

    /// Returns the view of a record. `None` if lists do not show the record. The result is the same as that of
    /// [`Service::listed`].
    pub(crate) async fn listed(&mut self, record: &TokenRecord) -> Result<Option<CredentialView>, Unavailable> {
        let (facts, phase) = (Facts::of(record.view(), self.limits(), Origin::NotAsked), self.phase(record));
        let verdict = match &facts.subject {
            Some(subject) if lives(phase) => {
                self.read_person(subject).await?;
                if let FactsBody::SignIn { client_id, .. } = &facts.body {
                    self.read_client(client_id).await?;
                }
                decide(&facts, phase, self.standing(&facts, subject))
            }
            _ => decide(&facts, phase, NOBODY),
        };
        let last_used_at = self.last_used_at(record);
        Ok(CredentialView::of(record, phase, verdict.is_ok(), self.limits(), last_used_at, self.now))
    }

    /// Collects what the decision needs besides the facts of the record. The caller must have read the account and the
    /// client: an account or a client that was not read counts as missing.
    fn standing(&self, facts: &Facts, subject: &SubjectId) -> Standing<'_> {
        let person = self.people.get(subject);
        let account = person.and_then(|(account, _)| account.as_ref());
        let client = match &facts.body {
            FactsBody::SignIn { client_id, .. } => self.clients.get(client_id).and_then(Option::as_ref),
            _ => None,
        };
        let closed_gate = person.and_then(|(_, closed_gate)| *closed_gate);
        Standing { client, ..self.service.standing(facts, account, closed_gate) }
    }

    async fn read_person(&mut self, subject: &SubjectId) -> Result<(), Unavailable> {
        if !self.people.contains_key(subject) {
            let account = self.service.account_for(subject, self.now).await?;
            let closed_gate = self.service.closed_gate(subject, self.now).await?;
            self.people.insert(subject.clone(), (account, closed_gate));
        }
        Ok(())
    }

    async fn read_client(&mut self, id: &ClientId) -> Result<(), Unavailable> {
        if !self.clients.contains_key(id) {
            let read = |client: Option<&VersionedRegistration>| client.map(|client| client.registration.clone());
            let client = self.service.with_client(id, self.now, read).await?;
            self.clients.insert(id.clone(), client);
        }
        Ok(())
    }
}

impl Judging<'_> {
    /// The status of a sign-in or a session, and the instant at which it ends if it is not used again. `None` if it has
    /// ended, or if the family has another kind.
    ///
    /// The row of a family has no scope. So a sign-in can be shown as active although its tokens are refused because of
    /// their scope.
    pub(crate) async fn sign_in(&mut self, family: &FamilyParts) -> Result<Option<(Status, Timestamp)>, Unavailable> {
        let Some((facts, ends_at)) = sign_in::facts(family, self.limits()) else { return Ok(None) };
        if self.now.reached(ends_at) {
            return Ok(None);
        }
        if let FactsBody::SignIn { client_id, .. } = &facts.body {
            self.read_client(client_id).await?;
        }
        let verdict = match &facts.subject {
            None => Err(Refusal::AccountMissing),
            Some(subject) => {
                self.read_person(subject).await?;
                decide(&facts, Phase::Live, Standing { scope_demanded: false, ..self.standing(&facts, subject) })
            }
        };
        let works = verdict.is_ok();
        Ok(Some((
            if works { live_status(Some(ends_at), &self.settings, self.now) } else { Status::Suspended },
            ends_at,
        )))
    }

    /// The display name of a client that [`Judging::sign_in`] has read. `None` if the client was deleted, even if
    /// another client has its public id now.
    pub(crate) fn client_name(&self, id: &ClientId, key: ClientKey) -> Option<&str> {
        let client = self.clients.get(id)?.as_ref().filter(|client| client.key == key)?;
        Some(client.display_name.as_str())
    }
}

/// An empty standing, for a record that is refused because of its phase or of the source. Its account and its client
/// need not be read.
const NOBODY: Standing<'_> =
    Standing { account: None, client: None, closed_gate: None, scope_demanded: false, known_scopes: None };

/// Whether a record in this phase can authenticate. If true, the account and the client of the record must be read to
/// decide. If false, the record is refused in any case.
const fn lives(phase: Phase) -> bool {
    matches!(phase, Phase::Live | Phase::Overlap { .. })
}
