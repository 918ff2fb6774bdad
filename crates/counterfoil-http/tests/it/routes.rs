//! Sends at least one request to every route.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use serde_json::Value;

use crate::support::{Answer, BASE, World, in_memory, over_hyper};

/// Sends requests, and records which routes got one.
struct Walk<'a> {
    world: &'a World,
    token: String,
    asked: BTreeSet<(String, String)>,
}

impl Walk<'_> {
    fn mark(&mut self, method: &str, path: &str) {
        let endpoint = self.world.endpoints.find(path).unwrap_or_else(|| panic!("{path} is served"));
        self.asked.insert((method.to_owned(), endpoint.path().to_owned()));
    }

    async fn call(&mut self, method: &str, path: &str, body: Option<&str>, status: u16) -> Answer {
        let asked = path.split('?').next().unwrap_or_default();
        self.mark(method, &format!("{BASE}{asked}"));
        let answer = self.world.call(method, path, &self.token, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        answer
    }

    /// Creates a resource. Returns the resource's path relative to the base path, and the JSON of the response.
    async fn make(&mut self, path: &str, body: Option<&str>) -> (String, Value) {
        let answer = self.call("POST", path, body, 201).await;
        let location = answer.header("location").and_then(|text| text.strip_prefix(BASE)).expect("below the base");
        (location.to_owned(), answer.json())
    }

    async fn form(&mut self, path: &str, form: &str) -> Value {
        self.mark("POST", path);
        let answer = self.world.form(path, form).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        serde_json::from_str(&answer.text).unwrap_or_default()
    }

    async fn tokens(&mut self) {
        let (made, json) = self.make("/me/tokens", Some(r#"{"label":"nightly","expires_in_days":7}"#)).await;
        assert_eq!(made, format!("/me/tokens/{}", json["id"].as_str().expect("an id")));
        assert!(json["token"].as_str().expect("a token").starts_with("cfp_"));
        let listed = self.call("GET", "/me/tokens", None, 200).await.json();
        let shown = self.call("GET", &made, None, 200).await.json();
        assert_eq!((&listed["items"][0], &shown["label"]), (&shown, &"nightly".into()));
        let office = r#"{"allowed_sources":["127.0.0.0/8"]}"#;
        let changed = self.call("PATCH", &made, Some(office), 200).await.json();
        assert_eq!(changed["allowed_sources"][0], "127.0.0.0/8");
        let described = self.call("PATCH", &made, Some(r#"{"description":"for the build server"}"#), 200).await.json();
        assert_eq!(described["description"], "for the build server");
        let (rotated, json) = self.make(&format!("{made}/rotate"), Some(r#"{"expires_in_days":30}"#)).await;
        assert_ne!((rotated.as_str(), &json["expires_at"]), (made.as_str(), &shown["expires_at"]));
        let refused = self.call("POST", &format!("{rotated}/extend"), Some(r#"{"expires_in_days":7}"#), 409).await;
        assert_eq!(refused.outcome().1, "not-allowed");
        self.call("DELETE", &rotated, None, 204).await;
    }

    async fn sign_ins(&mut self) {
        self.world.sign_in("sue", None).await;
        let listed = self.call("GET", "/me/sign-ins", None, 200).await.json();
        let other = listed["items"].as_array().expect("items").iter().find(|item| item["current"] == false);
        let id = other.expect("another")["id"].as_str().expect("an id").to_owned();
        let shown = self.call("GET", &format!("/me/sign-ins/{id}"), None, 200).await.json();
        assert_eq!((&shown["id"], &shown["current"]), (&id.as_str().into(), &false.into()));
        self.call("DELETE", &format!("/me/sign-ins/{id}"), None, 204).await;
        self.call("POST", "/me/sign-ins/end-others", None, 200).await;
        self.world.sign_in("ivan", None).await;
        let listed = self.call("GET", "/users/ivan/sign-ins", None, 200).await.json();
        let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
        let shown = self.call("GET", &format!("/users/ivan/sign-ins/{id}"), None, 200).await.json();
        assert_eq!(shown, listed["items"][0]);
        self.call("DELETE", &format!("/users/ivan/sign-ins/{id}"), None, 204).await;
        self.call("POST", "/users/ivan/revoke", None, 200).await;
    }

    async fn users(&mut self) {
        let issued = self.world.service.personal_access_token("ivan", None).await;
        let found = self.call("GET", "/users?q=ivan", None, 200).await.json();
        assert_eq!(found["items"][0]["subject"], "ivan");
        self.call("PATCH", "/users/ivan", Some(r#"{"token_login_allowed":true}"#), 200).await;
        let listed = self.call("GET", "/users/ivan/tokens", None, 200).await.json();
        assert_eq!(listed["items"][0]["id"], issued.view.id.to_string());
        let (made, json) = self.make("/users/ivan/tokens", Some(r#"{"label":"for him","expires_in_days":7}"#)).await;
        assert_eq!(made, format!("/users/ivan/tokens/{}", json["id"].as_str().expect("an id")));
        let path = format!("/users/ivan/tokens/{}", issued.view.id);
        self.call("GET", &path, None, 200).await;
        self.call("DELETE", &path, None, 204).await;
    }

    async fn credentials(&mut self) {
        let id = self.world.service.personal_access_token("ivan", None).await.view.id.to_string();
        let listed = self.call("GET", "/credentials?kind=personal_access_token", None, 200).await.json();
        assert!(listed["items"].as_array().is_some_and(|items| items.iter().any(|item| item["id"] == id.as_str())));
        self.call("GET", &format!("/credentials/{id}"), None, 200).await;
    }

    async fn codes(&mut self) {
        let (code, json) = self.make("/security-codes", Some(r#"{"access":"super_administrator"}"#)).await;
        assert!(json["code"].is_string());
        self.call("GET", "/security-codes?include_expired=true", None, 200).await;
        self.call("GET", &code, None, 200).await;
        self.call("POST", &format!("{code}/make-permanent"), None, 200).await;
        self.call("POST", &format!("{code}/reset"), None, 200).await;
        self.call("PATCH", &code, Some(r#"{"expires_at":"2026-01-01T00:01:00Z"}"#), 200).await;
        self.world.service.clock().advance(Duration::from_secs(61));
        let again = self.call("POST", &format!("{code}/reactivate"), None, 200).await.json();
        assert_ne!(again["status"], "expired");
        self.call("DELETE", &code, None, 204).await;
    }

    async fn clients(&mut self) {
        let (client, json) = self.make("/clients", Some(r#"{"display_name":"Reports","id":"reports"}"#)).await;
        assert_eq!((client.as_str(), json["secret"].is_string()), ("/clients/reports", true));
        self.call("GET", "/clients?limit=1", None, 200).await;
        self.call("GET", &client, None, 200).await;
        self.call("PATCH", &client, Some(r#"{"disabled":true}"#), 200).await;
        let (of, _) = self.make(&format!("{client}/secrets"), Some(r#"{"overlap_seconds":60}"#)).await;
        assert_eq!(of, client);
        self.call("DELETE", &client, None, 204).await;
    }

    async fn settings(&mut self) {
        let read = self.call("GET", "/settings", None, 200).await.json();
        let change = r#"{"personal_access_tokens_enabled":true}"#;
        assert_eq!(self.call("PATCH", "/settings", Some(change), 200).await.json(), read);
    }

    async fn oauth(&mut self) {
        let signed_in = self.form("/token", "grant_type=password&username=ivan&password=ivan").await;
        let refresh = signed_in["refresh_token"].as_str().expect("a refresh token").to_owned();
        let refreshed = self.form("/token", &format!("grant_type=refresh_token&refresh_token={refresh}")).await;
        let access = refreshed["access_token"].as_str().expect("an access token").to_owned();
        let known = self.form("/introspect", &format!("token={access}")).await;
        assert_eq!((&known["active"], &known["sub"]), (&true.into(), &"ivan".into()));
        self.form("/revoke", &format!("token={access}")).await;
        assert_eq!(self.form("/introspect", &format!("token={access}")).await["active"], false);
        let path = "/.well-known/oauth-authorization-server";
        self.mark("GET", path);
        let request = http::Request::get(path).body(Default::default()).expect("a request");
        assert_eq!(self.world.send(request).await.json()["token_endpoint"], "https://auth.example.com/token");
    }

    async fn leaks(&mut self) {
        self.mark("POST", "/leaks");
        let answer = crate::leaks::report(self.world, &["hunter2"]).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, r#"{"received":1}"#));
    }
}

async fn walk(world: &World) {
    let token = world.sign_in("sue", None).await;
    let mut walk = Walk { world, token, asked: BTreeSet::new() };
    walk.oauth().await;
    walk.tokens().await;
    walk.users().await;
    walk.sign_ins().await;
    walk.credentials().await;
    walk.codes().await;
    walk.clients().await;
    walk.settings().await;
    walk.leaks().await;
    let methods = |endpoint: &counterfoil_http::Endpoint| {
        let own = endpoint.methods().iter().filter(|method| **method != Method::HEAD);
        own.map(|method| (method.to_string(), endpoint.path().to_owned())).collect::<Vec<_>>()
    };
    let served: BTreeSet<_> = world.endpoints.iter().flat_map(methods).collect();
    assert_eq!(walk.asked, served, "every route was asked");
}

#[tokio::test]
async fn host_50_each_route_answers_in_memory() {
    walk(&in_memory().await).await;
}

#[tokio::test]
async fn host_50_each_route_answers_behind_a_server_of_hyper() {
    walk(&over_hyper().await).await;
}
