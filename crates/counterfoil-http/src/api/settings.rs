//! The endpoints for settings. The table of settings in `counterfoil` defines the fields of requests and responses.

use counterfoil::Counterfoil;
use counterfoil::operations::Operation;
use counterfoil::settings::{SettingName, SettingUnit, Settings, SettingsUpdate};
use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::call::Call;
use super::handler::{Api, on, on_json};
use super::request::{Sent, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{ReadProblems, WriteProblems};
#[cfg(feature = "openapi")]
use super::setting_schemas::SettingsView;
use crate::body::Response;
use crate::endpoints::{Endpoints, described};
use crate::json::{Body, Fields};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Serves the settings, for administrators, at `/settings`.
pub fn settings(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil).at("/settings", [on(Method::GET, read), on_json(Method::PATCH, change)]);
    described!(api.endpoints(), read, change)
}

/// The request to change settings. A missing field keeps its value.
pub(super) struct NewSettings(SettingsUpdate);

#[cfg(feature = "openapi")]
type NewSettingsSchema = Strict<NewSettings>;

impl Body for NewSettings {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let mut change = SettingsUpdate::default();
        for &name in SettingName::ALL {
            let number = match name.unit() {
                SettingUnit::Switch => fields.optional::<bool>(name.as_str())?.map(u64::from),
                _ => fields.optional(name.as_str())?,
            };
            if let Some(number) = number {
                change.set(name, number);
            }
        }
        Ok(Self(change))
    }
}

fn shown(settings: &Settings) -> Response {
    let value = |name: SettingName| match (name.unit(), settings.number(name)) {
        (SettingUnit::Switch, on) => Value::from(on != 0),
        (_, number) => Value::from(number),
    };
    let all: Map<String, Value> =
        SettingName::ALL.iter().map(|&name| (name.as_str().to_owned(), value(name))).collect();
    secret_body::json(StatusCode::OK, &all)
}

/// Reads the settings
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/settings",
    operation_id = "read_settings",
    tag = "settings",
    responses((status = 200, description = "the current settings", body = SettingsView), ReadProblems),
    security(("bearer" = [])),
))]
async fn read(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let settings = or_problem(counterfoil, counterfoil.settings(&by).await)?;
    Query::none(call.query())?;
    Ok(shown(&settings))
}

/// Changes settings: either all given fields, or none
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/settings",
    operation_id = "update_settings",
    tag = "settings",
    request_body = NewSettingsSchema,
    responses((status = 200, description = "all settings, after the change", body = SettingsView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change(call: Call, sent: Sent<NewSettings>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let NewSettings(change) = sent.or_problem(counterfoil, &by, Operation::UpdateSettings).await?;
    Ok(shown(&or_problem(counterfoil, counterfoil.update_settings(&by, &change).await)?))
}
