//! Finds out which cells of the coverage a command reaches. A cell combines three things: an operation, the state of
//! its record, and whether a compared value is before, at or after its limit. The state is the state before the command
//! runs.

use counterfoil::Timestamp;
use counterfoil::store::{Change, FamilyParts, NewFamily, NewRecord, NoticeMark, ParentUpdate, RecordParts, Show};
use counterfoil::types::{FamilyId, RecordId, TokenKind, Version};

use super::cells::{Boundary, Cell, Operation};
use super::command::{Command, Listed, Purge};
use super::state::State;
use crate::reference::Model;

/// The model as it is before a command, and the instant at which the states of its records are determined.
pub(super) struct Meeting<'a> {
    pub(super) model: &'a Model,
    pub(super) now: Timestamp,
    cells: Vec<Cell>,
}

/// Returns the cells of the coverage that the command reaches. The states of records are determined at the command's
/// own `now`, or at the instant `clock` if the command has none.
pub(super) fn meets(model: &Model, command: &Command, clock: Timestamp) -> Vec<Cell> {
    let mut meeting = Meeting { model, now: command.now().unwrap_or(clock), cells: Vec::new() };
    meeting.look(command);
    meeting.cells
}

impl Meeting<'_> {
    fn look(&mut self, command: &Command) {
        match command {
            Command::Found { family, cap, pace, new, .. } => {
                self.taken(new);
                self.labelled(family);
                cap.iter().for_each(|_| self.counted(Operation::FoundCapped, &FamilyParts::from(family.clone())));
                let since = pace.map(|pace| pace.since);
                let like = |record: &RecordParts| of_kind(record, family);
                self.each(Operation::FoundPaced, like, |record| Some(Boundary::of_instant(record.created_at, since?)));
            }
            Command::Join { family, generation, access_cap, new, .. } => {
                self.taken(new);
                let stands = self.model.family(*family).map(|family| family.generation);
                let side = stands.map_or(Boundary::At, |stands| Boundary::of_number(*generation, stands));
                let parent = new.iter().find_map(|new| new.parent);
                parent.iter().for_each(|parent| self.meet(Operation::Join, parent, side));
                access_cap.iter().for_each(|_| self.access(*family));
            }
            Command::Apply { id, expect, change, .. } => {
                let side = self.version(id, *expect);
                self.changes(change).into_iter().for_each(|operation| self.meet(operation, id, side));
            }
            Command::Rotate { parent, step, new, .. } => self.rotate(parent, step, new),
            Command::RevokeOne { id, .. } => self.meet(Operation::RevokeOne, id, Boundary::At),
            Command::RevokeFamily { family, .. } => self.family(*family),
            Command::RevokeOwner { realm, owner, .. } => {
                let of_owner = |record: &RecordParts| record.realm == *realm && record.owner == *owner;
                self.each(Operation::RevokeOwner, of_owner, |_| Some(Boundary::At));
            }
            Command::Touch { seen } => seen.iter().for_each(|(id, at)| self.touch(id, *at)),
            Command::Claim { id, held, until } => self.claim(id, *held, *until),
            Command::Settle { id, held, .. } => self.settle(id, *held),
            Command::Get { id } => self.meet(Operation::Get, id, Boundary::At),
            Command::Purge(limits) => self.purge(*limits),
            Command::List { of, .. } => self.list(of),
            Command::ListWhilePurged { of, purge, .. } => {
                self.list(of);
                self.now = purge.now;
                self.purge(*purge);
            }
            Command::ListFamilies { realm, owner, .. } => {
                let of_owner = |record: &RecordParts| record.realm == *realm && record.owner == *owner;
                self.each(Operation::ListFamilies, of_owner, |_| Some(Boundary::At));
            }
            Command::Due { now, .. } => {
                let due = |record: &RecordParts| Some(Boundary::of_instant(*now, record.notice?.at));
                self.each(Operation::Due, |_| true, due);
            }
            Command::Census | Command::Damage { .. } => {}
        }
    }

    fn meet(&mut self, operation: Operation, id: &RecordId, side: Boundary) {
        let record = self.model.record(id);
        let side = if record.is_none() { Boundary::At } else { side };
        self.cells.push((operation, State::of(self.model, id, self.now), side));
        if record.is_some_and(|record| State::is_beside_damaged(self.model, record)) {
            self.cells.push((operation, State::BesideDamaged, side));
        }
    }

    fn each(
        &mut self,
        operation: Operation,
        of: impl Fn(&RecordParts) -> bool,
        side: impl Fn(&RecordParts) -> Option<Boundary>,
    ) {
        let model = self.model;
        for record in model.records.iter().filter(|record| of(record)) {
            if let Some(side) = side(record) {
                self.meet(operation, &record.id, side);
            }
        }
    }

    fn taken(&mut self, new: &[NewRecord]) {
        for new in new.iter().filter(|new| self.model.record(&new.id).is_some()) {
            self.meet(Operation::InsertTaken, &new.id, Boundary::At);
        }
    }

    /// Returns the newest token of the family: the member with the kind and the generation of the family.
    fn lead(&self, family: &FamilyParts) -> Option<RecordId> {
        let of_chain = |record: &&RecordParts| {
            record.id.family() == family.id && record.kind == family.kind && record.generation == family.generation
        };
        self.model.records.iter().find(of_chain).map(|record| record.id)
    }

    fn labelled(&mut self, family: &NewFamily) {
        let Some(key) = &family.label_key else { return };
        let Some(holder) = self.model.holder(&family.realm, &family.owner, key) else { return };
        let side = holder.gone_at.map_or(Boundary::Before, |gone_at| Boundary::of_instant(self.now, gone_at));
        let lead = self.lead(holder);
        lead.iter().for_each(|lead| self.meet(Operation::FoundLabelled, lead, side));
    }

    /// Adds the cells of an operation with a cap on live families, for each family that the cap can count together with
    /// `like`.
    fn counted(&mut self, operation: Operation, like: &FamilyParts) {
        let (model, now) = (self.model, self.now);
        let counts = |family: &&FamilyParts| {
            family.realm == like.realm
                && family.owner == like.owner
                && family.kind == like.kind
                && family.client == like.client
        };
        for family in model.families.iter().filter(counts) {
            let side = family.live_until.map_or(Boundary::Before, |end| Boundary::of_instant(now, end));
            let lead = self.lead(family);
            lead.iter().for_each(|lead| self.meet(operation, lead, side));
        }
    }

    fn access(&mut self, family: FamilyId) {
        let now = self.now;
        let of = |record: &RecordParts| record.id.family() == family && record.kind == TokenKind::AccessToken;
        let side = |end: Timestamp| Boundary::of_instant(now, end);
        self.each(Operation::AccessCapped, of, |record| Some(record.expires_at.map_or(Boundary::Before, side)));
    }

    fn version(&self, id: &RecordId, expect: Version) -> Boundary {
        let stands = self.model.record(id).map(|record| record.version.number());
        stands.map_or(Boundary::At, |stands| Boundary::of_number(expect.number(), stands))
    }

    fn changes(&self, change: &Change) -> Vec<Operation> {
        match change {
            Change::Edit { label, description, scope, details } => {
                let relabels = label.as_ref().map(|_| Operation::Relabel);
                let edits = (description.is_some() || scope.is_some()).then_some(Operation::Edit);
                let details = details.as_ref().map(|_| Operation::EditDetails);
                relabels.into_iter().chain(edits).chain(details).collect()
            }
            Change::Expiry { .. } => vec![Operation::Expiry],
            Change::Rekey { .. } => vec![Operation::Rekey],
            Change::End { .. } => vec![Operation::End],
        }
    }

    fn rotate(&mut self, parent: &RecordId, step: &ParentUpdate, new: &[NewRecord]) {
        self.taken(new);
        let (family, now) = (parent.family(), self.now);
        let capped = match *step {
            ParentUpdate::Supersede { expect, labelled, cap, pace, access_cap, .. } => {
                self.meet(Operation::Supersede, parent, self.version(parent, expect));
                if labelled {
                    self.meet(Operation::SupersedeLabelled, parent, Boundary::At);
                }
                if let Some(like) = self.model.family(family).filter(|_| cap.is_some()) {
                    self.counted(Operation::SupersedeCapped, like);
                }
                pace.iter().for_each(|pace| self.paced(parent, pace.limit.get(), pace.since));
                access_cap
            }
            ParentUpdate::Slide { access_cap, .. } => {
                let end = self.model.record(parent).and_then(|record| record.expires_at);
                let side = end.map_or(Boundary::Before, |end| Boundary::of_instant(now, end));
                self.meet(Operation::Slide, parent, side);
                access_cap
            }
        };
        capped.iter().for_each(|_| self.access(family));
    }

    fn paced(&mut self, parent: &RecordId, limit: u32, since: Timestamp) {
        let generation = self.model.record(parent).and_then(|record| record.generation.checked_sub(u64::from(limit)));
        let family = parent.family();
        let looked_at = |record: &RecordParts| {
            record.id.family() == family && Some(record.generation) == generation && record.superseded.is_some()
        };
        let side = |record: &RecordParts| Some(Boundary::of_instant(record.superseded?.at, since));
        self.each(Operation::SupersedePaced, looked_at, side);
    }

    fn family(&mut self, family: FamilyId) {
        let members = self.model.records.iter().filter(|record| record.id.family() == family);
        let members: Vec<RecordId> = members.map(|record| record.id).collect();
        members.iter().for_each(|id| self.meet(Operation::RevokeFamily, id, Boundary::At));
        if members.is_empty() {
            self.cells.push((Operation::RevokeFamily, State::Absent, Boundary::At));
        }
    }

    fn touch(&mut self, id: &RecordId, at: Timestamp) {
        let used = self.model.record(id).and_then(|record| record.last_used_at);
        self.meet(Operation::Touch, id, used.map_or(Boundary::After, |used| Boundary::of_far_instant(at, used)));
    }

    fn claim(&mut self, id: &RecordId, held: NoticeMark, until: Timestamp) {
        let holds = self.model.record(id).is_some_and(|record| record.notice == Some(held));
        let side = if holds { Boundary::of_instant(until, held.at) } else { Boundary::Extreme };
        self.meet(Operation::Claim, id, side);
    }

    fn settle(&mut self, id: &RecordId, held: NoticeMark) {
        let notice = self.model.record(id).and_then(|record| record.notice);
        let side = |notice: NoticeMark| match Boundary::of_instant(held.at, notice.at) {
            Boundary::At if held.stage != notice.stage => Boundary::Extreme,
            side => side,
        };
        self.meet(Operation::Settle, id, notice.map_or(Boundary::Extreme, side));
    }

    fn list(&mut self, of: &Listed) {
        match of {
            Listed::Kind { realm, kind } => {
                let listed = |record: &RecordParts| record.realm == *realm && record.kind == *kind;
                self.each(Operation::ListKind, listed, |_| Some(Boundary::At));
            }
            Listed::Owner { realm, owner, kind, show } => {
                let listed =
                    |record: &RecordParts| record.realm == *realm && record.owner == *owner && record.kind == *kind;
                match *show {
                    Show::All => self.each(Operation::ListAll, listed, |_| Some(Boundary::At)),
                    Show::Standing { now } => {
                        self.now = now;
                        let side = |record: &RecordParts| {
                            let window = record.superseded.and_then(|superseded| superseded.honoured_until);
                            let limit = [window, record.gone_at].into_iter().flatten().min();
                            Some(limit.map_or(Boundary::Before, |limit| Boundary::of_instant(now, limit)))
                        };
                        self.each(Operation::ListStanding, listed, side);
                    }
                }
            }
        }
    }

    fn purge(&mut self, limits: Purge) {
        let model = self.model;
        let gone_at = |record: &RecordParts| {
            let family = model.family(record.id.family())?;
            if family.revoked.is_some() { family.gone_at } else { record.gone_at }
        };
        let gone = |record: &RecordParts| match gone_at(record) {
            _ if record.notice.is_some() => None,
            gone_at => Some(gone_at.map_or(Boundary::Before, |gone_at| Boundary::of_instant(limits.now, gone_at))),
        };
        self.each(Operation::Purge, |_| true, gone);
        let unsent = |record: &RecordParts| {
            record.notice?;
            Some(Boundary::of_instant(limits.unsent_before, gone_at(record)?))
        };
        self.each(Operation::PurgeUnsent, |_| true, unsent);
        let window = |record: &RecordParts| {
            Some(Boundary::of_instant(limits.windows_before, record.superseded?.honoured_until?))
        };
        self.each(Operation::Shrink, |_| true, window);
    }
}

fn of_kind(record: &RecordParts, family: &NewFamily) -> bool {
    record.realm == family.realm && record.owner == family.owner && record.kind == family.kind
}
