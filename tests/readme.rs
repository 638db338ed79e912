//! What README.md shows is what happens: its ```console blocks are run in a copy of the shipped project.

use libtest_mimic::Trial;

use crate::harness::{self, Outcome};
use crate::projects;

/// One trial: the examples build on one another.
pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("readme::examples_say_what_they_say", examples)]
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
