//! Periods: what is one, how they follow each other, and which of those present are meant.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::holds;

fn any_period() -> impl Strategy<Value = Period> {
    (1..=9999_i32, 1..=12_u32).prop_map(|(year, month)| Period::new(year, month).unwrap())
}

fn parsed(texts: &[&str]) -> Result<Periods> {
    Periods::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn a_period_is_read_as_it_is_written() {
    holds(any_period(), |period| {
        let text = period.to_string();
        prop_assert_eq!(text.len(), 7);
        prop_assert_eq!(text.parse::<Period>().unwrap(), period);
        Ok(())
    });
}

#[test]
fn only_what_a_period_is_written_as_is_one() {
    holds("[0-9+\\- ٣]{1,5}-[0-9+\\- ]{0,3}", |text| {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
        }
        Ok(())
    });
}

#[test]
fn signs_blanks_and_other_lengths_are_no_period() {
    let wrong =
        ["2026-+1", "+026-01", "-026-01", "2026-1", "2026-001", "26-01", " 2026-01", "2026-01 ", "", "-", "2026"];
    for text in wrong.into_iter().chain(["2026-00", "2026-13", "0000-01", "2026/01", "2026-01-01", "٢٠٢٦-٠١", "éé-01"])
    {
        let error = text.parse::<Period>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::User, "{text}");
    }
}

#[test]
fn next_and_previous_undo_each_other() {
    holds(any_period(), |period| {
        prop_assert_eq!(period.next().previous(), period);
        prop_assert_eq!(period.previous().next(), period);
        prop_assert!(period.previous() < period && period < period.next());
        Ok(())
    });
}

#[test]
fn a_year_ends_with_december() {
    assert_eq!(period("2018-12").next(), period("2019-01"));
    assert_eq!(period("2019-01").previous(), period("2018-12"));
    assert_eq!(period("2020-02").end().to_string(), "2020-03-01 00:00:00");
}

#[test]
fn a_period_holds_its_first_instant_and_not_the_first_after_it() {
    holds((any_period(), 0..31 * 86_400_i64), |(period, seconds)| {
        prop_assert_eq!(Period::of(period.start()), period);
        prop_assert_eq!(Period::of(period.end()), period.next());
        let instant = period.start() + chrono::TimeDelta::seconds(seconds);
        let inside = instant < period.end();
        prop_assert_eq!(Period::of(instant) == period, inside);
        Ok(())
    });
}

#[test]
fn periods_and_their_texts_have_the_same_order() {
    holds((any_period(), any_period()), |(one, other)| {
        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        Ok(())
    });
}

#[test]
fn ranges_lists_and_blanks_are_read() {
    let (first, last, other) = (period("2018-10"), period("2018-12"), period("2020-01"));
    let expected = Periods::Ranges(vec![(first, last), (other, other)]);
    assert_eq!(parsed(&["2018-10..2018-12,2020-01"]).unwrap(), expected);
    assert_eq!(parsed(&["2018-10 .. 2018-12", " 2020-01"]).unwrap(), expected);
    assert_eq!(parsed(&[]).unwrap(), Periods::Newest);
}

#[test]
fn ranges_that_are_none_are_refused() {
    for text in
        ["2018-12..2018-10", "2018-10..", "..2018-10", "2018-10,", ",", "", "2018-10...2018-12", "2018-10..2018-13"]
    {
        assert_eq!(parsed(&[text]).unwrap_err().kind(), ErrorKind::User, "{text}");
    }
}

#[test]
fn a_range_the_wrong_way_round_is_turned_in_the_hint() {
    let error = parsed(&["2018-12..2018-10"]).unwrap_err();
    assert!(error.hints().iter().any(|hint| hint.contains("`2018-10..2018-12`")), "{error}");
}

#[test]
fn what_is_picked_is_what_the_ranges_hold_of_those_present() {
    let months = || (2018..2020_i32, 1..=12_u32).prop_map(|(year, month)| Period::new(year, month).unwrap());
    let ranges = prop::collection::vec((months(), months()), 1..4);
    holds((prop::collection::vec(months(), 0..12), ranges), |(present, pairs)| {
        let ranges: Vec<_> = pairs.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
        let meant = |(a, b): (Period, Period)| present.iter().filter(move |p| a <= **p && **p <= b);
        match Periods::Ranges(ranges.clone()).pick(&present) {
            Ok(picked) => {
                prop_assert!(picked.is_sorted_by(|one, other| one < other), "sorted, each once");
                for period in &present {
                    let wanted = ranges.iter().any(|range| meant(*range).any(|p| p == period));
                    prop_assert_eq!(picked.contains(period), wanted);
                }
                prop_assert!(picked.iter().all(|period| present.contains(period)));
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::Data);
                prop_assert!(ranges.iter().any(|range| meant(*range).next().is_none()));
            }
        }
        Ok(())
    });
}

#[test]
fn the_newest_is_the_last_of_those_present() {
    let present = [period("2018-12"), period("2019-02"), period("2018-11")];
    assert_eq!(Periods::Newest.pick(&present).unwrap(), [period("2019-02")]);
    assert_eq!(Periods::Newest.pick(&[]).unwrap_err().kind(), ErrorKind::Data);
}

#[test]
fn a_period_that_is_absent_is_named_beside_those_that_are_there() {
    let error = parsed(&["2018-10"]).unwrap().pick(&[period("2018-11")]).unwrap_err();
    assert!(error.message().contains("2018-10"), "{error}");
    assert!(error.hints().iter().any(|hint| hint.contains("2018-11")), "{error}");
}
