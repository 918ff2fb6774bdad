//! Paths below the console's base: where a request is, where a form's page is, and where somebody comes back to.

use crate::console::visitor::MADE_ROOM;

/// The parameter that says on a page what was just done.
pub(crate) const TOLD: &str = "told";
/// The most bytes of what was typed that go along to the sign-in and back.
const KEPT: usize = 4096;

/// A path below the base that a request named; the start where it leads elsewhere.
pub(crate) fn own(below: Option<&str>) -> &str {
    below.filter(|path| is_own(path)).unwrap_or("/")
}

/// Whether a browser that follows it stays below the base: no other host, and no folder above (WHATWG URL, "double-dot path segment").
fn is_own(path: &str) -> bool {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && path[..end].split('/').all(|segment| {
            let plain = segment.to_ascii_lowercase().replace("%2e", ".");
            plain != "." && plain != ".."
        })
}

/// The page that a form sent to that path stands on.
pub(crate) fn page_of(path: &str) -> String {
    let parent = |path: &str| path.rsplit_once('/').map_or("/", |(parent, _)| parent).to_owned();
    match path.rsplit('/').next().unwrap_or_default() {
        "sign-out" => "/".to_owned(),
        "zone" | "signature" | "token-login" => parent(path),
        "clear" | "disable" | "enable" => parent(&parent(path)),
        _ => path.to_owned(),
    }
}

/// A page and its query without what was said there once.
pub(crate) fn lasting(path: &str, query: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    with(path, pairs.filter(|(name, _)| name != TOLD && name != MADE_ROOM))
}

/// The same page with one more parameter.
pub(crate) fn saying(page: &str, name: &str, value: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(own, _)| own != name);
    with(path, pairs.chain([(name.into(), value.into())]))
}

/// A page with what somebody had typed into its form, where that is not too much to go along.
pub(crate) fn keeping<'a>(page: &str, typed: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let kept = with(page, typed);
    if kept.len() > KEPT { page.to_owned() } else { kept }
}

fn with<N: AsRef<str>, V: AsRef<str>>(path: &str, pairs: impl Iterator<Item = (N, V)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_f10_a_dot_in_a_name_is_a_letter_and_two_of_them_alone_lead_up() {
        for kept in
            ["/clients/test.token/edit", "/users/a%2Eb%2e%2ec", "/users?q=a..b", "/codes?x=%2e%2e/", "/...", "/a?b=//c"]
        {
            assert_eq!(own(Some(kept)), kept);
        }
        for elsewhere in
            ["", "a", "//a", "/\\a", "/a b", "/../a", "/a/..", "/a/%2E%2e/b", "/./a", "/.%2e?x", "/a\r\nb", "https://a"]
        {
            assert_eq!(own(Some(elsewhere)), "/", "{elsewhere}");
        }
        assert_eq!(own(None), "/");
    }

    #[test]
    fn fault_f8_a_form_leads_back_to_the_page_that_it_stands_on() {
        for (path, page) in [
            ("/tokens", "/tokens"),
            ("/tokens/1/rotate", "/tokens/1/rotate"),
            ("/codes/1/reset", "/codes/1/reset"),
            ("/clients/a.b/disable", "/clients"),
            ("/profile/zone", "/profile"),
            ("/profile/signature/clear", "/profile"),
            ("/users/%3C/token-login", "/users/%3C"),
            ("/sign-out", "/"),
        ] {
            assert_eq!(page_of(path), page);
        }
    }

    #[test]
    fn what_is_said_once_does_not_stay() {
        assert_eq!(lasting("/tokens", Some("told=revoked&cursor=x&made-room=true")), "/tokens?cursor=x");
        assert_eq!(saying("/tokens?told=a&q=b+c", TOLD, "b"), "/tokens?q=b+c&told=b");
        let long = "x".repeat(KEPT);
        assert_eq!(keeping("/tokens", [("label", long.as_str())].into_iter()), "/tokens");
        assert_eq!(keeping("/tokens", [("label", "й &")].into_iter()), "/tokens?label=%D0%B9+%26");
    }
}
