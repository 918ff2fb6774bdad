//! Settings. The core's table of settings defines the fields.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;
use counterfoil::operations::Operation;
use counterfoil::settings::{SettingName, SettingUnit, Settings, SettingsChange};
use http::StatusCode;
use serde_json::{Map, Value};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guarded;
use super::request::{body, or_problem};
use super::schema::{ReadProblems, WriteProblems};
use crate::json::{Body, Fields};
use crate::principal::Principal;
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;
use crate::strict::Strict;

/// Settings, for administrators. Serves `/settings`.
pub fn settings(counterfoil: Counterfoil) -> OpenApiRouter {
    OpenApiRouter::new().routes(guarded(routes!(read, change), &counterfoil)).with_state(counterfoil)
}

/// All current settings.
struct SettingsView;

/// The changes to settings. Missing fields stay as they are.
struct NewSettings(SettingsChange);

type NewSettingsSchema = Strict<NewSettings>;

/// The schema of a setting.
fn schema(name: SettingName) -> ObjectBuilder {
    let builder = ObjectBuilder::new();
    if name.unit() == SettingUnit::Switch {
        return builder.schema_type(Type::Boolean);
    }
    let (least, most) = name.range();
    let bound = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    builder
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(bound(least)))
        .maximum(Some(bound(most)))
}

impl PartialSchema for SettingsView {
    fn schema() -> RefOr<Schema> {
        let all = SettingName::ALL.into_iter().fold(ObjectBuilder::new(), |object, name| {
            let about = (name == SettingName::NoticeLeadDays).then_some("rounded up, where a policy has it in seconds");
            object.property(name.as_str(), schema(name).description(about)).required(name.as_str())
        });
        all.description(Some("The settings as they hold now")).into()
    }
}

impl ToSchema for SettingsView {}

impl PartialSchema for NewSettings {
    fn schema() -> RefOr<Schema> {
        let all = SettingName::ALL.into_iter();
        let all = all.fold(ObjectBuilder::new(), |object, name| object.property(name.as_str(), schema(name)));
        all.description(Some("What is to be changed")).into()
    }
}

impl ToSchema for NewSettings {}

impl Body for NewSettings {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let mut change = SettingsChange::default();
        for name in SettingName::ALL {
            let number = match name.unit() {
                SettingUnit::Switch => fields.optional::<bool>(name.as_str())?.map(u64::from),
                SettingUnit::Seconds | SettingUnit::Days => fields.optional(name.as_str())?,
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
        SettingName::ALL.into_iter().map(|name| (name.as_str().to_owned(), value(name))).collect();
    secret_body::json(StatusCode::OK, &all)
}

/// Reads the settings
#[utoipa::path(
    get,
    path = "/settings",
    operation_id = "read_settings",
    tag = "settings",
    responses((status = 200, description = "the current settings", body = SettingsView), ReadProblems),
    security(("bearer" = [])),
)]
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
#[utoipa::path(
    patch,
    path = "/settings",
    operation_id = "change_settings",
    tag = "settings",
    request_body = NewSettingsSchema,
    responses((status = 200, description = "all settings, after the change", body = SettingsView), WriteProblems),
    security(("bearer" = [])),
)]
async fn change(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let NewSettings(change) = body(&counterfoil, &by, Operation::ChangeSettings, request).await?;
    Ok(shown(&or_problem(&counterfoil, counterfoil.change_settings(&by, &change).await)?))
}
