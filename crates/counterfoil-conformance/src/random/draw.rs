//! Drawing commands: few people, few labels, instants close together, so that limits are met and ways cross.
//!
//! Left out is what no caller does and the contract therefore does not order: a label or an expiry set on anything but the newest of a chain,
//! a superseded or revoked record revoked by itself, a shrunk record touched or changed.

use std::num::NonZeroU32;

use counterfoil::client::ClientKey;
use counterfoil::store::{
    Cap, Change, NewRecord, Nonce, NoticeMark, Pace, RecordParts, Relabel, Revoked, Show, Step, WhenFull,
};
use counterfoil::{KeyId, Label, RecordId, RevokedWhy, TokenKind, Ts, Version};

use super::Command;
use crate::dice::Dice;
use crate::reference::Model;
use crate::sample::{Draft, Person, at, describe_as, digest_of, member_id, most, pace, refuse, slide};

/// The dice, the clock of the sequence, and all that was drawn.
pub(super) struct Draw {
    dice: Dice,
    clock: u64,
    pub(super) people: Vec<Person>,
    pub(super) ids: Vec<RecordId>,
}

impl Draw {
    pub(super) fn new(dice: Dice) -> Self {
        let people =
            [("default", "ann"), ("default", "bob"), ("other", "ann")].map(|(realm, owner)| Person::new(realm, owner));
        Self { dice, clock: 0, people: people.into(), ids: Vec::new() }
    }

    /// Around now: often on the very instant of something else.
    fn soon(&mut self) -> Ts {
        at(self.clock + self.dice.below(12))
    }

    fn maybe_soon(&mut self) -> Option<Ts> {
        if self.dice.chance(1, 5) { None } else { Some(self.soon()) }
    }

    fn mark(&mut self) -> Option<NoticeMark> {
        let stage = u8::try_from(self.dice.below(3)).unwrap_or(0);
        if self.dice.chance(1, 2) { None } else { Some(NoticeMark { at: self.soon(), stage }) }
    }

    fn label(&mut self) -> Label {
        Label::new(self.dice.pick::<&str>(&["one", "ONE", "two", "three"]), 20).expect("a label")
    }

    pub(super) fn command(&mut self, model: &Model) -> Command {
        self.clock += self.dice.below(3);
        let now = at(self.clock);
        if model.records.is_empty() {
            return self.found(now, model);
        }
        match self.dice.below(24) {
            0..=3 => self.found(now, model),
            4..=5 => self.join(now, model),
            6..=9 => self.apply(now, model),
            10..=14 => self.rotate(now, model),
            15 => self.revoke_one(now, model),
            16 => self.revoke_family(now, model),
            17 if self.dice.chance(1, 3) => self.revoke_owner(now),
            18 => self.purge(),
            19 => Command::Touch { seen: (0..4).map(|_| (self.untouched_rule(model), self.soon())).collect() },
            20 => self.claim(model),
            21 => self.settle(model),
            22 => Command::Due { now, limit: self.limit() },
            _ => self.look(),
        }
    }

    fn limit(&mut self) -> u32 {
        1 + u32::try_from(self.dice.below(4)).unwrap_or(0)
    }

    fn any<'a>(&mut self, model: &'a Model) -> &'a RecordParts {
        self.dice.pick(&model.records)
    }

    /// Any record that is not shrunk, or one that is not there.
    fn untouched_rule(&mut self, model: &Model) -> RecordId {
        let record = self.any(model);
        if record.shrunk || self.dice.chance(1, 10) { member_id(record.id.family()) } else { record.id }
    }

    /// The newest of a chain, most times.
    fn tip(&mut self, model: &Model) -> RecordId {
        let chain: Vec<&RecordParts> = model
            .records
            .iter()
            .filter(|record| record.kind != TokenKind::AccessToken && record.superseded.is_none())
            .collect();
        if chain.is_empty() { self.untouched_rule(model) } else { self.dice.pick(&chain).id }
    }

    fn found(&mut self, now: Ts, model: &Model) -> Command {
        let person = self.dice.pick(&self.people).clone();
        let mut draft = if self.dice.chance(1, 2) { person.pat() } else { person.refresh().with_access() };
        for record in &mut draft.records {
            (record.expires_at, record.gone_at, record.created_at) =
                (self.maybe_soon(), self.maybe_soon(), self.soon());
            record.notice = self.mark();
            record.key_id = KeyId::new(u32::try_from(self.dice.below(3)).unwrap_or(0));
        }
        (draft.family.live_until, draft.family.gone_at) = (draft.records[0].expires_at, draft.records[0].gone_at);
        if self.dice.chance(2, 3) {
            let label = self.label();
            (draft.family.label_key, draft.records[0].label) = (Some(label.key()), Some(label));
        }
        let own = |record: &&RecordParts| record.realm == draft.family.realm && record.owner == draft.family.owner;
        let taken: Vec<RecordId> = model.records.iter().filter(own).map(|record| record.id).collect();
        if self.dice.chance(1, 12) && !taken.is_empty() {
            draft.records[0].id = *self.dice.pick(&taken);
            draft.family.id = draft.records[0].id.family();
            draft.records.truncate(1);
        }
        self.ids.extend(draft.records.iter().map(|record| record.id));
        draft.family.used_at = self.soon();
        if draft.family.client.is_some() && self.dice.chance(1, 3) {
            draft = draft.through(ClientKey::from_bytes([8; 16]));
        }
        let (cap, pace) = (self.cap(now), self.pace());
        Command::Found { family: draft.family, cap, pace, new: draft.records, now }
    }

    fn cap(&mut self, now: Ts) -> Option<Cap> {
        let limit = self.limit();
        match self.dice.below(6) {
            0 | 1 => Some(refuse(limit)),
            2 => {
                let revoked = Revoked { at: now, why: RevokedWhy::MadeRoom };
                let when_full = WhenFull::End { revoked, gone_at: self.soon() };
                Some(Cap { limit: most(limit), when_full })
            }
            _ => None,
        }
    }

    fn pace(&mut self) -> Option<Pace> {
        let since = at(self.clock.saturating_sub(self.dice.below(12)));
        if self.dice.chance(1, 4) { Some(pace(self.limit(), since)) } else { None }
    }

    fn access_cap(&mut self) -> Option<NonZeroU32> {
        if self.dice.chance(1, 3) { Some(most(self.limit())) } else { None }
    }

    /// A draft of the family that the record is of: for records that join it.
    fn kin(record: &RecordParts) -> Draft {
        let person = Person { realm: record.realm.clone(), owner: record.owner.clone() };
        let mut draft = person.refresh();
        (draft.family.id, draft.family.kind, draft.records[0].id) = (record.id.family(), record.kind, record.id);
        draft
    }

    fn join(&mut self, now: Ts, model: &Model) -> Command {
        let record = self.any(model);
        let generation = model.family(record.id.family()).map_or(0, |family| family.generation);
        let generation = if self.dice.chance(1, 4) { generation + self.dice.below(2) } else { generation };
        let older = self.dice.chance(1, 8);
        let generation = if older { generation.saturating_sub(1) } else { generation };
        let mut access = Self::kin(record).access(generation);
        (access.expires_at, access.gone_at, access.notice) = (self.maybe_soon(), self.maybe_soon(), self.mark());
        self.ids.push(access.id);
        let access_cap = self.access_cap();
        Command::Join { family: record.id.family(), generation, access_cap, new: vec![access], now }
    }

    fn version(&mut self, model: &Model, id: &RecordId) -> Version {
        let version = model.record(id).map_or(Version::FIRST, |record| record.version);
        if self.dice.chance(1, 6) { version.next() } else { version }
    }

    fn apply(&mut self, now: Ts, model: &Model) -> Command {
        let (id, change) = match self.dice.below(6) {
            0 | 1 => (self.tip(model), self.relabel()),
            2 => (
                self.tip(model),
                Change::Expiry { expires_at: self.maybe_soon(), gone_at: self.maybe_soon(), notice: self.mark() },
            ),
            3 => (self.untouched_rule(model), describe_as("described")),
            4 => {
                let (id, key) = (self.untouched_rule(model), u32::try_from(self.dice.below(4)).unwrap_or(0));
                (id, Change::Rekey { digest: digest_of(&member_id(id.family())), key_id: KeyId::new(key) })
            }
            _ => (self.untouched_rule(model), Change::End { honoured_until: self.soon(), gone_at: self.soon() }),
        };
        Command::Apply { id, expect: self.version(model, &id), change, now }
    }

    fn relabel(&mut self) -> Change {
        let label = self.label();
        let key = Some(label.key()).filter(|_| !self.dice.chance(1, 8));
        Change::Edit { label: Some(Relabel { label, key }), description: None, scope: Some(None) }
    }

    fn rotate(&mut self, now: Ts, model: &Model) -> Command {
        let parent = if self.dice.chance(1, 8) { self.untouched_rule(model) } else { self.tip(model) };
        let Some(record) = model.record(&parent) else {
            let step = slide(self.soon(), self.soon());
            return Command::Rotate { parent, step, new: Vec::new(), now };
        };
        if record.kind == TokenKind::AccessToken {
            return self.look();
        }
        let (kin, expect) = (Self::kin(record), self.version(model, &parent));
        if self.dice.chance(1, 3) {
            let step = Step::Slide { expires_at: self.soon(), gone_at: self.soon(), access_cap: self.access_cap() };
            let new = self.beside(&kin, record.generation);
            return Command::Rotate { parent, step, new, now };
        }
        let mut next = kin.successor(parent, record.generation + 1);
        (next.expires_at, next.gone_at, next.notice) = (self.maybe_soon(), self.maybe_soon(), self.mark());
        if self.dice.chance(1, 15) {
            let kin: Vec<RecordId> = model.records.iter().map(|record| record.id).collect();
            let kin: Vec<RecordId> = kin.into_iter().filter(|id| id.family() == parent.family()).collect();
            next.id = *self.dice.pick(&kin);
        }
        self.ids.push(next.id);
        let nonce = Nonce { bytes: *digest_of(&next.id).as_bytes(), key_id: KeyId::new(1) };
        let step = Step::Supersede {
            expect,
            successor: next.id,
            nonce: Some(nonce).filter(|_| self.dice.chance(3, 4)),
            honoured_until: self.maybe_soon(),
            gone_at: self.maybe_soon(),
            pace: self.pace(),
            access_cap: self.access_cap(),
        };
        let mut new = self.beside(&kin, next.generation);
        new.push(next);
        Command::Rotate { parent, step, new, now }
    }

    /// The access token that a rotation brings along, where it brings one.
    fn beside(&mut self, kin: &Draft, generation: u64) -> Vec<NewRecord> {
        if self.dice.chance(1, 2) {
            return Vec::new();
        }
        let mut access = kin.access(generation);
        (access.expires_at, access.gone_at) = (self.maybe_soon(), self.maybe_soon());
        self.ids.push(access.id);
        vec![access]
    }

    fn revoked(&mut self, now: Ts) -> Revoked {
        let why = *self.dice.pick(&[RevokedWhy::ByOwner, RevokedWhy::Replay, RevokedWhy::ByAdministrator]);
        Revoked { at: now, why }
    }

    fn revoke_one(&mut self, now: Ts, model: &Model) -> Command {
        let lives =
            |record: &&RecordParts| model.family(record.id.family()).is_some_and(|family| family.revoked.is_none());
        let access: Vec<&RecordParts> =
            model.records.iter().filter(|record| record.kind == TokenKind::AccessToken).filter(lives).collect();
        let id = if access.is_empty() { member_id(self.any(model).id.family()) } else { self.dice.pick(&access).id };
        Command::RevokeOne { id, revoked: self.revoked(now), gone_at: self.soon() }
    }

    fn revoke_family(&mut self, now: Ts, model: &Model) -> Command {
        let record = self.any(model);
        let (family, mut person) =
            (record.id.family(), Person { realm: record.realm.clone(), owner: record.owner.clone() });
        if self.dice.chance(1, 5) {
            person = self.dice.pick(&self.people).clone();
        }
        Command::RevokeFamily {
            realm: person.realm,
            owner: person.owner,
            family,
            revoked: self.revoked(now),
            gone_at: self.soon(),
        }
    }

    fn revoke_owner(&mut self, now: Ts) -> Command {
        let Person { realm, owner } = self.dice.pick(&self.people).clone();
        Command::RevokeOwner { realm, owner, revoked: self.revoked(now), gone_at: self.soon(), limit: self.limit() }
    }

    fn purge(&mut self) -> Command {
        let now = at(self.clock.saturating_sub(self.dice.below(4)));
        let unsent_before = at(self.clock.saturating_sub(4 + self.dice.below(9)));
        let windows_before = at(self.clock.saturating_sub(self.dice.below(9)));
        Command::Purge { now, unsent_before, windows_before, limit: self.limit() }
    }

    fn held(&mut self, model: &Model) -> (RecordId, NoticeMark) {
        let marked: Vec<(RecordId, NoticeMark)> =
            model.records.iter().filter_map(|record| Some((record.id, record.notice?))).collect();
        if marked.is_empty() || self.dice.chance(1, 5) {
            return (self.untouched_rule(model), NoticeMark { at: self.soon(), stage: 0 });
        }
        *self.dice.pick(&marked)
    }

    fn claim(&mut self, model: &Model) -> Command {
        let (id, held) = self.held(model);
        Command::Claim { id, held, until: self.soon() }
    }

    fn settle(&mut self, model: &Model) -> Command {
        let (id, held) = self.held(model);
        let sent = if self.dice.chance(1, 2) { Some((self.soon(), held.stage)) } else { None };
        Command::Settle { id, held, next: self.mark(), sent }
    }

    fn show(&mut self) -> Show {
        if self.dice.chance(1, 3) { Show::All } else { Show::Standing { now: self.soon() } }
    }

    /// Where the clock of the sequence stands.
    pub(super) fn now(&self) -> Ts {
        at(self.clock)
    }

    fn look(&mut self) -> Command {
        let Person { realm, owner } = self.dice.pick(&self.people).clone();
        let kind = *self.dice.pick(&[TokenKind::PersonalAccessToken, TokenKind::RefreshToken, TokenKind::AccessToken]);
        match self.dice.below(3) {
            0 => Command::ListOwner { realm, owner, kind, show: self.show(), limit: self.limit() },
            1 => Command::ListKind { realm, kind, limit: self.limit() },
            _ => Command::Census,
        }
    }
}
