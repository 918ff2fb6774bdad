//! Shows and saves the settings that administrators change at run time. The fields are defined by the core's table of
//! settings.

use std::time::Duration;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use counterfoil::Counterfoil;
use counterfoil::settings::{InvalidSetting, SettingName, SettingUnit, Settings, SettingsUpdate};
use counterfoil_http::request::Query;
use http::StatusCode;

use crate::console::form::{Form, UNIT};
use crate::console::form_error::FormError;
use crate::console::form_values::FormValues;
use crate::console::layout::Layout;
use crate::console::reauthentication::require_password;
use crate::console::rejection::Rejection;
use crate::console::response;
use crate::console::response::redirect;
use crate::console::state::{Console, Shared};
use crate::console::submitted_form::{SubmittedForm, form_error_of};
use crate::console::text::Texts;
use crate::console::time::Unit;
use crate::console::viewer::Viewer;

const SECTION: &str = "/settings";

#[derive(Template)]
#[template(path = "console/settings.html")]
struct Page {
    layout: Layout,
    values: FormValues,
    needs_password: bool,
    switches: Vec<Switch>,
    /// The names of settings that the policy does not use but that the submitted form contains. The page shows an error
    /// for each.
    unused: Vec<&'static str>,
    numbers: Vec<Number>,
}

/// A setting that is either on or off.
struct Switch {
    name: &'static str,
    label: &'static str,
    is_on: bool,
    was: bool,
}

/// A setting with a numeric value: either a plain number, such as a number of days, or a duration. For a duration, the
/// user can select the unit.
struct Number {
    name: &'static str,
    label: &'static str,
    hint: String,
    shown: Amount,
    /// The current value of the setting.
    was: Amount,
    /// The units that the user can select, each with its length in seconds. Empty if the setting is not a duration.
    units: Vec<(u64, &'static str)>,
}

/// The number in a field, and the length of its unit in seconds. The length is 1 if the setting is not a duration.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Amount {
    number: String,
    unit: u64,
}

/// The units of durations, each with its length in seconds.
const UNITS: [(u64, Unit); 4] = [(1, Unit::Seconds), (60, Unit::Minutes), (3_600, Unit::Hours), (86_400, Unit::Days)];

impl Amount {
    /// Converts the stored number of a setting to the amount that its field shows. A duration is converted to the
    /// largest unit in which it is a whole number.
    fn of(name: SettingName, number: u64) -> Self {
        if name.unit() != SettingUnit::Seconds {
            return Self { number: number.to_string(), unit: 1 };
        }
        let whole = |(unit, _): &(u64, Unit)| number.is_multiple_of(*unit);
        let unit = UNITS.iter().rev().copied().find(whole).map_or(1, |(unit, _)| unit);
        Self { number: (number / unit).to_string(), unit }
    }

    /// Returns the number of the setting, which is in seconds for a duration. Returns `None` if the typed text is not a
    /// number or is too large.
    fn read(&self) -> Option<u64> {
        let digits = self.number.bytes().all(|byte| byte.is_ascii_digit());
        self.number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(self.unit)
    }
}

/// Shows the current settings.
pub(crate) async fn show(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let (settings, texts) = (current_settings(&console, &viewer).await?, viewer.language.texts());
    let query = Query::parse(query.as_deref());
    let notice = match query.one("notice") {
        Ok(Some("saved")) => Some(texts.common.saved),
        Ok(Some("unchanged")) => Some(texts.common.unchanged),
        _ => None,
    };
    let given = |field: &str| query.all(field).next().map(str::to_owned);
    let proposes = |name: SettingName| given(name.as_str()).or_else(|| given(&format!("{}{UNIT}", name.as_str())));
    let prefilled = SettingName::ALL.iter().any(|&name| proposes(name).is_some());
    let mut layout = Layout::of(&console, &viewer, SECTION).with_notice(notice);
    layout.prefilled = prefilled.then_some(texts.layout.prefilled);
    Ok(page(&viewer, layout, FormValues::default(), &settings, given, StatusCode::OK))
}

async fn current_settings(console: &Console, viewer: &Viewer) -> Result<Settings, Rejection> {
    let settings = viewer.counterfoil.settings(&viewer.presenter()).await;
    settings.map_err(|error| Rejection::of(console, viewer, error))
}

/// Makes the page with the settings. `given` returns the text that the user typed into a field. If it returns `None`,
/// the field shows the current value.
fn page(
    viewer: &Viewer,
    layout: Layout,
    values: FormValues,
    settings: &Settings,
    given: impl Fn(&str) -> Option<String>,
    status: StatusCode,
) -> Response {
    let texts = layout.texts;
    let switch = |name: SettingName| {
        let was = settings.number(name) != 0;
        let is_on = given(name.as_str()).map_or(was, |typed| typed == "true");
        Switch { name: name.as_str(), label: texts.settings.labels.of(name), is_on, was }
    };
    let number = |name: SettingName| {
        let was = Amount::of(name, settings.number(name));
        let unit = given(&format!("{}{UNIT}", name.as_str())).and_then(|unit| unit.parse().ok());
        let number = given(name.as_str()).unwrap_or_else(|| was.number.clone());
        let shown = Amount { number, unit: unit.unwrap_or(was.unit) };
        let units = UNITS.map(|(seconds, unit)| (seconds, (texts.settings.unit)(unit)));
        Number {
            name: name.as_str(),
            label: texts.settings.labels.of(name),
            hint: hint(&viewer.counterfoil, texts, settings, name),
            units: if name.unit() == SettingUnit::Seconds { units.to_vec() } else { Vec::new() },
            shown,
            was,
        }
    };
    // The page shows only the settings that the policy uses.
    let used = || SettingName::ALL.iter().copied().filter(|name| viewer.counterfoil.uses_setting(*name));
    let names = |name: &SettingName| values.error(name.as_str()).is_some() && !viewer.counterfoil.uses_setting(*name);
    let unused = SettingName::ALL.iter().filter(|name| names(name)).map(|name| name.as_str()).collect();
    let is_switch = |name: &SettingName| name.unit() == SettingUnit::Switch;
    let page = Page {
        layout,
        values,
        needs_password: viewer.needs_password(),
        switches: used().filter(is_switch).map(switch).collect(),
        unused,
        numbers: used().filter(|name| !is_switch(name)).map(number).collect(),
    };
    response::page(status, &page)
}

/// Returns the hint at the field of a setting. It contains the range. If the field can show only a rounded value, it
/// also contains the exact value.
fn hint(counterfoil: &Counterfoil, texts: &Texts, settings: &Settings, name: SettingName) -> String {
    let (least, most) = counterfoil.setting_range(name);
    let range = texts.range(name.unit(), least, most);
    let unit = name.unit().seconds().unwrap_or(1);
    let whole = settings.number(name).checked_mul(unit).map(Duration::from_secs);
    match settings.duration(name) {
        Some(exact) if Some(exact) != whole => {
            format!("{range} {}", (texts.settings.exactly)(&(texts.formats.duration)(exact)))
        }
        _ => range,
    }
}

/// Handles the submitted form. Saves either all changed settings or none.
pub(crate) async fn save(State(console): State<Shared>, SubmittedForm { mut viewer, form }: SubmittedForm) -> Response {
    let response = save_or_show_form(&console, &mut viewer, &form).await;
    viewer.with_new_cookies(response.into_response())
}

/// The reason why the submitted form is not saved.
enum Fault {
    Fields(Vec<InvalidSetting>),
    Other(FormError),
}

impl From<FormError> for Fault {
    fn from(form_error: FormError) -> Self {
        Self::Other(form_error)
    }
}

async fn save_or_show_form(console: &Console, viewer: &mut Viewer, form: &Form) -> Result<Response, Rejection> {
    let settings = current_settings(console, viewer).await?;
    let fault = match try_save(console, viewer, form, &settings).await? {
        Ok(notice) => return Ok(redirect(&console.path(&format!("{SECTION}?notice={notice}")))),
        Err(fault) => fault,
    };
    let (layout, texts) = (Layout::of(console, viewer, SECTION), viewer.language.texts());
    // A field that the user has not changed shows the current value, which another administrator may have changed after
    // the page was shown.
    let left_alone = |field: &str| {
        let of = field.strip_suffix(UNIT).unwrap_or(field);
        SettingName::ALL.iter().any(|&name| name.as_str() == of && is_untouched(form, name))
    };
    let given = |field: &str| (!left_alone(field)).then(|| form.one(field).to_owned());
    match fault {
        Fault::Fields(invalid) => {
            let of = |values: FormValues, invalid: &InvalidSetting| {
                values.with_error(invalid.name.as_str(), texts.range(invalid.name.unit(), invalid.least, invalid.most))
            };
            let values = invalid.iter().fold(FormValues::default(), of);
            let layout = layout.with_field_errors(&values);
            Ok(page(viewer, layout, values, &settings, given, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Fault::Other(form_error) => {
            let names = [&fields()[..], &["password"]].concat();
            let (layout, values) = form_error.place(layout, FormValues::default(), &names);
            Ok(form_error.with_retry_after(page(viewer, layout, values, &settings, given, form_error.status)))
        }
    }
}

/// Saves the changed settings. Returns the name of the notice that the next page shows.
async fn try_save(
    console: &Console,
    viewer: &mut Viewer,
    form: &Form,
    settings: &Settings,
) -> Result<Result<&'static str, Fault>, Rejection> {
    if let Err(field) = form.check(&fields(), &[]) {
        return Ok(Err(FormError::invalid_field(viewer, field).into()));
    }
    let change = match change(viewer, form, settings) {
        Ok(change) => change,
        Err(fault) => return Ok(Err(fault)),
    };
    if change == SettingsUpdate::default() {
        return Ok(Ok("unchanged"));
    }
    if let Err(form_error) = require_password(console, viewer, form).await? {
        return Ok(Err(form_error.into()));
    }
    match viewer.counterfoil.update_settings(&viewer.presenter(), &change).await {
        Ok(_) => Ok(Ok("saved")),
        Err(error) => form_error_of(console, viewer, error).map(|form_error| Err(form_error.into())),
    }
}

/// Returns the changes that the form makes to the settings. A setting is changed if the value of its field differs from
/// the value of its `_was` field. If the form has no `_was` field for a setting, the value is compared with the current
/// value.
fn change(viewer: &Viewer, form: &Form, settings: &Settings) -> Result<SettingsUpdate, Fault> {
    let (mut change, mut invalid) = (SettingsUpdate::default(), Vec::new());
    for &name in SettingName::ALL {
        let (field, current) = (name.as_str(), settings.number(name));
        if name.unit() == SettingUnit::Switch {
            let on = form.ticked(field).ok_or_else(|| FormError::invalid_field(viewer, Some(field)))?;
            // The page does not show a switch that the policy does not use. If a form changes it nevertheless, the core
            // refuses the change.
            let was = form.was(field).map_or(current != 0, |was| was == "true");
            let is_meant = if viewer.counterfoil.uses_setting(name) { on != was } else { on };
            if is_meant {
                change.set(name, u64::from(on));
            }
            continue;
        }
        // A missing field means that the setting is not changed.
        if form.secret(field).is_none() && form.all(field).next().is_none() {
            continue;
        }
        let (least, most) = viewer.counterfoil.setting_range(name);
        match amount(form, field, "").and_then(|amount| amount.read()) {
            Some(number) if number == amount(form, field, "_was").and_then(|was| was.read()).unwrap_or(current) => {}
            Some(number) if (least..=most).contains(&number) => change.set(name, number),
            _ => invalid.push(InvalidSetting::new(name, least, most)),
        }
    }
    if invalid.is_empty() { Ok(change) } else { Err(Fault::Fields(invalid)) }
}

/// Returns the names of the form fields, which are the names of all settings.
fn fields() -> Vec<&'static str> {
    SettingName::ALL.iter().map(|name| name.as_str()).collect()
}

/// Whether the field of a setting still has the value that the page showed.
fn is_untouched(form: &Form, name: SettingName) -> bool {
    let field = name.as_str();
    if name.unit() == SettingUnit::Switch {
        return form.was(field).is_some_and(|was| (was == "true") == (form.one(field) == "true"));
    }
    let said = |suffix| amount(form, field, suffix).and_then(|amount| amount.read());
    said("_was").is_some_and(|was| said("") == Some(was))
}

/// Reads the amount in the field of a setting. With the suffix `_was`, reads the amount that the field had when the
/// page was shown. If the form contains no unit for a duration, the unit is a second. Returns `None` if the field is
/// missing or its unit is unknown.
fn amount(form: &Form, field: &str, suffix: &str) -> Option<Amount> {
    let number = form.secret(&format!("{field}{suffix}"))?.expose_secret().trim().to_owned();
    let unit = match form.one(&format!("{field}{UNIT}{suffix}")) {
        "" => 1,
        unit => UNITS.iter().map(|(seconds, _)| *seconds).find(|seconds| seconds.to_string() == unit)?,
    };
    Some(Amount { number, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_f1_a_duration_is_shown_in_the_largest_unit_that_fits_and_read_back() {
        let shown = |number| Amount::of(SettingName::AccessLifetimeSeconds, number);
        for (seconds, number, unit) in
            [(1, "1", 1), (90, "90", 1), (600, "10", 60), (5_400, "90", 60), (7_200, "2", 3_600), (86_400, "1", 86_400)]
        {
            let amount = shown(seconds);
            assert_eq!((amount.number.as_str(), amount.unit, amount.read()), (number, unit, Some(seconds)));
        }
        assert_eq!(Amount::of(SettingName::NoticeLeadDays, 7), Amount { number: "7".into(), unit: 1 });
        for bad in ["", "+1", "1.5", "-1", "99999999999999999999"] {
            assert_eq!(Amount { number: bad.into(), unit: 60 }.read(), None, "{bad}");
        }
        assert_eq!(Amount { number: u64::MAX.to_string(), unit: 60 }.read(), None);
    }
}
