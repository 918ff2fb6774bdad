//! Tests the refresh of a sign-in that can be used only from some addresses.

use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::SignIn;
use counterfoil::*;

use super::{INSIDE, OUTSIDE, office, works_at};
use crate::support::*;

/// A world with a client that refreshes. Each sign-in of the client can be used only from the office.
struct Refreshing {
    world: World,
    client: ClientId,
    secret: String,
}

impl Refreshing {
    fn new(mode: RefreshMode) -> Self {
        let world = world();
        let new = NewClient::named("office app").with_id(client_id("office")).with_refresh_mode(mode);
        let new = new.with_grants(vec![Grant::RefreshToken]);
        let made = block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered");
        let secret = made.secret.expect("confidential").expose_api_key().to_owned();
        Self { world, client: made.view.id, secret }
    }

    fn signed_in(&self) -> String {
        let bill = subject("bill");
        let sign_in = SignIn::new(&self.client, &bill).with_remember(true).with_allowed_sources(office());
        let granted = block_on(self.world.handle.open_sign_in(&sign_in)).expect("opened");
        granted.refresh_token.expect("refreshes").expose_secret().to_owned()
    }

    fn refresh(&self, token: &str, source: Option<&str>) -> Reply {
        let header = format!("Basic {}", self.secret);
        let body = format!("grant_type=refresh_token&refresh_token={token}");
        self.world.raw(Endpoint::Token, &[header.as_bytes()], FORM, body.as_bytes(), source)
    }
}

#[test]
fn sight_6_a_refresh_from_elsewhere_is_refused_and_consumes_nothing() {
    for mode in [RefreshMode::Rotate, RefreshMode::Reuse] {
        let host = Refreshing::new(mode);
        let token = host.signed_in();
        let garbage = host.refresh("cfr_none", Some(INSIDE));
        host.world.take_events();
        for source in [Some(OUTSIDE), Some("gateway-7"), None] {
            let reply = host.refresh(&token, source);
            assert_eq!((reply.status, &reply.body), (400, &garbage.body), "{source:?}");
            assert!(matches!(
                host.world.take_events()[..],
                [EventKind::Refused { id: Some(_), reason: Refusal::SourceNotAllowed }]
            ));
        }
        let reply = host.refresh(&token, Some(INSIDE));
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(works_at(&host.world, &reply.access(), INSIDE), "{mode:?}");
        assert!(!works_at(&host.world, &reply.access(), OUTSIDE), "the access token has the list of its sign-in");
    }
}

#[test]
fn sight_6_a_replay_or_a_retry_from_elsewhere_ends_no_family_and_gets_no_answer() {
    let host = Refreshing::new(RefreshMode::Rotate);
    let first = host.signed_in();
    let second = host.refresh(&first, Some(INSIDE));
    assert_eq!(host.refresh(&first, Some(OUTSIDE)).status, 400, "no retry from elsewhere");
    assert_eq!(host.refresh(&first, Some(INSIDE)).refresh(), second.refresh(), "a retry from inside");
    host.world.pass(minutes(5));
    assert_eq!(host.refresh(&first, Some(OUTSIDE)).status, 400);
    assert_eq!(host.refresh(&first, None).status, 400);
    let third = host.refresh(&second.refresh(), Some(INSIDE));
    assert_eq!(third.status, 200, "the replay from elsewhere has ended nothing");
    assert_eq!(host.refresh(&first, Some(INSIDE)).status, 400);
    assert_eq!(host.refresh(&third.refresh(), Some(INSIDE)).status, 400, "the replay from inside ended the family");
}
