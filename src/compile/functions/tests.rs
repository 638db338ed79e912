//! Settings as templates see them: every number with all its digits.

use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::testing::{exact, holds};

#[test]
fn a_number_is_written_as_the_number_that_it_is() {
    holds("-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?(e[+-]?[0-9]{1,2})?", |text| {
        let number: serde_json::Value = serde_json::from_str(&text).unwrap();
        let written = to_jinja(&number).to_string();
        prop_assert_eq!(exact(&written), exact(&text), "{}", written);
        Ok(())
    });
}

#[test]
fn a_number_can_be_reckoned_with_if_nothing_is_lost() {
    for (text, is_number) in
        [("1", true), ("0.5", true), ("0.10", true), ("1e-7", true), ("0.1234567890123456789", false)]
    {
        let number: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(to_jinja(&number).is_number(), is_number, "{text}");
    }
}

#[test]
fn nested_settings_keep_their_names_and_their_order() {
    let value = serde_json::json!({"b": [1, {"c": null}], "a": true});
    let seen = to_jinja(&value);
    assert_eq!(seen.get_attr("a").unwrap(), Value::from(true));
    assert_eq!(serde_json::to_value(&seen).unwrap(), value);
}

#[test]
fn decimals_are_the_same_but_for_zeros_at_their_end() {
    for (one, other, same) in
        [("1.50", "1.5", true), ("1", "1.0", true), ("-0.0", "-0", true), ("1.5", "1.05", false), ("10", "1", false)]
    {
        assert_eq!(is_same_number(one, other), same, "{one} {other}");
    }
    holds(("[1-9][0-9]{0,4}", "[0-9]{0,4}", "0{0,3}"), |(whole, fraction, zeros)| {
        let (long, short) = (format!("{whole}.{fraction}{zeros}"), format!("{whole}.{fraction}"));
        prop_assert!(is_same_number(&long, &short));
        Ok(())
    });
}
