//! Tests how many allowed sources a credential can have, and who sees them.

use counterfoil::types::{InvalidNetworks, Networks};
use counterfoil::*;

use super::{networks, office, restricted_pat, works_at};
use crate::support::*;

#[test]
fn sight_6_a_list_has_at_most_16_blocks_and_errors_name_the_block() {
    let blocks: Vec<String> = (0..17).map(|number| format!("10.0.{number}.0/24")).collect();
    let sixteen = networks(blocks.iter().take(16).map(String::as_str));
    let world = world();
    let new = NewPersonalAccessToken::new("many", Lifetime::Days(1)).with_allowed_sources(sixteen.clone());
    let issued =
        block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("16 blocks");
    assert_eq!(issued.view.allowed_sources, Some(sixteen));
    assert!(works_at(&world, issued.token.expose_secret(), "10.0.15.255"));
    assert!(!works_at(&world, issued.token.expose_secret(), "10.0.16.0"));
    let seventeen = Networks::new(blocks.iter().map(String::as_str)).expect_err("17 blocks");
    assert_eq!(Invalid::from(seventeen).to_string(), "allowed_sources must have at most 16 blocks");
    let wrong = Networks::new(["10.0.0.0/8", "10.0.0.1", "10.0.0.0/33"]).expect_err("33 bits");
    let wrong = Invalid::from(wrong);
    let text = "allowed_sources[2] must have a length of at most 32";
    assert_eq!((wrong.field(), wrong.to_string().as_str()), ("allowed_sources", text));
    assert_eq!(Networks::new([]), Err(InvalidNetworks::Empty));
}

#[test]
fn sight_6_owners_and_administrators_see_the_list() {
    let world = world();
    let token = restricted_pat(&world, "pat");
    let ivan = world.presenter("ivan");
    let own = block_on(world.handle.list_personal_access_tokens(&ivan, None, limit(1))).expect("listed");
    let all = operations::CredentialFilter::default();
    let admin = world.presenter("admin");
    let inventory = block_on(world.handle.list_credentials(&admin, &all, None, limit(9))).expect("listed");
    let one = block_on(world.handle.credential(&admin, &token.view.id)).expect("shown");
    for view in [&own.items[0], &inventory.items[0], &one] {
        assert_eq!((view.id, &view.allowed_sources), (token.view.id, &Some(office())));
        assert_eq!(view.status, operations::Status::Active, "whoever looks at the list uses no credential");
    }
}
