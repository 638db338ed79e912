//! `list`: the models and tests of a project, as a selection sees them.

use std::collections::BTreeSet;

use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::compile::Compiled;
use crate::compile::select::Selection;
use crate::planned_run::Workspace;
use crate::publish::{Publication, nothing};

/// A model or test in the list.
#[derive(Debug, Clone)]
pub struct ListEntry {
    /// `model`, `seed`, `test` or `unit_test`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// How a model is kept; empty for tests.
    pub materialization: &'static str,
    /// The file it stands in.
    pub path: String,
    /// What it is, in its first sentence.
    pub description: String,
}

/// What `selection` picks, models in graph order, then tests.
///
/// # Errors
/// When the project does not compile, or the selection matches nothing; when what is modified is not known.
pub async fn list(workspace: &Workspace, selection: &Selection) -> Result<Vec<ListEntry>> {
    let named = match &workspace.job.periods {
        Periods::Ranges(ranges) => ranges.first().map(|range| range.0),
        Periods::Newest => None,
    };
    if selection.wants_modified() {
        let newest = Publication::periods(&workspace.output).await?.into_iter().max();
        let period = named.or(newest).ok_or_else(|| nothing(&workspace.output))?;
        let publication = Publication::read(&workspace.output, period).await?;
        let compiled = workspace.compile_to_run(period)?;
        let modified = workspace.modified(&compiled, &publication).await?;
        return Ok(picked(&compiled, &selection.pick(&compiled, modified.as_ref())?));
    }
    // Names do not depend on the period, so any will do when none is named.
    let compiled = workspace.compile(named.map_or_else(|| Period::new(2026, 1), Ok)?)?;
    Ok(picked(&compiled, &selection.pick(&compiled, None)?))
}

fn picked(compiled: &Compiled, names: &BTreeSet<String>) -> Vec<ListEntry> {
    entries(compiled).into_iter().filter(|entry| names.contains(&entry.name)).collect()
}

fn entries(compiled: &Compiled) -> Vec<ListEntry> {
    let models = compiled.order.iter().filter_map(|name| compiled.models.get(name)).map(|model| ListEntry {
        kind: "model",
        name: model.name.clone(),
        materialization: model.materialization.name(),
        path: model.sql.file.path.clone(),
        description: first_sentence(&model.description),
    });
    let seeds = compiled.seeds.iter().map(|(name, path)| ListEntry {
        kind: "seed",
        name: name.clone(),
        materialization: "",
        path: path.clone(),
        description: String::new(),
    });
    let tests = compiled.data_tests.iter().map(|test| ListEntry {
        kind: "test",
        name: test.name.clone(),
        materialization: "",
        path: test.sql.file.path.clone(),
        description: String::new(),
    });
    let units = compiled.unit_tests.iter().map(|unit| ListEntry {
        kind: "unit_test",
        name: unit.test.name.clone(),
        materialization: "",
        path: unit.file.path.clone(),
        description: first_sentence(&unit.test.description),
    });
    models.chain(seeds).chain(tests).chain(units).collect()
}

fn first_sentence(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.split_once(". ").map_or(line.clone(), |(first, _)| first.to_owned()).trim_end_matches('.').to_owned()
}
