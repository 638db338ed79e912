//! Tags as a JSON text: of a map, or of the columns that a legacy report has in its place.
//!
//! The text is put together by hand: what Trino writes as JSON has other escapes for control characters and for letters
//! beyond 16 bits, and orders names by other rules.

use super::kind::Kind;
use super::texts;
use crate::common::quote::literal;

/// Members of one list: Trino's lists of so many are sure to be taken.
const TOGETHER: usize = 100;

/// The map `value` as a JSON text, in the order of its keys. Keys without a value are left out; null if none is left.
/// None for what is no map of texts.
pub(super) fn of_map(value: &str, kind: &Kind) -> Option<String> {
    let Kind::Map(key, of) = kind else { return None };
    if **key != Kind::Text {
        return None;
    }
    let text = texts::written(&of.signed("e[2]".to_owned()), of)?;
    let is_filled = match **of {
        Kind::Text | Kind::Bytes => format!("{text} <> ''"),
        _ => "e[2] is not null".to_owned(),
    };
    Some(object(&format!("array_sort(filter(map_entries({value}), e -> {is_filled}))"), &text))
}

/// The texts of `members`, by sorted names, as a JSON text. Those that are null or empty are left out; null if none is
/// left.
pub(super) fn of_columns(members: Vec<(String, String)>) -> String {
    let (names, texts): (Vec<String>, Vec<String>) =
        members.into_iter().map(|(name, text)| (literal(&name), text)).unzip();
    if names.is_empty() {
        return "cast(null as varchar)".to_owned();
    }
    // Trino makes one method of Java of it, which is too small for more than to read hundreds of columns.
    object(&format!("filter(zip({}, {}), e -> e[2] <> '')", list(&names), list(&texts)), "e[2]")
}

fn list(values: &[String]) -> String {
    let lists = values.chunks(TOGETHER).map(|values| format!("array[{}]", values.join(", ")));
    lists.collect::<Vec<_>>().join(" || ")
}

/// The object of `entries`, a list of names with values; null where nothing is in it. `text` is the value of `e`, an
/// entry.
fn object(entries: &str, text: &str) -> String {
    let (name, text) = (escaped("e[1]"), escaped(text));
    format!(
        "regexp_replace(nullif('{{' || array_join(transform({entries}, \
         e -> '\"' || {name} || '\":\"' || {text} || '\"'), ',') || '}}', '{{}}'), '([\\x00-\\x1f])', \
         c -> case c[1] when chr(8) then '\\b' when chr(9) then '\\t' when chr(10) then '\\n' \
         when chr(12) then '\\f' when chr(13) then '\\r' \
         else '\\u00' || lower(to_hex(to_utf8(c[1]))) end)"
    )
}

/// `text` within quotes of JSON, but for control characters: [`object`] escapes them, as no other stand around texts.
fn escaped(text: &str) -> String {
    format!("replace(replace({text}, '\\', '\\\\'), '\"', '\\\"')")
}
