//! Compares a client store with a model. Random clients are written and removed in any order, with realms, ids and
//! internal ids that look alike. They are read one by one, and in pages of any size.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use counterfoil::client::{ClientId, ClientKey, Registration, SecretForm, StoredSecret, VersionedRegistration};
use counterfoil::store::{ClientPut, ClientStore};
use counterfoil::types::{KeyId, Version};
use counterfoil::{Realm, Timestamp};
use futures_util::future::try_join_all;

use super::clients::{NO_CLIENTS, registration};
use super::database::Siblings;
use super::hostile::{KINDS, realms, text, version, with_newer_member};
use crate::dice::Dice;
use crate::sample::most;
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure};

type Identity = (String, String);

/// The model of a client store: the registrations, the internal ids that were ever used in each realm, and the newest
/// version of each client id.
#[derive(Default)]
struct Model {
    standing: BTreeMap<Identity, (Version, Registration)>,
    used: BTreeSet<(String, ClientKey)>,
    last: BTreeMap<Identity, Version>,
}

/// Checks that a `ClientStore` answers random calls as the model does. No single clause of the contract describes this
/// check.
pub async fn client_answers_equal_the_model(siblings: &Siblings) -> Verdict {
    let sequences = u64::from(scale().sequences.min(12));
    // The sequences of one database have different realms, so each sequence begins with realms that have no clients.
    for first in (0..sequences).step_by(KINDS as usize) {
        let database = siblings.fresh().await;
        let (Some(one), Some(other)) = (database.clients().await, database.clients().await) else {
            return Ok(NO_CLIENTS);
        };
        let handles = [one, other];
        for seed in first..sequences.min(first + KINDS) {
            sequence(&handles, seed).await?;
        }
    }
    Ok(Checked::Held)
}

/// Returns client ids that look alike. Some differ only in upper and lower case, in one punctuation character, or in
/// the last of 100 characters. A store that joins realm and id to one text can also confuse two ids in different
/// realms, such as `b.c` in the realm `a` and `c` in the realm `a.b`.
fn ids() -> Vec<ClientId> {
    let long = "n".repeat(99);
    let texts = ["a", "A", "aa", "a.b", "a-b", "a_b", "a~b", "b.c", "c", "~", "-", "1", "01"].map(str::to_owned);
    let texts = texts.into_iter().chain([long.clone(), format!("{long}1"), format!("{long}2")]);
    texts.map(|text| text.parse().expect("a client id")).collect()
}

async fn sequence(handles: &[Arc<dyn ClientStore>; 2], seed: u64) -> Result<(), Violation> {
    let (mut dice, mut model) = (Dice::new(seed), Model::default());
    let (realms, ids) = (realms(seed), ids());
    if seed < KINDS {
        all_at_once(&*handles[0], &mut model, &realms, &ids).await?;
    }
    for step in 0..80 {
        let store = &**dice.pick(handles);
        let (realm, id) = (dice.pick(&realms).clone(), dice.pick(&ids).clone());
        let wrong = match dice.below(8) {
            0..=3 => put(store, &mut dice, &mut model, &realm, &id).await?,
            4 => remove(store, &mut dice, &mut model, &realm, &id).await?,
            5 => get(store, &model, &realm, &id).await?,
            _ => page(store, &mut dice, &model, &realm, &id).await?,
        };
        if let Some(wrong) = wrong {
            let identity = (realm.as_str(), id.as_str());
            return Err(Violation::new(format!("seed {seed}, step {step}, {identity:?}: {wrong}")));
        }
    }
    for realm in &realms {
        let found = try_join_all(ids.iter().map(|id| handles[0].client(realm, id))).await?;
        for (id, found) in ids.iter().zip(found) {
            let wrong = difference(model.standing.get(&identity(realm, id)), found.as_ref());
            ensure!(wrong.is_none(), "seed {seed}, in the end, {realm}/{id}: {}", wrong.unwrap_or_default());
        }
    }
    Ok(())
}

/// Registers every id in every realm. The realms must have no clients.
async fn all_at_once(
    store: &dyn ClientStore,
    model: &mut Model,
    realms: &[Realm],
    ids: &[ClientId],
) -> Result<(), Violation> {
    for realm in realms {
        for (number, id) in ids.iter().enumerate() {
            let identity = identity(realm, id);
            let mut bytes = [0x33; 16];
            bytes[15] = u8::try_from(number).unwrap_or(0);
            let one = registration(id.as_str(), 0, "there").with_key(ClientKey::from_bytes(bytes));
            let answer = store.put_client(realm, None, &one).await?;
            let ClientPut::Done(version) = answer else {
                return Err(Violation::new(format!("{identity:?} must be registered, but the answer was {answer:?}")));
            };
            model.last.insert(identity.clone(), version);
            model.used.insert((identity.0.clone(), one.key));
            model.standing.insert(identity, (version, one));
        }
    }
    Ok(())
}

fn identity(realm: &Realm, id: &ClientId) -> Identity {
    (realm.as_str().into(), id.as_str().into())
}

fn text_of(one: &Registration) -> String {
    one.to_document().unwrap_or_else(|error| error.to_string())
}

/// Describes how the registration `found` differs from `wanted`. Returns `None` if they are equal.
fn difference(wanted: Option<&(Version, Registration)>, found: Option<&VersionedRegistration>) -> Option<String> {
    let describe = |version: Version, one: &Registration| format!("{version:?} {}", text_of(one));
    let wanted = wanted.map(|(version, one)| describe(*version, one));
    let found = found.map(|found| describe(found.version, &found.registration));
    (wanted != found).then(|| format!("{wanted:?} must stand there, but {found:?} does"))
}

/// Draws one of a few internal ids. Because there are few, ids that are in use or retired are drawn too. The smallest
/// and the largest possible id are among them.
fn key(dice: &mut Dice) -> ClientKey {
    let mut bytes = [*dice.pick(&[0x00, 0xff, 0x80]); 16];
    bytes[15] = u8::try_from(dice.below(12)).unwrap_or(0);
    ClientKey::from_bytes(bytes)
}

fn drawn(dice: &mut Dice, id: &ClientId, key: ClientKey) -> Registration {
    let at = *dice.pick(&[Timestamp::EPOCH, Timestamp::MAX, crate::sample::at(1)]);
    let secret = StoredSecret::new([0xff; 16], SecretForm::Imported, [0x80; 32], KeyId::new(u32::MAX), at)
        .with_expires_at(Some(at));
    let one = registration(id.as_str(), 0, "")
        .with_key(key)
        .with_display_name(text(dice))
        .with_secrets(if dice.chance(1, 2) { vec![secret.clone(), secret] } else { Vec::new() })
        .with_allowed_scope(dice.chance(1, 3).then(|| "s".repeat(1_000).parse().expect("a scope")))
        .with_epoch(*dice.pick(&[0, 255, 1 << 32, (1 << 53) + 1, u64::MAX]))
        .with_created_at(at);
    if dice.chance(1, 2) { with_newer_members(&one) } else { one }
}

/// Returns the registration as a newer version of the library would store it: with a member that this version does not
/// know, in the registration and in its secrets.
fn with_newer_members(one: &Registration) -> Registration {
    let secret = "{\"id\":";
    let document = text_of(one).replace(secret, &with_newer_member(secret));
    Registration::from_document(&with_newer_member(&document)).expect("a document")
}

async fn put(
    store: &dyn ClientStore,
    dice: &mut Dice,
    model: &mut Model,
    realm: &Realm,
    id: &ClientId,
) -> Result<Option<String>, Violation> {
    let identity = identity(realm, id);
    let stands = model.standing.get(&identity).cloned();
    let own = stands.as_ref().map(|(_, one)| one.key).filter(|_| dice.chance(1, 2));
    let key = own.unwrap_or_else(|| key(dice));
    let one = drawn(dice, id, key);
    let expect = version(dice, stands.as_ref().map(|(version, _)| *version), model.last.get(&identity).copied());
    let answer = store.put_client(realm, expect, &one).await?;
    if stands.as_ref().map(|(version, _)| *version) != expect {
        return Ok(match &answer {
            ClientPut::Stale(found) => difference(stands.as_ref(), found.as_ref()),
            other => Some(format!(
                "a put with {expect:?} where {:?} stands must be Stale, but was {other:?}",
                stands.map(|(version, _)| version)
            )),
        });
    }
    let keeps = stands.as_ref().is_some_and(|(_, old)| old.key == key);
    if !keeps && model.used.contains(&(identity.0.clone(), key)) {
        let wanted = matches!(answer, ClientPut::Retired);
        return Ok((!wanted).then(|| format!("an internal id that was used must be Retired, but was {answer:?}")));
    }
    let ClientPut::Done(version) = answer else {
        return Ok(Some(format!("a put with {expect:?}, which stands, must be Done, but was {answer:?}")));
    };
    let last = model.last.insert(identity.clone(), version);
    model.used.insert((identity.0.clone(), key));
    model.standing.insert(identity, (version, one));
    Ok(last.filter(|last| version <= *last).map(|last| format!("{version:?} must be later than {last:?}")))
}

async fn remove(
    store: &dyn ClientStore,
    dice: &mut Dice,
    model: &mut Model,
    realm: &Realm,
    id: &ClientId,
) -> Result<Option<String>, Violation> {
    let identity = identity(realm, id);
    let stands = model.standing.get(&identity).map(|(version, _)| *version);
    let expect = version(dice, stands, model.last.get(&identity).copied()).unwrap_or(Version::new(5));
    let removed = store.remove_client(realm, id, expect).await?;
    let wanted = stands == Some(expect);
    if wanted {
        model.standing.remove(&identity);
    }
    Ok((removed != wanted).then(|| format!("a removal of {expect:?} where {stands:?} stands must say {wanted}")))
}

async fn get(
    store: &dyn ClientStore,
    model: &Model,
    realm: &Realm,
    id: &ClientId,
) -> Result<Option<String>, Violation> {
    let found = store.client(realm, id).await?;
    Ok(difference(model.standing.get(&identity(realm, id)), found.as_ref()))
}

/// Reads the registrations of a realm page by page, either all or those after `id`, and compares them with the model.
/// Returns a description of the difference, or `None` if there is none. A client with the id `id` need not exist.
async fn page(
    store: &dyn ClientStore,
    dice: &mut Dice,
    model: &Model,
    realm: &Realm,
    id: &ClientId,
) -> Result<Option<String>, Violation> {
    let first = dice.chance(1, 2).then(|| id.clone());
    let limit = *dice.pick(&[1, 2, 3, 257, u32::MAX]);
    let (mut shown, mut after) = (Vec::new(), first.clone());
    for _ in 0..200 {
        let page = store.clients(realm, after.as_ref(), most(limit)).await?;
        shown.extend(page.items.iter().map(|one| (one.version, text_of(&one.registration))));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let behind = |id: &str| first.as_ref().is_none_or(|first| id > first.as_str());
    let of_realm = model.standing.iter().filter(|((of, id), _)| of == realm.as_str() && behind(id));
    let wanted: Vec<(Version, String)> = of_realm.map(|(_, (version, one))| (*version, text_of(one))).collect();
    let position = wanted.iter().zip(&shown).position(|(one, other)| one != other);
    let position = position.unwrap_or(wanted.len().min(shown.len()));
    let (one, other) = (wanted.get(position), shown.get(position));
    Ok((wanted != shown).then(|| {
        format!("pages of {limit} behind {first:?}: at position {position} {one:?} must be shown, but {other:?} was")
    }))
}
