//! A service in axum: its own users table with Argon2id, sign-ins, personal access tokens with scopes, and mail.
//!
//! `PASSWORD=… service_axum add ann@example.com` adds a person. Without arguments it listens on `LISTEN`
//! (127.0.0.1:3000) and sends notices through `SMTP` (smtp://127.0.0.1:25). Its files are in the current folder.

use argon2::Argon2;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn};
use axum::{Extension, Json, Router, http::StatusCode, response, routing::get, routing::post};
use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName};
use counterfoil::{Account, Challenge, Counterfoil, EmailAddress, ManageError, Presenter, Role, Secret, SubjectId};
use counterfoil::{Timestamp, operations::SignIn, policy::Policy, types::KnownScopes, types::Source};
use counterfoil_axum::{AuthenticateLayer, Principal, Rejection, RequireScopeLayer, Sources};
use counterfoil_notify::{Smtp, Upkeep, Worker};
use counterfoil_sql::{SqliteStore, sqlx};
use serde_json::{Value, json};
use std::{env::args, env::var, fs::OpenOptions, net::SocketAddr, os::unix::fs::OpenOptionsExt as _};
use subtle::ConstantTimeEq as _;
use tokio::signal::{ctrl_c, unix};

const TABLE: &str = "create table if not exists users
    (id integer primary key autoincrement, email text unique, salt blob, digest blob, valid_since integer not null)";
type Row = (i64, String, Vec<u8>, Vec<u8>, i64);

#[derive(Clone)]
struct Users(sqlx::SqlitePool);

fn account((id, email, _, _, since): &Row) -> Result<Account, DirectoryError> {
    let since = Timestamp::from_micros(u64::try_from(*since)?).ok_or("an instant out of range")?;
    Ok(Account::new((*id).into(), email, Role::Member).with_email(EmailAddress::new(email)?).with_valid_since(since))
}

/// Runs Argon2id on a thread that may block. Each run takes 19 MiB, so a large service limits the number of runs.
async fn digest(password: &Secret, salt: Vec<u8>) -> Result<Vec<u8>, DirectoryError> {
    let (password, mut digest) = (Secret::from(password.expose_secret().to_owned()), vec![0; 32]);
    let hash = move || {
        Argon2::default().hash_password_into(password.expose_secret().as_bytes(), &salt, &mut digest).map(|()| digest)
    };
    Ok(tokio::task::spawn_blocking(hash).await??)
}

impl Users {
    async fn named(&self, email: &str) -> Result<Option<Row>, DirectoryError> {
        Ok(sqlx::query_as("select * from users where email = ?").bind(email).fetch_optional(&self.0).await?)
    }
    /// Adds or changes a person. A second write sets `valid_since` later than each sign-in with the old password.
    async fn set_password(&self, email: &str, password: &Secret) -> Result<(), DirectoryError> {
        let mut salt = vec![0; 16];
        SystemEntropy.fill(&mut salt)?;
        let digest = digest(password, salt.clone()).await?;
        for _ in 0..2 {
            let set = "insert into users values (null, ?1, ?2, ?3, ?4)
                on conflict (email) do update set salt = ?2, digest = ?3, valid_since = ?4";
            let set = sqlx::query(set).bind(email).bind(&salt).bind(&digest);
            set.bind(i64::try_from(SystemClock.now().micros())?).execute(&self.0).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Accounts for Users {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let row = sqlx::query_as("select * from users where id = ?").bind(subject.as_str()).fetch_optional(&self.0);
        row.await?.as_ref().map(account).transpose()
    }
    async fn resolve(&self, email: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(email).with_subject(self.named(email).await?.map(|row| SubjectId::from(row.0))))
    }
}

#[async_trait::async_trait]
impl Logins for Users {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let row = self.named(login.name).await?;
        // Hash for an unknown name too. Otherwise the response time shows which names exist.
        let digest = digest(login.password, row.as_ref().map_or_else(|| vec![0; 16], |row| row.2.clone())).await?;
        row.filter(|row| digest.ct_eq(&row.3).into()).as_ref().map(account).transpose()
    }
}

/// Signs in. Takes `[email, password, new password or null]`. A new password ends all earlier sign-ins and tokens.
async fn sign_in(
    State((counterfoil, users, client)): State<(Counterfoil, Users, ClientId)>,
    Extension(source): Extension<Source>,
    Json((email, password, new_password)): Json<(String, String, Option<String>)>,
) -> response::Result<Json<Value>> {
    // The sign-in begins before the password is tested, so a change of the password meanwhile ends the sign-in.
    let mut at = counterfoil.at(counterfoil.now());
    let who = at.check_login(&Login::new(&email, &password.into()), &source).await;
    let who = who.map_err(|error| Rejection::from(Challenge::login(error, counterfoil.realm(), counterfoil.now())))?;
    if let Some(new) = new_password {
        users.set_password(&email, &new.into()).await.or(Err(StatusCode::SERVICE_UNAVAILABLE))?;
        counterfoil.revoke_all_of(&Presenter::host(), who.subject()).await.or(Err(StatusCode::SERVICE_UNAVAILABLE))?;
        at = counterfoil;
    }
    let granted =
        at.open_sign_in(&SignIn::new(&client, who.subject())).await.or(Err(StatusCode::SERVICE_UNAVAILABLE))?;
    let refresh_token = granted.refresh_token.as_ref().map(Secret::expose_secret);
    Ok(Json(json!({ "access_token": granted.access_token.expose_secret(), "refresh_token": refresh_token })))
}

async fn projects(who: Principal) -> String {
    format!("the projects of {}\n", who.name())
}

/// Waits for Ctrl-C, or for SIGTERM, which systemd and containers send.
async fn stop() {
    let Ok(mut terminate) = unix::signal(unix::SignalKind::terminate()) else { return };
    tokio::select! { _ = ctrl_c() => {}, _ = terminate.recv() => {} }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    OpenOptions::new().append(true).create(true).mode(0o600).open("users.db")?; // SQLite would let others read it
    let users = Users(sqlx::SqlitePool::connect("sqlite://users.db?mode=rwc").await?);
    sqlx::query(TABLE).execute(&users.0).await?;
    if let Some(email) = args().nth(2) {
        let added = users.set_password(&email, &var("PASSWORD")?.into()).await;
        return added.map_err(|error| anyhow::anyhow!(error.into_source()));
    }
    let mut policy = Policy::open();
    policy.scopes = Some(KnownScopes::new(["projects:read", "projects:write"])?);
    let builder = Counterfoil::builder().policy(policy).store(SqliteStore::open_or_create("service.db").await?);
    let counterfoil =
        builder.accounts(users.clone()).logins(users.clone()).key_ring_file("service.keys")?.start().await?;
    let id: ClientId = "app".parse()?;
    let app = NewClient::named("App").with_id(id.clone()).with_public(true).with_grants(vec![Grant::RefreshToken]);
    let app = counterfoil.create_client(&Presenter::host(), app).await;
    anyhow::ensure!(matches!(app, Ok(_) | Err(ManageError::Conflict(_))), "{app:?}"); // there from the second start on
    let smtp = Smtp::new(&var("SMTP").unwrap_or("smtp://127.0.0.1:25".to_owned()), "no-reply@example.com")?;
    let source = from_fn(async |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next| {
        request.extensions_mut().insert(Source::from(peer));
        next.run(request).await
    });
    let app = Router::new().route("/projects", get(projects)).layer(RequireScopeLayer::new("projects:read"));
    let app = app.layer(AuthenticateLayer::required(counterfoil.clone())).route("/sign-in", post(sign_in));
    let app = app.with_state((counterfoil.clone(), users, id)).merge(counterfoil_axum::me_tokens(counterfoil.clone()));
    let app = app.merge(counterfoil_axum::token(counterfoil.clone(), Sources::Extension)); // refreshes
    let app = app.merge(counterfoil_axum::introspect(counterfoil.clone(), Sources::Extension)).layer(source);
    let listener = tokio::net::TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    let upkeep = Upkeep::new(counterfoil.clone()).with_notices(Worker::new(counterfoil, smtp)).run(stop());
    Ok(tokio::join!(server.with_graceful_shutdown(stop()).into_future(), upkeep).0?)
}
