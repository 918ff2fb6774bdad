//! The fuzz target for cookies. It checks that a request is signed in only if it has exactly one cookie with the exact
//! name.

use axum::body::Body;
use http::{HeaderValue, Request};

use crate::bytes::filled;
use crate::world::{COOKIE, in_world};

/// Sends the lines of `data`, at most four, as `Cookie` headers.
#[must_use]
pub fn cookies(data: &[u8]) -> bool {
    in_world(|world| {
        let lines = filled(data, &[("${session}", &world.session)]);
        let lines: Vec<&[u8]> = lines.split(|byte| *byte == b'\n').take(4).collect();
        let asked = |path: &str| {
            let mut request = Request::get(path).header("host", "console.example");
            for line in &lines {
                request = request.header("cookie", HeaderValue::from_bytes(line).ok()?);
            }
            Some(world.send(request.body(Body::empty()).expect("a request")))
        };
        // An HTTP header cannot contain this value.
        let (Some(api), Some(page)) = (asked("/api/v1/me/tokens"), asked("/console/tokens")) else {
            return (false, false);
        };
        let signed_in = api.status.as_u16() == 200;
        if signed_in {
            let name = format!("__Host-counterfoil-session-{COOKIE}=");
            let pairs = lines.iter().flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
            let values: Vec<_> = pairs.filter_map(|pair| pair.strip_prefix(name.as_bytes())).collect();
            assert_eq!(values, [world.session.as_bytes()], "one, and the right one");
        } else {
            api.assert_problem();
            assert!([400, 401, 403].contains(&api.status.as_u16()), "{api:?}");
        }
        assert_eq!(page.status.as_u16() == 200, signed_in, "pages and routers agree: {page:?}");
        assert!(page.text.len() < 65_536, "{} bytes", page.text.len());
        for header in page.headers.get_all("set-cookie") {
            let header = header.to_str().expect("text");
            assert!(header.len() < 256 && header.contains("; HttpOnly; SameSite=Lax; Secure"), "{header}");
        }
        // Using a session extends its idle limit, so this input has changed the service.
        (signed_in, signed_in)
    })
}
