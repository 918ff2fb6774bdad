//! Draws commands that only read: gets, listings, due notices and the census.

use counterfoil::store::{RecordParts, Show};
use counterfoil::types::TokenKind;

use super::Draw;
use crate::random::cells::Operation;
use crate::random::command::{Command, Listed};
use crate::reference::Model;
use crate::sample::Person;

impl Draw {
    pub(super) fn look(&mut self, model: &Model) -> Command {
        let limit = self.limit();
        match self.aim.0 {
            Operation::Get => Command::Get { id: self.target(model, |_| true) },
            Operation::ListFamilies => {
                let id = self.target(model, |_| true);
                let of = |record: &RecordParts| Person { realm: record.realm.clone(), owner: record.owner.clone() };
                let Person { realm, owner } = model.record(&id).map_or_else(|| self.person(), of);
                Command::ListFamilies { realm, owner, limit }
            }
            Operation::Due => {
                let id = self.target(model, |record| record.notice.is_some());
                let mark = model.record(&id).and_then(|record| record.notice);
                Command::Due { now: self.around(mark.map(|mark| mark.at)), limit }
            }
            _ if self.dice.chance(1, 12) => Command::Census,
            _ if self.dice.chance(1, 4) => {
                let (of, purge) = (self.listed(model), self.purge(model));
                Command::ListWhilePurged { of, limit: 1 + limit % 3, purge }
            }
            _ => Command::List { of: self.listed(model), limit },
        }
    }

    fn listed(&mut self, model: &Model) -> Listed {
        let id = self.target(model, |_| true);
        let (Person { realm, owner }, kind, record) = match model.record(&id) {
            Some(record) => {
                (Person { realm: record.realm.clone(), owner: record.owner.clone() }, record.kind, Some(record))
            }
            None => (self.person(), *self.dice.pick(&TokenKind::ALL), None),
        };
        if self.aims_at(&[Operation::ListKind]) {
            return Listed::Kind { realm, kind };
        }
        Listed::Owner { realm, owner, kind, show: self.show(record) }
    }

    fn show(&mut self, record: Option<&RecordParts>) -> Show {
        if self.aims_at(&[Operation::ListAll]) {
            return Show::All;
        }
        let window = record.and_then(|record| record.superseded?.honoured_until);
        let gone_at = record.and_then(|record| record.gone_at);
        let limit = [window, gone_at].into_iter().flatten().min();
        Show::Standing { now: self.around(limit) }
    }
}
