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

macro_rules! losing {
    ($($methods:expr, $named:literal: $kind:ident $($column:ident)+;)*) => {
        vec![$(Planted {
            name: concat!("Loses ", stringify!($($column)+), " in ", $named).into(),
            raced: || Arc::new(losing!(@ $methods, $kind $($column)+, false)),
            interleaved: || Arc::new(losing!(@ $methods, $kind $($column)+, true)),
        }),*]
    };
    (@ $methods:expr, $kind:ident $($column:ident)+, $points:literal) => {
        Loses {
            methods: $methods,
            column: Column::$kind(|row, read| { $(row.$column.clone_from(&read.$column);)+ }),
            points: $points,
        }
    };
}

/// Stores that lose what another call has acknowledged.
fn lost_columns() -> Vec<Planted> {
    use method::*;
    losing! {
        EDIT, "EDIT": Record last_used_at;
        EXPIRY, "EXPIRY": Record last_used_at;
        REKEY, "REKEY": Record last_used_at;
        END, "END": Record last_used_at;
        SUPERSEDE, "SUPERSEDE": Record last_used_at;
        SLIDE, "SLIDE": Record last_used_at;
        REVOKE_ONE, "REVOKE_ONE": Record last_used_at;
        CLAIM, "CLAIM": Record last_used_at;
        SETTLE, "SETTLE": Record last_used_at;
        TOUCH, "TOUCH": Record notice;
        EDIT, "EDIT": Record notice;
        REKEY, "REKEY": Record notice;
        SLIDE, "SLIDE": Record notice;
        TOUCH, "TOUCH": Record noticed;
        EDIT, "EDIT": Record noticed;
        EXPIRY, "EXPIRY": Record noticed;
        REKEY, "REKEY": Record noticed;
        SUPERSEDE, "SUPERSEDE": Record noticed;
        SLIDE, "SLIDE": Record noticed;
        CLAIM, "CLAIM": Record noticed;
        TOUCH, "TOUCH": Record superseded version;
        CLAIM, "CLAIM": Record superseded version;
        SETTLE, "SETTLE": Record superseded version;
        SLIDE, "SLIDE": Record superseded version;
        TOUCH, "TOUCH": Record description version;
        CLAIM, "CLAIM": Record description version;
        SETTLE, "SETTLE": Record description version;
        SLIDE, "SLIDE": Record description version;
        TOUCH, "TOUCH": Record label;
        SLIDE, "SLIDE": Record label;
        TOUCH, "TOUCH": Record digest key_id;
        SETTLE, "SETTLE": Record digest key_id;
        SLIDE, "SLIDE": Record digest key_id;
        TOUCH, "TOUCH": Record expires_at;
        TOUCH, "TOUCH": Record gone_at;
        CLAIM, "CLAIM": Record expires_at gone_at;
        TOUCH, "TOUCH": Record revoked;
        EDIT | EXPIRY | REKEY | END | SUPERSEDE | SLIDE, "EVERYTHING": Record revoked;
        JOIN, "JOIN": Family revoked;
        EDIT, "EDIT": Family revoked;
        EXPIRY, "EXPIRY": Family revoked;
        SUPERSEDE, "SUPERSEDE": Family revoked;
        SLIDE, "SLIDE": Family revoked;
        JOIN, "JOIN": Family label_key;
        EXPIRY, "EXPIRY": Family label_key;
        SUPERSEDE, "SUPERSEDE": Family label_key;
        SLIDE, "SLIDE": Family label_key;
        JOIN, "JOIN": Family live_until gone_at;
        EDIT, "EDIT": Family live_until gone_at;
        JOIN, "JOIN": Family generation;
        EDIT, "EDIT": Family generation;
        EXPIRY, "EXPIRY": Family generation;
        SLIDE, "SLIDE": Family generation;
        EDIT, "EDIT": Family used_at;
        EXPIRY, "EXPIRY": Family used_at;
    }
}

/// All stores with a race.
pub(crate) fn all() -> Vec<Planted> {
    let mut all = by_method! {
        FOUND JOIN EDIT EXPIRY REKEY END SUPERSEDE SLIDE REVOKE_ONE REVOKE_FAMILY REVOKE_OWNER TOUCH CLAIM SETTLE PURGE ALL
    };
    all.extend(in_halves! {
        ListJoinsLate GetJoinsLate DueJoinsLate ClaimAnswersLate InsertRevivesFamilies OwnerEndsWhatItSaw
        SuccessorBeforeParent JoinsOneByOne PurgeTakesFamiliesLate
    });
    all.extend(lost_columns());
    all
}
