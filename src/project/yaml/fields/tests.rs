//! Mappings read key by key: what is wrong is gathered, each with its place.

use super::*;
use crate::project::yaml::read;
use crate::testing::{file, places};

/// What `act` makes of the mapping `text`, and where it is wrong.
fn with<T>(text: &str, act: impl FnOnce(&mut Fields<'_>) -> T) -> (T, Vec<(usize, usize)>) {
    let file = file("a.yml", text);
    let node = read(&file).unwrap();
    let mut fields = Fields::of(&file, &node).unwrap();
    let made = act(&mut fields);
    let wrong = fields.done().err().map(|error| places(&error)).unwrap_or_default();
    (made, wrong.into_iter().map(|(_, line, column)| (line, column)).collect())
}

#[test]
fn what_nobody_reads_is_wrong_at_its_key() {
    let (read, wrong) = with("a: x\nb: 1\nc: 2\n", |fields| {
        fields.pass(&["c"]);
        fields.text("a")
    });
    assert_eq!((read.as_deref(), wrong), (Some("x"), vec![(2, 1)]));
}

#[test]
fn an_empty_file_has_no_keys() {
    assert_eq!(with("", |fields| fields.text("a")), (None, vec![]));
    assert_eq!(with("# nothing\n", |fields| fields.names("a")), (vec![], vec![]));
}

#[test]
fn a_list_or_a_text_is_no_mapping() {
    for text in ["[a]", "a", "3"] {
        let file = file("a.yml", text);
        let node = read(&file).unwrap();
        assert!(Fields::of(&file, &node).is_err(), "{text}");
    }
}

#[test]
fn null_is_as_if_the_key_were_absent() {
    let (read, wrong) = with("a:\nb: ~\nc: null\n", |fields| {
        (fields.text("a"), fields.flag("b"), fields.count::<u64>("c"), fields.names("a"), fields.settings("b"))
    });
    assert_eq!(read, (None, None, None, vec![], Settings::new()));
    assert_eq!(wrong, []);
}

#[test]
fn a_text_that_is_missing_is_wrong_where_the_mapping_begins() {
    let (read, wrong) = with("x:\n  - a: 1\n", |fields| {
        fields.each("x", |file, node| {
            let mut inner = Fields::of(file, node)?;
            let name = inner.required("name");
            inner.know(&["a"]);
            inner.done().map(|()| name)
        })
    });
    assert_eq!((read, wrong), (vec![], vec![(2, 5)]));
}

#[test]
fn a_required_text_of_another_kind_is_told_once() {
    assert_eq!(with("name: 2024\n", |fields| fields.required("name").0), (String::new(), vec![(1, 7)]));
    assert_eq!(with("name: [a]\n", |fields| fields.required("name").0), (String::new(), vec![(1, 7)]));
    assert_eq!(with("name: ~\n", |fields| fields.required("name").0).1.len(), 1);
}

#[test]
fn numbers_and_flags_are_no_texts() {
    let (_, wrong) =
        with("a: 1\nb: true\nc: '1'\nd: 1.50\n", |fields| ["a", "b", "c", "d"].map(|key| fields.text(key)));
    assert_eq!(wrong, [(1, 4), (2, 4), (4, 4)]);
}

#[test]
fn counts_are_whole_numbers_from_zero() {
    let text = "a: 0\nb: 12\nc: -1\nd: 1.5\ne: 1e3\nf: '3'\ng: 99999999999999999999\nh: 0x10\n";
    let (read, wrong) = with(text, |fields| {
        "abcdefgh"
            .char_indices()
            .map(|(at, _)| {
                let key = ["a", "b", "c", "d", "e", "f", "g", "h"][at];
                fields.count::<u32>(key)
            })
            .collect::<Vec<_>>()
    });
    assert_eq!(read, [Some(0), Some(12), None, None, None, None, None, Some(16)]);
    assert_eq!(wrong, [(3, 4), (4, 4), (5, 4), (6, 4), (7, 4)]);
}

#[test]
fn a_flag_is_true_or_false() {
    let (read, wrong) =
        with("a: true\nb: yes\nc: 'true'\nd: 1\n", |fields| ["a", "b", "c", "d"].map(|key| fields.flag(key)));
    assert_eq!(read, [Some(true), None, None, None]);
    assert_eq!(wrong, [(2, 4), (3, 4), (4, 4)]);
}

#[test]
fn a_word_is_one_of_those_that_are_known() {
    let (read, wrong) = with("a: apart\nb: appart\nc: [apart]\n", |fields| {
        ["a", "b", "c"].map(|key| fields.word(key, &[("apart", 1), ("together", 2)]))
    });
    assert_eq!((read, wrong), ([Some(1), None, None], vec![(2, 4), (3, 4)]));
}

#[test]
fn names_are_a_text_or_texts() {
    let (read, wrong) = with("a: x\nb: [x, y]\nc: [x, 1]\nd: {x: y}\ne: []\n", |fields| {
        ["a", "b", "c", "d", "e"].map(|key| fields.names(key).len())
    });
    assert_eq!((read, wrong), ([1, 2, 0, 0, 0], vec![(3, 4), (4, 4)]));
}

#[test]
fn settings_are_a_mapping() {
    let (read, wrong) = with("a: {x: 1}\nb: [x]\n", |fields| (fields.settings("a"), fields.settings("b")));
    assert_eq!((read.0.len(), read.1.len(), wrong), (1, 0, vec![(2, 4)]));
}

#[test]
fn what_is_wrong_with_one_item_does_not_hide_the_others() {
    let (read, wrong) = with("x: [1, a, 2, b]\n", |fields| {
        fields.each("x", |file, node| match &node.kind {
            ValueKind::Scalar(Value::String(text)) => Ok(text.clone()),
            _ => Err(Error::user("no text").at(file.place(node.at))),
        })
    });
    assert_eq!((read, wrong), (vec!["a".to_owned(), "b".to_owned()], vec![(1, 5), (1, 11)]));
    assert_eq!(with("x: a\n", |fields| fields.each("x", |_, _| Ok(()))).1, [(1, 4)]);
}
