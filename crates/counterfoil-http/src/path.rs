//! The paths of endpoints. A path consists of fixed segments and of variables that a request fills.

use percent_encoding::percent_decode_str;

/// The path of a request that fits the template of an endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matched<'a> {
    /// The part of the path in front of the template.
    pub(crate) base: &'a str,
    /// The segments that fill the template's variables, decoded, from left to right. A segment that is not UTF-8 is
    /// `None`.
    pub(crate) segments: Vec<Option<String>>,
}

/// Matches the end of a path with a template such as `/clients/{id}`. Neither may end with a slash. A variable in
/// braces matches one segment that is not empty. A fixed segment matches byte by byte. Returns `None` if the path does
/// not fit.
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
