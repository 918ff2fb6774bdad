//! The OpenAPI document of a service.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// Makes an OpenAPI document without paths. Merge the descriptions of endpoints and of a service's own handlers into
/// it. The document defines the security schemes that the endpoints of this crate use.
///
/// ```
/// # let service = counterfoil::testing::service();
/// # let counterfoil = service.counterfoil().clone();
/// let api = counterfoil_http::me_tokens(counterfoil).below("/api/v1");
/// let mut document = counterfoil_http::document("My service", "1.0.0");
/// document.merge(api.openapi().clone());
/// assert!(document.to_json().is_ok_and(|text| text.contains("/api/v1/me/tokens/{id}/rotate")));
/// ```
#[must_use]
pub fn document(title: &str, version: &str) -> OpenApi {
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("an access token, a personal access token or a security code"))
        .build();
    let client = Http::builder()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("a client's id and secret (RFC 6749 §2.3.1)"))
        .build();
    let schemes = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("client", SecurityScheme::Http(client));
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title(title).version(version))
        .components(Some(schemes.build()))
        .build()
}

#[cfg(test)]
mod tests {
    use counterfoil::Scope;
    use counterfoil::client::Registration;
    use counterfoil::service_account::ServiceAccount;
    use counterfoil::settings::SettingName;
    use counterfoil::types::{Description, Label};
    use serde_json::Value;

    /// The attributes of the OpenAPI schemas take only literals, so the limits of `counterfoil` are repeated in them.
    /// This test compares them.
    #[test]
    fn the_lengths_in_the_document_are_those_of_the_core() {
        let service = counterfoil::testing::service();
        let counterfoil = service.counterfoil().clone();
        let mut document = super::document("My service", "1.0.0");
        for api in [
            crate::me_tokens(counterfoil.clone()),
            crate::clients(counterfoil.clone()),
            crate::security_codes(counterfoil.clone()),
            crate::service_accounts(counterfoil),
        ] {
            document.merge(api.openapi().clone());
        }
        let document: Value = serde_json::from_str(&document.to_json().expect("JSON")).expect("JSON");
        let label = usize::from(Label::MAX);
        let days = usize::try_from(SettingName::PatMaxDays.range().1).expect("in range");
        for (schema, property, bound, most) in [
            ("NewToken", "label", "maxLength", label),
            ("NewToken", "scope", "maxLength", Scope::MAX),
            ("NewToken", "expires_in_days", "maximum", days),
            ("NewToken", "description", "maxLength", Description::MAX),
            ("NewRotation", "expires_in_days", "maximum", days),
            ("NewExpiry", "expires_in_days", "maximum", days),
            ("TokenChange", "label", "maxLength", label),
            ("TokenChange", "description", "maxLength", Description::MAX),
            ("NewCode", "description", "maxLength", Description::MAX),
            ("CodeUpdate", "description", "maxLength", Description::MAX),
            ("NewRegistration", "display_name", "maxLength", Registration::DISPLAY_NAME_MAX),
            ("NewAccount", "label", "maxLength", usize::from(ServiceAccount::LABEL_MAX)),
            ("NewAccount", "scope", "maxLength", Scope::MAX),
            ("NewAccount", "description", "maxLength", Description::MAX),
            ("AccountUpdate", "label", "maxLength", usize::from(ServiceAccount::LABEL_MAX)),
            ("AccountUpdate", "scope", "maxLength", Scope::MAX),
            ("AccountUpdate", "description", "maxLength", Description::MAX),
            ("RegistrationUpdate", "display_name", "maxLength", Registration::DISPLAY_NAME_MAX),
        ] {
            let own = &document["components"]["schemas"][schema]["properties"][property][bound];
            assert_eq!(own.as_u64(), u64::try_from(most).ok(), "{schema}.{property}");
        }
    }
}
