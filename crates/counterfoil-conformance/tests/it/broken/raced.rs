//! Stores with a race in one method, each in two forms: with and without awaiting `backend_call`.

use std::sync::Arc;

use super::Flaw;
use super::blind::{Blind, method};
use super::halves::{
    ClaimAnswersLate, DueJoinsLate, GetJoinsLate, InsertRevivesFamilies, JoinsOneByOne, ListJoinsLate,
    OwnerEndsWhatItSaw, SuccessorBeforeParent,
};

/// A flaw, and how to make it.
pub(crate) struct Planted {
    pub name: String,
    /// Does not await `backend_call`: found by racing.
    pub raced: fn() -> Arc<dyn Flaw>,
    /// Awaits `backend_call`: found by interleaving.
    pub interleaved: fn() -> Arc<dyn Flaw>,
}

macro_rules! by_method {
    ($($method:ident)*) => {
        vec![$(
            Planted {
                name: concat!("Blind ", stringify!($method)).into(),
                raced: || Arc::new(Blind::new(method::$method, false)),
                interleaved: || Arc::new(Blind::new(method::$method, true)),
            },
            Planted {
                name: concat!("HandleLock ", stringify!($method)).into(),
                raced: || Arc::new(Blind::behind_the_handles_lock(method::$method, false)),
                interleaved: || Arc::new(Blind::behind_the_handles_lock(method::$method, true)),
            },
        )*]
    };
}

macro_rules! in_halves {
    ($($flaw:ident)*) => {
        vec![$(Planted {
            name: stringify!($flaw).into(),
            raced: || Arc::new($flaw(false)),
            interleaved: || Arc::new($flaw(true)),
        }),*]
    };
}

/// All stores with a race.
pub(crate) fn all() -> Vec<Planted> {
    let mut all = by_method! {
        FOUND JOIN EDIT EXPIRY REKEY END SUPERSEDE SLIDE REVOKE_ONE REVOKE_FAMILY REVOKE_OWNER TOUCH CLAIM SETTLE PURGE ALL
    };
    all.extend(in_halves! {
        ListJoinsLate GetJoinsLate DueJoinsLate ClaimAnswersLate InsertRevivesFamilies OwnerEndsWhatItSaw
        SuccessorBeforeParent JoinsOneByOne
    });
    all
}
