//! A service in actix-web: people in a table of its own with Argon2id, sign-ins at the token endpoint, personal access
//! tokens with scopes, the management API.
//!
//! `PASSWORD=… service_actix add ann@example.com admin` adds a person (`admin` or `member`). Without arguments it serves
//! on `LISTEN` (127.0.0.1:3000). Its files are in the current folder.

use std::env::{args, var};
use std::num::NonZeroU32;

use actix_web::dev::Service as _;
use actix_web::{App, HttpMessage as _, HttpServer, web};
use argon2::Argon2;
use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::types::{KnownScopes, Source};
use counterfoil::{Account, Counterfoil, ManageError, Presenter, Role, Secret, SubjectId, policy::Policy};
use counterfoil_actix::{Authenticate, Principal, Rejection, RequireScope, Sources, mount};
use counterfoil_sql::{SqliteStore, sqlx};
use subtle::ConstantTimeEq as _;

const TABLE: &str = "create table if not exists users
    (id integer primary key, email text unique not null, role text not null, salt blob, digest blob)";
type Row = (i64, String, String, Vec<u8>, Vec<u8>);

struct Users(sqlx::SqlitePool);

fn account((id, email, role, ..): &Row) -> Account {
    let role = if role == "admin" { Role::Administrator } else { Role::Member };
    Account::new(SubjectId::from(*id), email, role)
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
        let row = sqlx::query_as("select * from users where email = ?").bind(email.to_lowercase());
        Ok(row.fetch_optional(&self.0).await?)
    }

    async fn add(&self, email: &str, role: &str, password: &Secret) -> Result<(), DirectoryError> {
        let mut salt = vec![0; 16];
        SystemEntropy.fill(&mut salt)?;
        let digest = digest(password, salt.clone()).await?;
        let insert = sqlx::query("insert into users (email, role, salt, digest) values (?, ?, ?, ?)");
        let insert = insert.bind(email.to_lowercase()).bind(role).bind(salt).bind(digest);
        Ok(insert.execute(&self.0).await.map(drop)?)
    }
}

#[async_trait::async_trait]
impl Accounts for Users {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let row = sqlx::query_as("select * from users where id = ?").bind(subject.as_str()).fetch_optional(&self.0);
        Ok(row.await?.as_ref().map(account))
    }

    async fn resolve(&self, email: &str) -> Result<ResolvedName, DirectoryError> {
        let row = self.named(email).await?;
        Ok(ResolvedName::new(email.to_lowercase()).with_subject(row.map(|row| SubjectId::from(row.0))))
    }
}

#[async_trait::async_trait]
impl Logins for Users {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let row = self.named(login.name).await?;
        // An unknown name costs a hash too: otherwise the time tells which names exist.
        let digest = digest(login.password, row.as_ref().map_or_else(|| vec![0; 16], |row| row.3.clone())).await?;
        Ok(row.filter(|row| digest.ct_eq(&row.4).into()).as_ref().map(account))
    }
}

#[async_trait::async_trait]
impl Search for Users {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        let rows = sqlx::query_as("select * from users where instr(email, ?) > 0 order by id limit ?");
        let rows: Vec<Row> = rows.bind(text.to_lowercase()).bind(i64::from(limit.get())).fetch_all(&self.0).await?;
        Ok(rows.iter().map(account).collect())
    }
}

async fn projects(who: Principal) -> String {
    format!("the projects of {}\n", who.name())
}

async fn add_project(who: Principal, name: String) -> Result<String, Rejection> {
    who.require("projects:write")?;
    Ok(format!("{name}, a project of {}\n", who.name()))
}

fn routes(config: &mut web::ServiceConfig, counterfoil: &Counterfoil) {
    let own = || counterfoil.clone();
    let oauth = counterfoil_actix::token(own(), Sources::Extension);
    let oauth = oauth.merge(counterfoil_actix::revoke(own(), Sources::Extension));
    let api = counterfoil_actix::me_tokens(own())
        .merge(counterfoil_actix::users(own())) // for administrators, as is the next one
        .merge(counterfoil_actix::clients(own()));
    let reading = web::get().to(projects).wrap(RequireScope::new("projects:read"));
    let projects = web::resource("/projects").route(reading).route(web::post().to(add_project));
    config
        .service(projects.wrap(Authenticate::required(own())))
        .service(web::scope("/api/v1").service(mount(api)))
        .service(mount(oauth));
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let users = Users(sqlx::SqlitePool::connect("sqlite://users.db?mode=rwc").await?);
    sqlx::query(TABLE).execute(&users.0).await?;
    if let (Some(email), Some(role)) = (args().nth(2), args().nth(3)) {
        let added = users.add(&email, &role, &var("PASSWORD")?.into()).await;
        return added.map_err(|error| anyhow::anyhow!(error.into_source()));
    }
    let mut policy = Policy::open();
    policy.scopes = Some(KnownScopes::new(["projects:read", "projects:write"])?);
    let builder = Counterfoil::builder().policy(policy).store(SqliteStore::open_or_create("service.db").await?);
    let counterfoil = builder.directory(users).key_ring_file("service.keys")?.start().await?;
    let grants = vec![Grant::Password, Grant::RefreshToken];
    let app = NewClient::named("App").with_id("app".parse::<ClientId>()?).with_public(true).with_grants(grants);
    match counterfoil.create_client(&Presenter::host(), app).await {
        Err(error) if !matches!(error, ManageError::Conflict(_)) => return Err(error.into()),
        _ => {} // there from the second start on
    }
    let listener = std::net::TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:3000".to_owned()))?;
    println!("listening on http://{}", listener.local_addr()?);
    let served = counterfoil.clone();
    let server = HttpServer::new(move || {
        App::new().configure(|config| routes(config, &served)).wrap_fn(|request, next| {
            request.extensions_mut().insert(request.peer_addr().map_or(Source::Unknown, Source::from));
            next.call(request)
        })
    });
    let server = server.disable_signals().listen(listener)?.run();
    let handle = server.handle();
    let stopped = async move {
        drop(tokio::signal::ctrl_c().await);
        handle.stop(true).await; // before the upkeep ends, which writes the last uses
    };
    Ok(tokio::join!(server, counterfoil.run_upkeep(tokio::time::sleep, stopped)).0?)
}
