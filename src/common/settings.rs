//! Settings as a tree of YAML values, and how two trees become one.

use serde_json::{Map, Value};

/// How far an exponent may move the point.
const FARTHEST: i64 = 100;

/// `vars:` and everything else that is nested by name.
pub type Settings = Map<String, Value>;

/// Lays `over` on `base`: mappings merge key by key, everything else is replaced.
pub fn merge(base: &mut Settings, over: &Settings) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The first setting of `over` that `base` does not have, as `a.b.c`, with the names that are known there.
pub fn unknown<'a>(base: &'a Settings, over: &Settings) -> Option<(String, Vec<&'a str>)> {
    over.iter().find_map(|(key, value)| match (base.get(key), value) {
        (None, _) => Some((key.clone(), base.keys().map(String::as_str).collect())),
        (Some(Value::Object(below)), Value::Object(above)) => {
            unknown(below, above).map(|(path, known)| (format!("{key}.{path}"), known))
        }
        _ => None,
    })
}

/// A number without an exponent, with the same digits: `0.0000001` for `1e-7`.
pub fn plain(number: &str) -> String {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return number.to_owned() };
    let Ok(exponent) = exponent.parse::<i32>() else { return number.to_owned() };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i64 + i64::from(exponent);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) || point.abs() > FARTHEST {
        return number.to_owned();
    }
    let (before, behind) = if point <= 0 {
        ("0".to_owned(), format!("{}{digits}", "0".repeat(point.unsigned_abs() as usize)))
    } else {
        let padded = format!("{digits:0<width$}", width = point as usize);
        let (before, behind) = padded.split_at(point as usize);
        (before.to_owned(), behind.to_owned())
    };
    let before = before.trim_start_matches('0');
    let before = if before.is_empty() { "0" } else { before };
    if behind.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{behind}") }
}

/// Whether the `key` of `mapping` is true.
pub fn is_true(mapping: Option<&Value>, key: &str) -> bool {
    mapping.and_then(|mapping| mapping.get(key)).is_some_and(|value| value.as_bool() == Some(true))
}

/// `{"a": {"b": 1}}` as `a.b` with `1`, below `name` if there is one.
pub fn flattened(name: &str, value: &Value) -> Vec<(String, String)> {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| flattened(&below(key), value)).collect(),
        Value::String(text) => vec![(name.to_owned(), text.clone())],
        other => vec![(name.to_owned(), other.to_string())],
    }
}

#[cfg(test)]
mod tests;
