//! Tests that principals and events contain the source of the request only if the policy says so.

use crate::support::*;
use counterfoil::directory::Login;
use counterfoil::{Presenter, Secret};

#[test]
fn fault_d5_where_the_policy_leaves_sources_out_no_principal_keeps_one_and_no_event_names_one() {
    for kept in [true, false] {
        let mut policy = open_policy();
        policy.events.sources = kept;
        let world = bare_world(policy);
        let source = source_of(Some("192.0.2.7"));
        let from_there = world.handle.from_source(&source);
        let password = Secret::from("ivan".to_owned());
        let login = Login::new("ivan", &password);
        let by_host = block_on(from_there.open_session_for(&world.account("ivan"))).expect("enabled");
        let by_password = block_on(world.handle.open_session(&login, &source)).expect("the right password");
        let text = by_password.token.expose_secret();
        let signed_in = block_on(from_there.verify_session(text)).expect("live");
        let proved = block_on(world.handle.reauthenticate(&signed_in, &login, &source)).expect("the right password");
        let token = world.pat("ivan", "one");
        let _without_a_source = world.sink.take();
        let bearer = block_on(from_there.verify(token.token.expose_secret())).expect("live");
        for principal in [&by_host.principal, &by_password.principal, &signed_in, &proved.principal, &bearer] {
            let presenter = Presenter::from(principal);
            for keeps in [principal.source(), presenter.source()] {
                assert_eq!(keeps, source.name().filter(|_| kept), "{principal:?}");
            }
        }
        let host = Presenter::host().from_source(&source);
        let by = Presenter::from(&proved.principal);
        block_on(world.handle.delete_personal_access_token(&by, &token.view.id)).expect("deleted");
        block_on(world.handle.revoke_all_of(&host, &subject("ivan"))).expect("revoked");
        assert!(block_on(from_there.verify(token.token.expose_secret())).is_err());
        let named: Vec<_> = world.sink.take().into_iter().map(|event| event.source).collect();
        assert!(named.len() >= 3, "{named:?}");
        assert!(named.iter().all(|named| named.as_ref() == source.name().filter(|_| kept)), "{named:?}");
    }
}
