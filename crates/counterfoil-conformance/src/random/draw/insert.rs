//! Draws random inserts, with all their arguments.

use counterfoil::Timestamp;
use counterfoil::client::ClientKey;
use counterfoil::store::{Cap, FamilyBody, FamilyParts, NewFamily, NewRecord, Pace, RecordParts, Revoked, WhenFull};
use counterfoil::types::{FamilyId, RecordId, RevocationReason, TokenKind};

use super::Draw;
use crate::random::cells::{Boundary, Operation};
use crate::random::command::Command;
use crate::random::{ids, values};
use crate::reference::Model;
use crate::sample::{Person, most, refuse};

/// The kinds of new families. A kind that occurs twice is drawn twice as often.
const FOUNDERS: [TokenKind; 7] = [
    TokenKind::PersonalAccessToken,
    TokenKind::PersonalAccessToken,
    TokenKind::RefreshToken,
    TokenKind::RefreshToken,
    TokenKind::AccessToken,
    TokenKind::SecurityCode,
    TokenKind::ConsoleSession,
];

impl Draw {
    /// Makes a record of this family with a new id and ordinary values.
    pub(super) fn record(&mut self, person: &Person, family: FamilyId, kind: TokenKind, generation: u64) -> NewRecord {
        let id = self.ids.member(family);
        self.record_of(person, id, kind, generation)
    }

    pub(super) fn record_of(&self, person: &Person, id: RecordId, kind: TokenKind, generation: u64) -> NewRecord {
        NewRecord::new(
            id,
            person.realm.clone(),
            person.owner.clone(),
            kind,
            ids::digest(&id, 0x11),
            counterfoil::types::KeyId::new(1),
            self.now(),
        )
        .with_generation(generation)
        .with_scope("demo:read".parse().ok())
        .with_expires_at(self.at(self.clock + 400))
        .with_gone_at(self.at(self.clock + 800))
    }

    /// Makes the family whose first record is `first`.
    pub(super) fn family(&mut self, first: &NewRecord) -> NewFamily {
        let signed_in = matches!(first.kind, TokenKind::RefreshToken | TokenKind::AccessToken);
        let client: Option<ClientKey> = signed_in.then(|| values::client(&mut self.dice));
        NewFamily::new(
            first.id.family(),
            first.realm.clone(),
            first.owner.clone(),
            first.kind,
            values::body(&mut self.dice, first.kind, client, first.created_at),
            first.created_at,
        )
        .with_live_until(first.expires_at)
        .with_gone_at(first.gone_at)
        .with_client(client)
    }

    fn vary(&mut self, record: &mut NewRecord) {
        (record.expires_at, record.gone_at) = (self.maybe_soon(), self.maybe_soon());
        (record.created_at, record.notice) = (self.soon(), self.mark());
        record.scope = values::scope(&mut self.dice);
        record.description = values::description(&mut self.dice);
        record.key_id = values::key_id(&mut self.dice);
    }

    /// Draws an insert of a new family with random values. It does not try to reach a certain cell of the coverage.
    pub(super) fn fresh(&mut self, model: &Model) -> Command {
        let (person, kind) = (self.person(), *self.dice.pick(&FOUNDERS));
        let family = self.ids.family(&person);
        let mut first = self.record(&person, family, kind, 0);
        self.vary(&mut first);
        let mut family = self.family(&first);
        (family.used_at, family.details) = (self.soon(), values::details(&mut self.dice));
        if self.dice.chance(1, 2) {
            let (label, key) = self.dice.pick(&self.names.labels).clone();
            (family.label_key, first.label) = (Some(key), Some(label));
        }
        let cap = self.cap(self.now(), 5);
        let pace = self.pace(model, None);
        self.founding(family, first, cap, pace, self.now())
    }

    /// Draws an insert of a family whose first record has the id of a stored record. If the model has no record, draws
    /// an insert of a new family.
    pub(super) fn taken(&mut self, model: &Model) -> Command {
        let taken = self.target(model, |_| true);
        let Some(taken) = model.record(&taken) else { return self.fresh(model) };
        let owner = Person { realm: taken.realm.clone(), owner: taken.owner.clone() };
        let first = self.record_of(&owner, taken.id, taken.kind, 0);
        let family = self.family(&first);
        Command::Found { family, cap: None, pace: None, new: vec![first], now: self.now() }
    }

    /// Draws an insert of a new family. The new family has the same owner, kind and client as a family that exists. If
    /// `self.aim` has the operation [`Operation::FoundLabelled`], the new family also has the same label.
    pub(super) fn found_beside(&mut self, model: &Model) -> Command {
        let labelled = self.aims_at(&[Operation::FoundLabelled]);
        let chain = |record: &RecordParts| {
            let family = model.family(record.id.family());
            family.is_some_and(|family| family.kind == record.kind && (!labelled || family.label_key.is_some()))
        };
        let beside = self.target(model, chain);
        let (Some(record), Some(like)) = (model.record(&beside), model.family(beside.family())) else {
            return self.fresh(model);
        };
        let person = Person { realm: like.realm.clone(), owner: like.owner.clone() };
        let id = self.ids.family(&person);
        let mut first = self.record(&person, id, like.kind, 0);
        self.vary(&mut first);
        let mut family = self.family(&first);
        family.used_at = self.soon();
        if let (Some(client), FamilyBody::SignIn { client: bound, .. }) = (like.client, &mut family.body) {
            (family.client, *bound) = (Some(client), client);
        }
        let now = match self.aim.0 {
            Operation::FoundLabelled => {
                let (label, _) = self.dice.pick(&self.names.labels).clone();
                (family.label_key, first.label) = (like.label_key.clone(), Some(label));
                self.around(like.gone_at)
            }
            Operation::FoundCapped => self.around(like.live_until),
            _ => self.now(),
        };
        let cap = self.cap(now, if self.aims_at(&[Operation::FoundCapped]) { 1 } else { 4 });
        let pace = self.pace(model, Some(record.created_at));
        self.founding(family, first, cap, pace, now)
    }

    fn founding(
        &mut self,
        family: NewFamily,
        first: NewRecord,
        cap: Option<Cap>,
        pace: Option<Pace>,
        now: Timestamp,
    ) -> Command {
        let mut new = vec![first];
        if family.kind == TokenKind::RefreshToken {
            let person = Person { realm: family.realm.clone(), owner: family.owner.clone() };
            new.push(self.access(&person, new[0].id, 0));
        }
        Command::Found { family, cap, pace, new, now }
    }

    /// Draws a cap on the owner's live families with the probability `1 / in_so_many`, and otherwise returns `None`.
    fn cap(&mut self, now: Timestamp, in_so_many: u64) -> Option<Cap> {
        let limit = self.limit();
        if !self.dice.chance(1, in_so_many) {
            return None;
        }
        if self.dice.chance(1, 2) {
            return Some(refuse(limit));
        }
        let revoked = Revoked { at: now, reason: RevocationReason::MadeRoom };
        Some(Cap { limit: most(limit), when_full: WhenFull::End { revoked, gone_at: self.soon() } })
    }

    /// Makes the record of an access token. `parent` is the record with which the token was issued. The token is in the
    /// same family.
    pub(super) fn access(&mut self, person: &Person, parent: RecordId, generation: u64) -> NewRecord {
        let mut access = self.record(person, parent.family(), TokenKind::AccessToken, generation);
        (access.parent, access.expires_at, access.gone_at) = (Some(parent), self.maybe_soon(), self.maybe_soon());
        access.notice = if self.dice.chance(1, 2) { self.mark() } else { None };
        access
    }

    /// Draws a join, which inserts an access token into a family. If the model has no suitable family, the join names a
    /// family that does not exist.
    ///
    /// The kind of the family is never [`TokenKind::AccessToken`]. Otherwise the new token and the newest member of the
    /// family would have the same kind and could have the same generation. Then it would be unclear which of the two is
    /// the newest.
    pub(super) fn join(&mut self, model: &Model) -> Command {
        let older = self.aim.2 == Boundary::Before && self.aims_at(&[Operation::Join]);
        let chain = |record: &RecordParts| {
            let joined =
                |family: &FamilyParts| family.kind != TokenKind::AccessToken && (!older || family.generation > 0);
            model.family(record.id.family()).is_some_and(joined)
        };
        let capped = self.aims_at(&[Operation::AccessCapped]);
        let parent = self.target(model, |record| chain(record) && (!capped || record.kind == TokenKind::AccessToken));
        let family = model.family(parent.family()).filter(|family| family.kind != TokenKind::AccessToken);
        let stands = family.map_or(0, |family| family.generation);
        let generation = match self.aim.2 {
            _ if capped => stands,
            Boundary::Before => stands.saturating_sub(1),
            Boundary::At => stands,
            Boundary::After => stands + 1,
            Boundary::Extreme => values::off_by_a_width(&mut self.dice, stands),
        };
        let end = model.record(&parent).and_then(|record| record.expires_at);
        let (person, parent) = match family {
            Some(family) => (Person { realm: family.realm.clone(), owner: family.owner.clone() }, parent),
            None => {
                let person = self.person();
                let family = self.ids.family(&person);
                (person, self.ids.member(family))
            }
        };
        let mut access = self.access(&person, parent, generation.min(stands));
        if self.dice.chance(1, 6) {
            let taken = self.target(model, |record| record.id.family() == parent.family());
            if taken.family() == parent.family() {
                access.id = taken;
            }
        }
        let now = if capped { self.around(end) } else { self.now() };
        let access_cap = self.access_cap(model);
        Command::Join { family: parent.family(), generation, access_cap, new: vec![access], now }
    }
}
