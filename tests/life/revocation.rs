//! Tests revocation and introspection by clients (requirement SYN-TOKEN 9).

use counterfoil::event::EventKind;
use counterfoil::operations::NewAccess;

use crate::support::*;

#[test]
fn syn_token_9_revocation_of_own_foreign_unknown_and_clientless_tokens() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    assert_eq!(world.revoke("test.token", &reply.access()).error(), (400, "unauthorized_client".into()));
    assert!(world.works(&reply.access()));
    assert_eq!(world.revoke("rotating", "no such token").status, 200);
    assert_eq!(world.revoke("rotating", &reply.access()).status, 200);
    assert!(!world.works(&reply.access()));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 200, "an access token ends itself alone");
    let (token, code) = (world.pat("bill", "ci"), world.code(NewAccess::SuperAdministrator));
    world.take_events();
    for token in [&token.token, &code.token] {
        assert_eq!(world.revoke("rotating", token.expose_secret()).status, 200);
        assert!(world.works(token.expose_secret()), "nothing is done");
        assert!(world.take_events().iter().any(|event| matches!(event, EventKind::RevocationIgnored { .. })));
    }
}

#[test]
fn syn_token_9_introspection_tells_own_tokens_and_everything_to_resource_servers() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    let own = world.introspect("rotating", &reply.access());
    assert!(own.body.contains(r#""active":true"#) && own.text("client_id") == "rotating" && own.text("sub") == "bill");
    assert_eq!((own.number("iat"), own.number("exp")), (1_700_000_000, 1_700_000_600));
    assert_eq!(world.introspect("test.token", &reply.access()).body, r#"{"active":false}"#);
    assert_eq!(world.introspect("machine", &reply.access()).text("kind"), "access_token");
    assert_eq!(
        world.introspect("machine", &reply.refresh()).body,
        r#"{"active":false}"#,
        "a refresh token is its client's"
    );
    let refresh = world.introspect("rotating", &reply.refresh());
    assert!(refresh.text("kind") == "refresh_token" && !refresh.has("token_type"), "{}", refresh.body);
    let token = world.pat("bill", "ci");
    assert_eq!(world.introspect("machine", token.token.expose_secret()).text("username"), "AD\\bill.posters");
    assert_eq!(world.introspect("rotating", token.token.expose_secret()).body, r#"{"active":false}"#);
    let secret = world.client_secret("machine");
    assert_eq!(world.introspect("machine", secret).body, r#"{"active":false}"#, "client secrets are never active");
    assert_eq!(world.introspect("public-app", &reply.access()).error(), (400, "invalid_client".into()));
}
