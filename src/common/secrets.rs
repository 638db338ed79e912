//! What nobody may read who reads what is printed, kept or told.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

/// What the names of variables begin with whose values are secret.
pub const PREFIX: &str = "APPORTION_ENV_SECRET_";
/// What is shown in place of a secret.
const MASK: &str = "*****";

/// The secrets that were read from the environment.
static KNOWN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Has `secret` never be shown from now on.
pub fn keep(secret: &str) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if !secret.is_empty() && !known.iter().any(|other| other == secret) {
        known.push(secret.to_owned());
        // One may be a part of another.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }
}

/// `text` without any secret that was read.
pub fn masked(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let mut shown = Cow::Borrowed(text);
    for secret in known.iter() {
        // In JSON, some characters are written otherwise.
        let quoted = serde_json::Value::from(secret.as_str()).to_string();
        for form in [secret.as_str(), quoted.trim_matches('"')] {
            if shown.contains(form) {
                shown = Cow::Owned(shown.replace(form, MASK));
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_whole_or_as_json_or_with_another_around_it() {
        keep("hidden-in-this-test");
        keep("more-hidden-in-this-test-still");
        keep("with\"quote-in-this-test");
        keep("");
        let text = "a hidden-in-this-test, more-hidden-in-this-test-still and \"with\\\"quote-in-this-test\"";
        assert_eq!(masked(text), "a *****, ***** and \"*****\"");
        assert!(matches!(masked("nothing here"), Cow::Borrowed(_)));
    }
}
