//! Tests that a row that cannot be decoded is never reported as "not ours" or "already ended".

use std::sync::Arc;

use crate::base::Base;
use async_trait::async_trait;
use counterfoil::operations::Overlap;
use counterfoil::store::{ClientStore, StoreError, TokenStore};
use counterfoil::*;

use super::*;

/// A store in which no row of a list of records or clients can be decoded.
struct Undecodable(Arc<Base>);

macro_rules! undecodable {
    ($of:ident; $(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl $of for Undecodable {
            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                let mut answer = $of::$name(&*self.0 $(, $argument)*).await?;
                Spoil::spoil(&mut answer, matches!(stringify!($name), "list" | "clients"));
                Ok(answer)
            })*
        }
    };
}

/// Makes all rows of a list undecodable, and leaves any other answer as it is.
trait Spoil {
    fn spoil(&mut self, _is_listing: bool) {}
}

impl<T, N> Spoil for store::Page<T, N> {
    fn spoil(&mut self, is_listing: bool) {
        if is_listing {
            self.corrupt += u32::try_from(self.items.len()).expect("a page");
            self.items.clear();
        }
    }
}
impl<T> Spoil for Option<T> {}
impl<T> Spoil for Vec<T> {}
impl Spoil for () {}
impl Spoil for bool {}
impl Spoil for store::Inserted {}
impl Spoil for store::Applied {}
impl Spoil for store::Rotated {}
impl Spoil for store::Progress {}
impl Spoil for store::ClientPut {}

counterfoil::methods_of!(TokenStore => undecodable[TokenStore;]);
counterfoil::methods_of!(ClientStore => undecodable[ClientStore;]);

fn assert_partly_done(world: &World, text: &str) {
    let refused = block_on(world.handle.report_leaked(&[text]));
    assert!(matches!(refused, Err(ManageError::Unavailable(Unavailable::PartlyDone(_)))), "{refused:?}");
    let is_told = |event: &EventKind| matches!(event, EventKind::Corrupt { rows } if *rows > 0);
    assert!(world.take_events().iter().any(is_told), "the host learns of the rows");
}

#[test]
fn life_5_a_client_secret_whose_row_cannot_be_decoded_is_not_reported_as_foreign() {
    let world = world();
    let store = Arc::new(Undecodable(world.store.clone()));
    let node = world.elsewhere(|builder| builder.client_store(store));
    assert_partly_done(&node, world.client_secret("machine"));
    assert!(report(&node, &[]).is_empty());
}

#[test]
fn life_5_an_old_token_whose_new_row_cannot_be_decoded_is_not_reported_as_ended() {
    let world = world();
    let old = world.pat("ivan", "ci");
    let new =
        block_on(world.handle.rotate_personal_access_token(&world.presenter("ivan"), &old.view.id, Overlap::Immediate));
    let node = world.elsewhere(|builder| builder.token_store(Arc::new(Undecodable(world.store.clone()))));
    assert_partly_done(&node, old.token.expose_secret());
    assert!(world.works(new.expect("rotated").token.expose_secret()));
}

#[test]
fn life_5_a_sign_in_whose_newest_row_cannot_be_decoded_ends_and_the_report_says_so() {
    let world = world();
    let app = granted(&world, "ivan");
    let node = world.elsewhere(|builder| builder.token_store(Arc::new(Undecodable(world.store.clone()))));
    assert_partly_done(&node, app.access_token.expose_secret());
    assert!(!world.works(app.access_token.expose_secret()));
    assert_eq!(world.refresh("rotating", refresh_of(&app)).error().1, "invalid_grant");
    assert_eq!(run(&world), [ENDED], "the found record has the mark");
    assert_eq!(state(report_one(&node, app.access_token.expose_secret())), Some(LeakState::AlreadyEnded));
}
