//! The hash of a project: what gives other tables or other tests changes it, and nothing else does.

use crate::compile::{TemplateContext, compile};
use crate::project::Project;
use crate::testing::{CONFIG, on_large_stack, project};

const FILES: [(&str, &str); 5] = [
    ("models/a.sql", "{{ config(materialized='table') }} select {{ var('rate') }} as x from {{ ref('s') }}"),
    ("data/seeds/s.csv", "id,name\n1,one\n2,two\n"),
    ("sql/tests/generic/t.sql", "{% test none(model, column_name) %}select 1 from {{ model }} where {{ column_name }} = 0{% endtest %}"),
    ("sql/tests/single.sql", "select 1 from {{ ref('a') }} where x = 3"),
    (
        "models/a.yml",
        "sources: [{name: cur, tables: [{name: lines, columns: [{name: c, data_type: double, meta: {required: true}}]}]}]
models:
  - name: a
    description: what it is
    config: {tags: [old]}
    meta: {sort_by: [x]}
    columns:
      - {name: x, data_type: integer, description: the number, data_tests: [none]}
seeds:
  - {name: s, columns: [{name: id, data_type: bigint}]}
unit_tests:
  - name: u
    description: shows it
    model: a
    given: [{input: ref('s'), rows: [{id: 1}]}]
    expect: {rows: [{x: 2}]}
",
    ),
];

fn hash_of(project: &Project) -> String {
    let context = TemplateContext { vars: project.config.vars.clone(), ..Default::default() };
    let compiled = on_large_stack(|| compile(project, context)).unwrap_or_else(|error| panic!("{error}"));
    super::hash(project, &compiled)
}

/// The hash of [`FILES`] in which `old` is `new` in the file `path`.
fn hash_with(path: &str, old: &str, new: &str) -> String {
    let config = format!("{CONFIG}vars: {{rate: 2, unused: 1}}\n");
    let mut files: Vec<(&str, String)> = FILES.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    files.push(("config.yaml", config));
    let (_, text) = files.iter_mut().find(|(own, _)| *own == path).unwrap();
    assert!(text.contains(old), "{old} in {path}");
    *text = text.replacen(old, new, 1);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    hash_of(&project(&files).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn what_decides_tables_or_tests_changes_it() {
    let base = hash_with("models/a.sql", "select", "select");
    let changes = [
        ("models/a.sql", "as x", "+ 1 as x"),
        ("models/a.sql", "'table'", "'view'"),
        ("models/a.sql", "'table'", "'table', schema='working'"),
        ("config.yaml", "rate: 2", "rate: 3"),
        ("data/seeds/s.csv", "two", "three"),
        ("data/seeds/s.csv", "2,two\n", ""),
        ("data/seeds/s.csv", "name", "word"),
        ("models/a.yml", "data_type: bigint", "data_type: string"),
        ("models/a.yml", "data_type: integer", "data_type: bigint"),
        ("models/a.yml", "data_type: double", "data_type: string"),
        ("models/a.yml", "required: true", "required: false"),
        ("models/a.yml", "sort_by: [x]", "sort_by: []"),
        ("models/a.yml", "tags: [old]", "contract: {enforced: true}"),
        ("models/a.yml", "{x: 2}", "{x: 3}"),
        ("models/a.yml", "{id: 1}", "{id: 2}"),
        ("models/a.yml", "data_tests: [none]", "data_tests: []"),
        ("models/a.yml", "data_tests: [none]", "data_tests: [{none: {severity: warn}}]"),
        ("sql/tests/single.sql", "x = 3", "x = 4"),
        ("sql/tests/generic/t.sql", "= 0", "= 1"),
    ];
    let mut seen = vec![base];
    for (path, old, new) in changes {
        let hash = hash_with(path, old, new);
        assert!(!seen.contains(&hash), "{path}: {old} as {new}");
        seen.push(hash);
    }
}

#[test]
fn what_leaves_no_trace_in_tables_and_tests_does_not() {
    let base = hash_with("models/a.sql", "select", "select");
    let changes = [
        ("models/a.yml", "what it is", "something else"),
        ("models/a.yml", "the number", "a number"),
        ("models/a.yml", "shows it", "shows more"),
        ("models/a.yml", "models:\n", "# a comment\nmodels:\n"),
        ("models/a.yml", "tags: [old]", "tags: [new]"),
        ("models/a.sql", "select", "{# a comment of Jinja #}select"),
        ("config.yaml", "unused: 1", "unused: 2"),
        ("config.yaml", "report", "elsewhere"),
        ("data/seeds/s.csv", "1,one\n", "# a comment\n\n1, one\n"),
    ];
    for (path, old, new) in changes {
        assert_eq!(hash_with(path, old, new), base, "{path}: {old} as {new}");
    }
}
