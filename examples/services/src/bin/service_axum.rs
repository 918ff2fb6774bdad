//! A service in axum: its own users table with Argon2id, sign-ins, personal access tokens with scopes, and mail.
//!
//! `PASSWORD=… service_axum add ann@example.com` adds a person. Without arguments it listens on `LISTEN`
//! (127.0.0.1:3000) and sends notices through `SMTP` (smtp://127.0.0.1:25). Its files are in the current folder.

use std::{env::args, env::var, fs::OpenOptions, net::SocketAddr, os::unix::fs::OpenOptionsExt as _};

use argon2::Argon2;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn};
use axum::routing::{get, post};
use axum::{Extension, Json, Router, http::StatusCode};
use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName};
use counterfoil::operations::SignIn;
use counterfoil::types::{KnownScopes, Source};
use counterfoil::{Account, Counterfoil, ManageError, Presenter, Role, Secret, SubjectId, Timestamp, policy::Policy};
use counterfoil_axum::{AuthenticateLayer, Principal, Rejection, Sources};
use counterfoil_notify::{Smtp, Upkeep, Worker};
use counterfoil_sql::{SqliteStore, sqlx};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

/// If a person's credential was issued before `valid_since` (in microseconds), it is refused.
const TABLE: &str = "create table if not exists users
    (id integer primary key, email text unique not null, salt blob, digest blob, valid_since integer not null)";
type Row = (i64, String, Vec<u8>, Vec<u8>, i64);

#[derive(Clone)]
struct Users(sqlx::SqlitePool);

fn account((id, email, _, _, since): &Row) -> Result<Account, DirectoryError> {
    let since = Timestamp::from_micros(u64::try_from(*since)?).ok_or("an instant out of range")?;
    let account = Account::new(SubjectId::from(*id), email, Role::Member).with_valid_since(since);
    Ok(account.with_email(counterfoil::EmailAddress::new(email)?))
}

/// Runs Argon2id on a thread that may block. Each run takes 19 MiB, so a large service limits the number of runs.
async fn digest(password: &Secret, salt: Vec<u8>) -> Result<Vec<u8>, DirectoryError> {
    let (password, mut digest) = (Secret::from(password.expose_secret().to_owned()), vec![0; 32]);
    let hash = move || {
        let hashed = Argon2::default().hash_password_into(password.expose_secret().as_bytes(), &salt, &mut digest);
        hashed.map(|()| digest).map_err(|error| error.to_string())
    };
    Ok(tokio::task::spawn_blocking(hash).await??)
}

impl Users {
    async fn named(&self, email: &str) -> Result<Option<Row>, DirectoryError> {
        Ok(sqlx::query_as("select * from users where email = ?").bind(email).fetch_optional(&self.0).await?)
    }

    /// Adds a person, or changes the password. After a change, all earlier credentials of the person are refused.
    async fn set_password(&self, email: &str, password: &Secret) -> Result<(), DirectoryError> {
        let mut salt = vec![0; 16];
        SystemEntropy.fill(&mut salt)?;
        let digest = digest(password, salt.clone()).await?;
        let set = "insert into users values (null, ?1, ?2, ?3, 0)
            on conflict (email) do update set salt = ?2, digest = ?3, valid_since = ?4";
        let now = i64::try_from(SystemClock.now().micros())?;
        Ok(sqlx::query(set).bind(email).bind(salt).bind(digest).bind(now).execute(&self.0).await.map(drop)?)
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

/// Takes `[email, password, new password or null]`. A new password ends all earlier sign-ins and tokens of the person.
async fn sign_in(
    State((counterfoil, users, client)): State<(Counterfoil, Users, ClientId)>,
    Extension(source): Extension<Source>,
    Json((email, password, new_password)): Json<(String, String, Option<String>)>,
) -> Result<Json<Value>, StatusCode> {
    let who = counterfoil.check_login(&Login::new(&email, &password.into()), &source).await;
    let who = who.map_err(|error| StatusCode::from_u16(error.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE))?;
    if let Some(new) = new_password {
        users.set_password(&email, &new.into()).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    }
    let granted = counterfoil.open_sign_in(&SignIn::new(&client, who.subject())).await;
    let granted = granted.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let refresh_token = granted.refresh_token.as_ref().map(Secret::expose_secret);
    Ok(Json(json!({ "access_token": granted.access_token.expose_secret(), "refresh_token": refresh_token })))
}

async fn projects(who: Principal) -> Result<String, Rejection> {
    who.require("projects:read")?;
    Ok(format!("the projects of {}\n", who.name()))
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
    match counterfoil.create_client(&Presenter::host(), app).await {
        Err(error) if !matches!(error, ManageError::Conflict(_)) => return Err(error.into()),
        _ => {} // there from the second start on
    }
    let smtp = Smtp::new(&var("SMTP").unwrap_or("smtp://127.0.0.1:25".to_owned()), "no-reply@example.com")?;
    let source = from_fn(async |ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next| {
        request.extensions_mut().insert(Source::from(peer));
        next.run(request).await
    });
    let app = Router::new().route("/projects", get(projects)).layer(AuthenticateLayer::required(counterfoil.clone()));
    let app = app.route("/sign-in", post(sign_in)).with_state((counterfoil.clone(), users, id));
    let app = app.merge(counterfoil_axum::me_tokens(counterfoil.clone()));
    let app = app.merge(counterfoil_axum::token(counterfoil.clone(), Sources::Extension)); // refreshes
    let app = app.merge(counterfoil_axum::introspect(counterfoil.clone(), Sources::Extension)).layer(source);

    let listener = tokio::net::TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = || async { drop(tokio::signal::ctrl_c().await) };
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    let upkeep = Upkeep::new(counterfoil.clone()).with_notices(Worker::new(counterfoil, smtp)).run(stop());
    let (served, ()) = tokio::join!(server.with_graceful_shutdown(stop()).into_future(), upkeep);
    Ok(served?)
}
