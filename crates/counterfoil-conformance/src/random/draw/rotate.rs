//! Draws random rotations, with all their arguments.

use counterfoil::Timestamp;
use counterfoil::store::{FamilyParts, NewRecord, Nonce, ParentUpdate, RecordParts};
use counterfoil::types::{RecordId, TokenKind};

use super::Draw;
use crate::random::cells::{Boundary, Operation};
use crate::random::command::Command;
use crate::random::{ids, values};
use crate::reference::Model;
use crate::sample::{Person, most};

impl Draw {
    /// Draws a rotation, which either slides or supersedes its parent. Any record can be the parent of a slide. The
    /// parent that a rotation supersedes has the kind of its family, so it is never an access token in a family of
    /// refresh tokens. This parent is either the newest token of the family, or already superseded.
    pub(super) fn rotate(&mut self, model: &Model) -> Command {
        if self.aims_at(&[Operation::SupersedePaced]) {
            return self.supersede_paced(model);
        }
        let capped = self.aims_at(&[Operation::AccessCapped]);
        let slides = self.aims_at(&[Operation::Slide]) || (capped && self.dice.chance(1, 2));
        let by_instant = self.aims_at(&[Operation::SupersedeCapped]);
        let older = !slides && !capped && !by_instant && self.aim.2 == Boundary::Before;
        let chain = |record: &RecordParts| {
            if older && record.version == counterfoil::types::Version::FIRST {
                return false;
            }
            let leads = |family: &FamilyParts| {
                family.kind == record.kind && (record.superseded.is_some() || family.generation == record.generation)
            };
            slides || model.family(record.id.family()).is_some_and(leads)
        };
        let parent = self.target(model, chain);
        let Some(record) = model.record(&parent) else { return self.rotate_absent(model, parent) };
        let person = Person { realm: record.realm.clone(), owner: record.owner.clone() };
        if slides {
            let now = self.around(record.expires_at);
            let (expires_at, gone_at) = (self.near(record.expires_at), self.near(record.gone_at));
            let chain = model.family(parent.family()).is_some_and(|family| family.kind == TokenKind::AccessToken);
            let step =
                ParentUpdate::Slide { expires_at, gone_at, access_cap: self.access_cap(model).filter(|_| !chain) };
            let new = self.beside(model, &person, parent, record.generation);
            return Command::Rotate { parent, step, new, now };
        }
        self.supersede(model, &person, record, None)
    }

    /// Draws an instant for a slide. In half of the draws it is `limit` itself or a microsecond earlier or later.
    /// Otherwise, or if there is no limit, it is an instant near now.
    fn near(&mut self, limit: Option<Timestamp>) -> Timestamp {
        let back = self.dice.below(3);
        let near = limit.and_then(|limit| Timestamp::from_micros((limit.micros() + 1).saturating_sub(back)));
        near.filter(|_| self.dice.chance(1, 2)).unwrap_or_else(|| self.soon())
    }

    /// Draws a rotation with a pace, which limits how many rotations a family has in a time. First chooses a superseded
    /// record, if possible one in the state of `self.aim`. The drawn rotation replaces the newest token of the same
    /// family. The pace is reached if the chosen record was superseded after the pace's `since`.
    fn supersede_paced(&mut self, model: &Model) -> Command {
        let newest = |of: &RecordId| {
            let family = model.family(of.family())?;
            let leads = |record: &&RecordParts| record.kind == family.kind && record.generation == family.generation;
            model.records.iter().filter(|record| record.id.family() == of.family()).find(leads)
        };
        let older = self.target(model, |record| record.superseded.is_some() && newest(&record.id).is_some());
        let tip = newest(&older);
        let (Some(older), Some(tip)) = (model.record(&older), tip) else { return self.rotate_absent(model, older) };
        let person = Person { realm: tip.realm.clone(), owner: tip.owner.clone() };
        self.supersede(model, &person, tip, Some(older))
    }

    fn rotate_absent(&mut self, model: &Model, parent: RecordId) -> Command {
        let now = self.now();
        let labelled = self.aims_at(&[Operation::SupersedeLabelled]);
        if !labelled && self.dice.chance(1, 2) {
            let step = ParentUpdate::Slide { expires_at: self.soon(), gone_at: self.soon(), access_cap: None };
            return Command::Rotate { parent, step, new: Vec::new(), now };
        }
        let kin = model.family(parent.family());
        let kin = kin.map(|kin| Person { realm: kin.realm.clone(), owner: kin.owner.clone() });
        let person = kin.unwrap_or_else(|| self.person());
        let next = self.record(&person, parent.family(), TokenKind::RefreshToken, 1);
        let step = ParentUpdate::Supersede {
            expect: counterfoil::types::Version::FIRST,
            successor: next.id,
            nonce: None,
            honoured_until: None,
            gone_at: None,
            labelled,
            cap: None,
            pace: None,
            access_cap: None,
        };
        Command::Rotate { parent, step, new: vec![next], now }
    }

    fn supersede(
        &mut self,
        model: &Model,
        person: &Person,
        record: &RecordParts,
        paced: Option<&RecordParts>,
    ) -> Command {
        let (parent, generation) = (record.id, record.generation + 1);
        let now = match model.family(parent.family()) {
            Some(family) if self.aims_at(&[Operation::SupersedeCapped]) => self.around(family.live_until),
            _ => self.now(),
        };
        let mut next = self.record(person, parent.family(), record.kind, generation);
        (next.parent, next.label) = (Some(parent), record.label.clone());
        (next.expires_at, next.gone_at, next.notice) = (self.maybe_soon(), self.maybe_soon(), self.mark());
        if self.dice.chance(1, 12) {
            let taken = self.target(model, |other| other.id.family() == parent.family());
            if taken.family() == parent.family() {
                next.id = taken;
            }
        }
        let since = paced.and_then(|older| Some(older.superseded?.at));
        let mut pace = self.pace(model, since);
        let generations = paced.and_then(|older| u32::try_from(record.generation - older.generation).ok());
        if let (Some(pace), Some(generations)) = (&mut pace, generations) {
            pace.limit = most(generations.max(1));
        }
        let key_id = values::key_id(&mut self.dice);
        let nonce = Nonce { bytes: *ids::digest(&next.id, 0x77).as_bytes(), key_id };
        let (labelled, cap) = self.renewal();
        let step = ParentUpdate::Supersede {
            expect: self.version(model, &parent),
            successor: next.id,
            nonce: Some(nonce).filter(|_| self.dice.chance(3, 4)),
            honoured_until: self.maybe_soon(),
            gone_at: self.maybe_soon(),
            labelled,
            cap,
            pace,
            access_cap: self.access_cap(model).filter(|_| record.kind != TokenKind::AccessToken),
        };
        let mut new = self.beside(model, person, parent, generation);
        new.retain(|access| access.id != next.id);
        new.push(next);
        Command::Rotate { parent, step, new, now }
    }

    /// Draws the access token that a rotation inserts, or none.
    ///
    /// If the kind of the family is [`TokenKind::AccessToken`], always draws none. Otherwise the access token and the
    /// newest member of the family would have the same kind and could have the same generation. Then it would be
    /// unclear which of the two is the newest.
    fn beside(&mut self, model: &Model, person: &Person, parent: RecordId, generation: u64) -> Vec<NewRecord> {
        let chain = model.family(parent.family()).is_some_and(|family| family.kind != TokenKind::AccessToken);
        if !chain || (!self.aims_at(&[Operation::AccessCapped]) && self.dice.chance(1, 2)) {
            return Vec::new();
        }
        vec![self.access(person, parent, generation)]
    }
}
