//! Draws the commands of a random sequence. For each command, an operation and the state of its record are chosen. The
//! arguments are drawn so that the values that the operation compares are close to the limit.

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

/// The state of a random sequence: its random numbers, its clock, the values that it has drawn so far, and the cells of
/// the coverage that it still tries to reach.
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
    /// All people whose credentials occur in the sequence.
    pub(super) people: Vec<Person>,
    /// The ids of all records that the commands of the sequence have named so far.
    pub(super) drawn: Vec<RecordId>,
}

/// The offset that is added to the seed of each sequence. It was chosen so that a run with the default counts reaches
/// every cell of the coverage. If a test fails because a cell is missed, choose another number.
const FIRST: u64 = 1_073;

/// The number of a command in a sequence. From this command on, the sequence also uses its second set of names, and can
/// revoke owners. No earlier command revokes an owner, so that the records that were made first stay live.
const LATE: u32 = 75;

/// Cells of the coverage (operation, state of the record, side of the limit) for calls that succeed on a live record. A
/// sequence tries to reach these cells especially often. Most other cells are about refusals, or about records that are
/// not live.
const PLAIN: [Cell; 10] = [
    (Operation::Slide, State::Live, Boundary::Before),
    (Operation::Slide, State::Live, Boundary::Before),
    (Operation::Supersede, State::Live, Boundary::At),
    (Operation::AccessCapped, State::Live, Boundary::Before),
    (Operation::Relabel, State::Live, Boundary::At),
    (Operation::Expiry, State::Live, Boundary::At),
    (Operation::Settle, State::Live, Boundary::At),
    (Operation::Touch, State::Live, Boundary::After),
    (Operation::FoundCapped, State::Live, Boundary::Before),
    (Operation::EditDetails, State::Live, Boundary::At),
];

/// The largest number of attempts to draw one command. Each attempt chooses a cell of the coverage, and draws a command
/// that tries to reach it. The first command that reaches its cell is used. If no attempt succeeds, the last drawn
/// command is used.
const TRIES: usize = 12;

/// The largest number of records of one command that are compared with the model. If a command names more ids, the last
/// of them are used. A large batch begins with ids of records that do not exist, and ends with ids of records that can
/// exist. So the last ids are the ones to compare.
pub(super) const NAMED: usize = 8;

/// The clock at the beginning of a sequence, in microseconds after the epoch of the sequence. It is not 0, because the
/// first records have instants before the beginning.
const START: u64 = 20;

impl Draw {
    /// Makes the state at the beginning of a sequence. The seed also determines the names and the epoch. Two
    /// consecutive seeds give different names and epochs.
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

    /// Returns the instant that the clock of the sequence shows. It is always earlier than [`Timestamp::MAX`].
    pub(super) fn now(&self) -> Timestamp {
        self.at(self.clock).min(Timestamp::from_micros(Timestamp::MAX.micros() - 1).unwrap_or(Timestamp::MAX))
    }

    /// Draws an instant from now to 11 microseconds later. With the probability 1/14, draws an extreme instant instead,
    /// such as an end of the range of instants.
    fn soon(&mut self) -> Timestamp {
        let near = self.clock + self.dice.below(12);
        if self.dice.chance(1, 14) { values::far(&mut self.dice) } else { self.at(near) }
    }

    fn maybe_soon(&mut self) -> Option<Timestamp> {
        if self.dice.chance(1, 6) { None } else { Some(self.soon()) }
    }

    /// Draws an instant for an operation that compares it with `limit`. The third part of `self.aim`, a [`Boundary`],
    /// decides which instant: one microsecond before the limit, the limit itself, one microsecond after it, or far
    /// away. If there is no limit, draws an instant near now.
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

    /// Draws a limit for an operation that compares `instant` with it. An example is the `since` of a pace (a limit on
    /// a rate). The third part of `self.aim`, a [`Boundary`], decides whether `instant` is one microsecond before the
    /// limit, one microsecond after it, or equal to it.
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

    /// Returns true if commands may have caps (limits on numbers) and paces (limits on rates). They may not have them
    /// while a record is damaged or after one was purged, because the contract does not say whether such a record counts.
    fn is_bounded(&self, model: &Model) -> bool {
        model.damaged.is_empty() && !model.has_forgotten
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

    /// Draws two arguments of a rotation: whether the rotation needs the label of its family, and the cap on the
    /// owner's live families.
    fn renewal(&mut self) -> (bool, Option<NonZeroU32>) {
        let labelled = self.aims_at(&[Operation::SupersedeLabelled]) || self.dice.chance(1, 6);
        let capped = self.aims_at(&[Operation::SupersedeCapped]);
        let limit = most(if self.dice.chance(1, 2) { 1 } else { self.limit() });
        (labelled, (capped || self.dice.chance(1, 6)).then_some(limit))
    }

    fn access_cap(&mut self, model: &Model) -> Option<NonZeroU32> {
        let aimed = self.aims_at(&[Operation::AccessCapped]);
        let limit = most(if self.dice.chance(1, 2) { 1 } else { self.limit() });
        (self.is_bounded(model) && (aimed || self.dice.chance(1, 4))).then_some(limit)
    }

    /// Returns the command with this number in the sequence. The commands that make the first records come first. Later
    /// commands are drawn at random.
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

    /// Draws a command that tries to reach the chosen cell of the coverage, `self.aim`. A cell combines three things:
    /// an operation, the state of its record, and whether a compared value is before, at or after its limit.
    fn aimed(&mut self, model: &Model, number: u32) -> Command {
        match self.aim.0 {
            Operation::InsertTaken => self.taken(model),
            Operation::FoundLabelled | Operation::FoundCapped | Operation::FoundPaced => self.found_beside(model),
            Operation::AccessCapped if self.dice.chance(1, 3) => self.rotate(model),
            Operation::Join | Operation::AccessCapped => self.join(model),
            Operation::Edit
            | Operation::EditDetails
            | Operation::Relabel
            | Operation::Expiry
            | Operation::Rekey
            | Operation::End => self.apply(model),
            Operation::Supersede
            | Operation::SupersedePaced
            | Operation::SupersedeLabelled
            | Operation::SupersedeCapped
            | Operation::Slide => self.rotate(model),
            Operation::RevokeOne => self.revoke_one(model),
            Operation::RevokeFamily => self.revoke_family(model),
            Operation::RevokeOwner if number >= LATE => self.revoke_owner(model),
            Operation::RevokeOwner => self.fresh(model),
            Operation::Touch => self.touch(model),
            Operation::Claim => self.claim(model),
            Operation::Settle => self.settle(model),
            Operation::Purge | Operation::PurgeUnsent | Operation::Shrink => Command::Purge(self.purge(model)),
            Operation::ListAll
            | Operation::ListStanding
            | Operation::ListKind
            | Operation::ListFamilies
            | Operation::Due
            | Operation::Get => self.look(model),
        }
    }

    /// Returns the id of a record for which `fits` returns true. If possible, this record is in the state of
    /// `self.aim`, the cell that the command tries to reach. If no record fits, returns the id of a record that does
    /// not exist. If the state of `self.aim` is `Absent`, always returns such an id.
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

    /// Draws the id of a record that does not exist. Its family may exist or not.
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
