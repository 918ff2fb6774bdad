//! Registers clients and puts them into different states.

use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use counterfoil::{Presenter, Secret};

use super::Texts;
use crate::host::{HOUR, Host};

const BOTH: [Grant; 2] = [Grant::Password, Grant::RefreshToken];

pub(crate) fn id(text: &str) -> ClientId {
    text.parse().expect("a valid client id")
}

fn new(client: &str) -> NewClient {
    NewClient::named(client).with_id(id(client)).with_grants(BOTH.to_vec())
}

/// Registers the clients. Adds the secrets of the clients of the default realm to `texts`: each under the name `client
/// <id>`, in the form `id:secret`.
pub(super) async fn register(host: &Host, texts: &mut Texts) {
    let sudo = Presenter::host();
    let scope = |text: &str| text.parse::<counterfoil::Scope>().expect("a scope");
    let confidential = [
        new("app"),
        new("reuse").with_refresh_mode(RefreshMode::Reuse).with_allowed_scope(scope("demo:read demo:write")),
        new("short").with_grants(vec![Grant::Password]).with_default_scope(scope("demo:read")),
        new("epoch"),
        new("gone"),
        new("stopped"),
        new("machine").with_grants(Vec::new()).with_resource_server(true),
    ];
    for new in confidential {
        let client = new.id.clone().expect("named");
        let made = host.service.create_client(&sudo, new).await.expect("registered");
        let secret = made.secret.expect("a confidential client has a secret");
        texts.put(&format!("client {client}"), format!("{client}:{}", secret.expose_secret()));
    }
    host.service.create_client(&sudo, new("public").with_public(true)).await.expect("registered");
    let secret = Secret::from("a-secret-of-another-system-0123456789".to_owned());
    host.service.import_client(&sudo, new("imported"), &secret, false).await.expect("imported");
    texts.put("client imported", format!("imported:{}", secret.expose_secret()));
    host.other.create_client(&sudo, new("app")).await.expect("registered in the other realm");
    // The client `machine` gets a second secret. The first one stays valid for an hour, so it has expired long before
    // the end of the scene.
    let again = host.service.rotate_client_secret(&sudo, &id("machine"), HOUR).await.expect("rotated");
    let second = again.secret.expect("a secret");
    texts.put("client machine again", format!("machine:{}", second.expose_secret()));
}
