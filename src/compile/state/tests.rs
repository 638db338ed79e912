use std::collections::BTreeSet;

use super::{Part, ProjectState};
use crate::compile::{Compiled, Materialization};
use crate::testing::model;

fn part(kind: &str, name: &str, hash: &str) -> Part {
    Part {
        kind: kind.to_owned(),
        name: name.to_owned(),
        hash: hash.to_owned(),
        path: String::new(),
        text: String::new(),
        compiled: String::new(),
    }
}

#[test]
fn parts_are_new_changed_or_gone() {
    let before = ProjectState {
        parts: vec![part("model", "a", "1"), part("model", "b", "1"), part("seed", "c", "1"), part("test", "d", "1")],
    };
    let after = ProjectState {
        parts: vec![part("model", "a", "1"), part("model", "b", "2"), part("model", "c", "1"), part("test", "d", "1")],
    };
    let modified = after.modified(&before);
    let told: Vec<(&str, &str, &str)> = modified
        .iter()
        .filter_map(|one| one.part().map(|part| (one.word(), part.kind.as_str(), part.name.as_str())))
        .collect();
    assert_eq!(told, [("changed", "model", "b"), ("new", "model", "c"), ("gone", "seed", "c")]);
    let names: Vec<String> = after.modified_names(&before).into_iter().collect();
    assert_eq!(names, ["b", "c"]);
    assert!(after.modified(&after).is_empty());
}

#[test]
fn a_run_of_some_models_takes_over_what_it_has_brought_to_readers() {
    let mut models: Vec<_> = [("view", &["seed"][..]), ("one", &["view"]), ("two", &["view", "other"])]
        .map(|(name, refs)| model(name, "", refs))
        .into();
    for table in &mut models[1..] {
        table.materialization = Materialization::Table;
    }
    let models = models.into_iter().map(|model| (model.name.clone(), model)).collect();
    let order = ["view", "one", "two"].map(str::to_owned).into();
    let compiled = Compiled { models, order, ..Compiled::default() };
    let state = |hash: &str| {
        let parts =
            [("model", "view"), ("model", "one"), ("model", "two"), ("seed", "seed"), ("seed", "other"), ("test", "t")];
        ProjectState { parts: parts.map(|(kind, name)| part(kind, name, hash)).into() }
    };
    let (before, now) = (state("1"), state("2"));
    let new = |ran: &[&str]| {
        let ran: BTreeSet<String> = ran.iter().map(|name| (*name).to_owned()).collect();
        let after = now.after_run(&before, &ran, &compiled);
        let new = after.parts.into_iter().filter(|part| part.hash == "2").map(|part| part.name);
        new.collect::<Vec<_>>()
    };
    assert_eq!(new(&["one"]), ["one"]);
    assert_eq!(new(&["view"]), [""; 0]);
    assert_eq!(new(&["view", "two"]), ["two", "other"]);
    assert_eq!(new(&["one", "two", "t"]), ["view", "one", "two", "seed", "other", "t"]);
    let unknown = now.after_run(&ProjectState::default(), &BTreeSet::from(["one".to_owned()]), &compiled);
    assert_eq!(unknown.parts, [part("model", "one", "2")]);
}
