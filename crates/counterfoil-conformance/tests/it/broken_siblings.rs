//! Broken client stores, settings stores, throttles and alias stores. Each violates one rule, for example about
//! outages, damage, dropped calls or races. Each is listed with the name of the check that must reject it.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{Checked, SIBLING_CHECKS, SiblingFixture, SiblingRow, Siblings};

use crate::siblings::aliases::{
    AliasesInTheHandle, ComparesAPrefix, ComparesTheFamily, ComparesThenPutsAnAlias, CreatesAnExpectedAlias,
    HidesADamagedAlias, KeepsTheFirstInstant, LastAliasWins, LosesTheLastAlias, NoAliasInAnOutage, NoAliasesInAnOutage,
    OnePageOfAliases, PassesOverADamagedAlias, PutsAnAliasInAnOutage, RemembersAliases, RemovesAnyAlias,
    RemovesNoAliasInAnOutage, RemovesNothing, RepeatsTheCursor, ReplacesADamagedAlias, ReplacesAnAliasInTwoSteps,
    ReplacesAnyAlias, WalkRepeatsAtADamagedAlias,
};
use crate::siblings::clients::{
    ComparesThenRemoves, ComparesThenReplaces, JoinsRealmAndId, LooksUpBeforeItRemoves, LooksUpTheInternalId,
    ReplacesInTwoSteps, RetiredInEveryRealm,
};
use crate::siblings::handles::{
    ClientsInTheHandle, CountersInTheHandle, ReadsAClientOnce, ReadsItsOwnClients, RemembersAbsentClients,
    SettingsInTheHandle,
};
use crate::siblings::locks::LocksInTheHandle;
use crate::siblings::outages::{
    CountsInAnOutage, EmptiesADamagedCounter, ForgetsADamagedCounter, ForgetsDamagedSettings, GrantsInAnOutage,
    HidesADamagedClient, KeepsADamagedCounter, MendsADamagedCounter, NoClientInAnOutage, NoClientsInAnOutage,
    NoSettingsInAnOutage, NoUpkeepInAnOutage, NotesInAnOutage, NotesNothingInAnOutage, NothingToRemoveInAnOutage,
    NothingToRemoveOfADamagedClient, PageFailsAtDamage, PassesOverADamagedClient, PurgesADamagedCounterTooEarly,
    PurgesNothingInAnOutage, RefusesInAnOutage, ReleasesADamagedCounter, ReleasesInAnOutage, RemovesADamagedCounter,
    RemovesInAnOutage, ReplacesADamagedClient, ReplacesDamagedSettings, SettlesInAnOutage,
    SettlesNothingInADamagedCounter, StaleClientInAnOutage, StaleSettingsInAnOutage, WaitsForADamagedCounter,
    WalkEndsAtDamage, WritesInAnOutage, WritesSettingsInAnOutage,
};
use crate::siblings::settings::{
    ForgetsTheUpkeep, KeepsTheLaterUpkeep, NotesInTheHandle, NotesInTwoSteps, NotesWhateverStands,
    ReplacesSettingsInTwoSteps,
};
use crate::siblings::throttle::DropsTheNextAttempt;
use crate::siblings::{BrokenSiblings, Kept, SiblingFlaw};

struct Case {
    name: &'static str,
    make: fn() -> Arc<dyn SiblingFlaw>,
    caught_by: &'static str,
}

macro_rules! cases {
    ($($flaw:ident => $check:ident,)*) => {
        &[$(Case {
            name: stringify!($flaw),
            make: || Arc::<$flaw>::default(),
            caught_by: stringify!($check),
        }),*]
    };
}

const CASES: &[Case] = cases! {
    GrantsInAnOutage => sibling_outage_is_unavailable,
    NoClientInAnOutage => sibling_outage_is_unavailable,
    NoSettingsInAnOutage => sibling_outage_is_unavailable,
    WritesInAnOutage => sibling_outage_is_unavailable,
    ForgetsADamagedCounter => sibling_garbage_is_corrupt,
    HidesADamagedClient => sibling_garbage_is_corrupt,
    ReplacesADamagedClient => sibling_garbage_is_corrupt,
    PassesOverADamagedClient => sibling_garbage_is_corrupt,
    ForgetsDamagedSettings => sibling_garbage_is_corrupt,
    ReplacesInTwoSteps => sibling_cut_off_is_all_or_nothing,
    ReplacesSettingsInTwoSteps => sibling_cut_off_is_all_or_nothing,
    DropsTheNextAttempt => sibling_cut_off_is_all_or_nothing,
    LooksUpTheInternalId => removed_internal_ids_never_return,
    LooksUpBeforeItRemoves => put_client_needs_the_version,
    LocksInTheHandle => put_client_needs_the_version,
    LocksInTheHandle => put_settings_needs_the_version,
    NotesInTheHandle => note_upkeep_needs_the_note,
    ForgetsTheUpkeep => note_upkeep_needs_the_note,
    KeepsTheLaterUpkeep => note_upkeep_needs_the_note,
    NotesWhateverStands => note_upkeep_needs_the_note,
    LocksInTheHandle => note_upkeep_needs_the_note,
    NoUpkeepInAnOutage => sibling_outage_is_unavailable,
    NotesInTwoSteps => sibling_cut_off_is_all_or_nothing,
    LocksInTheHandle => removed_internal_ids_never_return,
    RetiredInEveryRealm => removed_internal_ids_never_return,
    JoinsRealmAndId => client_answers_equal_the_model,
    ClientsInTheHandle => put_client_needs_the_version,
    ReadsItsOwnClients => client_answers_equal_the_model,
    SettingsInTheHandle => put_settings_needs_the_version,
    CountersInTheHandle => reserve_never_passes_the_limit,
    SettlesInAnOutage => sibling_outage_is_unavailable,
    ReleasesInAnOutage => sibling_outage_is_unavailable,
    RefusesInAnOutage => sibling_outage_is_unavailable,
    PurgesNothingInAnOutage => sibling_outage_is_unavailable,
    NoClientsInAnOutage => sibling_outage_is_unavailable,
    NothingToRemoveInAnOutage => sibling_outage_is_unavailable,
    StaleClientInAnOutage => sibling_outage_is_unavailable,
    StaleSettingsInAnOutage => sibling_outage_is_unavailable,
    NotesNothingInAnOutage => sibling_outage_is_unavailable,
    RemovesInAnOutage => sibling_outage_is_unavailable,
    WritesSettingsInAnOutage => sibling_outage_is_unavailable,
    CountsInAnOutage => sibling_outage_is_unavailable,
    NotesInAnOutage => sibling_outage_is_unavailable,
    PageFailsAtDamage => sibling_garbage_is_corrupt,
    WalkEndsAtDamage => sibling_garbage_is_corrupt,
    ReplacesDamagedSettings => sibling_garbage_is_corrupt,
    WaitsForADamagedCounter => sibling_garbage_is_corrupt,
    NothingToRemoveOfADamagedClient => sibling_garbage_is_corrupt,
    EmptiesADamagedCounter => sibling_garbage_is_corrupt,
    RemovesADamagedCounter => sibling_garbage_is_corrupt,
    ReleasesADamagedCounter => sibling_garbage_is_corrupt,
    SettlesNothingInADamagedCounter => sibling_garbage_is_corrupt,
    KeepsADamagedCounter => sibling_garbage_is_corrupt,
    PurgesADamagedCounterTooEarly => sibling_garbage_is_corrupt,
    MendsADamagedCounter => sibling_garbage_is_corrupt,
    ReadsAClientOnce => put_client_needs_the_version,
    ReadsItsOwnClients => put_client_needs_the_version,
    RemembersAbsentClients => put_client_needs_the_version,
    ComparesThenRemoves => put_client_needs_the_version,
    ComparesThenReplaces => put_client_needs_the_version,
    LastAliasWins => an_alias_has_one_record,
    ReplacesAnyAlias => an_alias_has_one_record,
    CreatesAnExpectedAlias => an_alias_has_one_record,
    ComparesTheFamily => an_alias_has_one_record,
    ComparesAPrefix => an_alias_has_one_record,
    KeepsTheFirstInstant => an_alias_has_one_record,
    ComparesThenPutsAnAlias => an_alias_has_one_record,
    AliasesInTheHandle => an_alias_has_one_record,
    RemembersAliases => an_alias_has_one_record,
    RemovesAnyAlias => an_alias_is_removed_by_its_record,
    RemovesNothing => an_alias_is_removed_by_its_record,
    RemembersAliases => an_alias_is_removed_by_its_record,
    RepeatsTheCursor => aliases_are_walked,
    OnePageOfAliases => aliases_are_walked,
    LosesTheLastAlias => aliases_are_walked,
    WalkRepeatsAtADamagedAlias => sibling_garbage_is_corrupt,
    PassesOverADamagedAlias => sibling_garbage_is_corrupt,
    HidesADamagedAlias => sibling_garbage_is_corrupt,
    ReplacesADamagedAlias => sibling_garbage_is_corrupt,
    NoAliasInAnOutage => sibling_outage_is_unavailable,
    NoAliasesInAnOutage => sibling_outage_is_unavailable,
    RemovesNoAliasInAnOutage => sibling_outage_is_unavailable,
    PutsAnAliasInAnOutage => sibling_outage_is_unavailable,
    ReplacesAnAliasInTwoSteps => sibling_cut_off_is_all_or_nothing,
};

/// A fixture for broken client stores, settings stores, throttles and alias stores. It calls this function for each
/// handle, so that handles do not share the state of a flaw.
struct Bench(fn() -> Arc<dyn SiblingFlaw>);

impl Bench {
    fn open(&self, kept: &Arc<Kept>) -> Arc<BrokenSiblings> {
        Arc::new(BrokenSiblings { inner: Arc::clone(kept), flaw: (self.0)() })
    }
}

#[async_trait]
impl SiblingFixture for Bench {
    type Database = Arc<Kept>;

    async fn create(&self) -> Arc<Kept> {
        Arc::default()
    }

    async fn clients(&self, kept: &Arc<Kept>) -> Option<Arc<dyn ClientStore>> {
        Some(self.open(kept))
    }

    async fn settings(&self, kept: &Arc<Kept>) -> Option<Arc<dyn SettingsStore>> {
        Some(self.open(kept))
    }

    async fn throttle(&self, kept: &Arc<Kept>) -> Option<Arc<dyn Throttle>> {
        Some(self.open(kept))
    }

    async fn aliases(&self, kept: &Arc<Kept>) -> Option<Arc<dyn AliasStore>> {
        Some(self.open(kept))
    }

    async fn damage(&self, kept: &Arc<Kept>, row: SiblingRow<'_>) -> bool {
        kept.damage(row);
        true
    }

    async fn outage(&self, kept: &Arc<Kept>, down: bool) -> bool {
        kept.set_down(down);
        true
    }
}

#[test]
fn every_broken_sibling_is_rejected_by_the_check_that_names_its_promise() {
    let mut missed = Vec::new();
    for case in CASES {
        let siblings = Siblings::new(Bench(case.make));
        let check = SIBLING_CHECKS.iter().find(|check| check.name == case.caught_by).expect("a check of that name");
        match check.run(&siblings) {
            Err(broken) => println!("{} -> {}: {broken}", case.name, case.caught_by),
            Ok(_) => missed.push((case.name, case.caught_by)),
        }
    }
    assert!(missed.is_empty(), "not rejected by the check that names the broken promise: {missed:?}");
}

/// Checks that stores without a flaw pass with the fixture of this file. So if a check rejects a store of this file,
/// the reason is the flaw and not the fixture.
#[test]
fn the_siblings_without_a_flaw_pass() {
    struct Flawless;
    impl SiblingFlaw for Flawless {}
    for check in SIBLING_CHECKS {
        let verdict = check.run(&Siblings::new(Bench(|| Arc::new(Flawless))));
        assert!(matches!(verdict, Ok(Checked::Held)), "{}: {verdict:?}", check.name);
    }
}
