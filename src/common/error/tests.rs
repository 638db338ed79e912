//! Errors: whose they are, where they are, how they are shown, and the names that were meant.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::testing::holds;

fn at(text: &str, line: usize, column: usize) -> String {
    Error::user("wrong").at(Place::in_text("a.sql", text, line, column)).to_string()
}

#[test]
fn the_caret_stands_below_its_column() {
    let shown = at("one\ntwo three\n", 2, 5);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[1..], ["  --> a.sql:2:5", "    |", "  2 | two three", "    |     ^"]);
}

#[test]
fn tabs_before_the_caret_stay_tabs() {
    assert_eq!(at("\tx\ty\n", 1, 4).lines().last(), Some("    | \t \t^"));
}

#[test]
fn columns_count_characters() {
    assert_eq!(at("größe ß", 1, 7).lines().last(), Some("    |       ^"));
}

#[test]
fn line_numbers_of_more_digits_move_the_bar() {
    let text = "x\n".repeat(120);
    let shown = at(&text, 100, 1);
    assert!(shown.ends_with("\n      |\n  100 | x\n      | ^"), "{shown}");
}

#[test]
fn a_place_outside_of_its_text_is_shown_without_it() {
    assert!(at("one\n", 7, 3).ends_with("--> a.sql:7:3"));
    assert!(at("", 1, 1).ends_with("--> a.sql:1:1"));
    assert!(at("one", 0, 0).ends_with("--> a.sql"));
    assert!(at("one", 1, 0).ends_with("  1 | one"), "no caret where the column is not known");
    assert!(at("one", 1, 99).contains("  1 | one"));
}

#[test]
fn lines_of_windows_are_shown_without_their_carriage_return() {
    assert!(at("one\r\ntwo\r\n", 2, 1).contains("  2 | two\n"));
}

#[test]
fn any_place_in_any_text_can_be_shown() {
    holds(("[a\t\r\n ü😀]{0,12}", 0..9_usize, 0..9_usize), |(text, line, column)| {
        let shown = at(&text, line, column);
        prop_assert!(shown.contains("--> a.sql"));
        Ok(())
    });
}

#[test]
fn the_first_place_counts() {
    let error = Error::user("wrong").at(Place::file("first")).at(Place::file("second"));
    assert_eq!(error.place().map(|place| place.file.clone()), Some(PathBuf::from("first")));
}

#[test]
fn only_a_place_without_a_file_is_put_into_one() {
    let moved = |file: &str| {
        let error = Error::user("wrong").at(Place { file: file.into(), line: 3, column: 4, text: None });
        error.relocate(|old| Place::in_text("b.yml", "", old.line + 1, old.column))
    };
    assert_eq!(moved("").place(), Some(&Place::in_text("b.yml", "", 4, 4)));
    assert_eq!(moved("a.yml").place().map(|place| place.line), Some(3));
    assert_eq!(Error::user("wrong").relocate(|_| Place::file("b.yml")).place(), None);
}

#[test]
fn many_errors_are_one_and_keep_their_order() {
    let both = Error::many(vec![Error::data("b"), Error::user("c")]).unwrap();
    let all = Error::many(vec![Error::user("a"), both, Error::bug("d")]).unwrap();
    assert_eq!(all.kind(), ErrorKind::User);
    assert_eq!(all.each().map(Error::message).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    assert_eq!(all.to_string().lines().filter(|line| line.contains("error: ")).count(), 4);
    assert!(Error::many(Vec::new()).is_none());
}

#[test]
fn alone_shows_one_error_and_all_that_belongs_to_it() {
    let first = Error::environment("first").hint("do this").while_doing("that").caused_by(&"deep");
    let all = Error::many(vec![first, Error::user("second")]).unwrap();
    let alone = all.alone();
    assert!(["first", "do this", "that", "deep"].iter().all(|words| alone.contains(words)), "{alone}");
    assert!(!alone.contains("second"), "{alone}");
    assert!(all.to_string().contains("second"));
}

#[test]
fn a_fault_of_our_own_does_not_blame_the_files() {
    assert!(Error::bug("x").to_string().starts_with("internal error: "));
    assert!(Error::user("x").to_string().starts_with("error: "));
}

#[test]
fn the_nearest_name_is_meant() {
    assert_eq!(closest("acounts", ["account_costs", "accounts", "amounts"]), Some("accounts"));
    assert_eq!(closest("STG_LINES", ["stg_lines"]), Some("stg_lines"));
    assert_eq!(closest("größe", ["grösse", "größen"]), Some("größen"));
    assert_eq!(closest("x", ["accounts", "costs"]), None);
    assert_eq!(closest("accounts", Vec::<&str>::new()), None);
}

#[test]
fn nobody_means_a_name_that_is_empty() {
    assert_eq!(closest("t", [""]), None);
    assert_eq!(closest("", ["", "a"]), Some("a"));
    assert!(Error::user("x").did_you_mean("t", ["", "zzz"]).hints().is_empty());
}

#[test]
fn the_nearest_name_is_one_of_the_names_and_itself_if_it_is_there() {
    let names = || prop::collection::vec("[abü]{1,6}", 0..6);
    holds(("[abcü]{0,6}", names()), |(name, names)| {
        let found = closest(&name, names.iter().map(String::as_str));
        prop_assert!(found.is_none_or(|found| names.iter().any(|name| name == found)));
        if names.contains(&name) {
            prop_assert_eq!(found, Some(name.as_str()));
        }
        Ok(())
    });
}

#[test]
fn the_distance_of_two_names_is_that_of_the_textbook() {
    fn by_recursion(left: &[char], right: &[char]) -> usize {
        match (left, right) {
            ([], rest) | (rest, []) => rest.len(),
            ([a, left_rest @ ..], [b, right_rest @ ..]) => {
                let replaced = by_recursion(left_rest, right_rest) + usize::from(a != b);
                let dropped = by_recursion(left_rest, right).min(by_recursion(left, right_rest)) + 1;
                replaced.min(dropped)
            }
        }
    }
    holds(("[abü]{0,5}", "[abü]{0,5}"), |(left, right)| {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(edit_distance(&left, &right), by_recursion(&chars(&left), &chars(&right)));
        Ok(())
    });
}
