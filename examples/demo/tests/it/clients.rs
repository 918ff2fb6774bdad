//! Tests the demo with third-party clients: curl with the commands that 12d Synergy documents, an OAuth crate, OAuth
//! clients from PyPI, and a fuzzer that reads the OpenAPI document.

mod defaults;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Server, text};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl, RequestTokenError,
    ResourceOwnerPassword, ResourceOwnerUsername, RevocationUrl, Scope, StandardRevocableToken,
    TokenIntrospectionResponse as _, TokenResponse as _, TokenUrl,
};
use serde_json::Value;

fn curl(arguments: &[&str]) -> Value {
    let output = Command::new("curl").arg("--silent").args(arguments).output();
    let output = output.expect("curl is missing: `apt-get install curl`");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Returns the path of a program that `.ci/clients` installs.
fn tool(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/bin").join(name);
    assert!(path.is_file(), "{name} is missing: run `.ci/clients`, which installs it into target/clients");
    path
}

/// Runs the two commands that 12d Synergy documents (requirement SYN-TOKEN 1). The host name and the line continuations
/// differ from the documentation. The documentation also lacks a space before the last field, which the test adds.
#[tokio::test(flavor = "multi_thread")]
async fn syn_token_1_the_seeds_two_commands_work() {
    let server = Server::start("memory:");
    let url = server.url("/token");
    let begin =
        ["--location", "--request", "POST", &url, "--header", "Content-Type: application/x-www-form-urlencoded"];
    let begin = [
        &begin[..],
        &["--header", "Authorization: BASIC dGVzdC50b2tlbjphN2Q4NDkzNjZkMjI0ZjhlYjUyMWNjZjY5NjkyNTYyNw=="],
    ]
    .concat();
    let fields =
        |fields: &[&'static str]| fields.iter().flat_map(|field| ["--data-urlencode", field]).collect::<Vec<_>>();
    let login = fields(&[
        "grant_type=password",
        "username=AD\\bill.posters",
        "password=blabla",
        "remember=true",
        "mfa_key=",
        "machine_key=",
    ]);
    let first = curl(&[&begin[..], &login].concat());
    assert_eq!(first["token_type"], "bearer");
    assert!((590..=600).contains(&first["expires_in"].as_u64().expect("whole seconds")));
    for (name, value) in [
        ("user_name", "AD\\bill.posters"),
        ("user_id", "<ID>6</ID><ServerID>1</ServerID><ServerGUID>cd877c4c-ca8f-4476-83fe-9a2cf107621c</ServerGUID>"),
        ("as:client_id", "angularApp"),
        ("is_read_only_web_user", "false"),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    assert!(text(&first, ".issued").ends_with(" GMT") && text(&first, ".expires").ends_with(" GMT"));
    let refresh = format!("refresh_token={}", text(&first, "refresh_token"));
    let again = ["--data-urlencode", "grant_type=refresh_token", "--data-urlencode", &refresh];
    let second = curl(&[&begin[..], &again].concat());
    assert_eq!(second["refresh_token"], first["refresh_token"], "mode reuse, as 12d Synergy documents it");
    assert_ne!(second["access_token"], first["access_token"]);
    let header = format!("Authorization: Bearer {}", text(&second, "access_token"));
    let who = curl(&[&server.url("/api/v1/whoami"), "--header", &header]);
    assert_eq!(who["name"], "AD\\bill.posters");
}

/// The HTTP client that the crate `oauth2` uses in these tests. It is reqwest, and follows no redirects.
async fn http(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let (parts, body) = request.into_parts();
    let response = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body).send().await?;
    let mut answer = HttpResponse::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes().await?.to_vec();
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn syn_token_4_the_oauth2_crate_signs_in_refreshes_introspects_and_revokes() {
    let server = Server::start("memory:");
    for how in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new("rotating".into()))
            .set_client_secret(ClientSecret::new("rotating-secret-for-the-demo-only".into()))
            .set_auth_type(how)
            .set_token_uri(TokenUrl::new(server.url("/token")).expect("a URL"))
            .set_revocation_url(RevocationUrl::new(server.url("/revoke")).expect("a URL"))
            .set_introspection_url(IntrospectionUrl::new(server.url("/introspect")).expect("a URL"));
        let (name, password) = (ResourceOwnerUsername::new("ivan".into()), ResourceOwnerPassword::new("ivan".into()));
        let request = client.exchange_password(&name, &password).add_scope(Scope::new("demo:read".into()));
        let first = request.add_extra_param("remember", "true").request_async(&http).await.expect("tokens");
        assert_eq!(first.expires_in().map(|left| left.as_secs()), Some(600));
        let refresh = first.refresh_token().expect("a refresh token");
        let second = client.exchange_refresh_token(refresh).request_async(&http).await.expect("tokens");
        assert_ne!(second.refresh_token().expect("another").secret(), refresh.secret());
        let introspected = client.introspect(second.access_token()).request_async(&http).await.expect("an answer");
        assert!(introspected.active() && introspected.username() == Some("ivan"));
        let token = StandardRevocableToken::RefreshToken(second.refresh_token().expect("it").clone());
        let url = client.revocation_url().url().to_string();
        assert!(url.ends_with("/revoke"));
        // The crate refuses to revoke a token without TLS, so the test sends this request itself.
        let (status, _) = server
            .form(
                "/revoke",
                "Basic cm90YXRpbmc6cm90YXRpbmctc2VjcmV0LWZvci10aGUtZGVtby1vbmx5",
                &[("token", secret(&token))],
            )
            .await;
        assert_eq!(status, 200);
        let introspected = client.introspect(second.access_token()).request_async(&http).await.expect("an answer");
        assert!(!introspected.active());
        let wrong = ResourceOwnerPassword::new("wrong".into());
        match client.exchange_password(&name, &wrong).request_async(&http).await {
            Err(RequestTokenError::ServerResponse(error)) => assert_eq!(error.error().to_string(), "invalid_grant"),
            other => panic!("{other:?}"),
        }
    }
}

fn secret(token: &StandardRevocableToken) -> &str {
    match token {
        StandardRevocableToken::AccessToken(token) => token.secret(),
        StandardRevocableToken::RefreshToken(token) => token.secret(),
        _ => panic!("a kind of token that the crate did not have"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn_token_6_oauth_clients_of_pypi_work_and_see_a_replay_end_a_family() {
    let server = Server::start("memory:");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/oauth.py");
    let output = Command::new(tool("python")).arg(script).arg(server.url("")).output().expect("python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("as expected"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The paths whose operations can end the fuzzer's own sign-in. They run last.
const ENDING: &str = r"/sign-ins/\{id\}$|/users/\{subject\}/revoke$";

/// Runs the fuzzer on all operations with an access token of this person. For each operation, the fuzzer generates at
/// most `examples` examples.
async fn fuzz(person: [&str; 2], examples: &str) {
    let server = Server::start("memory:");
    let (_, document) = server.call("GET", "/api-docs/openapi.json", "", None).await;
    let paths = document["paths"].as_object().expect("paths").values();
    let methods = ["get", "put", "post", "patch", "delete"];
    let all: usize = paths.map(|path| methods.iter().filter(|method| path.get(method).is_some()).count()).sum();
    let mut selected = 0;
    for choice in ["--exclude-path-regex", "--include-path-regex"] {
        let token = server.access(person[0], person[1]).await;
        selected += run_the_fuzzer(&server, &token, examples, choice, all);
        // If the token had stopped working before the operations that can end the sign-in, the fuzzer would have tested
        // only refusals.
        let (status, _) = server.call("GET", "/api/v1/whoami", &token, None).await;
        assert!(status == 200 || choice == "--include-path-regex", "the token of {} works: {status}", person[0]);
    }
    assert_eq!(selected, all, "every operation");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// Runs the fuzzer on the operations that `choice`, an option of the fuzzer, includes or excludes by [`ENDING`]. Checks
/// that the fuzzer finds no error. Returns the number of these operations.
fn run_the_fuzzer(server: &Server, token: &str, examples: &str, choice: &str, all: usize) -> usize {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/schemathesis.toml");
    let output = Command::new(tool("st"))
        .arg("--config-file")
        .arg(config)
        .args(["run", &server.url("/api-docs/openapi.json"), "--checks", "all", "--max-examples", examples])
        .args(["--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--no-color"])
        .args(["--header", &format!("Authorization: Bearer {token}"), choice, ENDING])
        .current_dir(server.folder.path())
        .output()
        .expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", said.lines().filter(|line| line.contains("generated")).collect::<Vec<_>>().join("\n"));
    let (before, _) = said.split_once(&format!(" selected / {all} total")).expect("the number of operations");
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_served_document_is_true_for_a_fuzzer_with_every_right() {
    fuzz(["super@example.com", "super"], "20").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_served_document_is_true_for_a_fuzzer_with_few_rights() {
    fuzz(["newbie", "newbie"], "10").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_openapi_3_1_and_its_page_loads_nothing_from_elsewhere() {
    let server = Server::start("memory:");
    let (status, document) = server.call("GET", "/api-docs/openapi.json", "", None).await;
    assert_eq!((status, &document["openapi"]), (200, &"3.1.0".into()));
    let paths = document["paths"].as_object().expect("paths");
    for path in [
        "/token",
        "/revoke",
        "/introspect",
        "/leaks",
        "/.well-known/oauth-authorization-server",
        "/api/v1/whoami",
        "/api/v1/me/tokens",
        "/api/v1/me/tokens/{id}",
        "/api/v1/me/tokens/{id}/rotate",
        "/api/v1/users",
        "/api/v1/users/{subject}",
        "/api/v1/users/{subject}/tokens",
        "/api/v1/users/{subject}/tokens/{id}",
        "/api/v1/credentials",
        "/api/v1/credentials/{id}",
        "/api/v1/security-codes",
        "/api/v1/security-codes/{id}",
        "/api/v1/security-codes/{id}/make-permanent",
        "/api/v1/security-codes/{id}/reset",
        "/api/v1/security-codes/{id}/reactivate",
        "/api/v1/clients",
        "/api/v1/clients/{id}",
        "/api/v1/clients/{id}/secrets",
        "/api/v1/settings",
        "/healthz",
        "/readyz",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let response = reqwest::get(server.url("/api-docs/ui/index")).await.expect("the page");
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.starts_with("default-src 'none'"));
    let page = response.text().await.expect("text");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    for asset in page.split('"').filter(|text| text.ends_with(".js") || text.ends_with(".css")) {
        let url = server.url(&format!("/api-docs/ui/{}", asset.trim_start_matches("./")));
        assert_eq!(reqwest::get(&url).await.expect("an asset").status(), 200, "{asset}");
    }
    let initializer = reqwest::get(server.url("/api-docs/ui/swagger-initializer.js")).await.expect("it").text().await;
    assert!(initializer.expect("text").contains("/api-docs/openapi.json"));
}
