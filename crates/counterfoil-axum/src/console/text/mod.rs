//! The texts of the pages, by subject. The texts of each language are one value of the same type, so no language can
//! lack a text.

mod allowed_sources;
mod clients;
mod common;
mod credentials;
mod english;
mod errors;
mod events;
mod formats;
mod layout;
mod lists;
mod personal_access_tokens;
mod profile;
mod reauthentication;
mod rejections;
mod revocation;
mod russian;
mod scopes;
mod secret_page;
mod security_codes;
mod service_accounts;
mod sessions;
mod settings;
mod sign_ins;
mod token_forms;
mod users;

use counterfoil::settings::SettingName;

pub(crate) use english::ENGLISH;
pub(crate) use errors::FieldMessage;
pub(crate) use events::{describe, named_subject};
pub(crate) use russian::RUSSIAN;

use allowed_sources::AllowedSourceTexts;
use clients::ClientTexts;
use common::CommonTexts;
use credentials::CredentialTexts;
use errors::ErrorTexts;
use events::EventTexts;
use formats::FormatTexts;
use layout::LayoutTexts;
use lists::ListTexts;
use personal_access_tokens::TokenTexts;
use profile::ProfileTexts;
use reauthentication::ReauthenticationTexts;
use rejections::RejectionTexts;
use revocation::RevocationTexts;
use scopes::ScopeTexts;
use secret_page::SecretPageTexts;
use security_codes::SecurityCodeTexts;
use service_accounts::ServiceAccountTexts;
use sessions::SessionTexts;
use settings::SettingsTexts;
use sign_ins::SignInTexts;
use token_forms::TokenFormTexts;
use users::UserTexts;

/// The texts of one language. The name of each field resembles its English text.
pub(crate) struct Texts {
    pub(crate) formats: FormatTexts,
    pub(crate) layout: LayoutTexts,
    pub(crate) common: CommonTexts,
    pub(crate) lists: ListTexts,
    pub(crate) errors: ErrorTexts,
    pub(crate) rejections: RejectionTexts,
    pub(crate) sessions: SessionTexts,
    pub(crate) reauthentication: ReauthenticationTexts,
    pub(crate) secret_page: SecretPageTexts,
    pub(crate) tokens: TokenTexts,
    pub(crate) token_forms: TokenFormTexts,
    pub(crate) scopes: ScopeTexts,
    pub(crate) allowed_sources: AllowedSourceTexts,
    pub(crate) sign_ins: SignInTexts,
    pub(crate) profile: ProfileTexts,
    pub(crate) users: UserTexts,
    pub(crate) revocation: RevocationTexts,
    pub(crate) codes: SecurityCodeTexts,
    pub(crate) clients: ClientTexts,
    pub(crate) service_accounts: ServiceAccountTexts,
    pub(crate) settings: SettingsTexts,
    pub(crate) events: EventTexts,
    pub(crate) credentials: CredentialTexts,
}

impl Texts {
    /// Returns the name of a form field or of a setting. For any other name, returns the heading for a problem of the
    /// whole form.
    pub(crate) fn field(&self, name: &str) -> &'static str {
        match name {
            "label" => self.common.label,
            "days" => self.tokens.days,
            "rights" | "scope" => self.scopes.legend,
            "password" => self.reauthentication.password_again,
            "access" => self.codes.access,
            "allowed_sources" => self.allowed_sources.title,
            "user" => self.codes.user_of_code,
            "description" => self.common.description,
            "expires_at" => self.codes.expires_label,
            "display_name" => self.clients.display_name,
            "id" => self.clients.client_id,
            "grants" => self.clients.grants,
            "refresh_mode" => self.clients.refresh_mode,
            "public" | "resource_server" => self.clients.kind,
            "allowed" | "scopes" => self.clients.client_allowed,
            "default" | "default_scopes" => self.clients.client_default,
            "overlap_seconds" => self.token_forms.overlap,
            "zone" => self.profile.zone_label,
            "typed" => self.profile.typed_label,
            "image" => self.profile.image_label,
            "owner" => self.credentials.owner,
            "client" => self.clients.client_id,
            "expiring_before" => self.credentials.expiring_before,
            "unused_since" => self.credentials.unused_since,
            _ => {
                let setting = SettingName::ALL.iter().find(|setting| setting.as_str() == name);
                setting.map_or(self.layout.problem, |setting| self.settings.labels.of(*setting))
            }
        }
    }
}
