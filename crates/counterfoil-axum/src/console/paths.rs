//! Paths below the console's base: where a request is, where a form's page is, and where somebody comes back to.

use crate::console::visitor::MADE_ROOM;

/// The parameter that says on a page what was just done.
pub(crate) const TOLD: &str = "told";
/// The most bytes of a page's path and query, as they stand in the address of the sign-in that leads back there: 500 Cyrillic letters fit. Servers
/// and proxies take 8 KiB of an address.
const KEPT: usize = 6 * 1024;
/// The most bytes of a path that leads anywhere: that of the sign-in, with such a page in it.
const LONGEST: usize = KEPT + 256;

/// A path below the base that a request named; the start where it leads elsewhere.
pub(crate) fn own(below: Option<&str>) -> &str {
    below.filter(|path| path.len() <= LONGEST && is_own(path)).unwrap_or("/")
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

/// Sets a parameter in the page's address, unless the address would become too long.
pub(crate) fn saying(page: &str, name: &str, value: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(own, _)| own != name);
    let said = with(path, pairs.chain([(name.into(), value.into())]));
    if said.len() > LONGEST { page.to_owned() } else { said }
}

/// A page with what somebody had typed into its form, where that is not too much to go along.
pub(crate) fn keeping(page: &str, typed: Vec<(&str, &str)>) -> String {
    let kept = with(page, typed.into_iter());
    if fits(&kept) { kept } else { page.to_owned() }
}

/// The sign-in that leads back to a page; where that is too long, to the page without its query, or to the start.
pub(crate) fn sign_in(page: &str, told: Option<&str>) -> String {
    let bare = page.split_once('?').map_or(page, |(path, _)| path);
    let page = [page, bare].into_iter().find(|page| fits(page)).unwrap_or("/");
    let pairs = [("next", Some(page)), ("told", told)];
    with("/sign-in", pairs.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

/// Whether a page can go along in an address, written as a parameter.
fn fits(page: &str) -> bool {
    form_urlencoded::byte_serialize(page.as_bytes()).map(str::len).sum::<usize>() <= KEPT
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
        assert_eq!(keeping("/tokens", vec![("label", "й &")]), "/tokens?label=%D0%B9+%26");
    }

    #[test]
    fn fault_f8_what_goes_along_is_bounded_as_it_is_sent() {
        let letters = |count| "й".repeat(count);
        let (some, many) = (letters(500), letters(700));
        let kept = keeping("/codes", vec![("description", some.as_str())]);
        assert!(kept.ends_with("%D0%B9"));
        assert!(sign_in(&kept, Some("kept")).contains("%25D0%25B9"), "a description of 500 letters");
        assert_eq!(keeping("/codes", vec![("description", many.as_str())]), "/codes");
        let long = |count| format!("/users?q={}", "(".repeat(count));
        assert_eq!(sign_in(&long(6_000), None), "/sign-in?next=%2Fusers");
        assert_eq!(sign_in(&"/x".repeat(6_000), Some("ended")), "/sign-in?next=%2F&told=ended");
        for path in [sign_in(&kept, Some("kept")), saying(&long(6_000), TOLD, "saved"), own(Some(&long(60_000))).into()]
        {
            assert!(path.len() <= LONGEST, "{}", path.len());
        }
        let nested = sign_in(&kept, Some("kept"));
        assert_eq!(own(Some(&nested)), nested, "the language can be switched there");
    }
}
