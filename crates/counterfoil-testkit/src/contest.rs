//! Runs the races of the conformance suite between several processes, which share a store and nothing else. In a race,
//! all processes make the same or conflicting calls at the same time.

use std::collections::HashSet;
use std::num::NonZeroU32;

use counterfoil::store::{Cap, Inserted, NewRecord, Pace, Rotated, TokenStore};
use counterfoil::types::{FamilyId, RecordId, TokenKind, Version};
use counterfoil_conformance::dice::Dice;
use counterfoil_conformance::sample::{
    Draft, GONE, Person, at, digest_of, make_room, member_id, must_get, pace, refuse, revoked, supersede,
};
use counterfoil_conformance::walk::walk;
use counterfoil_conformance::{Task, pause};

use crate::crew::{Crew, Post};
use crate::racing::threads;

/// A function that runs a future to its end on the calling thread.
pub type Drive<'a> = &'a (dyn Fn(Task<'_>) + Sync);

/// The largest number of rotations that each thread makes while another process revokes the family.
const STEPS: u64 = 8;

/// Runs six races in each of `rounds` rounds. All processes of the crew take part, each with `racers` threads. In the
/// races, all threads at the same time
///
/// - rotate one token,
/// - insert tokens with one label,
/// - insert tokens of one owner, up to a quota,
/// - insert tokens of one owner, with a cap on live families that revokes old ones to make room,
/// - insert tokens of one owner, with a limit on the rate of creations,
/// - rotate tokens of a family while one thread revokes it.
///
/// # Panics
///
/// If more or fewer threads succeed than the rules of the store allow, or if a record of a revoked family is live. The
/// message contains the answers.
pub async fn contest(crew: &mut Crew, racers: usize, rounds: u32, store: &dyn TokenStore) {
    let mut parent = Parent { crew, racers, store };
    let mut chain = None;
    for round in 0..u64::from(rounds) {
        chain = Some(parent.rotation(chain.take().filter(|_| round % 4 != 0), round % 4).await);
        parent.label().await;
        parent.quota().await;
        parent.room().await;
        parent.pace().await;
        parent.revocation(round).await;
    }
}

/// Runs in each process of the crew and takes part in the races that [`contest`] starts.
///
/// # Panics
///
/// If this function does not support an order that it receives.
pub fn contend(post: Post, store: &dyn TokenStore, drive: Drive<'_>) {
    let place = post.place();
    post.answer(|order| {
        let words: Vec<&str> = order.split(' ').collect();
        let racers: usize = words[1].parse().expect("a number");
        let answers = threads(racers, |racer| {
            let mut answer = String::new();
            drive(Box::pin(async { answer = Racer { store, place, racer }.run(&words).await }));
            answer
        });
        answers.join(" ")
    });
}

struct Racer<'a> {
    store: &'a dyn TokenStore,
    place: usize,
    racer: usize,
}

impl Racer<'_> {
    /// Executes an order, whose words name one call to the store and its arguments. Returns one word, which contains
    /// the outcome and the ids of the new records.
    async fn run(&self, words: &[&str]) -> String {
        let person = Person::new("default", words[2]);
        match words[0] {
            "rotate" => self.rotate(&person, id(words[3]), words[4].parse().expect("a generation")).await,
            "label" => self.insert(person.pat().labelled(words[3]), None, None).await,
            "quota" => self.insert(person.pat(), words[3].parse().ok().map(refuse), None).await,
            "room" => self.insert(person.pat(), words[3].parse().ok().map(|limit| make_room(limit, at(1))), None).await,
            "pace" => {
                let within = words[3].parse().ok().map(|limit| pace(limit, at(0)));
                self.insert(person.pat().created(at(1)), None, within).await
            }
            "revoke" if self.place == 0 && self.racer == 0 => self.revoke(&person, id(words[3]), words[4]).await,
            "revoke" => self.refresh(&person, id(words[3])).await,
            other => format!("unknown:{other}"),
        }
    }

    async fn rotate(&self, person: &Person, parent: RecordId, generation: u64) -> String {
        let next = self.successor(&family_of(person, parent), parent, generation + 1);
        let now = at(10 + generation);
        match self
            .store
            .rotate(&parent, &supersede(Version::FIRST, next.id, now), std::slice::from_ref(&next), now)
            .await
        {
            Ok(Rotated::Done) => format!("done:{}", next.id),
            Ok(Rotated::Stale(stands)) => match stands.record().superseded {
                Some(superseded) => format!("lost:{}", superseded.successor),
                None => "stale-but-not-superseded".to_owned(),
            },
            other => wrong(&other),
        }
    }

    async fn insert(&self, draft: Draft, cap: Option<Cap>, pace: Option<Pace>) -> String {
        let draft = self.apart(draft);
        match self.store.insert(draft.bounded(cap, pace), &draft.records, at(1)).await {
            Ok(Inserted::Done) => format!("done:{}", draft.id()),
            Ok(Inserted::MadeRoom(ended)) => format!("room:{}:{}", draft.id(), ended.len()),
            Ok(Inserted::PaceReached { oldest }) if oldest == at(1) => "paced".to_owned(),
            Ok(Inserted::LabelTaken(_)) => "taken".to_owned(),
            Ok(Inserted::OwnerFull) => "full".to_owned(),
            other => wrong(&other),
        }
    }

    async fn revoke(&self, person: &Person, root: RecordId, seed: &str) -> String {
        for _ in 0..Dice::new(seed.parse().expect("a seed")).below(24) {
            pause().await;
        }
        let what = person.family(root.family());
        match self.store.revoke(what, revoked(at(9)), at(GONE), NonZeroU32::MIN).await {
            Ok(progress) if progress.changed == 1 => {}
            other => return wrong(&other),
        }
        match self.store.get(&root).await {
            Ok(Some(stands)) if stands.revoked().is_some() => "done:".to_owned(),
            other => wrong(&other),
        }
    }

    async fn refresh(&self, person: &Person, root: RecordId) -> String {
        let (draft, mut tip, mut written) = (family_of(person, root), root, Vec::new());
        for _ in 0..STEPS {
            let stands = match self.store.get(&tip).await {
                Ok(Some(stands)) => stands,
                other => return wrong(&other),
            };
            if let Some(superseded) = stands.record().superseded {
                tip = superseded.successor;
                continue;
            }
            let next = self.successor(&draft, tip, stands.record().generation + 1);
            let step = supersede(stands.record().version, next.id, at(5));
            match self.store.rotate(&tip, &step, std::slice::from_ref(&next), at(5)).await {
                Ok(Rotated::Done) => {
                    written.push(next.id.to_string());
                    tip = next.id;
                }
                Ok(Rotated::Stale(stands)) => tip = stands.record().superseded.map_or(tip, |by| by.successor),
                Ok(Rotated::FamilyEnded) => break,
                other => return wrong(&other),
            }
        }
        format!("done:{}", written.join(","))
    }

    /// Gives the family and the records of `draft` new ids that contain the number of this process. All processes
    /// generate the same ids for their drafts. Without this change, several processes would insert the same ids.
    fn apart(&self, draft: Draft) -> Draft {
        apart(draft, u16::try_from(self.place + 1).expect("few processes"))
    }

    fn successor(&self, draft: &Draft, parent: RecordId, generation: u64) -> NewRecord {
        let mut bytes = *member_id(parent.family()).as_bytes();
        bytes[10] = u8::try_from(self.place + 1).expect("few processes");
        let id = RecordId::from_bytes(bytes);
        draft.successor(parent, generation).with_id(id).with_digest(digest_of(&id))
    }
}

/// Gives the family and the records of `draft` new ids that contain `part`. Two equal drafts therefore get different
/// ids if `part` differs.
pub(crate) fn apart(mut draft: Draft, part: u16) -> Draft {
    let mut bytes = *draft.family.id.as_bytes();
    bytes[1..3].copy_from_slice(&part.to_be_bytes());
    draft.family.id = FamilyId::from_bytes(bytes);
    for record in &mut draft.records {
        record.id = member_id(draft.family.id);
        record.digest = digest_of(&record.id);
    }
    draft
}

/// Returns the draft of a new refresh token in the family of the record `member`. The draft is not inserted yet.
fn family_of(person: &Person, member: RecordId) -> Draft {
    let mut draft = person.refresh();
    draft.family.id = member.family();
    draft
}

fn id(text: &str) -> RecordId {
    text.parse().expect("an id")
}

fn wrong(what: &impl std::fmt::Debug) -> String {
    format!("{what:?}").replace([' ', '\n'], "_")
}

struct Parent<'a> {
    crew: &'a mut Crew,
    racers: usize,
    store: &'a dyn TokenStore,
}

impl Parent<'_> {
    /// Lets all threads of all processes rotate one refresh token at the same time, and checks that exactly one thread
    /// succeeds. Returns the person and the winner's new refresh token. `chain` is the result of the previous call,
    /// whose refresh token is rotated now. If `chain` is `None`, this creates a new family.
    async fn rotation(&mut self, chain: Option<(Person, RecordId)>, generation: u64) -> (Person, RecordId) {
        let (person, parent) = match chain {
            Some(chain) => chain,
            None => self.family().await,
        };
        let answers = self.order(&format!("rotate {} {} {parent} {generation}", self.racers, person.owner.as_str()));
        let winner = only_winner(&answers);
        let lost = format!("lost:{winner}");
        assert_eq!(
            answers.iter().filter(|word| **word == lost).count(),
            answers.len() - 1,
            "all lost to it: {answers:?}"
        );
        let stands = must_get(self.store, &parent).await.expect("the parent stands");
        assert_eq!(stands.record().superseded.map(|by| by.successor), Some(winner));
        assert_eq!(stands.family().generation, generation + 1, "one successor moves the generation by one");
        assert!(must_get(self.store, &winner).await.expect("the successor stands").is_newest());
        (person, winner)
    }

    async fn label(&mut self) {
        let person = Person::somebody();
        let answers = self.order(&format!("label {} {} nightly", self.racers, person.owner.as_str()));
        let winner = only_winner(&answers);
        assert_eq!(answers.iter().filter(|word| *word == "taken").count(), answers.len() - 1, "{answers:?}");
        assert_eq!(self.all(&person, TokenKind::PersonalAccessToken).await, [(winner, false)]);
    }

    async fn quota(&mut self) {
        let person = Person::somebody();
        let cap = self.racers * self.crew.size() / 2;
        let answers = self.order(&format!("quota {} {} {cap}", self.racers, person.owner.as_str()));
        let said = |what: &str| answers.iter().filter(|word| word.starts_with(what)).count();
        assert_eq!((said("done:"), said("full")), (cap, answers.len() - cap), "{answers:?}");
        let all = self.all(&person, TokenKind::PersonalAccessToken).await;
        assert_eq!(all.len(), cap, "neither more nor fewer");
    }

    /// Inserts tokens of one owner in all processes at the same time, with a cap on live families. If the cap is
    /// reached, the store revokes old families to make room. Checks that all inserts succeed, that as many families
    /// stay live as the cap allows, and that every other family was ended exactly once.
    async fn room(&mut self) {
        let person = Person::somebody();
        let cap = (self.racers * self.crew.size() / 2).max(1);
        let answers = self.order(&format!("room {} {} {cap}", self.racers, person.owner.as_str()));
        let ended = |word: &String| match word.split(':').collect::<Vec<_>>()[..] {
            ["done", _] => 0,
            ["room", _, ended] => ended.parse::<usize>().expect("a number"),
            _ => panic!("all go in: {answers:?}"),
        };
        assert_eq!(answers.iter().map(ended).sum::<usize>(), answers.len() - cap, "each is ended once: {answers:?}");
        let all = self.all(&person, TokenKind::PersonalAccessToken).await;
        let standing = all.iter().filter(|(_, revoked)| !revoked).count();
        assert_eq!((all.len(), standing), (answers.len(), cap), "neither more nor fewer");
    }

    async fn pace(&mut self) {
        let person = Person::somebody();
        let limit = (self.racers * self.crew.size() / 2).max(1);
        let answers = self.order(&format!("pace {} {} {limit}", self.racers, person.owner.as_str()));
        let said = |what: &str| answers.iter().filter(|word| word.starts_with(what)).count();
        assert_eq!((said("done:"), said("paced")), (limit, answers.len() - limit), "{answers:?}");
        let all = self.all(&person, TokenKind::PersonalAccessToken).await;
        assert_eq!(all.len(), limit, "neither more nor fewer");
    }

    async fn revocation(&mut self, seed: u64) {
        let (person, root) = self.family().await;
        let answers = self.order(&format!("revoke {} {} {root} {seed}", self.racers, person.owner.as_str()));
        let all = self.all(&person, TokenKind::RefreshToken).await;
        let living: Vec<_> = all.iter().filter(|(_, revoked)| !revoked).collect();
        assert!(living.is_empty(), "alive after its family was revoked: {living:?}");
        let there: HashSet<RecordId> = all.iter().map(|(id, _)| *id).collect();
        for word in &answers {
            let written = word.strip_prefix("done:").unwrap_or_else(|| panic!("{answers:?}"));
            for written in written.split(',').filter(|written| !written.is_empty()) {
                assert!(there.contains(&id(written)), "{written} was acknowledged and is not there");
            }
        }
    }

    async fn family(&self) -> (Person, RecordId) {
        let person = Person::somebody();
        // The racing threads give part 1 or more to [`apart`]. So ids with part 0 are never taken.
        let root = apart(person.refresh(), 0).found(self.store).await.expect("a family");
        (person, root)
    }

    /// Sends an order, which is one line of text, to all processes. Returns the answer of each thread.
    fn order(&mut self, order: &str) -> Vec<String> {
        let answers = self.crew.order(order);
        answers.iter().flat_map(|answer| answer.split(' ')).map(str::to_owned).collect()
    }

    /// The person's records of one kind. The boolean beside each id says whether the record is revoked.
    async fn all(&self, person: &Person, kind: TokenKind) -> Vec<(RecordId, bool)> {
        let records = walk(self.store, person.listing(kind), 1_000).await.expect("a walk");
        records.iter().map(|record| (record.record().id, record.revoked().is_some())).collect()
    }
}

fn only_winner(answers: &[String]) -> RecordId {
    let winners: Vec<&str> = answers.iter().filter_map(|word| word.strip_prefix("done:")).collect();
    let [winner] = winners[..] else { panic!("one wins, not {answers:?}") };
    id(winner)
}
