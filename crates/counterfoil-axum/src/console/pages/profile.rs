//! Shows the viewer's profile, which consists of a time zone and a signature. The host stores profiles.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use counterfoil_http::request::Query;
use http::StatusCode;

use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::profiles::{Profiles, Signature};
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::SubmittedForm;
use crate::console::viewer::Viewer;
use crate::console::zones::{is_zone, zones};

const SECTION: &str = "/profile";

#[derive(Template)]
#[template(path = "console/profile.html")]
struct Page {
    layout: Layout,
    values: FormValues,
    zones: Vec<String>,
    /// The stored time zone. It may be missing from the time zones that the console offers.
    zone: String,
    /// The time zone that is selected in the form.
    chosen: String,
    shown: Shown,
    has_signature: bool,
}

/// What the page shows as the signature: nothing, the typed text, or the image that the page loads from its own
/// address.
enum Shown {
    None,
    Typed(String),
    Image,
}

pub(crate) async fn show(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let texts = viewer.language.texts();
    let notice = match Query::parse(query.as_deref()).one("notice") {
        Ok(Some("saved")) => Some(texts.common.saved),
        Ok(Some("unchanged")) => Some(texts.common.unchanged),
        Ok(Some("cleared")) => Some(texts.profile.cleared),
        _ => None,
    };
    let values = FormValues::from_query(query.as_deref(), &["zone", "way", "typed"]);
    let layout = Layout::of(&console, &viewer, SECTION).with_notice(notice).with_prefilled(&values);
    page(&console, &viewer, layout, values, StatusCode::OK).await
}

/// Makes the page with these values and errors in its forms.
pub(super) async fn page(
    console: &Console,
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    status: StatusCode,
) -> Result<Response, Rejection> {
    let profile = profiles(console, viewer)?.profile(viewer.principal.subject()).await;
    let profile = profile.map_err(|error| Rejection::unavailable(console, viewer, &error))?;
    let shown = match profile.signature {
        None => Shown::None,
        Some(Signature::Typed(text)) => Shown::Typed(text),
        Some(Signature::Image { .. }) => Shown::Image,
    };
    let has_signature = !matches!(shown, Shown::None);
    let (zone, mut zones) = (viewer.zone.clone(), zones());
    // The form offers the stored zone even if it is unknown. So the user can save the form without changing the zone.
    if !zones.contains(&zone) {
        zones.insert(0, zone.clone());
    }
    let chosen = values.value("zone");
    let chosen = if zones.iter().any(|zone| zone == chosen) { chosen.to_owned() } else { zone.clone() };
    Ok(response::page(status, &Page { layout, values, zones, zone, chosen, shown, has_signature }))
}

/// Makes the page with an error at a field.
pub(super) async fn page_with_error(
    console: &Console,
    viewer: &Viewer,
    values: FormValues,
    field: &'static str,
    text: &str,
) -> Result<Response, Rejection> {
    let values = values.with_error(field, text.to_owned());
    let layout = Layout::of(console, viewer, SECTION).with_field_errors(&values);
    page(console, viewer, layout, values, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Returns the storage of profiles. If the console has no profiles, the response is 404.
pub(super) fn profiles<'a>(console: &'a Console, viewer: &Viewer) -> Result<&'a dyn Profiles, Rejection> {
    console.profiles.as_deref().ok_or_else(|| Rejection::page(console, viewer, RejectionReason::NotFound))
}

pub(crate) async fn set_zone(
    State(console): State<Shared>,
    SubmittedForm { viewer, form }: SubmittedForm,
) -> Result<Response, Rejection> {
    if let Err(field) = form.check(&["zone"], &[]) {
        let refused = FormError::invalid_field(&viewer, field);
        let (layout, values) = refused.place(Layout::of(&console, &viewer, SECTION), FormValues::default(), &["zone"]);
        return page(&console, &viewer, layout, values, refused.status).await;
    }
    let zone = form.one("zone");
    if form.was("zone").unwrap_or_else(|| viewer.zone.clone()) == zone {
        return Ok(redirect(&console.path("/profile?notice=unchanged")));
    }
    if !is_zone(zone) {
        return page_with_error(
            &console,
            &viewer,
            FormValues::default(),
            "zone",
            viewer.language.texts().profile.zone_unknown,
        )
        .await;
    }
    let set = profiles(&console, &viewer)?.set_zone(viewer.principal.subject(), zone).await;
    set.map_err(|error| Rejection::unavailable(&console, &viewer, &error))?;
    Ok(redirect(&console.path("/profile?notice=saved")))
}
