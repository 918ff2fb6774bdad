//! Paths relative to the base path of the console: pages, forms, and links back to a page.

/// The query parameter with the name of the notice that the page shows.
pub(crate) const NOTICE: &str = "notice";
/// The query parameter that the redirect after signing in contains if signing in ended an older session. The page then
/// shows a notice about this.
pub(crate) const MADE_ROOM: &str = "made-room";
/// The maximum length, in bytes, of the path and query of a page to which signing in leads back. The address of the
/// sign-in page contains them percent-encoded, and the encoded bytes are counted. Servers and proxies accept addresses
/// of 8 KiB, so the limit leaves enough room for the rest of the address. A query of 500 Cyrillic letters is within the
/// limit.
const MAX_PAGE: usize = 6 * 1024;
/// The maximum length of any path in bytes. The longest path is that of the sign-in page, which contains another page
/// in its query.
const MAX_PATH: usize = MAX_PAGE + 256;

/// Checks a path from a request, which can have any value. Returns `below` if a link to it stays within this console.
/// Otherwise, or if `below` is `None` or too long, returns `/`.
pub(crate) fn own(below: Option<&str>) -> &str {
    below.filter(|path| path.len() <= MAX_PATH && is_own(path)).unwrap_or("/")
}

/// Whether a browser that follows the base path and then `path` stays within the console. `path` must not lead to
/// another host or to a parent folder (WHATWG URL, "double-dot path segment").
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

/// Returns the path of the page that shows the form whose action (the target of its submission) is `path`.
pub(crate) fn page_of(path: &str) -> String {
    let parent = |path: &str| path.rsplit_once('/').map_or("/", |(parent, _)| parent).to_owned();
    match path.rsplit('/').next().unwrap_or_default() {
        "sign-out" => "/".to_owned(),
        "zone" | "signature" | "token-login" | "adopt" => parent(path),
        "disable" | "enable" if path.starts_with("/service-accounts/") => parent(path),
        "clear" | "disable" | "enable" => parent(&parent(path)),
        _ => path.to_owned(),
    }
}

/// Returns the path of a page and its query, without the parameters for notices.
pub(crate) fn without_notices(path: &str, query: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    with(path, pairs.filter(|(name, _)| name != NOTICE && name != MADE_ROOM))
}

/// Sets a parameter in the address of a page. If the address would become too long, returns the address unchanged.
pub(crate) fn with_parameter(page: &str, name: &str, value: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(own, _)| own != name);
    let changed = with(path, pairs.chain([(name.into(), value.into())]));
    if changed.len() > MAX_PATH { page.to_owned() } else { changed }
}

/// Adds the values of a form's fields to the address of its page. If the address would become too long, adds no values.
pub(crate) fn with_fields(page: &str, fields: Vec<(&str, &str)>) -> String {
    let filled = with(page, fields.into_iter());
    if fits(&filled) { filled } else { page.to_owned() }
}

/// Returns the address of the sign-in page. After signing in, this page leads back to `page`. If `page` is too long,
/// the sign-in page leads to `page` without its query, or to `/`.
pub(crate) fn sign_in(page: &str, notice: Option<&str>) -> String {
    let bare = page.split_once('?').map_or(page, |(path, _)| path);
    let page = [page, bare].into_iter().find(|page| fits(page)).unwrap_or("/");
    let pairs = [("next", Some(page)), (NOTICE, notice)];
    with("/sign-in", pairs.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

/// Whether `page` is short enough to be a parameter in the address of another page.
fn fits(page: &str) -> bool {
    form_urlencoded::byte_serialize(page.as_bytes()).map(str::len).sum::<usize>() <= MAX_PAGE
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
            ("/service-accounts/1/disable", "/service-accounts/1"),
            ("/service-accounts/1/adopt", "/service-accounts/1"),
            ("/profile/zone", "/profile"),
            ("/profile/signature/clear", "/profile"),
            ("/users/%3C/token-login", "/users/%3C"),
            ("/sign-out", "/"),
        ] {
            assert_eq!(page_of(path), page);
        }
    }

    #[test]
    fn notices_are_removed_from_a_page() {
        assert_eq!(without_notices("/tokens", Some("notice=revoked&cursor=x&made-room=true")), "/tokens?cursor=x");
        assert_eq!(with_parameter("/tokens?notice=a&q=b+c", NOTICE, "b"), "/tokens?q=b+c&notice=b");
        assert_eq!(with_fields("/tokens", vec![("label", "й &")]), "/tokens?label=%D0%B9+%26");
    }

    #[test]
    fn fault_f8_what_goes_along_is_bounded_as_it_is_sent() {
        let letters = |count| "й".repeat(count);
        let (some, many) = (letters(500), letters(700));
        let kept = with_fields("/codes", vec![("description", some.as_str())]);
        assert!(kept.ends_with("%D0%B9"));
        assert!(sign_in(&kept, Some("kept")).contains("%25D0%25B9"), "a description of 500 letters");
        assert_eq!(with_fields("/codes", vec![("description", many.as_str())]), "/codes");
        let long = |count| format!("/users?q={}", "(".repeat(count));
        assert_eq!(sign_in(&long(6_000), None), "/sign-in?next=%2Fusers");
        assert_eq!(sign_in(&"/x".repeat(6_000), Some("ended")), "/sign-in?next=%2F&notice=ended");
        for path in [
            sign_in(&kept, Some("kept")),
            with_parameter(&long(6_000), NOTICE, "saved"),
            own(Some(&long(60_000))).into(),
        ] {
            assert!(path.len() <= MAX_PATH, "{}", path.len());
        }
        let nested = sign_in(&kept, Some("kept"));
        assert_eq!(own(Some(&nested)), nested, "the language can be switched there");
    }
}
