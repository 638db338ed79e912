//! Data tests: their names, what they are given, and where they are wrong.

use crate::common::error::Result;
use crate::compile::{Compiled, DataTest, Severity};
use crate::testing::{compiled, places};

const GENERIC: &str = "{% test not_null(model, column_name) %}{{ config(severity='warn') }}
select 1 from {{ model }} where {{ column_name }} is null{% endtest %}
{% test over(model, column_name='x', limit=1, of=none) %}select '{{ limit }}' from {{ model }} where {{ column_name }} > {{ limit }}
{%- if of %} and x in (select x from {{ of }}){% endif %}{% endtest %}
{% test unique_grain(model, columns) %}select {{ columns | join(', ') }} from {{ model }}{% endtest %}
";

fn project(yaml: &str, more: &[(&str, &str)]) -> Result<Compiled> {
    let files = [
        ("models/m.sql", "select 1 as x"),
        ("models/n.sql", "select 1 as x"),
        ("sql/tests/generic/g.sql", GENERIC),
        ("models/m.yml", yaml),
    ];
    compiled(&files.iter().chain(more).copied().collect::<Vec<_>>())
}

/// The tests of `m`, declared by `items`.
fn tests(items: &str) -> Vec<DataTest> {
    let yaml = format!("models:\n- name: m\n  data_tests:\n{items}");
    project(&yaml, &[]).unwrap_or_else(|error| panic!("{error}")).data_tests
}

fn wrong(yaml: &str, more: &[(&str, &str)]) -> Vec<(String, usize, usize)> {
    places(&project(yaml, more).unwrap_err())
}

#[test]
fn names_tell_the_test_the_model_and_the_column_and_are_numbered_if_taken() {
    let yaml = "models:\n- name: m\n  data_tests: [over, over, {over: {name: own}}]\n  columns: [{name: x, data_tests: [not_null, not_null]}]\n- name: n\n  data_tests: [over]\n";
    let compiled = project(yaml, &[("sql/tests/over_m.sql", "select 1 from {{ ref('m') }}")]).unwrap();
    let names: Vec<&str> = compiled.data_tests.iter().map(|test| test.name.as_str()).collect();
    assert_eq!(names, ["over_m", "over_m_2", "over_m_3", "own", "not_null_m_x", "not_null_m_x_2", "over_n"]);
}

#[test]
fn arguments_are_what_they_evaluate_to() {
    let sql = |item: &str| tests(item).remove(0).sql;
    assert!(sql("  - over: {limit: 0.10}\n").text.contains("> 0.1"));
    assert!(sql("  - over: {arguments: {limit: 7}}\n").text.contains("> 7"));
    let of = sql("  - over: {of: ref('n')}\n");
    assert!(of.text.contains("from tiny.n") && of.refs.contains("n") && of.refs.contains("m"), "{}", of.text);
    assert!(sql("  - over: {limit: 'n'}\n").text.contains("'n'"), "a text that is no call stays a text");
}

#[test]
fn severity_and_tags_stand_in_the_test_beside_it_or_in_its_settings() {
    let severity = |item: &str| tests(item).remove(0).severity;
    assert_eq!(severity("  - over\n"), Severity::Error);
    assert_eq!(severity("  - over: {severity: WARN}\n"), Severity::Warn);
    assert_eq!(severity("  - over: {}\n    config: {severity: warn}\n"), Severity::Warn);
    assert_eq!(severity("  - not_null: {column_name: x}\n"), Severity::Warn);
    assert_eq!(severity("  - not_null: {column_name: x, severity: error}\n"), Severity::Error);
    assert_eq!(tests("  - over: {tags: [a, b]}\n").remove(0).tags, ["a", "b"]);
}

#[test]
fn a_grain_is_tested_to_be_unique() {
    let compiled = project("models:\n- name: m\n  meta: {grain: [x]}\n", &[]).unwrap();
    assert_eq!(compiled.data_tests[0].name, "unique_grain_m");
    assert!(compiled.data_tests[0].sql.text.contains("select x from tiny.m"));
}

#[test]
fn what_is_wrong_with_a_test_is_pointed_at_where_it_is_used() {
    let of = |item: &str| wrong(&format!("models:\n- name: m\n  data_tests:\n{item}"), &[]);
    let at = |line, column| [("models/m.yml".to_owned(), line, column)];
    assert_eq!(of("  - ovr\n"), at(4, 5));
    assert_eq!(of("  - over: {limits: 3}\n").len(), 1);
    assert_eq!(of("  - over: {severity: fatal}\n"), at(4, 5));
    assert_eq!(of("  - over: {severity: 3}\n"), at(4, 5));
    assert_eq!(of("  - over: {of: \"ref('absent')\"}\n"), at(4, 5));
    assert_eq!(of("  - over: {limit: \"ref('n'\"}\n").len(), 1);
}

#[test]
fn a_test_is_described_once_and_only_if_it_is_there() {
    let single = ("sql/tests/single.sql", "select 1 from {{ ref('m') }}");
    let yaml = "data_tests:\n- {name: single, config: {severity: warn}}\n- {name: singel}\n- {name: single}\n";
    let found: Vec<(usize, usize)> = wrong(yaml, &[single]).iter().map(|(_, line, column)| (*line, *column)).collect();
    assert_eq!(found, [(3, 10), (4, 10)]);
    let compiled = project("data_tests:\n- {name: single, config: {severity: warn, tags: t}}\n", &[single]).unwrap();
    assert_eq!(
        (compiled.data_tests[0].severity, compiled.data_tests[0].tags.join(",")),
        (Severity::Warn, "t".to_owned())
    );
}

#[test]
fn two_singular_tests_of_one_name_are_refused() {
    let twice = [
        ("sql/tests/a/single.sql", "select 1 from {{ ref('m') }}"),
        ("sql/tests/b/single.sql", "select 1 from {{ ref('m') }}"),
    ];
    assert_eq!(wrong("", &twice), [("sql/tests/b/single.sql".to_owned(), 0, 0)]);
}

#[test]
fn settings_in_the_file_of_a_test_overrule_those_that_are_declared() {
    let single = ("sql/tests/single.sql", "{{ config(severity='error') }} select 1 from {{ ref('m') }}");
    let compiled = project("data_tests:\n- {name: single, config: {severity: warn}}\n", &[single]).unwrap();
    assert_eq!(compiled.data_tests[0].severity, Severity::Error);
}
