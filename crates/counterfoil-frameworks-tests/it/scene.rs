//! The service of a test case, and the texts that replace the placeholders in its requests. Every scene issues the same
//! tokens.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::client::{ClientId, NewClient};
use counterfoil::clock::Clock as _;
use counterfoil::memory::MemoryDirectory;
use counterfoil::operations::{NewAccess, NewSecurityCode};
use counterfoil::policy::{Allowance, Policy};
use counterfoil::service_account::NewServiceAccount;
use counterfoil::testing::{self, Failure, ManualClock, TestService};
use counterfoil::types::Networks;
use counterfoil::{Counterfoil, Lifetime, NewPersonalAccessToken, Presenter, Realm, Role};

use crate::case::{Body, Case, Send};

const SECRET: &str = "abcdefghijklmnopqrstuvwxyz012345";
const DAY: Duration = Duration::from_secs(86_400);

pub struct Scene {
    pub service: TestService,
    filled: HashMap<String, String>,
}

impl Scene {
    /// Makes a service with the people `ivan`, `ada` and `sue`, and the clients `test-client` and `machine`. The client
    /// `machine` is a resource server. After three wrong passwords, further attempts for the account must wait. After
    /// three reports of leaked secrets, further reports of the source must wait.
    pub async fn new() -> Self {
        let mut policy = Policy::open();
        policy.throttle.account = Allowance::new(NonZeroU32::MIN.saturating_add(2), Duration::from_secs(60));
        policy.throttle.leaks = Allowance::new(NonZeroU32::MIN.saturating_add(2), Duration::from_secs(60));
        let service = testing::service_with(policy, |builder| builder);
        let id: ClientId = "machine".parse().expect("an id");
        let machine = NewClient::named("Machine").with_id(id).with_resource_server(true);
        let secret = SECRET.to_owned().into();
        service.import_client(&Presenter::host(), machine, &secret, false).await.expect("a client");
        Self { service, filled: HashMap::new() }
    }

    /// Returns the [`Counterfoil`] that the server of a case uses. If the case has `accounts_only`, this is another
    /// handle, whose directory can look up accounts but cannot check passwords. It uses the store of this scene too.
    pub fn counterfoil(&self, case: &Case) -> Counterfoil {
        if !case.accounts_only {
            return self.service.counterfoil().clone();
        }
        let people = MemoryDirectory::default();
        people.insert(self.service.account("ada"), &["ada"], "ada");
        let builder = Counterfoil::builder().policy(Policy::open()).store(Arc::clone(self.service.store()));
        let builder = builder.clock(ManualClock::at(self.service.clock().now()));
        builder.accounts(people).build().expect("a handle")
    }

    /// Returns the request with each placeholder `{name}` replaced by its text.
    pub async fn fill(&mut self, send: &Send) -> Send {
        let mut filled = send.clone();
        filled.path = self.text(&send.path).await;
        for (_, value) in &mut filled.headers {
            *value = self.text(value).await;
        }
        if let Body::Text(text) | Body::Chunked(text) = &mut filled.body {
            *text = self.text(text).await;
        }
        filled
    }

    /// Makes every further call of this store method fail.
    pub fn fail(&self, method: &'static str) {
        self.service.faults().on(method, Failure::NotExecuted);
    }

    async fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for name in NAMES {
            let braced = format!("{{{name}}}");
            if text.contains(&braced) {
                if !self.filled.contains_key(*name) {
                    let made = self.make(name).await;
                    self.filled.extend(made.into_iter().map(|(name, text)| (name.to_owned(), text)));
                }
                text = text.replace(&braced, &self.filled[*name]);
            }
        }
        text
    }

    /// Creates the text for the placeholder `name`, for example by issuing a token. Some texts come in pairs, such as a
    /// token and its id. Returns each created text with the name of its placeholder.
    async fn make(&self, name: &str) -> Vec<(&'static str, String)> {
        let service = &self.service;
        match name {
            "token" | "token-id" => self.token("token", "token-id", "ivan", None).await,
            "reader" | "reader-id" => self.token("reader", "reader-id", "ivan", Some("projects:read")).await,
            "writer" => self.token("writer", "", "ivan", Some("projects:write")).await,
            // The requests of the cases come from 127.0.0.1, so this token is accepted in them.
            "here" | "here-id" => self.restricted("here", "here-id", "127.0.0.0/8").await,
            "elsewhere" => self.restricted("elsewhere", "", "192.0.2.0/24").await,
            "expired" => {
                let made = short_token(service, &service.presenter("ivan")).await;
                service.clock().advance(DAY);
                vec![("expired", made)]
            }
            "revoked" => {
                let made = self.token("revoked", "revoked-id", "ivan", None).await;
                let id = made[1].1.parse().expect("an id");
                let ivan = service.presenter("ivan");
                service.delete_personal_access_token(&ivan, &id).await.expect("deleted");
                made
            }
            "foreign" => {
                let realm = Realm::new("other").expect("a realm");
                let other = testing::service_with(Policy::open(), |builder| builder.realm(realm.clone()));
                let ivan = other.presenter("ivan").in_realm(&realm);
                vec![("foreign", short_token(&other, &ivan).await)]
            }
            "access" | "refresh" => {
                let granted = service.sign_in("ivan").await;
                let refresh = granted.refresh_token.expect("a refresh token");
                vec![
                    ("access", granted.access_token.expose_secret().to_owned()),
                    ("refresh", refresh.expose_secret().to_owned()),
                ]
            }
            "ada" => vec![("ada", service.sign_in("ada").await.access_token.expose_secret().to_owned())],
            "sue" => vec![("sue", service.sign_in("sue").await.access_token.expose_secret().to_owned())],
            "basic" => vec![("basic", service.client_secret().expose_api_key().to_owned())],
            "secret" => vec![("secret", service.client_secret().expose_secret().to_owned())],
            "machine" => vec![("machine", STANDARD.encode(format!("machine:{SECRET}")))],
            "code" | "code-id" => {
                let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
                let issued = service.create_security_code(&service.presenter("sue"), &new).await.expect("a code");
                vec![("code", issued.token.expose_secret().to_owned()), ("code-id", issued.view.id.to_string())]
            }
            "machine-id" | "machine-token" | "machine-token-id" => {
                let new = NewServiceAccount::new("machine", Role::Member);
                let account = service.create_service_account(&Presenter::host(), &new).await.expect("an account");
                let new = NewPersonalAccessToken::new("runner", Lifetime::Days(1));
                let issued = service.create_service_token(&Presenter::host(), &account.id, &new).await;
                let issued = issued.expect("a token");
                vec![
                    ("machine-id", account.id.to_string()),
                    ("machine-token", issued.token.expose_secret().to_owned()),
                    ("machine-token-id", issued.view.id.to_string()),
                ]
            }
            _ => unreachable!("no text is called {name}"),
        }
    }

    async fn token(
        &self,
        name: &'static str,
        id: &'static str,
        owner: &str,
        scope: Option<&str>,
    ) -> Vec<(&'static str, String)> {
        let issued = self.service.personal_access_token(owner, scope).await;
        vec![(name, issued.token.expose_secret().to_owned()), (id, issued.view.id.to_string())]
    }

    /// Creates a token of `ivan` that can be used only from this block of addresses.
    async fn restricted(&self, name: &'static str, id: &'static str, block: &str) -> Vec<(&'static str, String)> {
        let allowed = Networks::new([block]).expect("a block");
        let new = NewPersonalAccessToken::new(name, Lifetime::Days(1)).with_allowed_sources(allowed);
        let issued = self.service.create_personal_access_token(&self.service.presenter("ivan"), &new).await;
        let issued = issued.expect("a token");
        vec![(name, issued.token.expose_secret().to_owned()), (id, issued.view.id.to_string())]
    }
}

async fn short_token(counterfoil: &Counterfoil, owner: &Presenter) -> String {
    let new = NewPersonalAccessToken::new("short", Lifetime::Days(1));
    let issued = counterfoil.create_personal_access_token(owner, &new).await.expect("a token");
    issued.token.expose_secret().to_owned()
}

const NAMES: &[&str] = &[
    "token",
    "token-id",
    "reader",
    "reader-id",
    "writer",
    "here",
    "here-id",
    "elsewhere",
    "expired",
    "revoked",
    "foreign",
    "access",
    "refresh",
    "ada",
    "sue",
    "basic",
    "secret",
    "machine",
    "machine-id",
    "machine-token",
    "machine-token-id",
    "code",
    "code-id",
];
