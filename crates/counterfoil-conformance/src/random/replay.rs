//! Runs commands on a database and on the reference model, and compares the answers and the stored states.

use std::collections::BTreeSet;

use counterfoil::Timestamp;
use counterfoil::store::Show;
use counterfoil::types::{RecordId, TokenKind};
use futures_util::future::join_all;

use super::act::{Site, on_model};
use super::answer::{Answer, difference};
use super::command::{Command, Listed};
use super::interrupted::walk_while_purged;
use crate::database::Database;
use crate::reference::Model;
use crate::sample::Person;

/// A database, and the model whose state it must have.
pub(super) struct Replay<'a> {
    site: Site<'a>,
    pub(super) model: Model,
}

/// How much of the stored state is compared with that of the model.
#[derive(Clone, Copy)]
pub(super) enum Compared {
    /// Everything that `Part` compares, and also every listing of a realm, the families of each owner, and the census.
    Whole,
    /// The parts of the state that need few calls, and one listing of a realm. Each realm has one listing for each kind
    /// of token, and the number selects one of all these listings. Only one is read, because a store may have to search
    /// every shard for it.
    Part(usize),
}

/// The number of reads that run concurrently while the state is compared. It is the number of racers of the largest
/// races.
const ABREAST: usize = 64;

/// The page limit of the listings that are read while the state is compared.
const PAGE: u32 = 16;

impl<'a> Replay<'a> {
    pub(super) fn new(database: &'a Database) -> Self {
        Self { site: Site { database, turn: 0 }, model: Model::default() }
    }

    /// Runs one command on the store and on the model. Returns a description of the difference if the answers differ,
    /// and `None` if they are equal.
    pub(super) async fn step(&mut self, command: &Command) -> Option<String> {
        if let Command::Damage { .. } = command {
            let damaged = self.site.carry_out(command).await == Answer::word("damaged");
            let _ = damaged.then(|| on_model(&mut self.model, command));
            return None;
        }
        if let Command::ListWhilePurged { of, limit, purge } = command {
            let store = &**self.site.database.handle(self.site.turn);
            let walked = walk_while_purged(store, &mut self.model, of, *limit, *purge).await;
            self.forget_what_went(purge.now, purge.unsent_before).await;
            let (wanted, found) = match walked {
                Ok(both) => both,
                Err(error) => (Answer::word("a walk to its end"), Answer::error(&error)),
            };
            return (wanted != found).then(|| difference(&wanted, &found));
        }
        let wanted = on_model(&mut self.model, command);
        let found = self.site.carry_out(command).await;
        if let Command::Purge(purge) = command {
            self.forget_what_went(purge.now, purge.unsent_before).await;
        }
        let uncounted = self.model.has_forgotten && matches!(command, Command::Census);
        if uncounted || wanted.is_empty() || wanted.contains(&found) {
            return None;
        }
        wanted.first().map(|wanted| difference(wanted, &found))
    }

    /// Removes damaged records from the model if a purge has removed them from the store. A store may remove a damaged
    /// record or keep it, so the model leaves this to the store.
    async fn forget_what_went(&mut self, now: Timestamp, unsent_before: Timestamp) {
        for id in self.model.damaged_gone(now, unsent_before) {
            if matches!(self.site.database.get(&id).await, Ok(None)) {
                self.model.forget(&id);
            }
        }
    }

    /// Compares the records with these ids, the listings, the due notices and the census with the model. Returns a
    /// description of the differences, or `None` if there are none.
    pub(super) async fn state(
        &mut self,
        ids: &[RecordId],
        people: &[Person],
        now: Timestamp,
        compared: Compared,
    ) -> Option<String> {
        let mut text = String::new();
        for ids in ids.chunks(ABREAST) {
            let store = self.site.database.handle(self.site.turn + 1);
            for (id, found) in ids.iter().zip(join_all(ids.iter().map(|id| store.get(id))).await) {
                let found = found.map_or_else(|error| Answer::error(&error), |found| Answer::record(found.as_ref()));
                let wanted = on_model(&mut self.model, &Command::Get { id: *id });
                if !wanted.contains(&found) {
                    text += &format!(" get of {id}:\n{}", difference(&wanted[0], &found));
                }
            }
        }
        for look in self.looks(people, now, compared) {
            if self.model.has_forgotten && matches!(look, Command::Census) {
                continue;
            }
            let wanted = on_model(&mut self.model, &look);
            let found = self.site.carry_out(&look).await;
            if let Some(first) = wanted.first().filter(|_| !wanted.contains(&found)) {
                text += &format!(" {look:?}:\n{}", difference(first, &found));
            }
        }
        (!text.is_empty()).then_some(text)
    }

    /// Returns the commands that read the state to compare. They read the due notices, and the listings of all owners
    /// that have records. They also read the personal access tokens of each person in `people`, even if there are none.
    /// `compared` says how many listings of realms are read, and whether the owners' families and the census are read.
    fn looks(&self, people: &[Person], now: Timestamp, compared: Compared) -> Vec<Command> {
        let limit = PAGE;
        let mut looks = vec![Command::Due { now: Timestamp::MAX, limit }];
        let records = || self.model.records.iter();
        let mut owners: BTreeSet<_> =
            records().map(|record| (record.realm.clone(), record.owner.clone(), record.kind)).collect();
        let one = TokenKind::PersonalAccessToken;
        owners.extend(people.iter().map(|person| (person.realm.clone(), person.owner.clone(), one)));
        if matches!(compared, Compared::Whole) {
            let all: BTreeSet<_> = owners.iter().map(|(realm, owner, _)| (realm.clone(), owner.clone())).collect();
            looks.extend(all.into_iter().map(|(realm, owner)| Command::ListFamilies { realm, owner, limit }));
        }
        let kinds: BTreeSet<_> = owners.iter().map(|(realm, _, kind)| (realm.clone(), *kind)).collect();
        for (realm, owner, kind) in owners {
            let of = |show| Listed::Owner { realm: realm.clone(), owner: owner.clone(), kind, show };
            looks.extend([Show::All, Show::Standing { now }].map(|show| Command::List { of: of(show), limit }));
        }
        let mut kinds: Vec<Command> =
            kinds.into_iter().map(|(realm, kind)| Command::List { of: Listed::Kind { realm, kind }, limit }).collect();
        match compared {
            Compared::Whole => looks.extend(kinds.into_iter().chain([Command::Census])),
            Compared::Part(number) if !kinds.is_empty() => looks.push(kinds.swap_remove(number % kinds.len())),
            Compared::Part(_) => {}
        }
        looks
    }
}
