//! Draws random touches, claims and settlements, with all their arguments.

use counterfoil::Timestamp;
use counterfoil::store::NoticeMark;
use counterfoil::types::RecordId;

use super::Draw;
use crate::random::cells::{Boundary, Operation};
use crate::random::command::Command;
use crate::random::values;
use crate::reference::Model;

/// The number of ids in a large batch. Some stores cannot write this many records in one statement.
const MANY: usize = 1_100;

impl Draw {
    /// Draws a touch of up to 5 records. With the probability 1/16, the touch also names more than 1,000 ids of records
    /// that do not exist. These ids come before the others.
    pub(super) fn touch(&mut self, model: &Model) -> Command {
        let few = if self.dice.chance(1, 8) { 0 } else { 1 + self.dice.below(5) };
        let mut seen: Vec<(RecordId, Timestamp)> = Vec::new();
        if self.dice.chance(1, 16) {
            let strangers = self.absent(model).family();
            seen.extend((0..MANY).map(|number| (stranger(strangers, number), self.now())));
        }
        for _ in 0..few {
            let id = self.target(model, |_| true);
            let used = model.record(&id).and_then(|record| record.last_used_at);
            let at = if self.dice.chance(4, 5) { self.around(used) } else { self.soon() };
            seen.push((id, at));
        }
        Command::Touch { seen }
    }

    /// Chooses a record and a mark for a claim or a settlement. The mark is the stored mark of the record's notice, or
    /// differs from it by one microsecond or one stage. If the record has no notice, the mark is random.
    fn held(&mut self, model: &Model) -> (RecordId, NoticeMark) {
        let marked = self.aim.2 != Boundary::Extreme;
        let id = self.target(model, |record| !marked || record.notice.is_some());
        let Some(notice) = model.record(&id).and_then(|record| record.notice) else {
            return (id, NoticeMark { at: self.soon(), stage: values::stage(&mut self.dice) });
        };
        let claims = self.aims_at(&[Operation::Claim]);
        let held = match self.aim.2 {
            Boundary::Extreme => NoticeMark { stage: notice.stage.wrapping_add(1), ..notice },
            _ if claims => notice,
            _ => NoticeMark { at: self.around(Some(notice.at)), ..notice },
        };
        (id, held)
    }

    pub(super) fn claim(&mut self, model: &Model) -> Command {
        let (id, held) = self.held(model);
        let until = self.around(Some(held.at));
        Command::Claim { id, held, until }
    }

    pub(super) fn settle(&mut self, model: &Model) -> Command {
        let (id, held) = self.held(model);
        let sent = if self.dice.chance(2, 3) { Some((self.soon(), values::stage(&mut self.dice))) } else { None };
        Command::Settle { id, held, next: self.mark(), sent }
    }
}

/// Makes an id in this family that no other function makes. Two of its bytes have a value that no drawn id has at this
/// place.
fn stranger(family: counterfoil::types::FamilyId, number: usize) -> RecordId {
    let mut bytes = [0x5a; 16];
    bytes[..10].copy_from_slice(family.as_bytes());
    bytes[12..].copy_from_slice(&u32::try_from(number).unwrap_or(0).to_be_bytes());
    RecordId::from_bytes(bytes)
}
