//! Draws random revocations and purges, with all their arguments, and chooses rows to damage.

use std::time::Duration;

use counterfoil::store::{RecordParts, Revoked};
use counterfoil::types::{RecordId, RevocationReason};

use super::Draw;
use crate::random::cells::Operation;
use crate::random::command::{Command, Purge};
use crate::random::state::State;
use crate::reference::Model;
use crate::sample::Person;

const WHY: [RevocationReason; 7] = [
    RevocationReason::ByOwner,
    RevocationReason::ByAdministrator,
    RevocationReason::ByClient,
    RevocationReason::ByHost,
    RevocationReason::Replay,
    RevocationReason::MadeRoom,
    RevocationReason::Leaked,
];

impl Draw {
    fn revoked(&mut self) -> Revoked {
        let at = if self.dice.chance(1, 4) { self.soon() } else { self.now() };
        Revoked { at, reason: *self.dice.pick(&WHY) }
    }

    /// Draws a revocation of one record. It never names a damaged record, because the contract does not say what the
    /// answer is.
    pub(super) fn revoke_one(&mut self, model: &Model) -> Command {
        let id = self.target(model, |record| !model.damaged.contains(&record.id));
        let id = if model.damaged.contains(&id) { self.absent(model) } else { id };
        Command::RevokeOne { id, revoked: self.revoked(), gone_at: self.soon() }
    }

    pub(super) fn revoke_family(&mut self, model: &Model) -> Command {
        let id = self.target(model, |_| true);
        let owner = model.record(&id).map(|record| (record.realm.clone(), record.owner.clone()));
        if self.aim.1 == State::Absent {
            let person = self.person();
            let (family, Person { realm, owner }) = (self.ids.family(&person), person);
            return Command::RevokeFamily { realm, owner, family, revoked: self.revoked(), gone_at: self.soon() };
        }
        let Person { realm, owner } = match owner {
            Some((realm, owner)) if !self.dice.chance(1, 5) => Person { realm, owner },
            _ => self.person(),
        };
        Command::RevokeFamily { realm, owner, family: id.family(), revoked: self.revoked(), gone_at: self.soon() }
    }

    pub(super) fn revoke_owner(&mut self, model: &Model) -> Command {
        let id = self.target(model, |_| true);
        let of = |record: &RecordParts| Person { realm: record.realm.clone(), owner: record.owner.clone() };
        let Person { realm, owner } = model.record(&id).map_or_else(|| self.person(), of);
        Command::RevokeOwner { realm, owner, revoked: self.revoked(), gone_at: self.soon(), limit: self.limit() }
    }

    /// Draws a purge that tries to reach `self.aim`, a cell of the coverage. Chooses a record, and draws one instant of
    /// the purge close to the field of this record with which the store compares the instant. The operation of the cell
    /// selects the instant:
    ///
    /// - [`Operation::Purge`]: `now`, close to `gone_at`.
    /// - [`Operation::PurgeUnsent`]: `unsent_before`, close to `gone_at`. `now` then depends on the state of the cell.
    /// - [`Operation::Shrink`]: `windows_before`, close to `honoured_until`.
    ///
    /// The remaining instants are usually in the past, so that the purge does not remove too many records. If no record
    /// is suitable, this applies to all three.
    pub(super) fn purge(&mut self, model: &Model) -> Purge {
        let [now, unsent_before, windows_before] = [(); 3].map(|()| {
            let past = if self.dice.chance(1, 4) { self.clock.saturating_sub(9) } else { 0 };
            let past = past + self.dice.below(9);
            self.at(past)
        });
        let mut limits = Purge { now, unsent_before, windows_before, limit: self.limit() };
        let aimed = match self.aim.0 {
            Operation::Shrink => |record: &RecordParts| record.superseded?.honoured_until,
            _ => |record: &RecordParts| record.gone_at,
        };
        let operation = self.aim.0;
        let unsent = operation == Operation::PurgeUnsent;
        let noticed = |record: &RecordParts| operation == Operation::Shrink || record.notice.is_some() == unsent;
        let near = self.at(self.clock + if unsent { 1_000 } else { 4 });
        let fits = |record: &RecordParts| noticed(record) && aimed(record).is_some_and(|at| at <= near);
        let rarely = self.dice.chance(1, 6);
        let id = self.target(model, |record| fits(record) || (rarely && aimed(record).is_some()));
        let Some(limit) = model.record(&id).and_then(aimed).filter(|limit| rarely || *limit <= near) else {
            return limits;
        };
        let limit = self.around(Some(limit));
        match self.aim.0 {
            Operation::Shrink => limits.windows_before = limit,
            // Before its `gone_at`, a record stays with every value of `unsent_before`. So `now` is after the `gone_at`
            // only if the state of the cell needs this.
            Operation::PurgeUnsent => {
                let gone = matches!(self.aim.1, State::Gone | State::RevokedWithFamily | State::Damaged);
                limits.unsent_before = limit;
                limits.now = if gone { limit.max(self.now()) } else { limit.minus(self.instant()).min(self.now()) };
            }
            _ => limits.now = limit,
        }
        limits
    }

    const fn instant(&self) -> Duration {
        Duration::from_micros(1)
    }

    pub(super) fn damage(&mut self, model: &Model) -> Command {
        let whole = |id: &RecordId| model.record(id).is_some() && !model.damaged.contains(id);
        let id = self.target(model, |record| !model.damaged.contains(&record.id));
        if whole(&id) { Command::Damage { id } } else { self.look(model) }
    }
}
