//! Tests introspection of a token that can be used only from some addresses.

use counterfoil::client::NewClient;
use counterfoil::*;

use super::{INSIDE, OUTSIDE, restricted_pat};
use crate::support::*;

#[test]
fn sight_6_introspection_needs_the_source_that_the_resource_server_saw() {
    let world = world();
    let server = NewClient::named("server").with_id(client_id("server")).with_resource_server(true);
    let made = block_on(world.handle.create_client(&Presenter::host(), server)).expect("registered");
    let header = format!("Basic {}", made.secret.expect("confidential").expose_api_key());
    let (restricted, open) = (restricted_pat(&world, "office"), world.pat("ivan", "open"));
    let ask = |token: &IssuedCredential, source: Option<&str>| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", token.token.expose_secret());
        if let Some(source) = source {
            body.append_pair("source", source);
        }
        // The request itself comes from an allowed address, that of the resource server. Only the parameter `source`
        // must count.
        world.raw(Endpoint::Introspect, &[header.as_bytes()], FORM, body.finish().as_bytes(), Some(INSIDE))
    };
    world.take_events();
    for source in [Some(INSIDE), Some("::ffff:192.0.2.7"), Some("192.0.2.7:443")] {
        assert!(ask(&restricted, source).body.contains(r#""active":true"#), "{source:?}");
    }
    for source in [None, Some(""), Some(OUTSIDE), Some("gateway-7")] {
        assert_eq!(ask(&restricted, source).body, r#"{"active":false}"#, "{source:?}");
        assert!(ask(&open, source).body.contains(r#""active":true"#), "{source:?}");
    }
    for token in [&restricted, &open] {
        let reply = ask(token, Some("192.0.2.7, 198.51.100.7"));
        assert_eq!(reply.error(), (400, "invalid_request".into()), "no list of a proxy");
        assert!(reply.body.contains("parameter source"), "{}", reply.body);
    }
    assert_eq!(world.take_events(), []);
}
