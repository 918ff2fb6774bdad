//! The path templates of endpoints. A template consists of fixed segments and of variables, each of which stands for
//! one segment of a request's path.

use percent_encoding::percent_decode_str;

/// A request's path whose end matches a path template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'a> {
    /// The beginning of the path, which the template does not describe.
    pub(crate) base: &'a str,
    /// The decoded segments in place of the template's variables, from left to right. `None` for a segment that is not
    /// UTF-8.
    pub(crate) segments: Vec<Option<String>>,
}

/// Compares the end of a path with a template such as `/clients/{id}`. A variable in braces matches one segment that is
/// not empty. A fixed segment matches byte by byte. Returns `None` if the path does not match. A path that ends with a
/// slash never matches.
pub(crate) fn read<'a>(template: &str, path: &'a str) -> Option<Matched<'a>> {
    let (mut base, mut segments) = (path, Vec::new());
    for expected in template.rsplit('/').filter(|segment| !segment.is_empty()) {
        let (before, segment) = base.rsplit_once('/')?;
        if is_variable(expected) {
            if segment.is_empty() {
                return None;
            }
            segments.push(percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned()));
        } else if segment != expected {
            return None;
        }
        base = before;
    }
    segments.reverse();
    Some(Matched { base, segments })
}

fn is_variable(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched<'a>(base: &'a str, segments: &[Option<&str>]) -> Option<Matched<'a>> {
        Some(Matched { base, segments: segments.iter().map(|one| one.map(str::to_owned)).collect() })
    }

    #[test]
    fn host_51_the_end_of_a_path_is_read_and_the_rest_is_the_base() {
        assert_eq!(read("/settings", "/settings"), matched("", &[]));
        assert_eq!(read("/settings", "/api/v1/settings"), matched("/api/v1", &[]));
        assert_eq!(read("/clients/{id}", "/a/clients/x%2Fy"), matched("/a", &[Some("x/y")]));
        assert_eq!(read("/clients/{id}", "/clients/%FF"), matched("", &[None]), "not UTF-8");
        let two = read("/users/{subject}/tokens/{id}", "/users/%D0%B9/tokens/1");
        assert_eq!(two, matched("", &[Some("й"), Some("1")]));
        for other in
            ["", "/", "/clients", "/clients/", "/clients/a/", "/Clients/a", "/%63lients/a", "/clients/a/b", "clients/a"]
        {
            assert_eq!(read("/clients/{id}", other), None, "{other}");
        }
    }
}
