//! The target for JSON bodies of API requests. It checks that a refused request changes nothing and gets a problem
//! document. It also checks that sending a PATCH twice has the same effect as sending it once.

use serde_json::Value;

use crate::bytes::choice;
use crate::world::{Answer, World, in_world};

/// For each route: its method, its path, and the path of a GET whose response shows the change.
const ROUTES: [(&str, &str, &str); 12] = [
    ("POST", "/me/tokens", "/me/tokens"),
    ("POST", "/me/tokens/{pat}/rotate", "/me/tokens"),
    ("POST", "/security-codes", "/security-codes"),
    ("PATCH", "/security-codes/{code}", "/security-codes/{code}"),
    ("POST", "/security-codes/{code}/make-permanent", "/security-codes/{code}"),
    ("POST", "/security-codes/{code}/reset", "/security-codes/{code}"),
    ("POST", "/security-codes/{code}/reactivate", "/security-codes/{code}"),
    ("PATCH", "/users/bill", "/users?q=bill"),
    ("POST", "/clients", "/clients"),
    ("PATCH", "/clients/other", "/clients/other"),
    ("POST", "/clients/other/secrets", "/clients/other"),
    ("PATCH", "/settings", "/settings"),
];

/// Sends a JSON body to the API. The first byte of `data` chooses the route, and the rest is the body.
#[must_use]
pub fn json_bodies(data: &[u8]) -> bool {
    let (route, body) = choice(data);
    let (method, path, shown) = ROUTES[route % ROUTES.len()];
    in_world(|world| {
        let place = |path: &str| path.replace("{pat}", &world.pat).replace("{code}", &world.code);
        let (path, shown) = (place(path), place(shown));
        let see = || seen(world, &shown);
        let before = see();
        let answer = world.api(method, &path, Some(body));
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        if !answer.status.is_success() {
            answer.assert_problem();
            assert_eq!(see(), before, "refused and changed: {answer:?}");
            return (false, false);
        }
        let after = see();
        assert!(answer.text.len() < 8_192 + 8 * body.len(), "{answer:?}");
        if method == "PATCH" {
            assert_eq!(world.api(method, &path, Some(body)).status, answer.status, "once more");
            assert_eq!(see(), after, "once more");
        } else {
            created(&answer);
        }
        (true, true)
    })
}

fn seen(world: &World, path: &str) -> String {
    let answer = world.api("GET", path, None);
    assert!(answer.status.is_success(), "{answer:?}");
    answer.text
}

/// Checks that each new token or secret in the response can be parsed as a token.
fn created(answer: &Answer) {
    let json = answer.json();
    for name in ["token", "secret"] {
        let Value::String(text) = &json[name] else { continue };
        assert!(counterfoil::token::Prefixes::default().parse(text).is_ok(), "{answer:?}");
    }
}
