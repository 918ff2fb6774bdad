//! Settings. The core's table of settings defines the fields.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;
use counterfoil::operations::Operation;
use counterfoil::settings::{SettingName, SettingUnit, Settings, SettingsUpdate};
use http::StatusCode;
use serde_json::{Map, Value};

use super::guarded;
use super::request::{body, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{ReadProblems, WriteProblems};
#[cfg(feature = "openapi")]
use super::setting_schemas::SettingsView;
use crate::json::{Body, Fields};
use crate::principal::Principal;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{Routes, route};
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Settings, for administrators. Serves `/settings`.
pub fn settings(counterfoil: Counterfoil) -> Routes {
    guarded(counterfoil, [route!("/settings", get: read, patch: change)])
}

/// The changes to settings. Missing fields stay as they are.
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
async fn read(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let settings = or_problem(&counterfoil, counterfoil.settings(&principal.presenter()).await)?;
    Query::none(query.as_deref())?;
    Ok(shown(&settings))
}

/// Changes settings: all given fields, or none
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/settings",
    operation_id = "update_settings",
    tag = "settings",
    request_body = NewSettingsSchema,
    responses((status = 200, description = "all settings, after the change", body = SettingsView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let NewSettings(change) = body(&counterfoil, &by, Operation::UpdateSettings, request).await?;
    Ok(shown(&or_problem(&counterfoil, counterfoil.update_settings(&by, &change).await)?))
}
