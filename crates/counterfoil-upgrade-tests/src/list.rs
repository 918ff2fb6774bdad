//! The list of a database: a description in JSON of every stored field, and of what the library answers about the
//! credentials.

use std::num::NonZeroU32;

use counterfoil::memory::MemoryStore;
use counterfoil::token::Prefixes;
use counterfoil::types::TokenKind;
use counterfoil::{CredentialView, Denied, Presenter, Principal, Realm};
use counterfoil_copy::{Copy, Stores};
use counterfoil_stores::AnyStore;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::host::{Host, end, other_realm, subject};
use crate::scene::Texts;

const MANY: NonZeroU32 = NonZeroU32::new(100).expect("above zero");

/// Returns every field of every family, record, client and settings document, and the time of the last maintenance run.
pub async fn contents(store: &AnyStore) -> Value {
    let (mut families, mut after) = (Vec::new(), None);
    loop {
        let page = store.families().families(after.as_ref(), MANY).await.expect("a page");
        assert_eq!(page.corrupt, 0);
        for id in &page.items {
            let whole = store.families().family(id).await.expect("an answer").expect("a family");
            let row = serde_json::to_value(whole.family()).expect("JSON");
            let members: Vec<_> =
                whole.members().iter().map(|member| serde_json::to_value(member).expect("JSON")).collect();
            families.push(json!({"family": row, "members": members}));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let (mut clients, mut settings) = (Map::new(), Map::new());
    for realm in [Realm::default(), other_realm()] {
        let page = store.clients().clients(&realm, None, MANY).await.expect("a page");
        assert!(page.next.is_none() && page.corrupt == 0);
        let document = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
        let listed = page.items.iter().map(|found| {
            let registration = document(found.registration.to_document().expect("JSON"));
            json!({"version": found.version.number(), "registration": registration})
        });
        clients.insert(realm.as_str().to_owned(), listed.collect());
        let found = store.settings().settings(&realm).await.expect("an answer").expect("settings");
        let text = document(found.settings.to_document().expect("JSON"));
        settings.insert(realm.as_str().to_owned(), json!({"version": found.version.number(), "settings": text}));
    }
    let upkeep = store.settings().last_upkeep().await.expect("an answer").map(|at| at.micros());
    json!({"families": families, "clients": clients, "settings": settings, "last_upkeep": upkeep})
}

/// Returns what the library answers at the end of the scene about the credentials with these texts: the result of
/// verifying each one, the listed tokens and codes, the due notices and the keys in use. The calls go to a copy of the
/// store in memory, so the store is not changed. In the directory, the account `dis` is disabled.
pub async fn answers(store: &AnyStore, texts: &Texts) -> Value {
    let copy = Arc::new(MemoryStore::default());
    let source = Stores::apart(
        store.tokens().clone(),
        store.families().clone(),
        store.clients().clone(),
        store.settings().clone(),
    );
    Copy::new(source, Stores::of(Arc::clone(&copy))).with_realm(other_realm()).run().await.expect("copied");
    let host = Host::new(&AnyStore::of(copy), end(), |builder| builder);
    host.people.set_disabled(&subject("dis"), true);
    answers_of(&host, texts).await
}

async fn answers_of(host: &Host, texts: &Texts) -> Value {
    let mut lists = Map::new();
    for name in ["ann", "bob", "pat", "gus"] {
        let page = host.service.list_personal_access_tokens_of(&Presenter::host(), &subject(name), None, MANY).await;
        lists.insert(format!("tokens of {name}"), page.expect("a page").items.iter().map(view).collect());
    }
    let codes = host.service.list_security_codes(&Presenter::host(), true, None, MANY).await;
    lists.insert("security codes".to_owned(), codes.expect("a page").items.iter().map(view).collect());
    let due = host.service.due_notices(None, MANY).await.expect("a page");
    let due: Vec<_> = due.items.iter().map(|due| due.id().to_string()).collect();
    let keys = host.service.key_census().await.expect("an answer");
    let keys: Vec<_> = keys.iter().map(|key| json!([key.key.number(), key.records, key.client_secrets])).collect();
    let mut verdicts = Map::new();
    for (name, text) in texts.all() {
        verdicts.insert(name.to_owned(), verdict(host, text).await);
    }
    json!({"verdicts": verdicts, "lists": lists, "due": due, "keys": keys})
}

/// Verifies a text as a credential and returns the result. Returns `null` for the secret of a client.
async fn verdict(host: &Host, text: &str) -> Value {
    let Ok(presented) = Prefixes::default().parse(text) else { return Value::Null };
    match presented.kind() {
        TokenKind::ConsoleSession => outcome(host.service.verify_session(text).await),
        _ => {
            let (own, other) = (host.service.verify(text).await, host.other.verify(text).await);
            json!({"default": outcome(own), "other": outcome(other)})
        }
    }
}

fn outcome(verified: Result<Principal, Denied>) -> Value {
    match verified {
        Ok(principal) => json!({
            "id": principal.credential_id().to_string(),
            "kind": principal.kind().as_str(),
            "subject": principal.subject().as_str(),
            "role": format!("{:?}", principal.role()),
            "label": principal.label().map(|label| label.as_str().to_owned()),
            "scope": principal.scope().map(ToString::to_string),
            "expires_at": principal.expires_at().map(|at| at.micros()),
            "actor": principal.actor().map(|actor| actor.as_str().to_owned()),
        }),
        Err(Denied::Refused(refusal)) => json!(format!("{refusal:?}")),
        Err(Denied::Unavailable(error)) => panic!("{error}"),
    }
}

fn view(view: &CredentialView) -> Value {
    json!({
        "id": view.id.to_string(),
        "label": view.label,
        "description": view.description,
        "created_at": view.created_at.micros(),
        "expires_at": view.expires_at.map(|at| at.micros()),
        "last_used_at": view.last_used_at.map(|at| at.micros()),
        "status": view.status.as_str(),
        "ends_soon": view.ends_soon,
        "replaced": view.replaced,
        "scope": view.scope.as_ref().map(ToString::to_string),
        "named": view.named,
        "created_by": view.created_by.as_ref().map(|subject| subject.as_str().to_owned()),
    })
}

/// Returns the texts of the credentials, which are part of a list.
#[must_use]
pub fn texts(list: &Value) -> Texts {
    let mut texts = Texts::default();
    for pair in list["texts"].as_array().expect("an array") {
        texts.put(pair[0].as_str().expect("a name"), pair[1].as_str().expect("a text"));
    }
    texts
}

/// Makes the list of a store that the scene has filled.
pub async fn list(store: &AnyStore, texts: &Texts) -> Value {
    let pairs: Vec<_> = texts.all().map(|(name, text)| json!([name, text])).collect();
    json!({"texts": pairs, "contents": contents(store).await, "answers": answers(store, texts).await})
}
