//! Seeds: rows with the lines that they stand on, and texts that are no table.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::testing::fuzz::{self, Kind};
use crate::testing::{assert_points_into, file, holds, place};

fn seed(text: &str) -> Seed {
    Seed::parse(file("data/seeds/accounts.csv", text)).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> (usize, String) {
    let error = Seed::parse(file("data/seeds/accounts.csv", text)).unwrap_err();
    assert_points_into(&error, text);
    (place(&error).0, error.to_string())
}

fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
    (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

#[test]
fn a_seed_is_named_as_its_file_and_has_the_columns_of_its_header() {
    let seed = seed("id, name\n1,one\n");
    assert_eq!((seed.name.as_str(), seed.header.join("|").as_str()), ("accounts", "id|name"));
    assert_eq!(seed.rows, [row(2, &["1", "one"])]);
}

#[test]
fn rows_know_their_line_also_behind_comments_and_empty_lines() {
    let text = "# what it is\nid,name\n\n# a comment\n1,one\n\n\n2,two\n# in between\n3,three";
    assert_eq!(seed(text).rows, [row(5, &["1", "one"]), row(8, &["2", "two"]), row(10, &["3", "three"])]);
    let windows = text.replace('\n', "\r\n");
    assert_eq!(seed(&windows).rows, seed(text).rows);
}

#[test]
fn rows_know_their_line_also_behind_values_of_several_lines() {
    let rows = seed("id,name\n1,\"one\n\n# not a comment\"\n2,two\n").rows;
    assert_eq!(rows, [row(2, &["1", "one\n\n# not a comment"]), row(5, &["2", "two"])]);
}

#[test]
fn a_row_of_another_width_is_refused_at_its_line() {
    assert_eq!(refused("id,name\n1,one\n2\n").0, 3);
    assert_eq!(refused("id,name\n1,one\n# a comment\n\n2,two,too\n").0, 5);
    assert_eq!(refused("id,name\r\n1,one\r\n# a comment\r\n\r\n2,two,too\r\n").0, 5);
}

#[test]
fn quotes_that_are_never_closed_do_not_swallow_rows() {
    assert_eq!(refused("id,name\n1,one\n2,\"two\n3,three\n4,four\n").0, 3);
    assert_eq!(refused("id,name\n1,one\n\"2,two\n3,three\n").0, 3);
    assert_eq!(refused("id,\"name\n1,one\n").0, 1);
    assert_eq!(refused("id\n# of quotes\n\"").0, 3);
}

#[test]
fn quotes_that_are_closed_at_the_very_end_are_well() {
    assert_eq!(seed("id,name\n1,\"one\"").rows, [row(2, &["1", "one"])]);
    assert_eq!(seed("id,name\n1,\"o\"\"ne\"\n# \"open").rows, [row(2, &["1", "o\"ne"])]);
    assert_eq!(seed("id,name\n1,5\" pipe\n").rows, [row(2, &["1", "5\" pipe"])]);
}

#[test]
fn a_column_stands_once_in_the_header() {
    let (line, words) = refused("# of ids\nid,name,id\n1,one,2\n");
    assert_eq!(line, 2);
    assert!(words.contains("`id`"), "{words}");
}

#[test]
fn a_seed_without_a_header_is_refused() {
    for text in ["", "\n\n", "# nothing\n", "\r\n", "# no line end"] {
        assert_eq!(refused(text).0, 0, "{text:?}");
    }
}

#[test]
fn a_header_alone_is_a_seed_without_rows() {
    for text in ["id,name", "id,name\n", "id,name\n\n# nothing\n"] {
        assert_eq!(seed(text).rows, [], "{text:?}");
    }
}

#[test]
fn values_keep_what_is_inside_them_and_lose_blanks_around_them() {
    let rows = seed("id,name\n 007 ,\tGröße 5 \n,\" quoted \"\n").rows;
    assert_eq!(rows, [row(2, &["007", "Größe 5"]), row(3, &["", "quoted"])]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_column() {
    assert_eq!(seed("\u{feff}id,name\n1,one\n").header, ["id", "name"]);
}

#[test]
fn what_is_written_is_read_back_with_its_lines() {
    let cell = "([a-z0-9ü#,\"'][a-z ,\"#\n']{0,6}[a-z0-9\"])?";
    let rows = prop::collection::vec((prop::collection::vec(cell, 3), "(#[a-z\",]{0,5}\n|\n){0,3}"), 0..8);
    holds((rows, any::<bool>()), |(rows, is_windows)| {
        let mut text = "a,b,c\n".to_owned();
        let mut expected = Vec::new();
        for (cells, between) in rows {
            text.push_str(&between);
            let line = text.matches('\n').count() + 1;
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text.push_str(&format!("{}\n", quoted.join(",")));
            expected.push((line, cells));
        }
        if is_windows {
            text = text.replace('\n', "\r\n");
            expected.iter_mut().flat_map(|(_, cells)| cells).for_each(|cell| *cell = cell.replace('\n', "\r\n"));
        }
        prop_assert_eq!(seed(&text).rows, expected);
        Ok(())
    });
}

#[test]
fn fuzz_seed_ends_well_or_says_where_it_is_wrong() {
    fuzz::run(&Kind { name: "seed", words: &["# ", "\"\"", "\",\"", "a,b\n", ",,", ";", "\"\n"] }, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match Seed::parse(file("data/seeds/a.csv", &text)) {
            Ok(seed) => {
                let lines = text.split('\n').count();
                assert!(seed.rows.iter().all(|(_, row)| row.len() == seed.header.len()));
                assert!(seed.rows.iter().all(|(line, _)| (1..=lines).contains(line)));
                assert!(seed.rows.is_sorted_by(|(one, _), (other, _)| one <= other));
            }
            Err(error) => assert_points_into(&error, &text),
        }
    });
}

#[test]
fn a_row_that_is_drawn_stands_on_the_line_that_it_names() {
    holds("[a-c1-3,\n#\" \r]{0,40}", |body| {
        let text = format!("a,b\n{body}");
        if let Ok(seed) = Seed::parse(file("a.csv", &text)) {
            for (line, row) in seed.rows {
                let first =
                    row.iter().find(|cell| !cell.is_empty()).and_then(|cell| cell.split(['\n', '\r', '"']).next());
                let below: Vec<&str> = text.split('\n').skip(line - 1).collect();
                let found = below.join("\n");
                prop_assert!(found.contains(first.unwrap_or_default()), "{row:?} in {found:?}");
                prop_assert!(!below[0].starts_with('#'), "a comment is no row");
            }
        }
        Ok(())
    });
}
