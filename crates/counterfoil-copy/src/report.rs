//! The counters of a copy.

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::Realm;
use counterfoil::client::ClientKey;
use counterfoil::store::WholeFamily;

/// The counters of a copy, of a plan or of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The realms that have families, and the realms that the host named.
    pub realms: BTreeSet<Realm>,
    /// The number of families. A family is a personal access token with its rotations, or a sign-in with its tokens.
    pub families: u64,
    /// The number of families that the target already had from an earlier run.
    pub already_there: u64,
    /// The number of records in these families.
    pub records: u64,
    /// The number of revoked families. They are kept as tombstones.
    pub revoked_families: u64,
    /// The number of shrunk records. They are old generations, kept so that a replay of their tokens is detected.
    pub shrunk_records: u64,
    /// The number of records with a pending notice.
    pub notices: u64,
    /// The number of families that hold a label.
    pub labels: u64,
    /// The number of client registrations.
    pub clients: u64,
    /// The number of removed clients whose internal ids are in records. The target retires these ids too.
    pub retired_clients: u64,
    /// The number of settings documents. A realm has at most one.
    pub settings: u64,
    /// The number of registrations and settings documents whose version in the target is lower than in the source. The
    /// source's version is too high to be reached by repeated writes.
    pub versions_behind: u64,
}

/// The results of the walk through the source that later steps need.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) report: Report,
    /// The internal ids of clients that families name. At the end of the check: only those without a registration.
    pub(crate) clients: BTreeMap<Realm, BTreeSet<ClientKey>>,
}

impl Found {
    pub(crate) fn count(&mut self, whole: &WholeFamily) {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let (family, members, report) = (whole.family(), whole.members(), &mut self.report);
        report.realms.insert(family.realm.clone());
        report.families += 1;
        report.records += number(members.len());
        report.revoked_families += u64::from(family.revoked.is_some());
        report.labels += u64::from(family.label_key.is_some());
        report.shrunk_records += number(members.iter().filter(|member| member.shrunk).count());
        report.notices += number(members.iter().filter(|member| member.notice.is_some()).count());
        if let Some(client) = family.client {
            self.clients.entry(family.realm.clone()).or_default().insert(client);
        }
    }
}
