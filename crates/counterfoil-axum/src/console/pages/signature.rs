//! Saves, serves and removes the viewer's signature.

use axum::body::Body;
use axum::extract::multipart::Multipart;
use axum::extract::{FromRequest as _, FromRequestParts as _, RawQuery, Request, State};
use axum::response::Response;
use bytes::Bytes;
use counterfoil::Secret;
use counterfoil_http::request::{Query, Unread, read_body};
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::profile::{page_with_error, profiles};
use crate::console::form::Form;
use crate::console::form_values::FormValues;
use crate::console::profiles::{ImageFormat, Signature};
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::response::redirect;
use crate::console::state::Shared;
use crate::console::submitted_form::{SubmittedForm, refuse_foreign};
use crate::console::viewer::Viewer;
use crate::console::{csrf, response};

/// The maximum size of an image, in bytes.
const IMAGE: usize = 256 * 1024;
/// The maximum size of the whole form, in bytes. It is larger than [`IMAGE`], so that a form with a slightly too large
/// image can be read and the page can show the error.
const FORM: usize = 4 * IMAGE;
/// The maximum number of characters in a typed signature.
const TYPED: usize = 100;

/// The fields and the file of the submitted form.
struct Sent {
    form: Form,
    image: Bytes,
}

/// Serves the viewer's signature as a file.
pub(crate) async fn file(
    State(console): State<Shared>,
    viewer: Viewer,
    RawQuery(query): RawQuery,
) -> Result<Response, Rejection> {
    let profile = profiles(&console, &viewer)?.profile(viewer.principal.subject()).await;
    let profile = profile.map_err(|error| Rejection::unavailable(&console, &viewer, &error))?;
    let (media_type, extension, bytes) = match profile.signature {
        None => return Err(Rejection::page(&console, &viewer, RejectionReason::NotFound)),
        Some(Signature::Typed(text)) => ("image/svg+xml", "svg", Bytes::from(svg(&text))),
        Some(Signature::Image { format, bytes }) => (format.media_type(), format.extension(), bytes),
    };
    let mut response = response::empty(StatusCode::OK);
    *response.body_mut() = Body::from(bytes);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    // If the browser opens the file as a document, the document must not run scripts.
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'none'; sandbox"));
    if Query::parse(query.as_deref()).flag("download") == Ok(true) {
        let attachment = HeaderValue::try_from(format!("attachment; filename=\"signature.{extension}\""));
        headers.extend(attachment.ok().map(|attachment| (CONTENT_DISPOSITION, attachment)));
    }
    Ok(response)
}

/// Renders a typed signature as SVG.
fn svg(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    let width = 40 + 18 * text.chars().count();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"80\" viewBox=\"0 0 {width} 80\">\
         <text x=\"20\" y=\"52\" font-family=\"cursive\" font-size=\"36\">{escaped}</text></svg>"
    )
}

/// Saves a signature that was typed, drawn or uploaded.
pub(crate) async fn save(State(console): State<Shared>, request: Request) -> Result<Response, Rejection> {
    let (viewer, sent) = read(&console, request).await?;
    let texts = viewer.language.texts();
    let values = FormValues::new(sent.form.values_of(&["way", "typed"]));
    // The form must not contain a value for another kind of signature, because this value would be ignored.
    let signature = match sent.form.one("way") {
        "image" if !sent.form.one("typed").trim().is_empty() => {
            return page_with_error(&console, &viewer, values, "typed", texts.profile.one_way).await;
        }
        "typed" if !sent.image.is_empty() => {
            return page_with_error(&console, &viewer, values, "image", texts.profile.one_way).await;
        }
        "image" => match ImageFormat::of(&sent.image).filter(|_| sent.image.len() <= IMAGE) {
            Some(format) => Signature::Image { format, bytes: sent.image },
            None => return page_with_error(&console, &viewer, values, "image", texts.profile.image_wrong).await,
        },
        "typed" => {
            let text = sent.form.one("typed").trim();
            let length = text.chars().count();
            if !(1..=TYPED).contains(&length) || text.chars().any(char::is_control) {
                return page_with_error(&console, &viewer, values, "typed", texts.profile.typed_wrong).await;
            }
            Signature::Typed(text.to_owned())
        }
        _ => return page_with_error(&console, &viewer, values, "typed", texts.errors.invalid).await,
    };
    let kept = profiles(&console, &viewer)?.set_signature(viewer.principal.subject(), Some(signature)).await;
    kept.map_err(|error| Rejection::unavailable(&console, &viewer, &error))?;
    Ok(redirect(&console.path("/profile?notice=saved")))
}

/// Removes the viewer's signature.
pub(crate) async fn clear(
    State(console): State<Shared>,
    SubmittedForm { viewer, .. }: SubmittedForm,
) -> Result<Response, Rejection> {
    let cleared = profiles(&console, &viewer)?.set_signature(viewer.principal.subject(), None).await;
    cleared.map_err(|error| Rejection::unavailable(&console, &viewer, &error))?;
    Ok(redirect(&console.path("/profile?notice=cleared")))
}

/// Reads the submitted form. Refuses it if another site sent it, if it is larger than [`FORM`], or if its CSRF token is
/// wrong.
async fn read(console: &Shared, request: Request) -> Result<(Viewer, Sent), Rejection> {
    let (mut parts, body) = request.into_parts();
    let mut viewer = Viewer::from_request_parts(&mut parts, console).await?;
    refuse_foreign(console, &parts).map_err(|reason| Rejection::page(console, &viewer, reason))?;
    let rejection = |reason| Rejection::page(console, &viewer, reason);
    let body = match read_body(body, FORM).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return Err(rejection(RejectionReason::TooLarge)),
        Err(_) => return Err(rejection(RejectionReason::Forged)),
    };
    let request = Request::from_parts(parts, Body::from(body));
    let sent = gather(request).await.ok_or_else(|| rejection(RejectionReason::Forged))?;
    if !viewer.accepts_token(sent.form.one(csrf::FIELD)) {
        return Err(Rejection::page(console, &viewer, RejectionReason::Forged));
    }
    Ok((viewer, sent))
}

async fn gather(request: Request) -> Option<Sent> {
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    let (mut pairs, mut image) = (Vec::new(), Bytes::new());
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name()?.to_owned();
        if name == "image" {
            image = part.bytes().await.ok()?;
        } else {
            pairs.push((name, Secret::from(part.text().await.ok()?)));
        }
    }
    Some(Sent { form: Form::from_pairs(pairs), image })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_2_a_typed_signature_is_text_in_its_picture() {
        let picture = svg("</text><script>alert(1)</script>&");
        assert!(picture.contains("&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;</text></svg>"), "{picture}");
    }
}
