use super::{Part, ProjectState};

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
