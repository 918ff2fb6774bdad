//! What a copy counted.

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::Realm;
use counterfoil::client::ClientKey;
use counterfoil::store::WholeFamily;

/// What a copy, or a look at its source, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The realms with families, and those that were named.
    pub realms: BTreeSet<Realm>,
    /// Families: a personal access token with its rotations, a sign-in with its tokens.
    pub families: u64,
    /// Those that were in the target already, from an earlier part of the copy.
    pub already_there: u64,
    /// Records of these families.
    pub records: u64,
    /// Revoked families: tombstones.
    pub revoked_families: u64,
    /// Shrunk records: generations that are kept so that their replay is recognised.
    pub shrunk_records: u64,
    /// Records with a notice ahead.
    pub notices: u64,
    /// Families that hold a label.
    pub labels: u64,
    /// Registrations of clients.
    pub clients: u64,
    /// Internal ids of removed clients that records name. The target retires them too.
    pub retired_clients: u64,
    /// Documents of settings: at most one a realm.
    pub settings: u64,
    /// Registrations and settings whose version in the target is behind the source's, since the source's versions are
    /// too far ahead to be raised step by step.
    pub versions_behind: u64,
}

/// What a walk through the source found, with what later steps need of it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) report: Report,
    /// Clients that families name.
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
