//! Settings: how two trees become one, what in one is not known, and numbers without exponents.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};
use serde_json::json;

use super::*;
use crate::testing::{exact, holds};

fn tree(value: Value) -> Settings {
    value.as_object().cloned().unwrap()
}

/// Trees of few names, so that two of them have some in common.
fn any_tree() -> impl Strategy<Value = Settings> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), (0..9).prop_map(Value::from)];
    let node = leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::btree_map("[abc]", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect()))
    });
    prop::collection::btree_map("[abc]", node, 0..4).prop_map(|map| map.into_iter().collect())
}

#[test]
fn mappings_merge_and_all_else_is_replaced() {
    let mut base = tree(json!({"a": {"x": 1, "y": [1, 2]}, "b": 1, "c": {"z": 1}}));
    merge(&mut base, &tree(json!({"a": {"y": [3]}, "b": {"n": 1}, "c": null, "d": true})));
    assert_eq!(Value::from(base), json!({"a": {"x": 1, "y": [3]}, "b": {"n": 1}, "c": null, "d": true}));
}

#[test]
fn what_was_laid_over_is_there_and_laying_it_over_again_changes_nothing() {
    holds((any_tree(), any_tree()), |(base, over)| {
        let mut once = base.clone();
        merge(&mut once, &over);
        for (key, value) in &over {
            if !value.is_object() {
                prop_assert_eq!(once.get(key), Some(value));
            }
        }
        for (key, value) in &base {
            if !over.contains_key(key) {
                prop_assert_eq!(once.get(key), Some(value));
            }
        }
        let mut twice = once.clone();
        merge(&mut twice, &over);
        prop_assert_eq!(once, twice);
        Ok(())
    });
}

#[test]
fn nothing_laid_over_nothing_changes_anything() {
    holds(any_tree(), |tree| {
        let (mut over_nothing, mut with_nothing) = (Settings::new(), tree.clone());
        merge(&mut over_nothing, &tree);
        merge(&mut with_nothing, &Settings::new());
        prop_assert_eq!(&over_nothing, &tree);
        prop_assert_eq!(&with_nothing, &tree);
        Ok(())
    });
}

#[test]
fn a_setting_is_known_once_it_was_laid_over() {
    holds((any_tree(), any_tree()), |(base, over)| {
        prop_assert_eq!(unknown(&base, &base), None);
        let mut merged = base.clone();
        merge(&mut merged, &over);
        prop_assert_eq!(unknown(&merged, &over), None);
        if let Some((path, known)) = unknown(&base, &over) {
            let last = path.rsplit('.').next().unwrap();
            prop_assert!(!known.contains(&last), "{} is known", path);
        }
        Ok(())
    });
}

#[test]
fn an_unknown_setting_has_its_whole_path_and_its_neighbours() {
    let base = tree(json!({"sharing": {"mode": "all", "order": 1}, "other": 1}));
    let over = tree(json!({"other": 2, "sharing": {"mode": "none", "oder": 2}}));
    assert_eq!(unknown(&base, &over), Some(("sharing.oder".to_owned(), vec!["mode", "order"])));
    // What is no mapping has no names below it: it is replaced whole.
    assert_eq!(unknown(&base, &tree(json!({"other": {"deep": 1}}))), None);
}

#[test]
fn a_plain_number_is_the_same_number() {
    holds("-?[0-9]{1,20}(\\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?", |text| {
        let written = plain(&text);
        prop_assert_eq!(exact(&written), exact(&text), "{}", written);
        Ok(())
    });
}

#[test]
fn a_plain_number_has_no_exponent_and_loses_no_digit() {
    holds("-?[1-9][0-9]{0,20}\\.[0-9]{1,20}[eE][+-]?[0-9]{1,2}", |text| {
        let written = plain(&text);
        // The point stays within a hundred digits: 21 + 79.
        let exponent: i64 = text.split(['e', 'E']).nth(1).unwrap().parse().unwrap();
        if exponent.abs() < 79 {
            prop_assert!(!written.contains(['e', 'E']), "{}", written);
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let mantissa = digits(text.split(['e', 'E']).next().unwrap());
            prop_assert!(digits(&written).contains(mantissa.trim_start_matches('0')), "{}", written);
        }
        Ok(())
    });
}

#[test]
fn numbers_are_written_out() {
    let cases = [
        ("1e-7", "0.0000001"),
        ("1E5", "100000"),
        ("1e+5", "100000"),
        ("12.50e1", "125.0"),
        ("12.5e0", "12.5"),
        ("-1.5e-3", "-0.0015"),
        ("0.0e0", "0.0"),
        ("0.00123e2", "0.123"),
        ("-0e3", "-0"),
        ("007", "007"),
        ("1.", "1."),
        ("5", "5"),
    ];
    for (text, expected) in cases {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn what_is_too_far_or_no_number_stays_as_it_is() {
    let texts = ["1e101", "1e-200", "1e99999999999", "1e2147483647", "1e-2147483648", "e5", "1e", "1e5e5", "+1e5", "x"];
    for text in texts.into_iter().chain(["", ".e5", "-e1", "1.2.3e4", "١e2", "1e5 "]) {
        assert_eq!(plain(text), text);
    }
}
