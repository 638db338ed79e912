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
    std::fs::copy(&original, work.join("README.md"))?;
    projects::snapshot(&work.join("README.md"), &original)
}
