//! Tests a change of the time between a notice and the expiry of its token. The next notices of all stored tokens are
//! moved, while two workers run at the same time (fault E2).

use std::path::Path;

use counterfoil::Realm;
use counterfoil::settings::{SettingName, StoredSettings};
use counterfoil::store::{SettingsPut, SettingsStore as _};

use crate::host::{self, Backend as _, day};
use crate::journal::{self, Journal};
use crate::postgres::Postgres;

const OWNERS: usize = 30;

#[test]
fn fault_e2_a_changed_lead_reaches_the_tokens_in_postgresql_with_two_workers_at_once() {
    let backend = Postgres::start();
    let expected = host::fill(&backend, 2 * OWNERS, OWNERS);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let workers =
        [1, 2].map(|name| host::worker::<Postgres>(&backend.address(), Journal::open(Path::new(&path), name)));
    let run = |days| {
        host::block_on(async {
            let (one, other) = tokio::join!(workers[0].run_once(day(days)), workers[1].run_once(day(days)));
            let (one, other) = (one.expect("a run"), other.expect("a run"));
            (one.rearmed + other.rearmed, one.sent + other.sent)
        })
    };
    assert_eq!(run(16), (0, 0), "a week before is day 23");
    host::block_on(async {
        let store = Postgres::open(&backend.address()).await;
        let there = store.settings(&Realm::default()).await.expect("available");
        let (version, mut settings) =
            there.map_or((None, StoredSettings::default()), |there| (Some(there.version), there.settings));
        settings.set_number(SettingName::NoticeLeadDays, 14).expect("in range");
        let put = store.put_settings(&Realm::default(), version, &settings).await.expect("available");
        assert!(matches!(put, SettingsPut::Done(_)));
    });
    // If two workers run at the same time, they can leave some notices for a later run. So there are two runs.
    let runs: Vec<_> = (16..18).map(run).collect();
    assert_eq!(runs.iter().map(|(rearmed, _)| rearmed).sum::<u64>(), 2 * OWNERS as u64);
    let lines = journal::read(&path);
    assert_eq!(lines.len(), 2 * OWNERS, "each once");
    assert!(lines.iter().all(|line| expected.contains(&line.id)));
}
