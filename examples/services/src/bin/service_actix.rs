//! A service in actix-web: people in a table of its own with Argon2id, sign-ins at the token endpoint, personal access
//! tokens with scopes, the management API.
//!
//! `PASSWORD=… service_actix add ann@example.com admin` adds a person with role `admin` (or `member`). If the person
//! exists, sets role and password and ends all credentials. Without arguments it serves on `LISTEN` (127.0.0.1:3000).

use std::{env::args, env::var, num::NonZeroU32};

use actix_web::dev::Service as _;
use actix_web::{App, HttpMessage as _, HttpServer, web};
use argon2::Argon2;
use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::clock::{Clock as _, SystemClock};
use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::{Account, Counterfoil, ManageError, Presenter, Role, Secret, SubjectId, Timestamp};
use counterfoil::{policy::Policy, types::KnownScopes, types::Source};
use counterfoil_actix::{Authenticate, Principal, Rejection, RequireScope, Sources};
use counterfoil_actix::{clients, me_tokens, mount, revoke, token, users};
use counterfoil_sql::{SqliteStore, sqlx};
use subtle::ConstantTimeEq as _;

const TABLE: &str = "create table if not exists users (id integer primary key autoincrement, email text unique,
    role text not null, salt blob, digest blob, valid_since integer not null)"; // in microseconds
type Row = (i64, String, String, Vec<u8>, Vec<u8>, i64);

struct Users(sqlx::SqlitePool);

fn account((id, email, role, .., since): &Row) -> Result<Account, DirectoryError> {
    let since = Timestamp::from_micros(u64::try_from(*since)?).ok_or("an instant out of range")?;
    let role = if role == "admin" { Role::Administrator } else { Role::Member };
    Ok(Account::new(SubjectId::from(*id), email, role).with_valid_since(since))
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
        let email = email.to_lowercase();
        Ok(sqlx::query_as("select * from users where email = ?").bind(email).fetch_optional(&self.0).await?)
    }
    /// Adds or changes a person. A second write sets `valid_since` later than each sign-in with the old password.
    async fn set(&self, email: &str, role: &str, password: &Secret) -> Result<SubjectId, DirectoryError> {
        let mut salt = vec![0; 16];
        SystemEntropy.fill(&mut salt)?;
        let digest = digest(password, salt.clone()).await?;
        let set = "insert into users values (null, ?1, ?2, ?3, ?4, ?5) on conflict (email)
            do update set role = ?2, salt = ?3, digest = ?4, valid_since = ?5 returning id";
        let write = async || -> Result<i64, DirectoryError> {
            let set = sqlx::query_scalar(set).bind(email.to_lowercase()).bind(role).bind(&salt).bind(&digest);
            Ok(set.bind(i64::try_from(SystemClock.now().micros())?).fetch_one(&self.0).await?)
        };
        write().await?;
        Ok(SubjectId::from(write().await?))
    }
}

#[async_trait::async_trait]
impl Accounts for Users {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        let row = sqlx::query_as("select * from users where id = ?").bind(subject.as_str()).fetch_optional(&self.0);
        row.await?.as_ref().map(account).transpose()
    }
    async fn resolve(&self, email: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(email.to_lowercase()).with_subject(self.named(email).await?.map(|row| row.0.into())))
    }
}

#[async_trait::async_trait]
impl Logins for Users {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let row = self.named(login.name).await?;
        // Hash for an unknown name too. Otherwise the response time shows which names exist.
        let digest = digest(login.password, row.as_ref().map_or_else(|| vec![0; 16], |row| row.3.clone())).await?;
        row.filter(|row| digest.ct_eq(&row.4).into()).as_ref().map(account).transpose()
    }
}

#[async_trait::async_trait]
impl Search for Users {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        let rows = sqlx::query_as("select * from users where instr(email, ?) > 0 order by id limit ?");
        let rows: Vec<Row> = rows.bind(text.to_lowercase()).bind(i64::from(limit.get())).fetch_all(&self.0).await?;
        rows.iter().map(account).collect()
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
    let oauth = token(own(), Sources::Extension).merge(revoke(own(), Sources::Extension));
    let api = me_tokens(own()).merge(users(own())).merge(clients(own())); // the last two for administrators
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
    let mut policy = Policy::open();
    policy.scopes = Some(KnownScopes::new(["projects:read", "projects:write"])?);
    let builder = Counterfoil::builder().policy(policy).store(SqliteStore::open_or_create("service.db").await?);
    let counterfoil = builder.directory(Users(users.0.clone())).key_ring_file("service.keys")?.start().await?;
    if let (Some(email), Some(role)) = (args().nth(2), args().nth(3)) {
        let set = users.set(&email, &role, &var("PASSWORD")?.into()).await;
        let subject = set.map_err(|error| anyhow::anyhow!(error.into_source()))?;
        return Ok(counterfoil.revoke_all_of(&Presenter::host(), &subject).await.map(drop)?);
    }
    // RFC 9700 forbids the password grant. It saves the example a sign-in page. service_axum.rs signs in without it.
    let grants = vec![Grant::Password, Grant::RefreshToken];
    let app = NewClient::named("App").with_id("app".parse::<ClientId>()?).with_public(true).with_grants(grants);
    let app = counterfoil.create_client(&Presenter::host(), app).await;
    anyhow::ensure!(matches!(app, Ok(_) | Err(ManageError::Conflict(_))), "{app:?}"); // there from the second start on
    let listener = std::net::TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:3000".to_owned()))?;
    println!("listening on http://{}", listener.local_addr()?);
    let served = counterfoil.clone();
    let server = HttpServer::new(move || {
        App::new().configure(|config| routes(config, &served)).wrap_fn(|request, next| {
            request.extensions_mut().insert(request.peer_addr().map_or(Source::Unknown, Source::from));
            next.call(request)
        })
    });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let upkeep = async move { counterfoil.run_upkeep(tokio::time::sleep, async { drop(stopped.await) }).await };
    let upkeep = tokio::spawn(upkeep);
    let served = server.listen(listener)?.run().await; // until SIGTERM or Ctrl-C
    drop(stop); // now the upkeep writes the last uses and ends
    Ok(upkeep.await.map(|()| served)??)
}
