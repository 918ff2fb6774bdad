//! Settings.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use counterfoil::settings::{Settings, SettingsChange};
use counterfoil::{Counterfoil, Intent};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::guarded;
use super::reading::{body, told};
use super::schema::{ReadProblems, WriteProblems};
use crate::json::{Body, Fields};
use crate::principal::Principal;
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;
use crate::strict::Strict;

/// A day.
const DAY: u64 = 86_400;

/// Settings, for administrators: serves `/settings`.
pub fn settings(foil: Counterfoil) -> OpenApiRouter {
    OpenApiRouter::new().routes(guarded(routes!(read, change), &foil)).with_state(foil)
}

/// The settings as they hold now.
#[derive(Serialize, ToSchema)]
struct SettingsView {
    personal_access_tokens_enabled: bool,
    access_lifetime_seconds: u64,
    refresh_inactivity_seconds: u64,
    refresh_absolute_seconds: u64,
    pat_max_days: u16,
    code_lifetime_seconds: u64,
    /// Rounded up, where a policy has it in seconds.
    notice_lead_days: u64,
}

/// What is to be changed.
#[derive(ToSchema)]
struct NewSettings {
    #[schema(value_type = bool, required = false)]
    personal_access_tokens_enabled: Option<bool>,
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 86_400)]
    access_lifetime_seconds: Option<u64>,
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 31_622_400)]
    refresh_inactivity_seconds: Option<u64>,
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 31_622_400)]
    refresh_absolute_seconds: Option<u64>,
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 3_660)]
    pat_max_days: Option<u64>,
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 31_622_400)]
    code_lifetime_seconds: Option<u64>,
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 365)]
    notice_lead_days: Option<u64>,
}

/// Its schema.
type NewSettingsSchema = Strict<NewSettings>;

impl Body for NewSettings {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            personal_access_tokens_enabled: fields.optional("personal_access_tokens_enabled")?,
            access_lifetime_seconds: fields.optional("access_lifetime_seconds")?,
            refresh_inactivity_seconds: fields.optional("refresh_inactivity_seconds")?,
            refresh_absolute_seconds: fields.optional("refresh_absolute_seconds")?,
            pat_max_days: fields.optional("pat_max_days")?,
            code_lifetime_seconds: fields.optional("code_lifetime_seconds")?,
            notice_lead_days: fields.optional("notice_lead_days")?,
        })
    }
}

impl From<NewSettings> for SettingsChange {
    fn from(new: NewSettings) -> Self {
        Self {
            personal_access_tokens_enabled: new.personal_access_tokens_enabled,
            access_lifetime_seconds: new.access_lifetime_seconds,
            refresh_inactivity_seconds: new.refresh_inactivity_seconds,
            refresh_absolute_seconds: new.refresh_absolute_seconds,
            pat_max_days: new.pat_max_days,
            code_lifetime_seconds: new.code_lifetime_seconds,
            notice_lead_days: new.notice_lead_days,
        }
    }
}

fn shown(settings: &Settings) -> Response {
    let view = SettingsView {
        personal_access_tokens_enabled: settings.personal_access_tokens,
        access_lifetime_seconds: settings.access_lifetime.whole_seconds(),
        refresh_inactivity_seconds: settings.refresh_inactivity.whole_seconds(),
        refresh_absolute_seconds: settings.refresh_absolute.whole_seconds(),
        pat_max_days: settings.pat_max_days,
        code_lifetime_seconds: settings.code_lifetime.whole_seconds(),
        notice_lead_days: settings.notice_lead.seconds_up().div_ceil(DAY),
    };
    secret_body::json(StatusCode::OK, &view)
}

/// Reads the settings
#[utoipa::path(
    get,
    path = "/settings",
    operation_id = "read_settings",
    tag = "settings",
    responses((status = 200, description = "as they hold now", body = SettingsView), ReadProblems),
    security(("bearer" = [])),
)]
async fn read(State(foil): State<Counterfoil>, who: Principal, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let settings = told(&foil, foil.settings(&who.presenter()).await)?;
    Query::none(query.as_deref())?;
    Ok(shown(&settings))
}

/// Changes settings: all that is named, or nothing
#[utoipa::path(
    patch,
    path = "/settings",
    operation_id = "change_settings",
    tag = "settings",
    request_body = NewSettingsSchema,
    responses((status = 200, description = "all of them, as they hold now", body = SettingsView), WriteProblems),
    security(("bearer" = [])),
)]
async fn change(State(foil): State<Counterfoil>, who: Principal, request: Request) -> Result<Response, Problem> {
    let by = who.presenter();
    let new: NewSettings = body(&foil, &by, Intent::ChangeSettings, request).await?;
    Ok(shown(&told(&foil, foil.change_settings(&by, &new.into()).await)?))
}
