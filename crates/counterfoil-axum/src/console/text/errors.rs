//! Error messages, and the form fields to which they belong.

use counterfoil::http_auth::Gate;
use counterfoil::types::{InvalidDescription, InvalidLabel, InvalidNetworks, InvalidScope};
use counterfoil::{Conflict, Forbidden, Invalid};

use super::Texts;
use crate::console::time::Moment;

/// The error messages that several pages have.
pub(crate) struct ErrorTexts {
    pub(crate) invalid: &'static str,
    pub(crate) unknown_field: &'static str,
    pub(crate) form_used: &'static str,
    pub(crate) conflict: &'static str,
    pub(crate) changed_meanwhile: &'static str,
    pub(crate) quota_reached: &'static str,
    pub(crate) policy_forbids: &'static str,
    pub(crate) label_empty: &'static str,
    pub(crate) label_taken: &'static str,
    /// The error message for a label or description with a character that is not allowed. The message contains the code
    /// point of the character.
    pub(crate) label_character: fn(char) -> String,
    pub(crate) description_wrong: &'static str,
    pub(crate) expires_wrong: &'static str,
    pub(crate) has_expired: &'static str,
    pub(crate) not_expired: &'static str,
    pub(crate) replaced: &'static str,
    pub(crate) is_suspended: &'static str,
    /// The error message for too many created credentials. The argument is the time at which the next creation is
    /// allowed.
    pub(crate) too_many_made: fn(&Moment) -> String,
}

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
            Invalid::Label(InvalidLabel::TooLong { limit }) => (self.formats.at_most_characters)(*limit),
            Invalid::Label(InvalidLabel::Empty) => self.errors.label_empty.to_owned(),
            Invalid::Label(InvalidLabel::Character(character))
            | Invalid::Description(InvalidDescription::Character(character)) => {
                (self.errors.label_character)(*character)
            }
            Invalid::Description(_) => self.errors.description_wrong.to_owned(),
            Invalid::Days { most } => (self.formats.from_to)(1, u64::from(*most)),
            Invalid::Permanent | Invalid::LifetimeMissing { .. } => self.tokens.days_needed.to_owned(),
            Invalid::OverlapAfterExpiry => self.token_forms.overlap_after_expiry.to_owned(),
            Invalid::OverlapBeyondExpiry => self.token_forms.overlap_beyond_expiry.to_owned(),
            Invalid::ExpiresAt => self.errors.expires_wrong.to_owned(),
            Invalid::Access => self.codes.access_needed.to_owned(),
            Invalid::UserNotAsked => self.codes.user_not_asked.to_owned(),
            Invalid::UserMissing => self.codes.user_needed.to_owned(),
            Invalid::User => self.codes.user_unknown.to_owned(),
            Invalid::ClientId(_) => self.clients.client_id_wrong.to_owned(),
            Invalid::DisplayName => self.clients.display_name_wrong.to_owned(),
            Invalid::RefreshMode => self.clients.refresh_mode_wrong.to_owned(),
            Invalid::ResourceServer => self.clients.resource_server_wrong.to_owned(),
            Invalid::Setting(invalid) => self.range(invalid.name.unit(), invalid.least, invalid.most),
            Invalid::Scope(InvalidScope::TooLong) => self.scopes.too_long.to_owned(),
            Invalid::Scope(_) | Invalid::ScopeUnknown { .. } => self.scopes.wrong.to_owned(),
            Invalid::ScopeBeyond { .. } => self.scopes.beyond.to_owned(),
            Invalid::ScopeDemanded => self.scopes.needed.to_owned(),
            Invalid::DefaultScope => self.clients.default_outside.to_owned(),
            Invalid::Role => self.service_accounts.account_role_wrong.to_owned(),
            Invalid::Notify(_) => self.service_accounts.notify_wrong.to_owned(),
            Invalid::ScopeBeyondAccount => self.service_accounts.scope_beyond_account.to_owned(),
            Invalid::ServiceAccountMissing | Invalid::ServiceAccountPublic => {
                self.clients.service_account_hint.to_owned()
            }
            Invalid::ServiceAccount => self.service_accounts.account_unknown.to_owned(),
            Invalid::AllowedSources(invalid) => self.networks_message(invalid),
            _ => self.errors.invalid.to_owned(),
        };
        FieldMessage { field: Some(field), text }
    }

    fn networks_message(&self, invalid: &InvalidNetworks) -> String {
        match invalid {
            InvalidNetworks::TooMany => self.allowed_sources.too_many.to_owned(),
            InvalidNetworks::HostBits { index, block } => {
                (self.allowed_sources.host_bits)(index + 1, &block.to_string())
            }
            InvalidNetworks::Malformed { index }
            | InvalidNetworks::Length { index, .. }
            | InvalidNetworks::Mapped { index } => (self.allowed_sources.malformed)(index + 1),
            _ => self.errors.invalid.to_owned(),
        }
    }

    /// Returns the message for an operation that conflicts with the present state.
    pub(crate) fn conflict_message(&self, conflict: Conflict) -> FieldMessage {
        let (field, text) = match conflict {
            Conflict::LabelTaken => (Some("label"), self.errors.label_taken),
            Conflict::ClientIdTaken => (Some("id"), self.clients.client_id_taken),
            Conflict::QuotaReached => (None, self.errors.quota_reached),
            Conflict::ChangedMeanwhile => (None, self.errors.changed_meanwhile),
            Conflict::Expired => (None, self.errors.has_expired),
            Conflict::NotExpired => (None, self.errors.not_expired),
            Conflict::Replaced => (None, self.errors.replaced),
            Conflict::Suspended => (None, self.errors.is_suspended),
            Conflict::MayNotAct => (None, self.service_accounts.may_not_act),
            Conflict::NotAllowed => (None, self.errors.policy_forbids),
            Conflict::FormUsed => (None, self.errors.form_used),
            Conflict::DoneAlready => (None, self.rejections.done_already),
            Conflict::NotApplicable { gate: Gate::Setting } => {
                (Some("personal_access_tokens_enabled"), self.users.gate_not_asked)
            }
            Conflict::NotApplicable { .. } => (None, self.users.gate_not_asked),
            _ => (None, self.errors.conflict),
        };
        FieldMessage { field, text: text.to_owned() }
    }

    /// Returns the message for an operation that the viewer has no right to perform.
    pub(crate) const fn forbidden_text_for(&self, forbidden: Forbidden) -> &'static str {
        match forbidden {
            Forbidden::Gate { gate: Gate::Setting } => self.tokens.tokens_off,
            Forbidden::Gate { gate: Gate::Switch } => self.tokens.token_login_denied,
            Forbidden::Collaborator => self.tokens.collaborator,
            Forbidden::StaleSession => self.rejections.stale_text,
            _ => self.rejections.forbidden_text,
        }
    }
}
