//! Authentication without a framework: header values in; a principal, or the status and challenge of RFC 6750 §3, out.
//!
//! Shows the one direction, header → credentials → verification → principal, and what a caller may be told. Leaves out
//! the server around it.

use std::error::Error;
use std::sync::Arc;

use counterfoil::http_auth::Credentials;
use counterfoil::http_auth::credentials;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::{Account, Counterfoil, Denied, Lifetime, NewPersonalAccessToken, Presenter, Principal};
use counterfoil::{Role, SubjectId};
use futures_executor::block_on;

/// What goes out instead of an answer: status and `WWW-Authenticate`.
type Challenge = (u16, Option<String>);

/// Call it before every handler, with all values of `Authorization` and the scope token that the handler asks for.
async fn authenticate(
    counterfoil: &Counterfoil,
    headers: &[&[u8]],
    needed: Option<&str>,
) -> Result<Principal, Challenge> {
    let challenge = |status, error: &str| (status, Some(format!("Bearer realm=\"example\"{error}")));
    let token = match credentials(headers.iter().copied()) {
        Ok(Credentials::Bearer(token)) => token,
        // Who has not tried is told how to, and nothing about an error.
        Ok(Credentials::Absent | Credentials::OtherScheme) => return Err(challenge(401, "")),
        Err(_) => return Err(challenge(400, ", error=\"invalid_request\"")),
    };
    let principal = match counterfoil.verify(token.expose_secret()).await {
        Ok(principal) => principal,
        // The reason went to the events; the caller learns the same for every one.
        Err(Denied::Refused(_)) => return Err(challenge(401, ", error=\"invalid_token\"")),
        // Never a 401 for a failure of one's own: clients throw away a token that was refused.
        Err(Denied::Unavailable(_)) => return Err((503, None)),
    };
    match needed {
        Some(scope) if !principal.may(scope) => {
            Err(challenge(403, &format!(", error=\"insufficient_scope\", scope=\"{scope}\"")))
        }
        _ => Ok(principal),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let people = Arc::new(MemoryDirectory::default());
    let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member);
    people.insert(ivan.clone(), &["ivan"], "ivan");
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    let directory = people.clone();
    let counterfoil =
        Counterfoil::builder().policy(policy).store(MemoryStore::default()).directory(directory).build()?;
    let scope = Some("demo:read".parse()?);
    let new = NewPersonalAccessToken { label: "reader", lifetime: Lifetime::Days(1), scope };
    let made = block_on(counterfoil.create_personal_access_token(&Presenter::signed_in(&ivan), &new))?;
    let good = format!("Bearer {}", made.token.expose_secret());
    let mistyped = good.replace("cfp_", "cfp_x");
    let ask = |headers: &[&str], needed| {
        let headers: Vec<&[u8]> = headers.iter().map(|header| header.as_bytes()).collect();
        block_on(authenticate(&counterfoil, &headers, needed)).map(|who| who.name().to_owned())
    };

    assert_eq!(ask(&[&good], Some("demo:read")), Ok("ivan".to_owned()));
    let cases: [(&str, &[&str], Option<&str>, u16); 6] = [
        ("no header", &[], None, 401),
        ("another scheme", &["Basic Og=="], None, 401),
        ("two headers", &[&good, &good], None, 400),
        ("mistyped", &[&mistyped], None, 401),
        ("scope missing", &[&good], Some("demo:write"), 403),
        ("directory down", &[&good], None, 503),
    ];
    for (case, headers, needed, status) in cases {
        people.set_unavailable(status == 503);
        let refused = ask(headers, needed).err().ok_or("a refusal was expected")?;
        println!("{case}: {} {}", refused.0, refused.1.as_deref().unwrap_or("no challenge"));
        assert_eq!(refused.0, status, "{case}");
    }
    Ok(())
}
