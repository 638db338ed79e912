//! What README.md shows is what happens: its ```console blocks are run in a copy of the shipped project.

use libtest_mimic::Trial;

use crate::harness::{self, Outcome};
use crate::projects;

/// A trial for all examples, which build on one another, and one for what docs say of columns.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("readme::examples_say_what_they_say", examples),
        Trial::test("readme::docs_say_what_is_lost_without_a_column", lost_without),
    ]
}

/// `docs/source.md` has a row for each column of the report that says what is lost without it, in the same words.
fn lost_without() -> Outcome {
    let read = |path: &str| std::fs::read_to_string(harness::repository().join(path));
    let (docs, declared) = (read("docs/source.md")?, read("models/sources.yml")?);
    let declared: serde_yaml::Value = serde_yaml::from_str(&declared)?;
    let columns = declared["sources"][0]["tables"][0]["columns"].as_sequence().ok_or("there are no columns")?;
    let mut rows = 0;
    for column in columns {
        let (Some(name), Some(lost)) = (column["name"].as_str(), column["meta"]["without"].as_str()) else { continue };
        let words = lost.split_whitespace().collect::<Vec<_>>().join(" ");
        let row = format!("| `{name}` | {words} |");
        if !docs.lines().any(|line| line == row) {
            return Err(format!("docs/source.md should have the row\n{row}").into());
        }
        rows += 1;
    }
    if rows == 0 { Err("no column says what is lost without it".into()) } else { Ok(()) }
}

fn examples() -> Outcome {
    let original = harness::repository().join("README.md");
    let text = std::fs::read_to_string(&original).map_err(|e| format!("README.md: {e}"))?;
    if !text.contains("```console") {
        return Err("README.md shows no example in a ```console block".into());
    }
    let project = harness::shipped_project("readme")?;
    let work = harness::folder("readme-case")?;
    // `README.in` is where trycmd runs the commands of `README.md`.
    std::fs::rename(&project, work.join("README.in"))?;
    let copy = work.join("README.md");
    std::fs::write(&copy, with_gaps(&text, true))?;
    match projects::snapshot(&copy)? {
        Some(after) => Ok(std::fs::write(original, with_gaps(&after, false))?),
        None => Ok(()),
    }
}

/// `text` with an empty line at the end of every console block, or with none: trycmd wants one, a reader does not.
fn with_gaps(text: &str, wanted: bool) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if inside && line == "```" {
            inside = false;
            while lines.last().is_some_and(|last| last.is_empty()) {
                lines.pop();
            }
            if wanted {
                lines.push("");
            }
        }
        inside = inside || line == "```console";
        lines.push(line);
    }
    lines.join("\n") + "\n"
}
