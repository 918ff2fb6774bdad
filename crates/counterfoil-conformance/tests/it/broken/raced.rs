//! Stores with a race in one method. Each has two forms. One awaits `backend_call`, the other does not.

use std::sync::Arc;

use super::Flaw;
use super::blind::{Blind, method};
use super::halves::{
    ClaimAnswersLate, DueJoinsLate, GetJoinsLate, InsertRevivesFamilies, JoinsOneByOne, ListJoinsLate,
    OwnerEndsWhatItSaw, SuccessorBeforeParent,
};

/// A flaw, with a function for each of its two forms.
pub(crate) struct Planted {
    pub name: String,
    /// Makes the form that does not await `backend_call`. A race finds it.
    pub raced: fn() -> Arc<dyn Flaw>,
    /// Makes the form that awaits `backend_call`. An interleaving finds it.
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
