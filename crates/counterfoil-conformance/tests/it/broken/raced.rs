//! Broken stores with a race in one method, which has several steps. Most of them have two forms. One form awaits
//! `backend_call` between the steps, and the other does not.

use std::sync::Arc;

use super::Flaw;
use super::blind::{Blind, method};
use super::halves::{
    ClaimAnswersLate, DueJoinsLate, GetJoinsLate, InsertRevivesFamilies, JoinsOneByOne, ListCountsTheVanished,
    ListJoinsLate, OwnerEndsWhatItSaw, StaleAnswersLate, SuccessorBeforeParent,
};
use super::late::{Column, Loses, PurgeComparesRows, PurgeTakesFamiliesLate};
use super::renewals::{
    CapCheckedFirst, FamiliesCountTheVanished, FamiliesJoinLate, FamiliesMissTheMoved, LabelCheckedFirst,
    RenewalBehindTheHandlesLock,
};

/// A broken store with a race condition: a method has several steps, and another call can come between them. The store
/// has two forms. One of them awaits `backend_call` between the steps, and the other does not.
pub(crate) struct Planted {
    pub name: String,
    /// Makes the flaw of the store in the form that does not await `backend_call`. Only a check that races calls can
    /// find it.
    pub raced: fn() -> Arc<dyn Flaw>,
    /// The name of the check that must reject the store with the flaw from `raced`. `None` if the race is too rare with
    /// the default counts.
    pub raced_by: Option<&'static str>,
    /// Makes the flaw of the store in the form that awaits `backend_call` between the steps. The check
    /// `interleavings_are_steps` can find it. If the store has no such form, this is the same as `raced`.
    pub interleaved: fn() -> Arc<dyn Flaw>,
    /// The name of the check that must reject the store with the flaw from `interleaved`. `None` if no check must
    /// reject it, because the store has no such form, or because the check `interleavings_are_steps` does not run the
    /// two operations that would show the flaw.
    pub interleaved_by: Option<&'static str>,
}

const RACED: Option<&str> = Some("methods_race_methods");
const INTERLEAVED: Option<&str> = Some("interleavings_are_steps");

macro_rules! by_method {
    ($($method:ident)*) => {
        vec![$(
            Planted {
                name: concat!("Blind ", stringify!($method)).into(),
                raced: || Arc::new(Blind::new(method::$method, false)),
                raced_by: RACED,
                interleaved: || Arc::new(Blind::new(method::$method, true)),
                interleaved_by: INTERLEAVED,
            },
            Planted {
                name: concat!("HandleLock ", stringify!($method)).into(),
                raced: || Arc::new(Blind::behind_the_handles_lock(method::$method, false)),
                raced_by: RACED,
                interleaved: || Arc::new(Blind::behind_the_handles_lock(method::$method, true)),
                interleaved_by: INTERLEAVED,
            },
        )*]
    };
}

macro_rules! in_halves {
    ($($flaw:ident)*) => {
        vec![$(Planted {
            name: stringify!($flaw).into(),
            raced: || Arc::new($flaw(false)),
            raced_by: RACED,
            interleaved: || Arc::new($flaw(true)),
            interleaved_by: INTERLEAVED,
        }),*]
    };
}

/// Like [`in_halves`], but each store is followed by the name of the check that must reject its form `raced`. The name
/// `_` means that the race is too rare with the default counts.
macro_rules! two_steps {
    ($($flaw:ident $check:tt;)*) => {
        vec![$(Planted {
            name: stringify!($flaw).into(),
            raced: || Arc::new($flaw(false)),
            raced_by: losing!(? $check),
            interleaved: || Arc::new($flaw(true)),
            interleaved_by: INTERLEAVED,
        }),*]
    };
}

macro_rules! losing {
    ($($raced_by:tt $interleaved_by:tt: $methods:ident $kind:ident $($column:ident)+;)*) => {
        vec![$(Planted {
            name: concat!("Loses ", stringify!($($column)+), " in ", stringify!($methods)).into(),
            raced: || Arc::new(losing!(@ $methods, $kind $($column)+, false)),
            raced_by: losing!(? $raced_by),
            interleaved: || Arc::new(losing!(@ $methods, $kind $($column)+, true)),
            interleaved_by: losing!(? $interleaved_by),
        }),*]
    };
    (? _) => { None };
    (? $check:ident) => { Some(stringify!($check)) };
    (@ $methods:ident, $kind:ident $($column:ident)+, $points:literal) => {
        Loses {
            methods: method::$methods,
            column: Column::$kind(|row, read| { $(row.$column.clone_from(&read.$column);)+ }),
            points: $points,
        }
    };
}

macro_rules! by_clause {
    ($($flaw:expr, $name:literal => $check:ident;)*) => {
        vec![$(Planted {
            name: concat!("Named ", $name).into(),
            raced: || Arc::new($flaw),
            raced_by: Some(stringify!($check)),
            interleaved: || Arc::new($flaw),
            interleaved_by: None,
        }),*]
    };
}

/// Returns broken stores, each with the name of a check of one clause. This check must reject the store. Most of these
/// stores are also in [`all`] under another name, with the check `methods_race_methods`.
fn by_their_clause() -> Vec<Planted> {
    use method::*;
    by_clause! {
        Blind::behind_the_handles_lock(SUPERSEDE, false), "HandleLock SUPERSEDE" => rotate_has_one_winner;
        Blind::behind_the_handles_lock(ALL, false), "HandleLock ALL rotates" => rotate_has_one_winner;
        Blind::behind_the_handles_lock(ALL, false), "HandleLock ALL revives" => revoke_is_final;
        Blind::behind_the_handles_lock(FOUND, false), "HandleLock FOUND" => cap_holds_under_races;
        Blind::behind_the_handles_lock(CLAIM, false), "HandleLock CLAIM" => claim_has_one_winner;
        Blind::behind_the_handles_lock(TOUCH, false), "HandleLock TOUCH" => touch_disturbs_nobody;
        Blind::new(EXPIRY, false), "Blind EXPIRY" => revoke_is_final;
        Blind::new(EDIT, false), "Blind EDIT" => revoke_is_final;
        Blind::new(SLIDE, false), "Blind SLIDE" => revoke_is_final;
        Blind::new(JOIN, false), "Blind JOIN" => revoke_is_final;
        Blind::new(SUPERSEDE, false), "Blind SUPERSEDE" => revoke_is_final;
        Blind::new(PURGE, false), "Blind PURGE" => purge_keeps_the_living;
        Blind::new(EXPIRY, false), "Blind EXPIRY loses a touch" => touch_disturbs_nobody;
        Blind::new(SUPERSEDE, false), "Blind SUPERSEDE shares a label" => renewal_needs_its_label;
        Blind::new(SUPERSEDE, false), "Blind SUPERSEDE passes the cap" => renewals_are_capped;
        Blind::new(FOUND, false), "Blind FOUND passes the cap" => renewals_are_capped;
        Blind::new(EDIT, false), "Blind EDIT shares a label" => renewal_needs_its_label;
        RenewalBehindTheHandlesLock::default(), "RenewalBehindTheHandlesLock shares a label" => renewal_needs_its_label;
        RenewalBehindTheHandlesLock::default(), "RenewalBehindTheHandlesLock passes the cap" => renewals_are_capped;
        Blind::new(EDIT, false), "Blind EDIT of details" => details_follow_the_newest;
        Blind::new(SUPERSEDE, false), "Blind SUPERSEDE loses details" => details_follow_the_newest;
        Blind::new(JOIN, false), "Blind JOIN loses details" => details_follow_the_newest;
        Blind::behind_the_handles_lock(EDIT, false), "HandleLock EDIT of details" => details_follow_the_newest;
    }
}

/// Returns stores in which a call overwrites a column with the value that it read at its start. In between, another
/// call has written the column and has returned.
fn lost_columns() -> Vec<Planted> {
    losing! {
        touch_disturbs_nobody interleavings_are_steps: EDIT Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: EXPIRY Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: REKEY Record last_used_at;
        touch_disturbs_nobody _: END Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: SUPERSEDE Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: SLIDE Record last_used_at;
        touch_disturbs_nobody _: REVOKE_ONE Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: CLAIM Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record last_used_at;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record notice;
        touch_disturbs_nobody interleavings_are_steps: EDIT Record notice;
        touch_disturbs_nobody interleavings_are_steps: REKEY Record notice;
        touch_disturbs_nobody interleavings_are_steps: SLIDE Record notice;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record noticed;
        touch_disturbs_nobody interleavings_are_steps: EDIT Record noticed;
        touch_disturbs_nobody interleavings_are_steps: REKEY Record noticed;
        touch_disturbs_nobody interleavings_are_steps: SUPERSEDE Record noticed;
        touch_disturbs_nobody interleavings_are_steps: SLIDE Record noticed;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record superseded version;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record description version;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record label;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record digest key_id;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record expires_at;
        touch_disturbs_nobody interleavings_are_steps: TOUCH Record gone_at;
        touch_disturbs_nobody interleavings_are_steps: CLAIM Record superseded version;
        touch_disturbs_nobody interleavings_are_steps: CLAIM Record description version;
        touch_disturbs_nobody interleavings_are_steps: CLAIM Record label;
        touch_disturbs_nobody interleavings_are_steps: CLAIM Record digest key_id;
        touch_disturbs_nobody interleavings_are_steps: CLAIM Record expires_at;
        _ interleavings_are_steps: CLAIM Record gone_at;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record superseded version;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record description version;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record label;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record digest key_id;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record expires_at;
        touch_disturbs_nobody interleavings_are_steps: SETTLE Record gone_at;
        _ interleavings_are_steps: SLIDE Record label;
        _ interleavings_are_steps: SLIDE Record digest key_id;
        _ interleavings_are_steps: SLIDE Record superseded version;
        _ interleavings_are_steps: JOIN Family label_key;
        _ interleavings_are_steps: SLIDE Family label_key;
        _ interleavings_are_steps: JOIN Family live_until gone_at;
        _ interleavings_are_steps: EDIT Family live_until gone_at;
        _ interleavings_are_steps: EDIT Family used_at;
        _ interleavings_are_steps: EXPIRY Family used_at;
        details_follow_the_newest interleavings_are_steps: JOIN Family details;
        details_follow_the_newest interleavings_are_steps: SLIDE Family details;
        _ interleavings_are_steps: REVOKE_FAMILY Family details;
    }
}

/// Returns all broken stores of this module.
pub(crate) fn all() -> Vec<Planted> {
    let mut all = by_method! {
        FOUND JOIN EDIT EXPIRY REKEY END SUPERSEDE SLIDE REVOKE_ONE REVOKE_FAMILY REVOKE_OWNER TOUCH CLAIM SETTLE PURGE ALL
    };
    all.extend(in_halves! {
        ListJoinsLate GetJoinsLate DueJoinsLate ClaimAnswersLate InsertRevivesFamilies OwnerEndsWhatItSaw
        SuccessorBeforeParent JoinsOneByOne
    });
    all.extend(by_their_clause());
    all.extend(two_steps! {
        LabelCheckedFirst renewal_needs_its_label;
        CapCheckedFirst renewals_are_capped;
        FamiliesMissTheMoved families_are_listed;
        FamiliesJoinLate _;
        FamiliesCountTheVanished _;
    });
    all.push(Planted {
        name: "PurgeTakesFamiliesLate".into(),
        raced: || Arc::new(PurgeTakesFamiliesLate(false)),
        raced_by: Some("purge_keeps_the_living"),
        interleaved: || Arc::new(PurgeTakesFamiliesLate(true)),
        interleaved_by: INTERLEAVED,
    });
    all.push(Planted {
        name: "PurgeComparesRows".into(),
        raced: || Arc::new(PurgeComparesRows(false)),
        raced_by: Some("purge_keeps_the_living"),
        interleaved: || Arc::new(PurgeComparesRows(true)),
        interleaved_by: INTERLEAVED,
    });
    all.push(Planted {
        name: "ListCountsTheVanished".into(),
        raced: || Arc::new(ListCountsTheVanished(false)),
        raced_by: None,
        interleaved: || Arc::new(ListCountsTheVanished(true)),
        interleaved_by: INTERLEAVED,
    });
    all.push(Planted {
        name: "StaleAnswersLate".into(),
        raced: || Arc::new(StaleAnswersLate(false)),
        raced_by: None,
        interleaved: || Arc::new(StaleAnswersLate(true)),
        interleaved_by: INTERLEAVED,
    });
    all.extend(lost_columns());
    all
}
