//! Tests the binary of the demo: settings, files, signals, output and log. Also tests restarts and an outage of the
//! store.

mod connections;
mod migrate;
mod notices;
mod operation;
mod wire;

use std::os::unix::fs::PermissionsExt as _;

use counterfoil_testkit::servers;
use counterfoil_testkit::servers::redis::{RedisCluster, RedisServer};
use serde_json::json;

use crate::support::tempfile::TempDir;
use crate::support::{Server, refused, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_line_says_where_it_listens_and_the_rest_what_to_try() {
    let mut server = Server::start("memory:");
    assert_eq!(server.greeting[0], format!("listening on http://127.0.0.1:{}", server.port));
    let all = server.greeting.join("\n");
    for shown in ["AD\\bill.posters / blabla", "carol / carol", "super@example.com / super", "newbie / newbie"] {
        assert!(all.contains(shown), "{shown}");
    }
    assert_eq!(all.matches("curl -s http://127.0.0.1").count(), 3);
    assert_eq!(server.call("GET", "/healthz", "", None).await.0, 200);
    assert_eq!(server.call("GET", "/readyz", "", None).await.0, 200);
    server.signal("INT");
    assert_eq!(server.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_within_ten_seconds_with_requests_under_way_and_idle_connections() {
    let mut server = Server::start("memory:");
    let idle = std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("connected");
    let mut half = std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("connected");
    std::io::Write::write_all(
        &mut half,
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ngrant",
    )
    .expect("sent");
    assert_eq!(server.call("GET", "/healthz", "", None).await.0, 200);
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
    drop((idle, half));
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_clients_and_tokens_outlive_a_restart() {
    let server = Server::start_in(TempDir::new().expect("a folder"), |_| {});
    let (admin, ivan) = (server.access("admin", "admin").await, server.access("ivan", "ivan").await);
    let new = json!({"label": "kept", "expires_in_days": 1});
    let (_, made) = server.call("POST", "/api/v1/me/tokens", &ivan, Some(new)).await;
    let off = json!({"token_login_allowed": false});
    assert_eq!(server.call("PATCH", "/api/v1/users/carol", &admin, Some(off)).await.0, 200);
    assert_eq!(server.call("DELETE", "/api/v1/clients/machine", &admin, None).await.0, 204);
    assert_eq!(server.call("GET", "/api/v1/whoami", &text(&made, "token"), None).await.0, 200);
    let folder = server.stop();
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file")).collect();
    let keys = files.iter().find(|file| file.file_name() == "counterfoil-demo.db.keys").expect("the key ring");
    assert_eq!(keys.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    assert!(files.iter().any(|file| file.file_name() == "counterfoil-demo.db"));

    let again = Server::start_in(folder, |_| {});
    assert_eq!(again.call("GET", "/api/v1/whoami", &text(&made, "token"), None).await.0, 200);
    let (_, list) = again.call("GET", "/api/v1/me/tokens", &ivan, None).await;
    assert!(list["items"][0]["last_used_at"].is_string(), "a use before the stop was written: {list}");
    let (_, found) = again.call("GET", "/api/v1/users?q=carol", &admin, None).await;
    assert_eq!(found["items"][0]["token_login_allowed"], false, "what an administrator changed stays");
    let (_, clients) = again.call("GET", "/api/v1/clients", &admin, None).await;
    assert_eq!(clients["items"].as_array().expect("items").len(), 3);
}

#[test]
fn a_key_ring_that_others_can_read_is_refused() {
    let output = refused(|command| {
        let folder = command.get_current_dir().expect("a folder").to_owned();
        let path = folder.join("keys");
        std::fs::write(&path, "1:q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n").expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        command.env("COUNTERFOIL_KEYS", path).env("COUNTERFOIL_STORE", "memory:");
    });
    assert!(output.contains("COUNTERFOIL_KEYS") && output.contains("chmod 600"), "{output}");
    assert!(!output.contains("q6ur"), "a key is not shown");
}

#[test]
fn settings_that_cannot_be_carried_out_stop_the_start_and_are_named() {
    for (name, value, says) in [
        ("STORE", "redis://:hunter2@127.0.0.1:1", "COUNTERFOIL_STORE"),
        ("STORE", "redis-cluster://127.0.0.1:1,127.0.0.1:2", "COUNTERFOIL_STORE"),
        ("STORE", "redis-cluster://", "COUNTERFOIL_STORE"),
        ("STORE", "mysql://user:hunter2@localhost", "COUNTERFOIL_STORE"),
        ("STORE", "sqlite://", "COUNTERFOIL_STORE"),
        ("STORE", "sqlite:///nowhere/at/all.db", "COUNTERFOIL_STORE"),
        ("STORE", "postgres://user:hunter2@127.0.0.1:1/none", "COUNTERFOIL_STORE"),
        ("SMTP", "smtp://mail.example.com:25", "COUNTERFOIL_SMTP"),
        ("SMTP", "smtp://user:hunter2@mail.example.com", "COUNTERFOIL_SMTP"),
        ("POLICY", "nowhere.toml", "COUNTERFOIL_POLICY"),
        ("LISTEN", "localhost", "listen"),
        ("LISTEN", "192.0.2.1:80", "COUNTERFOIL_LISTEN"),
    ] {
        let output = refused(|command| {
            command.env("COUNTERFOIL_STORE", "memory:").env(format!("COUNTERFOIL_{name}"), value);
        });
        assert!(output.contains(says), "{name}={value}: {output}");
        assert!(!output.contains("hunter2"), "{output}");
    }
}

#[test]
fn an_unknown_key_of_the_policy_stops_the_start_with_its_name() {
    for (policy, says) in [
        ("[access_tokens]\nlifetim = 60\n", "lifetim"),
        ("[acces_tokens]\nlifetime = 60\n", "acces_tokens"),
        ("colour = 1\n", "colour"),
        ("[throttle.account]\nfailurs = 1\n", "failurs"),
        ("[access_tokens]\nlifetime = 0\n", "access_tokens.lifetime"),
        ("[refresh_tokens]\ngrace = 61\n", "refresh_tokens.grace"),
        ("[access_tokens]\nlifetime = \"60\"\n", "COUNTERFOIL_POLICY"),
        ("[access_tokens\n", "COUNTERFOIL_POLICY"),
    ] {
        let output = refused(|command| {
            let path = command.get_current_dir().expect("a folder").join("policy.toml");
            std::fs::write(&path, policy).expect("written");
            command.env("COUNTERFOIL_POLICY", path).env("COUNTERFOIL_STORE", "memory:");
        });
        assert!(output.contains(says), "{policy}: {output}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_goes_over_the_demos_own_and_flags_over_the_environment() {
    let folder = TempDir::new().expect("a folder");
    let policy = "[access_tokens]\nlifetime = 60\n[refresh_tokens]\ninactivity = 3600\nabsolute = 7200\ngrace = 5\n\
                  [security_codes]\ndefault_lifetime = 120\nretention = 240\n[notices]\nlead = 86400\n\
                  [personal_access_tokens]\nmax_days = 10\nlabel_max = 5\nmax_live_per_owner = 1\nretention = 60\n\
                  [throttle.account]\nfailures = 2\nwindow = 60\n";
    std::fs::write(folder.path().join("policy.toml"), policy).expect("written");
    let server = Server::start_in(folder, |command| {
        command.env("COUNTERFOIL_STORE", "redis://localhost").env("COUNTERFOIL_ISSUER", "https://one.example");
        command.args(["--store", "memory:", "--policy", "policy.toml", "--counterfoil-issuer=https://two.example"]);
    });
    let tokens = server.sign_in("admin", "admin").await;
    assert_eq!(tokens["expires_in"], 60);
    let admin = text(&tokens, "access_token");
    let (_, settings) = server.call("GET", "/api/v1/settings", &admin, None).await;
    let expected = json!({
        "personal_access_tokens_enabled": true, "access_lifetime_seconds": 60, "refresh_inactivity_seconds": 3600,
        "refresh_absolute_seconds": 7200, "pat_max_days": 10, "code_lifetime_seconds": 120, "notice_lead_days": 1,
    });
    assert_eq!(settings, expected);
    let make = async |label: &str, days: u32| {
        let new = json!({"label": label, "expires_in_days": days});
        server.call("POST", "/api/v1/me/tokens", &admin, Some(new)).await.0
    };
    assert_eq!((make("longer", 1).await, make("a", 11).await), (422, 422));
    assert_eq!((make("a", 10).await, make("b", 10).await), (201, 409));
    let wrong = [("grant_type", "password"), ("username", "ivan"), ("password", "wrong")];
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(server.token(&wrong).await.0);
    }
    assert_eq!(seen, [400, 400, 429]);
    let (_, metadata) = server.call("GET", "/.well-known/oauth-authorization-server", "", None).await;
    assert_eq!(
        (&metadata["issuer"], &metadata["token_endpoint"]),
        (&"https://two.example".into(), &"https://two.example/token".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demos_accounts_and_clients_are_those_of_the_table() {
    let server = Server::start("memory:");
    let bill = server.sign_in("AD\\bill.posters", "blabla").await;
    let id = "<ID>6</ID><ServerID>1</ServerID><ServerGUID>cd877c4c-ca8f-4476-83fe-9a2cf107621c</ServerGUID>";
    assert_eq!((&bill["user_id"], &bill["as:client_id"]), (&id.into(), &"angularApp".into()));
    assert_eq!(bill["is_read_only_web_user"], "false");
    assert_eq!(server.sign_in("carol", "carol").await["is_read_only_web_user"], "true");
    let admin = server.access("admin", "admin").await;
    let (_, users) = server.call("GET", "/api/v1/users", &admin, None).await;
    let shown: Vec<_> = users["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|user| (text(user, "name"), text(user, "role"), user["token_login_allowed"].as_bool().expect("a switch")))
        .collect();
    let expected = [
        ("AD\\bill.posters", "member", true),
        ("carol", "collaborator", true),
        ("admin", "administrator", true),
        ("super@example.com", "super_administrator", true),
        ("ivan", "member", true),
        ("newbie", "member", false),
    ];
    assert_eq!(shown, expected.map(|(name, role, allowed)| (name.to_owned(), role.to_owned(), allowed)));
    let newbie = server.access("newbie", "newbie").await;
    let (status, gate) = server.call("GET", "/api/v1/me/tokens", &newbie, None).await;
    assert_eq!((status, text(&gate, "type").ends_with("token-login-not-allowed")), (403, true));
    // The subject id contains slashes. They are escaped, so that the id is one segment of the path.
    let path = format!("/api/v1/users/{}/tokens", crate::support::escaped(id));
    assert_eq!(server.call("GET", &path, &admin, None).await.0, 200);
    let (_, clients) = server.call("GET", "/api/v1/clients", &admin, None).await;
    let mut modes: Vec<_> = clients["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|client| {
            (
                text(client, "id"),
                text(client, "refresh_mode"),
                client["public"] == true,
                client["resource_server"] == true,
            )
        })
        .collect();
    modes.sort();
    let expected = [
        ("machine", "rotate", false, true),
        ("public-app", "rotate", true, false),
        ("rotating", "rotate", false, false),
        ("test.token", "reuse", false, false),
    ];
    assert_eq!(modes, expected.map(|(id, mode, public, server)| (id.to_owned(), mode.to_owned(), public, server)));
    let scoped =
        [("grant_type", "password"), ("username", "ivan"), ("password", "ivan"), ("scope", "demo:read demo:write")];
    let (status, tokens) = server.token(&scoped).await;
    assert_eq!(status, 200);
    let (_, who) = server.call("GET", "/api/v1/whoami", &text(&tokens, "access_token"), None).await;
    assert_eq!(who["scope"], "demo:read demo:write");
    let machine = "Basic bWFjaGluZTptYWNoaW5lLXNlY3JldC1mb3ItdGhlLWRlbW8tb25seQ==";
    let (_, output) = server.form("/introspect", machine, &[("token", &text(&tokens, "access_token"))]).await;
    assert_eq!(
        (&output["active"], &output["username"], &output["client_id"]),
        (&true.into(), &"ivan".into(), &"test.token".into())
    );
    let (_, metadata) = server.call("GET", "/.well-known/oauth-authorization-server", "", None).await;
    let scopes = metadata["scopes_supported"].as_array().expect("scopes");
    assert!(scopes.contains(&"demo:read".into()) && scopes.contains(&"demo:write".into()) && scopes.len() == 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoami_tells_every_kind_of_credential() {
    let server = Server::start("memory:");
    let access = server.access("super@example.com", "super").await;
    let (_, own) = server.call("GET", "/api/v1/whoami", &access, None).await;
    assert_eq!(
        (&own["kind"], &own["role"], &own["label"]),
        (&"access_token".into(), &"super_administrator".into(), &json!(null))
    );
    assert!(own.get("actor").is_none());
    assert!(text(&own, "expires_at").ends_with('Z'));
    let new = json!({"label": "own", "expires_in_days": 1, "scope": "demo:read"});
    let (_, made) = server.call("POST", "/api/v1/me/tokens", &access, Some(new)).await;
    let (_, own) = server.call("GET", "/api/v1/whoami", &text(&made, "token"), None).await;
    assert_eq!(
        (&own["kind"], &own["label"], &own["scope"]),
        (&"personal_access_token".into(), &"own".into(), &"demo:read".into())
    );
    assert_eq!(own["credential_id"], made["id"]);
    let new = json!({"access": "same_as_user", "user": "admin"});
    let (_, made) = server.call("POST", "/api/v1/security-codes", &access, Some(new)).await;
    let (_, own) = server.call("GET", "/api/v1/whoami", &text(&made, "code"), None).await;
    let output = [&own["kind"], &own["name"], &own["role"], &own["actor"]];
    assert_eq!(output, ["security_code", "admin", "member", "super@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_no_secret_reaches_the_log() {
    let server = Server::start_in(TempDir::new().expect("a folder"), |command| {
        command.env("COUNTERFOIL_STORE", "memory:").env("RUST_LOG", "trace");
    });
    let tokens = server.sign_in("super@example.com", "super").await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let wrong = [("grant_type", "password"), ("username", "ivan"), ("password", "canary-password")];
    server.token(&wrong).await;
    let (_, made) =
        server.call("POST", "/api/v1/me/tokens", &access, Some(json!({"label": "a", "expires_in_days": 1}))).await;
    let (_, client) = server.call("POST", "/api/v1/clients", &access, Some(json!({"display_name": "x"}))).await;
    server.call("GET", &format!("/api/v1/whoami?access_token={access}"), &text(&made, "token"), None).await;
    server.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await;
    server.call("GET", "/api/v1/whoami", "cfa_canary-bearer", None).await;
    server.call("DELETE", &format!("/api/v1/me/tokens/{refresh}"), &access, None).await;
    let folder = server.stop();
    let log = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    assert!(log.lines().count() > 10, "it logs");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "structured");
    for secret in [&access, &refresh, &text(&made, "token"), &text(&client, "secret")] {
        assert!(!log.contains(&secret[26..]), "a token is in the log");
    }
    for secret in [&text(&client, "api_key"), "canary-password", "canary-bearer", "a7d849366d224f8eb521ccf696925627"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_redis_is_chosen_by_its_url_and_outlives_the_server() {
    let (single, cluster) = (RedisServer::start(), RedisCluster::start());
    let nodes: Vec<_> = cluster.urls().iter().map(|url| url.trim_start_matches("redis://").to_owned()).collect();
    for url in [single.url(), format!("redis-cluster://{}", nodes.join(","))] {
        let mut server = Server::start(&url);
        let access = server.access("ivan", "ivan").await;
        server.signal("TERM");
        assert_eq!(server.ended().code(), Some(0), "{url}");
        let folder = std::mem::replace(&mut server.folder, TempDir::new().expect("a folder"));
        let server = Server::start_in(folder, |command| {
            command.env("COUNTERFOIL_STORE", &url);
        });
        assert_eq!(server.call("GET", "/api/v1/whoami", &access, None).await.0, 200, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_kinds_5_a_store_that_goes_away_is_503_and_never_401() {
    let database = servers::Postgres::start();
    let server = Server::start(&format!("postgres://postgres@127.0.0.1:{}/postgres", database.port()));
    let access = server.access("ivan", "ivan").await;
    assert_eq!(server.call("GET", "/api/v1/whoami", &access, None).await.0, 200);
    assert_eq!(server.call("GET", "/readyz", "", None).await.0, 200);
    drop(database);
    assert_eq!(server.call("GET", "/healthz", "", None).await.0, 200);
    let (status, problem) = server.call("GET", "/api/v1/whoami", &access, None).await;
    assert_eq!((status, text(&problem, "type").ends_with("unavailable")), (503, true));
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];
    let (status, error) = server.token(&form).await;
    assert_eq!((status, text(&error, "error").as_str()), (503, "temporarily_unavailable"));
    let (status, _) = server.form("/revoke", crate::support::SEED_CLIENT, &[("token", &access)]).await;
    assert_eq!(status, 503, "never a success");
    // The demo probes its store at most once in five seconds.
    let mut ready = 200;
    for _ in 0..100 {
        ready = server.call("GET", "/readyz", "", None).await.0;
        if ready == 503 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(ready, 503, "fault_g11: readiness tries a write");
}
