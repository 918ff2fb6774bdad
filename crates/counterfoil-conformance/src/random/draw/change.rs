//! Draws random changes of one record, with all their arguments.

use counterfoil::Timestamp;
use counterfoil::store::{Change, Relabel};
use counterfoil::types::{RecordId, Version};

use super::Draw;
use crate::random::cells::{Boundary, Operation};
use crate::random::command::Command;
use crate::random::{ids, values};
use crate::reference::Model;

impl Draw {
    /// Draws the expected version of a change. It is the stored version, a version next to it, or a wrong version whose
    /// low bits are equal.
    pub(super) fn version(&mut self, model: &Model, id: &RecordId) -> Version {
        let stands = model.record(id).map_or(0, |record| record.version.number());
        Version::new(match self.aim.2 {
            _ if self.aims_at(&[Operation::SupersedePaced, Operation::SupersedeCapped, Operation::AccessCapped]) => {
                stands
            }
            Boundary::Before => stands.saturating_sub(1),
            Boundary::At => stands,
            Boundary::After => stands + 1,
            Boundary::Extreme => values::off_by_a_width(&mut self.dice, stands),
        })
    }

    pub(super) fn apply(&mut self, model: &Model) -> Command {
        let older = self.aim.2 == Boundary::Before;
        let id = self.target(model, |record| !older || record.version > Version::FIRST);
        let expect = self.version(model, &id);
        let (change, now) = match self.aim.0 {
            Operation::Relabel => self.relabel(model, &id),
            Operation::Expiry => {
                let (expires_at, gone_at, notice) = (self.maybe_soon(), self.maybe_soon(), self.mark());
                (Change::Expiry { expires_at, gone_at, notice }, self.now())
            }
            Operation::Edit => (self.edit(), self.now()),
            Operation::EditDetails => (self.edit_details(), self.now()),
            Operation::Rekey => {
                let (digest, key_id) = (ids::digest(&id, 0xee), values::key_id(&mut self.dice));
                (Change::Rekey { digest, key_id }, self.now())
            }
            _ => (Change::End { honoured_until: self.soon(), gone_at: self.soon() }, self.now()),
        };
        Command::Apply { id, expect, change, now }
    }

    fn edit(&mut self) -> Change {
        let description = values::description(&mut self.dice);
        let scope = if self.dice.chance(1, 2) { None } else { Some(values::scope(&mut self.dice)) };
        let scope = if description.is_none() { scope.or(Some(None)) } else { scope };
        Change::Edit { label: None, description, scope, details: None }
    }

    /// Draws new details, or their removal. A third of the edits also replace the description.
    fn edit_details(&mut self) -> Change {
        let details = Some(values::details(&mut self.dice));
        let description = values::description(&mut self.dice).filter(|_| self.dice.chance(1, 3));
        Change::Edit { label: None, description, scope: None, details }
    }

    /// Draws a new label, which may be taken by another family. Returns the change and the `now` of its call. If the
    /// label is taken, `now` is often the `gone_at` of the family that has it.
    fn relabel(&mut self, model: &Model, id: &RecordId) -> (Change, Timestamp) {
        let (label, key) = self.dice.pick(&self.names.labels).clone();
        let record = model.record(id);
        let holder = record.and_then(|record| model.holder(&record.realm, &record.owner, &key));
        let gone_at = holder.map(|holder| holder.gone_at);
        let now = match gone_at {
            Some(Some(gone_at)) if self.dice.chance(1, 2) => *self.dice.pick(&[gone_at, self.now()]),
            _ => self.now(),
        };
        let key = if self.dice.chance(1, 8) { None } else { Some(key) };
        let scope = self.dice.chance(1, 3).then_some(None);
        (Change::Edit { label: Some(Relabel { label, key }), description: None, scope, details: None }, now)
    }
}
