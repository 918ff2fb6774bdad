//! Makes the first records of a sequence. There is one in each state that a stored record can have, so that every
//! operation can be tried in every state. Only some sequences have damaged records.

use std::collections::VecDeque;

use counterfoil::Timestamp;
use counterfoil::store::{Change, NewRecord, Nonce, NoticeMark, ParentUpdate, Revoked};
use counterfoil::types::{RecordId, RevocationReason, TokenKind, Version};

use super::{Draw, START};
use crate::random::command::{Command, Purge};
use crate::random::{ids, values};
use crate::sample::Person;

/// Collects the commands that make the first records of a sequence. All records belong to one person.
struct Zoo<'a> {
    draw: &'a mut Draw,
    person: Person,
    labels: usize,
    seen: Vec<(RecordId, Timestamp)>,
    plan: VecDeque<Command>,
}

const REFRESH: TokenKind = TokenKind::RefreshToken;
const ALONE: TokenKind = TokenKind::PersonalAccessToken;

impl Draw {
    /// Returns commands that make a record in each state that a stored record can have. Damages records only if the
    /// sequence may have damaged records. Each of these commands succeeds on an empty store.
    pub(super) fn zoo(&mut self) -> VecDeque<Command> {
        let person = self.names.people[0].clone();
        let mut zoo = Zoo { draw: self, person, labels: 0, seen: Vec::new(), plan: VecDeque::new() };
        let older = zoo.superseded();
        let ended = zoo.settle(REFRESH, START + 400, Some(START + 40), true);
        zoo.revoke(&ended, false);
        let ended = zoo.settle(REFRESH, START + 400, None, false);
        zoo.revoke(&ended[..1], true);
        zoo.settle(REFRESH, START - 2, Some(START + 800), true);
        zoo.settle(ALONE, START - 4, Some(START - 2), true);
        zoo.settle(REFRESH, START - 4, Some(START + 1), false);
        let damages = zoo.draw.damages;
        let whole = zoo.settle(REFRESH, START + 400, Some(START + if damages { 5 } else { 60 }), damages);
        let seen = std::mem::take(&mut zoo.seen);
        zoo.plan.push_back(Command::Touch { seen });
        if damages {
            let damaged = whole.iter().map(|whole| whole.id).chain(older.into_iter().take(1));
            zoo.plan.extend(damaged.map(|id| Command::Damage { id }));
        }
        zoo.plan
    }
}

impl Zoo<'_> {
    fn at(&self, clock: u64) -> Timestamp {
        self.draw.at(clock)
    }

    /// Makes five superseded records. The retry window of one is still open, and in half of the draws it has no end.
    /// The retry windows of two others have ended. The fourth is also revoked, and the fifth is also shrunk. Returns
    /// the ids of the records that are neither shrunk nor revoked.
    fn superseded(&mut self) -> Vec<RecordId> {
        let (revoked, mut older) = (START + 31, Vec::new());
        let overlap = *self.draw.dice.pick(&[Some(START + 30), None]);
        for window in [overlap, Some(START - 1), Some(START - 2), Some(revoked), Some(START - 10)] {
            let first = self.found(REFRESH, START + 400, Some(START + 800), false);
            self.rotate(&first[0], window, false);
            if window == Some(revoked) {
                self.revoke(&first[..1], false);
            } else if window != Some(START - 10) {
                self.mark_again(first[0].id);
                older.push(first[0].id);
            }
        }
        let (past, windows_before) = (self.at(0), self.at(START - 10));
        self.plan.push_back(Command::Purge(Purge { now: past, unsent_before: past, windows_before, limit: 1 }));
        older
    }

    /// Sets a new notice on a superseded record. It needs one, because the rotation that superseded it removed its
    /// notice.
    fn mark_again(&mut self, id: RecordId) {
        let notice = Some(self.mark());
        let gone = START + 9 + 10 * self.draw.dice.below(9);
        let (expires_at, gone_at) = (Some(self.at(START + 5)), Some(self.at(gone)));
        let (expect, now) = (Version::new(1), self.draw.now());
        let change = Change::Expiry { expires_at, gone_at, notice };
        self.plan.push_back(Command::Apply { id, expect, change, now });
    }

    fn mark(&mut self) -> NoticeMark {
        NoticeMark { at: self.at(START), stage: values::stage(&mut self.draw.dice) }
    }

    /// Makes a family with one or two generations. Returns the newest token of the family. If it is a refresh token,
    /// the family's access token follows in the list.
    fn settle(&mut self, kind: TokenKind, expires: u64, gone: Option<u64>, labelled: bool) -> Vec<NewRecord> {
        let mut new = self.found(kind, expires, gone, labelled);
        if self.draw.dice.chance(1, 2) {
            new[0] = self.rotate(&new[0].clone(), Some(START + 100), true);
        }
        // This change raises the version of the first record, so that a command can expect an older version.
        for NewRecord { id, digest, key_id, .. } in new.iter().take(1) {
            let (expect, now) = (Version::FIRST, self.draw.now());
            let change = Change::Rekey { digest: *digest, key_id: *key_id };
            self.plan.push_back(Command::Apply { id: *id, expect, change, now });
        }
        new
    }

    fn found(&mut self, kind: TokenKind, expires: u64, gone: Option<u64>, labelled: bool) -> Vec<NewRecord> {
        let person = self.person.clone();
        let family = self.draw.ids.family(&person);
        let mut first = self.draw.record(&person, family, kind, 0);
        (first.expires_at, first.gone_at) = (Some(self.at(expires)), gone.map(|at| self.at(at)));
        first.created_at = self.at(START - 15);
        first.notice = Some(self.mark()).filter(|_| self.draw.dice.chance(2, 3));
        let mut new = vec![first.clone()];
        if kind == REFRESH {
            let mut access = self.draw.record(&person, family, TokenKind::AccessToken, 0);
            (access.parent, access.notice) = (Some(first.id), Some(self.mark()));
            (access.expires_at, access.gone_at) = (first.expires_at, first.gone_at);
            new.push(access);
        }
        let mut family = self.draw.family(&first);
        family.details = values::details(&mut self.draw.dice);
        let label = self.draw.names.labels.get(self.labels).filter(|_| labelled);
        if let Some((label, key)) = label.cloned() {
            self.labels += 1;
            (family.label_key, new[0].label) = (Some(key), Some(label));
        }
        let (used, now) = (self.at(START - 14), self.at(START - 15));
        self.seen.extend(new.iter().map(|new| (new.id, used)));
        self.plan.push_back(Command::Found { family, cap: None, pace: None, new: new.clone(), now });
        new
    }

    /// Rotates `parent` and returns its successor. `window` is the end of the retry window. If `like` is true, the
    /// successor has the same expiry, `gone_at` and notice as `parent`.
    fn rotate(&mut self, parent: &NewRecord, window: Option<u64>, like: bool) -> NewRecord {
        let person = self.person.clone();
        let mut next = self.draw.record(&person, parent.id.family(), parent.kind, 1);
        (next.parent, next.notice) = (Some(parent.id), Some(self.mark()));
        if like {
            (next.expires_at, next.gone_at, next.notice) = (parent.expires_at, parent.gone_at, parent.notice);
        }
        self.seen.push((next.id, self.at(START - 11)));
        let key_id = values::key_id(&mut self.draw.dice);
        let nonce = Nonce { bytes: *ids::digest(&next.id, 0x77).as_bytes(), key_id };
        let step = ParentUpdate::Supersede {
            expect: Version::FIRST,
            successor: next.id,
            nonce: Some(nonce),
            honoured_until: window.map(|window| self.at(window)),
            gone_at: Some(self.at(START + 900)),
            labelled: false,
            cap: None,
            pace: None,
            access_cap: None,
        };
        let now = self.at(START - 12);
        self.plan.push_back(Command::Rotate { parent: parent.id, step, new: vec![next.clone()], now });
        next
    }

    fn revoke(&mut self, ended: &[NewRecord], family: bool) {
        let (revoked, gone_at) =
            (Revoked { at: self.at(START - 3), reason: RevocationReason::ByHost }, self.at(START + 40));
        for id in ended.iter().map(|ended| ended.id) {
            let Person { realm, owner } = self.person.clone();
            self.plan.push_back(if family {
                Command::RevokeFamily { realm, owner, family: id.family(), revoked, gone_at }
            } else {
                Command::RevokeOne { id, revoked, gone_at }
            });
        }
    }
}
