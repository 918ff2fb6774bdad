//! Checks which calls write a step (clause 72 of `NarrowingLog`).

use std::sync::Arc;

use counterfoil::store::{Narrowed, TokenStore};

use super::acts::{Act, Prepared};
use super::reader::{Reader, name};
use super::{LogFixture, Logged};
use crate::sample::{Person, at};
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Checks that each call that narrows a family writes a step (clause 72 of `NarrowingLog`). A read of the log through
/// any handle must return the step, if its position was taken before the call began. Also checks the steps that the
/// host writes, and pages of one step.
pub async fn narrowings_are_logged<F: LogFixture>(fixture: &F) -> Verdict {
    let database = fixture.create().await;
    let handles = [fixture.open_logged(&database).await, fixture.open_logged(&database).await];
    for act in Act::ALL {
        one_act(&handles, act).await?;
    }
    steps_of_the_host(&handles).await?;
    Ok(Checked::Held)
}

async fn one_act([store, other]: &[Arc<dyn Logged>; 2], act: Act) -> Result<(), Violation> {
    let prepared = Prepared::new(&**store, act).await?;
    let began = Reader::at_the_end(&**other).await?;
    prepared.run(&**store).await?;
    for (handle, limit) in [(store, 1), (other, 1), (other, 100)] {
        let steps = began.clone().read(&**handle, limit).await?;
        let named = name(&steps, &prepared.person, prepared.narrowed());
        ensure!(named, "{act:?} must write a step for {:?}, but the log has {steps:?}", prepared.narrowed());
    }
    Ok(())
}

async fn steps_of_the_host([store, other]: &[Arc<dyn Logged>; 2]) -> Result<(), Violation> {
    let person = Person::somebody();
    let owner = Narrowed::Owner { realm: person.realm.clone(), owner: person.owner.clone() };
    let elsewhere = Person::new("another-realm", person.owner.as_str());
    let realm_owner = counterfoil::types::OwnerId::realm();
    let all = [
        Narrowed::Family(person.family_id()),
        owner,
        Narrowed::Owner { realm: elsewhere.realm, owner: elsewhere.owner },
        Narrowed::Owner { realm: person.realm.clone(), owner: realm_owner },
        Narrowed::All,
    ];
    let mut reader = Reader::at_the_end(&**other).await?;
    let begin = reader.clone();
    for step in &all {
        store.narrow(step, at(3)).await?;
        let steps = reader.clone().read(&**store, 2).await?;
        ensure!(steps.contains(step), "{step:?} was written, but the log has {steps:?}");
        let steps = reader.read(&**other, 1).await?;
        ensure!(steps.contains(step), "{step:?} was written, but another handle reads {steps:?}");
    }
    for limit in [1, 2, 3, 100] {
        let mut reader = begin.clone();
        let steps = reader.read(&**store, limit).await?;
        let missing = all.iter().find(|step| !steps.contains(step));
        ensure!(missing.is_none(), "in pages of at most {limit} steps, {missing:?} is missing: {steps:?}");
    }
    let draft = person.pat();
    let id = draft.found(&**store).await?;
    ensure!(TokenStore::get(&**other, &id).await?.is_some(), "the store must go on");
    Ok(())
}
