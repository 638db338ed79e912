//! Numbers as people read them.

use proptest::prelude::*;
use proptest::prop_assert_eq;

use super::*;
use crate::testing::holds;

#[test]
fn commas_stand_between_groups_of_three() {
    let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (123_456, "123,456"), (1_234_567, "1,234,567")];
    for (number, expected) in cases {
        assert_eq!(thousands(number), expected);
    }
    assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
}

#[test]
fn the_digits_stay_and_every_group_but_the_first_has_three() {
    holds(any::<u64>(), |number| {
        let written = thousands(number);
        prop_assert_eq!(written.replace(',', ""), number.to_string());
        prop_assert_eq!(written.split(',').skip(1).find(|group| group.len() != 3), None);
        Ok(())
    });
}

#[test]
fn only_one_thing_is_singular() {
    assert_eq!((count(1, "row"), count(0, "row"), count(2, "row")), ("1 row".into(), "0 rows".into(), "2 rows".into()));
}
