//! Settings as a tree of YAML values, and how two trees become one.

use serde_json::{Map, Value};

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
