//! The model test: random sequences of commands on the store and on the reference model, every answer and the final state compared.

mod act;
mod draw;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use counterfoil::store::{
    Cap, Change, Home, Listing, NewFamily, NewRecord, NoticeMark, Pace, Revoke, Revoked, Show, Step, TokenStore,
};
use counterfoil::{FamilyId, OwnerId, Realm, RecordId, TokenKind, Ts, Version};

use crate::dice::Dice;
use crate::pool::Pool;
use crate::reference::Model;
use crate::sample::Person;
use crate::subject::Subject;
use crate::together::get_all;
use crate::violation::{Checked, Verdict, Violation, ensure};

use draw::Draw;

/// One call, its arguments drawn.
#[derive(Clone, Debug)]
enum Command {
    Found { family: NewFamily, cap: Option<Cap>, pace: Option<Pace>, new: Vec<NewRecord>, now: Ts },
    Join { family: FamilyId, generation: u64, access_cap: Option<NonZeroU32>, new: Vec<NewRecord>, now: Ts },
    Apply { id: RecordId, expect: Version, change: Change, now: Ts },
    Rotate { parent: RecordId, step: Step, new: Vec<NewRecord>, now: Ts },
    RevokeOne { id: RecordId, revoked: Revoked, gone_at: Ts },
    RevokeFamily { realm: Realm, owner: OwnerId, family: FamilyId, revoked: Revoked, gone_at: Ts },
    RevokeOwner { realm: Realm, owner: OwnerId, revoked: Revoked, gone_at: Ts, limit: u32 },
    Touch { seen: Vec<(RecordId, Ts)> },
    Claim { id: RecordId, held: NoticeMark, until: Ts },
    Settle { id: RecordId, held: NoticeMark, next: Option<NoticeMark>, sent: Option<(Ts, u8)> },
    Purge { now: Ts, unsent_before: Ts, windows_before: Ts, limit: u32 },
    ListOwner { realm: Realm, owner: OwnerId, kind: TokenKind, show: Show, limit: u32 },
    ListKind { realm: Realm, kind: TokenKind, limit: u32 },
    Due { now: Ts, limit: u32 },
    Census,
}

impl Command {
    /// Where the records of an insert go, and the records.
    fn insert(&self) -> Option<(Home<'_>, &[NewRecord], Ts)> {
        match self {
            Self::Found { family, cap, pace, new, now } => {
                Some((Home::Found { family, cap: *cap, pace: *pace }, new, *now))
            }
            Self::Join { family, generation, access_cap, new, now } => {
                let (family, generation, access_cap) = (*family, *generation, *access_cap);
                Some((Home::Join { family, generation, access_cap }, new, *now))
            }
            _ => None,
        }
    }

    /// What is listed.
    const fn listing(&self) -> Option<(Listing<'_>, u32)> {
        match self {
            Self::ListOwner { realm, owner, kind, show, limit } => {
                Some((Listing::Owner { realm, owner, kind: *kind, show: *show }, *limit))
            }
            Self::ListKind { realm, kind, limit } => Some((Listing::Kind { realm, kind: *kind }, *limit)),
            _ => None,
        }
    }

    const fn revoke(&self) -> Option<(Revoke<'_>, Revoked, Ts, u32)> {
        match self {
            Self::RevokeOne { id, revoked, gone_at } => Some((Revoke::One(id), *revoked, *gone_at, 1)),
            Self::RevokeFamily { realm, owner, family, revoked, gone_at } => {
                Some((Revoke::Family { realm, owner, family: *family }, *revoked, *gone_at, 1))
            }
            Self::RevokeOwner { realm, owner, revoked, gone_at, limit } => {
                Some((Revoke::Owner { realm, owner }, *revoked, *gone_at, *limit))
            }
            _ => None,
        }
    }
}

/// Sequences that run beside each other, each on a store of its own: the next one's trips to a server fill the pauses of the one before.
const ABREAST: usize = 4;

/// Records a page of what is looked at in the end; the commands themselves take pages of up to four.
const PAGE: u32 = 16;

/// Random commands give what the model gives (F3 of the security plan). On failure the seed and all commands are told.
pub async fn answers_equal_the_model(subject: &Subject) -> Verdict {
    let next = Arc::new(AtomicU32::new(0));
    let lane = |_| {
        let (subject, next) = (subject.clone(), Arc::clone(&next));
        async move { sequences(&subject, &next).await }
    };
    let lanes = Pool::new(&subject.driver(), ABREAST).race(lane).await;
    lanes.into_iter().collect::<Result<(), Violation>>()?;
    Ok(Checked::Held)
}

/// Takes the next sequence until all are taken.
async fn sequences(subject: &Subject, next: &AtomicU32) -> Result<(), Violation> {
    let scale = subject.scale();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= scale.sequences {
            return Ok(());
        }
        let store = subject.fresh().await;
        let held = one_sequence(&*store, u64::from(seed), scale.commands).await;
        // The other lanes need not go on for the sake of a store that is broken.
        held.inspect_err(|_| next.store(scale.sequences, Ordering::Relaxed))?;
        store.remove().await;
    }
}

/// One sequence, to have a failure again by its seed.
///
/// # Errors
///
/// A violation with the seed and the commands up to the first difference.
pub async fn one_sequence(store: &dyn TokenStore, seed: u64, commands: u32) -> Result<(), Violation> {
    let mut draw = Draw::new(Dice::new(seed));
    let (mut model, mut history) = (Model::default(), String::new());
    for number in 0..commands {
        let command = draw.command(&model);
        let written = writeln!(history, "{number:3} {command:?}");
        ensure!(written.is_ok(), "a text can be written");
        let wanted = act::on_model(&mut model, &command)?;
        let found = act::on_store(store, &command).await?;
        let told = || format!("seed {seed}, command {number}");
        ensure!(
            wanted.contains(&found),
            "{}: must answer one of\n{wanted:#?}\nbut answered\n{found}\nafter\n{history}",
            told()
        );
        if number % 50 == 49 || number + 1 == commands {
            let difference = difference(store, &model, &draw).await?;
            ensure!(
                difference.is_empty(),
                "{}: the store's state must equal the model's\n{difference}\nafter\n{history}",
                told()
            );
        }
    }
    Ok(())
}

/// Every id that was ever drawn, every listing, what is due, and the census.
async fn difference(store: &dyn TokenStore, model: &Model, draw: &Draw) -> Result<String, Violation> {
    let mut told = String::new();
    for (id, found) in draw.ids.iter().zip(get_all(store, &draw.ids).await?) {
        let (wanted, found) = (act::told(model.get(id)?.as_ref()), act::told(found.as_ref()));
        if wanted != found {
            told += &format!("{id:?}\n  must be {wanted}\n  but is  {found}\n");
        }
    }
    let mut looks = vec![Command::Census, Command::Due { now: Ts::MAX, limit: PAGE }];
    let realms: BTreeSet<&Realm> = draw.people.iter().map(|person| &person.realm).collect();
    for kind in [TokenKind::PersonalAccessToken, TokenKind::RefreshToken, TokenKind::AccessToken] {
        looks.extend(realms.iter().map(|realm| Command::ListKind { realm: (*realm).clone(), kind, limit: PAGE }));
        let of = |Person { realm, owner }: &Person| (realm.clone(), owner.clone());
        let owners = draw.people.iter().map(of);
        looks.extend(owners.flat_map(|(realm, owner)| {
            let list =
                move |show| Command::ListOwner { realm: realm.clone(), owner: owner.clone(), kind, show, limit: PAGE };
            [Show::All, Show::Standing { now: draw.now() }].map(list)
        }));
    }
    for look in looks {
        let wanted = act::on_model(&mut model.clone(), &look)?;
        let found = act::on_store(store, &look).await?;
        if !wanted.contains(&found) {
            told += &format!("{look:?}\n  must be {wanted:?}\n  but is  {found}\n");
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::Scale;

    /// What the commands never meet they do not try.
    #[test]
    fn the_drawn_commands_meet_every_answer() {
        let mut met = BTreeSet::new();
        for seed in 0..Scale::CI.sequences {
            let (mut draw, mut model) = (Draw::new(Dice::new(u64::from(seed))), Model::default());
            for _ in 0..Scale::CI.commands {
                let command = draw.command(&model);
                let asked = format!("{command:?}");
                let answers = act::on_model(&mut model, &command).expect("nothing is damaged");
                let first = |text: &str| text.split([' ', '(']).next().unwrap_or_default().to_owned();
                met.extend(answers.iter().map(|answer| format!("{} {}", first(&asked), first(answer))));
            }
        }
        for wanted in [
            "Found Done",
            "Found MadeRoom",
            "Found IdTaken",
            "Found LabelTaken",
            "Found OwnerFull",
            "Found PaceReached",
            "Join Done",
            "Join FamilyEnded",
            "Join FamilyMoved",
            "Join FamilyFull",
            "Apply Done",
            "Apply Stale",
            "Apply LabelTaken",
            "Apply Missing",
            "Rotate Done",
            "Rotate Missing",
            "Rotate FamilyEnded",
            "Rotate Stale",
            "Rotate IdTaken",
            "Rotate PaceReached",
            "Rotate FamilyFull",
        ] {
            assert!(met.contains(wanted), "{wanted} is never met, but {met:?} are");
        }
    }
}
