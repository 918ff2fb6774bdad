//! Determines which schema contains the store's tables.
//!
//! The server uses the first schema of the `search_path` that exists and that the role may use. It silently skips all
//! other schemas. If the intended schema is missing, or if a schema before it in the path is created later, the store
//! would use a wrong schema. If that schema is empty, all credentials would be unknown. If it contains an older
//! store, credentials that were revoked since then would still be valid.

use sqlx::{PgConnection, Row as _};

use super::sql;
use crate::error::SetupError;

/// The placeholder in a `search_path` for the schema that has the same name as the role.
const USER: &str = "$user";

/// A schema that the `search_path` names.
struct Named {
    name: String,
    is_there: bool,
    has_store: bool,
    is_present: bool,
}

/// Refuses a `search_path` that does not lead to the store's tables, or that could lead to another schema later.
/// Changes nothing.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), SetupError> {
    let row = sqlx::query(sql::SEARCH_PATH).fetch_one(&mut *connection).await?;
    let (path, user): (String, String) = (row.try_get("path")?, row.try_get("role")?);
    let (present, elsewhere): (Option<String>, Option<String>) = (row.try_get("present")?, row.try_get("elsewhere")?);
    let written = names(&path);
    let of_user = |name: &String| if name == USER { user.clone() } else { name.clone() };
    let rows = sqlx::query(sql::NAMED_SCHEMAS).bind(written.iter().map(of_user).collect::<Vec<_>>());
    let rows = rows.fetch_all(connection).await?;
    let named = rows.iter().map(|row| {
        let (name, is_there, has_store) = (row.try_get("name")?, row.try_get("is_there")?, row.try_get("has_store")?);
        let is_present = present.as_ref() == Some(&name);
        Ok(Named { name, is_there, has_store, is_present })
    });
    let named: Vec<Named> = named.collect::<Result<_, sqlx::Error>>()?;
    let Some(present) = present else {
        return closed(&named, &path, &user);
    };
    if let Some(holder) = named.iter().find(|named| named.has_store) {
        return if holder.is_present { Ok(()) } else { Err(ambiguous(&holder.name, &present, &path)) };
    }
    // No schema in the `search_path` contains the tables. The migration would create them in the current schema. If the
    // path names another schema first, this is refused. The exception is a missing `$user` schema, as in the default
    // path. Such a path is refused only if a schema outside the path contains the tables.
    match (named.first(), written.first()) {
        (Some(first), Some(written)) if !first.is_present => {
            let is_default = written == USER && !first.is_there;
            match (is_default, elsewhere) {
                (false, _) => Err(SetupError::refused(format!(
                    "the search_path ({path}) begins with the schema {}, which is not there or not open to the role {user}, so the tables would be made in {present}: create it and \
                     grant USAGE on it, or let the search_path begin with the schema that is meant",
                    first.name
                ))),
                (true, Some(holder)) => Err(ambiguous(&holder, &present, &path)),
                (true, None) => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Decides about a `search_path` that names no schema that the role may use:
///
/// - If a named schema contains the store's tables, returns an error.
/// - If none of the named schemas exists, returns an error.
/// - If a named schema exists, but none contains the store's tables, returns `Ok`. The migration then fails and reports
///   the privilege that the role lacks.
fn closed(named: &[Named], path: &str, user: &str) -> Result<(), SetupError> {
    match named.iter().find(|named| named.has_store) {
        Some(Named { name, .. }) => Err(SetupError::refused(format!(
            "the store's tables are in the schema {name}: grant USAGE on it to the role {user}"
        ))),
        None if named.iter().any(|named| named.is_there) => Ok(()),
        None => Err(SetupError::refused(format!(
            "the search_path ({path}) names no schema that is there: create it, and grant USAGE on it to the role {user}"
        ))),
    }
}

fn ambiguous(holder: &str, present: &str, path: &str) -> SetupError {
    SetupError::refused(format!(
        "the store's tables are in the schema {holder}, and the search_path ({path}) leads to {present}: let it begin with {holder} and grant USAGE on that, or begin with \
         {present} where a store of its own is meant"
    ))
}

/// Splits a `search_path` at the commas into names. Folds each name to lower case unless it is quoted.
fn names(list: &str) -> Vec<String> {
    let (mut names, mut name, mut is_quoted, mut letters) = (Vec::new(), String::new(), false, list.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => name.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => names.push(std::mem::take(&mut name)),
            _ if is_quoted => name.push(letter),
            _ if letter.is_ascii_whitespace() => {}
            _ => name.push(letter.to_ascii_lowercase()),
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_read_as_the_server_reads_them() {
        assert_eq!(names(r#""$user", public"#), ["$user", "public"]);
        assert_eq!(names("Billing,public"), ["billing", "public"]);
        assert_eq!(names(r#""Bill, ""the"" kid" ,x"#), [r#"Bill, "the" kid"#, "x"]);
        assert_eq!(names(""), [""; 0]);
        assert_eq!(names(r#""""#), [""; 0]);
    }
}
