//! The checks of stores that implement `Transfer`, so that their families can be copied. The checks of walks, copies
//! and restores (clauses 57 to 59 of `Transfer`) take two empty stores of the type under test. The checks of dropped
//! calls, damaged rows and outages (clauses 25 to 27 of `TokenStore`) take a fixture, because they need its hooks.

mod copy;
mod cut_off;
mod damage;
mod family;
mod fixture;
mod life;
mod outage;
mod restore;
mod states;
mod walk;

use counterfoil::store::{TokenStore, Transfer};
use counterfoil::types::TokenKind;

pub use copy::a_family_comes_back_as_it_was;
pub use cut_off::transfer_cut_off_is_all_or_nothing;
pub use damage::transfer_garbage_is_corrupt;
pub use fixture::{TransferFixture, hold_transfer};
pub use outage::transfer_outage_is_unavailable;
pub use restore::restore_never_overwrites;
pub use states::every_state;
pub use walk::{families_are_walked, walk_families};

/// A store that has both [`TokenStore`] and [`Transfer`].
pub trait Whole: TokenStore + Transfer {}

impl<S: TokenStore + Transfer> Whole for S {}

const KINDS: [TokenKind; 5] = [
    TokenKind::PersonalAccessToken,
    TokenKind::AccessToken,
    TokenKind::RefreshToken,
    TokenKind::SecurityCode,
    TokenKind::ConsoleSession,
];
