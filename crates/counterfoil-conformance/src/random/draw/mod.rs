//! Draws commands. A command has an operation, a record in some state, and arguments close to the limit with which
//! the operation compares them.

mod aim;
mod change;
mod insert;
mod look;
mod notice;
mod revoke;
mod rotate;
mod zoo;

use std::collections::VecDeque;
use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, Pace, RecordParts};
use counterfoil::types::RecordId;

use super::cells::{Boundary, Cell, Operation};
use super::command::Command;
use super::ids::Ids;
use super::meets::meets;
use super::names::Names;
use super::state::State;
use super::values;
use crate::dice::Dice;
use crate::reference::Model;
use crate::sample::{Person, most};

/// The state of a draw: the random numbers, the clock of the sequence, and all values drawn so far.
pub(super) struct Draw {
    dice: Dice,
    epoch: u64,
    clock: u64,
    names: Names,
    next_names: Option<Names>,
    ids: Ids,
    ahead: VecDeque<Command>,
    damages: bool,
    open: Vec<Cell>,
    aim: Cell,
    /// All people of the sequence.
    pub(super) people: Vec<Person>,
    /// Every id that a command named.
    pub(super) drawn: Vec<RecordId>,
}

/// The number that is added to the seed of each sequence. With another number, a run with the default counts may miss a
/// cell. If a test fails for this reason, change this number.
const FIRST: u64 = 1_000;

/// The number of the command from which on the sequence uses other names and revokes owners. Until then the first
/// records stay live.
const LATE: u32 = 75;

/// Cells of calls that succeed on a live record. Most other cells are of refusals or of records in other states.
const PLAIN: [Cell; 9] = [
    (Operation::Slide, State::Live, Boundary::Before),
    (Operation::Slide, State::Live, Boundary::Before),
    (Operation::Supersede, State::Live, Boundary::At),
    (Operation::AccessCapped, State::Live, Boundary::Before),
    (Operation::Relabel, State::Live, Boundary::At),
    (Operation::Expiry, State::Live, Boundary::At),
    (Operation::Settle, State::Live, Boundary::At),
    (Operation::Touch, State::Live, Boundary::After),
    (Operation::FoundCapped, State::Live, Boundary::Before),
];

/// The largest number of draws until a command reaches the chosen cell.
const TRIES: usize = 12;

/// The number of ids of a large batch that are compared later. They are the last ids, because only those may exist.
pub(super) const NAMED: usize = 8;

/// The first instant of a sequence, in microseconds after its epoch. It is not 0, because commands also use earlier
/// instants.
const START: u64 = 20;

impl Draw {
    /// Makes the state for a sequence. The seed also selects the names and the epoch, so that consecutive sequences
    /// differ in names and epoch.
    pub(super) fn new(seed: u64) -> Self {
        let names = Names::of(seed * 11);
        let mut draw = Self {
            dice: Dice::new(FIRST + seed),
            epoch: values::epoch(seed),
            clock: START,
            people: names.people.clone(),
            names,
            next_names: Some(Names::of(seed * 11 + Names::KINDS / 2 + 1)),
            ids: Ids::default(),
            ahead: VecDeque::new(),
            damages: seed % 3 == 1,
            open: Self::share(seed),
            aim: (Operation::Get, State::Live, Boundary::At),
            drawn: Vec::new(),
        };
        draw.ahead = draw.zoo();
        draw
    }

    fn at(&self, clock: u64) -> Timestamp {
        Timestamp::from_micros(self.epoch.saturating_add(clock)).unwrap_or(Timestamp::MAX)
    }

    /// The present instant of the sequence.
    pub(super) fn now(&self) -> Timestamp {
        self.at(self.clock).min(Timestamp::from_micros(Timestamp::MAX.micros() - 1).unwrap_or(Timestamp::MAX))
    }

    /// Draws an instant shortly after now. It is often equal to another instant, and sometimes far away.
    fn soon(&mut self) -> Timestamp {
        let near = self.clock + self.dice.below(12);
        if self.dice.chance(1, 14) { values::far(&mut self.dice) } else { self.at(near) }
    }

    fn maybe_soon(&mut self) -> Option<Timestamp> {
        if self.dice.chance(1, 6) { None } else { Some(self.soon()) }
    }

    /// Draws an instant before, at or after the limit. The chosen cell determines the side.
    fn around(&mut self, limit: Option<Timestamp>) -> Timestamp {
        let Some(limit) = limit else { return self.soon() };
        let micros = limit.micros();
        match self.aim.2 {
            Boundary::Before => Timestamp::from_micros(micros.saturating_sub(1)).unwrap_or(limit),
            Boundary::At => limit,
            Boundary::After => Timestamp::from_micros(micros + 1).unwrap_or(Timestamp::MAX),
            Boundary::Extreme if self.aims_at(&[Operation::Touch]) => {
                *self.dice.pick(&[Timestamp::EPOCH, Timestamp::MAX])
            }
            Boundary::Extreme => values::far(&mut self.dice),
        }
    }

    /// Draws a limit such that `instant` is on the side of the chosen cell.
    fn so_that(&mut self, instant: Timestamp) -> Timestamp {
        let micros = instant.micros();
        match self.aim.2 {
            Boundary::Before => Timestamp::from_micros(micros + 1).unwrap_or(Timestamp::MAX),
            Boundary::After => Timestamp::from_micros(micros.saturating_sub(1)).unwrap_or(instant),
            _ => instant,
        }
    }

    fn mark(&mut self) -> Option<NoticeMark> {
        let stage = values::stage(&mut self.dice);
        if self.dice.chance(1, 3) { None } else { Some(NoticeMark { at: self.soon(), stage }) }
    }

    fn limit(&mut self) -> u32 {
        values::limit(&mut self.dice)
    }

    fn person(&mut self) -> Person {
        self.dice.pick(&self.names.people).clone()
    }

    /// Whether commands may use caps and paces. They may not if a record is damaged, because the contract does not say
    /// whether damaged records count.
    fn is_bounded(&self, model: &Model) -> bool {
        model.damaged.is_empty()
    }

    fn pace(&mut self, model: &Model, since: Option<Timestamp>) -> Option<Pace> {
        let aimed = self.aims_at(&[Operation::FoundPaced, Operation::SupersedePaced]);
        let limit = most(self.limit());
        let past = self.at(self.clock.saturating_sub(6));
        let since = since.filter(|_| aimed || self.dice.chance(1, 2)).map_or(past, |since| self.so_that(since));
        (self.is_bounded(model) && (aimed || self.dice.chance(1, 4))).then_some(Pace { limit, since })
    }

    fn aims_at(&self, operations: &[Operation]) -> bool {
        operations.contains(&self.aim.0)
    }

    fn access_cap(&mut self, model: &Model) -> Option<NonZeroU32> {
        let aimed = self.aims_at(&[Operation::AccessCapped]);
        let limit = most(if self.dice.chance(1, 2) { 1 } else { self.limit() });
        (self.is_bounded(model) && (aimed || self.dice.chance(1, 4))).then_some(limit)
    }

    /// Returns the next command. Planned commands come first.
    pub(super) fn command(&mut self, model: &Model, number: u32) -> Command {
        if number == LATE
            && let Some(names) = self.next_names.take()
        {
            let known = std::mem::take(&mut self.people);
            self.people = known.iter().chain(names.people.iter().filter(|new| !known.contains(new))).cloned().collect();
            self.names = names;
        }
        let command = match self.ahead.pop_front() {
            Some(planned) => planned,
            None => {
                self.clock += self.dice.below(3);
                self.draw(model, number)
            }
        };
        let command = command.before_the_end();
        for id in command.ids().into_iter().rev().take(NAMED) {
            if !self.drawn.contains(&id) {
                self.drawn.push(id);
            }
        }
        command
    }

    fn draw(&mut self, model: &Model, number: u32) -> Command {
        if model.records.is_empty() || self.dice.chance(1, 10) {
            return self.fresh(model);
        }
        if self.damages && self.dice.chance(1, 30) && model.damaged.len() < 4 {
            return self.damage(model);
        }
        if self.dice.chance(1, 6) {
            self.aim = *self.dice.pick(&PLAIN);
            return self.aimed(model, number);
        }
        let mut command = None;
        for _ in 0..TRIES {
            let index = self.take_aim(model);
            let aimed = self.aimed(model, number);
            let hits = meets(model, &aimed, self.now()).contains(&self.aim);
            command = Some(aimed);
            if hits {
                self.open.swap_remove(index);
                break;
            }
        }
        command.unwrap_or_else(|| self.fresh(model))
    }

    /// Draws a command that should reach the chosen cell.
    fn aimed(&mut self, model: &Model, number: u32) -> Command {
        match self.aim.0 {
            Operation::InsertTaken => self.taken(model),
            Operation::FoundLabelled | Operation::FoundCapped | Operation::FoundPaced => self.found_beside(model),
            Operation::AccessCapped if self.dice.chance(1, 3) => self.rotate(model),
            Operation::Join | Operation::AccessCapped => self.join(model),
            Operation::Edit | Operation::Relabel | Operation::Expiry | Operation::Rekey | Operation::End => {
                self.apply(model)
            }
            Operation::Supersede | Operation::SupersedePaced | Operation::Slide => self.rotate(model),
            Operation::RevokeOne => self.revoke_one(model),
            Operation::RevokeFamily => self.revoke_family(model),
            Operation::RevokeOwner if number >= LATE => self.revoke_owner(model),
            Operation::RevokeOwner => self.fresh(model),
            Operation::Touch => self.touch(model),
            Operation::Claim => self.claim(model),
            Operation::Settle => self.settle(model),
            Operation::Purge | Operation::PurgeUnsent | Operation::Shrink => Command::Purge(self.purge(model)),
            Operation::ListAll | Operation::ListStanding | Operation::ListKind | Operation::Due | Operation::Get => {
                self.look(model)
            }
        }
    }

    /// Picks a record in the state of the chosen cell, or any record if there is none. If the state is absent, picks
    /// the id of an absent record.
    fn target(&mut self, model: &Model, fits: impl Fn(&RecordParts) -> bool) -> RecordId {
        let (wanted, now) = (self.aim.1, self.now());
        if wanted == State::Absent {
            return self.absent(model);
        }
        let of = |record: &&RecordParts| match wanted {
            State::BesideDamaged => State::is_beside_damaged(model, record),
            wanted => State::of_record(model, record, now) == wanted,
        };
        let fitting: Vec<&RecordParts> = model.records.iter().filter(|record| fits(record)).collect();
        let wanted: Vec<&RecordParts> = fitting.iter().copied().filter(of).collect();
        match (wanted.is_empty(), fitting.is_empty()) {
            (false, _) => self.dice.pick(&wanted).id,
            (true, false) => self.dice.pick(&fitting).id,
            (true, true) => self.absent(model),
        }
    }

    /// Draws the id of an absent record, either in an existing family or in no family.
    fn absent(&mut self, model: &Model) -> RecordId {
        let family = if self.dice.chance(1, 3) || model.records.is_empty() {
            let person = self.person();
            self.ids.family(&person)
        } else {
            self.dice.pick(&model.records).id.family()
        };
        self.ids.member(family)
    }
}
