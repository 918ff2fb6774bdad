//! Tests of `service_actix`: sign-ins at the token endpoint, tokens with scopes, the management API, restarts, last
//! uses, and a new password.

use std::path::Path;

use crate::process::{Answer, Process, command, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_service_actix");

/// Starts the service whose files are in `folder`, with the member `ann` and the administrator `root`.
fn with_people(folder: &Path) -> Process {
    for (email, role) in [("Ann@example.com", "member"), ("root@example.com", "admin")] {
        run(PROGRAM, folder, &[("PASSWORD", "a-password")], &["add", email, role]);
    }
    Process::start(PROGRAM, folder, &[])
}

/// Sends a form to the token endpoint as the client `app`, which has no secret.
async fn grant(service: &Process, form: &str) -> Answer {
    service.post("/token", "", &format!("client_id=app&{form}")).await
}

/// Signs a person in with the password grant.
async fn sign_in(service: &Process, name: &str) -> Answer {
    grant(service, &format!("grant_type=password&username={name}%40example.com&password=a-password")).await
}

/// Creates a personal access token with this label and scope. `signed_in` is the access token of its owner.
async fn token(service: &Process, signed_in: &str, label: &str, scope: &str) -> Answer {
    let new = format!(r#"{{"label":"{label}","expires_in_days":30,"scope":"{scope}"}}"#);
    service.post("/api/v1/me/tokens", signed_in, &new).await
}

/// Signs `ann` in, and creates a personal access token with the scope `projects:read`. Returns the token's text.
async fn reader(service: &Process) -> String {
    let signed_in = sign_in(service, "ann").await.member("access_token");
    token(service, &signed_in, "reader", "projects:read").await.member("token")
}

#[tokio::test]
async fn host_71_service_actix_gives_tokens_with_scopes_to_people_who_sign_in_at_the_token_endpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_people(folder.path());
    for wrong in ["ann%40example.com&password=wrong", "bob%40example.com&password=a-password"] {
        let refused = grant(&service, &format!("grant_type=password&username={wrong}")).await;
        assert_eq!((refused.status, refused.member("error")), (400, "invalid_grant".to_owned()));
    }
    let granted = sign_in(&service, "ANN").await;
    let signed_in = granted.member("access_token");
    let (reader, writer) = (
        token(&service, &signed_in, "reader", "projects:read").await,
        token(&service, &signed_in, "writer", "projects:write").await,
    );
    assert_eq!((reader.status, writer.status), (201, 201), "{reader:?} {writer:?}");
    let (id, reader, writer) = (reader.member("id"), reader.member("token"), writer.member("token"));
    assert_eq!(service.get("/projects", &reader).await.body, "the projects of ann@example.com\n");
    assert_eq!(service.post("/projects", &writer, "a house").await.body, "a house, a project of ann@example.com\n");
    for (refused, scope) in [
        (service.get("/projects", &writer).await, "read"),
        (service.post("/projects", &reader, "a house").await, "write"),
    ] {
        let challenge = format!(r#"Bearer realm="default", error="insufficient_scope", scope="projects:{scope}""#);
        assert_eq!((refused.status, refused.challenge), (403, challenge));
    }
    let nobody = service.get("/projects", "").await;
    assert_eq!((nobody.status, nobody.challenge.as_str()), (401, r#"Bearer realm="default""#));
    assert_eq!(token(&service, &signed_in, "else", "else").await.status, 422, "a scope that it does not know");

    let form = format!("grant_type=refresh_token&refresh_token={}", granted.member("refresh_token"));
    let refreshed = grant(&service, &form).await.member("access_token");
    let deleted = service.send("DELETE", &format!("/api/v1/me/tokens/{id}"), &refreshed, None).await;
    assert_eq!((deleted.status, service.get("/projects", &reader).await.status), (204, 401));
    assert_eq!(service.get("/projects", &writer).await.status, 403, "the other token is as it was");
    let form = format!("client_id=app&token={refreshed}");
    assert_eq!(service.post("/revoke", "", &form).await.status, 200);
    assert_eq!(service.get("/projects", &refreshed).await.status, 401);
}

#[tokio::test]
async fn host_71_service_actix_lets_administrators_find_people_and_register_clients() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_people(folder.path());
    let ann = sign_in(&service, "ann").await.member("access_token");
    let root = sign_in(&service, "root").await.member("access_token");
    assert_eq!(service.get("/api/v1/users?q=ann", &ann).await.status, 403, "for administrators");
    let found = service.get("/api/v1/users?q=ANN", &root).await;
    assert!(found.body.contains(r#""ann@example.com""#) && !found.body.contains("root"), "{found:?}");
    let client = r#"{"display_name":"Reports","grants":["password"]}"#;
    assert_eq!(service.post("/api/v1/clients", &ann, client).await.status, 403);
    assert_eq!(service.post("/api/v1/clients", &root, client).await.status, 201);
}

#[tokio::test]
async fn host_71_a_restart_of_service_actix_keeps_tokens_and_a_foreign_key_ring_stops_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_people(folder.path());
    let reader = reader(&service).await;
    service.stop();
    let service = Process::start(PROGRAM, folder.path(), &[]);
    assert_eq!(service.get("/projects", &reader).await.status, 200);
    service.stop();

    std::fs::remove_file(folder.path().join("service.keys")).expect("a key file");
    let output = command(PROGRAM, folder.path(), &[]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty(), "it served");
    assert!(said.contains("put back the key file that belongs to the store"), "{said}");
}

#[tokio::test]
async fn host_71_service_actix_writes_the_last_use_of_a_token_before_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_people(folder.path());
    let reader = reader(&service).await;
    assert_eq!(service.get("/projects", &reader).await.status, 200);
    service.terminate();
    let service = Process::start(PROGRAM, folder.path(), &[]);
    let signed_in = sign_in(&service, "ann").await.member("access_token");
    let listed: serde_json::Value =
        serde_json::from_str(&service.get("/api/v1/me/tokens", &signed_in).await.body).expect("JSON");
    assert!(listed["items"][0]["last_used_at"].is_string(), "{listed}");
}

#[tokio::test]
async fn host_71_a_new_password_in_service_actix_ends_the_sign_ins_and_the_tokens() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = with_people(folder.path());
    let (root, ann) = (sign_in(&service, "root").await, sign_in(&service, "ann").await);
    let reader = reader(&service).await;
    run(PROGRAM, folder.path(), &[("PASSWORD", "second")], &["add", "ann@example.com", "member"]);
    for ended in [&ann.member("access_token"), &reader] {
        assert_eq!(service.get("/projects", ended).await.status, 401);
    }
    assert_eq!(service.get("/projects", &root.member("access_token")).await.status, 200, "another person's");
    assert_eq!(sign_in(&service, "ann").await.status, 400, "the old password");
    let granted = grant(&service, "grant_type=password&username=ann%40example.com&password=second").await;
    assert_eq!(service.get("/projects", &granted.member("access_token")).await.status, 200);
}
