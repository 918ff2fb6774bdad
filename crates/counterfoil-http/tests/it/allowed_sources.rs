//! Tests the addresses from which a credential can be used, and the metadata of a credential (requirements SIGHT 5 and
//! SIGHT 6).

use counterfoil::client::NewClient;
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};
use counterfoil_http::Source;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{Answer, BASE, World, in_memory};

/// Sends a `GET` request with this token, as if it came from this source.
async fn get_from(world: &World, path: &str, token: &str, source: &str) -> Answer {
    let request = Request::get(format!("{BASE}{path}")).header("authorization", format!("Bearer {token}"));
    let mut request = request.body(Full::default()).expect("a request");
    request.extensions_mut().insert(source.parse::<Source>().expect("a source"));
    world.send(request).await
}

async fn create(world: &World, by: &str, path: &str, body: Value) -> Value {
    let answer = world.call("POST", path, by, Some(&body.to_string())).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

/// Sends a body with this value of `allowed_sources`. Asserts that the response is 422 and names this field. Returns
/// the problem's `detail`.
async fn detail(world: &World, by: &str, method: &str, path: &str, allowed: Value) -> String {
    let mut body = json!({ "allowed_sources": allowed });
    if method == "POST" {
        (body["label"], body["expires_in_days"]) = ("refused".into(), 1.into());
    }
    let answer = world.call(method, path, by, Some(&body.to_string())).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &"allowed_sources".into()), "{answer:?}");
    answer.json()["detail"].as_str().expect("a detail").to_owned()
}

#[tokio::test]
async fn sight_6_a_token_is_made_listed_and_changed_with_its_list_and_works_only_there() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let body = json!({ "label": "office", "expires_in_days": 1, "allowed_sources": ["2001:db8::/32", "192.0.2.7"] });
    let made = create(&world, &ivan, "/me/tokens", body).await;
    assert_eq!(made["allowed_sources"], json!(["192.0.2.7/32", "2001:db8::/32"]), "in the only spelling");
    let (path, token) = (format!("/me/tokens/{}", made["id"].as_str().unwrap()), made["token"].as_str().unwrap());
    assert_eq!(get_from(&world, &path, token, "192.0.2.7").await.status, 200);
    let elsewhere = get_from(&world, &path, token, "192.0.2.8").await;
    let unknown = get_from(&world, &path, "cfp_none", "192.0.2.8").await;
    assert_eq!((elsewhere.status.as_u16(), &elsewhere.text), (401, &unknown.text));
    assert_eq!(elsewhere.headers, unknown.headers, "the caller is not told why");

    let narrow = world.call("PATCH", &path, &ivan, Some(r#"{"allowed_sources":["2001:db8::/48"]}"#)).await;
    assert_eq!((narrow.status.as_u16(), &narrow.json()["allowed_sources"]), (200, &json!(["2001:db8::/48"])));
    assert_eq!(get_from(&world, &path, token, "192.0.2.7").await.status, 401);
    let nothing = world.call("PATCH", &path, &ivan, Some("{}")).await;
    assert_eq!((nothing.status.as_u16(), &nothing.json()["allowed_sources"]), (200, &json!(["2001:db8::/48"])));
    let open = world.call("PATCH", &path, &ivan, Some(r#"{"allowed_sources":null}"#)).await;
    assert_eq!((open.status.as_u16(), &open.json()["allowed_sources"]), (200, &Value::Null));
    assert_eq!(get_from(&world, &path, token, "gateway-7").await.status, 200);
    let by_itself = world.call("PATCH", &path, token, Some(r#"{"allowed_sources":["192.0.2.7"]}"#)).await;
    assert_eq!(by_itself.outcome(), (403, "credential-kind".into()));
    let ada = world.sign_in("ada", None).await;
    for body in ["{}", r#"{"allowed_sources":null}"#, r#"{"allowed_sources":["x"]}"#, "not JSON"] {
        let others = world.call("PATCH", &path, &ada, Some(body)).await;
        assert_ne!(others.status, 200, "{body}");
        assert!([403, 404].contains(&others.status.as_u16()), "{body}: {others:?}");
    }
}

#[tokio::test]
async fn sight_6_an_error_names_the_block_and_the_limit() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let made = create(&world, &ivan, "/me/tokens", json!({ "label": "one", "expires_in_days": 1 })).await;
    assert_eq!(made["allowed_sources"], Value::Null);
    let path = format!("/me/tokens/{}", made["id"].as_str().unwrap());
    for (method, path) in [("POST", "/me/tokens"), ("PATCH", path.as_str())] {
        let told = async |allowed: Value| detail(&world, &ivan, method, path, allowed).await;
        let fourth = json!(["10.0.0.0/8", "10.1.0.0/16", "::/0", "10.0.0.0/33"]);
        assert_eq!(told(fourth).await, "allowed_sources[3] must have a length of at most 32");
        let host_bits = "allowed_sources[0] has bits after its length: write 192.0.2.0/24";
        assert_eq!(told(json!(["192.0.2.1/24"])).await, host_bits);
        assert_eq!(told(json!([])).await, "allowed_sources must have at least 1 block");
        assert_eq!(told(json!(vec!["10.0.0.0/8"; 17])).await, "allowed_sources must have at most 16 blocks");
        for wrong in [json!("10.0.0.0/8"), json!([1]), json!([null]), json!({}), json!(true)] {
            assert_eq!(told(wrong).await, "allowed_sources is of a wrong type");
        }
    }
}

#[tokio::test]
async fn sight_6_a_security_code_has_a_list_too() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    let body = json!({ "access": "super_administrator", "allowed_sources": ["192.0.2.7"] });
    let made = create(&world, &sue, "/security-codes", body).await;
    let (path, code) = (format!("/security-codes/{}", made["id"].as_str().unwrap()), made["code"].as_str().unwrap());
    assert_eq!(made["allowed_sources"], json!(["192.0.2.7/32"]));
    assert_eq!(get_from(&world, &path, code, "192.0.2.7").await.status, 200);
    assert_eq!(get_from(&world, &path, code, "192.0.2.8").await.status, 401);
    let change = r#"{"description":"for the office","allowed_sources":["192.0.2.0/24"]}"#;
    let changed = world.call("PATCH", &path, &sue, Some(change)).await.json();
    let expected = (&json!("for the office"), &json!(["192.0.2.0/24"]));
    assert_eq!((&changed["description"], &changed["allowed_sources"]), expected);
    assert_eq!(get_from(&world, &path, code, "192.0.2.8").await.status, 200);
}

#[tokio::test]
async fn sight_6_introspection_takes_the_parameter_source() {
    let world = in_memory().await;
    let ivan = world.sign_in("ivan", None).await;
    let body = json!({ "label": "office", "expires_in_days": 1, "allowed_sources": ["192.0.2.7"] });
    let made = create(&world, &ivan, "/me/tokens", body).await;
    let server = NewClient::named("Reports").with_resource_server(true);
    let server = world.service.create_client(&Presenter::host(), server).await.expect("registered");
    let basic = format!("Basic {}", server.secret.expect("confidential").expose_api_key());
    let ask = async |more: &str| {
        let mut request =
            world.form_request("/introspect", &format!("token={}{more}", made["token"].as_str().unwrap()));
        request.headers_mut().insert("authorization", basic.parse().expect("a header"));
        // The address of the resource server itself has no effect.
        request.extensions_mut().insert("192.0.2.7".parse::<Source>().expect("a source"));
        world.send(request).await
    };
    assert_eq!(ask("&source=192.0.2.7").await.json()["active"], true);
    for more in ["&source=192.0.2.8", "&source=gateway-7", "&source=", ""] {
        assert_eq!(ask(more).await.text, r#"{"active":false}"#, "{more}");
    }
    assert_eq!(ask("&source=%5B").await.outcome(), (400, "invalid_request".into()));
}

#[tokio::test]
async fn sight_5_administrators_get_the_metadata_and_owners_do_not() {
    let world = in_memory().await;
    let (ivan, sue) = (world.sign_in("ivan", None).await, world.sign_in("sue", None).await);
    let new = NewPersonalAccessToken::new("with metadata", Lifetime::Days(30))
        .with_metadata(r#"{"ticket":4711,"=1+1":[null]}"#.parse::<counterfoil::types::Metadata>().expect("metadata"));
    let issued = world.service.create_personal_access_token(&world.service.presenter("ivan"), &new).await;
    let id = issued.expect("a token").view.id;
    let one = world.call("GET", &format!("/credentials/{id}"), &sue, None).await.json();
    assert_eq!(one["metadata"], json!({ "ticket": 4711, "=1+1": [null] }));
    let all = world.call("GET", "/credentials?label=with", &sue, None).await.json();
    assert_eq!(all["items"][0], one);
    let own = world.call("GET", &format!("/me/tokens/{id}"), &ivan, None).await.json();
    assert!(own.get("metadata").is_none(), "{own}");
    let set = world.call("PATCH", &format!("/me/tokens/{id}"), &ivan, Some(r#"{"metadata":{}}"#)).await;
    assert_eq!(set.outcome(), (422, "invalid-field".into()));
}
