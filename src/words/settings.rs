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
