use super::super::plan::{Planned, Verdict};
use super::Difference;
use crate::compile::{Part, ProjectState};
use crate::publish::RunRecord;

fn run(settings: &str) -> RunRecord {
    RunRecord {
        run_id: "r".to_owned(),
        published_at: chrono::DateTime::UNIX_EPOCH,
        source: "s".to_owned(),
        delivery: "d".to_owned(),
        models: "m".to_owned(),
        settings: settings.to_owned(),
        version: "1".to_owned(),
        build: "0123456789".to_owned(),
        commit: String::new(),
        command: "build".to_owned(),
    }
}

fn model(name: &str, text: &str, compiled: &str) -> Part {
    Part {
        kind: "model".to_owned(),
        name: name.to_owned(),
        hash: format!("{text}{compiled}"),
        path: format!("models/{name}.sql"),
        text: text.to_owned(),
        compiled: compiled.to_owned(),
    }
}

fn planned(before: Option<Vec<Part>>, after: Vec<Part>, settings: (&str, &str)) -> Planned {
    Planned {
        run: run(settings.1),
        before: Some(run(settings.0)),
        project: ProjectState { parts: after },
        project_before: before.map(|parts| ProjectState { parts }),
        answers: Vec::new(),
        verdict: Verdict { is_changed: true, largest_difference: "0".to_owned() },
    }
}

fn words(planned: &Planned) -> Vec<String> {
    planned.differences().iter().map(Difference::words).collect()
}

#[test]
fn settings_are_named_with_both_values() {
    let found = planned(Some(vec![]), vec![], (r#"{"a":{"b":1},"c":"x"}"#, r#"{"a":{"b":2},"d":true}"#));
    assert_eq!(words(&found), ["setting a.b: 2, was 1", "setting c: not set, was x", "setting d: true, was not set"]);
}

#[test]
fn report_models_and_program_are_named() {
    let mut found = planned(Some(vec![model("a", "1", "1")]), vec![model("a", "2", "2")], ("{}", "{}"));
    found.run.delivery = "e".to_owned();
    found.run.build = "abcdefghijk".to_owned();
    assert_eq!(
        words(&found),
        ["model a: changed", "report: delivered anew", "apportion: 1 (abcdefgh), was 1 (01234567)"]
    );
}

#[test]
fn models_of_an_earlier_version_are_unknown() {
    let mut found = planned(None, vec![], ("{}", "{}"));
    assert_eq!(words(&found), [""; 0]);
    found.run.models = "n".to_owned();
    assert_eq!(words(&found), ["models: others, by a run that kept none of them"]);
}

#[test]
fn diffs_are_of_the_file_or_of_what_it_is_compiled_to() -> Result<(), crate::common::error::Error> {
    let before = vec![model("a", "select 1\n", "select 1\n"), model("b", "{{ x }}\n", "select 1\n")];
    let after = vec![model("a", "select 2\n", "select 2\n"), model("b", "{{ x }}\n", "select 3\n")];
    let found = planned(Some(before), after, ("{}", "{}"));
    let a = "--- models/a.sql\n+++ models/a.sql\n@@ -1 +1 @@\n-select 1\n+select 2\n";
    let b = "--- compiled models/b.sql\n+++ compiled models/b.sql\n@@ -1 +1 @@\n-select 1\n+select 3\n";
    assert_eq!(found.diffs(&[])?, [a, b]);
    assert_eq!(found.diffs(&["a".to_owned()])?, [a]);
    let error = found.diffs(&["bb".to_owned()]).map_err(|error| error.to_string());
    assert_eq!(
        error,
        Err("error: no model or seed `bb` is another than in the published run\n  hint: did you mean `b`?".to_owned())
    );
    Ok(())
}
