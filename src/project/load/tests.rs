//! The whole project: what each file is for, and all that is wrong with them at once.

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::{places, project};

const MODEL: (&str, &str) = ("models/staging/stg_lines.sql", "select 1 as x");

/// What is wrong with the project of [`MODEL`] and `files`: the words, and where.
fn wrong(files: &[(&str, &str)]) -> (String, Vec<(String, usize, usize)>) {
    let all: Vec<(&str, &str)> = std::iter::once(MODEL).chain(files.iter().copied()).collect();
    let error = project(&all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::User);
    (error.to_string(), places(&error))
}

#[test]
fn folders_and_endings_say_what_a_file_is_for() {
    let cases = [
        ("models/a.sql", Some(Role::Model)),
        ("models/x/y/a.sql", Some(Role::Model)),
        ("models/x/a.yml", Some(Role::Properties)),
        ("sql/a.yaml", Some(Role::Properties)),
        ("sql/macros/a.sql", Some(Role::Macros)),
        ("sql/tests/generic/a.sql", Some(Role::Macros)),
        ("sql/tests/a.sql", Some(Role::Test)),
        ("sql/tests/generics/a.sql", Some(Role::Test)),
        ("sql/summary/a.sql", Some(Role::Question)),
        ("data/seeds/a.csv", Some(Role::Seed)),
        ("models/a.csv", None),
        ("models.sql", None),
        ("modelsx/a.sql", None),
        ("sql/a.sql", None),
        ("models/a", None),
        ("models/a.SQL", None),
        ("models/a.sql.bak", None),
    ];
    for (path, role) in cases {
        assert_eq!(Role::of(path), role, "{path}");
    }
}

#[test]
fn a_model_lies_in_the_layer_of_its_first_folder() {
    let project =
        project(&[MODEL, ("models/top.sql", "select 1"), ("models/results/deep/low.sql", "select 1")]).unwrap();
    let layer = |name: &str| project.models[name].layer.as_str();
    assert_eq!((layer("stg_lines"), layer("top"), layer("low")), ("staging", "", "results"));
}

#[test]
fn names_are_those_that_sql_takes() {
    for name in ["Upper", "1st", "a-b", "a b", "a.b", "größe"] {
        let path = format!("models/{name}.sql");
        assert!(wrong(&[(&path, "select 1")]).0.contains(&format!("`{name}`")), "{name}");
    }
    assert_eq!(wrong(&[("data/seeds/Upper.csv", "a\n1\n")]).1, [("data/seeds/Upper.csv".to_owned(), 0, 0)]);
    let sources = "sources:\n  - name: Cur\n    tables: [{name: line-items}]\n";
    assert_eq!(wrong(&[("models/sources.yml", sources)]).1.len(), 2);
}

#[test]
fn a_name_is_given_once_whatever_has_it() {
    for path in ["models/other/stg_lines.sql", "data/seeds/stg_lines.csv"] {
        let (words, _) = wrong(&[(path, "x\n1\n")]);
        assert!(words.contains("models/staging/stg_lines.sql") && words.contains(path), "{words}");
    }
    let seeds = [("data/seeds/a.csv", "x\n1\n"), ("data/seeds/deep/a.csv", "x\n1\n")];
    assert!(wrong(&seeds).0.contains("`a`"));
}

#[test]
fn a_second_description_is_pointed_at_and_the_first_one_named() {
    let text = "models:\n  - name: stg_lines\n";
    let (words, places) = wrong(&[("models/a.yml", text), ("models/b.yml", text)]);
    assert_eq!(places, [("models/b.yml".to_owned(), 2, 11)]);
    assert!(words.contains("models/a.yml"), "{words}");
    let source = "sources:\n  - name: cur\n    tables: [{name: lines}, {name: lines}]\n";
    assert_eq!(wrong(&[("models/a.yml", source)]).1, [("models/a.yml".to_owned(), 3, 36)]);
}

#[test]
fn what_is_described_and_not_there_is_pointed_at() {
    let text = "models:\n  - name: stg_line\nseeds:\n  - name: nowhere\nunit_tests:\n  - {name: u, model: absent}\n";
    let (words, places) = wrong(&[("models/a.yml", text)]);
    let at = |line, column| ("models/a.yml".to_owned(), line, column);
    assert_eq!(places, [at(2, 11), at(4, 11), at(6, 22)]);
    assert!(words.contains("`stg_lines`"), "the nearest name is offered: {words}");
}

#[test]
fn one_broken_file_does_not_hide_the_others() {
    let broken = [("models/a.yml", "a: ["), ("models/b.yml", "models: 3\n"), ("data/seeds/s.csv", "")];
    let files: Vec<String> = wrong(&broken).1.into_iter().map(|(file, ..)| file).collect();
    assert_eq!(files, ["data/seeds/s.csv", "models/a.yml", "models/b.yml"]);
}

#[test]
fn a_project_without_models_is_none() {
    assert_eq!(project(&[]).unwrap_err().kind(), ErrorKind::User);
    assert_eq!(project(&[("models/a.txt", "select 1")]).unwrap_err().kind(), ErrorKind::User);
}

#[test]
fn what_is_declared_is_with_the_model_and_the_seed() {
    let text = "models: [{name: stg_lines, description: d}]\nseeds: [{name: a, description: e}]\n";
    let project = project(&[MODEL, ("data/seeds/a.csv", "x\n1\n"), ("sql/any.yml", text)]).unwrap();
    assert_eq!(project.models["stg_lines"].properties.description, "d");
    let (seed, properties) = &project.seeds["a"];
    assert_eq!(properties.description, "e");
    assert_eq!(seed.properties_file.as_ref().map(|file| file.path.as_str()), Some("sql/any.yml"));
}
