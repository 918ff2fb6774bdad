//! The registered clients of the host.

use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use counterfoil::operations::SignIn;
use counterfoil::{Presenter, Scope, Secret};

use super::{World, block_on, subject};

/// The secret of the client `test.token` in the example in 12d Synergy's documentation.
pub const KEY: &str = "a7d849366d224f8eb521ccf696925627";

/// The `Authorization` header of the client `test.token` in the example in 12d Synergy's documentation.
pub const SEED: &[u8] = b"BASIC dGVzdC50b2tlbjphN2Q4NDkzNjZkMjI0ZjhlYjUyMWNjZjY5NjkyNTYyNw==";

pub fn client_id(id: &str) -> ClientId {
    id.parse().expect("a client id")
}

/// Returns a request to register a client that may use the password grant and the refresh grant.
pub fn new_client(id: &str) -> NewClient {
    NewClient::named(id).with_id(client_id(id)).with_grants(vec![Grant::Password, Grant::RefreshToken])
}

impl World {
    /// Registers four clients. `test.token` is the client in 12d Synergy's documentation, and a refresh returns the
    /// same refresh token to it. The others are `rotating`, `public-app`, and the resource server `machine`.
    pub fn register_clients(&mut self) {
        let host = Presenter::host();
        let seed = new_client("test.token").with_display_name("angularApp").with_refresh_mode(RefreshMode::Reuse);
        block_on(self.handle.import_client(&host, seed, &Secret::from(KEY.to_owned()), false)).expect("imported");
        self.site.secrets.push(("test.token", KEY.into()));
        for (id, new) in [
            ("rotating", new_client("rotating")),
            ("public-app", new_client("public-app").with_public(true)),
            ("machine", new_client("machine").with_resource_server(true).with_grants(Vec::new())),
        ] {
            let made = block_on(self.handle.create_client(&host, new)).expect("created");
            if let Some(secret) = made.secret {
                self.site.secrets.push((id, secret.expose_secret().to_owned()));
            }
        }
        self.take_events();
    }

    pub fn client_secret(&self, client: &str) -> &str {
        let secret = self.secrets.iter().find(|(id, _)| *id == client).map(|(_, secret)| secret.as_str());
        secret.expect("a confidential client")
    }

    /// Signs a person in through the client `app`, which is registered first. Returns the presenter of the access
    /// token, which has this scope.
    pub fn as_signed_in_with(&self, id: &str, scope: &str) -> Presenter {
        let app = new_client("app").with_public(true);
        block_on(self.handle.create_client(&Presenter::host(), app)).expect("created");
        let scope = Some(scope.parse::<Scope>().expect("a scope"));
        let (client, subject) = (client_id("app"), subject(id));
        let sign_in = SignIn::new(&client, &subject).with_scope(scope);
        let granted = block_on(self.handle.open_sign_in(&sign_in)).expect("signed in");
        self.as_token(granted.access_token.expose_secret())
    }
}
