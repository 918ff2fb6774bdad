//! Authenticates requests without a framework. The input is the values of the header `Authorization`. The output is a
//! principal, or a status and a challenge of RFC 6750 §3.
//!
//! The example shows the one call that an adapter for a framework makes. It also shows what a refused caller learns. It
//! leaves out the server.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::types::Source;
use counterfoil::{Account, Challenge, Counterfoil, Lifetime, NewPersonalAccessToken, Presenter, Principal};
use counterfoil::{Role, SubjectId};
use futures_executor::block_on;

/// Authenticates a request and checks its scope. Call this before every handler. `headers` has all values of
/// `Authorization`. `needed` is the scope token that the handler requires. If the request is refused, the challenge
/// contains the status and the headers of the response. It also contains the reason, which only the host is allowed to
/// see. The events contain the reason too.
async fn guard(
    counterfoil: &Counterfoil,
    headers: &[&[u8]],
    peer: SocketAddr,
    needed: Option<&str>,
) -> Result<Principal, Challenge> {
    let principal = counterfoil.authenticate(headers.iter().copied(), &Source::from(peer)).await?;
    if let Some(scope) = needed {
        principal.require(scope)?;
    }
    Ok(principal)
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
    let new = NewPersonalAccessToken::new("reader", Lifetime::Days(1)).with_scope(scope);
    let made = block_on(counterfoil.create_personal_access_token(&Presenter::signed_in(&ivan), &new))?;
    let good = format!("Bearer {}", made.token.expose_secret());
    let mistyped = good.replace("cfp_", "cfp_x");
    let ask = |headers: &[&str], needed| {
        let headers: Vec<&[u8]> = headers.iter().map(|header| header.as_bytes()).collect();
        let peer = SocketAddr::from(([192, 0, 2, 7], 41_234));
        block_on(guard(&counterfoil, &headers, peer, needed)).map(|who| who.name().to_owned())
    };

    assert_eq!(ask(&[&good], Some("demo:read"))?, "ivan");
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
        println!("{case}: {} {}", refused.status(), refused.www_authenticate().as_deref().unwrap_or("no challenge"));
        assert_eq!(refused.status(), status, "{case}");
    }
    Ok(())
}
