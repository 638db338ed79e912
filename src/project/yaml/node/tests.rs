//! YAML as a tree: places, numbers with their digits, what stands twice, aliases, and texts that are not YAML.

use proptest::prelude::*;
use proptest::prop_assert;
use serde_json::json;

use super::*;
use crate::common::error::ErrorKind;
use crate::project::properties::PropertiesFile;
use crate::testing::fuzz::{self, Kind};
use crate::testing::{assert_points_into, file, holds, place};

fn tree(text: &str) -> Node {
    read(&file("a.yml", text)).unwrap_or_else(|error| panic!("{error}"))
}

fn value(text: &str) -> Value {
    tree(text).value()
}

fn refused(text: &str) -> Error {
    let error = read(&file("a.yml", text)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::User);
    assert_points_into(&error, text);
    error
}

fn place_of(node: &Node, path: &[&str]) -> (usize, usize) {
    let found = path.iter().fold(node, |node, key| node.child(key).unwrap());
    (found.at.line, found.at.column)
}

/// What the scalar `text` means.
fn scalar_of(text: &str) -> Value {
    value(&format!("x: {text}"))["x"].clone()
}

#[test]
fn a_file_without_content_is_null() {
    for text in ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\u{feff}", "\u{feff}# x\n", "   ", "\r\n"] {
        assert!(tree(text).is_null(), "{text:?}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let cases = [
        ("0", "0"),
        ("-0", "-0"),
        ("+1", "1"),
        ("1.50", "1.50"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("5.", "5.0"),
        ("1e5", "1e+5"),
        ("1E-7", "1e-7"),
        ("1.5e+3", "1.5e+3"),
        ("0x1F", "31"),
        ("-0x1f", "-31"),
        ("0o17", "15"),
        ("123456789012345678901234567890.12345678901234567890", "123456789012345678901234567890.12345678901234567890"),
        ("1e400", "1e+400"),
    ];
    for (text, digits) in cases {
        let Value::Number(number) = scalar_of(text) else { panic!("{text} is no number") };
        assert_eq!(number.to_string(), digits, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_number_is_a_text() {
    let texts = ["007", "000000000001", "00", "-01", "01.5", "1_000", "1,5", "1e", "e5", ".e5", ".", "+", "+-1"];
    let others =
        ["0x", "0xZZ", "0x+1f", "0o8", "0o-7", "0b1", "12:30", "2024-01-01", "1.2.3", "1e5.0", ".inf", ".nan", "٣"];
    let too_large = ["0x10000000000000000"];
    for text in texts.into_iter().chain(others).chain(too_large) {
        assert_eq!(scalar_of(text), Value::from(text), "{text}");
    }
}

#[test]
fn words_of_the_core_schema_are_null_and_booleans_and_no_others() {
    for text in ["", "~", "null", "Null", "NULL"] {
        assert_eq!(scalar_of(text), Value::Null, "{text}");
    }
    for (text, flag) in [("true", true), ("True", true), ("TRUE", true), ("false", false), ("FALSE", false)] {
        assert_eq!(scalar_of(text), Value::Bool(flag), "{text}");
    }
    for text in ["yes", "no", "on", "off", "y", "n", "nULL", "tRUE", "None"] {
        assert_eq!(scalar_of(text), Value::from(text), "{text}");
    }
}

#[test]
fn what_is_quoted_or_tagged_as_text_is_a_text() {
    for text in ["'1'", "\"1\"", "!!str 1", "!!str '1'"] {
        assert_eq!(scalar_of(text), Value::from("1"), "{text}");
    }
    assert_eq!(scalar_of("''"), Value::from(""));
    assert_eq!(scalar_of("\"a\\tb\\u00fc\""), Value::from("a\tbü"));
    assert_eq!(scalar_of("'it''s'"), Value::from("it's"));
    assert_eq!(scalar_of("!!int 5"), json!(5));
}

#[test]
fn a_tag_of_somebody_is_refused_where_it_stands() {
    assert_eq!(place(&refused("a: 1\nb: !secret x\n")).0, 2);
}

#[test]
fn lists_comments_and_blocks_are_read_as_people_write_them() {
    let text = "
models: # all of them
- name: a#b   # the mark belongs to the name
  tags: [x, 'y', \"z\"]
- name: >
    folded
    text
  text: |
    one
     two

# in between
- - nested
  - list
-
";
    let expected = json!({"models": [
        {"name": "a#b", "tags": ["x", "y", "z"]},
        {"name": "folded text\n", "text": "one\n two\n"},
        ["nested", "list"],
        null,
    ]});
    assert_eq!(value(text), expected);
}

#[test]
fn lines_of_windows_are_the_same_text() {
    let text = "a: 1\nb:\n  - x\n  - y: |\n      one\n      two\n";
    let windows = text.replace('\n', "\r\n");
    assert_eq!(value(&windows), value(text));
    let (one, other) = (tree(text), tree(&windows));
    assert_eq!(place_of(&one, &["b"]), place_of(&other, &["b"]));
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let node = tree("\u{feff}a: {b: 1}\n");
    assert_eq!(node.value(), json!({"a": {"b": 1}}));
    assert_eq!(place_of(&node, &["a", "b"]), (1, 8));
}

#[test]
fn places_are_lines_and_characters() {
    let node = tree("größe:\n  '😀': {ß: 1, x: [u, v]}\n");
    assert_eq!(place_of(&node, &["größe", "😀", "ß"]), (2, 12));
    assert_eq!(node.place_of("v"), Span { line: 2, column: 22 });
    assert_eq!(node.place_of("x"), Span { line: 2, column: 15 });
    assert_eq!(node.place_of("absent"), node.at);
}

#[test]
fn lines_are_those_of_editors_whatever_else_ends_one_in_yaml() {
    assert_eq!(place(&refused("a: 1\rb: 2\ra: 3\n")), (1, 11));
    assert_eq!(place(&refused("a: 1\rb: 2\r\na: 3\n")), (2, 1));
    assert_eq!(place(&refused("a: [")), (1, 5));
}

#[test]
fn a_tab_that_indents_is_refused() {
    assert_eq!(place(&refused("a:\n\tb: 1\n")).0, 2);
}

#[test]
fn a_key_stands_once() {
    assert_eq!(place(&refused("a: 1\nb: 2\na: 3\n")), (3, 1));
    assert_eq!(place(&refused("a: {x: 1, 'x': 2}\n")), (1, 11));
    assert_eq!(place(&refused("1: a\n'1': b\n")), (2, 1));
    assert_eq!(place(&refused("- a: 1\n  b: 1\n  a: 1\n")), (3, 3));
    assert!(refused("a: 1\nb: 2\na: 3\n").hints().iter().any(|hint| hint.contains("line 1")));
}

#[test]
fn keys_are_texts_whatever_they_look_like() {
    assert_eq!(value("true: 1\n2024: 2\n1.50: 3\n"), json!({"true": 1, "2024": 2, "1.50": 3}));
    assert_eq!(value("? a\n: b\n"), json!({"a": "b"}));
    assert_eq!(value("a.b: 1\n'c d': 2\n"), json!({"a.b": 1, "c d": 2}));
}

#[test]
fn keys_that_are_no_texts_are_refused() {
    assert_eq!(place(&refused("a: 1\n? [x]\n: 2\n")), (2, 3));
    refused("{ {a: b}: c }");
}

#[test]
fn a_file_is_one_document() {
    assert_eq!(place(&refused("a: 1\n---\nb: 2\n")).0, 2);
    assert_eq!(value("---\na: 1\n...\n"), json!({"a": 1}));
}

#[test]
fn aliases_stand_for_what_they_name() {
    let node = tree("base: &x {a: 1}\nuse: *x\nlist: [*x, *x]\n");
    assert_eq!(node.value(), json!({"base": {"a": 1}, "use": {"a": 1}, "list": [{"a": 1}, {"a": 1}]}));
    assert_eq!(place_of(&node, &["use"]), (2, 6));
    assert_eq!(value("a: &n 1\nb: &n 2\nc: *n\n")["c"], json!(2));
}

#[test]
fn aliases_of_nothing_and_of_themselves_are_refused() {
    assert_eq!(place(&refused("a: 1\nb: *nothing\n")).0, 2);
    assert_eq!(place(&refused("a: 1\nb: &own [*own]\n")).0, 2);
}

#[test]
fn merged_mappings_fill_in_what_is_not_there() {
    let text = "one: &one {a: 1, b: 1}\ntwo: &two {b: 2, c: 2}\nall:\n  b: 0\n  <<: [*one, *two]\n  d: 0\n";
    assert_eq!(value(text)["all"], json!({"b": 0, "d": 0, "a": 1, "c": 2}));
    assert_eq!(value("x: &x {a: 1}\ny: {<<: *x, a: 2}\n")["y"], json!({"a": 2}));
}

#[test]
fn aliases_of_aliases_do_not_grow_without_end() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let all = vec![format!("*a{}", n - 1); 10].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{all}]\n"));
    }
    refused(&text);
}

#[test]
fn nesting_ends_at_64() {
    let nested = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&file("a.yml", &nested(DEPTH))).is_ok());
    assert_eq!(place(&refused(&nested(DEPTH + 1))), (1, DEPTH + 1));
    refused(&"[".repeat(30_000));
    refused(&"{a: ".repeat(30_000));
    refused(&"- ".repeat(30_000));
    refused(&(0..3000).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>());
}

#[test]
fn a_value_counts_once_however_deeply_it_is_nested() {
    let row = "            - {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8}\n";
    let text = format!("unit_tests:\n  - given:\n      - rows:\n{}", row.repeat(10_000));
    assert_eq!(tree(&text).child("unit_tests").unwrap().size(), 1 + 1 + 1 + 1 + 1 + 10_000 * 9);
    refused(&row.repeat(40_000));
}

#[test]
fn what_is_no_yaml_is_refused_where_it_ends_to_be() {
    assert_eq!(place(&refused("a: 1\nb: \"never closed\n")).0, 2);
    assert_eq!(place(&refused("a: b: c\n")).0, 1);
    refused("a: [1, 2\n");
    assert_eq!(place(&refused("a: [1, 2")), (1, 9));
    refused("a: 1\n b: 2\n");
    refused("- a\nb: 1\n");
    refused("a: @x\n");
    refused("a: `x`\n");
    refused("%YAML 1.2\na: 1\n");
    refused("x: \"\\q\"\n");
}

#[test]
fn typed_settings_are_a_mapping() {
    assert_eq!(
        Value::from(settings("{a: {b: 1.50}}").unwrap()),
        json!({"a": {"b": Number::from_str("1.50").unwrap()}})
    );
    assert_eq!(Value::from(settings("a: 1").unwrap()), json!({"a": 1}));
    assert_eq!(settings("").unwrap(), Settings::new());
    for wrong in ["3", "[a]", "a", "a: 1\na: 2", "{", "---\na: 1\n---\n"] {
        assert_eq!(settings(wrong).unwrap_err().kind(), ErrorKind::User, "{wrong}");
    }
}

/// Values of the subset that every reader of YAML understands alike.
fn common() -> impl Strategy<Value = Value> {
    let number = "-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,6})?(e[+-]?[1-9])?";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(|text| Value::Number(Number::from_str(&text).unwrap())),
        "[a-zA-Z_ü][a-z0-9_ .#:'\"\\[\\]{},&*!|>%@`-]{0,10}".prop_map(Value::from),
        "[ -~äß€\n\t]{0,12}".prop_map(Value::from),
        Just(Value::from("0012")),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map("[a-z][a-z0-9_.-]{0,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// `value` as YAML in block style, or from `flow` levels on in flow style.
fn written(value: &Value, indent: usize, flow: usize, out: &mut String) {
    let blanks = " ".repeat(indent * 2);
    match value {
        Value::Array(items) if flow > 0 && !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n{blanks}- "));
                written(item, indent + 1, flow - 1, out);
            }
        }
        Value::Object(entries) if flow > 0 && !entries.is_empty() => {
            for (key, item) in entries {
                out.push_str(&format!("\n{blanks}{key}: "));
                written(item, indent + 1, flow - 1, out);
            }
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                written(item, indent, 0, out);
                out.push_str(", ");
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (key, item) in entries {
                out.push_str(&format!("{key}: "));
                written(item, indent, 0, out);
                out.push_str(", ");
            }
            out.push('}');
        }
        Value::String(text) if text.len() % 2 == 0 && !text.contains(['\n', '\t']) => {
            out.push_str(&format!("'{}'", text.replace('\'', "''")));
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Whether both are the same, numbers by their value.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let double = |number: &Number| number.to_string().parse::<f64>().unwrap();
            double(one) == double(other)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| alike(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

#[test]
fn documents_of_the_common_subset_are_read_as_another_reader_does() {
    holds((common(), 0..6_usize), |(expected, flow)| {
        let mut text = String::new();
        written(&expected, 0, flow, &mut text);
        let own = read(&file("a.yml", &text)).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?.value();
        let other: Value = serde_yaml::from_str(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert!(alike(&own, &expected), "{own} from\n{text}");
        prop_assert!(alike(&own, &other), "{own} and {other} from\n{text}");
        Ok(())
    });
}

#[test]
fn plain_scalars_are_what_another_reader_takes_them_for() {
    // Neither infinities nor binary digits, which are texts here.
    holds("[-+]?(0|0x|0o|[1-9])?[0-9a-fA-F]{0,4}\\.?[0-9]{0,3}([eE][-+]?[0-9]{0,3})?|[nNtTfF~][a-zA-Z]{0,5}", |text| {
        let own = scalar_of(&text);
        let other: BTreeMap<String, Value> = serde_yaml::from_str(&format!("x: {text}")).unwrap();
        let number = |value: &Value| match value {
            Value::Number(number) => number.to_string().parse::<f64>().ok().filter(|double| double.is_finite()),
            _ => None,
        };
        // One reader has numbers up to a double's, the other as many digits as are written.
        if number(&own).is_some() || !own.is_number() {
            prop_assert!(alike(&own, &other["x"]), "{text}: {own} and {}", other["x"]);
        }
        Ok(())
    });
}

#[test]
fn every_value_has_its_place() {
    holds((common(), 0..6_usize), |(expected, flow)| {
        let mut text = String::new();
        written(&expected, 0, flow, &mut text);
        let lines: Vec<Vec<char>> = text.split('\n').map(|line| line.chars().collect()).collect();
        let node = tree(&text);
        let mut open = vec![&node];
        while let Some(node) = open.pop() {
            let rest: String = lines[node.at.line - 1].iter().skip(node.at.column - 1).collect();
            match &node.kind {
                ValueKind::Scalar(Value::Number(number)) => prop_assert!(rest.starts_with(&number.to_string())),
                ValueKind::Scalar(Value::Bool(flag)) => prop_assert!(rest.starts_with(&flag.to_string())),
                ValueKind::Scalar(Value::String(_)) => prop_assert!(rest.starts_with(['"', '\''])),
                ValueKind::Scalar(_) | ValueKind::Environment(_) => {}
                ValueKind::List(items) => open.extend(items),
                ValueKind::Map(entries) => {
                    for (key, value) in entries {
                        let line: String = lines[key.at.line - 1].iter().skip(key.at.column - 1).collect();
                        prop_assert!(line.starts_with(&key.name), "{} in {line}", key.name);
                        open.push(value);
                    }
                }
            }
        }
        prop_assert!(!text.is_empty());
        Ok(())
    });
}

#[test]
fn fuzz_yaml_ends_well_or_says_where_it_is_wrong() {
    let words = &[
        "- ",
        "? ",
        "---\n",
        "...\n",
        "&a ",
        "*a",
        "<<: ",
        "!!str ",
        "!x ",
        "|\n",
        ">-\n",
        "{",
        "[",
        "models:\n",
        "name: ",
        "data_tests:",
        "unit_tests:",
        "given:",
        "rows:",
        "config:",
        "meta:",
        "  ",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "0x",
        "~",
    ];
    fuzz::run(&Kind { name: "yaml", words }, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let file = file("a.yml", &text);
        let result = read(&file).and_then(|node| {
            let value = node.value();
            assert!(!value.to_string().is_empty());
            PropertiesFile::read(&file)
        });
        if let Err(error) = result {
            assert_points_into(&error, &text);
        }
        if let Err(error) = settings(&text) {
            assert_eq!(error.kind(), ErrorKind::User);
        }
    });
}
