//! Error messages, and the form fields to which they belong.

use counterfoil::http_auth::Gate;
use counterfoil::types::{InvalidDescription, InvalidLabel, InvalidNetworks, InvalidScope};
use counterfoil::{Conflict, Forbidden, Invalid};

use super::Texts;

/// An error message and its form field.
#[derive(Debug)]
pub(crate) struct FieldMessage {
    /// The field whose value caused the error. `None` if the value of no single field caused it.
    pub(crate) field: Option<&'static str>,
    pub(crate) text: String,
}

impl Texts {
    /// Returns the message for an invalid value.
    pub(crate) fn invalid_message(&self, invalid: &Invalid) -> FieldMessage {
        let field = match invalid.field() {
            "expires_in_days" => "days",
            field => field,
        };
        let text = match invalid {
            Invalid::Label(InvalidLabel::TooLong { limit }) => (self.at_most_characters)(*limit),
            Invalid::Label(InvalidLabel::Empty) => self.label_empty.to_owned(),
            Invalid::Label(InvalidLabel::Character(character))
            | Invalid::Description(InvalidDescription::Character(character)) => (self.label_character)(*character),
            Invalid::Description(_) => self.description_wrong.to_owned(),
            Invalid::Days { most } => (self.from_to)(1, u64::from(*most)),
            Invalid::Permanent | Invalid::LifetimeMissing { .. } => self.days_needed.to_owned(),
            Invalid::OverlapAfterExpiry => self.overlap_after_expiry.to_owned(),
            Invalid::OverlapBeyondExpiry => self.overlap_beyond_expiry.to_owned(),
            Invalid::ExpiresAt => self.expires_wrong.to_owned(),
            Invalid::Access => self.access_needed.to_owned(),
            Invalid::UserNotAsked => self.user_not_asked.to_owned(),
            Invalid::UserMissing => self.user_needed.to_owned(),
            Invalid::User => self.user_unknown.to_owned(),
            Invalid::ClientId(_) => self.client_id_wrong.to_owned(),
            Invalid::DisplayName => self.display_name_wrong.to_owned(),
            Invalid::RefreshMode => self.refresh_mode_wrong.to_owned(),
            Invalid::ResourceServer => self.resource_server_wrong.to_owned(),
            Invalid::Setting(invalid) => self.range(invalid.name.unit(), invalid.least, invalid.most),
            Invalid::Scope(InvalidScope::TooLong) => self.scope_long.to_owned(),
            Invalid::Scope(_) | Invalid::ScopeUnknown { .. } => self.scope_wrong.to_owned(),
            Invalid::ScopeBeyond { .. } => self.scope_beyond.to_owned(),
            Invalid::ScopeDemanded => self.scope_needed.to_owned(),
            Invalid::DefaultScope => self.default_outside.to_owned(),
            Invalid::Role => self.account_role_wrong.to_owned(),
            Invalid::Notify(_) => self.notify_wrong.to_owned(),
            Invalid::ScopeBeyondAccount => self.scope_beyond_account.to_owned(),
            Invalid::ServiceAccountMissing | Invalid::ServiceAccountPublic => self.service_account_hint.to_owned(),
            Invalid::ServiceAccount => self.account_unknown.to_owned(),
            Invalid::AllowedSources(invalid) => self.networks_message(invalid),
            _ => self.invalid.to_owned(),
        };
        FieldMessage { field: Some(field), text }
    }

    fn networks_message(&self, invalid: &InvalidNetworks) -> String {
        match invalid {
            InvalidNetworks::TooMany => self.networks_many.to_owned(),
            InvalidNetworks::HostBits { index, block } => (self.network_bits)(index + 1, &block.to_string()),
            InvalidNetworks::Malformed { index }
            | InvalidNetworks::Length { index, .. }
            | InvalidNetworks::Mapped { index } => (self.network_wrong)(index + 1),
            _ => self.invalid.to_owned(),
        }
    }

    /// Returns the message for an operation that conflicts with the present state.
    pub(crate) fn conflict_message(&self, conflict: Conflict) -> FieldMessage {
        let (field, text) = match conflict {
            Conflict::LabelTaken => (Some("label"), self.label_taken),
            Conflict::ClientIdTaken => (Some("id"), self.client_id_taken),
            Conflict::QuotaReached => (None, self.quota_reached),
            Conflict::ChangedMeanwhile => (None, self.changed_meanwhile),
            Conflict::Expired => (None, self.has_expired),
            Conflict::NotExpired => (None, self.not_expired),
            Conflict::Replaced => (None, self.replaced),
            Conflict::Suspended => (None, self.is_suspended),
            Conflict::MayNotAct => (None, self.may_not_act),
            Conflict::NotAllowed => (None, self.policy_forbids),
            Conflict::FormUsed => (None, self.form_used),
            Conflict::DoneAlready => (None, self.done_already),
            Conflict::NotApplicable { gate: Gate::Setting } => {
                (Some("personal_access_tokens_enabled"), self.gate_not_asked)
            }
            Conflict::NotApplicable { .. } => (None, self.gate_not_asked),
            _ => (None, self.conflict),
        };
        FieldMessage { field, text: text.to_owned() }
    }

    /// Returns the message for an operation that the viewer has no right to perform.
    pub(crate) const fn forbidden_text_for(&self, forbidden: Forbidden) -> &'static str {
        match forbidden {
            Forbidden::Gate { gate: Gate::Setting } => self.tokens_off,
            Forbidden::Gate { gate: Gate::Switch } => self.token_login_denied,
            Forbidden::Collaborator => self.collaborator,
            Forbidden::StaleSession => self.stale_text,
            _ => self.forbidden_text,
        }
    }
}
