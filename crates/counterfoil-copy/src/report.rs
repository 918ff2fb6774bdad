//! The report of a copy: how many families, records and other data it contains.

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::Realm;
use counterfoil::client::ClientKey;
use counterfoil::store::WholeFamily;

/// The numbers of families, records and other data in a copy. [`Copy::run`](crate::Copy::run) returns what was copied,
/// [`Copy::plan`](crate::Copy::plan) what would be copied, and [`Copy::verify`](crate::Copy::verify) what was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The default realm, the realms that have families, and the realms that the host named.
    pub realms: BTreeSet<Realm>,
    /// The number of families, revoked ones included. A family is a personal access token with its rotations, or a
    /// sign-in with its tokens.
    pub families: u64,
    /// The number of families that the target already had from an earlier run.
    pub already_there: u64,
    /// The number of records in all families.
    pub records: u64,
    /// The number of revoked families. They are kept as tombstones.
    pub revoked_families: u64,
    /// The number of shrunk records. A shrunk record is an old generation of a token, kept only so that a replay of the
    /// token is detected.
    pub shrunk_records: u64,
    /// The number of records with a notice that is still to be sent.
    pub notices: u64,
    /// The number of families that have a label, such as the name of a personal access token.
    pub labels: u64,
    /// The number of client registrations.
    pub clients: u64,
    /// The number of removed clients whose internal ids are still named in records. The copy retires these ids in the
    /// target, so that no new client gets one of them.
    pub retired_clients: u64,
    /// The number of settings documents. A realm has at most one.
    pub settings: u64,
    /// The number of aliases of imported tokens.
    pub aliases: u64,
    /// The number of registrations and settings documents whose version in the target is lower than in the source. The
    /// source's version is too high to be reached by repeated writes.
    pub versions_behind: u64,
}

/// The results of the first walk through the source that later steps need.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) report: Report,
    /// The internal ids of the clients that families name. After the check of the registrations, only the ids of
    /// clients without a registration remain.
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
