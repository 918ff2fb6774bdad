//! Reads the parameters of a query string. Repeated and unknown parameters can be refused.

use std::borrow::Cow;
use std::num::NonZeroU32;

use counterfoil::operations::LARGEST_PAGE;

use crate::problem::Problem;

/// The parameters of a query string, decoded.
///
/// ```
/// use counterfoil_http::request::Query;
///
/// let query = Query::strict(Some("limit=7&all=true"), &["limit", "all"])?;
/// assert_eq!((query.limit()?.get(), query.flag("all")?, query.one("q")?), (7, true, None));
/// assert!(Query::strict(Some("Limit=7"), &["limit"]).is_err());
/// # Ok::<(), counterfoil_http::Problem>(())
/// ```
#[derive(Debug)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// The number of items on a page if the request has no `limit`.
    pub(crate) const DEFAULT_LIMIT: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);
    /// The maximum number of items on a page.
    pub(crate) const MAX_LIMIT: NonZeroU32 = LARGEST_PAGE;

    /// Reads all parameters of a query string. `None` stands for a request without a query.
    #[must_use]
    pub fn parse(query: Option<&'a str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect())
    }

    /// Reads all parameters, and refuses names that are not in `known`.
    ///
    /// # Errors
    ///
    /// A problem that names the first unknown parameter.
    pub fn strict(query: Option<&'a str>, known: &[&str]) -> Result<Self, Problem> {
        let read = Self::parse(query);
        match read.0.iter().find(|(name, _)| !known.contains(&&**name)) {
            Some((name, _)) => Err(Problem::said_back(name, "parameter is not known")),
            None => Ok(read),
        }
    }

    /// Checks that there are no parameters.
    ///
    /// # Errors
    ///
    /// A problem that names the first parameter.
    pub fn none(query: Option<&str>) -> Result<(), Problem> {
        Query::strict(query, &[]).map(|_| ())
    }

    /// Returns the value of a parameter that may occur at most once, or `None` if it is missing.
    ///
    /// # Errors
    ///
    /// A problem if the parameter occurs twice.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(own, _)| own == name).map(|(_, value)| &**value);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Problem::field(name, format!("{name} stands twice"))),
            (value, None) => Ok(value),
        }
    }

    /// Returns all values of a parameter that may occur more than once.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| &**value)
    }

    /// Returns the value of `limit`: 1 to 100. The default is 50.
    ///
    /// # Errors
    ///
    /// A problem if the value is not a whole number from 1 to 100.
    pub fn limit(&self) -> Result<NonZeroU32, Problem> {
        let Some(text) = self.one("limit")? else { return Ok(Self::DEFAULT_LIMIT) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = text.parse().ok().filter(|limit: &NonZeroU32| digits && *limit <= Self::MAX_LIMIT);
        limit.ok_or_else(|| {
            Problem::field("limit", format!("limit must be a whole number from 1 to {}", Self::MAX_LIMIT))
        })
    }

    /// Returns the value of a parameter that is `true` or `false`. The default is false.
    ///
    /// # Errors
    ///
    /// A problem if the parameter has another value.
    pub fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        match self.one(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::field(name, format!("{name} must be true or false"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn fault_c12_an_unknown_parameter_is_refused_and_named_where_it_looks_like_a_name() {
        let problem = |query: &str| {
            let problem = Query::strict(Some(query), &["limit"]).err()?;
            let written: Value = serde_json::from_str(&problem.json()).expect("JSON");
            Some((problem.status().as_u16(), written["field"].as_str().map(str::to_owned)))
        };
        assert_eq!(problem(""), None);
        assert_eq!(problem("limit=1"), None);
        assert_eq!(problem("limit=1&limit=2"), None, "told by whoever reads it");
        for (query, field) in [
            ("status=expired", Some("status")),
            ("limit=1&Limit=2", Some("Limit")),
            ("access_token=x", Some("access_token")),
            ("%0D%0ASet-Cookie:%20x", None),
            ("=", None),
        ] {
            assert_eq!(problem(query), Some((422, field.map(str::to_owned))), "{query}");
        }
    }

    #[test]
    fn a_limit_is_1_to_100_in_plain_digits() {
        let limit = |query: &str| Query::parse(Some(query)).limit().map(NonZeroU32::get).ok();
        for (query, expected) in [("", 50), ("limit=1", 1), ("limit=100", 100), ("limit=007", 7), ("other=0", 50)] {
            assert_eq!(limit(query), Some(expected), "{query}");
        }
        for bad in ["0", "101", "-1", "+1", "1.0", "", " 1", "%D9%A5", "99999999999", "1&limit=1", "1&limit=2"] {
            assert_eq!(limit(&format!("limit={bad}")), None, "{bad}");
        }
    }
}
