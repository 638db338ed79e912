//! Properties: dbt's spellings, what is passed over, and every place that is pointed at later.

use serde_json::json;

use super::*;
use crate::testing::{file, places};

fn properties(text: &str) -> PropertiesFile {
    PropertiesFile::read(&file("models/a.yml", text)).unwrap_or_else(|error| panic!("{error}"))
}

fn wrong(text: &str) -> Vec<(usize, usize)> {
    let error = PropertiesFile::read(&file("models/a.yml", text)).unwrap_err();
    places(&error).into_iter().map(|(_, line, column)| (line, column)).collect()
}

/// The only test of the only model.
fn test_of(item: &str) -> TestUse {
    let mut file = properties(&format!("models:\n- name: m\n  data_tests:\n{item}"));
    file.models.remove(0).data_tests.remove(0)
}

#[test]
fn an_empty_file_declares_nothing() {
    for text in ["", "# nothing yet\n", "version: 2\n", "models:\nseeds: []\n"] {
        let read = properties(text);
        assert!(read.models.is_empty() && read.seeds.is_empty() && read.sources.is_empty(), "{text:?}");
    }
}

#[test]
fn names_types_and_tests_know_where_they_stand() {
    let text = "models:\n  - name: m\n    columns:\n      - name: größe\n        data_type: decimal(5,2)\n        \
                data_tests: [not_null]\n      - name: b\n";
    let read = properties(text);
    let columns = &read.models[0].columns;
    let at = |line, column| Span { line, column };
    assert_eq!((read.models[0].at, columns[0].at, columns[0].data_type_at), (at(2, 11), at(4, 15), at(5, 20)));
    assert_eq!(columns[0].data_tests[0].at, at(6, 22));
    assert_eq!((columns[1].data_type.as_deref(), columns[1].data_type_at), (None, at(7, 15)));
}

#[test]
fn tests_are_declared_under_both_names_of_dbt() {
    let read =
        properties("models:\n- name: m\n  tests: [a]\n  data_tests: [b]\n  columns:\n  - {name: c, tests: [d]}\n");
    let names: Vec<&str> = read.models[0].data_tests.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!(read.models[0].columns[0].data_tests[0].name, "d");
}

#[test]
fn arguments_of_a_test_stand_below_it_and_settings_also_beside_it() {
    assert_eq!(Value::from(test_of("  - not_null\n").written), json!({}));
    assert_eq!(Value::from(test_of("  - not_null:\n").written), json!({}));
    assert_eq!(Value::from(test_of("  - accepted: {values: [1]}\n").written), json!({"values": [1]}));
    let beside = test_of("  - accepted: {values: [1]}\n    severity: warn\n    name: own\n");
    assert_eq!(Value::from(beside.written), json!({"values": [1], "severity": "warn", "name": "own"}));
    let first = test_of("  - name: own\n    accepted:\n      arguments: {values: [1]}\n");
    assert_eq!(
        (first.name.as_str(), Value::from(first.written)),
        ("accepted", json!({"arguments": {"values": [1]}, "name": "own"}))
    );
}

#[test]
fn an_item_that_names_no_test_or_two_is_refused() {
    for item in [
        "- [not_null]",
        "- 3",
        "- {a: {}, b: {}}",
        "- {name: x}",
        "- a: 3",
        "- a: [x]",
        "- ~",
        "- {a: {name: x}, name: y}",
    ] {
        assert_eq!(wrong(&format!("models:\n- name: m\n  data_tests:\n  {item}\n")).len(), 1, "{item}");
    }
}

#[test]
fn settings_of_tests_are_known_ones_beside_and_below() {
    assert_eq!(wrong("models:\n- name: m\n  data_tests:\n  - a: {config: {serverity: warn}}\n"), [(4, 18)]);
    assert_eq!(wrong("models:\n- name: m\n  data_tests:\n  - a: {}\n    config: {x: 1}\n"), [(5, 14)]);
}

#[test]
fn keys_of_dbt_are_passed_over_and_others_refused() {
    let text = "version: 2\nexposures: []\nmodels:\n- name: m\n  access: public\n  config: {materialized: table, grants: {}}\n  \
                columns: [{name: c, quote: true}]\nsources:\n- name: s\n  loader: x\n  tables: [{name: t, freshness: {}}]\n";
    assert_eq!(properties(text).models.len(), 1);
    assert_eq!(wrong("model: []\n"), [(1, 1)]);
    assert_eq!(wrong("models:\n- name: m\n  colums: []\n"), [(3, 3)]);
    assert_eq!(wrong("models:\n- name: m\n  columns:\n  - {name: c, datatype: x}\n"), [(4, 15)]);
    assert_eq!(wrong("models:\n- name: m\n  config: {materialised: view}\n"), [(3, 12)]);
    assert_eq!(wrong("sources:\n- name: s\n  tabels: []\n"), [(3, 3)]);
    assert_eq!(wrong("unit_tests:\n- {name: u, model: m, expects: {}}\n"), [(2, 23)]);
    assert_eq!(wrong("data_tests:\n- {name: t, severity: warn}\n"), [(2, 13)]);
}

#[test]
fn all_that_is_wrong_is_told_in_one_go() {
    assert_eq!(wrong("models:\n- nam: m\n- name: 3\nseeds: x\n").len(), 4);
}

#[test]
fn tests_of_sources_are_refused_where_they_stand() {
    assert_eq!(wrong("sources:\n- name: s\n  tables:\n  - name: t\n    data_tests: [a]\n"), [(5, 18)]);
    assert_eq!(wrong("sources:\n- name: s\n  tables:\n  - name: t\n    columns: [{name: c, tests: [a]}]\n"), [(5, 33)]);
}

#[test]
fn a_unit_test_is_read_with_its_rows() {
    let text = "unit_tests:\n  - name: u\n    model: m\n    config: {tags: x}\n    tags: [y]\n    overrides: {vars: {rate: 0.10}}\n    given:\n      \
                - input: ref('a')\n        rows:\n          - {c: 0.10}\n          - {}\n      - input: ref('seed')\n    expect: {rows: [{c: ~}], format: dict}\n";
    let read = properties(text);
    let unit = &read.unit_tests[0];
    assert_eq!((unit.model_at, &unit.tags), (Span { line: 3, column: 12 }, &vec!["y".to_owned(), "x".to_owned()]));
    let rows = unit.given[0].rows.as_ref().unwrap();
    assert_eq!(
        (rows.len(), rows[0].at, rows[0].cells["c"].to_string().as_str()),
        (2, Span { line: 10, column: 13 }, "0.10")
    );
    assert!(unit.given[1].rows.is_none(), "a seed without rows is read from its file");
    assert_eq!((unit.expect[0].cells["c"].is_null(), unit.vars["rate"].to_string()), (true, "0.10".to_owned()));
}

#[test]
fn rows_are_written_as_mappings_and_in_no_other_format() {
    let unit = |rest: &str| format!("unit_tests:\n- name: u\n  model: m\n  given:\n  - input: ref('a')\n    {rest}\n");
    assert_eq!(wrong(&unit("rows: [[1]]")), [(6, 12)]);
    assert_eq!(wrong(&unit("format: csv")), [(6, 13)]);
    assert_eq!(wrong(&unit("rows: a")), [(6, 11)]);
}

#[test]
fn names_of_meta_stand_in_three_places() {
    let of = |text: &str| properties(&format!("models:\n- name: m\n{text}")).models[0].meta_names("grain");
    assert_eq!(of("  meta: {grain: [a, b]}\n"), ["a", "b"]);
    assert_eq!(of("  config: {meta: {grain: a}}\n"), ["a"]);
    assert_eq!(of("  meta: {grain: a}\n  config: {meta: {grain: b}}\n"), ["a"]);
    assert_eq!(of("  meta: {grain: 3}\n"), Vec::<String>::new());
}
