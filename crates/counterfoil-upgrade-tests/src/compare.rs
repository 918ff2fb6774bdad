//! Comparison of what an earlier version wrote with what the present version reads.

use serde_json::Value;

/// Returns the path of the first member that differs, with both values, or `None` if nothing differs. A member that is
/// only in `found` must be `null`: a newer version may have more fields, and an older database leaves them empty.
#[must_use]
pub fn difference(written: &Value, found: &Value) -> Option<String> {
    match (written, found) {
        (Value::Object(own), Value::Object(other)) => {
            let missing = Value::Null;
            let in_both = own.iter().find_map(|(name, value)| {
                difference(value, other.get(name).unwrap_or(&missing)).map(|rest| format!("{name}.{rest}"))
            });
            let is_new = |(name, value): &(&String, &Value)| !own.contains_key(*name) && !value.is_null();
            in_both.or_else(|| other.iter().find(is_new).map(|(name, value)| format!("{name}: new, {value}")))
        }
        (Value::Array(own), Value::Array(other)) if own.len() == other.len() => {
            let pairs = own.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(at, (own, other))| difference(own, other).map(|rest| format!("{at}.{rest}")))
        }
        _ if written == found => None,
        _ => Some(format!(": written {written}, found {found}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_new_member_that_is_null_is_no_difference() {
        let written = json!({"a": [1, {"b": null}]});
        assert_eq!(difference(&written, &json!({"a": [1, {"b": null, "c": null}], "d": null})), None);
        for other in [
            json!({"a": [1, {"b": null, "c": 0}]}),
            json!({"a": [1, {"b": 2}]}),
            json!({"a": [1]}),
            json!({"a": [2, {"b": null}]}),
            json!({}),
            json!(null),
        ] {
            assert!(difference(&written, &other).is_some(), "{other}");
        }
    }
}
