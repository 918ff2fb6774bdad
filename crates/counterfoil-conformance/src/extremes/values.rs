//! Checks instants, numbers and texts at the ends of their ranges, in every field that stores an instant, number or
//! text.

use counterfoil::client::ClientKey;
use counterfoil::store::{Access, FamilyBody, NoticeMark, ParentUpdate, TokenStore};
use counterfoil::types::{Description, KeyId, Label, LabelKey, TokenKind, Version};
use counterfoil::{SubjectId, Timestamp};
use futures_util::future::try_join_all;

use crate::reference::{Model, describe};
use crate::sample::{Draft, Person, at, most, must_get, revoked, supersede};
use crate::violation::{Violation, ensure};

/// Returns instants around both ends of the range of instants. Also returns, for each of several widths in bits, the
/// first number that does not fit into this width, and both its neighbours.
fn instants() -> Vec<Timestamp> {
    let ends = [1, 1 << 8, 1 << 16, 1 << 31, 1 << 32, 1_000_000 << 31, 1_000_000 << 32, 1 << 52, 1_700_000_000_123_457];
    let near = |end: u64| [end - 1, end, end + 1];
    let last = [Timestamp::MAX.micros() - 1, Timestamp::MAX.micros()];
    ends.into_iter().flat_map(near).chain(last).filter_map(Timestamp::from_micros).collect()
}

/// Checks that each operation stores instants, numbers and texts so that they are read back unchanged.
pub(crate) async fn values_come_back(store: &dyn TokenStore) -> Result<(), Violation> {
    let instants = instants();
    for some in instants.chunks(8) {
        try_join_all(some.iter().map(|instant| a_life_at(store, *instant))).await?;
    }
    numbers_and_texts(store).await
}

/// Runs the operations of a token's whole life, from its insert on. All instants of its record have the value
/// `instant`.
async fn a_life_at(store: &dyn TokenStore, instant: Timestamp) -> Result<(), Violation> {
    let (person, mut model) = (Person::somebody(), Model::default());
    let mut draft = person.refresh().ending(Some(instant), Some(instant)).created(instant).used(instant);
    if let FamilyBody::SignIn { opened_at, absolute_end, .. } = &mut draft.family.body {
        (*opened_at, *absolute_end) = (instant, instant);
    }
    draft = draft.noticed(instant, 255);
    let (id, held) = (draft.id(), NoticeMark { at: instant, stage: 255 });
    draft.found(store).await?;
    let _ = model.insert(draft.home(None), &draft.records, instant);
    store.touch(&[(id, instant)]).await?;
    model.touch(&[(id, instant)]);
    for stage in [0, 127, 128, 255] {
        let _ = store.settle(&id, held, Some(held), Some((instant, stage))).await?;
        let _ = model.settle(&id, held, Some(held), Some((instant, stage)))?;
    }
    as_the_model(store, &model, &draft).await?;
    let mut next = draft.successor(id, 1);
    (next.created_at, next.expires_at, next.gone_at) = (instant, Some(instant), Some(instant));
    let mut step = supersede(Version::FIRST, next.id, Timestamp::EPOCH);
    if let ParentUpdate::Supersede { honoured_until, gone_at, nonce, .. } = &mut step {
        (*honoured_until, *gone_at) = (Some(instant), Some(instant));
        *nonce = nonce.map(|nonce| counterfoil::store::Nonce { key_id: KeyId::new(u32::MAX), ..nonce });
    }
    let _ = store.rotate(&id, &step, std::slice::from_ref(&next), instant).await?;
    let _ = model.rotate(&id, &step, std::slice::from_ref(&next), instant)?;
    as_the_model(store, &model, &draft).await?;
    let _ = store.revoke(person.family(draft.family.id), revoked(instant), instant, most(1)).await?;
    let _ = model.revoke(person.family(draft.family.id), revoked(instant), instant, 1);
    as_the_model(store, &model, &draft).await
}

async fn as_the_model(store: &dyn TokenStore, model: &Model, draft: &Draft) -> Result<(), Violation> {
    for record in model.records.iter().filter(|record| record.id.family() == draft.family.id) {
        let wanted = model.get(&record.id)?.map(|record| describe(&record)).unwrap_or_default();
        let found = describe(&must_get(store, &record.id).await?);
        ensure!(wanted == found, "what went in must come out:\n{wanted}\nand not\n{found}");
    }
    Ok(())
}

/// Checks records of two other kinds, a security code and a console session. All instants of these records have the
/// value `instant`.
async fn other_kinds_at(store: &dyn TokenStore, instant: Timestamp) -> Result<(), Violation> {
    let long = SubjectId::new(&"n".repeat(255)).expect("a subject");
    let codes = [
        (long.clone(), Access::SameAsUser(long.clone()), Some("\u{1f600}".repeat(255))),
        (SubjectId::new("\u{e9} ").expect("a subject"), Access::SuperAdministrator, Some(String::new())),
        (long, Access::SuperAdministrator, None),
    ];
    let codes = codes.into_iter().map(|(created_by, access, named)| {
        let named = named.map(String::into_boxed_str);
        (TokenKind::SecurityCode, FamilyBody::Code { created_by, access, named })
    });
    let session = FamilyBody::Session { authenticated_at: instant, absolute_end: instant };
    for (kind, body) in codes.chain([(TokenKind::ConsoleSession, session)]) {
        let mut draft = Person::somebody().pat();
        (draft.family.kind, draft.records[0].kind, draft.family.body) = (kind, kind, body);
        draft.found(store).await?;
        let mut model = Model::default();
        let _ = model.insert(draft.home(None), &draft.records, Timestamp::EPOCH);
        as_the_model(store, &model, &draft).await?;
    }
    Ok(())
}

async fn numbers_and_texts(store: &dyn TokenStore) -> Result<(), Violation> {
    let seconds = 1_000_000 << 31;
    for instant in [Timestamp::EPOCH, at(1), Timestamp::from_micros(seconds + 1).expect("an instant"), Timestamp::MAX] {
        other_kinds_at(store, instant).await?;
    }
    let wide = [1, (1 << 8) + 1, (1 << 16) + 1, 1 << 31, u32::MAX];
    for (number, key_id) in wide.into_iter().enumerate() {
        let mut draft = Person::somebody().refresh().through(ClientKey::from_bytes([0xff; 16]));
        draft.records[0].key_id = KeyId::new(key_id);
        draft.records[0].description = Description::new(&"\u{1f600}".repeat([1, 64, 128, 256, 500][number])).ok();
        draft.records[0].scope = "s".repeat([1, 64, 255, 256, 1_000][number]).parse().ok();
        draft.records[0].label = Label::new(&"\u{1f600}".repeat([1, 32, 64, 128, 255][number]), 255).ok();
        draft.family.label_key = draft.records[0].label.as_ref().map(Label::key);
        if number == 4 {
            draft.family.label_key = Some(LabelKey::from_stored(&"\u{1f600}".repeat(2_500)));
        }
        if let FamilyBody::SignIn { epoch, client_id, .. } = &mut draft.family.body {
            *client_id = "n".repeat([1, 64, 65, 99, 100][number]).parse().expect("a client id");
            *epoch = [255, 1 << 16, 1 << 32, (1 << 53) + 1, u64::MAX][number];
        }
        draft.found(store).await?;
        let mut model = Model::default();
        let _ = model.insert(draft.home(None), &draft.records, Timestamp::EPOCH);
        as_the_model(store, &model, &draft).await?;
    }
    Ok(())
}
