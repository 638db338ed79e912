//! Text files: their names, what they hold, and the order in which they are found.

use proptest::prelude::*;
use proptest::prop_assert_eq;

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::{file, holds, write};

#[test]
fn a_stem_is_the_name_without_folder_and_last_ending() {
    let cases =
        [("models/a/b.sql", "b"), ("b.sql", "b"), ("a.b/c", "c"), ("x/a.b.sql", "a.b"), ("x/.sql", ""), ("", "")];
    for (path, stem) in cases {
        assert_eq!(file(path, "").stem(), stem, "{path}");
    }
}

#[test]
fn a_place_shows_its_line() {
    let place = file("a.sql", "one\r\ntwo\r\n").place(Span { line: 2, column: 3 });
    assert_eq!((place.line, place.column, place.text.as_deref()), (2, 3, Some("two")));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a.sql", "\u{feff}select 1"), ("b.sql", "\u{feff}")]);
    assert_eq!(&*TextFile::read(folder.path(), "a.sql").unwrap().text, "select 1");
    assert_eq!(&*TextFile::read(folder.path(), "b.sql").unwrap().text, "");
}

#[test]
fn what_is_not_utf_8_is_refused_and_the_byte_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.sql"), b"select '\xe4'").unwrap();
    let error = TextFile::read(folder.path(), "a.sql").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::User);
    assert!(error.hints().iter().any(|hint| hint.contains('8')), "{error}");
    assert_eq!(TextFile::read(folder.path(), "absent.sql").unwrap_err().kind(), ErrorKind::Environment);
}

#[test]
fn files_are_found_in_the_order_of_folders_and_paths() {
    let folder = tempfile::tempdir().unwrap();
    let files =
        [("b/2.sql", ""), ("b/1/z.sql", ""), ("b/10.sql", ""), ("a/x.sql", ""), ("a/x.txt", ""), ("c/y.sql", "")];
    write(folder.path(), &files);
    let found = read_all(folder.path(), &["b", "absent", "a"], |path| path.ends_with(".sql")).unwrap();
    let paths: Vec<&str> = found.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["b/1/z.sql", "b/10.sql", "b/2.sql", "a/x.sql"]);
}

#[test]
fn neighbours_in_a_hash_are_kept_apart() {
    let text = "[ab]{0,4}";
    holds(
        prop::collection::vec((text, text), 0..3)
            .prop_flat_map(|one| (Just(one), prop::collection::vec((text, text), 0..3))),
        |(one, other)| {
            let hash = |parts: &[(String, String)]| {
                let mut hash = Hash::default();
                parts.iter().for_each(|(name, text)| hash.add(name, text));
                hash.digits()
            };
            prop_assert_eq!(hash(&one) == hash(&other), one == other);
            Ok(())
        },
    );
}

#[test]
fn a_hash_is_64_hexadecimal_digits() {
    let digits = Hash::default().digits();
    assert_eq!(digits, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
