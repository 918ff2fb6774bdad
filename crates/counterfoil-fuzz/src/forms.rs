//! The target for the forms of the OAuth endpoints. It checks that a request succeeds only with the right parameters
//! and secrets. To find out what a form contains, the target uses another parser than the library.

use serde_json::Value;

use crate::bytes::{choice, filled};
use crate::world::{Answer, SECRET, World, basic, in_world};

/// Sends a form to an OAuth endpoint. The first byte of `data` chooses the endpoint, and the rest is the form.
#[must_use]
pub fn forms(data: &[u8]) -> bool {
    let (endpoint, form) = choice(data);
    let path = ["/token", "/revoke", "/introspect"][endpoint % 3];
    in_world(|world| {
        let form = filled(form, &[("${access}", &world.access), ("${refresh}", &world.refresh)]);
        let answer = world.form(path, &basic("app", SECRET), &form);
        assert!([200, 400, 401, 413].contains(&answer.status.as_u16()), "{answer:?}");
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
        assert!(answer.text.len() < 4_096, "{answer:?}");
        let form: Vec<(String, String)> = form_urlencoded::parse(&form).into_owned().collect();
        let value = |name: &str| {
            let mut values = form.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
            values.next().filter(|_| values.next().is_none())
        };
        if answer.status.as_u16() != 200 {
            assert!(answer.json()["error"].is_string(), "{answer:?}");
            // No fixed text of the library contains this letter, so an answer contains it only if the answer repeats
            // the input.
            assert!(!answer.text.contains('Q'), "said back: {answer:?}");
            return (false, false);
        }
        match path {
            "/token" => granted(world, &answer, &value),
            "/revoke" => (value("token").is_some(), true),
            _ => {
                let active = answer.json()["active"] == Value::Bool(true);
                let token = value("token");
                let known = token == Some(&world.access) || token == Some(&world.refresh);
                assert!(!active || known, "only what was issued: {answer:?}");
                assert!(active || answer.text == "{\"active\":false}", "{answer:?}");
                (active, false)
            }
        }
    })
}

fn granted<'a>(world: &World, answer: &Answer, value: &impl Fn(&str) -> Option<&'a str>) -> (bool, bool) {
    match value("grant_type") {
        Some("password") => {
            // The directory compares names in lower case.
            let name = value("username").expect("a name").to_lowercase();
            let known = ["bill", "sue"].contains(&name.as_str());
            assert!(known && value("password") == Some(name.as_str()), "the right password: {name}");
        }
        Some("refresh_token") => assert_eq!(value("refresh_token"), Some(world.refresh.as_str())),
        other => panic!("granted for {other:?}"),
    }
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    let asked = world.form("/introspect", &basic("app", SECRET), format!("token={token}").as_bytes());
    assert_eq!(asked.json()["active"], Value::Bool(true), "{asked:?}");
    (true, true)
}
