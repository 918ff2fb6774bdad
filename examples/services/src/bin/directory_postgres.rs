//! A directory and a store in PostgreSQL. The people are in a table of the service. People can sign in, and
//! administrators can search for people.
//!
//! Set `DATABASE_URL=postgres://…`. `PASSWORD=… directory_postgres add ann admin` adds a person (`admin` or `member`).
//! Without arguments it listens on `LISTEN` (127.0.0.1:3000). The key ring file is in the current folder.

use std::env::{args, var};
use std::net::SocketAddr;
use std::num::NonZeroU32;

use argon2::Argon2;
use axum::extract::{ConnectInfo, State};
use axum::routing::{get, post};
use axum::{Json, Router, http::StatusCode};
use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::operations::SignIn;
use counterfoil::{
    Account, Counterfoil, ManageError, Presenter, Role, Secret, SubjectId, policy::Policy, types::Source,
};
use counterfoil_axum::{AuthenticateLayer, Principal};
use counterfoil_sql::PgStore;
use counterfoil_sql::sqlx::{self, PgPool, postgres::PgConnectOptions};
use subtle::ConstantTimeEq as _;

const TABLE: &str = "create table if not exists people (id bigint generated always as identity primary key,
    name text unique not null, role text not null, disabled bool not null default false, salt bytea, digest bytea)";
type Row = (i64, String, String, bool, Vec<u8>, Vec<u8>);

struct People(PgPool);

/// Returns the name in lower case, as the table contains it. The results of SQL's `lower` depend on the locale.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

fn account((id, name, role, disabled, ..): &Row) -> Account {
    let role = if role == "admin" { Role::Administrator } else { Role::Member };
    Account::new(SubjectId::from(*id), name, role).with_disabled(*disabled)
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

impl People {
    async fn named(&self, name: &str) -> Result<Option<Row>, DirectoryError> {
        let row = sqlx::query_as("select * from people where name = $1").bind(folded(name));
        Ok(row.fetch_optional(&self.0).await?)
    }

    async fn add(&self, name: &str, role: &str, password: &Secret) -> Result<(), DirectoryError> {
        let mut salt = vec![0; 16];
        SystemEntropy.fill(&mut salt)?;
        let digest = digest(password, salt.clone()).await?;
        let insert = "insert into people (name, role, salt, digest) values ($1, $2, $3, $4)";
        sqlx::query(insert).bind(folded(name)).bind(role).bind(salt).bind(digest).execute(&self.0).await?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Accounts for People {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        // If the person does not exist, return `None`. Do not return a database error for a missing row.
        let Ok(id) = subject.as_str().parse::<i64>() else { return Ok(None) };
        let row: Option<Row> =
            sqlx::query_as("select * from people where id = $1").bind(id).fetch_optional(&self.0).await?;
        Ok(row.as_ref().map(account))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        let row = self.named(name).await?;
        Ok(ResolvedName::new(folded(name)).with_subject(row.map(|row| SubjectId::from(row.0))))
    }
}

#[async_trait::async_trait]
impl Logins for People {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let row = self.named(login.name).await?;
        // Hash for an unknown name too. Otherwise the response time shows which names exist.
        let digest = digest(login.password, row.as_ref().map_or_else(|| vec![0; 16], |row| row.4.clone())).await?;
        Ok(row.filter(|row| digest.ct_eq(&row.5).into()).as_ref().map(account))
    }
}

#[async_trait::async_trait]
impl Search for People {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        let rows = sqlx::query_as("select * from people where strpos(name, $1) > 0 order by id limit $2");
        let rows: Vec<Row> = rows.bind(folded(text)).bind(i64::from(limit.get())).fetch_all(&self.0).await?;
        Ok(rows.iter().map(account).collect())
    }
}

/// Checks a name and a password. Returns an access token. Wrong passwords are counted per name and address.
async fn sign_in(
    State((counterfoil, client)): State<(Counterfoil, ClientId)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json((name, password)): Json<(String, String)>,
) -> Result<String, StatusCode> {
    let counterfoil = counterfoil.at(counterfoil.now()); // test and opening are at one instant
    let who = counterfoil.check_login(&Login::new(&name, &password.into()), &Source::from(peer)).await;
    let who = who.map_err(|error| StatusCode::from_u16(error.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE))?;
    let granted = counterfoil.open_sign_in(&SignIn::new(&client, who.subject())).await;
    Ok(granted.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?.access_token.expose_secret().to_owned())
}

async fn hello(who: Principal) -> String {
    format!("hello, {} ({})\n", who.name(), who.role())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let database: PgConnectOptions = var("DATABASE_URL")?.parse()?;
    let people = People(PgPool::connect_with(database.clone()).await?);
    sqlx::query(TABLE).execute(&people.0).await?;
    if let (Some(name), Some(role)) = (args().nth(2), args().nth(3)) {
        let added = people.add(&name, &role, &var("PASSWORD")?.into()).await;
        return added.map_err(|error| anyhow::anyhow!(error.into_source()));
    }
    let builder = Counterfoil::builder().policy(Policy::open()).store(PgStore::connect(database).await?);
    let counterfoil = builder.directory(people).key_ring_file("service.keys")?.start().await?;
    let id: ClientId = "app".parse()?;
    let app = NewClient::named("App").with_id(id.clone()).with_public(true).with_grants(vec![Grant::RefreshToken]);
    match counterfoil.create_client(&Presenter::host(), app).await {
        Err(error) if !matches!(error, ManageError::Conflict(_)) => return Err(error.into()),
        _ => {} // there from the second start on
    }
    let app = Router::new().route("/hello", get(hello)).layer(AuthenticateLayer::required(counterfoil.clone()));
    let app = app.route("/sign-in", post(sign_in)).with_state((counterfoil.clone(), id));
    let app = app.merge(counterfoil_axum::users(counterfoil.clone())); // for administrators

    let listener = tokio::net::TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:3000".to_owned())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let stop = || async { drop(tokio::signal::ctrl_c().await) };
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    let upkeep = counterfoil.run_upkeep(tokio::time::sleep, stop());
    let (served, ()) = tokio::join!(server.with_graceful_shutdown(stop()).into_future(), upkeep);
    Ok(served?)
}
