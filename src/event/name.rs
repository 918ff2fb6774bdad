//! The names of the kinds of events, for logs and counters.

use super::kind::EventKind;

impl EventKind {
    /// The name of the kind, such as `login_refused`, for logs and counters.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "issued",
            Self::Imported { .. } => "imported",
            Self::Refused { .. } => "refused",
            Self::LoginProved { .. } => "login_proved",
            Self::LoginRefused { .. } => "login_refused",
            Self::ClientRefused { .. } => "client_refused",
            Self::GrantRefused { .. } => "grant_refused",
            Self::Refreshed { .. } => "refreshed",
            Self::Replayed { .. } => "replayed",
            Self::ForeignClient { .. } => "foreign_client",
            Self::RevocationIgnored { .. } => "revocation_ignored",
            Self::Revoked { .. } => "revoked",
            Self::SignInEnded { .. } => "sign_in_ended",
            Self::OwnerRevoked { .. } => "owner_revoked",
            Self::LeakReported { .. } => "leak_reported",
            Self::ClientSecretLeaked { .. } => "client_secret_leaked",
            Self::ReportsDropped { .. } => "reports_dropped",
            Self::Rotated { .. } => "rotated",
            Self::OverlapEnded { .. } => "overlap_ended",
            Self::Changed { .. } => "changed",
            Self::Client { .. } => "client",
            Self::ServiceAccount { .. } => "service_account",
            Self::Setting { .. } => "setting",
            Self::Switch { .. } => "switch",
            Self::Throttled { .. } => "throttled",
            Self::MadeRoom { .. } => "made_room",
            Self::LimitReached { .. } => "limit_reached",
            Self::FailuresWithoutSource { .. } => "failures_without_source",
            Self::NoKeyRing => "no_key_ring",
            Self::ClockLeapt { .. } => "clock_leapt",
            Self::NoUpkeep => "no_upkeep",
            Self::KeyMissing { .. } => "key_missing",
            Self::Rekeyed { .. } => "rekeyed",
            Self::Failed { .. } => "failed",
            Self::Recovered { .. } => "recovered",
            Self::Corrupt { .. } => "corrupt",
            Self::NoAddress { .. } => "no_address",
            Self::NoticeWithheld { .. } => "notice_withheld",
            Self::ValidSinceAhead { .. } => "valid_since_ahead",
            Self::ReservedSubject { .. } => "reserved_subject",
            Self::UsesDropped { .. } => "uses_dropped",
        }
    }
}
